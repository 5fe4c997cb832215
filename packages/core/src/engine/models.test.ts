import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Turn } from '../agents/index.ts';
import type { ApiClient, ChatEvent } from '../api/index.ts';
import { silentLogger } from '../base/index.ts';
import { sendJson, sendLines, startWireServer, type SeenRequest, type WireServer } from '../llm/testServers.ts';
import { ollamaChat, ollamaShow, ollamaTags, openAiError } from '../llm/wireFixtures.ts';
import type { EngineDependencies } from './dependencies.ts';
import { createEngine, type Engine } from './index.ts';

let dataDir: string;
let engine: Engine;
let api: ApiClient;
let now: number;
const secrets = new Map<string, string>();
const servers: WireServer[] = [];
const start = async (change: Partial<EngineDependencies> = {}) => {
  engine = await createEngine({
    dataDir, host: 'test', version: '0', logger: silentLogger, clock: { now: () => now++ }, ...change,
    secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) },
  });
  api = createRouterClient(engine.router) as unknown as ApiClient;
};
beforeEach(async () => {
  now = Date.UTC(2026, 10, 23);
  secrets.clear();
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-models-'));
  await start();
});
afterEach(async () => {
  await engine.close();
  for (const server of servers.splice(0)) await server.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function serve(answer: Parameters<typeof startWireServer>[0]): Promise<WireServer> {
  const server = await startWireServer(answer);
  servers.push(server);
  return server;
}
/** An Ollama that answers any question. */
const hello = (_request: SeenRequest, response: ServerResponse) => sendLines(response, ollamaChat(['{"answer":"Hello there","principle":"","nodeIds":[]}']));
const down = (_request: SeenRequest, response: ServerResponse) => sendJson(response, 401, openAiError('bad key', 'invalid_request_error', 'invalid_api_key'));

/** Sends a message and follows its turn to the end. */
async function say(text: string): Promise<{ turn: Turn; events: ChatEvent[] }> {
  const flow = await api.flows.create({ name: 'A' });
  const stop = new AbortController();
  const events: ChatEvent[] = [];
  const stream = await api.chat.open({ flowId: flow.id }, { signal: stop.signal });
  const { id } = await api.chat.send({ flowId: flow.id, text });
  let turn: Turn | undefined;
  for await (const event of stream) {
    events.push(event);
    if (event.type === 'turn' && event.turn.id === id) ({ turn } = event);
    if (turn && !['queued', 'running'].includes(turn.status)) break;
  }
  stop.abort();
  return { turn: turn!, events };
}
const callsOf = (events: readonly ChatEvent[]) => events.flatMap((event) => (event.type === 'step' && event.call ? [event.call] : []));

test('a fallback answers for a model that cannot, and the steps say so', async () => {
  const [broken, works] = [await serve(down), await serve(hello)];
  await api.settings.set({ model: { provider: 'openai', baseUrl: `${broken.origin}/v1`, model: 'gpt' }, fallbacks: [{ provider: 'ollama', baseUrl: works.origin, model: 'llama' }] });
  const { turn, events } = await say('What is a modal good for?');
  expect(turn).toMatchObject({ status: 'done', reply: 'Hello there', fallbacks: [] });
  expect(callsOf(events)).toMatchObject([{ model: 'ollama:llama', failedBefore: [{ model: 'openai:gpt', error: { code: 'MODEL_KEY_REJECTED' } }] }]);
});

test('a model that breaks off in the middle of its words: they are taken back, another answers', async () => {
  const breaks = await serve((_request, response) => sendLines(response, ollamaChat(['{"answer":"Half an ', 'answer"']).slice(0, 2), 'cut'));
  const works = await serve(hello);
  const model = (baseUrl: string, name: string) => ({ provider: 'ollama' as const, baseUrl, model: name });
  await api.settings.set({ model: model(breaks.origin, 'breaks'), fallbacks: [model(works.origin, 'works')] });
  const { turn, events } = await say('What is a modal good for?');
  expect(turn).toMatchObject({ status: 'done', reply: 'Hello there' });
  let shown = '';
  const seen: string[] = [];
  for (const event of events) {
    if (event.type !== 'token') continue;
    shown = (event.isAnew ? '' : shown) + event.text;
    seen.push(shown);
  }
  expect(seen[0]).toContain('Half an');
  expect(shown).toBe('{"answer":"Hello there","principle":"","nodeIds":[]}');
  expect(callsOf(events)).toMatchObject([{ model: 'ollama:works', failedBefore: [{ model: 'ollama:breaks', error: { code: 'MODEL_OUTPUT_TRUNCATED' } }] }]);
});

test('local-only asks no fallback that is elsewhere, and nothing is recorded as tried there', async () => {
  const broken = await serve(down);
  await api.settings.set({ localOnly: true, model: { provider: 'openai', baseUrl: `${broken.origin}/v1`, model: 'gpt' }, fallbacks: [{ provider: 'anthropic', baseUrl: 'https://api.anthropic.com', model: 'claude' }] });
  const { turn } = await say('What is a modal good for?');
  expect(turn.fallbacks[0]).toMatchObject({ error: { code: 'MODEL_KEY_REJECTED', params: { alsoFailed: [{ model: 'anthropic:claude', code: 'EGRESS_REFUSED' }] } } });
  expect((await api.app.egress({})).map(({ host }) => host)).not.toContain('api.anthropic.com');
});

test('an endpoint that is down is left alone, the settings see it, and a test that works mends it', async () => {
  let isDown = true;
  const server = await serve((request, response) => (isDown ? sendJson(response, 404, 'gone') : hello(request, response)));
  isDown = true;
  await engine.close();
  await start({ fetch: (input, init) => (isDown ? Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) })) : fetch(input, init)) });
  const choice = { provider: 'ollama' as const, baseUrl: server.origin, model: 'llama' };
  await api.settings.set({ model: choice });
  for (let message = 0; message < 4; message++) await say('What is a modal good for?');
  expect((await api.endpoints.get({ baseUrl: `${server.origin}/` })).health).toMatchObject({ phase: 'open', errorCode: 'MODEL_UNREACHABLE' });
  const { turn } = await say('What is a modal good for?');
  expect(turn.fallbacks[0]).toMatchObject({ error: { code: 'MODEL_CIRCUIT_OPEN' } });
  expect(server.requests).toEqual([]);
  isDown = false;
  expect((await api.models.test(choice)).ok).toBe(true);
  expect((await api.endpoints.get({ baseUrl: server.origin })).health).toEqual({ phase: 'closed', failures: 0 });
});

test('headers go along with every request of their endpoint only, and their values never come back', async () => {
  const [gateway, other] = [await serve((request, response) => (request.path === '/api/tags' ? sendJson(response, 200, ollamaTags) : hello(request, response))), await serve((_request, response) => sendJson(response, 200, ollamaTags))];
  const view = await api.endpoints.set({ baseUrl: gateway.origin, change: { header: { name: 'X-Team', value: 'design-secret-7' } } });
  expect(view).toEqual({ certificates: [], headerNames: ['X-Team'], health: { phase: 'closed', failures: 0 } });
  expect((await api.models.list({ provider: 'ollama', baseUrl: gateway.origin })).models).toHaveLength(2);
  await api.models.test({ provider: 'ollama', baseUrl: gateway.origin, model: 'llama' });
  expect(gateway.requests.map(({ headers }) => headers['x-team'])).toEqual(['design-secret-7', 'design-secret-7']);
  await api.models.list({ provider: 'ollama', baseUrl: other.origin });
  expect(other.requests[0]!.headers['x-team']).toBeUndefined();
  expect(JSON.stringify(await api.endpoints.get({ baseUrl: gateway.origin }))).not.toContain('design-secret-7');
  expect((await api.endpoints.set({ baseUrl: gateway.origin, change: { header: { name: 'x-team', value: null } } })).headerNames).toEqual([]);
  expect([...secrets.keys()]).toEqual([]);
});

test('a name and password in the address of a proxy are taken out of it; what cannot be used changes nothing', async () => {
  const baseUrl = 'https://llm.example.com/v1';
  expect((await api.endpoints.set({ baseUrl, change: { proxy: { url: 'http://ada:Geheim%21@proxy.example:3128' } } })).proxy).toEqual({ url: 'http://proxy.example:3128', user: 'ada', hasPassword: true });
  expect([...secrets.values()]).toEqual(['Geheim!']);
  // The same proxy under another name keeps the password; a new one replaces it.
  expect((await api.endpoints.set({ baseUrl, change: { proxy: { url: 'proxy.example:3128', user: 'bob' } } })).proxy).toEqual({ url: 'http://proxy.example:3128', user: 'bob', hasPassword: true });
  await expect(api.endpoints.set({ baseUrl, change: { proxy: { url: 'socks5://proxy.example' } } })).rejects.toMatchObject({ code: 'ENDPOINT_PROXY_INVALID' });
  for (const [name, reason] of [['Host', 'reserved'], ['a b', 'name'], ['', 'name'], ['user-agent', 'reserved']] as const) await expect(api.endpoints.set({ baseUrl, change: { header: { name, value: 'x' } } }), name).rejects.toMatchObject({ code: 'ENDPOINT_HEADER_INVALID', data: { reason } });
  await expect(api.endpoints.set({ baseUrl, change: { header: { name: 'X-A', value: 'line\nbreak' } } })).rejects.toMatchObject({ data: { reason: 'value' } });
  for (const [ca, reason] of [['hello', 'noCertificate'], ['-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', 'privateKey'], ['-----BEGIN CERTIFICATE-----\nbm90IG9uZQ==\n-----END CERTIFICATE-----', 'damaged']] as const) await expect(api.endpoints.set({ baseUrl, change: { ca } }), reason).rejects.toMatchObject({ code: 'ENDPOINT_CA_INVALID', data: { reason } });
  const kept = await api.endpoints.get({ baseUrl: `${baseUrl}/` });
  expect(kept).toMatchObject({ proxy: { user: 'bob' }, headerNames: [], certificates: [] });
  expect(await api.endpoints.set({ baseUrl, change: { proxy: null, apiVersion: ' 2025-01-01 ' } })).toEqual({ certificates: [], headerNames: [], apiVersion: '2025-01-01', health: { phase: 'closed', failures: 0 } });
  expect(secrets.size).toBe(0);
});

test('a model is tried out behind its first answer: once a day, without the work waiting for it', async () => {
  await engine.close();
  await start({ probesModels: { afterMs: 0 } });
  const server = await serve((request, response) => (request.path === '/api/show' ? sendJson(response, 200, ollamaShow) : hello(request, response)));
  const choice = { provider: 'ollama' as const, baseUrl: server.origin, model: 'llama' };
  await api.settings.set({ model: choice });
  await say('What is a modal good for?');
  await expect.poll(async () => (await api.models.keptProbe(choice)).probe).toMatchObject({ structured: 'no', vision: 'no', tools: 'no', contextTokens: 8192 });
  const asked = server.requests.length;
  await say('When does a list need a search?');
  expect(server.requests.filter(({ path }) => path === '/api/show')).toHaveLength(1);
  // What was seen is used: no form is asked for any more of a model that fails at it.
  expect(server.requests.slice(asked).length).toBeGreaterThan(0);
  expect(server.requests.slice(asked).every(({ body }) => body.format === undefined)).toBe(true);
});
