import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BREAKER_LIMITS, breakerModel, createBreaker, verdictOf, type BreakerLimits, type CallVerdict } from './breaker.ts';
import { modelError } from './modelError.ts';
import { scriptedModel } from './scriptedModel.ts';

const subject = { provider: 'openai', model: 'm', host: 'h:1' };
const ask = { system: '', messages: [{ role: 'user' as const, content: 'Hello' }] };

function settable() {
  let now = 1_000_000;
  return { now: () => now, pass: (ms: number) => void (now += ms) };
}

describe('a breaker', () => {
  it('opens after outages in a row, lets one call through after its rest, and closes when that works', () => {
    const clock = settable();
    const breaker = createBreaker(clock);
    for (let failure = 0; failure < BREAKER_LIMITS.failuresInRow; failure++) breaker.enter()!('outage', 'MODEL_UNREACHABLE');
    expect(breaker.state()).toEqual({ phase: 'open', failures: 3, retryAt: clock.now() + 30_000, errorCode: 'MODEL_UNREACHABLE' });
    expect(breaker.enter()).toBeUndefined();
    clock.pass(30_000);
    expect(breaker.state().phase).toBe('halfOpen');
    const trial = breaker.enter()!;
    expect(breaker.enter()).toBeUndefined();
    trial('outage', 'MODEL_TIMED_OUT');
    expect(breaker.state()).toMatchObject({ phase: 'open', retryAt: clock.now() + 30_000, errorCode: 'MODEL_TIMED_OUT' });
    clock.pass(30_000);
    // A cancelled trial says nothing: the next call is the trial.
    breaker.enter()!('nothing');
    breaker.enter()!('alive');
    expect(breaker.state()).toEqual({ phase: 'closed', failures: 0 });
  });

  it('opens on a share of outages among many calls, however they are mixed', () => {
    const breaker = createBreaker(settable());
    const mixed: CallVerdict[] = ['outage', 'outage', 'alive', 'outage', 'alive', 'outage', 'outage', 'alive', 'alive'];
    for (const verdict of mixed) breaker.enter()!(verdict);
    expect(breaker.state().phase).toBe('closed');
    breaker.enter()!('outage');
    expect(breaker.state().phase).toBe('open');
  });

  it('is not reopened by calls that began before it opened or was reset', () => {
    const clock = settable();
    const breaker = createBreaker(clock);
    const late = [breaker.enter()!, breaker.enter()!, breaker.enter()!, breaker.enter()!];
    for (let failure = 0; failure < 3; failure++) breaker.enter()!('outage');
    late[0]!('alive');
    expect(breaker.state().phase).toBe('open');
    breaker.reset();
    for (const report of late) report('outage');
    expect(breaker.state()).toEqual({ phase: 'closed', failures: 0 });
  });

  it('holds its promises over any history', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('enter' as const) }),
      fc.record({ kind: fc.constant('end' as const), which: fc.nat(20), verdict: fc.constantFrom<CallVerdict>('outage', 'outage', 'alive', 'nothing') }),
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
    );
    const limits: BreakerLimits = { failuresInRow: 3, failureShare: 0.6, minCalls: 5, window: 10, restMs: 30_000 };
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (history) => {
      const clock = settable();
      const breaker = createBreaker(clock, limits);
      let running: { report: (verdict: CallVerdict) => void }[] = [];
      let outagesSinceAlive = 0;
      let openedAt: number | undefined;
      for (const move of history) {
        const before = breaker.state();
        if (move.kind === 'pass') clock.pass(move.ms);
        if (move.kind === 'enter') {
          const report = breaker.enter();
          // Never let through while open; always while closed.
          if (before.phase === 'open') expect(report).toBeUndefined();
          else expect(report).toBeTypeOf('function');
          if (report) running.push({ report });
          // One trial at a time.
          if (before.phase === 'halfOpen') expect(breaker.enter()).toBeUndefined();
        }
        if (move.kind === 'end' && running.length) {
          const [ended] = running.splice(move.which % running.length, 1);
          ended!.report(move.verdict);
          if (move.verdict === 'outage') outagesSinceAlive++;
          if (move.verdict === 'nothing') expect(breaker.state().phase === 'open').toBe(before.phase === 'open' && breaker.state().phase === 'open');
        }
        const after = breaker.state();
        if (before.phase === 'closed' && after.phase === 'open') {
          // Nothing but outages opens it.
          expect(move).toMatchObject({ kind: 'end', verdict: 'outage' });
          expect(outagesSinceAlive).toBeGreaterThanOrEqual(3);
          openedAt = clock.now();
        }
        if (after.phase === 'open' && openedAt !== undefined) expect(after.retryAt).toBeGreaterThanOrEqual(openedAt + limits.restMs);
        if (after.phase === 'closed') {
          expect(after.failures).toBeLessThan(3);
          if (before.phase !== 'closed') outagesSinceAlive = 0;
        }
      }
      // Whatever happened: when all calls have ended, a rest and one good answer mend it.
      for (const { report } of running) report('nothing');
      running = [];
      clock.pass(limits.restMs);
      breaker.enter()!('alive');
      expect(breaker.state().phase).toBe('closed');
    }), { numRuns: 500 });
  });
});

describe('a model behind a breaker', () => {
  it('is not asked while its endpoint is left alone, and says when it will be', async () => {
    const clock = settable();
    const breaker = createBreaker(clock);
    let isDown = true;
    const inner = scriptedModel(() => (isDown ? { fail: modelError('MODEL_UNREACHABLE', { ...subject, reason: 'noAnswer' }) } : 'back'));
    const model = breakerModel(inner, breaker, { subject, clock });
    for (let call = 0; call < 3; call++) await expect(model.generate(ask)).rejects.toMatchObject({ code: 'MODEL_UNREACHABLE' });
    clock.pass(10_000);
    await expect(model.generate(ask)).rejects.toMatchObject({ code: 'MODEL_CIRCUIT_OPEN', params: { retryAfterMs: 20_000, retryAt: clock.now() + 20_000, failures: 3, errorCode: 'MODEL_UNREACHABLE', host: 'h:1' }, message: expect.stringContaining('20 s') });
    expect(inner.questions).toHaveLength(3);
    // Another model of the same endpoint shares it.
    await expect(breakerModel(scriptedModel(() => 'x'), breaker, { subject, clock }).generate(ask)).rejects.toMatchObject({ code: 'MODEL_CIRCUIT_OPEN' });
    clock.pass(20_000);
    isDown = false;
    expect((await model.generate(ask)).text).toBe('back');
    expect(breaker.state().phase).toBe('closed');
  });

  it('is not opened by what is the caller’s own', async () => {
    const own = [
      modelError('MODEL_KEY_REJECTED', { ...subject, status: 401 }), modelError('MODEL_NOT_FOUND', { ...subject, reason: 'model' }), modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'schema' }),
      modelError('MODEL_CANCELLED', subject), modelError('MODEL_REQUEST_REJECTED', subject), modelError('MODEL_REFUSED', subject), modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'length' }),
    ];
    for (const failure of own) expect(verdictOf(failure), failure.code).not.toBe('outage');
    expect(verdictOf(new Error('a bug'))).toBe('nothing');
    for (const failure of [modelError('MODEL_TIMED_OUT', subject), modelError('MODEL_RATE_LIMITED', subject), modelError('MODEL_PROVIDER_FAILED', subject), modelError('MODEL_OUTPUT_TRUNCATED', { ...subject, reason: 'cut' })]) expect(verdictOf(failure), failure.code).toBe('outage');
    const clock = settable();
    const breaker = createBreaker(clock);
    let next = 0;
    const model = breakerModel(scriptedModel(() => ({ fail: own[next++ % own.length]! })), breaker, { subject, clock });
    for (let call = 0; call < 30; call++) await model.generate(ask).catch(() => undefined);
    expect(breaker.state()).toEqual({ phase: 'closed', failures: 0 });
  });
});
