/** What a scene of a screen is, and the ways into it that several pages share. */
import type { ApiClient } from '@uxflow/core/api';
import type { FlowDocument, Op } from '@uxflow/core';
import type { Page } from 'playwright-core';
import { flowFile, THREE_SCREENS } from '../flowFile.ts';
import { nodeById, openFlow } from '../flowPage.ts';
import type { SyncStage } from './syncStage.ts';

export interface Stage {
  page: Page;
  client: ApiClient;
  /** Address of a server that speaks Ollama's protocol and offers two models. */
  ollama: string;
  /** A sync server with two people, started by the first who asks. */
  sync(): Promise<SyncStage>;
}

export interface Scene {
  name: string;
  /** The part of the page whose controls belong to this scene; the others belong to another one. */
  root: string;
  /** Scenes of one group share controls: what one has shown, the next leaves out. */
  group?: string;
  /** Brings the page there from the list of flows; answers the id of the flow whose log counts. */
  enter(stage: Stage): Promise<string | undefined>;
}

/** A flow with every type of node and every kind of record. */
export const EVERYTHING = flowFile(
  'Everything',
  [
    ['start', 'Start', 0, 0],
    ['screen', 'Shop', 0, 130, { frameId: 'frame_a', personaIds: { persona_a: true }, elements: { element_a: { order: 'a0', type: 'input', label: 'Search', required: true }, element_b: { order: 'a1', type: 'button', label: 'Go' } }, variants: { variant_a: { order: 'a0', type: 'error', name: 'Error' } }, checklist: { check_a: { order: 'a0', label: 'Reviewed', done: false } }, links: { link_a: { order: 'a0', url: 'https://example.org', label: 'Design' } } }],
    ['decision', 'Paid?', 320, 130],
    ['condition', 'Which card?', 560, 130, { conditions: { way_a: { order: 'a0', label: 'Credit' }, way_b: { order: 'a1', label: 'Debit' } } }],
    ['apiCall', 'Charge', 320, 330, { data: { url: '/api/charge', method: 'POST' } }],
    ['subflow', 'Refund', 600, 330],
    ['popup', 'Receipt', 320, 480],
    ['action', 'Mail it', 620, 480],
    ['note', 'Ask legal', 0, 480],
    ['end', 'End', 860, 480],
  ],
  [[0, 1], [1, 2, 'buy'], [2, 3, 'yes'], [4, 6, 'ok'], [6, 7]],
  {
    frames: { frame_a: { id: 'frame_a', title: 'Shopping', position: { x: -40, y: 90 }, size: { width: 320, height: 260 } } },
    comments: {
      comment_a: { id: 'comment_a', body: 'Is this clear?', authorId: 'user_a', authorName: 'Ada', at: 1000, nodeId: 'node_1' },
      comment_b: { id: 'comment_b', body: 'Settled', authorId: 'user_a', authorName: 'Ada', at: 2000, nodeId: 'node_2', resolved: true },
    },
    personas: { persona_a: { id: 'persona_a', name: 'Buyer', color: '#3b82f6' } },
    goals: { goal_a: { id: 'goal_a', name: 'Sell', color: '#16a34a' } },
  } as Partial<FlowDocument>,
);

export const bring = async ({ page, client }: Stage, text: string): Promise<string> => {
  const { id } = await client.flows.import({ text, fileName: 'prepared.uxflow' });
  await openFlow(page, id);
  return id;
};
export const everything = async (stage: Stage): Promise<string> => {
  const id = await bring(stage, EVERYTHING);
  await nodeById(stage.page, 'node_1').waitFor();
  return id;
};
export const tab = async (stage: Stage, name: string): Promise<string> => {
  const id = await everything(stage);
  await stage.page.locator(`#tab-${name}`).click();
  await unfold(stage.page);
  return id;
};
export const press = async (stage: Stage, id: Promise<string>, selector: string, appears: string): Promise<string> => {
  await id;
  await stage.page.locator(selector).first().click();
  await stage.page.locator(appears).first().waitFor();
  return id;
};
/** Commits operations behind the page's back. */
export const commit = async ({ client }: Stage, flowId: string, name: string, ...ops: Op[]): Promise<void> => {
  let logId = flowId;
  for await (const event of await client.flow.open({ flowId })) {
    if (event.type !== 'ready') continue;
    logId = event.logId;
    break;
  }
  await client.flow.commit({ flowId, transaction: { id: `entry_${name.replace(/\W/g, '')}${flowId}`, logId, author: { kind: 'user', id: 'user_ada', name: 'Ada' }, at: Date.now(), schema: 1, ops } });
};
export const list = async ({ page, client }: Stage, count: number): Promise<undefined> => {
  for (const flow of await client.flows.list({})) {
    await client.flows.delete({ flowId: flow.id });
    await client.flows.purge({ flowId: flow.id });
  }
  for (let index = 0; index < count; index++) await client.flows.import({ text: THREE_SCREENS.replace('Three', `List ${index}`), fileName: 'x.uxflow' });
  await page.evaluate(() => void (location.hash = '#/settings'));
  await page.getByTestId('settings').waitFor();
  await page.evaluate(() => void (location.hash = '#/flows'));
  await page.locator(count > 0 ? `.flow-card:nth-child(${count})` : '.empty-state').waitFor();
};
export const local = (stage: Stage, name = 'answers') => ({ provider: 'ollama' as const, baseUrl: stage.ollama, model: name });
export const unfold = (page: Page) => page.evaluate(() => document.querySelectorAll<HTMLDetailsElement>('.side--right details').forEach((part) => (part.open = true)));
/** The model that answers, with an answer of it in memory. */
export const remembered = async (stage: Stage): Promise<string> => {
  const { client, ollama } = stage;
  await client.settings.set({ model: { provider: 'ollama', baseUrl: ollama, model: 'answers' } });
  const id = await bring(stage, EVERYTHING);
  await client.chat.send({ flowId: id, text: 'What comes after the shop?' });
  while (!(await client.answers.size()).answers) await stage.page.waitForTimeout(20);
  return id;
};
export const fillSignIn = async (page: Page, server: string): Promise<void> => {
  const form = page.getByTestId('sign-in');
  await form.getByLabel('Server').fill(server);
  await form.locator('details').evaluate((part) => void ((part as HTMLDetailsElement).open = true));
  await form.getByLabel('E-mail').fill('ada@example.org');
  await form.getByLabel('Password').fill('a long enough secret');
};
export const WORDS: Scene = { name: 'words before they are sent', root: '.composer', enter: async (stage) => { const id = await everything(stage); await stage.page.getByTestId('chat-input').fill('rename Shop to Market'); return id; } };
