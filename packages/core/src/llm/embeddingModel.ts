import { isAppError, type AppError } from '../base/error.ts';
import { openRecord, type ModelCallRecord, type RecordingOptions } from './callLedger.ts';
import { openCallWindow, type CallWindow } from './callWindow.ts';
import type { CallPurpose, TokenUsage } from './languageModel.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { systemTiming, withRetries, type ModelTiming } from './retry.ts';
import { errorFromThrown } from './wireError.ts';

/** A model that places texts in a space where what means the same lies close together. */
export interface EmbeddingModel {
  /** `provider:model`; vectors of two models never compare. */
  id: string;
  /** Length of its vectors; known after the first call. */
  readonly dimensions?: number;
  /** One vector of length 1 a text, in their order. Rejects with an AppError only (`MODEL_…` or `EGRESS_REFUSED`), then nothing is given. */
  embed(texts: readonly string[], request?: EmbedRequest): Promise<EmbedResult>;
}

/** How texts are embedded. */
export interface EmbedRequest {
  signal?: AbortSignal;
  /** For all batches and retries together, ms. Default 60,000. */
  timeoutMs?: number;
  /** Read by the ledger, never sent. */
  purpose?: CallPurpose;
  /** What the vectors are compared with, for models that tell a question from what answers it. Default 'similarity'. */
  use?: EmbeddingUse;
}

/** 'similarity': texts of one kind with each other; 'query' finds 'document'. */
export type EmbeddingUse = 'similarity' | 'query' | 'document';

/** The vectors, and the tokens where the provider counts them. */
export interface EmbedResult {
  vectors: Float32Array[];
  usage: TokenUsage;
}

/** What an adapter does once, below batches and retries. */
export interface EmbeddingSource {
  subject: ModelSubject;
  secrets: readonly string[];
  timing?: ModelTiming;
  /** The numbers of each text, in order. */
  exchange(texts: readonly string[], call: { window: CallWindow; use: EmbeddingUse }): Promise<{ vectors: readonly (readonly number[])[]; inputTokens?: number }>;
}

/** Most texts of one request. */
const BATCH_TEXTS = 64;
/** Most characters of one request; a longer text goes alone. */
const BATCH_CHARACTERS = 100_000;
const DEFAULT_TIMEOUT_MS = 60_000;

/** An EmbeddingModel over one adapter: batches, time limit, retries, and vectors that were checked. */
export function createBatchedEmbeddings(source: EmbeddingSource): EmbeddingModel {
  const { subject, secrets } = source;
  const timing = source.timing ?? systemTiming;
  const toError = (thrown: unknown): AppError => {
    const error = errorFromThrown(thrown, subject, secrets);
    // What is no failure of the network stumbled over the answer itself.
    return error.code === 'MODEL_PROVIDER_FAILED' && error.params['reason'] === 'unknown' ? modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' }) : error;
  };
  let dimensions: number | undefined;
  return {
    id: `${subject.provider}:${subject.model}`,
    get dimensions() {
      return dimensions;
    },
    async embed(texts, request = {}) {
      const blank = texts.findIndex((text) => !text.trim());
      if (blank !== -1) throw modelError('MODEL_REQUEST_REJECTED', { ...subject, reason: 'blank', detail: `text ${blank + 1} is empty` });
      const window = openCallWindow(subject, timing.clock, request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
      const vectors: Float32Array[] = [];
      let inputTokens: number | undefined;
      try {
        for (const batch of batchesOf(texts)) {
          const answer = await withRetries(async () => {
            if (window.signal.aborted) throw window.failure();
            return source.exchange(batch, { window, use: request.use ?? 'similarity' });
          }, window, timing, toError, () => true);
          if (answer.vectors.length !== batch.length) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
          for (const numbers of answer.vectors) {
            const vector = unitVector(numbers);
            // A model that changes its mind about its own size is two models: nothing of it compares.
            if (!vector || vector.length !== (dimensions ?? vector.length)) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
            dimensions = vector.length;
            vectors.push(vector);
          }
          if (answer.inputTokens !== undefined) inputTokens = (inputTokens ?? 0) + answer.inputTokens;
        }
      } finally {
        window.close();
      }
      return { vectors, usage: inputTokens === undefined ? {} : { inputTokens } };
    },
  };
}

/** The model with a row of the ledger for every call. */
export function recordedEmbeddings(model: EmbeddingModel, { ledger, clock, costOf }: RecordingOptions): EmbeddingModel {
  return {
    id: model.id,
    get dimensions() {
      return model.dimensions;
    },
    async embed(texts, request = {}) {
      const startedAt = clock.now();
      const opened: ModelCallRecord = { ...openRecord(model.id, { system: '', messages: [], ...(request.purpose ? { purpose: request.purpose } : {}) }, startedAt), operation: 'embeddings' };
      const id = await ledger.open(opened);
      const close = async (change: Partial<ModelCallRecord>) => {
        try {
          await ledger.close(id, { ...opened, ms: clock.now() - startedAt, ...change });
        } catch {
          // As with every call: the answer is worth more than its row.
        }
      };
      try {
        const result = await model.embed(texts, request);
        const costUsd = costOf?.(model.id, result.usage);
        await close({ ...result.usage, ...(costUsd === undefined ? {} : { costUsd }), outcome: 'ok' });
        return result;
      } catch (error) {
        const code = isAppError(error) ? error.code : 'INTERNAL';
        await close({ outcome: code === 'MODEL_CANCELLED' ? 'cancelled' : 'failed', errorCode: code });
        throw error;
      }
    },
  };
}

/** How alike two vectors of length 1 are: -1 to 1, and 0 for vectors of different spaces. */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 0;
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

function* batchesOf(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let characters = 0;
  for (const text of texts) {
    if (batch.length && (batch.length >= BATCH_TEXTS || characters + text.length > BATCH_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(text);
    characters += text.length;
  }
  if (batch.length) yield batch;
}

/** The direction of the numbers; undefined for none, for what is no number and for the zero vector, which points nowhere. */
function unitVector(numbers: readonly number[]): Float32Array | undefined {
  if (!Array.isArray(numbers) || !numbers.length) return undefined;
  let squares = 0;
  for (const number of numbers) {
    if (typeof number !== 'number' || !Number.isFinite(number)) return undefined;
    squares += number * number;
  }
  const length = Math.sqrt(squares);
  return length > 0 && Number.isFinite(length) ? Float32Array.from(numbers, (number) => number / length) : undefined;
}
