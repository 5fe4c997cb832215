/** A new user's day with models: fetch one, pick it, see what it can do, talk, see the cost, go on with another provider, go local-only, read the ledger. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropicEvents, anthropicModelList, anthropicStream } from '../../../packages/core/src/llm/serviceFixtures.ts';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { ollamaChat, ollamaPull, ollamaShow, ollamaTags, ollamaToolCall } from '../../../packages/core/src/llm/wireFixtures.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { newFlow, nodeWith, openFlow, openPlan, say } from './flowPage.ts';

const VENDOR = 'https://api.anthropic.com';
const KEY = 'sk-ant-api03-Story81kQvTn2aPo7LmWc94Dy';
const digest = `sha256:${'b'.repeat(64)}`;
let app: AppInBrowser;
let folder: string;
let ollama: WireServer;
let anthropic: WireServer;

/** What a model says to an agent, by the form that is asked for. */
function answerTo(form: string, isVision: boolean): string {
  if (form.includes('"minutes"')) return '{"steps":[{"kind":"screen","title":"Login"},{"kind":"decision","title":"Password right?"}]}';
  if (isVision) return '{"left":"red","right":"blue"}';
  if (form.includes('"assumptions"')) return JSON.stringify({ steps: [{ task: 'Visitors see the catalogue.', reasoning: 'It was asked for.' }, { task: 'They pay.', reasoning: 'It was asked for.' }], assumptions: [] });
  const card = { reason: 'It was asked for.', addNodes: [], addEdges: [], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [] };
  if (form.includes('"addNodes"')) {
    const keys = ['start', 'catalogue', 'payment', 'end'];
    const types = ['start', 'screen', 'screen', 'end'];
    const titles = ['Start', 'Catalogue of tulips', 'Payment', 'End'];
    return JSON.stringify({ cards: [{ ...card, title: 'From the catalogue to the payment', addNodes: keys.map((key, index) => ({ key, type: types[index], title: titles[index] })), addEdges: keys.slice(1).map((to, index) => ({ from: keys[index], to })) }] });
  }
  if (form.includes('"principle"')) return JSON.stringify({ answer: 'Show the price on every step.', principle: 'Visibility of system status', nodeIds: [] });
  return 'ready';
}

beforeAll(async () => {
  if (!chromiumPath) return;
  folder = mkdtempSync(join(tmpdir(), 'uxflow-ollama-'));
  mkdirSync(join(folder, 'blobs'));
  let models: unknown[] = [];
  ollama = await startWireServer((request, response) => {
    if (request.path === '/api/version') return sendJson(response, 200, { version: '0.12.6' });
    if (request.path === '/api/tags') return sendJson(response, 200, { models });
    if (request.path === '/api/show') return sendJson(response, 200, ollamaShow);
    if (request.path === '/api/pull') {
      writeFileSync(join(folder, 'blobs', `${digest.replace(':', '-')}-partial`), 'x');
      models = ollamaTags.models;
      return sendLines(response, ollamaPull([{ digest, total: 2_019_377_376, completed: [0, 807_750_950, 2_019_377_376] }]));
    }
    if (request.body.tools) return sendLines(response, ollamaToolCall('weather_now', { city: 'Bern' }));
    const form = request.body.format ? JSON.stringify(request.body.format) : '';
    return sendLines(response, ollamaChat([answerTo(form, (request.body.messages as { images?: string[] }[]).some(({ images }) => images?.length))]));
  });
  anthropic = await startWireServer((request, response) => {
    if (request.headers['x-api-key'] !== KEY) return sendJson(response, 401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } });
    if (request.path.startsWith('/v1/models')) return sendJson(response, 200, anthropicModelList);
    return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicEvents([answerTo(JSON.stringify(request.body), false)])));
  });
  // The vendor's own address, as far as the gate, the prices and the ledger know.
  const vendor = ((input: string | URL | Request, init?: RequestInit) => fetch(String(input instanceof Request ? input.url : input).replace(VENDOR, anthropic.origin), init)) as typeof fetch;
  app = await startApp({ ollamaFolders: [folder], fetch: vendor });
});
afterAll(async () => {
  await app?.close();
  await ollama?.close();
  await anthropic?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(!chromiumPath)('a day with models', () => {
  test('pull, pick, probe, chat, cost, another provider in the middle, local-only, ledger', async () => {
    const page = await app.openPage();
    const settings = async (card?: string) => {
      await page.evaluate(() => void (location.hash = '#/settings'));
      await page.getByTestId('settings').waitFor();
      if (card) await page.locator('.settings__card').filter({ hasText: card }).first().click();
    };
    const enterAddress = async (address: string) => {
      const field = page.getByLabel('Base address').first();
      await field.fill(address);
      await field.press('Enter');
    };

    // Pull, pick and probe.
    await settings('Ollama');
    await enterAddress(ollama.origin);
    await page.getByText('Ollama has no model yet').waitFor();
    await page.getByLabel('Fetch a model').fill('llama3');
    await page.getByLabel('Fetch a model').press('Enter');
    await page.getByText('llama3 is there.').waitFor();
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Works. llama3:latest answered').waitFor();
    await page.getByText('8,192 tokens').waitFor();
    await shoot(page, 'day-1-probed');

    // Chat: the cost is known before and after, and the plan becomes a flow.
    await page.evaluate(() => void (location.hash = '#/'));
    const flowId = await newFlow(page);
    await page.getByTestId('chat-input').fill('Visitors see the catalogue of tulips and pay.');
    await page.getByTestId('estimate').getByText('runs on this machine: no charge').waitFor();
    await page.getByTestId('chat-send').click();
    await openPlan(page).locator('.plan__actions .button--primary').click();
    await page.getByTestId('proposal-bar').waitFor();
    await nodeWith(page, 'Catalogue of tulips').waitFor();
    await page.locator('.agents summary').filter({ hasText: 'llama3' }).last().waitFor();
    await page.getByTestId('turn-cost').last().getByText('no charge').waitFor();
    await page.getByTestId('proposal-bar').getByRole('button', { name: /^Accept all/ }).click();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await shoot(page, 'day-2-flow');

    // Another provider in the middle of the conversation.
    await settings('Anthropic');
    await page.getByLabel('New key').fill(KEY);
    await page.getByRole('button', { name: 'Keep key' }).click();
    await page.getByRole('button', { name: 'Load list of models' }).click();
    await page.getByText('2 models offered').waitFor();
    const model = page.getByRole('combobox', { name: 'Model', exact: true }).first();
    await model.fill('claude-haiku-4-5-20251001');
    await model.press('Enter');
    await expect.poll(async () => (await (await app.client()).settings.get()).model, { timeout: 20_000 }).toEqual({ provider: 'anthropic', baseUrl: VENDOR, model: 'claude-haiku-4-5-20251001' });
    await openFlow(page, flowId);
    await page.getByTestId('chat-input').fill('Why do people leave before they pay?');
    await page.getByTestId('estimate').getByText(/about \$/).waitFor();
    await page.getByTestId('chat-send').click();
    await page.getByRole('log').getByText('Show the price on every step.').waitFor();
    await page.locator('.agents summary').filter({ hasText: 'claude-haiku-4-5-20251001' }).last().waitFor();
    await page.getByTestId('turn-cost').last().getByText(/\$0/).waitFor();
    // What was said before is still there.
    await page.getByRole('log').getByText('Visitors see the catalogue of tulips and pay.').waitFor();
    await shoot(page, 'day-3-switched');

    // Local-only: the vendor is not contacted, the rules answer, and the chat says why.
    await settings();
    await page.getByLabel('Local only').check();
    await expect.poll(async () => (await (await app.client()).settings.get()).localOnly, { timeout: 20_000 }).toBe(true);
    const before = anthropic.requests.length;
    await openFlow(page, flowId);
    await say(page, 'Is there a dead end?');
    await page.getByRole('log').getByText(/local-only, so it did not contact api\.anthropic\.com/).first().waitFor({ state: 'attached' });
    await page.locator('.agents summary').filter({ hasText: /rules/ }).last().waitFor();
    await shoot(page, 'day-4-local-only');
    expect(anthropic.requests.length).toBe(before);

    // The ledger names both machines, what each was asked for, and what was refused.
    await settings();
    const ledger = page.locator('section').filter({ has: page.getByRole('heading', { name: 'What left this machine' }) });
    await ledger.scrollIntoViewIfNeeded();
    await ledger.getByText('api.anthropic.com').first().waitFor();
    await ledger.getByText(/local-only is on/i).first().waitFor();
    await ledger.getByText(new URL(ollama.origin).hostname).first().waitFor();
    await shoot(page, 'day-5-ledger');
    const rows = await (await app.client()).app.egress({ limit: 500 });
    expect(rows.filter(({ outcome }) => outcome === 'refused').map(({ host, purpose }) => `${host} ${purpose}`)).toContain('api.anthropic.com model');
    expect(JSON.stringify(rows)).not.toContain(KEY);
    expect(app.problems).toEqual([]);
  });
});
