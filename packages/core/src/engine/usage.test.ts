import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Turn } from '../agents/index.ts';
import type { ApiClient } from '../api/index.ts';
import { createTestClock, silentLogger } from '../base/index.ts';
import { openDataFolder } from '../db/index.ts';
import { createEgress, type OtlpRequest } from '../llm/index.ts';
import { createEngine, daysToPeriod, usageOfFolder, type Engine } from './index.ts';
import { createTelemetry, tracesAddress } from './telemetry.ts';

const NOW = Date.UTC(2026, 10, 23, 9);
const DAY = 86_400_000;
const PERIOD = { from: NOW - 7 * DAY, to: NOW + DAY };
let dataDir: string;
let engine: Engine;
let api: ApiClient;
let asked: { url: string; body: { model: string; max_completion_tokens?: number } }[];
/** Tokens that the vendor counts for an answer. */
let counted: { prompt_tokens: number; completion_tokens: number; prompt_tokens_details?: { cached_tokens: number } };
const clock = createTestClock(NOW);

/** OpenAI as far as these tests go: answers by the shape that it is asked for; everything on loopback really goes out. */
const vendor = (async (input: RequestInfo | URL, init?: RequestInit) => {
  const url = String(input instanceof Request ? input.url : input);
  if (new URL(url).hostname === '127.0.0.1') return fetch(input, init);
  const body = JSON.parse(typeof init?.body === 'string' ? init.body : new TextDecoder().decode(init?.body as Uint8Array)) as { model: string; stream?: boolean };
  asked.push({ url, body });
  const content = JSON.stringify({ answer: 'Name the button by what it does.', principle: 'Clear labels', nodeIds: [] });
  const base = { id: 'c', created: 1, model: body.model };
  if (!body.stream) return Response.json({ ...base, object: 'chat.completion', choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }], usage: { ...counted, total_tokens: 0 } });
  const chunks = [{ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: null }] }, { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, { choices: [], usage: { ...counted, total_tokens: 0 } }];
  return new Response(`${chunks.map((chunk) => `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...chunk })}\n\n`).join('')}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
}) as typeof fetch;

const start = async () => {
  const secrets = new Map([['model-key:https://api.openai.com/v1', 'sk-test']]);
  engine = await createEngine({
    dataDir, host: 'test', version: '0', logger: silentLogger, clock, timeZone: 'Europe/Berlin', fetch: vendor,
    secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) },
  });
  api = createRouterClient(engine.router) as unknown as ApiClient;
};
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-usage-'));
  asked = [];
  counted = { prompt_tokens: 1_000, completion_tokens: 100 };
  await start();
  await api.settings.set({ model: openai('gpt-5.4-mini'), proModel: openai('gpt-5.5') });
});
afterEach(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const openai = (model: string, baseUrl = 'https://api.openai.com/v1') => ({ provider: 'openai' as const, baseUrl, model });

/** Asks a question about a flow and gives the turn once it has ended. */
async function ask(flowId: string, text = 'How should I name the buttons?'): Promise<Turn> {
  const stop = new AbortController();
  const stream = await api.chat.open({ flowId }, { signal: stop.signal });
  const { id } = await api.chat.send({ flowId, text });
  for await (const event of stream) {
    if (event.type !== 'turn' || event.turn.id !== id || event.turn.status === 'queued' || event.turn.status === 'running') continue;
    stop.abort();
    return event.turn;
  }
  throw new Error('the stream ended');
}

describe('quality modes', () => {
  test('ask the model of the mode, which the turn and the ledger keep', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    expect((await ask(id)).quality).toBe('standard');
    await api.settings.set({ quality: 'pro' });
    expect(await ask(id)).toMatchObject({ quality: 'pro', model: 'openai:gpt-5.5', status: 'done' });
    await api.settings.set({ modes: { standard: {}, pro: { uxExpert: openai('gpt-5.4') } } });
    await ask(id);
    expect(asked.map(({ body }) => body.model)).toEqual(['gpt-5.4-mini', 'gpt-5.5', 'gpt-5.4']);
    expect((await api.usage.calls(PERIOD)).map(({ model, quality, costUsd }) => [model, quality, costUsd])).toEqual([
      ['openai:gpt-5.4', 'pro', 0.004], ['openai:gpt-5.5', 'pro', 0.008], ['openai:gpt-5.4-mini', 'standard', 0.0012],
    ]);
  });
});

describe('what it costs', () => {
  test('is said before it is asked, by the price list and then by what answers were like', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    const [standard, pro] = await api.usage.estimate({ flowId: id, text: 'How should I name the buttons?' });
    expect(standard).toMatchObject({ quality: 'standard', model: 'openai:gpt-5.4-mini', kind: 'known', calls: 1, isAssumed: true, asOf: '2026-05-04', unknownModels: [] });
    expect(pro!.usd).toBeGreaterThan(standard!.usd);
    expect(asked).toEqual([]);
    counted = { prompt_tokens: 1_000, completion_tokens: 1 };
    await ask(id);
    const [after] = await api.usage.estimate({ flowId: id, text: 'How should I name the buttons?' });
    expect(after!.isAssumed).toBe(false);
    expect(after!.usd).toBeLessThan(standard!.usd);
    expect((await api.usage.estimate({ flowId: id, text: 'Hello' }))[0]).toMatchObject({ kind: 'none', calls: 0 });
  });

  test('is unknown where no price is known, no charge on this machine, and the person can say it', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    await api.settings.set({ model: openai('gpt-5.4-mini', 'https://gateway.example.com/v1'), proModel: { provider: 'ollama', baseUrl: 'http://127.0.0.1:9', model: 'llama3.2' } });
    const text = 'How should I name the buttons?';
    expect(await api.usage.estimate({ flowId: id, text })).toMatchObject([{ kind: 'unknown', usd: 0, unknownModels: ['openai:gpt-5.4-mini'] }, { kind: 'local', usd: 0 }]);
    const list = await api.usage.setPrice({ pattern: 'openai:gpt-5.4-mini', inputUsd: 1, outputUsd: 1 });
    expect(list.entries[0]).toEqual({ isOwn: true, entry: { pattern: 'openai:gpt-5.4-mini', inputUsd: 1, outputUsd: 1, asOf: '2026-11-23', source: 'entered' } });
    expect(list.entries.filter(({ entry }) => entry.pattern === 'openai:gpt-5.4-mini')).toHaveLength(1);
    expect((await api.usage.estimate({ flowId: id, text }))[0]!.kind).toBe('known');
    await engine.close();
    await start();
    expect((await api.usage.prices()).inUse).toContainEqual(expect.objectContaining({ model: 'openai:gpt-5.4-mini', price: expect.objectContaining({ kind: 'priced', isOwn: true }) }));
    await api.usage.removePrice({ pattern: 'openai:gpt-5.4-mini' });
    const removed = await api.usage.removePrice({ pattern: 'openai:gpt-5.4-mini' });
    expect(removed.removed).toEqual(['openai:gpt-5.4-mini']);
    expect(removed.entries.some(({ entry }) => entry.pattern === 'openai:gpt-5.4-mini')).toBe(false);
    expect((await api.usage.restorePrices()).removed).toEqual([]);
    await expect(api.usage.setPrice({ pattern: 'gpt', inputUsd: 1, outputUsd: 1 })).rejects.toMatchObject({ code: 'PRICE_PATTERN_INVALID' });
  });

  test('is less for what the vendor had in its own cache', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    counted = { prompt_tokens: 1_000, completion_tokens: 100, prompt_tokens_details: { cached_tokens: 600 } };
    await ask(id);
    expect((await api.usage.calls(PERIOD))[0]!.costUsd).toBeCloseTo(0.000795, 10);
  });

  test('is summed by day, agent and model, the unknown apart', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    await ask(id);
    await ask(id, 'Which steps need a back button?');
    await api.settings.set({ model: openai('mystery', 'https://gateway.example.com/v1') });
    await ask(id, 'Where should errors be shown?');
    const view = await api.usage.summary(PERIOD);
    expect(view.days.map(({ key }) => key)).toEqual(['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24']);
    expect(view.total).toMatchObject({ calls: 3, failures: 0, inputTokens: 3_000, outputTokens: 300, unknownCost: 1 });
    expect(view.total.costUsd).toBeCloseTo(0.0024, 10);
    expect(view.cells.map(({ day, model, calls }) => [view.days[day]!.key, model, calls])).toEqual([['2026-11-23', 'openai:gpt-5.4-mini', 2], ['2026-11-23', 'openai:mystery', 1]]);
    expect(view.byModel.map(({ model }) => model)).toEqual(['openai:gpt-5.4-mini', 'openai:mystery']);
    expect(view.byAgent).toMatchObject([{ agent: 'uxExpert', calls: 3 }]);
    expect(await api.usage.calls({ ...PERIOD, model: 'openai:mystery' })).toHaveLength(1);
  });
});

describe('a budget', () => {
  test('stops a turn that can be tried again once there is room, or lets the rules answer', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    await api.settings.set({ budget: { dayUsd: 0.001, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false } });
    const stopped = await ask(id);
    expect(stopped).toMatchObject({ status: 'failed', error: { code: 'BUDGET_USED_UP', params: { period: 'day', limitUsd: 0.001 } } });
    expect(asked).toEqual([]);
    expect(await api.usage.calls(PERIOD)).toMatchObject([{ outcome: 'refused', errorCode: 'BUDGET_USED_UP', quality: 'standard' }]);
    await api.settings.set({ budget: { dayUsd: 5, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false } });
    const stream = await api.chat.open({ flowId: id });
    await api.chat.retry({ turnId: stopped.id });
    for await (const event of stream) if (event.type === 'turn' && event.turn.id === stopped.id && event.turn.status === 'done') break;
    expect(asked).toHaveLength(1);
    // The answer is held to what the budget leaves.
    expect(asked[0]!.body.max_completion_tokens).toBeGreaterThan(1_000);
    expect((await api.usage.budget()).periods[0]).toMatchObject({ period: 'day', limitUsd: 5, usedUsd: 0.0012, reservedUsd: 0 });
    await api.settings.set({ budget: { dayUsd: 0, monthUsd: null, whenUsedUp: 'rules', refuseUnknown: false } });
    expect(await ask(id, 'Which screen needs a search?')).toMatchObject({ status: 'done', fallbacks: [{ agent: 'uxExpert', error: { code: 'BUDGET_USED_UP' } }] });
  });
});

describe('telling others', () => {
  test('a collector gets spans by OTLP over HTTP, through the gate', async () => {
    const requests: { path: string; type: string | undefined; body: OtlpRequest }[] = [];
    let answer: { status: number; body: unknown } = { status: 200, body: { partialSuccess: { rejectedSpans: '1', errorMessage: 'one is too old' } } };
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({ path: request.url!, type: request.headers['content-type'], body: JSON.parse(Buffer.concat(chunks).toString()) as OtlpRequest });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    try {
      const { id } = await api.flows.create({ name: 'Shop' });
      await ask(id);
      expect(requests).toEqual([]);
      await expect(api.usage.push(PERIOD)).rejects.toMatchObject({ code: 'TELEMETRY_NO_ENDPOINT' });
      await api.settings.set({ telemetry: { endpoint, isOn: false } });
      expect(await api.usage.push(PERIOD)).toEqual({ spans: 1, rejected: 1, message: 'one is too old' });
      expect(requests).toHaveLength(1);
      expect(requests[0]).toMatchObject({ path: '/v1/traces', type: 'application/json' });
      const [span] = requests[0]!.body.resourceSpans[0]!.scopeSpans[0]!.spans;
      expect(span).toMatchObject({ name: 'chat gpt-5.4-mini', kind: 3 });
      expect(JSON.stringify(requests)).not.toContain('buttons');
      expect((await api.app.egress({ limit: 5 })).map(({ purpose, outcome }) => [purpose, outcome])).toContainEqual(['telemetry', 'ok']);
      answer = { status: 500, body: {} };
      await expect(api.usage.push(PERIOD)).rejects.toMatchObject({ code: 'TELEMETRY_FAILED', data: { status: 500 } });
      await api.settings.set({ localOnly: true, telemetry: { endpoint: 'https://collector.example.com', isOn: false } });
      await expect(api.usage.push(PERIOD)).rejects.toMatchObject({ code: 'EGRESS_REFUSED', data: { reason: 'localOnly' } });
    } finally {
      collector.closeAllConnections();
      collector.close();
    }
  });

  test('tells calls by itself only while that is on, together, and tries again when the collector is busy', async () => {
    const received: number[] = [];
    let status = 503;
    const collector = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (status === 200) received.push((JSON.parse(Buffer.concat(chunks).toString()) as OtlpRequest).resourceSpans[0]!.scopeSpans[0]!.spans.length);
        response.writeHead(status).end();
        status = 200;
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    const telemetry = createTelemetry({ endpoint: () => endpoint, egressFor: () => createEgress({ fetch, clock, policy: { localOnly: true, onPremiseHosts: [], allowedHosts: [] } }), clock, version: '0', logger: silentLogger, restMs: 5 });
    const call = { id: 'call_1', agent: 'planner', model: 'x:y', promptVersion: '1', operation: 'chat' as const, ms: 1, outcome: 'ok' as const, startedAt: NOW };
    telemetry.note(call);
    telemetry.note({ ...call, id: 'call_2' });
    await expect.poll(() => received).toEqual([2]);
    await telemetry.close();
    collector.closeAllConnections();
    collector.close();
  });

  test('names the path that OTLP gives traces, and takes no secrets in an address', () => {
    expect(tracesAddress(' http://127.0.0.1:4318 ')).toBe('http://127.0.0.1:4318/v1/traces');
    expect(tracesAddress('https://c.example/otlp/')).toBe('https://c.example/otlp/v1/traces');
    expect(tracesAddress('https://c.example/otlp/v1/traces?tenant=1')).toBe('https://c.example/otlp/v1/traces?tenant=1');
    for (const wrong of ['collector', 'ftp://c.example', 'https://a:b@c.example', '']) expect(() => tracesAddress(wrong)).toThrow(expect.objectContaining({ code: 'TELEMETRY_ENDPOINT_INVALID' }));
  });

  test('files hold every call of the period, also those of a folder that nobody has open', async () => {
    const { id } = await api.flows.create({ name: 'Shop' });
    await ask(id);
    const csv = await api.usage.export({ ...PERIOD, format: 'csv' });
    expect(csv).toMatchObject({ fileName: 'uxflow-usage-2026-11-16-2026-11-24.csv', mediaType: 'text/csv' });
    expect(csv.text.trim().split('\r\n')).toHaveLength(2);
    const otlp = JSON.parse((await api.usage.export({ ...PERIOD, format: 'otlp' })).text) as OtlpRequest;
    expect(otlp.resourceSpans[0]!.scopeSpans[0]!.spans).toHaveLength(1);
    await engine.close();
    const read = await usageOfFolder(dataDir, { ...PERIOD, format: 'csv', version: '0', logger: silentLogger, timeZone: 'Europe/Berlin' });
    expect(read.text).toBe(csv.text);
    expect(read.view.total.calls).toBe(1);
    await start();
  });

  test('days given by name are a period of the calendar', () => {
    expect(daysToPeriod('2026-11-01', '2026-11-23', NOW, 'Europe/Berlin')).toEqual({ from: Date.UTC(2026, 9, 31, 23), to: Date.UTC(2026, 10, 23, 23) });
    expect(daysToPeriod(undefined, undefined, NOW, 'UTC')).toEqual({ from: Date.UTC(2026, 9, 25), to: Date.UTC(2026, 10, 24) });
    expect(daysToPeriod('2026-11-23', '2026-11-23', NOW, 'Pacific/Kiritimati')).toEqual({ from: Date.UTC(2026, 10, 22, 10), to: Date.UTC(2026, 10, 23, 10) });
    for (const [from, to] of [['2026-11-24', '2026-11-23'], ['tomorrow', undefined], ['2026-13-01', undefined], ['2026-02-30', undefined]] as const) expect(daysToPeriod(from, to, NOW, 'UTC')).toBeUndefined();
  });
});

test('a call that nobody closed and one of unknown cost are counted as unknown, a refused and a cached one are not', async () => {
  await engine.close();
  const folder = await openDataFolder(dataDir, { logger: silentLogger, clock });
  const record = { agent: 'planner', model: 'x:y', promptVersion: '1', operation: 'chat' as const, ms: 10, startedAt: NOW };
  for (const outcome of ['open', 'ok', 'refused', 'cached', 'failed'] as const) {
    const id = await folder.ledger.calls.open({ ...record, outcome: 'open' });
    if (outcome !== 'open') await folder.ledger.calls.close(id, { ...record, outcome, ...(outcome === 'cached' ? { costUsd: 0 } : {}) });
  }
  expect(folder.ledger.spentSince(0)).toEqual({ costUsd: 0, unknownCost: 3 });
  expect(folder.ledger.usage([{ start: 0, end: NOW + 1 }]).total).toMatchObject({ calls: 5, failures: 1, cached: 1, refused: 1, unknownCost: 3, p50Ms: 10, p95Ms: 10 });
  expect(folder.ledger.usage([]).total.calls).toBe(0);
  await folder.close();
  await start();
});
