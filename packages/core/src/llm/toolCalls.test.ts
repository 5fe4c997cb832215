import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createModel, type ModelSettings } from './createModel.ts';
import type { ModelMessage, ToolDefinition } from './languageModel.ts';
import { anthropicEvents, anthropicStream, anthropicToolUse, geminiFunctionCall, geminiChunks, geminiStream } from './serviceFixtures.ts';
import { instantTiming, openEgress, sendEvents, sendJson, sendLines, type SeenRequest, type WireServer } from './testServers.ts';
import { startWireStage } from './testStage.ts';
import { ollamaChat, ollamaToolCall, openAiChunks, openAiToolCallChunks } from './wireFixtures.ts';

const start = startWireStage();

const weather: ToolDefinition = { name: 'weather_now', description: 'Gives the weather of a city.', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'Weather in Bern?' }], tools: [weather] };

interface Wire {
  settings(origin: string): ModelSettings;
  /** A call of weather_now for Bern, with some words before it. */
  call(response: ServerResponse): void;
  /** A call whose arguments are no JSON. */
  broken?(response: ServerResponse): void;
  text(response: ServerResponse, text: string): void;
  /** The id that the provider gave, where it gives any. */
  id?: string;
  offered(request: SeenRequest): unknown;
  /** What goes back to the provider of the call and of its result. */
  returned(request: SeenRequest): unknown;
  expected: { offered: unknown; returned: unknown };
}

const wires: Record<string, Wire> = {
  openai: {
    settings: (origin) => ({ provider: 'openai', model: 'm', baseUrl: `${origin}/v1` }),
    call: (response) => sendEvents(response, openAiToolCallChunks('call_abc', 'weather_now', ['{"ci', 'ty":"Bern"}'], 'Let me look.')),
    broken: (response) => sendEvents(response, openAiToolCallChunks('call_abc', 'weather_now', ['{"city": Bern'], '')),
    text: (response, text) => sendEvents(response, openAiChunks([text])),
    id: 'call_abc',
    offered: ({ body }) => body.tools,
    returned: ({ body }) => body.messages.slice(-2),
    expected: {
      offered: [{ type: 'function', function: weather }],
      returned: [
        { role: 'assistant', content: 'Let me look.', tool_calls: [{ id: 'call_abc', type: 'function', function: { name: 'weather_now', arguments: '{"city":"Bern"}' } }] },
        { role: 'tool', tool_call_id: 'call_abc', content: 'Sunny, 20 degrees' },
      ],
    },
  },
  ollama: {
    settings: (origin) => ({ provider: 'ollama', model: 'm', baseUrl: origin }),
    call: (response) => sendLines(response, ollamaToolCall('weather_now', { city: 'Bern' }, 'Let me look.')),
    text: (response, text) => sendLines(response, ollamaChat([text])),
    offered: ({ body }) => body.tools,
    returned: ({ body }) => body.messages.slice(-2),
    expected: {
      offered: [{ type: 'function', function: weather }],
      returned: [
        { role: 'assistant', content: 'Let me look.', tool_calls: [{ function: { name: 'weather_now', arguments: { city: 'Bern' } } }] },
        { role: 'tool', content: 'Sunny, 20 degrees', tool_name: 'weather_now' },
      ],
    },
  },
  anthropic: {
    settings: (origin) => ({ provider: 'anthropic', model: 'm', baseUrl: origin }),
    call: (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicToolUse('toolu_01', 'weather_now', ['{"ci', 'ty":"Bern"}'], 'Let me look.'))),
    broken: (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicToolUse('toolu_01', 'weather_now', ['{"city": Bern'], ''))),
    text: (response, text) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream(anthropicEvents([text]))),
    id: 'toolu_01',
    offered: ({ body }) => body.tools,
    returned: ({ body }) => body.messages.slice(-2),
    expected: {
      offered: [{ name: 'weather_now', description: weather.description, input_schema: weather.parameters }],
      returned: [
        { role: 'assistant', content: [{ type: 'text', text: 'Let me look.' }, { type: 'tool_use', id: 'toolu_01', name: 'weather_now', input: { city: 'Bern' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_01', content: 'Sunny, 20 degrees' }] },
      ],
    },
  },
  gemini: {
    settings: (origin) => ({ provider: 'gemini', model: 'm', baseUrl: origin }),
    call: (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(geminiStream(geminiFunctionCall('weather_now', { city: 'Bern' }, { said: 'Let me look.', signature: 'c2lnbmF0dXJl' }))),
    text: (response, text) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(geminiStream(geminiChunks([text]))),
    offered: ({ body }) => body.tools,
    returned: ({ body }) => body.contents.slice(-2),
    expected: {
      offered: [{ functionDeclarations: [{ name: 'weather_now', description: weather.description, parametersJsonSchema: weather.parameters }] }],
      returned: [
        { role: 'model', parts: [{ text: 'Let me look.' }, { functionCall: { name: 'weather_now', args: { city: 'Bern' } }, thoughtSignature: 'c2lnbmF0dXJl' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'weather_now', response: { output: 'Sunny, 20 degrees' } } }] },
      ],
    },
  },
};

describe.each(Object.entries(wires))('tools over %s', (_name, wire) => {
  const modelOf = (server: WireServer) => createModel(wire.settings(server.origin), { egress: openEgress().egress, timing: instantTiming() });

  it('are offered, asked for, and answered', async () => {
    const server = await start((_request, response, index) => (index === 0 ? wire.call(response) : wire.text(response, 'Sunny.')));
    const model = modelOf(server);
    let shown = '';
    const first = await model.generate({ ...ask, onToken: (text) => (shown += text) });
    expect(first).toMatchObject({ text: 'Let me look.', toolCalls: [{ name: 'weather_now', arguments: { city: 'Bern' } }], repaired: false });
    expect(shown).toBe('Let me look.');
    const [call] = first.toolCalls!;
    if (wire.id) expect(call!.id).toBe(wire.id);
    expect(wire.offered(server.requests[0]!)).toEqual(wire.expected.offered);
    const messages: ModelMessage[] = [...ask.messages, { role: 'assistant', content: first.text, toolCalls: first.toolCalls! }, { role: 'tool', content: 'Sunny, 20 degrees', callId: call!.id, toolName: call!.name }];
    const second = await model.generate({ ...ask, messages, onToken: () => {} });
    expect(second.text).toBe('Sunny.');
    expect(second).not.toHaveProperty('toolCalls');
    expect(wire.returned(server.requests[1]!)).toEqual(wire.expected.returned);
  });

  it('go along with a schema that is told: a call is handed on, an answer is parsed', async () => {
    const server = await start((_request, response, index) => (index === 0 ? wire.call(response) : wire.text(response, '{"degrees": 20}')));
    const model = modelOf(server);
    const schema = { name: 'weather', schema: z.object({ degrees: z.number() }) };
    expect((await model.generate({ ...ask, schema, onToken: () => {} })).toolCalls).toHaveLength(1);
    expect((await model.generate({ ...ask, schema, onToken: () => {} })).object).toEqual({ degrees: 20 });
    const body = JSON.stringify(server.requests[1]!.body);
    expect(body).toContain('\\"degrees\\"');
    expect(body).not.toMatch(/response_format|"format"|output_config|responseJsonSchema|tool_choice/);
  });

  it('are not there for those who offer none', async () => {
    const server = await start((_request, response) => wire.text(response, 'Hello'));
    await modelOf(server).generate({ system: '', messages: ask.messages, onToken: () => {} });
    expect(server.requests[0]!.body).not.toHaveProperty('tools');
  });

  const { broken } = wire;
  // The others send arguments as values, which cannot be torn.
  if (!broken) return;
  it('says when a call cannot be read', async () => {
    const server = await start((_request, response) => broken(response));
    await expect(modelOf(server).generate({ ...ask, onToken: () => {} })).rejects.toMatchObject({ code: 'MODEL_OUTPUT_INVALID' });
  });
});

it('reads calls of servers that do not stream, and arguments that are objects already', async () => {
  const server = await start((_request, response) =>
    sendJson(response, 200, { model: 'm', choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [{ id: 'a', type: 'function', function: { name: 'weather_now', arguments: { city: 'Bern' } } }, { id: 'b', type: 'function', function: { name: 'weather_now', arguments: '' } }] } }] }));
  const model = createModel({ provider: 'openai', model: 'm', baseUrl: server.origin }, { egress: openEgress().egress, timing: instantTiming() });
  expect((await model.generate(ask)).toolCalls).toEqual([{ id: 'a', name: 'weather_now', arguments: { city: 'Bern' } }, { id: 'b', name: 'weather_now', arguments: {} }]);
});
