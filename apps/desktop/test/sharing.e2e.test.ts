/** Two people, each with an app of their own in a real Chromium, and a sync server in a process of its own. */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { GOOD_PASSWORD, type Person } from '../../sync-server/test/testAccounts.ts';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { THREE_SCREENS } from './flowFile.ts';
import { dragBy, eventually, flowIdOf, nodeById, retitle } from './flowPage.ts';
import { startSyncServer, type SyncServerProcess } from './syncServer.ts';

/** The cable between an app and the world. */
class Plug {
  isCut = false;
  readonly #open = new Set<WebSocket>();
  readonly WebSocket: typeof WebSocket;
  constructor() {
    const [isCut, opened] = [() => this.isCut, (socket: WebSocket) => void this.#open.add(socket)];
    this.WebSocket = class extends WebSocket {
      constructor(url: string | URL) {
        // Nobody listens on port 1: refused, as without a network.
        super(isCut() ? 'ws://127.0.0.1:1/' : url);
        opened(this);
      }
    } as typeof WebSocket;
  }
  readonly fetch: typeof fetch = (...request) => (this.isCut ? Promise.reject(new TypeError('fetch failed')) : fetch(...request));
  pull(): void {
    this.isCut = true;
    for (const socket of this.#open) socket.close();
    this.#open.clear();
  }
  plugIn(): void {
    this.isCut = false;
  }
}

let server: SyncServerProcess;
let people: { ann: Person; bob: Person };
let ann: AppInBrowser;
let bob: AppInBrowser;
const plug = new Plug();
beforeAll(async () => {
  if (!chromiumPath) return;
  server = await startSyncServer();
  people = { ann: await server.register('ann@example.org', 'Ann Arbor'), bob: await server.register('bob@example.org', 'Bob Hope') };
  ann = await startApp();
  bob = await startApp({ WebSocket: plug.WebSocket, fetch: plug.fetch });
}, 120_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') for (const app of [ann, bob]) await app?.shootAll(`failed-${task.id}`);
  expect([...(ann?.problems.splice(0) ?? []), ...(bob?.problems.splice(0) ?? [])]).toEqual([]);
});
afterAll(async () => {
  await ann?.close();
  await bob?.close();
  await server?.close();
});

const line = (page: Page) => page.getByTestId('status-line').innerText();
const textOf = async (app: AppInBrowser, flowId: string) => (await (await app.client()).flow.export({ flowId, format: 'json' })).text;
/** Titles of the steps on the canvas, sorted. */
const drawn = (page: Page) => page.locator('.node').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).innerText.replace(/\s+/g, ' ').trim()).sort());
const signInByPassword = async (page: Page, person: Person) => {
  await page.evaluate(() => void (location.hash = '#/settings'));
  const form = page.getByTestId('sign-in');
  await form.getByLabel('Server').fill(server.url);
  if (!(await form.getByLabel('E-mail').isVisible())) await form.locator('summary').click();
  await form.getByLabel('E-mail').fill(person.email);
  await form.getByLabel('Password').fill(GOOD_PASSWORD);
  await form.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByTestId('account').getByText(person.email).waitFor();
};

describe.skipIf(!chromiumPath)('two people and a server', () => {
  let pageOfAnn: Page;
  let pageOfBob: Page;
  let flowId: string;

  test('one signs in by the browser, the other by password; a wrong one says so', async () => {
    pageOfAnn = await ann.openPage();
    pageOfBob = await bob.openPage({ colorScheme: 'dark' });
    await pageOfAnn.evaluate(() => void (location.hash = '#/settings'));
    const form = pageOfAnn.getByTestId('sign-in');
    await form.getByLabel('Server').fill(server.url);
    await shoot(pageOfAnn, 'sign-in');
    const [browser] = await Promise.all([pageOfAnn.context().waitForEvent('page'), form.getByRole('button', { name: 'Sign in with the browser' }).click()]);
    await browser.locator('input[name=email]').fill(people.ann.email);
    await browser.locator('input[name=password]').fill(GOOD_PASSWORD);
    await browser.locator('form button').first().click();
    await shoot(browser, 'sign-in-browser');
    await browser.locator('button[name=answer][value=yes]').click();
    await browser.getByText('Signed in', { exact: false }).first().waitFor();
    await browser.close();
    await pageOfAnn.getByTestId('account').getByText('Ann Arbor').waitFor();

    await pageOfBob.evaluate(() => void (location.hash = '#/settings'));
    const other = pageOfBob.getByTestId('sign-in');
    await other.getByLabel('Server').fill(server.url);
    await other.locator('summary').click();
    await other.getByLabel('E-mail').fill(people.bob.email);
    await other.getByLabel('Password').fill('not the right one');
    await other.getByRole('button', { name: 'Sign in', exact: true }).click();
    await other.getByText('The address or the password is not right').waitFor();
    await shoot(pageOfBob, 'sign-in-wrong');
    await signInByPassword(pageOfBob, people.bob);
  });

  test('one shares and invites, the other accepts and opens', async () => {
    const { id } = await (await ann.client()).flows.import({ text: THREE_SCREENS, fileName: 'x.uxflow' });
    flowId = id;
    await pageOfAnn.evaluate((one) => void (location.hash = `#/flow/${one}`), id);
    await nodeById(pageOfAnn, 'node_1').waitFor();
    await pageOfAnn.getByRole('button', { name: 'Share this flow' }).click();
    const dialog = pageOfAnn.getByTestId('share-dialog');
    await dialog.getByLabel('Name of the new workspace').fill('Payments team');
    await shoot(pageOfAnn, 'share');
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await dialog.getByText('Payments team').waitFor();
    await dialog.getByLabel('Invite by e-mail').fill(people.bob.email);
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    await pageOfAnn.getByText('The invitation to bob@example.org is on its way').waitFor();
    await shoot(pageOfAnn, 'shared');
    await pageOfAnn.keyboard.press('Escape');
    await eventually(() => line(pageOfAnn)).toMatch(/^Synced/);
    await server.mailbox.take(people.bob.email, 'Payments team');

    await pageOfBob.evaluate(() => void (location.hash = '#/'));
    await pageOfBob.getByRole('button', { name: 'Shared with me' }).click();
    const list = pageOfBob.getByTestId('shared-flows');
    await list.getByText('Ann Arbor invites you to “Payments team”').waitFor();
    await shoot(pageOfBob, 'invited');
    await list.getByRole('button', { name: 'Accept' }).click();
    await list.getByTestId('hub-workspace').getByText('Payments team').waitFor();
    await shoot(pageOfBob, 'shared-with-me');
    await list.getByRole('button', { name: 'Open' }).click();
    await nodeById(pageOfBob, 'node_1').waitFor();
    expect(flowIdOf(pageOfBob)).toBe(flowId);
    await eventually(() => line(pageOfBob)).toMatch(/^Synced/);
  });

  test('they see each other: pointer, selection, what was changed; one follows the other', async () => {
    const stage = (await pageOfBob.getByTestId('canvas').boundingBox())!;
    await pageOfBob.mouse.move(stage.x + 200, stage.y + 300, { steps: 4 });
    await nodeById(pageOfBob, 'node_2').click({ position: { x: 60, y: 6 } });
    await pageOfAnn.getByTestId('people').getByRole('button', { name: 'Follow Bob Hope' }).waitFor();
    await pageOfAnn.locator('.peer-cursor').getByText('Bob Hope').waitFor();
    await pageOfAnn.locator('[data-peer-frame=node_2]').waitFor();
    await shoot(pageOfAnn, 'together-light');
    await retitle(pageOfAnn, nodeById(pageOfAnn, 'node_1'), 'Where to?');
    await pageOfBob.locator('.peer-frame--touched[data-peer-frame=node_1]').waitFor();
    await shoot(pageOfBob, 'together-dark');
    await eventually(() => nodeById(pageOfBob, 'node_1').innerText()).toContain('Where to?');
    // The one who follows is taken along, until they move the canvas themselves.
    await pageOfAnn.getByRole('button', { name: 'Follow Bob Hope' }).click();
    const before = await pageOfAnn.locator('.react-flow__viewport').getAttribute('style');
    await pageOfBob.mouse.move(stage.x + 300, stage.y + 300);
    await pageOfBob.mouse.wheel(0, 900);
    await eventually(() => pageOfAnn.locator('.react-flow__viewport').getAttribute('style')).not.toBe(before);
    await pageOfAnn.mouse.move(stage.x + 300, stage.y + 300);
    await pageOfAnn.mouse.wheel(0, 50);
    await eventually(() => pageOfAnn.getByRole('button', { name: 'Follow Bob Hope' }).getAttribute('aria-pressed')).toBe('false');
    for (const page of [pageOfAnn, pageOfBob]) await page.getByRole('button', { name: 'Fit everything' }).click();
  });

  test('the plug is pulled on one, both edit, the server falls and rises: nothing is lost, both canvases are equal', async () => {
    plug.pull();
    await eventually(() => line(pageOfBob)).toMatch(/cannot be reached/);
    await pageOfBob.locator('[data-palette=note]').click();
    await pageOfBob.locator('textarea.inline-text').press('Escape');
    await pageOfBob.keyboard.press('Escape');
    await eventually(() => line(pageOfBob)).toMatch(/^\d changes? waiting · The server cannot be reached/);
    await shoot(pageOfBob, 'offline-dark');
    await retitle(pageOfAnn, nodeById(pageOfAnn, 'node_2'), 'Pay by card');
    await dragBy(pageOfAnn, nodeById(pageOfAnn, 'node_0'), 40, 60);
    await eventually(() => line(pageOfAnn)).toMatch(/^Synced/);
    await server.kill();
    await eventually(() => line(pageOfAnn)).toMatch(/cannot be reached/);
    await retitle(pageOfAnn, nodeById(pageOfAnn, 'node_1'), 'Ship to');
    await eventually(() => line(pageOfAnn)).toMatch(/^\d changes? waiting/);
    await server.start();
    plug.plugIn();
    await eventually(() => line(pageOfAnn)).toMatch(/^Synced/);
    await pageOfBob.getByRole('button', { name: 'Try now' }).click({ timeout: 2000 }).catch(() => undefined);
    await eventually(() => line(pageOfBob)).toMatch(/^Synced/);
    await eventually(async () => (await textOf(bob, flowId)) === (await textOf(ann, flowId))).toBe(true);
    await eventually(async () => isDeepStrictEqual(await drawn(pageOfBob), await drawn(pageOfAnn))).toBe(true);
    expect(await drawn(pageOfAnn)).toHaveLength(4);
    expect((await drawn(pageOfAnn)).join(' ')).toMatch(/^(?=.*Cart)(?=.*Ship to)(?=.*Pay by card)(?=.*Note)/);
    await shoot(pageOfAnn, 'equal-ann');
    await shoot(pageOfBob, 'equal-bob');
  });

  test('a colleague is mentioned in a comment', async () => {
    await pageOfAnn.locator('#tab-comments').click();
    const form = pageOfAnn.locator('.comment-form textarea').first();
    await form.pressSequentially('Please look, @bo');
    await pageOfAnn.getByRole('button', { name: 'Mention Bob Hope' }).click();
    await form.pressSequentially('thanks');
    await form.press('Enter');
    // Bob looks at something else: he is told, and led there.
    const toast = pageOfBob.locator('.toast').filter({ hasText: 'Ann Arbor mentioned you' });
    await toast.waitFor();
    await shoot(pageOfBob, 'mention-toast-dark');
    await toast.getByRole('button', { name: 'Show' }).click();
    await pageOfBob.locator('.mention--me').getByText('@Bob Hope').waitFor();
    await eventually(() => pageOfBob.locator('.comment').first().innerText()).toMatch(/Ann Arbor[\s\S]*Please look, @Bob Hope thanks/);
    await shoot(pageOfBob, 'mentioned-dark');
    await pageOfBob.locator('.thread--wished').waitFor();
    await eventually(async () => (await (await bob.client()).inbox.refresh()).mentions.map(({ isRead }) => isRead)).toEqual([true]);
  });

  test('signing out keeps the flow and says that it waits', async () => {
    await pageOfBob.evaluate(() => void (location.hash = '#/settings'));
    await pageOfBob.getByTestId('account').getByRole('button', { name: 'Sign out' }).click();
    await pageOfBob.getByTestId('sign-in').waitFor();
    await pageOfBob.evaluate((one) => void (location.hash = `#/flow/${one}`), flowId);
    await nodeById(pageOfBob, 'node_1').waitFor();
    await eventually(() => line(pageOfBob)).toMatch(/Signed out/);
    await retitle(pageOfBob, nodeById(pageOfBob, 'node_1'), 'While signed out');
    await eventually(() => line(pageOfBob)).toMatch(/1 change waiting · Signed out/);
    await shoot(pageOfBob, 'signed-out');
    await signInByPassword(pageOfBob, people.bob);
    await eventually(() => nodeById(pageOfAnn, 'node_1').innerText()).toContain('While signed out');
  });
});
