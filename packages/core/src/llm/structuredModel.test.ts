import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AppError, isAppError } from '../base/error.ts';
import { seededRandom } from '../base/id.ts';
import { createEgress } from './egress.ts';
import { modelError, redactText } from './modelError.ts';
import { providerAdapters } from './providerAdapters.ts';
import type { ModelProvider } from './providerTable.ts';
import { retryWaitMs } from './retry.ts';
import { scriptedModel } from './scriptedModel.ts';
import { parseAnswer } from './structuredModel.ts';
import { instantTiming } from './testServers.ts';
import { anthropicEvents, anthropicStream, geminiChunks, geminiStream } from './serviceFixtures.ts';
import { ollamaChat, openAiChunks, openAiCompletion } from './wireFixtures.ts';
import { errorFromThrown, retryAfterMs } from './wireError.ts';

const flow = z.object({
  title: z.string().min(1).max(60),
  steps: z.array(z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('screen'), title: z.string(), note: z.string().optional() }),
    z.object({ kind: z.literal('decision'), question: z.string(), arms: z.array(z.string()).min(2) }),
  ])).max(50),
  extra: z.record(z.string(), z.unknown()).optional(),
});
const shape = { name: 'flow', schema: flow };
const good = { title: 'Login', steps: [{ kind: 'screen', title: 'Login', note: null }, { kind: 'decision', question: 'Password right?', arms: ['yes', 'no'] }] };
const ask = { system: 's', messages: [{ role: 'user' as const, content: 'q' }] };

/** Whole numbers from 0 to `below` - 1, the same for the same seed. */
function dice(seed: number): (below: number) => number {
  const bytes = seededRandom(seed);
  return (below) => {
    const [a, b, c] = bytes(3) as unknown as [number, number, number];
    return ((a << 16) | (b << 8) | c) % below;
  };
}

describe('parsing an answer', () => {
  it('unwraps what a model names', () => {
    expect(parseAnswer(JSON.stringify({ flow: good }), shape)).toMatchObject({ ok: true, object: { title: 'Login' } });
    expect(parseAnswer(JSON.stringify({ value: [1] }), { name: 'list', schema: z.array(z.number()) })).toEqual({ ok: true, object: [1] });
  });

  it('takes the value that fits when there are several', () => {
    expect(parseAnswer(`I was given {"a": ${JSON.stringify('x'.repeat(999))}} and say ${JSON.stringify(good)}`, shape)).toMatchObject({ ok: true });
  });

  it('reports a schema that throws as a problem of the answer', () => {
    const schema = z.string().transform(() => {
      throw new Error('strange');
    });
    expect(parseAnswer('"x"', { name: 'x', schema })).toEqual({ ok: false, problem: 'strange' });
  });

  it('2,000 answers, from right to hostile, end in the schema or in one AppError', async () => {
    const seed = 20_261_123;
    let right = 0;
    let wrong = 0;
    for (let round = 0; round < 2_000; round++) {
      const roll = dice(seed + round);
      const model = scriptedModel(() => answerOf(roll), { id: 'scripted:fuzz' });
      try {
        const { object } = await model.generate({ ...ask, schema: shape, ...(roll(2) ? { onToken: () => {} } : {}) });
        flow.parse(object);
        expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
        right++;
      } catch (error) {
        if (!isAppError(error) || error.code !== 'MODEL_OUTPUT_INVALID') throw new Error(`seed ${seed}, round ${round}`, { cause: error });
        expect(model.questions, `seed ${seed}, round ${round}`).toHaveLength(2);
        wrong++;
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    // Both ends must have been reached often, otherwise the fuzz tests nothing.
    expect(right).toBeGreaterThan(400);
    expect(wrong).toBeGreaterThan(400);
  });
});

/** How each provider's wire carries an answer in pieces. */
const wires: Record<string, { provider: ModelProvider; type: string; isStream: boolean; text(pieces: readonly string[]): string }> = {
  openAiStream: { provider: 'openai', type: 'text/event-stream', isStream: true, text: (pieces) => `${openAiChunks(pieces).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('')}data: [DONE]\n\n` },
  openAiBody: { provider: 'openai', type: 'application/json', isStream: false, text: (pieces) => JSON.stringify(openAiCompletion(pieces.join(''))) },
  ollama: { provider: 'ollama', type: 'application/x-ndjson', isStream: true, text: (pieces) => ollamaChat(pieces).map((line) => `${JSON.stringify(line)}\n`).join('') },
  anthropic: { provider: 'anthropic', type: 'text/event-stream', isStream: true, text: (pieces) => anthropicStream(anthropicEvents(pieces)) },
  gemini: { provider: 'gemini', type: 'text/event-stream', isStream: true, text: (pieces) => geminiStream(geminiChunks(pieces)) },
};

function modelOver(provider: ModelProvider, fetcher: typeof fetch) {
  const egress = createEgress({ fetch: fetcher, policy: { localOnly: true, allowedHosts: [], onPremiseHosts: [] }, clock: { now: () => Date.now() } });
  return providerAdapters[provider].create({ model: 'm', baseUrl: 'http://127.0.0.1:9/v1', egress, timing: instantTiming() });
}

describe.each(Object.entries(wires).filter(([name]) => name !== 'openAiBody'))('the wire of %s', (name, wire) => {
  it('carries 2,000 answers, from right to hostile, to the schema or to one AppError', async () => {
    const seed = 40_111_000;
    let right = 0;
    let wrong = 0;
    for (let round = 0; round < 2_000; round++) {
      const roll = dice(seed + round);
      let calls = 0;
      const fetcher: typeof fetch = async () => {
        calls++;
        const answer = answerOf(roll);
        const cut = roll(answer.length + 1);
        return new Response(wire.text([answer.slice(0, cut), answer.slice(cut)]), { headers: { 'content-type': wire.type } });
      };
      try {
        const { object } = await modelOver(wire.provider, fetcher).generate({ ...ask, schema: shape, ...(roll(2) ? { onToken: () => {} } : {}), ...(wire.provider === 'openai' ? { onToken: () => {} } : {}) });
        flow.parse(object);
        right++;
      } catch (error) {
        if (!isAppError(error) || error.code !== 'MODEL_OUTPUT_INVALID') throw new Error(`${name}, seed ${seed}, round ${round}`, { cause: error });
        expect(calls, `${name}, seed ${seed}, round ${round}`).toBeLessThanOrEqual(2);
        wrong++;
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(right).toBeGreaterThan(400);
    expect(wrong).toBeGreaterThan(400);
  });
});

describe('a broken wire', () => {
  it.each(Object.entries(wires))('%s: 600 damaged answers end in the schema or in an AppError', async (name, wire) => {
    const seed = 77_000;
    let whole = 0;
    for (let round = 0; round < 600; round++) {
      const roll = dice(seed + round);
      const text = wire.text(['{"title":"Lo', 'gin","ste', 'ps":[]}']);
      const fetcher: typeof fetch = async () => new Response(streamOf(round === 0 ? new TextEncoder().encode(text) : damaged(text, roll), roll, round > 0), { headers: { 'content-type': wire.type } });
      const model = modelOver(wire.provider, fetcher);
      try {
        const { object } = await model.generate({ ...ask, schema: shape, ...(wire.isStream ? { onToken: () => {} } : {}) });
        flow.parse(object);
        whole++;
      } catch (error) {
        if (round === 0 || !isAppError(error) || !error.code.startsWith('MODEL_')) throw new Error(`${name}, seed ${seed}, round ${round}`, { cause: error });
      }
    }
    expect(whole).toBeGreaterThan(20);
    expect(whole).toBeLessThan(580);
  });
});

describe('pictures', () => {
  const images = [{ mediaType: 'image/png', base64: 'iVBORw0KGgo=' }];
  const sayings: [string, string][] = [
    ['ollama', 'this model is missing data required for image input'], ['openai', 'Invalid content type. image_url is only supported by certain models: this model does not support image input.'],
    ['openai', 'm is not a multimodal model'], ['openai', 'No endpoints found that support image input'], ['gemini', 'Image input modality is not enabled for models/m'], ['anthropic', "'m' does not support image content blocks."],
  ];
  it.each(sayings)('a model of %s that says “%s” is blind', async (_provider, detail) => {
    const failing = (code: 'MODEL_REQUEST_REJECTED' | 'MODEL_PROVIDER_FAILED') => scriptedModel(() => ({ fail: modelError(code, { detail, model: 'm' }) }));
    for (const code of ['MODEL_REQUEST_REJECTED', 'MODEL_PROVIDER_FAILED'] as const) {
      await expect(failing(code).generate({ ...ask, images })).rejects.toMatchObject({ code: 'MODEL_NO_VISION', message: expect.stringContaining('m cannot see pictures') });
      await expect(failing(code).generate(ask)).rejects.toMatchObject({ code });
    }
  });

  it.each(['Could not process image', 'image exceeds 5 MB maximum', 'The image data you provided does not represent a valid image.'])('“%s” is about the picture', async (detail) => {
    const error = await scriptedModel(() => ({ fail: modelError('MODEL_REQUEST_REJECTED', { detail }) })).generate({ ...ask, images }).catch((thrown: unknown) => thrown);
    expect((error as AppError).params['reason']).toBeUndefined();
  });
});

describe('the scripted model', () => {
  it('streams, fails, retries, hangs and can be cancelled as a real one', async () => {
    const streamed = scriptedModel(() => ({ pieces: ['a', 'b'], usage: { inputTokens: 1, outputTokens: 2 } }));
    const pieces: string[] = [];
    expect(await streamed.generate({ ...ask, onToken: (text) => pieces.push(text) })).toMatchObject({ text: 'ab', usage: { inputTokens: 1, outputTokens: 2 }, model: 'scripted' });
    expect(pieces).toEqual(['a', 'b']);
    const failing = scriptedModel(({ index }) => (index < 2 ? { fail: modelError('MODEL_PROVIDER_FAILED', { status: 503 }) } : 'ok'));
    expect((await failing.generate(ask)).text).toBe('ok');
    expect(failing.questions).toHaveLength(3);
    const cut = scriptedModel(() => ({ pieces: ['a'], finish: 'cut' }));
    await expect(cut.generate(ask)).rejects.toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
    const hanging = scriptedModel(() => ({ hang: true }));
    await expect(hanging.generate({ ...ask, timeoutMs: 30 })).rejects.toMatchObject({ code: 'MODEL_TIMED_OUT' });
    await expect(hanging.generate({ ...ask, signal: AbortSignal.timeout(30) })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    const broken = scriptedModel(() => {
      throw new RangeError('bug in the script');
    });
    await expect(broken.generate(ask)).rejects.toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { detail: 'bug in the script' } });
    await expect(scriptedModel(() => ' ').generate(ask)).rejects.toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'empty' } });
  });

  it('hands over the question', async () => {
    const model = scriptedModel(({ schemaName }) => ({ json: { ...good, title: schemaName } }));
    expect((await model.generate({ ...ask, schema: shape, temperature: 0, seed: 3 })).object).toMatchObject({ title: 'flow' });
    expect(model.questions).toEqual([{ system: 's', messages: ask.messages, images: [], index: 0, temperature: 0, seed: 3, schemaName: 'flow' }]);
  });
});

describe('errors', () => {
  it('read Retry-After as seconds, as a date and as milliseconds', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    const of = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), now);
    expect(of({ 'retry-after': '1.5' })).toBe(1500);
    expect(of({ 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' })).toBe(20_000);
    expect(of({ 'retry-after': 'Wed, 31 Dec 2025 00:00:20 GMT' })).toBe(0);
    expect(of({ 'retry-after-ms': '250', 'retry-after': '9' })).toBe(250);
    expect([of({}), of({ 'retry-after': 'soon' }), of({ 'retry-after': '-1' })]).toEqual([undefined, undefined, undefined]);
  });

  it('wait with jitter, doubling', () => {
    const error = modelError('MODEL_PROVIDER_FAILED', {});
    expect([retryWaitMs(error, 0, 0), retryWaitMs(error, 0, 0.999), retryWaitMs(error, 1, 0.5)]).toEqual([250, 750, 1000]);
    expect(retryWaitMs(modelError('MODEL_RATE_LIMITED', { retryAfterMs: 2000 }), 1, 0)).toBe(2000);
  });

  it('name network failures', () => {
    const subject = { provider: 'openai', model: 'm', host: 'h:1' };
    const of = (code: string) => errorFromThrown(new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) }), subject, []);
    const summary = (code: string) => [of(code).code, of(code).params['reason']];
    expect(summary('ENOTFOUND')).toEqual(['MODEL_UNREACHABLE', 'unknownHost']);
    expect(summary('ECONNRESET')).toEqual(['MODEL_UNREACHABLE', 'reset']);
    expect(summary('UND_ERR_CONNECT_TIMEOUT')).toEqual(['MODEL_UNREACHABLE', 'noAnswer']);
    expect(summary('DEPTH_ZERO_SELF_SIGNED_CERT')).toEqual(['MODEL_CERTIFICATE', 'selfSigned']);
    expect(summary('ERR_TLS_CERT_ALTNAME_INVALID')).toEqual(['MODEL_CERTIFICATE', 'wrongHost']);
    expect(summary('CERT_HAS_EXPIRED')).toEqual(['MODEL_CERTIFICATE', 'expired']);
    expect(errorFromThrown(new TypeError('fetch failed', { cause: new Error('bad port') }), subject, [])).toMatchObject({ code: 'MODEL_UNREACHABLE', params: { reason: 'noAnswer', detail: 'bad port' } });
    expect(errorFromThrown(new TypeError('fetch failed', { cause: new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })]) }), subject, []).params['networkCode']).toBe('ECONNREFUSED');
    expect(summary('UND_ERR_HEADERS_TIMEOUT')[0]).toBe('MODEL_TIMED_OUT');
    expect(errorFromThrown(new RangeError('odd'), subject, [])).toMatchObject({ code: 'MODEL_PROVIDER_FAILED', params: { detail: 'odd' } });
    const own = new AppError('EGRESS_REFUSED', 'no');
    expect(errorFromThrown(new Error('Connection error.', { cause: own }), subject, [])).toBe(own);
  });

  it('hide keys in every form that providers echo', () => {
    const key = 'sk-proj-Zx81kQvTn2aPo7LmWc94DyRb';
    for (const text of [`key ${key} is wrong`, 'Incorrect API key provided: sk-proj-****DyRb.', 'Incorrect key sk-Zx8*******************DyRb', 'Bearer abcdefghij', `ends with ${key.slice(-9)}`, `starts with ${key.slice(0, 12)}…`]) {
      const clean = redactText(text, [key]);
      expect(clean).toContain('[hidden]');
      expect(clean).not.toMatch(/Zx8|DyRb|abcdefghij/);
    }
    expect(redactText('The model `llama3.2-instruct` does not exist', [key])).toBe('The model `llama3.2-instruct` does not exist');
    expect(redactText('a\n\tb\u0000c'.repeat(200), [])).toHaveLength(300);
  });
});

function answerOf(roll: (below: number) => number): string {
  const kinds: (() => string)[] = [
    () => JSON.stringify(good),
    () => `Sure!\n\`\`\`json\n${JSON.stringify(good, null, 2)}\n\`\`\``,
    () => `<think>${'hm {'.repeat(roll(50))}</think>${JSON.stringify({ result: good })}`,
    () => JSON.stringify(JSON.stringify(good)),
    () => new TextDecoder().decode(damaged(JSON.stringify(good), roll)),
    () => JSON.stringify(good).slice(0, roll(120)),
    () => JSON.stringify({ ...good, steps: [randomValue(roll, 4)] }),
    () => JSON.stringify(randomValue(roll, 6)),
    () => `{"title":"x","steps":[],"__proto__":{"polluted":true},"extra":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}`,
    () => `${'['.repeat(roll(20_000))}${']'.repeat(roll(20_000))}`,
    () => `{"title":"x","steps":[],"extra":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`,
    () => `{"title":"${'x'.repeat(roll(200_000))}","steps":[]}`,
    () => `{"title":"x","steps":[${'{"kind":"screen","title":"a"},'.repeat(roll(3_000))}null]}`,
    () => ['', 'null', 'undefined', 'NaN', '{}', '[]', '""', '{"title":1e999,"steps":[]}', '{"title":"a","steps":[],}', "{'title':'a'}", '\u0000', '\ud800'][roll(12)]!,
    () => Array.from({ length: roll(300) }, () => '{}[]",:\\`\n tfn0-'[roll(16)]).join(''),
  ];
  return kinds[roll(kinds.length)]!();
}

function randomValue(roll: (below: number) => number, depth: number): unknown {
  const kind = roll(depth > 0 ? 9 : 6);
  if (kind < 6) return [null, true, roll(1000), 'screen', 'x'.repeat(roll(90)), -0.5][kind];
  if (kind === 6) return Array.from({ length: roll(4) }, () => randomValue(roll, depth - 1));
  const names = ['kind', 'title', 'steps', 'arms', 'question', 'note', 'extra', 'toString', 'constructor', 'value', 'length'];
  return Object.fromEntries(Array.from({ length: roll(5) }, () => [names[roll(names.length)], randomValue(roll, depth - 1)]));
}

/** The text with one to three bytes changed, removed, doubled, or cut off. */
function damaged(text: string, roll: (below: number) => number): Uint8Array {
  let bytes = [...new TextEncoder().encode(text)];
  for (let count = 1 + roll(3); count > 0 && bytes.length > 0; count--) {
    const at = roll(bytes.length);
    const kind = roll(5);
    if (kind === 0) bytes[at] = roll(256);
    if (kind === 1) bytes.splice(at, 1 + roll(20));
    if (kind === 2) bytes.splice(at, 0, ...bytes.slice(at, at + roll(40)));
    if (kind === 3) bytes.splice(at, 0, '\n\r"{}[],\u0000'.charCodeAt(roll(10)));
    if (kind === 4 && roll(3) === 0) bytes = bytes.slice(0, at);
  }
  return Uint8Array.from(bytes);
}

/** The bytes in random packets; now and then the connection breaks. */
function streamOf(bytes: Uint8Array, roll: (below: number) => number, mayBreak: boolean): ReadableStream<Uint8Array> {
  const breakAt = mayBreak && roll(8) === 0 ? roll(bytes.length + 1) : Infinity;
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= breakAt) return controller.error(new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) }));
      if (position >= bytes.length) return controller.close();
      const size = 1 + roll(400);
      controller.enqueue(bytes.slice(position, position + size));
      position += size;
    },
  });
}
