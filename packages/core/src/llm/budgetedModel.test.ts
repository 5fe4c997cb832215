import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestClock } from '../base/clock.ts';
import { createBudgetMeter, type BudgetLimits } from './budgetMeter.ts';
import { budgetedModel } from './budgetedModel.ts';
import { recordedModel, type CallLedger, type ModelCallRecord } from './callLedger.ts';
import type { GenerateRequest, LanguageModel } from './languageModel.ts';
import { modelError } from './modelError.ts';
import { costOfUsage, type KnownPrice } from './price.ts';
import { scriptedModel } from './scriptedModel.ts';
import { mostInputTokens } from './tokenEstimate.ts';

const PRICE: KnownPrice = { kind: 'priced', isOwn: true, entry: { pattern: 'scripted:model', inputUsd: 2, outputUsd: 10, asOf: '2026-11-23', source: 'entered' } };
const NO_LIMIT: BudgetLimits = { dayUsd: null, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false };
const ask: GenerateRequest = { system: 's', messages: [{ role: 'user', content: 'q' }], purpose: { agent: 'architect', promptVersion: '1', quality: 'pro' } };

/** A model behind a budget, with its ledger in memory. */
function setUp(model: LanguageModel, limits: Partial<BudgetLimits>, price: KnownPrice = PRICE, clock = createTestClock(Date.UTC(2026, 10, 23, 9))) {
  const rows: ModelCallRecord[] = [];
  const memory: CallLedger = { open: (record) => String(rows.push(record) - 1), close: (id, record) => void (rows[Number(id)] = record) };
  const spentSince = (since: number) => {
    const fitting = rows.filter((row) => row.startedAt >= since);
    return { costUsd: fitting.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0), unknownCost: fitting.filter((row) => row.costUsd === undefined && row.outcome !== 'refused').length };
  };
  const now = { ...NO_LIMIT, ...limits };
  const meter = createBudgetMeter({ limits: () => now, spentSince, clock, timeZone: () => 'Europe/Berlin' });
  const ledger = meter.counting(memory);
  const recorded = recordedModel(model, { ledger, clock, costOf: (_, usage) => costOfUsage(price, usage) });
  return { rows, meter, clock, limits: now, model: budgetedModel(recorded, { meter, price: () => price, ledger, clock }) };
}

describe('a budget', () => {
  it('lets calls through while there is room, and refuses before the call once there is none', async () => {
    const model = scriptedModel(() => ({ json: 'x', usage: { inputTokens: 500_000, outputTokens: 0 } }));
    const { rows, meter, clock, model: budgeted } = setUp(model, { dayUsd: 1.02 });
    expect((await budgeted.generate(ask)).costUsd).toBe(1);
    expect(meter.periods()).toEqual([
      { period: 'day', limitUsd: 1.02, usedUsd: 1, reservedUsd: 0, unknownCalls: 0, until: Date.UTC(2026, 10, 23, 23) },
      { period: 'month', limitUsd: null, usedUsd: 1, reservedUsd: 0, unknownCalls: 0, until: Date.UTC(2026, 10, 30, 23) },
    ]);
    // There is room for a short answer, of which the model is told the length.
    await budgeted.generate(ask);
    expect(model.questions[1]!.maxTokens).toBeLessThan(2_000);
    await expect(budgeted.generate(ask)).rejects.toMatchObject({ code: 'BUDGET_USED_UP', params: { period: 'day', usedUsd: 2, limitUsd: 1.02, until: Date.UTC(2026, 10, 23, 23), stopsTurn: true } });
    expect(model.questions).toHaveLength(2);
    expect(rows[2]).toMatchObject({ outcome: 'refused', errorCode: 'BUDGET_USED_UP', agent: 'architect', quality: 'pro' });
    clock.advance(14 * 3_600_000);
    await budgeted.generate(ask);
    expect(model.questions).toHaveLength(3);
  });

  it('holds for the month too, and lets the rules go on where the person wants it so', async () => {
    const { model, limits } = setUp(scriptedModel(() => ({ json: 'x', usage: { inputTokens: 400_000, outputTokens: 0 } })), { dayUsd: 100, monthUsd: 0.5, whenUsedUp: 'rules' });
    await model.generate(ask);
    const refused = await model.generate(ask).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'BUDGET_USED_UP', params: { period: 'month' } });
    expect((refused as { params: object }).params).not.toHaveProperty('stopsTurn');
    limits.monthUsd = 5;
    await model.generate(ask);
  });

  it('begins with what the ledger holds, the costs nobody knows apart', () => {
    const clock = createTestClock(Date.UTC(2026, 10, 23, 9));
    const meter = createBudgetMeter({ limits: () => NO_LIMIT, spentSince: (since) => (since === Date.UTC(2026, 10, 22, 23) ? { costUsd: 1, unknownCost: 3 } : { costUsd: 7, unknownCost: 4 }), clock, timeZone: () => 'Europe/Berlin' });
    expect(meter.periods().map(({ usedUsd, unknownCalls }) => [usedUsd, unknownCalls])).toEqual([[1, 3], [7, 4]]);
  });

  it('never holds up a model of this machine; one of unknown price only where the person wants it so', async () => {
    const answer = () => scriptedModel(() => 'x');
    await setUp(answer(), { dayUsd: 0 }, { kind: 'local' }).model.generate(ask);
    const open = setUp(answer(), { dayUsd: 0 }, { kind: 'unknown' });
    await open.model.generate(ask);
    expect(open.meter.periods()[0]!.unknownCalls).toBe(1);
    const strict = setUp(answer(), { dayUsd: 5, refuseUnknown: true }, { kind: 'unknown' });
    await expect(strict.model.generate(ask)).rejects.toMatchObject({ code: 'BUDGET_PRICE_UNKNOWN' });
    expect(strict.rows).toMatchObject([{ outcome: 'refused' }]);
    await setUp(answer(), { refuseUnknown: true }, { kind: 'unknown' }).model.generate(ask);
  });

  it('charges nothing for a request that was turned away, and frees what it had reserved', async () => {
    const { model, rows, meter } = setUp(scriptedModel(({ index }) => (index === 0 ? { fail: modelError('MODEL_KEY_REJECTED', { status: 401 }) } : 'x')), { dayUsd: 1 });
    await expect(model.generate(ask)).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
    expect(rows[0]!.costUsd).toBe(0);
    expect(meter.periods()[0]).toMatchObject({ reservedUsd: 0, unknownCalls: 0 });
  });

  it('ends a call that waits for room when the person cancels', async () => {
    const { model } = setUp(scriptedModel(() => ({ hang: true })), { dayUsd: 0.35 });
    const first = new AbortController();
    const second = new AbortController();
    const calls = [model.generate({ ...ask, signal: first.signal, maxTokens: 30_000 }), model.generate({ ...ask, signal: second.signal, maxTokens: 30_000 })];
    second.abort();
    await expect(calls[1]).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    first.abort();
    await expect(calls[0]).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
  });

  it('is never overshot, however many calls run at once and in whatever order they end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.double({ min: 0.01, max: 0.9, noNaN: true }),
        fc.array(fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), fails: fc.boolean(), words: fc.integer({ min: 0, max: 400 }), asksTwice: fc.boolean() }), { minLength: 50, maxLength: 50 }),
        async (scheduler, dayUsd, calls) => {
          let most = 0;
          const real: LanguageModel = {
            id: 'scripted:model', provider: 'openai',
            async generate(request) {
              await scheduler.schedule(Promise.resolve(), request.system.slice(0, 3));
              const call = calls[Number(request.system.slice(0, 3))]!;
              // As a provider would count them: up to the limit of the answer, twice with a repair turn.
              const exchanges = request.schema ? 2 : 1;
              const outputTokens = Math.floor(request.maxTokens! * call.share) * exchanges;
              const usage = { inputTokens: Math.floor(mostInputTokens(request) * call.share) * exchanges, outputTokens };
              if (call.fails) throw modelError('MODEL_OUTPUT_INVALID', { usage });
              return { text: '', usage, model: 'scripted', ms: 0, repaired: false };
            },
          };
          const { model, rows } = setUp(real, { dayUsd });
          const results = Promise.allSettled(
            calls.map(({ words, asksTwice }, index) => model.generate({ system: String(index).padStart(3, '0') + ' word'.repeat(words), messages: [{ role: 'user', content: 'q' }], ...(asksTwice ? { schema: { name: 'n', schema: z.number() } } : {}) })),
          );
          await scheduler.waitFor(results);
          for (const result of await results) {
            if (result.status === 'rejected') expect(['BUDGET_USED_UP', 'MODEL_OUTPUT_INVALID']).toContain((result.reason as { code: string }).code);
          }
          most = rows.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
          expect(most).toBeLessThanOrEqual(dayUsd + 1e-9);
          expect(rows.filter(({ outcome }) => outcome === 'open')).toEqual([]);
          expect(rows).toHaveLength(50);
        },
      ),
      { numRuns: 60 },
    );
  });
});
