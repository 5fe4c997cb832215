import type { Clock } from '../base/clock.ts';
import { answerKey, questionScope } from './answerKey.ts';
import { openRecord, type CallLedger } from './callLedger.ts';
import { openCallWindow } from './callWindow.ts';
import { cosine, type EmbeddingModel } from './embeddingModel.ts';
import type { GenerateRequest, GenerateResult, LanguageModel } from './languageModel.ts';
import { isSameQuestion } from './sameQuestion.ts';
import { DEFAULT_TIMEOUT_MS, parseAnswer } from './structuredModel.ts';

/** An answer that was given once. */
export interface KeptAnswer {
  /** See answerKey. */
  key: string;
  text: string;
  /** The model's name as its provider reported it. */
  model: string;
  /** ms UTC. */
  at: number;
  flowId?: string;
  /** For questions about a flow: what it may be found by when asked in other words. */
  question?: { scope: string; text: string };
}

/** A question that was answered before. */
export interface KeptQuestion {
  key: string;
  text: string;
  /** Of the embedding model that was asked for; absent where it has not seen this question yet. */
  vector?: Float32Array;
}

/** Where answers are kept. Reading is instant; what is written may be stored later, but is found at once. */
export interface AnswerStore {
  /** The answer, if it is not too old. */
  find(key: string): KeptAnswer | undefined;
  /** Keeps an answer, in place of one of the same key. */
  keep(answer: KeptAnswer): void;
  /** Questions of a scope, newest first, with the vectors of this embedding model. */
  questionsOf(scope: string, embeddingModel: string): KeptQuestion[];
  keepVector(key: string, embeddingModel: string, vector: Float32Array): void;
  /** Notes that a turn was given this answer, by the model or from here. */
  noteUse(key: string, turnId: string): void;
  /** Drops an answer. */
  forget(key: string): void;
  /** Drops every answer that a turn was given. */
  forgetTurn(turnId: string): void;
}

/** What the cache needs beside the model. */
export interface AnswerCacheOptions {
  store: AnswerStore;
  /** Calls that run now; one map for all models that share a store. */
  flights: AnswerFlights;
  ledger: CallLedger;
  clock: Clock;
  /** Read at every call. */
  isOn(): boolean;
  /** The endpoint of the model. */
  endpoint: string;
  workspaceId: string;
  /** For questions in other words; undefined where only the same words count. */
  embeddings?(): Promise<EmbeddingModel | undefined>;
}

/** Calls that several callers wait for. */
export type AnswerFlights = Map<string, Flight>;

interface Flight {
  timeoutMs: number;
  /** True where what was streamed may be taken back. */
  isRetractable: boolean;
  /** Text that was streamed so far. */
  shown: string;
  waiters: Set<GenerateRequest>;
  controller: AbortController;
  /** Lets nobody on board any more. */
  land(): void;
  promise: Promise<GenerateResult>;
}

/** How alike two questions must lie, beside having the same content word for word: a second opinion, not the first. */
const LEAST_COSINE = 0.8;
/** A question that takes longer than this to embed goes to the model at once. */
const EMBED_TIMEOUT_MS = 4_000;

/**
 * The model with a memory: a request that was answered before gets that answer, requests that are the same and run at the same time share
 * one call (each can be cancelled alone), and a question that asks the same in other words gets the answer of the other. Only answers of
 * temperature 0 are kept; `purpose.bypassCache` asks the model whatever is kept, and keeps the new answer.
 */
export function cachedModel(model: LanguageModel, options: AnswerCacheOptions): LanguageModel {
  const { store, flights, ledger, clock } = options;
  const answerer = { modelId: model.id, endpoint: options.endpoint, workspaceId: options.workspaceId };

  const generate = async (request: GenerateRequest): Promise<GenerateResult> => {
    // Tools answer anew each time; a warm answer is meant to vary.
    if (!options.isOn() || request.temperature !== 0 || request.tools?.length) return model.generate(request);
    const startedAt = clock.now();
    const key = await answerKey(answerer, request);
    if (request.purpose?.bypassCache) return withForget(await ask(key, request), key);
    const kept = store.find(key);
    const hit = kept && (await serve(kept, 'exact', request, startedAt));
    if (hit) return hit;
    const running = flights.get(key);
    if (running && mayJoin(running, request)) {
      const result = await board(running, request);
      await record('exact', request, startedAt);
      return withForget({ ...result, ...FREE, ms: clock.now() - startedAt, cached: result.cached ?? { kind: 'exact', at: clock.now() } }, key);
    }
    const controller = new AbortController();
    const land = () => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    const flight: Flight = { timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS, isRetractable: Boolean(request.onRetract), shown: '', waiters: new Set(), controller, land, promise: undefined as never };
    const shared = sharedRequest(request, flight);
    flight.promise = findSimilar(key, shared, startedAt).then((similar) => similar ?? ask(key, shared)).finally(land);
    if (!running) flights.set(key, flight);
    return withForget(await board(flight, request), key);
  };

  /** Asks the model, and keeps what is worth keeping. */
  const ask = async (key: string, request: GenerateRequest): Promise<GenerateResult> => {
    const scope = await questionScope(answerer, request);
    const result = await model.generate(request);
    // What another model said for this one, or a model that wants a tool, is no answer of this model to this question.
    if (result.failedBefore?.length || (result.answeredBy ?? model.id) !== model.id || result.toolCalls?.length || !result.text) return result;
    store.keep({ key, text: result.text, model: result.model, at: clock.now(), ...(request.purpose?.flowId === undefined ? {} : { flowId: request.purpose.flowId }), ...(scope === undefined ? {} : { question: { scope, text: request.purpose!.question! } }) });
    if (request.purpose?.turnId) store.noteUse(key, request.purpose.turnId);
    return result;
  };

  /** A kept answer as a result; undefined (and dropped) where it does not have the form that is asked for now. */
  const serve = async (kept: KeptAnswer, kind: 'exact' | 'similar', request: GenerateRequest, startedAt: number): Promise<GenerateResult | undefined> => {
    const parsed = request.schema && parseAnswer(kept.text, request.schema);
    if (parsed && !parsed.ok) return void store.forget(kept.key);
    if (request.purpose?.turnId) store.noteUse(kept.key, request.purpose.turnId);
    request.onToken?.(kept.text);
    await record(kind, request, startedAt);
    return withForget(
      {
        text: kept.text, ...(parsed ? { object: parsed.object } : {}), model: kept.model, ms: clock.now() - startedAt, repaired: false, ...FREE,
        cached: { kind, at: kept.at, ...(kind === 'similar' && kept.question ? { question: kept.question.text } : {}) },
      },
      kept.key,
    );
  };

  /** The answer to a question that asks the same in other words. Whatever goes wrong here is no reason not to ask the model. */
  const findSimilar = async (key: string, request: GenerateRequest, startedAt: number): Promise<GenerateResult | undefined> => {
    const { question, names } = request.purpose ?? {};
    try {
      const embeddings = question === undefined ? undefined : await options.embeddings?.();
      const scope = embeddings && (await questionScope(answerer, request));
      if (!embeddings || scope === undefined) return undefined;
      const candidates = store.questionsOf(scope, embeddings.id).filter((item) => item.key !== key && isSameQuestion(question!, item.text, names ? { names } : {}));
      if (!candidates.length) return undefined;
      const unseen = candidates.filter((item) => !item.vector);
      const { vectors } = await embeddings.embed([question!, ...unseen.map((item) => item.text)], { timeoutMs: EMBED_TIMEOUT_MS, ...(request.signal ? { signal: request.signal } : {}), ...(request.purpose ? { purpose: request.purpose } : {}) });
      for (const [index, item] of unseen.entries()) store.keepVector(item.key, embeddings.id, (item.vector = vectors[index + 1]!));
      const [own] = vectors;
      const best = candidates.map((item) => ({ key: item.key, likeness: cosine(own!, item.vector!) })).sort((a, b) => b.likeness - a.likeness)[0]!;
      const kept = best.likeness >= LEAST_COSINE ? store.find(best.key) : undefined;
      return kept && (await serve(kept, 'similar', request, startedAt));
    } catch {
      return undefined;
    }
  };

  const record = async (kind: 'exact' | 'similar', request: GenerateRequest, startedAt: number): Promise<void> => {
    try {
      const row = { ...openRecord(model.id, request, startedAt), outcome: 'cached' as const, cached: kind, ...FREE.usage, costUsd: 0 };
      await ledger.close(await ledger.open(row), { ...row, ms: clock.now() - startedAt });
    } catch {
      // Nothing was asked and nothing was paid: a ledger that cannot be written is no reason to keep the answer back.
    }
  };

  /** Waits for a call with a cancel and a time limit of one's own; the last one to leave ends it. */
  const board = async (flight: Flight, request: GenerateRequest): Promise<GenerateResult> => {
    const window = openCallWindow({ provider: model.provider, model: model.id, host: '' }, clock, request.timeoutMs ?? DEFAULT_TIMEOUT_MS, request.signal);
    flight.waiters.add(request);
    if (flight.shown) request.onToken?.(flight.shown);
    try {
      return await window.race(flight.promise);
    } finally {
      window.close();
      flight.waiters.delete(request);
      if (!flight.waiters.size) {
        flight.land();
        flight.controller.abort();
        // Nobody hears of its end any more.
        flight.promise.catch(() => undefined);
      }
    }
  };

  const withForget = (result: GenerateResult, key: string): GenerateResult => (result.forget ? result : { ...result, forget: () => store.forget(key) });

  return { ...model, generate };
}

/** What an answer from memory costs. */
const FREE = { usage: { inputTokens: 0, outputTokens: 0 }, costUsd: 0 };

/** A caller who gives more time needs a call of their own, and so does one who could not take back what they are shown. */
function mayJoin(flight: Flight, request: GenerateRequest): boolean {
  return flight.timeoutMs >= (request.timeoutMs ?? DEFAULT_TIMEOUT_MS) && (!flight.isRetractable || !request.onToken || Boolean(request.onRetract));
}

/** The request that is made once for all who wait: it ends when nobody waits any more. */
function sharedRequest(request: GenerateRequest, flight: Flight): GenerateRequest {
  const { onToken, onRetract, ...rest } = request;
  return {
    ...rest,
    signal: flight.controller.signal,
    ...(onToken
      ? {
          onToken(text: string) {
            flight.shown += text;
            for (const waiter of flight.waiters) waiter.onToken?.(text);
          },
        }
      : {}),
    ...(onRetract
      ? {
          onRetract() {
            flight.shown = '';
            for (const waiter of flight.waiters) waiter.onRetract?.();
          },
        }
      : {}),
  };
}
