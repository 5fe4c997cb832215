import type { ZodType } from 'zod';
import type { ErrorInfo } from '../base/error.ts';
import type { ModelProvider } from './providerTable.ts';

/** A language model that answers one request at a time; any number of requests may run at once. */
export interface LanguageModel {
  /** `provider:model`, as in the ledger and on the command line: 'ollama:llama3.2'. */
  id: string;
  provider: ModelProvider;
  /** The model's answer. Rejects with an AppError only (`MODEL_…` or `EGRESS_REFUSED`). */
  generate(request: GenerateRequest): Promise<GenerateResult>;
}

/** One message of a conversation: of the person, of the model (perhaps with calls of tools), or what a tool gave back. */
export type ModelMessage =
  | { role: 'user'; content: string }
  | { role: 'assistant'; content: string; toolCalls?: ToolCall[] }
  | { role: 'tool'; content: string; callId: string; toolName: string; isError?: boolean };

/** A tool that the model may ask to be called. */
export interface ToolDefinition {
  /** Letters, digits, `_` and `-`, at most 64 of them. */
  name: string;
  description: string;
  /** JSON schema of an object. */
  parameters: Record<string, unknown>;
}

/** A wish of the model to have a tool called. Nothing is called by itself. */
export interface ToolCall {
  /** Goes back with what the tool gave. */
  id: string;
  name: string;
  /** As the model wrote them: not checked by the tool's schema. */
  arguments: Record<string, unknown>;
  /** What the provider wants to see again with the call, unread. */
  signature?: string;
}

/** A picture, shown to the model with the last user message. */
export interface ModelImage {
  /** 'image/png', 'image/jpeg', 'image/webp' or 'image/gif'. */
  mediaType: string;
  base64: string;
}

/** The shape that an answer must have: the wire gets it as JSON schema, the answer is always parsed by it. */
export interface OutputShape {
  /** Letters, digits, `_` and `-`, at most 64 of them (OpenAI's rule). */
  name: string;
  schema: ZodType;
}

/** What a model is asked. */
export interface GenerateRequest {
  system: string;
  messages: ModelMessage[];
  schema?: OutputShape;
  images?: ModelImage[];
  /**
   * Tools that the model may ask for. With tools the schema is told in the prompt only, for not every provider can hold an answer to a
   * schema and offer tools at once; an answer that asks for tools is handed on as it is.
   */
  tools?: ToolDefinition[];
  /** 0 (always the likeliest word) to 2. */
  temperature?: number;
  /** Upper bound of the answer's length in tokens. */
  maxTokens?: number;
  seed?: number;
  signal?: AbortSignal;
  /** For everything together: waiting, retries and the repair turn. Default 180,000. */
  timeoutMs?: number;
  /** What the question is for: read by the ledger, the budget and the cache, never sent to the provider. */
  purpose?: CallPurpose;
  /** Receives the answer's text piece by piece as it arrives; a repair turn is not streamed. */
  onToken?(text: string): void;
  /** Takes back everything that `onToken` was given: another model begins anew. Without it a failure after the first text is final. */
  onRetract?(): void;
}

/** What a call is made for. */
export interface CallPurpose {
  /** 'architect', 'planner', … */
  agent: string;
  /** Version of the instructions that were rendered. */
  promptVersion: string;
  /** The wording that is being tried, when it is not the one in use. */
  variantId?: string;
  turnId?: string;
  flowId?: string;
  /** Number of the flow's last entry: an answer about a flow holds for that one only. */
  flowVersion?: number;
  /** 'standard' or 'pro'. */
  quality?: string;
  /** The person's question in their own words, where the call answers one. */
  question?: string;
  /** Names that stand in the material (titles of nodes): a question about one of them is never a question about another. */
  names?: readonly string[];
  /** True when the person wants a fresh answer. */
  bypassCache?: boolean;
}

/** Tokens as the provider counted them; absent where it does not say. */
export interface TokenUsage {
  inputTokens?: number;
  outputTokens?: number;
  /** Those of the input that the provider had in its own cache and charges less for. */
  cachedInputTokens?: number;
}

/** What a model answered. */
export interface GenerateResult {
  text: string;
  /** The output of the request's zod schema; absent when there was none. */
  object?: unknown;
  /** Tools that the model asks for, in order; absent where it asks for none. `text` is what it said beside them, perhaps nothing. */
  toolCalls?: ToolCall[];
  usage: TokenUsage;
  /** The model's name as the provider reports it. */
  model: string;
  ms: number;
  /** From the start of the call to its first piece of text; only where the answer was streamed. */
  firstTokenMs?: number;
  /** True when the first answer did not fit the schema and the second did. */
  repaired: boolean;
  /** US dollars; absent where the price or the tokens are unknown. */
  costUsd?: number;
  /** Id of the model that answered, where others were asked before it. */
  answeredBy?: string;
  /** Models that were asked before and failed, in order. */
  failedBefore?: { model: string; error: ErrorInfo }[];
  /** Set when nobody was asked: the same question was answered before (`similar`: one of the same meaning). */
  cached?: { kind: 'exact' | 'similar'; at: number; question?: string };
  /** Drops the answer from the cache: for one that has the right form and turned out to be of no use. */
  forget?(): void;
}
