import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { probeModel } from './probeModel.ts';
import type { ModelSettings } from './createModel.ts';
import { anthropicError, anthropicEvents, anthropicModelList, anthropicStream } from './serviceFixtures.ts';
import { openEgress, sendJson, sendLines, type SeenRequest } from './testServers.ts';
import { startWireStage } from './testStage.ts';
import { ollamaChat, ollamaShow, ollamaToolCall, openAiCompletion, openAiError } from './wireFixtures.ts';

const start = startWireStage();

/** Time that runs 100 ms at every look, so that a speed comes out the same each time. */
function steppingTiming() {
  let now = 0;
  return { clock: { now: () => (now += 100) }, random: () => 0.5, sleep: async () => {} };
}
const probe = (settings: ModelSettings, signal?: AbortSignal) => probeModel(settings, { egress: openEgress().egress, timing: steppingTiming(), timeoutMs: 60_000, ...(signal ? { signal } : {}) });

const steps = '{"steps":[{"kind":"screen","title":"Login"},{"kind":"decision","title":"Password right?"}]}';
const seen = '{"left":"red","right":"blue"}';
const hasImage = (request: SeenRequest) => /iVBORw0KGgo/.test(JSON.stringify(request.body));

describe('trying out a model', () => {
  it('of Ollama: all of it', async () => {
    const server = await start((request, response) => {
      if (request.path === '/api/show') sendJson(response, 200, ollamaShow);
      else if (request.body.tools) sendLines(response, ollamaToolCall('weather_now', { city: 'Bern' }));
      else sendLines(response, ollamaChat(hasImage(request) ? [seen] : request.body.format ? [steps] : ['1, 2,', ' 3, ', '4']));
    });
    const result = await probe({ provider: 'ollama', model: 'llama3.2', baseUrl: server.origin });
    expect(result).toEqual({ structured: 'yes', vision: 'yes', tools: 'yes', contextTokens: 8192, tokensPerSecond: expect.any(Number) });
    expect(result.tokensPerSecond).toBeGreaterThan(0);
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/chat', '/api/chat', '/api/chat', '/api/chat', '/api/show']);
  });

  it('of Anthropic: the context from the list, a form after one correction, a wrong guess at the picture', async () => {
    const answers = ['{"steps":[]}', steps, '{"left":"red","right":"green"}', 'It is sunny in Bern.', '1, 2'];
    let next = 0;
    const server = await start((request, response) => {
      if (request.method === 'GET') sendJson(response, 200, anthropicModelList);
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicEvents([answers[next++]!])));
    });
    const result = await probe({ provider: 'anthropic', model: 'claude-sonnet-4-5-20250929', baseUrl: server.origin, apiKey: 'k-1234567890' });
    expect(result).toEqual({ structured: 'repaired', vision: 'no', tools: 'no', contextTokens: 200_000 });
  });

  it('of an endpoint without pictures, forms, counts or a list', async () => {
    const server = await start((request, response) => {
      if (request.method === 'GET') sendJson(response, 404, { detail: 'Not Found' });
      else if (hasImage(request)) sendJson(response, 400, openAiError('This model does not support image input.', 'invalid_request_error', null));
      else sendJson(response, 200, { ...openAiCompletion('I would rather chat.'), usage: null });
    });
    expect(await probe({ provider: 'openai', model: 'm', baseUrl: `${server.origin}/v1` })).toEqual({ structured: 'no', vision: 'no', tools: 'no' });
  });

  it('reads the context that vLLM says, and does not take a failing server for a blind model', async () => {
    const server = await start((request, response) => {
      if (request.method === 'GET') sendJson(response, 200, { object: 'list', data: [{ id: 'm', object: 'model', max_model_len: 32_768 }] });
      else if (hasImage(request)) sendJson(response, 503, {});
      else if (request.body.tools) sendJson(response, 502, {});
      else sendJson(response, 200, openAiCompletion(steps));
    });
    expect(await probe({ provider: 'openai', model: 'm', baseUrl: `${server.origin}/v1` })).toEqual({ structured: 'yes', vision: 'unknown', tools: 'unknown', contextTokens: 32_768 });
  });

  it('learns nothing without a key, and stops when cancelled', async () => {
    const server = await start((_request, response) => sendJson(response, 401, anthropicError('authentication_error', 'invalid x-api-key')));
    await expect(probe({ provider: 'anthropic', model: 'm', baseUrl: server.origin })).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
    expect(server.requests).toHaveLength(1);
    const controller = new AbortController();
    const slow = await start((request, response: ServerResponse) => (hasImage(request) ? controller.abort() : sendLines(response, ollamaChat([steps]))));
    await expect(probe({ provider: 'ollama', model: 'm', baseUrl: slow.origin }, controller.signal)).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    expect(slow.requests).toHaveLength(2);
  });
});
