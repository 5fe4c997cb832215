/** Choosing who thinks: a model fetched, picked and asked, and services with keys, against local servers that speak the real wire formats. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropicError, anthropicEvents, anthropicModelList, anthropicStream, geminiChunks, geminiModelList, geminiStream } from '../../../packages/core/src/llm/serviceFixtures.ts';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { ollamaChat, ollamaPull, ollamaShow, ollamaTags, ollamaToolCall } from '../../../packages/core/src/llm/wireFixtures.ts';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { eventually, openFlow } from './flowPage.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const KEY = 'sk-ant-api03-Zx81kQvTn2aPo7LmWc94DyRb';
let app: AppInBrowser;
let folder: string;
const servers: WireServer[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-ollama-'));
  mkdirSync(join(folder, 'blobs'));
  if (chromiumPath) app = await startApp({ ollamaFolders: [folder] });
});
afterAll(async () => {
  await app?.close();
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An Ollama with no model until one was pulled; a pull waits half-way until it is let go. */
async function startOllama() {
  let models: unknown[] = [];
  const partial = join(folder, 'blobs', `${digest.replace(':', '-')}-partial`);
  const waiting: (() => void)[] = [];
  const server = await startWireServer((request, response: ServerResponse) => {
    if (request.path === '/api/tags') return sendJson(response, 200, { models });
    if (request.path === '/api/show') return sendJson(response, 200, ollamaShow);
    if (request.path === '/api/chat') return sendLines(response, request.body.tools ? ollamaToolCall('weather_now', { city: 'Bern' }) : ollamaChat([answerTo(request.body)]));
    if (request.path !== '/api/pull') return sendJson(response, 404, { error: 'not here' });
    if (request.body.name === 'nonsense') return sendLines(response, [{ status: 'pulling manifest' }, { error: 'pull model manifest: file does not exist' }]);
    writeFileSync(partial, 'x');
    sendLines(response, ollamaPull([{ digest, total: 2_019_377_376, completed: [0, 807_750_950] }], false), 'open');
    waiting.push(() => {
      models = ollamaTags.models;
      for (const line of ollamaPull([{ digest, total: 2_019_377_376, completed: [2_019_377_376] }]).slice(1)) response.write(`${JSON.stringify(line)}\n`);
      response.end();
    });
    return undefined;
  });
  servers.push(server);
  return { server, finish: () => waiting.at(-1)!() };
}

function answerTo({ format, messages }: { format?: object; messages: { images?: string[] }[] }): string {
  if (!format) return 'ready';
  return messages.some(({ images }) => images?.length) ? '{"left":"red","right":"blue"}' : '{"steps":[{"kind":"screen","title":"Login"},{"kind":"decision","title":"Password right?"}]}';
}

async function openModels(page: Page, card: string): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/settings`);
  await page.locator('.settings__card').filter({ hasText: card }).first().click();
}

async function enterAddress(page: Page, address: string): Promise<void> {
  const field = page.getByLabel(/^(Base address|Basisadresse)$/);
  await field.fill(address);
  await field.press('Enter');
}

describe.skipIf(!chromiumPath)('the models of the settings', () => {
  test('a model is fetched, stopped, fetched again, picked and asked', async () => {
    const ollama = await startOllama();
    const page = await app.openPage();
    await openModels(page, 'Ollama');
    await enterAddress(page, ollama.server.origin);
    await page.getByText('Ollama has no model yet').waitFor();

    const name = page.getByLabel('Fetch a model');
    await name.fill('nonsense');
    await name.press('Enter');
    await page.getByText('Ollama\'s library has no nonsense').waitFor();

    await name.fill('llama3');
    await name.press('Enter');
    await page.getByText('808 MB of 2 GB').waitFor();
    await page.getByText(/free on its disk/).waitFor();
    await shoot(page, 'models-pull-light');
    await eventually(() => page.locator('.settings__pull progress').evaluate((bar: HTMLProgressElement) => Math.round(bar.position * 100))).toBe(40);

    // Whoever comes back finds it going on.
    await page.goto(`${new URL(page.url()).origin}/#/`);
    await page.getByTestId('flow-list').waitFor();
    await openModels(page, 'Ollama');
    await page.getByText('808 MB of 2 GB').waitFor();

    // A second window, in another language, follows the same download.
    const other = await app.openPage({ colorScheme: 'dark', locale: 'de-DE' });
    await openModels(other, 'Ollama');
    await enterAddress(other, ollama.server.origin);
    await other.getByText('808 MB von 2 GB').waitFor();
    await shoot(other, 'models-pull-dark-german');
    await page.locator('.settings__pull').getByRole('button', { name: 'Cancel' }).click();
    await other.getByText('Angehalten. Ollama schreibt nichts mehr').waitFor();
    await other.close();
    await page.getByText('Stopped. Ollama writes nothing more').waitFor();
    await shoot(page, 'models-pull-stopped');

    await name.fill('llama3');
    await name.press('Enter');
    await page.getByText('808 MB of 2 GB').waitFor();
    ollama.finish();
    await page.getByText('llama3 is there.').waitFor();
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Works. llama3:latest answered').waitFor();
    await eventually(async () => (await (await app.client()).settings.get()).model).toEqual({ provider: 'ollama', baseUrl: ollama.server.origin, model: 'llama3:latest' });
    // A model on this computer is tried by itself after its first test; what came of it is kept.
    await page.getByText('8,192 tokens').waitFor();
    await page.locator('.settings__abilities').scrollIntoViewIfNeeded();
    await shoot(page, 'models-ollama-works');
    await page.reload();
    await page.getByText('8,192 tokens').waitFor();
    await eventually(() => page.locator('.settings__abilities dd').allTextContents()).toEqual(['Yes', 'Yes', 'Yes', '8,192 tokens', expect.any(String), expect.any(String)]);
    expect(app.problems).toEqual([]);
  });

  test('a service wants a key, lists its models with it, answers, and the key never comes back', async () => {
    const server = await startWireServer((request, response) => {
      if (request.headers['x-api-key'] !== KEY) return sendJson(response, 401, anthropicError('authentication_error', 'invalid x-api-key'));
      if (request.path.startsWith('/v1/models')) return sendJson(response, 200, anthropicModelList);
      return response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicEvents(['ready'])));
    });
    servers.push(server);
    const page = await app.openPage({ colorScheme: 'dark', locale: 'de-DE' });
    await openModels(page, 'Anthropic');
    await page.getByText('wird an api.anthropic.com gesendet').waitFor();
    await page.getByText('Ohne einen antwortet Anthropic niemandem.').waitFor();
    await shoot(page, 'models-anthropic-dark-german');
    await enterAddress(page, server.origin);
    await page.getByText(/hat den Schlüssel abgelehnt \(401\)/).waitFor();
    await page.getByLabel('Neuer Schlüssel').fill(KEY);
    await page.getByRole('button', { name: 'Schlüssel hinterlegen' }).click();
    await page.getByText('2 Modelle verfügbar').waitFor();
    const model = page.getByRole('combobox', { name: 'Modell', exact: true });
    await model.fill('claude-sonnet-4-5-20250929');
    await page.getByRole('button', { name: 'Testen', exact: true }).click();
    await page.getByText('Funktioniert. claude-sonnet-4-5-20250929').waitFor();
    await page.getByText('Nein: oft werden stattdessen die Regeln antworten müssen').waitFor();
    await page.locator('.settings__abilities').scrollIntoViewIfNeeded();
    await shoot(page, 'models-anthropic-works-dark-german');
    expect(await page.content()).not.toContain(KEY);
    await eventually(async () => (await (await app.client()).settings.get()).model.provider).toBe('anthropic');
    expect(app.problems).toEqual([]);
  });

  test('every provider of the table has its card, and Gemini answers too', async () => {
    const server = await startWireServer((request, response) =>
      request.method === 'GET' ? sendJson(response, 200, geminiModelList) : response.writeHead(200, { 'content-type': 'text/event-stream' }).end(geminiStream(geminiChunks(['re', 'ady']))));
    servers.push(server);
    const page = await app.openPage();
    await openModels(page, 'Gemini');
    await eventually(() => page.locator('.settings__card strong').allTextContents()).toEqual(['Rules', 'Ollama', 'OpenAI-compatible', 'Azure OpenAI', 'Anthropic', 'Gemini']);
    await enterAddress(page, server.origin);
    const model = page.getByRole('combobox', { name: 'Model', exact: true });
    await model.fill('gemini-2.5-flash');
    await model.press('Enter');
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await page.getByText('Its answer: “ready”').waitFor();
    await page.getByText('2 models offered').waitFor();
    await shoot(page, 'models-gemini-light');
    expect(app.problems).toEqual([]);
  });

  test('another model answers while the chosen one cannot, and the chat says so', async () => {
    const locked = await startWireServer((_request, response) => sendJson(response, 401, anthropicError('authentication_error', 'invalid x-api-key')));
    const works = await startWireServer((_request, response) => sendLines(response, ollamaChat(['{"answer":"It keeps people where they are.","principle":"","nodeIds":[]}'])));
    servers.push(locked, works);
    const client = await app.client();
    await client.settings.set({ model: { provider: 'anthropic', baseUrl: locked.origin, model: 'claude-haiku' }, fallbacks: [{ provider: 'gemini', baseUrl: 'https://generativelanguage.googleapis.com', model: 'gemini-2.5-flash' }, { provider: 'ollama', baseUrl: works.origin, model: 'llama3' }], localOnly: true });
    const flow = await client.flows.create({ name: 'Fallback' });
    const page = await app.openPage();
    await openFlow(page, flow.id);
    await page.getByTestId('chat-input').fill('What is a modal good for?');
    await page.getByTestId('chat-input').press('Enter');
    await page.getByRole('log').getByText('It keeps people where they are.').waitFor();
    const note = page.locator('.notice').filter({ hasText: 'Ollama (llama3) answered, because Anthropic (claude-haiku) could not.' });
    await note.getByText('Why').click();
    await note.getByText('refused the key (401)').waitFor();
    // Local-only: the one elsewhere was passed over, and that is said, too.
    await note.getByText('The app is set to local-only, so it did not contact generativelanguage.googleapis.com').waitFor();
    await shoot(page, 'models-failover-light');
    // The summary names the one that answered.
    await page.locator('.agents summary').filter({ hasText: 'llama3' }).waitFor();
    expect(locked.requests.length).toBeGreaterThan(0);
    await client.settings.set({ model: { provider: 'rules' }, fallbacks: [], localOnly: false });
    expect(app.problems).toEqual([]);
  });

  test('a model that failed is asked again from the note that says so, once it is mended', async () => {
    let isMended = false;
    const wire = await startWireServer((_request, response) =>
      isMended ? sendLines(response, ollamaChat(['{"answer":"They fear hidden costs.","principle":"","nodeIds":[]}'])) : sendJson(response, 404, { error: "model 'llama3' not found" }),
    );
    servers.push(wire);
    const client = await app.client();
    await client.settings.set({ model: { provider: 'ollama', baseUrl: wire.origin, model: 'llama3' } });
    const flow = await client.flows.create({ name: 'Mended' });
    const page = await app.openPage();
    await openFlow(page, flow.id);
    await page.getByTestId('chat-input').fill('Why do people leave before they pay?');
    await page.getByTestId('chat-input').press('Enter');
    const note = page.locator('.turn .notice--warning').filter({ hasText: 'UX expert: the model failed, the rules answered instead.' });
    await note.getByText('does not have llama3').waitFor();
    await shoot(page, 'models-fallback-again');
    isMended = true;
    await note.getByRole('button', { name: 'Ask the model again' }).click();
    await page.getByRole('log').getByText('They fear hidden costs.').waitFor();
    await client.settings.set({ model: { provider: 'rules' } });
    expect(app.problems).toEqual([]);
  });

  test('the list of sections follows what is read, in the order of the page', async () => {
    const page = await app.openPage();
    await page.evaluate(() => void (location.hash = '#/settings'));
    const nav = page.locator('.settings__nav');
    await nav.locator('[aria-current=true]').getByText('Model', { exact: true }).waitFor();
    await eventually(() => nav.locator('button').allTextContents()).toEqual(await page.locator('.settings__heading h2').allTextContents());
    await page.locator('#settings-costs').evaluate((heading) => heading.scrollIntoView({ block: 'start' }));
    await nav.locator('[aria-current=true]').getByText('Costs', { exact: true }).waitFor();
    // The last but one cannot reach the top of the page, and is still the one that was chosen.
    await nav.getByRole('button', { name: 'Appearance' }).click();
    await nav.locator('[aria-current=true]').getByText('Appearance', { exact: true }).waitFor();
    await shoot(page, 'models-settings-nav');
    expect(app.problems).toEqual([]);
  });
});
