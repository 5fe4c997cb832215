/** Every fault of the wire at every provider: what it is called, how often it was tried, and that the connection is let go. */
import { describe, expect, it } from 'vitest';
import { breakerModel, createBreaker, verdictOf } from './breaker.ts';
import { createModel, type ModelSettings } from './createModel.ts';
import { failoverModel, mayMendElsewhere } from './failover.ts';
import { providerWires } from './providerTestKit.ts';
import { scriptedModel } from './scriptedModel.ts';
import { instantTiming, openEgress, sendJson, type WireServer } from './testServers.ts';
import { failureHiding, startWireStage } from './testStage.ts';
import { ollamaChat } from './wireFixtures.ts';

const start = startWireStage();
const ask = { system: 'You are brief.', messages: [{ role: 'user' as const, content: 'Hello!' }], onToken: () => {} };
const KEY = 'sk-secret-Zx81kQvTn2aPo7LmWc94';
const failureOf = failureHiding(KEY.slice(10));

describe.each(Object.entries(providerWires))('%s', (_name, wire) => {
  const modelOf = (server: WireServer, idleTimeoutMs?: number) => {
    const timing = instantTiming();
    return { timing, model: createModel({ ...wire.settings(server.origin), apiKey: KEY } as ModelSettings, { egress: openEgress().egress, timing, ...(idleTimeoutMs ? { idleTimeoutMs } : {}) }) };
  };

  it('answers', async () => {
    const server = await start((_request, response) => wire.send(response, 'ready'));
    expect((await modelOf(server).model.generate(ask)).text).toBe('ready');
  });

  it('429: waits as it says, then answers', async () => {
    const server = await start((_request, response, index) => (index === 0 ? wire.fail(response, 429, { 'retry-after': '2' }) : wire.send(response, 'ready')));
    const { model, timing } = modelOf(server);
    expect((await model.generate(ask)).text).toBe('ready');
    expect(timing.waits).toEqual([2_100]);
  });

  it.each([[500, 'MODEL_PROVIDER_FAILED', 3], [503, 'MODEL_PROVIDER_FAILED', 3], [529, 'MODEL_PROVIDER_FAILED', 3], [429, 'MODEL_RATE_LIMITED', 3], [401, 'MODEL_KEY_REJECTED', 1]])('%i to the end: %s after %i tries', async (status, code, tries) => {
    const server = await start((_request, response) => wire.fail(response, status));
    const failure = await failureOf(modelOf(server).model.generate(ask));
    expect(failure).toMatchObject({ code, params: { status, host: new URL(server.origin).host } });
    expect(server.requests).toHaveLength(tries);
  });

  it('a stream that is cut behind its first piece', async () => {
    const server = await start((_request, response) => {
      wire.begin(response, 'first ', 'second');
      setTimeout(() => response.socket?.destroy(), 20);
    });
    let shown = '';
    expect(await failureOf(modelOf(server).model.generate({ ...ask, onToken: (text) => (shown += text) }))).toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED', params: { reason: 'cut' } });
    expect(shown).toBe('first ');
    // What was shown is not said twice.
    expect(server.requests).toHaveLength(1);
  });

  it('a chunk that is no JSON', async () => {
    const server = await start((_request, response) => {
      const isLines = wire.modes[0] === 'format' && wire.settings('').provider === 'ollama';
      response.writeHead(200, { 'content-type': isLines ? 'application/x-ndjson' : 'text/event-stream' }).end(isLines ? '{"message": {"cont\n{}\n' : 'event: message_start\ndata: {"broken": \n\ndata: [DONE]\n\n');
    });
    expect(await failureOf(modelOf(server).model.generate(ask))).toMatchObject({ code: 'MODEL_OUTPUT_INVALID', params: { reason: 'protocol' } });
  });

  it('an answer that drips without end, and one that falls silent', async () => {
    const dripping = await start((_request, response) => {
      wire.begin(response, 'first ', 'second');
      // Comments and empty pieces keep a stream alive for ever.
      const drip = wire.settings('').provider === 'ollama' ? `${JSON.stringify(ollamaChat([''])[0])}\n` : ': still here\n\n';
      const timer = setInterval(() => response.write(drip), 10);
      response.on('close', () => clearInterval(timer));
    });
    expect(await failureOf(modelOf(dripping).model.generate({ ...ask, timeoutMs: 200 }))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { timeoutMs: 200 } });
    await dripping.dropped(0);
    const silent = await start((_request, response) => void wire.begin(response, 'first ', 'second'));
    expect(await failureOf(modelOf(silent, 60).model.generate(ask))).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { reason: 'silent' } });
    await silent.dropped(0);
  });

  it('a web page instead of an answer', async () => {
    const server = await start((_request, response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html><head><title>Sign in</title></head></html>'));
    expect(await failureOf(modelOf(server).model.generate(ask))).toMatchObject({ code: 'MODEL_WRONG_CONTENT_TYPE', params: { contentType: 'text/html', detail: 'Sign in' } });
  });

  it('a proxy that wants a password', async () => {
    const server = await start((_request, response) => sendJson(response, 407, {}));
    expect(await failureOf(modelOf(server).model.generate(ask))).toMatchObject({ code: 'MODEL_PROXY_REFUSED', params: { status: 407 } });
  });

  it('nobody there: opens the breaker, and another model answers', async () => {
    const gone = await start(() => undefined);
    await gone.close();
    const { model } = modelOf(gone);
    const clock = { now: () => 1_000 };
    const breaker = createBreaker(clock);
    const guarded = breakerModel(model, breaker, { subject: { provider: model.provider, model: 'm', host: new URL(gone.origin).host }, clock });
    const order = failoverModel([{ id: model.id, provider: model.provider, open: () => guarded }, { id: 'ollama:other', provider: 'ollama', open: () => scriptedModel(() => 'from another') }], { now: () => Date.now() });
    const codes: string[] = [];
    for (let call = 0; call < 4; call++) {
      const result = await order.generate(ask);
      expect(result).toMatchObject({ text: 'from another', answeredBy: 'ollama:other' });
      codes.push(result.failedBefore![0]!.error.code);
    }
    expect(codes).toEqual(['MODEL_UNREACHABLE', 'MODEL_UNREACHABLE', 'MODEL_UNREACHABLE', 'MODEL_CIRCUIT_OPEN']);
    expect(breaker.state().phase).toBe('open');
  });

  it('being cancelled is no outage, and nobody else is asked', async () => {
    const server = await start((_request, response) => void wire.begin(response, 'first ', 'second'));
    const controller = new AbortController();
    const failure = await failureOf(modelOf(server).model.generate({ ...ask, signal: controller.signal, onToken: () => controller.abort() }));
    expect(failure.code).toBe('MODEL_CANCELLED');
    expect(verdictOf(failure)).toBe('nothing');
    expect(mayMendElsewhere(failure)).toBe(false);
    await server.dropped(0);
  });
});
