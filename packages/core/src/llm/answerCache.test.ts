import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestClock } from '../base/clock.ts';
import type { AppError } from '../base/error.ts';
import { cachedModel, type AnswerCacheOptions, type AnswerStore, type KeptAnswer } from './answerCache.ts';
import type { ModelCallRecord } from './callLedger.ts';
import { createBatchedEmbeddings, type EmbeddingModel } from './embeddingModel.ts';
import type { GenerateRequest, LanguageModel } from './languageModel.ts';
import { modelError } from './modelError.ts';
import { DIFFERENT_QUESTIONS, SAME_QUESTIONS } from './questionFixtures.ts';
import { scriptedModel, type ScriptedAnswer, type ScriptedQuestion } from './scriptedModel.ts';

/** The store's contract in memory; the one on a file has its own tests. */
function memoryAnswers(): AnswerStore & { answers: Map<string, KeptAnswer> } {
  const answers = new Map<string, KeptAnswer>();
  const vectors = new Map<string, Float32Array>();
  const uses = new Map<string, Set<string>>();
  return {
    answers,
    find: (key) => answers.get(key),
    keep: (answer) => void answers.set(answer.key, answer),
    questionsOf: (scope, model) => [...answers.values()].filter((item) => item.question?.scope === scope).reverse().map(({ key, question }) => {
      const vector = vectors.get(`${model} ${key}`);
      return { key, text: question!.text, ...(vector ? { vector } : {}) };
    }),
    keepVector: (key, model, vector) => void vectors.set(`${model} ${key}`, vector),
    noteUse: (key, turnId) => void uses.set(turnId, (uses.get(turnId) ?? new Set()).add(key)),
    forget: (key) => void answers.delete(key),
    forgetTurn: (turnId) => [...(uses.get(turnId) ?? [])].forEach((key) => answers.delete(key)),
  };
}

const clock = createTestClock();
let store = memoryAnswers();
let rows: ModelCallRecord[] = [];
beforeEach(() => {
  store = memoryAnswers();
  rows = [];
});

const subject = { provider: 'ollama', model: 'e', host: 'h' };
/** The worst embedding model that there can be: everything means the same. */
const sameForAll = () => {
  const seen: string[][] = [];
  const model = createBatchedEmbeddings({ subject, secrets: [], exchange: async (texts) => (seen.push([...texts]), { vectors: texts.map(() => [1, 2, 3]) }) });
  return { model, seen };
};

function cached(model: LanguageModel, change: Partial<AnswerCacheOptions> & { embedding?: EmbeddingModel } = {}): LanguageModel {
  const { embedding, ...rest } = change;
  return cachedModel(model, {
    store, flights: new Map(), clock, isOn: () => true, endpoint: 'http://h', workspaceId: 'w',
    ledger: { open: (record) => String(rows.push(record) - 1), close: (id, record) => void (rows[Number(id)] = record) },
    ...(embedding ? { embeddings: async () => embedding } : {}), ...rest,
  });
}
const counting = (answer: (question: ScriptedQuestion) => ScriptedAnswer | Promise<ScriptedAnswer> = ({ index }) => `answer ${index}`) => scriptedModel(answer);
const ask: GenerateRequest = { system: 's', messages: [{ role: 'user', content: 'q' }], temperature: 0, purpose: { agent: 'a', promptVersion: '1', turnId: 't1' } };

describe('the same request', () => {
  it('is answered once, whatever its seed, and says so', async () => {
    const inner = counting();
    const model = cached(inner);
    const first = await model.generate({ ...ask, seed: 1 });
    expect(first.cached).toBeUndefined();
    clock.advance(7_200_000);
    const pieces: string[] = [];
    const second = await model.generate({ ...ask, seed: 2, purpose: { ...ask.purpose!, turnId: 't2' }, onToken: (text) => pieces.push(text) });
    expect(second).toMatchObject({ text: 'answer 0', costUsd: 0, usage: { inputTokens: 0, outputTokens: 0 }, cached: { kind: 'exact', at: clock.now() - 7_200_000 } });
    expect(pieces).toEqual(['answer 0']);
    expect(inner.questions).toHaveLength(1);
    expect(rows).toEqual([expect.objectContaining({ agent: 'a', turnId: 't2', model: 'scripted:model', outcome: 'cached', cached: 'exact', inputTokens: 0, outputTokens: 0, costUsd: 0 })]);
  });

  const shape = z.object({ a: z.string() });
  it.each<[string, Partial<GenerateRequest>]>([
    ['system', { system: 'other' }], ['words', { messages: [{ role: 'user', content: 'Q' }] }], ['history', { messages: [{ role: 'assistant', content: 'x' }, { role: 'user', content: 'q' }] }],
    ['form', { schema: { name: 'x', schema: shape } }], ['length', { maxTokens: 5 }], ['picture', { images: [{ mediaType: 'image/png', base64: 'AAAA' }] }],
  ])('is another one with another %s', async (_what, change) => {
    const inner = counting(() => ({ json: { a: '1' } }));
    const model = cached(inner);
    await model.generate(ask);
    expect((await model.generate({ ...ask, ...change })).cached).toBeUndefined();
    expect((await model.generate({ ...ask, ...change })).cached).toMatchObject({ kind: 'exact' });
    expect(inner.questions).toHaveLength(2);
  });

  it('is another one for another picture, another model, another endpoint and another workspace', async () => {
    const inner = counting();
    const picture = (base64: string) => ({ ...ask, images: [{ mediaType: 'image/png', base64 }] });
    await cached(inner).generate(picture('AAAA'));
    for (const result of [await cached(inner).generate(picture('AAAB')), await cached({ ...inner, id: 'ollama:other' }).generate(picture('AAAA')), await cached(inner, { endpoint: 'http://other' }).generate(picture('AAAA')), await cached(inner, { workspaceId: 'v' }).generate(picture('AAAA'))]) expect(result.cached).toBeUndefined();
    expect((await cached(inner).generate(picture('AAAA'))).cached).toBeDefined();
  });

  it('is asked anew when it is warm, uses tools, is to be asked anew, or the memory is off', async () => {
    const inner = counting();
    const model = cached(inner);
    await model.generate(ask);
    const tools = [{ name: 't', description: 'd', parameters: {} }] as GenerateRequest['tools'] & object;
    for (const change of [{ temperature: 0.2 }, { temperature: undefined }, { tools }, { purpose: { ...ask.purpose!, bypassCache: true } }]) expect((await model.generate({ ...ask, ...change } as GenerateRequest)).cached).toBeUndefined();
    expect((await cached(inner, { isOn: () => false }).generate(ask)).cached).toBeUndefined();
    // The fresh answer took the place of the old one.
    expect((await model.generate(ask)).text).toBe('answer 4');
  });

  it('is asked anew after a failure, and after an answer of another model', async () => {
    const inner = counting(({ index }) => (index < 1 ? { fail: modelError('MODEL_KEY_REJECTED', subject) } : 'fine'));
    const model = cached(inner);
    await expect(model.generate(ask)).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
    expect((await model.generate(ask)).cached).toBeUndefined();
    store.answers.clear();
    const other = cached({ ...inner, generate: async (request) => ({ ...(await inner.generate(request)), answeredBy: 'openai:x', failedBefore: [{ model: inner.id, error: { code: 'X', message: '', params: {} } }] }) });
    await other.generate(ask);
    expect((await other.generate(ask)).cached).toBeUndefined();
  });

  it('is asked anew once somebody had no use for its answer', async () => {
    const inner = counting();
    const model = cached(inner);
    await model.generate(ask);
    await model.generate({ ...ask, purpose: { ...ask.purpose!, turnId: 't2' } });
    store.forgetTurn('t2');
    expect((await model.generate(ask)).text).toBe('answer 1');
    (await model.generate(ask)).forget!();
    const fresh = await model.generate(ask);
    expect(fresh.text).toBe('answer 2');
    fresh.forget!();
    expect((await model.generate(ask)).cached).toBeUndefined();
  });

  it('is asked anew where what is kept has not the form that is asked for', async () => {
    const inner = counting(() => ({ json: { a: 'x' } }));
    const model = cached(inner);
    const request = { ...ask, schema: { name: 'x', schema: shape } };
    expect((await model.generate(request)).object).toEqual({ a: 'x' });
    expect((await model.generate(request)).object).toEqual({ a: 'x' });
    for (const [key, answer] of store.answers) store.answers.set(key, { ...answer, text: '{"b":1}' });
    expect(await model.generate(request)).not.toHaveProperty('cached');
    expect(inner.questions).toHaveLength(2);
  });
});

describe('requests at the same time', () => {
  const gate = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { promise, open: resolve };
  };
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10));

  it('share one call, and all hear its text', async () => {
    const hold = gate();
    const inner = counting(async () => (await hold.promise, { pieces: ['one ', 'two'] }));
    const model = cached(inner);
    const heard: string[][] = [[], [], []];
    const all = heard.map((pieces) => model.generate({ ...ask, onToken: (text) => pieces.push(text) }));
    await settled();
    hold.open();
    const results = await Promise.all(all);
    expect(results.map((result) => result.text)).toEqual(['one two', 'one two', 'one two']);
    expect(heard.map((pieces) => pieces.join(''))).toEqual(['one two', 'one two', 'one two']);
    expect(results.filter((result) => result.cached)).toHaveLength(2);
    expect(inner.questions).toHaveLength(1);
  });

  it('can be cancelled alone; the last to go ends the call', async () => {
    const inner = counting(() => ({ hang: true }));
    const signals: AbortSignal[] = [];
    const model = cached({ ...inner, generate: (request) => (signals.push(request.signal!), inner.generate(request)) });
    const [a, b] = [new AbortController(), new AbortController()];
    const codes: string[] = [];
    const note = (error: AppError) => void codes.push(error.code);
    const first = model.generate({ ...ask, signal: a.signal }).catch(note);
    const second = model.generate({ ...ask, signal: b.signal }).catch(note);
    await settled();
    a.abort();
    await first;
    expect(signals.map((signal) => signal.aborted)).toEqual([false]);
    b.abort();
    await second;
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
    expect(codes).toEqual(['MODEL_CANCELLED', 'MODEL_CANCELLED']);
    // Whoever comes now does not board what was ended.
    const third = model.generate({ ...ask, timeoutMs: 20 }).catch(note);
    await third;
    expect(inner.questions).toHaveLength(2);
    expect(codes.at(-1)).toBe('MODEL_TIMED_OUT');
  });

  it('fail together, and each keeps to its own time', async () => {
    const hold = gate();
    const inner = counting(async () => (await hold.promise, { fail: modelError('MODEL_QUOTA_EXHAUSTED', subject) }));
    const model = cached(inner);
    const slow = model.generate(ask).catch((error: AppError) => error.code);
    await settled();
    const hasty = model.generate({ ...ask, timeoutMs: 20 }).catch((error: AppError) => error.code);
    expect(await hasty).toBe('MODEL_TIMED_OUT');
    hold.open();
    expect(await slow).toBe('MODEL_QUOTA_EXHAUSTED');
    expect(inner.questions).toHaveLength(1);
  });
});

describe('a question in other words', () => {
  const question = (text: string, change: Partial<GenerateRequest['purpose'] & object> = {}): GenerateRequest => ({
    ...ask, system: 'Answer in English.', messages: [{ role: 'user', content: `the flow\n\n### question\n${text}\n### end` }],
    purpose: { agent: 'uxExpert', promptVersion: '1', flowId: 'flow_1', flowVersion: 3, question: text, ...change },
  });

  it('gets the answer of the other one, and says which', async () => {
    const inner = counting();
    const { model: embedding, seen } = sameForAll();
    const model = cached(inner, { embedding });
    await model.generate(question('What comes after the login?'));
    expect(seen, 'nothing to compare with').toEqual([]);
    const result = await model.generate(question('What happens after login?', { turnId: 't9' }));
    expect(result).toMatchObject({ text: 'answer 0', cached: { kind: 'similar', question: 'What comes after the login?' } });
    expect(rows.at(-1)).toMatchObject({ outcome: 'cached', cached: 'similar', agent: 'uxExpert' });
    expect(seen).toEqual([['What happens after login?', 'What comes after the login?']]);
    // The vector of the kept one is known now.
    await model.generate(question('After the login, what happens?'));
    expect(seen[1]).toEqual(['After the login, what happens?']);
    expect((await model.generate(question('What happens after login?', { bypassCache: true }))).cached).toBeUndefined();
    store.forgetTurn('t9');
    expect(store.answers.size).toBe(1);
  });

  it.each(Object.entries(DIFFERENT_QUESTIONS))('is never taken for one with another %s, also where the embedding model sees no difference at all', async (_kind, pairs) => {
    for (const [a, b] of pairs) {
      store = memoryAnswers();
      const inner = counting();
      const model = cached(inner, { embedding: sameForAll().model });
      await model.generate(question(a));
      expect((await model.generate(question(b))).cached, `${a} / ${b}`).toBeUndefined();
      expect((await model.generate(question(a))).cached).toMatchObject({ kind: 'exact' });
    }
  });

  it('is recognised in seven of ten paraphrases', async () => {
    let hits = 0;
    for (const [a, b] of SAME_QUESTIONS) {
      store = memoryAnswers();
      const model = cached(counting(), { embedding: sameForAll().model });
      await model.generate(question(a));
      if ((await model.generate(question(b))).cached) hits++;
    }
    expect(hits / SAME_QUESTIONS.length).toBeGreaterThanOrEqual(0.7);
  });

  it.each<[string, Partial<GenerateRequest['purpose'] & object>, Partial<AnswerCacheOptions>, Partial<GenerateRequest>]>([
    ['flow', { flowId: 'flow_2' }, {}, {}], ['version of the flow', { flowVersion: 4 }, {}, {}], ['workspace', {}, { workspaceId: 'v' }, {}], ['endpoint', {}, { endpoint: 'http://x' }, {}],
    ['language of the answer', {}, {}, { system: 'Answer in German.' }], ['material', {}, {}, { messages: [{ role: 'user', content: 'another flow\n\n### question\nWhat happens after login?\n### end' }] }], ['picture', {}, {}, { images: [{ mediaType: 'image/png', base64: 'AAAA' }] }],
  ])('is another one with another %s', async (_what, purpose, options, change) => {
    const embedding = sameForAll().model;
    await cached(counting(), { embedding }).generate(question('What comes after the login?'));
    expect((await cached(counting(), { embedding, ...options }).generate({ ...question('What happens after login?', purpose), ...change })).cached).toBeUndefined();
    expect((await cached({ ...counting(), id: 'ollama:x' }, { embedding }).generate(question('What happens after login?'))).cached).toBeUndefined();
  });

  it('goes to the model where the embedding model sees a difference, fails or is not there', async () => {
    const kept = question('What comes after the login?');
    const other = question('What happens after login?');
    const far = createBatchedEmbeddings({ subject, secrets: [], exchange: async (texts) => ({ vectors: texts.map((_, index) => (index ? [1, 0] : [0, 1])) }) });
    const broken = createBatchedEmbeddings({ subject, secrets: [], exchange: async () => Promise.reject(modelError('MODEL_KEY_REJECTED', subject)) });
    for (const change of [{ embedding: far }, { embedding: broken }, {}, { embeddings: () => Promise.reject(new Error('no settings')) }]) {
      store = memoryAnswers();
      const model = cached(counting(), change);
      await model.generate(kept);
      expect((await model.generate(other)).cached).toBeUndefined();
    }
  });

  it('is compared by questions alone: what is no question about a flow is found by its own words only', async () => {
    const model = cached(counting(), { embedding: sameForAll().model });
    for (const text of ['What comes after the login?', 'What happens after login?']) expect((await model.generate({ ...question(text), purpose: { agent: 'architect', promptVersion: '1', flowId: 'flow_1', flowVersion: 3 } })).cached).toBeUndefined();
  });
});
