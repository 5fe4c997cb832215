import type { RawMessageStreamEvent, StopReason } from '@anthropic-ai/sdk/resources/messages';
import type { ModelInfo } from '@anthropic-ai/sdk/resources/models';
import type { ErrorResponse, ErrorType } from '@anthropic-ai/sdk/resources/shared';

/**
 * Answers of Anthropic and Gemini as the vendors' published descriptions give them. Sources:
 * - Anthropic (checked by the compiler against the types that Anthropic generates from its own description, except what a type marks as newer):
 *   platform.claude.com/docs, "Streaming messages" (event flow, ping, error events, tool use), "Errors" (shapes, 529), "List models".
 * - Gemini: ai.google.dev/api/generate-content (GenerateContentResponse, FinishReason, BlockReason, UsageMetadata), ai.google.dev/api/models
 *   (models.list), cloud.google.com/apis/design/errors (error model, google.rpc.RetryInfo).
 */

/** Source: "Streaming messages", basic request: message_start, blocks with a ping between, message_delta with cumulative usage, message_stop. */
export function anthropicEvents(pieces: readonly string[], change: { stop?: StopReason | null; explanation?: string; tool?: string } = {}): RawMessageStreamEvent[] {
  const stop = change.stop === undefined ? (change.tool ? 'tool_use' : 'end_turn') : change.stop;
  const block = change.tool
    ? { type: 'tool_use', id: 'toolu_01T1x1fJ34qAmk2tNTrN7Up6', name: change.tool, input: {}, caller: { type: 'direct' } }
    : { type: 'text', text: '', citations: null };
  const start = {
    type: 'message_start',
    message: {
      id: 'msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY', type: 'message', role: 'assistant', content: [], model: 'claude-sonnet-4-5-20250929', stop_reason: null, stop_sequence: null,
      usage: { input_tokens: 25, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 7 },
    },
  };
  const end = [
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: stop, stop_sequence: null, ...(change.explanation ? { stop_details: { type: 'refusal', category: null, explanation: change.explanation } } : {}) }, usage: { output_tokens: 15 } },
    { type: 'message_stop' },
  ];
  return [
    start,
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'ping' },
    ...pieces.map((piece) => ({ type: 'content_block_delta', index: 0, delta: change.tool ? { type: 'input_json_delta', partial_json: piece } : { type: 'text_delta', text: piece } })),
    ...(stop === null ? [] : end),
  ] as RawMessageStreamEvent[];
}

/** Source: "Streaming messages", streaming request with tool use: a block of text, then one of the tool, its input in pieces. */
export function anthropicToolUse(id: string, name: string, pieces: readonly string[], said: string): RawMessageStreamEvent[] {
  const [start, textStart, ...rest] = anthropicEvents([said]);
  const [stop, delta, end] = rest.slice(-3);
  return [
    start, textStart, ...(said ? [{ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: said } }] : []), stop,
    { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id, name, input: {}, caller: { type: 'direct' } } },
    { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
    ...pieces.map((piece) => ({ type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: piece } })),
    { type: 'content_block_stop', index: 1 },
    { ...delta, delta: { stop_reason: 'tool_use', stop_sequence: null } }, end,
  ] as RawMessageStreamEvent[];
}

/** Source: "Errors", error shapes: the body of a failed request, and the data of an `error` event inside a stream. */
export function anthropicError(type: ErrorType | 'request_too_large', message: string): ErrorResponse {
  return { type: 'error', error: { type, message }, request_id: 'req_011CSHoEeqs5C35K2UUqR7Fy' } as ErrorResponse;
}

/** Source: "List models". */
export const anthropicModelList = {
  data: [
    { type: 'model', id: 'claude-sonnet-4-5-20250929', display_name: 'Claude Sonnet 4.5', created_at: '2025-09-29T00:00:00Z', max_input_tokens: 200_000 },
    { type: 'model', id: 'claude-haiku-4-5-20251001', display_name: 'Claude Haiku 4.5', created_at: '2025-10-01T00:00:00Z', max_input_tokens: null },
  ] satisfies Partial<ModelInfo>[],
  has_more: false, first_id: 'claude-sonnet-4-5-20250929', last_id: 'claude-haiku-4-5-20251001',
};

/** The bytes of Anthropic's events: each with its name before its data. */
export function anthropicStream(events: readonly object[]): string {
  return events.map((event) => `event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** Source: "generate-content", GenerateContentResponse: a piece in each, counts in all, the reason to stop in the last. */
export function geminiChunks(pieces: readonly string[], change: { finish?: string | null; message?: string } = {}): object[] {
  const finish = change.finish === undefined ? 'STOP' : change.finish;
  return pieces.map((text, index) => {
    const isLast = index === pieces.length - 1;
    return {
      candidates: [{ content: { parts: [{ text }], role: 'model' }, ...(isLast && finish ? { finishReason: finish, ...(change.message ? { finishMessage: change.message } : {}) } : {}), index: 0 }],
      usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 4 + index, totalTokenCount: 30 + index, ...(isLast ? { thoughtsTokenCount: 20 } : {}), promptTokensDetails: [{ modality: 'TEXT', tokenCount: 8 }] },
      modelVersion: 'gemini-2.5-flash', responseId: 'oPqOaMWdK7eOjuMPzvzC8Ac',
    };
  });
}

/** Source: ai.google.dev/gemini-api/docs/function-calling and .../thought-signatures: the call is a part, its signature stands beside it. */
export function geminiFunctionCall(name: string, args: object, change: { said?: string; signature?: string; id?: string } = {}): object[] {
  return [
    ...(change.said ? [{ candidates: [{ content: { parts: [{ text: change.said }], role: 'model' }, index: 0 }], modelVersion: 'gemini-2.5-flash' }] : []),
    {
      candidates: [{ content: { parts: [{ functionCall: { name, args, ...(change.id ? { id: change.id } : {}) }, ...(change.signature ? { thoughtSignature: change.signature } : {}) }], role: 'model' }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 8, candidatesTokenCount: 4, totalTokenCount: 12 }, modelVersion: 'gemini-2.5-flash',
    },
  ];
}

/** Source: "generate-content", PromptFeedback: no candidate is returned when the prompt was blocked. */
export const geminiBlocked = { promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: { promptTokenCount: 8, totalTokenCount: 8 }, modelVersion: 'gemini-2.5-flash' };

/** Source: the error model of Google's APIs. */
export function geminiError(code: number, status: string, message: string, details?: object[]): object {
  return { error: { code, message, status, ...(details ? { details } : {}) } };
}

/** Source: "models", models.list. */
export const geminiModelList = {
  models: [
    { name: 'models/gemini-2.5-pro', version: '2.5', displayName: 'Gemini 2.5 Pro', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, supportedGenerationMethods: ['generateContent', 'countTokens'], thinking: true },
    { name: 'models/gemini-2.5-flash', version: '001', displayName: 'Gemini 2.5 Flash', inputTokenLimit: 1_048_576, outputTokenLimit: 65_536, supportedGenerationMethods: ['generateContent', 'countTokens'], thinking: true },
    { name: 'models/gemini-embedding-001', version: '001', displayName: 'Gemini Embedding 001', inputTokenLimit: 2048, outputTokenLimit: 1, supportedGenerationMethods: ['embedContent'] },
  ],
};

/** The bytes of Gemini's events with `alt=sse`. */
export function geminiStream(events: readonly object[]): string {
  return events.map((event) => `data: ${JSON.stringify(event)}\r\n\r\n`).join('');
}
