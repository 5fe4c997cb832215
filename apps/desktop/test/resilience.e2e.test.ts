/** What goes wrong: engines that go, lines that break, two hands on one step, bad files, bad words and bad models. A clear sentence, and nothing lost. */
import { settingsSchema } from '@uxflow/core/api';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { ollamaChat, ollamaShow, ollamaTags, ollamaVersion, openAiError } from '../../../packages/core/src/llm/wireFixtures.ts';
import { chromiumPath, createLine, shoot, startApp, type AppInBrowser } from './browser.ts';
import { flowFile, largeFlow, THREE_SCREENS } from './flowFile.ts';
import { eventually, LOGIN_STORY, newFlow, nodeById, openFlow, openPlan, retitle, saved, say } from './flowPage.ts';

let app: AppInBrowser;
const wires: WireServer[] = [];
beforeAll(async () => {
  if (chromiumPath) app = await startApp();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await app.shootAll(`failed-${task.id}`);
  for (const wire of wires.splice(0)) await wire.close();
  expect(app?.problems.splice(0) ?? []).toEqual([]);
});
afterAll(() => app?.close());

const bring = async (text: string) => (await (await app.client()).flows.import({ text, fileName: 'prepared.uxflow' })).id;
const titleOf = async (flowId: string, nodeId: string) => (JSON.parse((await (await app.client()).flow.export({ flowId, format: 'json' })).text) as { nodes: Record<string, { data: { title: string } }> }).nodes[nodeId]!.data.title;
const nodeCount = async (flowId: string) => Object.keys((JSON.parse((await (await app.client()).flow.export({ flowId, format: 'json' })).text) as { nodes: object }).nodes).length;
const status = (page: Page) => page.getByTestId('status-line').innerText();
const addNote = async (page: Page) => {
  await page.locator('[data-palette=note]').click();
  await page.locator('textarea.inline-text').press('Escape');
};
const server = async (answer: Parameters<typeof startWireServer>[0]) => {
  const wire = await startWireServer(answer);
  wires.push(wire);
  return wire;
};

describe.skipIf(!chromiumPath)('connections', () => {
  test('the line breaks while one works: the status line says it, what was done is sent when it is back, and nothing doubles', async () => {
    const line = createLine();
    const page = await app.openPage({ line });
    const flowId = await bring(THREE_SCREENS);
    await openFlow(page, flowId);
    for (let round = 0; round < 3; round++) {
      await addNote(page);
      // In the middle of sending: it may have arrived, and its answer not.
      line.cut();
      await addNote(page);
      await eventually(() => status(page)).toMatch(/lost, retrying\. Your last \d changes? (is|are) kept here/);
      await eventually(() => page.locator('.node').count()).toBe(3 + 2 * round + 2);
      line.mend();
      await saved(page);
    }
    await eventually(() => nodeCount(flowId)).toBe(9);
    await eventually(() => page.locator('.node').count()).toBe(9);
    await page.context().close();
  });

  test('the engine goes for good: the page says so, and the next page delivers what it kept', async () => {
    const page = await app.openPage();
    const flowId = await bring(THREE_SCREENS);
    await openFlow(page, flowId);
    await app.stop();
    await retitle(page, nodeById(page, 'node_1'), 'Written while nobody answered');
    await eventually(() => status(page)).toMatch(/Your last 1 change is kept here/);
    await shoot(page, '30-engine-away');
    await app.start();
    // The new engine gave out another secret: this page has no right to it.
    await page.getByText('This page has lost its right to the engine').waitFor();
    await shoot(page, '31-right-lost');
    expect(await titleOf(flowId, 'node_1')).toBe('Address');
    await page.goto(app.server.newAddress());
    await page.getByTestId('flow-list').waitFor();
    await openFlow(page, flowId);
    await eventually(() => titleOf(flowId, 'node_1')).toBe('Written while nobody answered');
    await page.context().close();
  });

  test('two pages on one flow see each other; two names for one step wait in the inbox, and either can be taken', async () => {
    const line = createLine();
    const here = await app.openPage();
    const there = await app.openPage({ line });
    const flowId = await bring(THREE_SCREENS);
    await openFlow(here, flowId);
    await openFlow(there, flowId);
    await retitle(here, nodeById(here, 'node_0'), 'Basket');
    await nodeById(there, 'node_0').getByText('Basket').waitFor();
    await addNote(there);
    await eventually(() => here.locator('.node').count()).toBe(4);

    for (const [node, verdict, expected] of [['node_1', 'Take the other', 'Lost'], ['node_2', 'Keep what stands', 'Stands']] as const) {
      line.cut();
      await eventually(() => status(there)).toMatch(/lost/);
      await retitle(here, nodeById(here, node), 'First');
      await saved(here);
      await retitle(there, nodeById(there, node), 'Second');
      line.mend();
      await saved(there);
      await here.locator('#tab-history .badge').waitFor();
      if ((await here.locator('#tab-history').getAttribute('aria-selected')) !== 'true') await here.locator('#tab-history').click();
      const card = here.getByTestId('conflict');
      const stands = await titleOf(flowId, node);
      const lost = stands === 'First' ? 'Second' : 'First';
      await eventually(() => card.innerText()).toContain('First');
      await eventually(() => card.innerText()).toContain('Second');
      await shoot(here, '32-conflict');
      await card.getByRole('button', { name: verdict }).click();
      await card.waitFor({ state: 'detached' });
      await eventually(() => titleOf(flowId, node)).toBe(expected === 'Lost' ? lost : stands);
      await nodeById(there, node).getByText(expected === 'Lost' ? lost : stands).waitFor();
    }
    await here.context().close();
    await there.context().close();
  });
});

describe.skipIf(!chromiumPath)('large and broken', () => {
  test('a flow of 5,000 screens opens, pans and takes an edit', async () => {
    const page = await app.openPage();
    const flowId = await bring(largeFlow(5000));
    await openFlow(page, flowId);
    await page.locator('.node').first().waitFor();
    await page.locator('[data-testid=zoom]').click();
    await page.getByRole('menuitemcheckbox', { name: '100 %', exact: true }).click();
    await page.locator('.node__title').first().waitFor();
    const before = await page.locator('.node__title').first().innerText();
    await page.mouse.move(700, 450);
    for (let step = 0; step < 5; step++) await page.mouse.wheel(400, 300);
    await eventually(() => page.locator('.node__title').first().innerText()).not.toBe(before);
    await eventually(() => page.locator('.node').count()).toBeLessThan(200);
    await shoot(page, '33-large');
    await addNote(page);
    await saved(page);
    await eventually(() => nodeCount(flowId)).toBe(5001);
    await page.context().close();
  });

  const whole = flowFile('Whole', [['screen', 'A', 0, 0], ['screen', 'B', 300, 0]], [[0, 1]]);
  test.each([
    ['cut off', whole.slice(0, -40)],
    ['with an edge to nowhere', whole.replace('"target":"node_1"', '"target":"node_gone"')],
    ['with one id twice', whole.replace('"node_1":{"id":"node_1"', '"node_1":{"id":"node_0"')],
    ['of a version that is unknown', whole.replace('"version":1', '"version":99')],
    ['that is a picture', '\u0089PNG\r\n\u001a\n\u0000\u0000\u0000\rIHDR\u0000'],
    ['that is empty', ''],
    ['that is another JSON', '{"hello": "world"}'],
  ])('a file %s is dropped: one clear sentence, and no flow', async (_, text) => {
    const page = await app.openPage();
    const client = await app.client();
    const before = (await client.flows.list({})).length;
    const transfer = await page.evaluateHandle((words) => {
      const data = new DataTransfer();
      data.items.add(new File([words], 'broken.uxflow'));
      return data;
    }, text);
    await page.getByTestId('flow-list').dispatchEvent('drop', { dataTransfer: transfer });
    const toast = page.locator('.toast--error');
    await toast.waitFor();
    const words = (await toast.innerText()).trim();
    expect(words).toMatch(/[a-z]{3,}.*\./s);
    expect(words).not.toMatch(/undefined|\[object|zod|at \w+ \(|[A-Z]+_[A-Z]+/);
    expect((await client.flows.list({})).length).toBe(before);
    await page.context().close();
  });

  test('empty words are not sent; a megabyte, bytes and words without a step get a sentence, and the flow stays as it was', async () => {
    const page = await app.openPage();
    const flowId = await newFlow(page);
    const input = page.getByTestId('chat-input');
    for (const nothing of ['', '   \n ']) {
      await input.fill(nothing);
      await eventually(() => page.getByTestId('chat-send').isDisabled()).toBe(true);
    }
    const long = 'The user opens the app and taps on the button. ';
    for (const words of [long.repeat(60_000), 'PK\u0003\u0004\u0000\u0008\u0000\u0001\u0002\u0000\u0000\u0000\u0000']) {
      await input.fill(words);
      await page.getByTestId('chat-send').click();
      await page.locator('.composer__failure .notice--error').waitFor();
      await eventually(() => page.locator('.composer__failure').innerText()).toMatch(/characters|binary/);
      expect((await input.inputValue()).length).toBeGreaterThan(words.length / 2);
      await page.locator('.composer__failure button').click();
    }
    await input.fill(long.repeat(22_000));
    await page.getByTestId('chat-send').click();
    await openPlan(page).getByText(/The text is long: its first [\d,]+ of [\d,]+ characters are read\./).waitFor();
    await shoot(page, '34-a-megabyte');
    await openPlan(page).getByRole('button', { name: 'Reject' }).click();
    await page.locator('[data-testid=plan-card][data-outcome=rejected]').waitFor();
    await say(page, 'hm');
    await page.locator('.turn [data-role=assistant], [data-testid=clarification]').first().waitFor();
    await shoot(page, '35-no-step');
    expect(await nodeCount(flowId)).toBe(0);
    await eventually(() => page.locator('.node').count()).toBe(0);
    await page.context().close();
  });
});

describe.skipIf(!chromiumPath)('models', () => {
  const choose = async (wire: WireServer) => (await app.client()).settings.set({ model: { provider: 'ollama', baseUrl: wire.origin, model: 'llama3.2' } });
  const talk = (chat: Parameters<typeof startWireServer>[0]) =>
    server((request, response, index) => {
      if (request.path === '/api/version') return sendJson(response, 200, ollamaVersion);
      if (request.path === '/api/tags') return sendJson(response, 200, ollamaTags);
      if (request.path === '/api/show') return sendJson(response, 200, ollamaShow);
      return chat(request, response, index);
    });
  afterEach(async () => void (chromiumPath && (await (await app.client()).settings.set(settingsSchema.parse({})))));

  test('a model that hangs is stopped, and what was said is kept', async () => {
    const wire = await talk((_request, response) => sendLines(response, [], 'open'));
    await choose(wire);
    const page = await app.openPage();
    await newFlow(page);
    await say(page, LOGIN_STORY);
    await eventually(() => wire.requests.some(({ path }) => path === '/api/chat')).toBe(true);
    await shoot(page, '36-model-hangs');
    await page.getByTestId('chat-stop').click();
    await page.locator('.turn__end').getByText('Stopped. What was done until then is kept.').waitFor();
    await wire.dropped(wire.requests.findIndex(({ path }) => path === '/api/chat'));
    await eventually(() => page.getByTestId('chat').innerText()).toContain('Login with email and password');
    await eventually(() => page.getByTestId('chat-stop').count()).toBe(0);
    await page.context().close();
  });

  test('a model that answers nonsense: the rules take over and the chat says so', async () => {
    const wire = await talk((_request, response) => sendLines(response, ollamaChat(['colourless green ', 'ideas {{{'])));
    await choose(wire);
    const page = await app.openPage();
    await newFlow(page);
    await say(page, LOGIN_STORY);
    await openPlan(page).waitFor();
    await eventually(() => page.locator('.turn .notice--warning').first().innerText()).toMatch(/the model failed, the rules answered instead/);
    await shoot(page, '37-nonsense');
    await page.context().close();
  });

  test('the test button says what failed', async () => {
    const wire = await server((request, response) => {
      if (request.headers.authorization === 'Bearer right') return sendJson(response, 404, openAiError('The model `gpt-none` does not exist', 'invalid_request_error', 'model_not_found'));
      return sendJson(response, 401, openAiError('Incorrect API key provided', 'invalid_request_error', 'invalid_api_key'));
    });
    const gone = await server(() => undefined);
    const closed = gone.origin;
    await gone.close();
    const page = await app.openPage();
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.locator('.settings__card').filter({ hasText: 'OpenAI-compatible' }).click();
    const attempt = async (baseUrl: string, says: RegExp) => {
      for (const [label, value] of [['Base address', baseUrl], ['Model', 'gpt-none']] as const) {
        const field = page.locator('.settings__panel .field').filter({ hasText: label }).locator('input').first();
        await field.fill(value);
        await field.press('Tab');
      }
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await eventually(() => page.locator('.settings__test .notice').innerText()).toMatch(says);
    };
    await attempt(`${closed}/v1`, /^Nothing answers at 127\.0\.0\.1:\d+/);
    await attempt(`${wire.origin}/v1`, /key/i);
    await (await app.client()).models.setKey({ baseUrl: `${wire.origin}/v1`, key: 'right' });
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    await eventually(() => page.locator('.settings__test .notice').innerText()).toMatch(/gpt-none/);
    await shoot(page, '38-test-button');
    await page.context().close();
  });
});
