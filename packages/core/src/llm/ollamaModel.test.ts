import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { contextTokensFor, createOllamaModel, type OllamaModelOptions } from './ollamaModel.ts';
import { detectOllama, listOllamaModels, showOllamaModel } from './ollamaProvider.ts';
import { listOpenAiModels } from './openAiProvider.ts';
import { testModel } from './testModel.ts';
import { instantTiming, openEgress, sendJson, sendLines, type WireServer } from './testServers.ts';
import { failureOf, startWireStage } from './testStage.ts';
import { ollamaChat, ollamaError, ollamaShow, ollamaTags, ollamaVersion, openAiCompletion, openAiError, openAiModelList } from './wireFixtures.ts';

const start = startWireStage();

function modelOf(server: WireServer, change: Partial<OllamaModelOptions> = {}) {
  return createOllamaModel({ baseUrl: server.origin, model: 'llama3.2', egress: openEgress().egress, timing: instantTiming(), ...change });
}

const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'why is the sky blue?' }] };
const shape = { name: 'person', schema: z.object({ age: z.number().int(), available: z.boolean().optional() }) };

describe('an Ollama server', () => {
  it('answers, streamed line by line', async () => {
    const server = await start((_request, response) => sendLines(response, ollamaChat(['The', ' sky', ' — ü'])));
    const pieces: string[] = [];
    const gate = openEgress();
    const result = await modelOf(server, { baseUrl: `${server.origin}/v1/`, think: false, egress: gate.egress }).generate({ ...ask, temperature: 0, seed: 101, maxTokens: 90, onToken: (text) => pieces.push(text) });
    expect(pieces).toEqual(['The', ' sky', ' — ü']);
    expect(gate.records).toEqual([expect.objectContaining({ purpose: 'model', status: 200, outcome: 'ok' })]);
    expect(result).toMatchObject({ text: 'The sky — ü', usage: { inputTokens: 26, outputTokens: 282 }, model: 'llama3.2', repaired: false });
    expect(result.firstTokenMs).toBeTypeOf('number');
    const seen = server.requests[0]!;
    expect(seen.path).toBe('/api/chat');
    expect(seen.body).toMatchObject({
      model: 'llama3.2', stream: true, truncate: false, shift: false, think: false, options: { temperature: 0, seed: 101, num_predict: 90, num_ctx: 8192 },
      messages: [{ role: 'system', content: 'You are brief.' }, { role: 'user', content: 'why is the sky blue?' }],
    });
  });

  it('joins lines and characters that network packets split', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      const bytes = Buffer.from(ollamaChat(['ü€😀', '}{']).map((line) => `${JSON.stringify(line)}\n`).join(''));
      let position = 0;
      const send = () => {
        if (position >= bytes.length) return void response.end();
        response.write(bytes.subarray(position, (position += 11)));
        setImmediate(send);
      };
      send();
    });
    expect((await modelOf(server).generate(ask)).text).toBe('ü€😀}{');
  });

  it('is held to a schema by `format`, and images go with the question', async () => {
    const server = await start((_request, response) => sendLines(response, ollamaChat(['{"age": 22, ', '"available": null}'])));
    const result = await modelOf(server).generate({ ...ask, schema: shape, images: [{ mediaType: 'image/png', base64: 'iVBORw0KGgo=' }] });
    expect(result.object).toEqual({ age: 22 });
    expect(server.requests[0]!.body.format).toEqual({ type: 'object', properties: { age: { type: 'integer' }, available: { type: 'boolean' } }, required: ['age'], additionalProperties: false });
    expect(server.requests[0]!.body.messages[1].images).toEqual(['iVBORw0KGgo=']);
  });

  it('repairs once, without streaming the second answer', async () => {
    const answers = ['<think>hm</think>I am 22.', '```json\n{"age": 22}\n```'];
    const server = await start((_request, response, index) => sendLines(response, ollamaChat([answers[index]!])));
    let shown = '';
    const result = await modelOf(server).generate({ ...ask, schema: shape, onToken: (text) => (shown += text) });
    expect(result).toMatchObject({ object: { age: 22 }, repaired: true, usage: { inputTokens: 52, outputTokens: 564 } });
    expect(shown).toBe(answers[0]);
    expect(server.requests[1]!.body.messages.at(-1).content).toContain('not valid JSON');
  });

  it('asks for a context that holds the request', () => {
    const of = (characters: number) => contextTokensFor({ system: 'x'.repeat(characters), messages: [], images: [], tools: [] });
    expect([of(100), of(30_000), of(90_000), of(9_000_000)]).toEqual([8_192, 16_384, 65_536, 131_072]);
  });

  const failures: [name: string, status: number, error: string, code: string, params: Record<string, unknown>][] = [
    ['a missing model', 404, 'model "llama3.2" not found, try pulling it first', 'MODEL_NOT_FOUND', { reason: 'model', provider: 'ollama' }],
    ['a missing model, newer text', 404, "model 'llama3.2' not found", 'MODEL_NOT_FOUND', { reason: 'model' }],
    ['too long a prompt', 400, 'the input length exceeds the context length', 'MODEL_CONTEXT_TOO_LONG', {}],
    ['too little memory', 500, 'model requires more system memory (5.6 GiB) than is available (3.0 GiB)', 'MODEL_PROVIDER_FAILED', { reason: 'memory' }],
    ['a bad request', 400, '"llama3.2" does not support thinking', 'MODEL_REQUEST_REJECTED', { status: 400 }],
  ];
  it.each(failures)('reports %s (%i)', async (_name, status, error, code, params) => {
    const server = await start((_request, response) => sendJson(response, status, ollamaError(error)));
    const failure = await failureOf(modelOf(server).generate(ask));
    expect(failure).toMatchObject({ code, params: { host: new URL(server.origin).host, ...params } });
    expect(failure.message).toContain(error.slice(0, 20));
    expect(server.requests).toHaveLength(1);
  });

  it('reports a failing runner after three tries, a plain text body too', async () => {
    const server = await start((_request, response, index) =>
      index === 1 ? response.writeHead(502, { 'content-type': 'text/plain' }).end('bad gateway') : sendJson(response, 500, ollamaError('llama runner process has terminated: exit status 2')));
    const log = vi.spyOn(console, 'log');
    expect(await failureOf(modelOf(server).generate(ask))).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { status: 500 } });
    expect(server.requests).toHaveLength(3);
    expect(log).not.toHaveBeenCalled();
    log.mockRestore();
  });

  it('reports an error line inside a stream', async () => {
    const server = await start((_request, response) => {
      sendLines(response, [ollamaChat(['The'])[0]], 'open');
      setTimeout(() => response.end(JSON.stringify(ollamaError('an error was encountered while running the model: CUDA error'))), 30);
    });
    expect(await failureOf(modelOf(server).generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { detail: expect.stringContaining('CUDA error') } });
    expect(server.requests).toHaveLength(1);
  });

  it('never loses a broken line silently', async () => {
    const [first, last] = ollamaChat(['The']);
    const warn = vi.spyOn(console, 'warn');
    const server = await start((_request, response) => sendLines(response, [first, '{"message": {"content": " sky', last]));
    expect(await failureOf(modelOf(server).generate(ask))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it.each([
    ['lines that are no objects', ['5', 'null', '[]']],
    ['a message of a wrong type', [{ model: 'm', message: { content: { a: 1 } }, done: false }]],
    ['a message that is text', [{ model: 'm', message: 'hello', done: true }]],
    ['a stream of nothing', [{ done: true }]],
  ])('survives %s', async (_name, lines) => {
    const server = await start((_request, response) => sendLines(response, lines));
    expect((await failureOf(modelOf(server).generate(ask))).code).toBe('MODEL_OUTPUT_INVALID');
  });

  it('reports a cut stream: polite, abrupt, in the middle of a line', async () => {
    const [first] = ollamaChat(['The']);
    const ends: ((response: Parameters<typeof sendLines>[0]) => void)[] = [
      (response) => sendLines(response, [first]),
      (response) => sendLines(response, [first], 'cut'),
      (response) => {
        sendLines(response, [first], 'open');
        response.end('{"model": "llama3.2", "mess');
      },
    ];
    for (const end of ends) {
      const server = await start((_request, response) => end(response));
      expect(await failureOf(modelOf(server).generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
      expect(server.requests).toHaveLength(1);
    }
  });

  it('reports the length limit', async () => {
    const server = await start((_request, response) => sendLines(response, ollamaChat(['{"age'], { done_reason: 'length' })));
    expect(await failureOf(modelOf(server).generate({ ...ask, schema: shape }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'length' } });
  });

  it('ends what hangs, falls silent or is cancelled, and drops the connection, so that Ollama stops too', async () => {
    const server = await start((_request, response, index) => {
      if (index > 0) sendLines(response, [ollamaChat(['The'])[0]], 'open');
    });
    expect(await failureOf(modelOf(server).generate({ ...ask, timeoutMs: 80 }))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 80 } });
    expect(await failureOf(modelOf(server, { idleTimeoutMs: 80 }).generate(ask))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { reason: 'silent' } });
    const controller = new AbortController();
    expect((await failureOf(modelOf(server).generate({ ...ask, signal: controller.signal, onToken: () => controller.abort() }))).code).toBe('MODEL_CANCELLED');
    await Promise.all([server.dropped(0), server.dropped(1), server.dropped(2)]);
  });
});

describe('finding models', () => {
  const serve = (request: { path: string }, response: Parameters<typeof sendJson>[0]) => {
    if (request.path === '/api/version') sendJson(response, 200, ollamaVersion);
    else if (request.path === '/api/tags') sendJson(response, 200, ollamaTags);
    else if (request.path === '/api/show') sendJson(response, 200, ollamaShow);
    else sendJson(response, 404, ollamaError('not here'));
  };

  it('detects Ollama with its models, by name', async () => {
    const server = await start(serve);
    const gate = openEgress();
    const closed = await start(() => {});
    await closed.close();
    const found = await detectOllama({ egress: gate.egress, baseUrls: [closed.origin, server.origin] });
    expect(found).toEqual({
      baseUrl: server.origin, version: '0.5.1',
      models: [
        { name: 'codellama:13b', sizeBytes: 7365960935, family: 'llama', parameterSize: '13B', quantization: 'Q4_0' },
        { name: 'llama3:latest', sizeBytes: 3825819519, family: 'llama', parameterSize: '7B', quantization: 'Q4_0' },
      ],
    });
    expect(gate.records.map((record) => record.purpose)).toEqual(['modelList', 'modelList', 'modelList']);
  });

  it('finds none where none is, or something else is', async () => {
    const other = await start((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>'));
    const json = await start((_request, response) => sendJson(response, 200, { hello: 'world' }));
    const mute = await start(() => {});
    expect(await detectOllama({ egress: openEgress().egress, baseUrls: [other.origin, json.origin, mute.origin], timeoutMs: 100 })).toBeUndefined();
  });

  it('shows what a model can do', async () => {
    const server = await start(serve);
    expect(await showOllamaModel('llama3.2', { baseUrl: server.origin, egress: openEgress().egress })).toEqual({ capabilities: ['completion', 'vision'], contextTokens: 8192, family: 'llama', parameterSize: '8.0B' });
    expect(server.requests[0]!.body).toEqual({ model: 'llama3.2' });
  });

  it('lists the models of an OpenAI-compatible endpoint', async () => {
    const server = await start((request, response) => (request.headers.authorization === 'Bearer k-1234567890' ? sendJson(response, 200, openAiModelList) : sendJson(response, 401, openAiError('Invalid key', 'invalid_request_error', 'invalid_api_key'))));
    const options = { baseUrl: `${server.origin}/v1/`, egress: openEgress().egress };
    expect(await listOpenAiModels({ ...options, apiKey: 'k-1234567890' })).toEqual([{ name: 'model-id-0', owner: 'organization-owner' }, { name: 'model-id-1', owner: 'openai' }]);
    expect(server.requests[0]!.path).toBe('/v1/models');
    expect((await failureOf(listOpenAiModels(options))).code).toBe('MODEL_KEY_REJECTED');
  });

  it.each([{}, [], { data: 'none' }, { models: 5 }, { models: [{}] }, null, 7])('survives a list like %j', async (body) => {
    const server = await start((_request, response) => sendJson(response, 200, body));
    const options = { baseUrl: server.origin, egress: openEgress().egress };
    const results = [listOpenAiModels(options), listOllamaModels(options)].map((promise) => promise.then((list) => list, (error: unknown) => error));
    for (const result of await Promise.all(results)) {
      expect(Array.isArray(result) ? result : (result as AppError).code).toSatisfy((value) => Array.isArray(value) ? value.length === 0 : value === 'MODEL_OUTPUT_INVALID');
    }
  });

  it('tests a model and says exactly what failed', async () => {
    const server = await start((request, response) => {
      if (request.body.model === 'good') sendJson(response, 200, openAiCompletion('ready'));
      else if (request.body.model === 'wordy') sendJson(response, 200, openAiCompletion('', { finish_reason: 'length' }));
      else sendJson(response, 404, openAiError('The model `bad` does not exist', 'invalid_request_error', 'model_not_found'));
    });
    const dependencies = { egress: openEgress().egress, timing: instantTiming() };
    const test = (model: string, baseUrl = `${server.origin}/v1`) => testModel({ provider: 'openai', baseUrl, model }, dependencies);
    expect(await test('good')).toEqual({ ok: true, ms: expect.any(Number), reply: 'ready' });
    expect(await test('wordy')).toMatchObject({ ok: true });
    expect(await test('bad')).toMatchObject({ ok: false, error: { code: 'MODEL_NOT_FOUND', params: { reason: 'model', model: 'bad' } } });
    expect(await test('good', 'ftp://x')).toMatchObject({ ok: false, error: { code: 'MODEL_SETTINGS_INVALID' } });
    expect(await test('good', 'https://api.example.com/v1')).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED', params: { reason: 'localOnly' } } });
    expect(await test('')).toMatchObject({ ok: false, error: { code: 'MODEL_SETTINGS_INVALID' } });
  });
});
