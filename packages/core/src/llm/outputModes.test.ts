import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createModel, type ModelSettings } from './createModel.ts';
import { providerWires } from './providerTestKit.ts';
import { instantTiming, openEgress, sendEvents, sendJson, type SeenRequest } from './testServers.ts';
import { startWireStage } from './testStage.ts';
import { openAiChunks, openAiError } from './wireFixtures.ts';

const start = startWireStage();

const schema = { name: 'capital', schema: z.object({ city: z.string() }) };
const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'Capital of Peru?' }], schema };

/** How a request asked for the form. */
function modeOf({ body }: SeenRequest): string {
  if (body.response_format) return body.response_format.type;
  if (body.grammar) return 'grammar';
  if (body.format) return 'format';
  if (body.output_config) return 'format';
  if (body.tool_choice) return 'tool';
  const config = body.generationConfig;
  if (config?.responseJsonSchema) return 'schema';
  if (config?.responseMimeType) return 'json';
  return JSON.stringify(body).includes('must match this JSON schema') ? 'prompt' : 'nothing';
}

describe('an endpoint of its own kind', () => {
  it('goes down from a schema to JSON, to a grammar, to the prompt, and remembers where it came to', async () => {
    const server = await start((request, response) => {
      const mode = modeOf(request);
      if (mode === 'json_schema' || mode === 'json_object') sendJson(response, 400, openAiError(`response_format ${mode} is not supported`, 'invalid_request_error', null, 'response_format'));
      else if (mode === 'grammar') sendJson(response, 400, openAiError('Extra inputs are not permitted', 'invalid_request_error', null));
      else sendEvents(response, openAiChunks(['{"city":"Lima"}']));
    });
    const learned = new Map<string, object>();
    const make = () => createModel({ provider: 'openai', model: 'm', baseUrl: `${server.origin}/v1` }, { egress: openEgress().egress, timing: instantTiming(), learned });
    expect((await make().generate({ ...ask, onToken: () => {} })).object).toEqual({ city: 'Lima' });
    expect(server.requests.map(modeOf)).toEqual(['json_schema', 'json_object', 'grammar', 'prompt']);
    // Another turn makes the model anew: it knows what was learned.
    expect((await make().generate({ ...ask, onToken: () => {} })).object).toEqual({ city: 'Lima' });
    expect(server.requests.slice(4).map(modeOf)).toEqual(['prompt']);
    // Another model there may do better.
    await createModel({ provider: 'openai', model: 'other', baseUrl: `${server.origin}/v1` }, { egress: openEgress().egress, timing: instantTiming(), learned }).generate({ ...ask, onToken: () => {} });
    expect(modeOf(server.requests[5]!)).toBe('json_schema');
  });

  it('sends the grammar where it is read, with the schema in words, and begins there when forms were seen to fail', async () => {
    const server = await start((_request, response) => sendEvents(response, openAiChunks(['{"city":"Lima"}'])));
    const model = createModel({ provider: 'openai', model: 'm', baseUrl: `${server.origin}/v1`, isSchemaTold: true }, { egress: openEgress().egress });
    expect((await model.generate({ ...ask, onToken: () => {} })).object).toEqual({ city: 'Lima' });
    const { body } = server.requests[0]!;
    expect(body.grammar).toContain('root ::= ws root-value ws');
    expect(body.structured_outputs).toEqual({ grammar: body.grammar });
    expect(body.messages[0].content).toContain('must match this JSON schema');
  });

  it('gives up the temperature before the grammar, when it is the temperature that is refused', async () => {
    const server = await start((request, response) =>
      'temperature' in request.body ? sendJson(response, 400, openAiError('Unsupported value: temperature', 'invalid_request_error', null, 'temperature')) : sendEvents(response, openAiChunks(['{"city":"Lima"}'])));
    await createModel({ provider: 'openai', model: 'm', baseUrl: `${server.origin}/v1`, isSchemaTold: true }, { egress: openEgress().egress }).generate({ ...ask, temperature: 0, onToken: () => {} });
    expect(server.requests.map(modeOf)).toEqual(['grammar', 'grammar']);
  });
});

it.each<[string, Partial<ModelSettings>]>([['openai at its own address', { provider: 'openai' }], ['azure', { provider: 'azure', baseUrl: 'https://r.openai.azure.com' }]])('%s is never sent a grammar', async (_name, settings) => {
  const bodies: SeenRequest['body'][] = [];
  const egress = { ...openEgress().egress, fetch: () => async (_input: unknown, init?: RequestInit) => (bodies.push(JSON.parse(String(init?.body))), new Response('data: {"choices":[{"delta":{"content":"{\\"city\\":\\"Lima\\"}"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n', { headers: { 'content-type': 'text/event-stream' } })) };
  await createModel({ model: 'm', isSchemaTold: true, ...settings } as ModelSettings, { egress: egress as never }).generate({ ...ask, onToken: () => {} });
  expect(bodies).toHaveLength(1);
  expect(bodies[0]).not.toHaveProperty('grammar');
  expect(JSON.stringify(bodies[0])).toContain('must match this JSON schema');
});

describe.each(Object.entries(providerWires))('%s', (_name, wire) => {
  it('goes down a form at each refusal', async () => {
    const last = wire.modes.at(-1)!;
    const server = await start((request, response) => (modeOf(request) === last ? wire.send(response, '{"city":"Lima"}') : wire.refuse(response)));
    const model = createModel(wire.settings(server.origin), { egress: openEgress().egress, timing: instantTiming() });
    expect((await model.generate({ ...ask, onToken: () => {} })).object).toEqual({ city: 'Lima' });
    expect(server.requests.map(modeOf)).toEqual(wire.modes);
  });

  it('is told the schema from the start, when it was seen to fail with forms', async () => {
    const server = await start((_request, response) => wire.send(response, '{"city":"Lima"}'));
    await createModel({ ...wire.settings(server.origin), isSchemaTold: true }, { egress: openEgress().egress }).generate({ ...ask, onToken: () => {} });
    expect(server.requests.map(modeOf)).toEqual([wire.modes.at(-1)]);
  });

  it('hands on the first piece of a formed answer before the second was sent', async () => {
    let sendRest = () => {};
    const server = await start((_request, response) => {
      sendRest = wire.begin(response, '{"city":', '"Lima"}');
    });
    const pieces: string[] = [];
    // The rest is sent only once the first piece was shown: were it held back, nothing would ever come.
    const result = await createModel(wire.settings(server.origin), { egress: openEgress().egress }).generate({ ...ask, timeoutMs: 5_000, onToken: (text) => (pieces.push(text), pieces.length === 1 && sendRest()) });
    expect(pieces).toEqual(['{"city":', '"Lima"}']);
    expect(result.object).toEqual({ city: 'Lima' });
  });
});
