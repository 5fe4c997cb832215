/** Work by hand: on the canvas, in the panels, with files, and in the list of flows. */
import type { FlowDocument } from '@uxflow/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { flowFile, THREE_SCREENS } from './flowFile.ts';
import { drag, dragBy, eventually, exported, exportedFlow, flowIdOf, nodeById, nodeWith, openFlow, retitle, saved } from './flowPage.ts';

let app: AppInBrowser;
let page: Page;
beforeAll(async () => {
  if (!chromiumPath) return;
  app = await startApp();
  page = await app.openPage({ clipboard: true });
});
afterAll(() => app?.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await shoot(page, `failed-${task.id}`);
  expect(app?.problems ?? []).toEqual([]);
});

/** Brings a file in by the engine and opens it on the page. */
async function openFile(text: string): Promise<string> {
  const { id } = await (await app.client()).flows.import({ text, fileName: 'prepared.uxflow' });
  await openFlow(page, id);
  await page.getByRole('button', { name: 'Fit everything' }).click();
  await nodeById(page, 'node_0').waitFor();
  return id;
}
const count = (selector: string) => page.locator(selector).count();
const stored = async (): Promise<FlowDocument> => {
  await saved(page);
  return JSON.parse((await (await app.client()).flow.export({ flowId: flowIdOf(page), format: 'json' })).text) as FlowDocument;
};
const choose = async (...ids: string[]) => {
  await nodeById(page, ids[0]!).locator('.node__title').click();
  for (const id of ids.slice(1)) await nodeById(page, id).locator('.node__title').click({ modifiers: ['Shift'] });
};

describe.skipIf(!chromiumPath)('by hand', () => {
  test('a title is edited in place, a node moved, both taken back and done again', async () => {
    await openFile(THREE_SCREENS);
    await retitle(page, nodeById(page, 'node_1'), 'Delivery address');
    await eventually(async () => (await stored()).nodes.node_1!.data.title).toBe('Delivery address');
    await dragBy(page, nodeById(page, 'node_1'), 0, 96);
    await eventually(async () => (await stored()).nodes.node_1!.position.y).toBeGreaterThan(60);
    const { x, y } = (await stored()).nodes.node_1!.position;
    expect([x % 16, y % 16]).toEqual([0, 0]);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await stored()).nodes.node_1!.position.y).toBe(0);
    await page.keyboard.press('Control+z');
    await eventually(async () => (await stored()).nodes.node_1!.data.title).toBe('Address');
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+y');
    await eventually(async () => (await stored()).nodes.node_1!.position.y).toBe(y);
    expect((await stored()).nodes.node_1!.data.title).toBe('Delivery address');
  });

  test.each([['on the body', 0.5], ['on the edge of the shape', 0.985]])('an edge goes where the hand went: dropped %s', async (_, where) => {
    await openFile(THREE_SCREENS);
    const from = (await nodeById(page, 'node_2').boundingBox())!;
    const to = (await nodeById(page, 'node_0').boundingBox())!;
    // Against the reading direction, from the last node to the first.
    await drag(page, { x: from.x + from.width / 2, y: from.y + from.height - 1 }, { x: to.x + to.width / 2, y: to.y + to.height * where });
    await eventually(async () => Object.keys((await stored()).edges).length).toBe(2);
    const added = Object.values((await stored()).edges).find((edge) => edge.id !== 'edge_0')!;
    expect([added.source, added.target]).toEqual(['node_2', 'node_0']);
  });

  test('several are chosen, deleted with what hangs on them, and come back', async () => {
    await openFile(THREE_SCREENS);
    const before = await stored();
    await choose('node_0', 'node_1');
    await page.getByTestId('selection-bar').waitFor();
    await shoot(page, '20-several-chosen');
    await page.keyboard.press('Delete');
    await eventually(() => count('.node')).toBe(1);
    expect(Object.keys((await stored()).edges)).toEqual([]);
    await page.keyboard.press('Control+z');
    await eventually(() => count('.node')).toBe(3);
    expect((await stored()).nodes).toEqual(before.nodes);
    expect((await stored()).edges).toEqual(before.edges);
    const box = (await page.getByTestId('canvas').boundingBox())!;
    await drag(page, { x: box.x + 70, y: box.y + 90 }, { x: box.x + box.width - 20, y: box.y + box.height - 180 });
    await eventually(() => count('.node--selected')).toBe(3);
  });

  test('copy, paste and duplicate bring new nodes with the edges between them', async () => {
    await openFile(THREE_SCREENS);
    await choose('node_0', 'node_1');
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+v');
    await eventually(async () => Object.keys((await stored()).nodes).length).toBe(5);
    expect(Object.keys((await stored()).edges).length).toBe(2);
    await page.keyboard.press('Control+d');
    await eventually(async () => Object.keys((await stored()).nodes).length).toBe(7);
    const { nodes, edges } = await stored();
    expect(Object.values(nodes).filter((node) => node.data.title === 'Cart').length).toBe(3);
    expect(Object.keys(edges).length).toBe(3);
    expect(new Set(Object.values(nodes).map(({ position }) => `${position.x} ${position.y}`)).size).toBe(7);
  });

  test('the palette adds where it is dropped, pressed or typed; every type has its look', async () => {
    await openFile(THREE_SCREENS);
    const canvas = (await page.getByTestId('canvas').boundingBox())!;
    await page.locator('[data-palette=decision]').dragTo(page.getByTestId('canvas'), { targetPosition: { x: canvas.width / 2, y: 180 } });
    await page.locator('textarea.inline-text').press('Escape');
    await page.locator('[data-palette=note]').click();
    await page.locator('textarea.inline-text').fill('Ask legal');
    await page.locator('textarea.inline-text').press('Enter');
    await page.keyboard.press('5');
    await page.locator('textarea.inline-text').press('Escape');
    await eventually(async () => Object.values((await stored()).nodes).map((node) => node.type).sort()).toEqual(['action', 'decision', 'note', 'screen', 'screen', 'screen']);
    await nodeWith(page, 'Ask legal').waitFor();
    const rects = Object.values((await stored()).nodes).map((node) => node.position);
    expect(new Set(rects.map(({ x, y }) => `${x} ${y}`)).size).toBe(6);
  });

  test('a finding leads to its node and its quick fix makes it go; tidy up lays out anew, a pinned node stays', async () => {
    await openFile(flowFile('Findings', [['start', 'Start', 0, 0], ['screen', 'Shop', 10, 10, { pinned: true }], ['decision', 'Paid?', 20, 20], ['screen', 'Thanks', 30, 30], ['end', 'End', 700, 900]], [[0, 1], [1, 2], [2, 3, 'Yes'], [3, 4]]));
    await page.getByRole('tab', { name: 'Findings' }).click();
    const fixable = page.locator('[data-finding]').filter({ has: page.locator('.button') });
    await fixable.first().waitFor();
    await shoot(page, '21-findings');
    await fixable.first().locator('.review__row').click();
    await eventually(() => count('.node--selected, .edge--selected')).toBeGreaterThan(0);
    const before = await count('[data-finding]');
    const code = await fixable.first().getAttribute('data-finding');
    const alike = await count(`[data-finding=${code}]`);
    await fixable.first().locator('.button').click();
    await eventually(() => count(`[data-finding=${code}]`)).toBe(alike - 1);
    expect(await count('[data-finding]')).toBeLessThanOrEqual(before);
    const place = (await stored()).nodes.node_1!.position;
    await page.locator('.editor-bar').getByRole('button', { name: 'Tidy up the layout' }).click();
    await page.getByText('The flow is laid out anew.').waitFor();
    expect((await stored()).nodes.node_1!.position).toEqual(place);
    await eventually(async () => Math.abs((await stored()).nodes.node_3!.position.y - 30) + Math.abs((await stored()).nodes.node_3!.position.x - 30)).toBeGreaterThan(50);
    await shoot(page, '22-tidied');
  });

  test('a version gets a name, and the flow goes back to it', async () => {
    await openFile(THREE_SCREENS);
    const before = await stored();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByRole('button', { name: 'Name this version' }).click();
    await page.getByRole('textbox', { name: 'Name of the version' }).fill('Agreed');
    await page.getByRole('button', { name: 'Keep version' }).click();
    await page.getByTestId('named-version').filter({ hasText: 'Agreed' }).waitFor();
    await choose('node_0', 'node_2');
    await page.keyboard.press('Delete');
    await eventually(() => count('.node')).toBe(1);
    await saved(page);
    await page.getByRole('button', { name: 'Make the flow what it was at “Agreed”' }).click();
    await eventually(() => count('.node')).toBe(3);
    await eventually(async () => (await stored()).nodes).toEqual(before.nodes);
    await shoot(page, '23-history');
  });

  test('what goes out as a file comes back in as the same flow; Mermaid and Markdown hold its words', async () => {
    await openFile(THREE_SCREENS);
    const json = await exported(page, '.uxflow');
    expect(json.name).toMatch(/\.uxflow$/);
    const mermaid = await exported(page, 'Mermaid');
    expect(mermaid.text).toMatch(/^flowchart[^]*n1\["Cart"\][^]*n2\["Address"\][^]*n1 -->\|"continue"\| n2/);
    const markdown = await exported(page, 'Markdown');
    expect(markdown.text).toMatch(/^# Three screens/m);
    expect(markdown.text).toContain('Payment');
    const flow = await exportedFlow(page);
    await page.getByRole('button', { name: 'Back to all flows' }).click();
    await page.locator('input[type=file]').setInputFiles({ name: 'again.uxflow', mimeType: 'application/json', buffer: Buffer.from(json.text.replace('"name": "Three screens"', '"name": "Brought back"')) });
    await page.getByTestId('flow-card').filter({ hasText: 'Brought back' }).locator('.flow-card__picture').click();
    await nodeById(page, 'node_0').waitFor();
    const again = await exportedFlow(page);
    expect([again.nodes, again.edges]).toEqual([flow.nodes, flow.edges]);
  });

  test('the list: search, rename, duplicate, delete with undo, the bin, gone for ever', async () => {
    await page.evaluate(() => void (location.hash = '#/flows'));
    const client = await app.client();
    for (const flow of await client.flows.list({})) await client.flows.delete({ flowId: flow.id });
    for (const name of ['Checkout', 'Onboarding']) await client.flows.import({ text: THREE_SCREENS.replace('Three screens', name), fileName: 'x.uxflow' });
    const cards = page.getByTestId('flow-card');
    const card = (name: string) => cards.filter({ hasText: name });
    const act = async (name: string, action: string) => {
      await card(name).first().locator('button').click();
      await page.getByRole('menuitem', { name: action }).click();
    };
    await eventually(() => cards.count()).toBe(2);
    await shoot(page, '24-list');
    await page.getByRole('searchbox').fill('check');
    await eventually(() => cards.count()).toBe(1);
    await page.getByRole('searchbox').fill('');
    await act('Checkout', 'Rename');
    await page.getByRole('textbox', { name: 'Name of the flow' }).fill('Purchase');
    await page.keyboard.press('Enter');
    await card('Purchase').waitFor();
    await act('Purchase', 'Duplicate');
    await card('Purchase (copy)').waitFor();
    await act('Purchase (copy)', 'Delete');
    await eventually(() => cards.count()).toBe(2);
    await page.getByTestId('toasts').getByRole('button', { name: 'Undo' }).last().click();
    await card('Purchase (copy)').waitFor();
    await act('Purchase (copy)', 'Delete');
    await eventually(() => cards.count()).toBe(2);
    await page.getByRole('button', { name: 'Bin' }).click();
    await page.getByTestId('bin').waitFor();
    await act('Purchase (copy)', 'Delete for ever');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete for ever' }).click();
    await eventually(() => card('Purchase (copy)').count()).toBe(0);
    expect((await client.flows.list({ deleted: true })).some(({ name }) => name === 'Purchase (copy)')).toBe(false);
    await page.getByRole('button', { name: 'Back to the flows' }).click();
    await eventually(async () => (await cards.allTextContents()).length).toBe(2);
  });
});
