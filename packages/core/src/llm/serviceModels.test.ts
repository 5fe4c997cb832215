import type { ServerResponse } from 'node:http';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../base/error.ts';
import { createAnthropicModel, listAnthropicModels } from './anthropicModel.ts';
import { createGeminiModel, listGeminiModels } from './geminiModel.ts';
import type { ProviderModelOptions } from './providerAdapter.ts';
import { anthropicError, anthropicEvents, anthropicModelList, anthropicStream, geminiBlocked, geminiChunks, geminiError, geminiModelList, geminiStream } from './serviceFixtures.ts';
import { instantTiming, openEgress, sendJson, type WireServer } from './testServers.ts';
import { failureHiding, startWireStage } from './testStage.ts';

const KEY = 'sk-ant-api03-Zx81kQvTn2aPo7LmWc94DyRb';
const start = startWireStage();
const failureOf = failureHiding(KEY.slice(8, 24));

function send(response: ServerResponse, text: string, end: 'done' | 'open' | 'cut' = 'done'): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.write(text);
  if (end === 'done') response.end();
  if (end === 'cut') setTimeout(() => response.socket?.destroy(), 20);
}

const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'Hello!' }] };
const shape = { name: 'capital', schema: z.object({ city: z.string(), tags: z.array(z.string()).max(3).optional() }) };
const isShown = { onToken: () => {} };

interface Wire {
  create: typeof createAnthropicModel;
  path: string;
  keyHeader: string;
  model: string;
  /** A whole answer, one without its end, and one that stops for a reason. */
  whole(pieces: string[]): string;
  open(pieces: string[]): string;
  atLimit(pieces: string[]): string;
  /** Half of an event. */
  torn: string;
  /** An error event inside a stream, overloaded. */
  overloaded: string;
  error(status: number, message: string): object;
  usage: { inputTokens: number; outputTokens: number };
}

const wires: Record<string, Wire> = {
  anthropic: {
    create: createAnthropicModel, path: '/v1/messages', keyHeader: 'x-api-key', model: 'claude-sonnet-4-5-20250929',
    whole: (pieces) => anthropicStream(anthropicEvents(pieces)),
    open: (pieces) => anthropicStream(anthropicEvents(pieces, { stop: null })),
    atLimit: (pieces) => anthropicStream(anthropicEvents(pieces, { stop: 'max_tokens' })),
    torn: 'event: content_block_delta\ndata: {"type":"content_bl',
    overloaded: anthropicStream([anthropicError('overloaded_error', 'Overloaded')]),
    error: (status, message) => anthropicError(({ 401: 'authentication_error', 403: 'permission_error', 429: 'rate_limit_error', 529: 'overloaded_error' } as const)[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'), message),
    usage: { inputTokens: 32, outputTokens: 15 },
  },
  gemini: {
    create: createGeminiModel, path: '/v1beta/models/m-1:streamGenerateContent?alt=sse', keyHeader: 'x-goog-api-key', model: 'gemini-2.5-flash',
    whole: (pieces) => geminiStream(geminiChunks(pieces)),
    open: (pieces) => geminiStream(geminiChunks(pieces, { finish: null })),
    atLimit: (pieces) => geminiStream(geminiChunks(pieces, { finish: 'MAX_TOKENS' })),
    torn: 'data: {"candidates": [{"cont',
    overloaded: geminiStream([geminiError(503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.')]),
    error: (status, message) => geminiError(status, 'STATUS', message),
    usage: { inputTokens: 8, outputTokens: 26 },
  },
};

function modelOf(wire: Wire, server: WireServer, change: Partial<ProviderModelOptions> = {}) {
  const gate = openEgress();
  const timing = instantTiming();
  return { model: wire.create({ baseUrl: server.origin, apiKey: KEY, model: 'm-1', egress: gate.egress, timing, ...change }), records: gate.records, timing };
}

describe.each(Object.entries(wires))('%s', (name, wire) => {
  it('streams an answer, and sends nothing but what it must', async () => {
    const server = await start((_request, response) => send(response, wire.whole(['Hel', 'lo', ' — ünï'])));
    const { model, records } = modelOf(wire, server, { baseUrl: `${server.origin}/v1/` });
    const pieces: string[] = [];
    const result = await model.generate({ ...ask, maxTokens: 50, seed: 3, temperature: 0, onToken: (text) => pieces.push(text) });
    expect(pieces).toEqual(['Hel', 'lo', ' — ünï']);
    expect(result).toMatchObject({ text: 'Hello — ünï', usage: wire.usage, model: wire.model, repaired: false });
    expect(result.firstTokenMs).toBeTypeOf('number');
    const seen = server.requests[0]!;
    expect(seen.path).toBe(wire.path);
    expect(seen.headers[wire.keyHeader]).toBe(KEY);
    expect(Object.keys(seen.headers).filter((header) => /stainless|goog-api-client|authorization/.test(header))).toEqual([]);
    expect(seen.headers['user-agent']).toBe('ux-flow-engine');
    expect(records).toEqual([expect.objectContaining({ purpose: 'model', method: 'POST', status: 200, outcome: 'ok' })]);
  });

  it('takes nothing from the environment of the process', async () => {
    const server = await start((_request, response) => send(response, wire.whole(['ok'])));
    const names = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_CUSTOM_HEADERS', 'ANTHROPIC_BASE_URL', 'ANTHROPIC_PROFILE', 'GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GEMINI_BASE_URL', 'GOOGLE_GENAI_USE_VERTEXAI'];
    for (const variable of names) process.env[variable] = variable.endsWith('HEADERS') ? 'x-foreign: foreign-secret' : `foreign-${variable}`;
    try {
      await modelOf(wire, server, { apiKey: undefined }).model.generate(ask);
    } finally {
      for (const variable of names) delete process.env[variable];
    }
    expect(JSON.stringify(server.requests[0]!.headers)).not.toMatch(/foreign|unused/);
    expect(server.requests[0]!.headers[wire.keyHeader]).toBeUndefined();
  });

  it('joins a character that two network packets share', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(wire.whole(['ü€😀', '\n\ndata: {}']));
      let position = 0;
      const next = () => {
        if (position >= bytes.length) return void response.end();
        response.write(bytes.subarray(position, (position += 7)));
        setImmediate(next);
      };
      next();
    });
    expect((await modelOf(wire, server).model.generate(ask)).text).toBe('ü€😀\n\ndata: {}');
  });

  it('repairs once, without streaming the second answer', async () => {
    const answers = ['{"city": 5}', '{"city": "Bern"}'];
    const server = await start((_request, response, index) => send(response, wire.whole([answers[index]!])));
    let shown = '';
    const result = await modelOf(wire, server).model.generate({ ...ask, schema: shape, onToken: (text) => (shown += text) });
    expect(result).toMatchObject({ object: { city: 'Bern' }, repaired: true });
    expect(shown).toBe(answers[0]);
    expect(JSON.stringify(server.requests[1]!.body)).toContain('expected string, received number');
  });

  it.each([
    [401, 'invalid x-api-key', 'MODEL_KEY_REJECTED', 1], [403, `Key ${KEY} may not use this`, 'MODEL_KEY_REJECTED', 1], [413, 'Request exceeds the maximum size', 'MODEL_CONTEXT_TOO_LONG', 1],
    [400, 'messages: text content blocks must be non-empty', 'MODEL_REQUEST_REJECTED', 1], [500, 'Internal server error', 'MODEL_PROVIDER_FAILED', 3], [503, 'Unavailable', 'MODEL_PROVIDER_FAILED', 3],
    [529, 'Overloaded', 'MODEL_PROVIDER_FAILED', 3], [404, 'Not Found', 'MODEL_NOT_FOUND', 1],
  ])('reports %i', async (status, message, code, tries) => {
    const server = await start((_request, response) => sendJson(response, status, wire.error(status, message)));
    const failure = await failureOf(modelOf(wire, server).model.generate(ask));
    expect(failure).toMatchObject({ code, params: { provider: name, host: new URL(server.origin).host, status } });
    expect(server.requests).toHaveLength(tries);
  });

  it('waits as Retry-After says and tries again, but not longer than the call may take', async () => {
    const server = await start((_request, response, index) =>
      index < 1 ? sendJson(response, 429, wire.error(429, 'Rate limit'), { 'retry-after': '3' }) : index === 1 ? send(response, wire.whole(['ok'])) : sendJson(response, 429, wire.error(429, 'Rate limit'), { 'retry-after': '600' }));
    const { model, timing } = modelOf(wire, server);
    expect((await model.generate(ask)).text).toBe('ok');
    expect(timing.waits).toEqual([3150]);
    expect(await failureOf(model.generate(ask))).toMatchObject({ code: 'MODEL_RATE_LIMITED', params: { retryAfterMs: 600_000 } });
    expect(timing.waits).toHaveLength(1);
  });

  it('tries again after a reset connection and an overload inside a stream, unless text was shown', async () => {
    const server = await start((_request, response, index) => (index === 0 ? response.socket!.destroy() : index === 1 ? send(response, wire.overloaded) : send(response, wire.whole(['ok']))));
    expect((await modelOf(wire, server).model.generate({ ...ask, ...isShown })).text).toBe('ok');
    const late = await start((_request, response) => send(response, wire.open(['He']) + wire.overloaded));
    expect(await failureOf(modelOf(wire, late).model.generate({ ...ask, ...isShown }))).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { detail: expect.stringMatching(/overloaded/i) } });
    expect(late.requests).toHaveLength(1);
  });

  it('reports a cut stream: polite, abrupt, in the middle of an event', async () => {
    for (const cut of [(response: ServerResponse) => send(response, wire.open(['The'])), (response: ServerResponse) => send(response, wire.open(['The']), 'cut'), (response: ServerResponse) => send(response, wire.open(['The']) + wire.torn)]) {
      const server = await start((_request, response) => cut(response));
      expect(await failureOf(modelOf(wire, server).model.generate({ ...ask, ...isShown }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
      expect(server.requests).toHaveLength(1);
    }
  });

  it('reports the length limit', async () => {
    const server = await start((_request, response) => send(response, wire.atLimit(['{"ci'])));
    expect(await failureOf(modelOf(wire, server).model.generate({ ...ask, schema: shape }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'length', usage: expect.anything() } });
  });

  it.each([
    ['broken JSON in an event', 'event: message_start\ndata: {"type": "mess\n\n'], ['events that are no objects', 'event: message_start\ndata: null\n\nevent: message_start\ndata: 5\n\n'],
    ['fields of a wrong type', 'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"text":{"a":1}},"candidates":[{"content":{"parts":[{"text":7}]}}]}\n\n'],
    ['lists of a wrong type', 'event: message_start\ndata: {"type":5,"candidates":"none"}\n\n'],
  ])('survives %s', async (_what, text) => {
    // Gemini's events have no names.
    const server = await start((_request, response) => send(response, name === 'gemini' ? text.replaceAll(/event: .*\n/g, '') : text));
    const noise = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')];
    expect(await failureOf(modelOf(wire, server).model.generate({ ...ask, ...isShown }))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
    for (const spy of noise) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
    await server.dropped(0);
    const open = await start((_request, response) => send(response, name === 'gemini' ? text.replaceAll(/event: .*\n/g, '') : text, 'open'));
    const { model, records } = modelOf(wire, open);
    await failureOf(model.generate({ ...ask, ...isShown }));
    await open.dropped(0);
    expect(records).toHaveLength(1);
  });

  it('recognises a web page, and an answer that is no stream', async () => {
    const page = await start((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html><head><title>Sign in to the proxy</title></head></html>'));
    expect(await failureOf(modelOf(wire, page).model.generate(ask))).toMatchObject({ code: 'MODEL_WRONG_CONTENT_TYPE', params: { contentType: 'text/html', detail: 'Sign in to the proxy' } });
    const whole = await start((_request, response) => sendJson(response, 200, {}));
    expect(await failureOf(modelOf(wire, whole).model.generate(ask))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
  });

  it('ends what hangs, falls silent, drips or is cancelled, and drops the connection', async () => {
    const server = await start((_request, response, index) => {
      if (index === 1 || index === 3) send(response, wire.open(['The']), 'open');
      if (index === 2) {
        send(response, wire.open(['x']), 'open');
        const timer = setInterval(() => response.write(wire.open(['x'])), 10);
        response.on('close', () => clearInterval(timer));
      }
    });
    expect(await failureOf(modelOf(wire, server).model.generate({ ...ask, timeoutMs: 100 }))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 100 } });
    expect(await failureOf(modelOf(wire, server, { idleTimeoutMs: 80 }).model.generate(ask))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { reason: 'silent' } });
    expect(await failureOf(modelOf(wire, server).model.generate({ ...ask, timeoutMs: 150, ...isShown }))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 150 } });
    const controller = new AbortController();
    expect((await failureOf(modelOf(wire, server).model.generate({ ...ask, signal: controller.signal, onToken: () => controller.abort() }))).code).toBe('MODEL_CANCELLED');
    await Promise.all([0, 1, 2, 3].map((index) => server.dropped(index)));
    expect((await failureOf(modelOf(wire, server).model.generate({ ...ask, signal: AbortSignal.abort() }))).code).toBe('MODEL_CANCELLED');
    expect(server.requests).toHaveLength(4);
  });

  it('refuses a key with a line break before it is sent, and an address that local-only forbids', async () => {
    const server = await start((_request, response) => sendJson(response, 200, {}));
    expect(await failureOf(modelOf(wire, server, { apiKey: `${KEY}\nx` }).model.generate(ask))).toMatchObject({ code: 'MODEL_KEY_REJECTED', params: { reason: 'malformed' } });
    expect(await failureOf(modelOf(wire, server, { baseUrl: undefined }).model.generate(ask))).toMatchObject({ code: 'EGRESS_REFUSED', params: { reason: 'localOnly' } });
    expect(server.requests).toHaveLength(0);
  });
});

describe('anthropic alone', () => {
  const wire = wires['anthropic']!;

  it('is held to a schema by the format of its output; bounds are told', async () => {
    const server = await start((_request, response) => send(response, wire.whole(['{"city":"Paris"}'])));
    expect((await modelOf(wire, server).model.generate({ ...ask, schema: shape })).object).toEqual({ city: 'Paris' });
    expect(server.requests[0]!.headers['anthropic-version']).toBe('2023-06-01');
    expect(server.requests[0]!.body).toEqual({
      model: 'm-1', stream: true, max_tokens: 16_384, system: 'You are brief.', messages: [{ role: 'user', content: 'Hello!' }],
      output_config: {
        format: {
          type: 'json_schema',
          schema: { type: 'object', additionalProperties: false, required: ['city'], properties: { city: { type: 'string' }, tags: { type: 'array', items: { type: 'string' }, description: 'At most 3 items.' } } },
        },
      },
    });
  });

  it('goes down to a tool that must be called and then to the prompt, and keeps to the length that a model allows', async () => {
    const server = await start((request, response) => {
      const { max_tokens, output_config, tools } = request.body;
      if (max_tokens > 4096) sendJson(response, 400, anthropicError('invalid_request_error', 'max_tokens: 16384 > 4096, which is the maximum allowed number of output tokens for m-1'));
      else if (output_config) sendJson(response, 400, anthropicError('invalid_request_error', "'m-1' does not support output format."));
      else if (tools && request.body.system === 'no tools') sendJson(response, 400, anthropicError('invalid_request_error', 'Thinking may not be enabled when tool_choice forces tool use.'));
      else send(response, anthropicStream(tools ? anthropicEvents(['{"ci', 'ty":"Rome"}'], { tool: 'capital' }) : anthropicEvents(['Sure: {"city":"Rome"}'])));
    });
    const { model } = modelOf(wire, server);
    let shown = '';
    expect((await model.generate({ ...ask, schema: shape, onToken: (text) => (shown += text) })).object).toEqual({ city: 'Rome' });
    expect(shown).toBe('{"city":"Rome"}');
    expect(server.requests).toHaveLength(3);
    expect(server.requests[2]!.body).toMatchObject({ max_tokens: 4096, tools: [{ name: 'capital', input_schema: { type: 'object' } }], tool_choice: { type: 'tool', name: 'capital' } });
    expect((await model.generate({ ...ask, system: 'no tools', schema: shape })).object).toEqual({ city: 'Rome' });
    expect(server.requests.slice(3).map(({ body }) => Boolean(body.tools))).toEqual([true, false]);
    expect(server.requests[4]!.body.system).toContain('"city"');
  });

  it('uses the tool at once for a schema that the format cannot hold', async () => {
    const server = await start((_request, response) => send(response, anthropicStream(anthropicEvents(['{"a":{"x":1}}'], { tool: 'open' }))));
    expect((await modelOf(wire, server).model.generate({ ...ask, schema: { name: 'open', schema: z.object({ a: z.record(z.string(), z.number()) }) } })).object).toEqual({ a: { x: 1 } });
    expect(server.requests[0]!.body.output_config).toBeUndefined();
  });

  it('sends pictures with the last question', async () => {
    const server = await start((_request, response) => send(response, wire.whole(['a cat'])));
    await modelOf(wire, server).model.generate({ ...ask, images: [{ mediaType: 'image/png', base64: 'iVBORw0KGgo=' }] });
    expect(server.requests[0]!.body.messages[0].content).toEqual([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } }, { type: 'text', text: 'Hello!' }]);
  });

  it('reports refusals, full contexts, missing models and an empty purse, each as what it is', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => send(response, anthropicStream(anthropicEvents(['I'], { stop: 'refusal', explanation: 'This could harm.' }))),
      (response) => send(response, anthropicStream(anthropicEvents(['I'], { stop: 'model_context_window_exceeded' }))),
      (response) => sendJson(response, 404, anthropicError('not_found_error', 'model: m-1')),
      (response) => sendJson(response, 400, anthropicError('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.')),
      (response) => sendJson(response, 400, anthropicError('invalid_request_error', 'prompt is too long: 206714 tokens > 200000 maximum')),
      (response) => sendJson(response, 400, anthropicError('invalid_request_error', 'input length and `max_tokens` exceed context limit: 199000 + 16384 > 200000')),
    ];
    const server = await start((_request, response, index) => answers[index]!(response));
    const { model } = modelOf(wire, server);
    const codes: string[] = [];
    for (const _ of answers) codes.push((await failureOf(model.generate(ask))).code);
    expect(codes).toEqual(['MODEL_REFUSED', 'MODEL_CONTEXT_TOO_LONG', 'MODEL_NOT_FOUND', 'MODEL_QUOTA_EXHAUSTED', 'MODEL_CONTEXT_TOO_LONG', 'MODEL_CONTEXT_TOO_LONG']);
  });

  it('lists its models', async () => {
    const server = await start((request, response) => (request.headers['x-api-key'] === KEY ? sendJson(response, 200, anthropicModelList) : sendJson(response, 401, anthropicError('authentication_error', 'x-api-key header is required'))));
    const options = { baseUrl: `${server.origin}/v1/messages`, egress: openEgress().egress };
    expect(await listAnthropicModels({ ...options, apiKey: KEY })).toEqual([{ name: 'claude-haiku-4-5-20251001', title: 'Claude Haiku 4.5' }, { name: 'claude-sonnet-4-5-20250929', title: 'Claude Sonnet 4.5', contextTokens: 200_000 }]);
    expect(server.requests[0]!.path).toMatch(/^\/v1\/models\?limit=1000/);
    expect((await failureOf(listAnthropicModels(options))).code).toBe('MODEL_KEY_REJECTED');
  });
});

describe('gemini alone', () => {
  const wire = wires['gemini']!;

  it('is held to a JSON schema, without const', async () => {
    const server = await start((_request, response) => send(response, wire.whole(['{"city":"Paris","kind":"town"}'])));
    const schema = z.object({ city: z.string(), kind: z.literal('town') });
    expect((await modelOf(wire, server).model.generate({ ...ask, temperature: 0, seed: 7, maxTokens: 90, schema: { name: 'x', schema } })).object).toEqual({ city: 'Paris', kind: 'town' });
    expect(server.requests[0]!.body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hello!' }] }], systemInstruction: { parts: [{ text: 'You are brief.' }] },
      generationConfig: {
        temperature: 0, seed: 7, maxOutputTokens: 90, responseMimeType: 'application/json',
        responseJsonSchema: { type: 'object', additionalProperties: false, required: ['city', 'kind'], properties: { city: { type: 'string' }, kind: { type: 'string', enum: ['town'] } } },
      },
    });
  });

  it('goes down to JSON without a schema and then to the prompt, once for all calls', async () => {
    const server = await start((request, response) => {
      const config = request.body.generationConfig ?? {};
      if (config.responseJsonSchema) sendJson(response, 400, geminiError(400, 'INVALID_ARGUMENT', 'The specified schema produces a constraint that has too many states for serving.'));
      else if (config.responseMimeType) sendJson(response, 400, geminiError(400, 'INVALID_ARGUMENT', 'JSON mode is not enabled for models/m-1'));
      else send(response, wire.whole(['```json\n{"city":"Rome"}\n```']));
    });
    const { model } = modelOf(wire, server);
    expect((await model.generate({ ...ask, schema: shape })).object).toEqual({ city: 'Rome' });
    expect((await model.generate({ ...ask, schema: shape })).object).toEqual({ city: 'Rome' });
    expect(server.requests).toHaveLength(4);
    expect(server.requests[3]!.body.systemInstruction.parts[0].text).toContain('"city"');
  });

  it('sends pictures with the last question, and leaves out its thoughts', async () => {
    const server = await start((_request, response) => {
      const [first, second] = geminiChunks(['I ponder', 'a cat']) as { candidates: { content: { parts: object[] } }[] }[];
      first!.candidates[0]!.content.parts = [{ text: 'I ponder', thought: true }];
      send(response, geminiStream([first!, second!]));
    });
    const result = await modelOf(wire, server).model.generate({ ...ask, images: [{ mediaType: 'image/png', base64: 'iVBORw0KGgo=' }] });
    expect(result.text).toBe('a cat');
    expect(server.requests[0]!.body.contents[0].parts).toEqual([{ inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }, { text: 'Hello!' }]);
  });

  it('reports blocks, filters, missing models, wrong keys and long prompts, each as what it is', async () => {
    const answers: ((response: ServerResponse) => void)[] = [
      (response) => send(response, geminiStream([geminiBlocked])),
      (response) => send(response, geminiStream(geminiChunks(['x'], { finish: 'SAFETY' }))),
      (response) => send(response, geminiStream(geminiChunks(['x'], { finish: 'RECITATION', message: 'Copied text.' }))),
      (response) => sendJson(response, 404, geminiError(404, 'NOT_FOUND', 'models/m-1 is not found for API version v1beta, or is not supported for generateContent.')),
      (response) => sendJson(response, 400, geminiError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.')),
      (response) => sendJson(response, 400, geminiError(400, 'INVALID_ARGUMENT', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).')),
    ];
    const server = await start((_request, response, index) => answers[index]!(response));
    const { model } = modelOf(wire, server);
    const seen: unknown[] = [];
    for (const _ of answers) {
      const { code, params } = await failureOf(model.generate(ask));
      seen.push([code, params['reason']]);
    }
    expect(seen).toEqual([['MODEL_REFUSED', 'contentFilter'], ['MODEL_REFUSED', 'contentFilter'], ['MODEL_REFUSED', 'contentFilter'], ['MODEL_NOT_FOUND', 'model'], ['MODEL_KEY_REJECTED', undefined], ['MODEL_CONTEXT_TOO_LONG', undefined]]);
  });

  it('takes a quota with a wait for a limit of the minute, and one without for an empty purse', async () => {
    const message = 'You exceeded your current quota, please check your plan and billing details.';
    const retry = [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '19.5s' }];
    const server = await start((_request, response, index) => (index === 1 ? send(response, wire.whole(['ok'])) : sendJson(response, 429, geminiError(429, 'RESOURCE_EXHAUSTED', message, index === 0 ? retry : undefined))));
    const { model, timing } = modelOf(wire, server);
    expect((await model.generate(ask)).text).toBe('ok');
    expect(timing.waits).toEqual([20_475]);
    expect((await failureOf(model.generate(ask))).code).toBe('MODEL_QUOTA_EXHAUSTED');
  });

  it('lists the models that write text', async () => {
    const server = await start((_request, response) => sendJson(response, 200, geminiModelList));
    expect(await listGeminiModels({ baseUrl: `${server.origin}/v1beta/models`, egress: openEgress().egress, apiKey: KEY })).toEqual([
      { name: 'gemini-2.5-flash', title: 'Gemini 2.5 Flash', contextTokens: 1_048_576 }, { name: 'gemini-2.5-pro', title: 'Gemini 2.5 Pro', contextTokens: 1_048_576 },
    ]);
    expect(server.requests[0]!.path).toMatch(/^\/v1beta\/models\?/);
  });
});

it.each([{}, [], { data: 'none' }, { models: 5 }, { models: [{}], data: [{}] }, null, 7])('survives a list like %j', async (body) => {
  const server = await start((_request, response) => sendJson(response, 200, body));
  const options = { baseUrl: server.origin, egress: openEgress().egress };
  for (const list of [listAnthropicModels, listGeminiModels]) {
    const result = await list(options).catch((error: unknown) => error);
    expect(Array.isArray(result) ? result : (result as AppError).code).toSatisfy((value) => (Array.isArray(value) ? value.length === 0 : value === 'MODEL_OUTPUT_INVALID'));
  }
});
