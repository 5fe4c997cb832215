import type { ChatCompletion, ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { Model } from 'openai/resources/models';

/**
 * Answers as the vendors' published descriptions give them. Sources:
 * - OpenAI (checked by the compiler against the types that OpenAI generates from the same description): github.com/openai/openai-openapi, openapi.yaml, schemas CreateChatCompletionResponse, CreateChatCompletionStreamResponse,
 *   ListModelsResponse, ErrorResponse; the same schemas are generated into the `openai` package (resources/chat/completions).
 * - Ollama: github.com/ollama/ollama, docs/api.md, sections "Generate a chat completion", "List Local Models", "Show Model Information", "Pull a Model", "Version"; docs/api/errors.mdx.
 */

/** Source: openapi.yaml, CreateChatCompletionResponse. */
export function openAiCompletion(content: string | null, change: { finish_reason?: ChatCompletion.Choice['finish_reason']; refusal?: string | null } = {}) {
  return {
    id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
    object: 'chat.completion',
    created: 1741569952,
    model: 'gpt-5.4',
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: change.refusal ?? null, annotations: [] }, logprobs: null, finish_reason: change.finish_reason ?? 'stop' }],
    usage: {
      prompt_tokens: 19, completion_tokens: 10, total_tokens: 29,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
    },
    service_tier: 'default',
  } satisfies ChatCompletion;
}

/** Source: openapi.yaml, CreateChatCompletionStreamResponse, with the usage chunk of stream_options.include_usage (its choices are empty). */
export function openAiChunks(pieces: readonly string[], change: { finish_reason?: ChatCompletionChunk.Choice['finish_reason']; withUsage?: boolean } = {}) {
  const chunk = (choices: ChatCompletionChunk.Choice[], usage: ChatCompletionChunk['usage'] = null): ChatCompletionChunk => ({
    id: 'chatcmpl-123', object: 'chat.completion.chunk', created: 1694268190, model: 'gpt-4o-mini', system_fingerprint: 'fp_44709d6fcb', choices, usage,
  });
  const finish = change.finish_reason === undefined ? 'stop' : change.finish_reason;
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }]),
    ...pieces.map((content) => chunk([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }])),
    ...(finish === null ? [] : [chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: finish }])]),
    ...(change.withUsage === false ? [] : [chunk([], { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 })]),
  ];
}

/** Source: openapi.yaml, ChatCompletionMessageToolCallChunk: the name in the first piece, the arguments in all. */
export function openAiToolCallChunks(id: string, name: string, pieces: readonly string[], said: string) {
  const chunk = (delta: ChatCompletionChunk.Choice.Delta, finish: ChatCompletionChunk.Choice['finish_reason'] = null): ChatCompletionChunk => ({
    id: 'chatcmpl-123', object: 'chat.completion.chunk', created: 1694268190, model: 'gpt-4o-mini', choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }], usage: null,
  });
  return [
    chunk({ role: 'assistant', content: said }),
    chunk({ tool_calls: [{ index: 0, id, type: 'function', function: { name, arguments: '' } }] }),
    ...pieces.map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] })),
    chunk({}, 'tool_calls'),
  ];
}

/** Source: openapi.yaml, ErrorResponse (code, message, param, type are required). */
export function openAiError(message: string, type: string, code: string | null, param: string | null = null) {
  return { error: { message, type, param, code } };
}

/** Source: openapi.yaml, ListModelsResponse. */
export const openAiModelList = {
  object: 'list',
  data: [
    { id: 'model-id-1', object: 'model', created: 1686935002, owned_by: 'openai' },
    { id: 'model-id-0', object: 'model', created: 1686935002, owned_by: 'organization-owner' },
  ],
} satisfies { object: 'list'; data: Model[] };

/** Source: docs/api.md, "Chat Request (Streaming)": one object a piece, then the final response with counts. */
export function ollamaChat(pieces: readonly string[], change: { done_reason?: string } = {}) {
  return [
    ...pieces.map((content) => ({ model: 'llama3.2', created_at: '2023-08-04T08:52:19.385406455-07:00', message: { role: 'assistant', content, images: null }, done: false })),
    {
      model: 'llama3.2', created_at: '2023-08-04T19:22:45.499127Z', message: { role: 'assistant', content: '' }, done_reason: change.done_reason ?? 'stop', done: true,
      total_duration: 4883583458, load_duration: 1334875, prompt_eval_count: 26, prompt_eval_duration: 342546000, eval_count: 282, eval_duration: 4535599000,
    },
  ];
}

/** Source: docs/api.md, "Chat request (Streaming with tools)": the call comes whole, in one piece of the stream. */
export function ollamaToolCall(name: string, given: object, said = '') {
  return [
    { model: 'llama3.2', created_at: '2025-07-07T20:22:19.184789Z', message: { role: 'assistant', content: said, tool_calls: [{ function: { name, arguments: given } }] }, done: false },
    {
      model: 'llama3.2', created_at: '2025-07-07T20:22:19.19314Z', message: { role: 'assistant', content: '' }, done_reason: 'stop', done: true,
      total_duration: 182242375, load_duration: 41295167, prompt_eval_count: 169, prompt_eval_duration: 24573166, eval_count: 15, eval_duration: 115959084,
    },
  ];
}

/** Source: docs/api.md, "List Local Models". */
export const ollamaTags = {
  models: [
    {
      name: 'llama3:latest', modified_at: '2023-12-07T09:32:18.757212583-08:00', size: 3825819519, digest: 'fe938a131f40e6f6d40083c9f0f430a515233eb2edaa6d72eb85c50d64f2300e',
      details: { format: 'gguf', family: 'llama', families: null, parameter_size: '7B', quantization_level: 'Q4_0' },
    },
    {
      name: 'codellama:13b', modified_at: '2023-11-04T14:56:49.277302595-07:00', size: 7365960935, digest: '9f438cb9cd581fc025612d27f7c1a6669ff83a8bb0ed86c94fcf4c5440555697',
      details: { format: 'gguf', family: 'llama', families: null, parameter_size: '13B', quantization_level: 'Q4_0' },
    },
  ],
};

/** Source: docs/api.md, "Show Model Information" (shortened), `capabilities` as in the ShowResponse of the `ollama` package. */
export const ollamaShow = {
  modelfile: '# Modelfile generated by "ollama show"', parameters: 'stop "<|eot_id|>"', template: '{{ .Prompt }}',
  details: { parent_model: '', format: 'gguf', family: 'llama', families: ['llama'], parameter_size: '8.0B', quantization_level: 'Q4_0' },
  model_info: { 'general.architecture': 'llama', 'general.parameter_count': 8030261248, 'llama.context_length': 8192, 'llama.embedding_length': 4096 },
  capabilities: ['completion', 'vision'],
};

/** Source: docs/api.md, "Version". */
export const ollamaVersion = { version: '0.5.1' };

/** Source: docs/api/errors.mdx, "Error messages" and "Errors that occur while streaming": with the status, or as a line of a running stream. */
export const ollamaError = (error: string) => ({ error });

/** Source: docs/api.md, "Pull a Model": the manifest, each part with what has arrived of it, the checks, success. `digest` is whole in the real answer. */
export function ollamaPull(parts: readonly { digest: string; total: number; completed: readonly number[] }[], isWhole = true) {
  return [
    { status: 'pulling manifest' },
    ...parts.flatMap(({ digest, total, completed }) => completed.map((done) => ({ status: `pulling ${digest.slice(7, 19)}`, digest, total, ...(done ? { completed: done } : {}) }))),
    ...(isWhole ? [{ status: 'verifying sha256 digest' }, { status: 'writing manifest' }, { status: 'removing any unused layers' }, { status: 'success' }] : []),
  ];
}
