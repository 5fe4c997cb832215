import type { ServerResponse } from 'node:http';
import type { ModelSettings } from './createModel.ts';
import type { ModelProvider } from './providerTable.ts';
import { anthropicError, anthropicEvents, anthropicStream, geminiChunks, geminiError, geminiStream } from './serviceFixtures.ts';
import { sendEvents, sendJson, sendLines } from './testServers.ts';
import { ollamaChat, openAiChunks, openAiError } from './wireFixtures.ts';

/** How a provider's endpoint answers, for tests that every provider has to pass. */
export interface ProviderWire {
  settings(origin: string): ModelSettings;
  /** A whole answer. */
  send(response: ServerResponse, text: string): unknown;
  /** A refusal of the form that was asked for. */
  refuse(response: ServerResponse): unknown;
  /** A failure with this status, in the provider's own words. */
  fail(response: ServerResponse, status: number, headers?: Record<string, string>): unknown;
  /** The forms that are asked for, best first. */
  modes: string[];
  /** Sends the answer in two pieces, the second when told. */
  begin(response: ServerResponse, first: string, second: string): () => void;
}

/** The wire of every provider. */
export const providerWires: Record<ModelProvider, ProviderWire> = {
  openai: {
    settings: (origin) => ({ provider: 'openai', model: 'm', baseUrl: `${origin}/v1` }),
    fail: (response, status, headers) => sendJson(response, status, openAiError('It failed', 'server_error', null), headers),
    send: (response, text) => sendEvents(response, openAiChunks([text])),
    refuse: (response) => sendJson(response, 400, openAiError('response_format is not supported', 'invalid_request_error', null, 'response_format')),
    modes: ['json_schema', 'json_object', 'grammar'],
    begin: (response, first, second) => inTwo(response, 'text/event-stream', events(openAiChunks([first, second]), 'data: [DONE]\n\n'), JSON.stringify(first).slice(1, -1)),
  },
  azure: {
    settings: (origin) => ({ provider: 'azure', model: 'm', baseUrl: origin }),
    fail: (response, status, headers) => sendJson(response, status, { error: { code: String(status), message: 'It failed' } }, headers),
    send: (response, text) => sendEvents(response, openAiChunks([text])),
    refuse: (response) => sendJson(response, 400, openAiError('response_format is not supported', 'invalid_request_error', null, 'response_format')),
    modes: ['json_schema', 'json_object', 'prompt'],
    begin: (response, first, second) => inTwo(response, 'text/event-stream', events(openAiChunks([first, second]), 'data: [DONE]\n\n'), JSON.stringify(first).slice(1, -1)),
  },
  ollama: {
    settings: (origin) => ({ provider: 'ollama', model: 'm', baseUrl: origin }),
    fail: (response, status, headers) => sendJson(response, status, { error: 'it failed' }, headers),
    send: (response, text) => sendLines(response, ollamaChat([text])),
    refuse: (response) => sendJson(response, 400, { error: 'invalid JSON schema in format' }),
    modes: ['format', 'prompt'],
    begin: (response, first, second) => inTwo(response, 'application/x-ndjson', ollamaChat([first, second]).map((line) => `${JSON.stringify(line)}\n`).join(''), JSON.stringify(first).slice(1, -1)),
  },
  anthropic: {
    settings: (origin) => ({ provider: 'anthropic', model: 'm', baseUrl: origin }),
    fail: (response, status, headers) => sendJson(response, status, anthropicError(status === 529 ? 'overloaded_error' : status === 429 ? 'rate_limit_error' : 'api_error', 'It failed'), headers),
    send: (response, text) => sse(response, anthropicStream(anthropicEvents([text]))),
    refuse: (response) => sendJson(response, 400, anthropicError('invalid_request_error', 'output_config: structured output is not supported by this model; tool_choice too')),
    modes: ['format', 'tool', 'prompt'],
    begin: (response, first, second) => inTwo(response, 'text/event-stream', anthropicStream(anthropicEvents([first, second])), JSON.stringify(first).slice(1, -1)),
  },
  gemini: {
    settings: (origin) => ({ provider: 'gemini', model: 'm', baseUrl: origin }),
    fail: (response, status, headers) => sendJson(response, status, geminiError(status, 'STATUS', 'It failed'), headers),
    send: (response, text) => sse(response, geminiStream(geminiChunks([text]))),
    refuse: (response) => sendJson(response, 400, geminiError(400, 'INVALID_ARGUMENT', 'The schema has too many states for serving')),
    modes: ['schema', 'json', 'prompt'],
    begin: (response, first, second) => inTwo(response, 'text/event-stream', geminiStream(geminiChunks([first, second])).replaceAll('\r\n', '\n'), JSON.stringify(first).slice(1, -1)),
  },
};

function sse(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(text);
}

/** Splits the bytes of a stream behind the event that holds the text. */
const inTwo = (response: ServerResponse, type: string, whole: string, behind: string): (() => void) => {
  const cut = whole.indexOf('\n\n', whole.indexOf(behind)) === -1 ? whole.indexOf('\n', whole.indexOf(behind)) + 1 : whole.indexOf('\n', whole.indexOf(behind)) + 2;
  response.writeHead(200, { 'content-type': type }).write(whole.slice(0, cut));
  return () => void response.end(whole.slice(cut));
};
const events = (list: readonly unknown[], end = '') => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + end;
