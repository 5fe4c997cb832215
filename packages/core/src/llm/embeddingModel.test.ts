import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import type { ModelCallRecord } from './callLedger.ts';
import { createEmbeddings } from './createEmbeddings.ts';
import { cosine, createBatchedEmbeddings, recordedEmbeddings } from './embeddingModel.ts';
import { modelError } from './modelError.ts';
import type { ProviderModelOptions } from './providerAdapter.ts';
import { providerNames, providerTable, type ModelProvider } from './providerTable.ts';
import { geminiError } from './serviceFixtures.ts';
import { instantTiming, openEgress, sendJson, type SeenRequest, type WireServer } from './testServers.ts';
import { failureHiding, startWireStage } from './testStage.ts';
import { openAiError } from './wireFixtures.ts';

const KEY = 'sk-emb-Zx81kQvTn2aPo7LmWc94DyRb';
const start = startWireStage();
const failureOf = failureHiding(KEY.slice(8, 24));

/** How each provider speaks of embeddings. Sources: Ollama docs/api.md "Generate Embeddings"; openapi.yaml CreateEmbeddingResponse; ai.google.dev/api/embeddings "batchEmbedContents". */
const wires: Record<'ollama' | 'openai' | 'azure' | 'gemini', { path: string; keyHeader?: string; texts(request: SeenRequest): string[]; answer(vectors: number[][]): object; error(status: number, message: string): object; tokens?: number }> = {
  ollama: {
    path: '/api/embed', texts: ({ body }) => body.input,
    answer: (embeddings) => ({ model: 'all-minilm', embeddings, total_duration: 14143917, load_duration: 1019500, prompt_eval_count: 8 }),
    error: (_status, message) => ({ error: message }), tokens: 8,
  },
  openai: {
    path: '/v1/embeddings', keyHeader: 'authorization', texts: ({ body }) => body.input,
    // In any order: the index says whose they are.
    answer: (vectors) => ({ object: 'list', data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).reverse(), model: 'text-embedding-3-small', usage: { prompt_tokens: 8, total_tokens: 8 } }),
    error: (_status, message) => openAiError(message, 'server_error', null), tokens: 8,
  },
  azure: {
    path: '/openai/deployments/m-1/embeddings', keyHeader: 'api-key', texts: ({ body }) => body.input,
    answer: (vectors) => ({ object: 'list', data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })), model: 'text-embedding-3-small', usage: { prompt_tokens: 8, total_tokens: 8 } }),
    error: (_status, message) => openAiError(message, 'server_error', null), tokens: 8,
  },
  gemini: {
    path: '/v1beta/models/m-1:batchEmbedContents', keyHeader: 'x-goog-api-key',
    texts: ({ body }) => body.requests.map((request: { content: { parts: { text: string }[] } }) => request.content.parts[0]!.text),
    answer: (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
    error: (status, message) => geminiError(status, 'STATUS', message),
  },
};

function modelOf(provider: ModelProvider, server: WireServer, change: Partial<ProviderModelOptions> = {}) {
  const gate = openEgress();
  const timing = instantTiming();
  const baseUrl = provider === 'openai' ? `${server.origin}/v1` : server.origin;
  return { model: createEmbeddings(provider, { baseUrl, apiKey: KEY, model: 'm-1', egress: gate.egress, timing, ...change }), records: gate.records, timing };
}

describe.each(Object.entries(wires))('embeddings of %s', (name, wire) => {
  const provider = name as ModelProvider;
  const vectorOf = (text: string) => [text.length, 1, 2];

  it('gives one vector of length 1 a text, in order, and sends nothing but what it must', async () => {
    const server = await start((request, response) => sendJson(response, 200, wire.answer(wire.texts(request).map(vectorOf))));
    const { model, records } = modelOf(provider, server);
    expect(model.dimensions).toBeUndefined();
    const { vectors, usage } = await model.embed(['short', 'a longer text — ünï']);
    expect(vectors).toHaveLength(2);
    for (const [index, text] of ['short', 'a longer text — ünï'].entries()) {
      const length = Math.hypot(text.length, 1, 2);
      expect([...vectors[index]!]).toEqual([text.length / length, 1 / length, 2 / length].map((value) => expect.closeTo(value, 6)));
    }
    expect(usage).toEqual(wire.tokens ? { inputTokens: wire.tokens } : {});
    expect(model.dimensions).toBe(3);
    const seen = server.requests[0]!;
    expect(seen.path.split('?')[0]).toBe(wire.path);
    expect(wire.texts(seen)).toEqual(['short', 'a longer text — ünï']);
    if (wire.keyHeader) expect(seen.headers[wire.keyHeader]).toContain(KEY);
    else expect(JSON.stringify(seen.headers)).not.toContain(KEY);
    expect(seen.headers['user-agent']).toBe('ux-flow-engine');
    expect(records).toEqual([expect.objectContaining({ purpose: 'embedding', method: 'POST', status: 200, outcome: 'ok' })]);
  });

  it('asks for many texts in batches', async () => {
    const server = await start((request, response) => sendJson(response, 200, wire.answer(wire.texts(request).map(vectorOf))));
    const texts = Array.from({ length: 150 }, (_, index) => 'x'.repeat(index + 1));
    const { vectors } = await modelOf(provider, server).model.embed(texts);
    expect(server.requests.map((request) => wire.texts(request).length)).toEqual([64, 64, 22]);
    expect(vectors.map((vector) => Math.round(vector[0]! / vector[1]!))).toEqual(texts.map((text) => text.length));
  });

  it('takes a large answer in one line', async () => {
    const server = await start((request, response) => sendJson(response, 200, wire.answer(wire.texts(request).map(() => Array.from({ length: 4096 }, (_, index) => (index + 1) / 7919)))));
    expect((await modelOf(provider, server).model.embed(Array.from({ length: 64 }, () => 'text'))).vectors.at(-1)).toHaveLength(4096);
  });

  it.each([429, 500, 503])('tries again after %i', async (status) => {
    const server = await start((request, response, index) => (index === 0 ? sendJson(response, status, wire.error(status, 'Busy, try later'), { 'retry-after': '2' }) : sendJson(response, 200, wire.answer(wire.texts(request).map(vectorOf)))));
    const { model, timing } = modelOf(provider, server);
    expect((await model.embed(['one'])).vectors).toHaveLength(1);
    expect(timing.waits).toEqual([2100]);
  });

  it('says what is wrong with a key, a page, a cut, and gives up after two retries', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => sendJson(response, 401, wire.error(401, `Wrong key ${KEY}`)),
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Hello</title>'),
      (response) => void response.writeHead(200, { 'content-type': 'application/json', 'content-length': '50' }).end('{"embeddings": [[1,'),
      ...[1, 2, 3].map(() => (response: ServerResponse) => sendJson(response, 500, wire.error(500, 'Broken'))),
    ];
    const server = await start((_request, response, index) => {
      if (index === 2) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.write('{"embeddings": [[1,');
        setTimeout(() => response.end(), 5);
      } else answers[index]!(response);
    });
    const { model } = modelOf(provider, server);
    const codes: string[] = [];
    for (let index = 0; index < 4; index++) codes.push((await failureOf(model.embed(['one']))).code);
    expect(codes).toEqual(['MODEL_KEY_REJECTED', 'MODEL_WRONG_CONTENT_TYPE', 'MODEL_OUTPUT_INVALID', 'MODEL_PROVIDER_FAILED']);
    expect(server.requests).toHaveLength(6);
  });

  it.each([
    ['too few vectors', [[1, 2]]], ['too many', [[1, 2], [3, 4], [5, 6]]], ['two lengths', [[1, 2], [1, 2, 3]]], ['no numbers', [[], []]], ['the zero vector', [[0, 0], [1, 0]]], ['text for numbers', [['a', 'b'], ['c', 'd']]],
  ])('refuses %s', async (_what, vectors) => {
    const server = await start((_request, response) => sendJson(response, 200, wire.answer(vectors as number[][])));
    expect(await failureOf(modelOf(provider, server).model.embed(['one', 'two']))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
  });

  it.each([{}, [], null, { data: 'none' }, { embeddings: 5 }, { data: [{ index: 7, embedding: [1] }] }, { embeddings: [{}] }])('survives an answer like %j', async (body) => {
    const server = await start((_request, response) => sendJson(response, 200, body));
    expect((await failureOf(modelOf(provider, server).model.embed(['one']))).code).toBe('MODEL_OUTPUT_INVALID');
  });

  it('can be cancelled, and does not wait for ever', async () => {
    const server = await start((_request, response, index) => {
      if (index === 1) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    const controller = new AbortController();
    const { model } = modelOf(provider, server, { idleTimeoutMs: 40 });
    const asked = failureOf(model.embed(['one'], { signal: controller.signal }));
    while (!server.requests.length) await new Promise((resolve) => setTimeout(resolve, 2));
    controller.abort();
    expect((await asked).code).toBe('MODEL_CANCELLED');
    await server.dropped(0);
    expect((await failureOf(model.embed(['one']))).code).toBe('MODEL_TIMED_OUT');
    expect((await failureOf(model.embed(['one'], { timeoutMs: 30 }))).code).toBe('MODEL_TIMED_OUT');
  });

  it('sends nothing for an empty text, nothing at all for none, and nothing where the gate is closed', async () => {
    const server = await start((_request, response) => sendJson(response, 200, {}));
    expect((await failureOf(modelOf(provider, server).model.embed(['one', ' ']))).code).toBe('MODEL_REQUEST_REJECTED');
    expect((await modelOf(provider, server).model.embed([])).vectors).toEqual([]);
    expect((await failureOf(modelOf(provider, server, { baseUrl: 'https://example.com' }).model.embed(['one']))).code).toBe('EGRESS_REFUSED');
    expect(server.requests).toHaveLength(0);
  });
});

it('has an adapter for exactly the providers that are said to offer embeddings', () => {
  const options = { model: 'm', egress: openEgress().egress, baseUrl: 'http://127.0.0.1:1' };
  for (const name of providerNames) {
    const create = () => createEmbeddings(name, options);
    if (providerTable[name].hasEmbeddings) expect(create().id).toBe(`${name}:m`);
    else expect(create).toThrow(expect.objectContaining({ code: 'MODEL_SETTINGS_INVALID' }));
  }
  expect(() => createEmbeddings('ollama', { ...options, model: ' ' })).toThrow(expect.objectContaining({ code: 'MODEL_SETTINGS_INVALID' }));
});

it('writes a row for every call, however it ends', async () => {
  const rows: ModelCallRecord[] = [];
  const ledger = { open: (record: ModelCallRecord) => String(rows.push(record) - 1), close: (id: string, record: ModelCallRecord) => void (rows[Number(id)] = record) };
  let fails = false;
  const subject = { provider: 'ollama', model: 'm', host: 'h' };
  const plain = createBatchedEmbeddings({ subject, secrets: [], exchange: async (texts) => {
    if (fails) throw modelError('MODEL_KEY_REJECTED', subject);
    return { vectors: texts.map(() => [1, 0]), inputTokens: 4 };
  } });
  const model = recordedEmbeddings(plain, { ledger, clock: createTestClock(), costOf: (_id, usage) => (usage.inputTokens ?? 0) / 1000 });
  await model.embed(['one'], { purpose: { agent: 'uxExpert', promptVersion: '1', flowId: 'flow_1' } });
  fails = true;
  await failureOf(model.embed(['one']));
  expect(rows).toEqual([
    expect.objectContaining({ agent: 'uxExpert', flowId: 'flow_1', model: 'ollama:m', operation: 'embeddings', outcome: 'ok', inputTokens: 4, costUsd: 0.004 }),
    expect.objectContaining({ operation: 'embeddings', outcome: 'failed', errorCode: 'MODEL_KEY_REJECTED' }),
  ]);
});

it('compares directions', () => {
  const vector = (...numbers: number[]) => Float32Array.from(numbers);
  expect(cosine(vector(1, 0), vector(1, 0))).toBe(1);
  expect(cosine(vector(1, 0), vector(0, 1))).toBe(0);
  expect(cosine(vector(1), vector(1, 0))).toBe(0);
});
