import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createOpenAiModel, type OpenAiModelOptions } from './openAiModel.ts';
import { systemTiming } from './retry.ts';
import { instantTiming, openEgress, sendEvents, sendJson, type WireServer } from './testServers.ts';
import { failureHiding, startWireStage } from './testStage.ts';
import { openAiChunks, openAiCompletion, openAiError } from './wireFixtures.ts';

const KEY = 'sk-proj-Zx81kQvTn2aPo7LmWc94DyRb';
const start = startWireStage();
const failureOf = failureHiding(KEY.slice(3, 14));

function modelOf(server: WireServer, change: Partial<OpenAiModelOptions> = {}) {
  const gate = openEgress();
  const timing = instantTiming();
  return { model: createOpenAiModel({ baseUrl: `${server.origin}/v1`, apiKey: KEY, model: 'gpt-5.4', egress: gate.egress, timing, ...change }), records: gate.records, timing };
}

const ask = { system: 'You are a helpful assistant.', messages: [{ role: 'user' as const, content: 'Hello!' }] };
const answerShape = { name: 'capital', schema: z.object({ city: z.string(), people: z.number().int().optional() }) };

describe('an OpenAI-compatible endpoint', () => {
  it('answers a plain question', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('Hello! How can I help you today?')));
    const { model, records } = modelOf(server);
    const result = await model.generate({ ...ask, temperature: 0.2, maxTokens: 50, seed: 7 });
    expect(result).toMatchObject({ text: 'Hello! How can I help you today?', usage: { inputTokens: 19, outputTokens: 10 }, model: 'gpt-5.4', repaired: false });
    expect(result.firstTokenMs).toBeUndefined();
    const seen = server.requests[0]!;
    expect(seen.path).toBe('/v1/chat/completions');
    expect(seen.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(seen.body).toMatchObject({ model: 'gpt-5.4', temperature: 0.2, max_tokens: 50, seed: 7, messages: [{ role: 'system' }, { role: 'user', content: 'Hello!' }] });
    expect(Object.keys(seen.headers).filter((name) => name.startsWith('x-stainless'))).toEqual([]);
    expect(records).toEqual([expect.objectContaining({ purpose: 'model', method: 'POST', status: 200, outcome: 'ok' })]);
  });

  it('takes nothing from the environment of the process', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('ok')));
    const names = ['OPENAI_API_KEY', 'OPENAI_ORG_ID', 'OPENAI_PROJECT_ID', 'OPENAI_CUSTOM_HEADERS', 'OPENAI_BASE_URL'] as const;
    for (const name of names) process.env[name] = name === 'OPENAI_CUSTOM_HEADERS' ? 'x-foreign: foreign-secret' : `foreign-${name}`;
    try {
      await modelOf(server, { apiKey: undefined, baseUrl: `${server.origin}/v1/chat/completions` }).model.generate(ask);
    } finally {
      for (const name of names) delete process.env[name];
    }
    expect(JSON.stringify(server.requests[0]!.headers)).not.toMatch(/foreign/);
    expect(server.requests[0]!.headers.authorization).toBeUndefined();
  });

  it('sends pictures with the last question', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('a cat')));
    await modelOf(server).model.generate({ ...ask, images: [{ mediaType: 'image/png', base64: 'iVBORw0KGgo=' }] });
    expect(server.requests[0]!.body.messages[1].content).toEqual([{ type: 'text', text: 'Hello!' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }]);
  });

  it('streams pieces and reads the usage chunk', async () => {
    const server = await start((_request, response) => sendEvents(response, openAiChunks(['Hel', 'lo', ' — ünï'])));
    const pieces: string[] = [];
    const result = await modelOf(server).model.generate({ ...ask, onToken: (text) => pieces.push(text) });
    expect(pieces).toEqual(['Hel', 'lo', ' — ünï']);
    expect(result).toMatchObject({ text: 'Hello — ünï', usage: { inputTokens: 12, outputTokens: 5 }, model: 'gpt-4o-mini' });
    expect(result.firstTokenMs).toBeTypeOf('number');
    expect(server.requests[0]!.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it('joins a character that two network packets share, among comments of a gateway', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(`: OPENROUTER PROCESSING\n\n${openAiChunks(['ü€😀']).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n`);
      let position = 0;
      const send = () => {
        if (position >= bytes.length) return void response.end();
        response.write(bytes.subarray(position, (position += 7)));
        setImmediate(send);
      };
      send();
    });
    expect((await modelOf(server).model.generate({ ...ask, onToken: () => {} })).text).toBe('ü€😀');
  });

  it('falls back to one whole answer when the endpoint ignores streaming, and remembers it', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('whole')));
    const { model, records } = modelOf(server);
    expect((await model.generate({ ...ask, onToken: () => {} })).text).toBe('whole');
    expect((await model.generate({ ...ask, onToken: () => {} })).text).toBe('whole');
    expect(server.requests.map((request) => request.body.stream ?? false)).toEqual([true, false, false]);
    expect(records).toHaveLength(3);
  });
});

describe('structured output', () => {
  it('asks in strict mode and gives back the output of zod', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('{"city":"Paris","people":null}')));
    const result = await modelOf(server).model.generate({ ...ask, schema: answerShape });
    expect(result.object).toEqual({ city: 'Paris' });
    expect(server.requests[0]!.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'capital', strict: true,
        schema: {
          type: 'object', additionalProperties: false, required: ['city', 'people'],
          properties: { city: { type: 'string' }, people: { anyOf: [{ type: 'integer' }, { type: 'null' }] } },
        },
      },
    });
  });

  it('goes down to json_object and then to the prompt, once for all calls', async () => {
    const server = await start((request, response) => {
      const type = request.body.response_format?.type;
      if (type === 'json_schema') sendJson(response, 400, openAiError("Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.", 'invalid_request_error', null, 'response_format'));
      else if (type === 'json_object') sendJson(response, 400, { error: "'response_format.type' must be 'text'" });
      else sendJson(response, 200, openAiCompletion('Sure:\n```json\n{"city":"Rome"}\n```'));
    });
    const { model } = modelOf(server);
    expect((await model.generate({ ...ask, schema: answerShape })).object).toEqual({ city: 'Rome' });
    expect((await model.generate({ ...ask, schema: answerShape })).object).toEqual({ city: 'Rome' });
    expect(server.requests.map((request) => request.body.response_format?.type)).toEqual(['json_schema', 'json_object', undefined, undefined]);
    expect(server.requests[2]!.body.messages[0].content).toContain('"city"');
  });

  it('gives up strictness before the schema, and parameters that are refused', async () => {
    const server = await start((request, response) => {
      if (request.body.response_format?.json_schema.strict) sendJson(response, 400, openAiError("Invalid schema for response_format 'capital': nesting too deep", 'invalid_request_error', null, 'response_format'));
      else if ('max_tokens' in request.body) sendJson(response, 400, openAiError("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", 'invalid_request_error', 'unsupported_parameter', 'max_tokens'));
      else if ('temperature' in request.body) sendJson(response, 400, openAiError("Unsupported value: 'temperature' does not support 0 with this model.", 'invalid_request_error', 'unsupported_value', 'temperature'));
      else sendJson(response, 200, openAiCompletion('{"city":"Oslo"}'));
    });
    expect((await modelOf(server).model.generate({ ...ask, schema: answerShape, temperature: 0, maxTokens: 99 })).object).toEqual({ city: 'Oslo' });
    expect(server.requests.at(-1)!.body).toMatchObject({ max_completion_tokens: 99, response_format: { type: 'json_schema', json_schema: { strict: false } } });
  });

  it('leaves the schema to the prompt where the server cannot make a grammar of it', async () => {
    const server = await start((request, response) =>
      request.body.response_format ? sendJson(response, 500, openAiError('Failed to initialize samplers: failed to parse grammar', 'server_error', null)) : sendJson(response, 200, openAiCompletion('{"city":"Lima"}')));
    expect((await modelOf(server).model.generate({ ...ask, schema: answerShape })).object).toEqual({ city: 'Lima' });
    expect(server.requests.map((request) => request.body.response_format?.type)).toEqual(['json_schema', 'json_object', undefined]);
  });

  it('repairs once with the exact complaint', async () => {
    const answers = ['{"city": 5}', '{"city": "Bern"}'];
    const server = await start((_request, response, index) => sendJson(response, 200, openAiCompletion(answers[index]!)));
    const result = await modelOf(server).model.generate({ ...ask, schema: answerShape });
    expect(result).toMatchObject({ object: { city: 'Bern' }, repaired: true, usage: { inputTokens: 38, outputTokens: 20 } });
    const turn = server.requests[1]!.body.messages.slice(-2);
    expect(turn[0]).toEqual({ role: 'assistant', content: '{"city": 5}' });
    expect(turn[1].content).toMatch(/expected string, received number[\s\S]*city/);
  });

  it('says so when the second answer is no better, and asks no third time', async () => {
    const server = await start((_request, response) => sendJson(response, 200, openAiCompletion('{"town": "Bern"')));
    const failure = await failureOf(modelOf(server).model.generate({ ...ask, schema: answerShape }));
    expect(failure).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'schema', usage: { inputTokens: 38 } } });
    expect(server.requests).toHaveLength(2);
  });
});

describe('what can go wrong', () => {
  const cases: [name: string, status: number, body: unknown, code: string, params: Record<string, unknown>][] = [
    ['a wrong key', 401, openAiError(`Incorrect API key provided: sk-proj-********DyRb. You can find your API key at https://platform.openai.com/account/api-keys.`, 'invalid_request_error', 'invalid_api_key'), 'MODEL_KEY_REJECTED', { status: 401 }],
    ['a key that is echoed whole', 403, openAiError(`Key ${KEY} has no access`, 'permission_error', null), 'MODEL_KEY_REJECTED', { status: 403 }],
    ['an unknown model', 404, openAiError('The model `gpt-9` does not exist or you do not have access to it.', 'invalid_request_error', 'model_not_found'), 'MODEL_NOT_FOUND', { reason: 'model' }],
    ['an unknown model at vLLM', 404, { object: 'error', message: 'The model `x` does not exist.', type: 'NotFoundError', param: null, code: 404 }, 'MODEL_NOT_FOUND', { reason: 'model' }],
    ['a wrong path', 404, { detail: 'Not Found' }, 'MODEL_NOT_FOUND', { reason: 'address', detail: 'Not Found' }],
    ['no model loaded at LM Studio', 404, openAiError('No models loaded. Please load a model in the developer page.', 'invalid_request_error', 'model_not_found', 'model'), 'MODEL_NOT_FOUND', { reason: 'model' }],
    ['a wrong key at Gemini', 400, [{ error: { code: 400, message: 'API key not valid. Please pass a valid API key.', status: 'INVALID_ARGUMENT' } }], 'MODEL_KEY_REJECTED', { status: 400 }],
    ['no credit at OpenRouter', 402, { error: { code: 402, message: 'Insufficient credits' } }, 'MODEL_QUOTA_EXHAUSTED', { status: 402 }],
    ['too large a body', 413, 'Payload too large', 'MODEL_CONTEXT_TOO_LONG', { status: 413 }],
    ['an empty purse', 429, openAiError('You exceeded your current quota, please check your plan and billing details.', 'insufficient_quota', 'insufficient_quota'), 'MODEL_QUOTA_EXHAUSTED', {}],
    ['too long a request', 400, openAiError("This model's maximum context length is 4097 tokens. However, your messages resulted in 5000 tokens.", 'invalid_request_error', 'context_length_exceeded', 'messages'), 'MODEL_CONTEXT_TOO_LONG', { status: 400 }],
    ['too long a request at llama.cpp', 400, openAiError('the request exceeds the available context size, try increasing it', 'exceed_context_size_error', null), 'MODEL_CONTEXT_TOO_LONG', {}],
    ['a filtered request at Azure', 400, openAiError('The response was filtered due to the prompt triggering the content management policy.', 'invalid_request_error', 'content_filter', 'prompt'), 'MODEL_REFUSED', { reason: 'contentFilter' }],
    ['a proxy that refuses', 407, 'Proxy Authentication Required', 'MODEL_PROXY_REFUSED', { status: 407 }],
    ['any other refusal', 400, openAiError('Invalid image.', 'invalid_request_error', null, 'messages'), 'MODEL_REQUEST_REJECTED', { status: 400, detail: 'Invalid image.' }],
  ];
  it.each(cases)('%s (%i)', async (_name, status, body, code, params) => {
    const server = await start((_request, response) => sendJson(response, status, body));
    const failure = await failureOf(modelOf(server).model.generate(ask));
    expect(failure.code).toBe(code);
    expect(failure.params).toMatchObject({ host: new URL(server.origin).host, model: 'gpt-5.4', ...params });
    expect(server.requests).toHaveLength(1);
  });

  it('waits as Retry-After says and tries again', async () => {
    const server = await start((_request, response, index) =>
      index < 2 ? sendJson(response, 429, openAiError('Rate limit reached', 'requests', 'rate_limit_exceeded'), { 'retry-after': '3' }) : sendJson(response, 200, openAiCompletion('ok')));
    const { model, timing } = modelOf(server);
    expect((await model.generate(ask)).text).toBe('ok');
    expect(timing.waits).toEqual([3150, 3150]);
  });

  it('does not wait longer than the call may take', async () => {
    const server = await start((_request, response) => sendJson(response, 429, openAiError('Rate limit reached', 'requests', 'rate_limit_exceeded'), { 'retry-after': '600' }));
    const { model, timing } = modelOf(server);
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_RATE_LIMITED', params: { retryAfterMs: 600_000 } });
    expect(timing.waits).toEqual([]);
  });

  it('tries a failing server three times in all', async () => {
    const server = await start((_request, response) => sendJson(response, 500, openAiError('The server had an error while processing your request', 'server_error', null)));
    const { model, timing, records } = modelOf(server);
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { status: 500 } });
    expect(timing.waits).toEqual([500, 1000]);
    expect(records.map((record) => record.status)).toEqual([500, 500, 500]);
  });

  it('tries again after a reset connection', async () => {
    const server = await start((_request, response, index) => (index === 0 ? response.socket!.destroy() : sendJson(response, 200, openAiCompletion('ok'))));
    expect((await modelOf(server).model.generate(ask)).text).toBe('ok');
  });

  it('names a machine where nothing listens, without trying again', async () => {
    const server = await start(() => {});
    await server.close();
    const { model, timing, records } = modelOf(server);
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_UNREACHABLE', params: { reason: 'noAnswer', networkCode: 'ECONNREFUSED' } });
    expect(timing.waits).toEqual([]);
    expect(records).toEqual([expect.objectContaining({ outcome: 'failed' })]);
  });

  it('notices https where only http is spoken', async () => {
    const server = await start(() => {});
    const { model } = modelOf(server, { baseUrl: server.origin.replace('http:', 'https:') });
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_CERTIFICATE', params: { reason: 'notTls' } });
  });

  it('ends a call that hangs, and drops the connection', async () => {
    const server = await start(() => {});
    expect(await failureOf(modelOf(server).model.generate({ ...ask, timeoutMs: 80 }))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 80 } });
    await server.dropped(0);
  });

  it('ends a stream that falls silent', async () => {
    const server = await start((_request, response) => sendEvents(response, openAiChunks(['He'], { finish_reason: null, withUsage: false }), 'open'));
    const failure = await failureOf(modelOf(server, { idleTimeoutMs: 80 }).model.generate({ ...ask, onToken: () => {} }));
    expect(failure).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { reason: 'silent', timeoutMs: 80 } });
    await server.dropped(0);
  });

  it('ends a slow drip at the deadline', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [, piece] = openAiChunks(['x']);
      const timer = setInterval(() => response.write(`data: ${JSON.stringify(piece)}\n\n`), 10);
      response.on('close', () => clearInterval(timer));
    });
    let count = 0;
    const failure = await failureOf(modelOf(server, { idleTimeoutMs: 5_000 }).model.generate({ ...ask, timeoutMs: 150, onToken: () => count++ }));
    expect(failure).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 150 } });
    expect(count).toBeGreaterThan(0);
    await server.dropped(0);
  });

  it('sends nothing when cancelled before', async () => {
    const server = await start(() => {});
    expect((await failureOf(modelOf(server).model.generate({ ...ask, signal: AbortSignal.abort() }))).code).toBe('MODEL_CANCELLED');
    expect(server.connections()).toBe(0);
  });

  it('stops at once when cancelled while it waits for an answer, and drops the connection', async () => {
    const controller = new AbortController();
    const server = await start(() => controller.abort());
    expect((await failureOf(modelOf(server).model.generate({ ...ask, signal: controller.signal }))).code).toBe('MODEL_CANCELLED');
    await server.dropped(0);
  });

  it('stops at once when cancelled inside a stream, and shows nothing more', async () => {
    const controller = new AbortController();
    const server = await start((_request, response) => sendEvents(response, openAiChunks(['a', 'b', 'c'], { finish_reason: null, withUsage: false }), 'open'));
    let shown = '';
    const onToken = (text: string) => {
      shown += text;
      controller.abort();
    };
    expect((await failureOf(modelOf(server).model.generate({ ...ask, signal: controller.signal, onToken }))).code).toBe('MODEL_CANCELLED');
    expect(shown).toBe('a');
    await server.dropped(0);
  });

  it('stops at once when cancelled between two tries', async () => {
    const controller = new AbortController();
    const server = await start((_request, response) => sendJson(response, 500, {}));
    const timing = { ...systemTiming, sleep: (ms: number, signal: AbortSignal) => (queueMicrotask(() => controller.abort()), systemTiming.sleep(ms, signal)) };
    expect((await failureOf(modelOf(server, { timing }).model.generate({ ...ask, signal: controller.signal }))).code).toBe('MODEL_CANCELLED');
    expect(server.requests).toHaveLength(1);
  });

  it('reports a cut stream after text was shown, and tries again when none was', async () => {
    const chunks = openAiChunks(['The cap', 'ital'], { finish_reason: null, withUsage: false });
    for (const isPolite of [true, false]) {
      const server = await start((_request, response) => {
        sendEvents(response, chunks, 'open');
        response.write('data: {"id":"chatcmpl-123","obj');
        setTimeout(() => (isPolite ? response.end() : response.socket?.destroy()), 20);
      });
      expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
      expect(server.requests).toHaveLength(1);
    }
    const mute = await start((_request, response, index) => (index === 0 ? sendEvents(response, [], 'cut') : sendEvents(response, openAiChunks(['ok']))));
    expect((await modelOf(mute).model.generate({ ...ask, onToken: () => {} })).text).toBe('ok');
  });

  it('takes a stream that ends politely but without a finish as cut', async () => {
    const server = await start((_request, response) => sendEvents(response, openAiChunks(['half'], { finish_reason: null, withUsage: false }), 'plain'));
    expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
    const old = await start((_request, response) => sendEvents(response, openAiChunks(['whole'], { finish_reason: null, withUsage: false }), 'done'));
    expect((await modelOf(old).model.generate({ ...ask, onToken: () => {} })).text).toBe('whole');
  });

  it('reports an answer at its length limit, streamed or not', async () => {
    const server = await start((request, response) =>
      request.body.stream ? sendEvents(response, openAiChunks(['{"ci'], { finish_reason: 'length' })) : sendJson(response, 200, openAiCompletion('{"ci', { finish_reason: 'length' })));
    for (const onToken of [undefined, () => {}]) {
      expect(await failureOf(modelOf(server).model.generate({ ...ask, schema: answerShape, onToken }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'length', usage: expect.anything() } });
    }
    expect(server.requests).toHaveLength(2);
  });

  it('reports a refusal and a content filter', async () => {
    const answers = [openAiCompletion(null, { refusal: "I'm sorry, I cannot assist with that request." }), openAiCompletion('', { finish_reason: 'content_filter' })];
    const server = await start((_request, response, index) => sendJson(response, 200, answers[index]));
    const { model } = modelOf(server);
    expect(await failureOf(model.generate({ ...ask, schema: answerShape }))).toMatchObject({ code: 'MODEL_REFUSED', params: { reason: 'refusal', detail: expect.stringContaining('cannot assist') } });
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_REFUSED', params: { reason: 'contentFilter' } });
  });

  it('reports an error event inside a stream', async () => {
    const server = await start((_request, response) => sendEvents(response, [...openAiChunks(['He'], { finish_reason: null, withUsage: false }), openAiError('The server is overloaded', 'server_error', null)]));
    expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { detail: 'The server is overloaded' } });
  });

  it.each([
    ['broken JSON in an event', (response: any) => sendEvents(response, ['{"id": "chat', '[DONE]'])],
    ['events that are no objects', (response: any) => sendEvents(response, ['null', '5', '"x"'])],
    ['choices of a wrong type', (response: any) => sendEvents(response, [{ choices: 'none' }, { choices: [null] }, { choices: [{ delta: { content: { a: 1 } } }] }])],
  ])('survives %s', async (_name, send) => {
    const server = await start((_request, response) => send(response));
    expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
  });

  it.each([
    ['no choices', { choices: [] }], ['a bare list', []], ['null', null], ['a number', 5], ['content of a wrong type', openAiCompletion({ a: 1 } as never)],
  ])('survives a body with %s', async (_name, body) => {
    const server = await start((_request, response) => sendJson(response, 200, body));
    expect(await failureOf(modelOf(server).model.generate(ask))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
  });

  it('survives a cut and a broken JSON body', async () => {
    const server = await start((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": "chatcmpl'));
    expect((await failureOf(modelOf(server).model.generate(ask))).code).toBe('MODEL_OUTPUT_INVALID');
    const cut = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"id": "chatcmpl');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    expect(await failureOf(modelOf(cut).model.generate(ask))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
    expect(cut.requests).toHaveLength(3);
  });

  it('recognises a web page', async () => {
    const server = await start((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><head><title>Sign in to the proxy</title></head></html>'));
    for (const onToken of [undefined, () => {}]) {
      expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken }))).toMatchObject({ code: 'MODEL_WRONG_CONTENT_TYPE', params: { contentType: 'text/html', detail: 'Sign in to the proxy' } });
    }
  });

  it('refuses a key with a line break before it is sent, and shows it nowhere', async () => {
    const server = await start((_request, response) => sendJson(response, 200, {}));
    expect(await failureOf(modelOf(server, { apiKey: `${KEY}\nx` }).model.generate(ask))).toMatchObject({ code: 'MODEL_KEY_REJECTED', params: { reason: 'malformed' } });
    expect(server.requests).toHaveLength(0);
  });

  it('refuses an answer without end', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const line = `data: ${JSON.stringify(openAiChunks(['x'.repeat(60_000)])[1])}\n\n`;
      const send = () => {
        while (!response.destroyed && response.write(line));
        if (!response.destroyed) response.once('drain', send);
      };
      send();
    });
    expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: () => {} }))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'tooLarge' } });
  });
});
