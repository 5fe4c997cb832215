/** Pictures in the chat: chosen, pasted and dropped; read by the file's own drawing or by a model that sees; damaged, too large, blind models; a day later. */
import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { ollamaChat } from '../../../packages/core/src/llm/wireFixtures.ts';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { acceptAll, eventually, openFlow } from './flowPage.ts';
import { SKETCH } from './scenes.ts';

const SEEN = { status: 'success', description: 'A sign-in with a home screen behind it.', elements: [{ id: 'a', type: 'screen', text: 'Sign in' }, { id: 'b', type: 'screen', text: 'Home' }], connections: [{ from: 'a', to: 'b' }] };
let app: AppInBrowser;
let wire: WireServer;
let page: Page;
/** What the model says, and the pictures that it was shown. */
let answer: object | 'blind' = SEEN;
const shown: { width: number; height: number }[] = [];

beforeAll(async () => {
  if (!chromiumPath) return;
  app = await startApp();
  wire = await startWireServer(({ path, body }, response) => {
    if (path !== '/api/chat') return sendJson(response, 404, { error: 'not here' });
    const pictures = (body.messages as { images?: string[] }[]).flatMap(({ images }) => images ?? []);
    for (const picture of pictures) shown.push(jpegSize(Buffer.from(picture, 'base64')));
    if (answer === 'blind') return sendJson(response, 400, { error: 'this model does not support image input' });
    return sendLines(response, ollamaChat([JSON.stringify(answer)]));
  });
});
afterAll(async () => {
  await app?.close();
  await wire?.close();
});
beforeEach(async () => {
  if (!chromiumPath) return;
  answer = SEEN;
  shown.length = 0;
  const client = await app.client();
  await client.settings.set({ model: { provider: 'rules' } });
  page = await app.openPage();
  const { id } = await client.flows.create({ name: 'Pictured' });
  await openFlow(page, id);
});

/** Width and height in the first frame of a JPEG. */
function jpegSize(bytes: Buffer): { width: number; height: number } {
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1]!;
    if (marker >= 0xc0 && marker <= 0xc2) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return { width: 0, height: 0 };
}
/** A photo as the browser makes it. */
const photoOf = async (width: number, height: number): Promise<Buffer> =>
  Buffer.from(
    await page.evaluate(async ([w, h]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
      const context = canvas.getContext('2d')!;
      context.fillStyle = '#fff';
      context.fillRect(0, 0, w!, h!);
      context.fillStyle = '#246';
      context.fillRect(w! / 4, h! / 4, w! / 2, h! / 2);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.9));
      return [...new Uint8Array(await blob!.arrayBuffer())];
    }, [width, height]),
  );
const choose = (name: string, buffer: Buffer, mimeType = 'image/jpeg') => page.getByTestId('chat-file').setInputFiles({ name, mimeType, buffer });
/** Files that come over the clipboard or by a hand that drops them. */
const bring = (kind: 'paste' | 'drop') =>
  // Dropped anywhere on the conversation, pasted where one writes.
  page.locator(kind === 'drop' ? '.chat__log' : '[data-testid=chat-input]').evaluate(
    (box, [event, svg]) => {
      const data = new DataTransfer();
      data.items.add(new File([svg!], 'sketch.svg', { type: 'image/svg+xml' }));
      const init = { bubbles: true, cancelable: true };
      box.dispatchEvent(event === 'paste' ? new ClipboardEvent('paste', { ...init, clipboardData: data }) : new DragEvent('drop', { ...init, dataTransfer: data }));
    },
    [kind, SKETCH] as const,
  );
const ghosts = async () => (await page.locator('.node').allInnerTexts()).map((words) => words.split('\n').at(-1)!).sort();

describe.skipIf(!chromiumPath)('pictures', () => {
  test('a drawing becomes a proposal without a model, is shown in the conversation, and is there a day later', async () => {
    await choose('sketch.svg', Buffer.from(SKETCH), 'image/svg+xml');
    await page.getByTestId('chat-attached').getByText('without a model').waitFor();
    await shoot(page, 'picture-attached');
    // A picture says enough by itself.
    await page.getByTestId('chat-send').click();
    await page.getByTestId('proposal-bar').waitFor();
    await eventually(async () => (await ghosts()).join()).toMatch(/Basket.*Payment/);
    await acceptAll(page);
    await eventually(() => page.locator('.node').count()).toBe(4);
    await app.restart();
    page = await app.openPage();
    await page.locator('.flow-card', { hasText: 'Pictured' }).first().locator('.flow-card__picture').click();
    const picture = page.getByTestId('message-picture');
    await eventually(() => picture.locator('img').evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0 && image.getBoundingClientRect().width > 100)).toBe(true);
    await picture.click();
    await page.getByRole('dialog').getByRole('img').waitFor();
    await shoot(page, 'picture-whole');
    expect(app.problems.splice(0)).toEqual([]);
  });

  test.each(['paste', 'drop'] as const)('a picture comes by %s and can be taken away again', async (kind) => {
    await page.getByTestId('chat-input').fill('these words stay');
    await bring(kind);
    await page.getByTestId('chat-attached').waitFor();
    await page.getByTestId('chat-detach').click();
    await eventually(() => page.getByTestId('chat-attached').count()).toBe(0);
    await eventually(() => page.getByTestId('chat-input').inputValue()).toBe('these words stay');
  });

  test('a large photo is made smaller before it is sent, says so, and goes to the model', async () => {
    await (await app.client()).settings.set({ model: { provider: 'ollama', baseUrl: wire.origin, model: 'sees' } });
    await choose('whiteboard.jpg', await photoOf(4000, 3000));
    await page.getByTestId('chat-attached').getByText('4000 × 3000 to 2048 × 1536').waitFor();
    await page.getByTestId('chat-input').fill('make this for mobile');
    await page.getByTestId('chat-send').click();
    await page.getByTestId('proposal-bar').waitFor();
    await eventually(async () => (await ghosts()).join()).toMatch(/Home.*Sign in/);
    expect(shown.some((size) => isDeepStrictEqual(size, { width: 2048, height: 1536 }))).toBe(true);
    expect(app.problems.splice(0)).toEqual([]);
  });

  test('what cannot be read is refused with its reason, and the words stay', async () => {
    await page.getByTestId('chat-input').fill('make this for mobile');
    const photo = await photoOf(300, 200);
    const header = Buffer.from(photo);
    // A frame of 8000 × 6000 px: 48 megapixels.
    const frame = header.indexOf(Buffer.from([0xff, 0xc0]));
    header.writeUInt16BE(6000, frame + 5);
    header.writeUInt16BE(8000, frame + 7);
    for (const [name, file, reason] of [['cut.jpg', photo.subarray(0, photo.length / 2), /damaged/], ['large.jpg', header, /48 megapixels; up to 40/], ['paper.jpg', Buffer.from('%PDF-1.7 and so on'), /a PDF document/]] as const) {
      await choose(name, file);
      await page.locator('.composer__failure').getByText(reason).waitFor();
      await eventually(() => page.getByTestId('chat-input').inputValue()).toBe('make this for mobile');
      await page.locator('.composer__failure button').click();
    }
    await eventually(() => page.getByTestId('chat-attached').count()).toBe(0);
  });

  test('a photo without a model is refused kindly; a model that cannot see fails and can be tried again', async () => {
    await choose('board.jpg', await photoOf(300, 200));
    await page.getByTestId('chat-attached').getByText('Only a model that sees').waitFor();
    await page.getByTestId('chat-send').click();
    await page.locator('.bubble--assistant').getByText('without a model that sees').waitFor();

    answer = 'blind';
    await (await app.client()).settings.set({ model: { provider: 'ollama', baseUrl: wire.origin, model: 'blind' } });
    await choose('board.jpg', await photoOf(300, 200));
    await page.getByTestId('chat-input').fill('make this for mobile');
    await page.getByTestId('chat-send').click();
    const failed = page.locator('.turn[data-status=failed]');
    await failed.getByText(/cannot see pictures/).waitFor();
    await shoot(page, 'picture-blind');
    answer = SEEN;
    await failed.getByRole('button', { name: /again/i }).click();
    await page.getByTestId('proposal-bar').waitFor();
    expect(app.problems.splice(0)).toEqual([]);
  });
});
