/** What a person does on the screens of the app, as actions on a page. */
import { readFileSync } from 'node:fs';
import type { FlowDocument } from '@uxflow/core';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

/** The request that the app is made for. */
export const LOGIN_STORY = 'Login with email and password; if the password is wrong show an error and let them retry; the first time, show a tutorial, otherwise the dashboard';
export const LOGIN_STORY_GERMAN = 'Anmelden mit E-Mail und Passwort; wenn das Passwort falsch ist, eine Fehlermeldung zeigen und erneut versuchen lassen; beim ersten Mal ein Tutorial zeigen, sonst das Dashboard';

/** Expects something of what is read again and again until it holds; a loaded machine gets its time. */
export const eventually = <T>(read: () => T | Promise<T>) => expect.poll(read, { timeout: 20_000, interval: 60 });

/** Makes a flow from the list and waits for its empty canvas. */
export async function newFlow(page: Page): Promise<string> {
  await page.locator('.page__bar .button--primary').click();
  await page.locator('.status-line').getByText(/no \d|Nr\. \d/).waitFor();
  return flowIdOf(page);
}

/** Opens a flow that exists and waits until it is read. */
export async function openFlow(page: Page, flowId: string): Promise<void> {
  await page.evaluate((id) => void (location.hash = `#/flow/${id}`), flowId);
  await page.locator('.status-line').getByText(/no \d|Nr\. \d/).waitFor();
}

export function flowIdOf(page: Page): string {
  const id = /#\/flow\/(.+)$/.exec(page.url())?.[1];
  if (!id) throw new Error(`No flow is open at ${page.url()}`);
  return id;
}

/** Writes to the agents and sends it. */
export async function say(page: Page, words: string): Promise<void> {
  await page.getByTestId('chat-input').fill(words);
  await page.getByTestId('chat-send').click();
}

/** The plan that waits for a decision. */
export const openPlan = (page: Page): Locator => page.locator('[data-testid=plan-card]:not([data-outcome])').last();

/** Asks for a flow, approves the plan as it is and waits for the ghosts. */
export async function propose(page: Page, words: string): Promise<void> {
  await say(page, words);
  await openPlan(page).locator('.plan__actions .button--primary').click();
  await page.getByTestId('proposal-bar').waitFor();
}

/** Accepts all of the proposal that waits, and waits until the flow has it. */
export async function acceptAll(page: Page): Promise<void> {
  await page.getByTestId('proposal-bar').locator('.button--primary').click();
  await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
  await page.locator('.node[data-ghost]').first().waitFor({ state: 'detached' });
}

/** Watches the canvas from now on: the fewest nodes that were drawn at any moment, by `fewest`. */
export async function watchNodes(page: Page): Promise<{ fewest(): Promise<number> }> {
  const watch = await page.evaluateHandle(() => {
    const count = () => document.querySelectorAll('.react-flow__node .node').length;
    const seen = { fewest: count() };
    new MutationObserver(() => void (seen.fewest = Math.min(seen.fewest, count()))).observe(document.body, { childList: true, subtree: true });
    return seen;
  });
  return { fewest: () => watch.evaluate(({ fewest }) => fewest) };
}

/** A node of the canvas by the words in it. */
export const nodeWith = (page: Page, words: string | RegExp): Locator => page.locator('.node').filter({ hasText: words }).first();
/** A node of the canvas by its id. */
export const nodeById = (page: Page, id: string): Locator => page.locator(`.react-flow__node[data-id="${id}"] .node`);

/** Drags something that can be moved by an offset, in CSS px, with the steps of a hand. */
export async function dragBy(page: Page, target: Locator, dx: number, dy: number): Promise<void> {
  const box = (await target.boundingBox())!;
  const from = { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 24) };
  await drag(page, from, { x: from.x + dx, y: from.y + dy });
}

/** Presses at a point, moves to another and lets go. */
export async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(from.x + (to.x - from.x) / 3, from.y + (to.y - from.y) / 3, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 6 });
  await page.mouse.up();
}

/** Edits the title of a node where it stands. */
export async function retitle(page: Page, node: Locator, title: string): Promise<void> {
  await node.locator('.node__title').dblclick();
  const field = page.locator('textarea.inline-text');
  await field.fill(title);
  await field.press('Enter');
  await field.waitFor({ state: 'detached' });
}

/** Waits until everything that was done is saved. */
export async function saved(page: Page): Promise<void> {
  await page.locator('.status-line .lucide-check').waitFor();
}

/** What the export menu gives as a file. */
export async function exported(page: Page, label: string): Promise<{ name: string; text: string }> {
  await page.getByRole('button', { name: /^Expor/ }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: label }).click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') };
}

/** The flow as the export menu gives it. */
export async function exportedFlow(page: Page): Promise<FlowDocument> {
  return JSON.parse((await exported(page, '.uxflow')).text) as FlowDocument;
}
