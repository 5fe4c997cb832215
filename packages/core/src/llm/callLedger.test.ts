import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestClock } from '../base/clock.ts';
import { recordedModel, type CallLedger, type ModelCallRecord } from './callLedger.ts';
import type { TokenUsage } from './languageModel.ts';
import { readBaseUrl } from './baseUrl.ts';
import { createModel } from './createModel.ts';
import { parseModelId } from './providerTable.ts';
import { modelError } from './modelError.ts';
import { scriptedModel } from './scriptedModel.ts';
import { openEgress } from './testServers.ts';

function memoryLedger() {
  const rows: ModelCallRecord[] = [];
  const ledger: CallLedger = { open: (record) => String(rows.push(record) - 1), close: (id, record) => void (rows[Number(id)] = record) };
  return { rows, ledger };
}

const ask = { system: 's', messages: [{ role: 'user' as const, content: 'q' }], purpose: { agent: 'a', promptVersion: '1' } };
const priced = (inputUsd: number, outputUsd: number) => (_: string, { inputTokens, outputTokens }: TokenUsage) =>
  inputTokens === undefined || outputTokens === undefined ? undefined : (inputTokens * inputUsd + outputTokens * outputUsd) / 1_000_000;

describe('the ledger of model calls', () => {
  it('opens the row before the call and closes it after', async () => {
    const { rows, ledger } = memoryLedger();
    const clock = createTestClock(1_000);
    const model = scriptedModel(() => {
      expect(rows).toEqual([{ agent: 'architect', model: 'scripted:model', promptVersion: '3', operation: 'chat', turnId: 'turn_1', ms: 0, outcome: 'open', startedAt: 1_000 }]);
      clock.advance(40);
      return { json: 'x', usage: { inputTokens: 2_000, outputTokens: 500 } };
    });
    const result = await recordedModel(model, { ledger, clock, costOf: priced(2, 10) }).generate({ ...ask, purpose: { agent: 'architect', promptVersion: '3', turnId: 'turn_1' } });
    expect(result.costUsd).toBe(0.009);
    expect(rows).toEqual([{ agent: 'architect', model: 'scripted:model', promptVersion: '3', operation: 'chat', turnId: 'turn_1', ms: 40, outcome: 'ok', startedAt: 1_000, inputTokens: 2_000, outputTokens: 500, costUsd: 0.009 }]);
  });

  it('knows no cost without a price or without tokens', async () => {
    const { rows, ledger } = memoryLedger();
    const clock = createTestClock();
    await recordedModel(scriptedModel(() => ({ json: 1, usage: { inputTokens: 5, outputTokens: 5 } })), { clock, ledger }).generate(ask);
    const { costUsd } = await recordedModel(scriptedModel(() => 'x'), { clock, ledger, costOf: priced(1, 1) }).generate(ask);
    expect(costUsd).toBeUndefined();
    expect(rows.map((row) => 'costUsd' in row)).toEqual([false, false]);
  });

  it('tells repaired, failed and cancelled calls apart, with the tokens that they took', async () => {
    const { rows, ledger } = memoryLedger();
    const clock = createTestClock();
    const schema = { name: 'n', schema: z.number() };
    const usage = { inputTokens: 3, outputTokens: 1 };
    await recordedModel(scriptedModel(({ index }) => ({ json: index === 0 ? 'x' : 5, usage })), { clock, ledger }).generate({ ...ask, schema });
    await expect(recordedModel(scriptedModel(() => ({ json: 'x', usage })), { clock, ledger }).generate({ ...ask, schema })).rejects.toMatchObject({ code: 'MODEL_OUTPUT_INVALID' });
    await expect(recordedModel(scriptedModel(() => ({ fail: modelError('MODEL_KEY_REJECTED', { status: 401 }) })), { clock, ledger }).generate(ask)).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
    await expect(recordedModel(scriptedModel(() => ({ hang: true })), { clock, ledger }).generate({ ...ask, signal: AbortSignal.timeout(10) })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
    expect(rows.map((row) => [row.outcome, row.errorCode, row.inputTokens])).toEqual([['repaired', undefined, 6], ['failed', 'MODEL_OUTPUT_INVALID', 6], ['failed', 'MODEL_KEY_REJECTED', undefined], ['cancelled', 'MODEL_CANCELLED', undefined]]);
  });

  it('makes no call that cannot be recorded, and loses no answer to a row that cannot be closed', async () => {
    const clock = createTestClock();
    const model = scriptedModel(() => 'answer');
    const full = () => {
      throw new Error('disk full');
    };
    await expect(recordedModel(model, { clock, ledger: { open: full, close: () => {} } }).generate(ask)).rejects.toThrow('disk full');
    expect(model.questions).toHaveLength(0);
    expect((await recordedModel(model, { clock, ledger: { open: () => '1', close: full } }).generate(ask)).text).toBe('answer');
  });
});

describe('settings', () => {
  it('make the model that they describe', () => {
    const { egress } = openEgress();
    expect(createModel({ provider: 'ollama', model: 'llama3.2' }, { egress })).toMatchObject({ id: 'ollama:llama3.2', provider: 'ollama' });
    expect(createModel({ provider: 'openai', model: 'gpt-5.4', baseUrl: 'localhost:8000/v1' }, { egress })).toMatchObject({ id: 'openai:gpt-5.4', provider: 'openai' });
  });

  it.each([
    { provider: 'none', model: 'x' }, { provider: 'ollama', model: '' }, { provider: 'ollama', model: '  ' }, { provider: 'openai', model: 'x', baseUrl: 'http://' },
    { provider: 'openai', model: 'x', baseUrl: 'ftp://host' }, { provider: 'openai', model: 'x', baseUrl: 'https://me:secret@host/v1' }, {}, null,
  ])('refuse %j with a sentence', (settings) => {
    const make = () => createModel(settings as never, { egress: openEgress().egress });
    expect(make).toThrow(expect.objectContaining({ code: 'MODEL_SETTINGS_INVALID' }));
    expect(make).not.toThrow(/secret/);
  });

  it('read a name with its provider', () => {
    expect(parseModelId('ollama:qwen3:8b')).toEqual({ provider: 'ollama', model: 'qwen3:8b' });
    expect(parseModelId('openai:gpt-5.4')).toEqual({ provider: 'openai', model: 'gpt-5.4' });
    for (const id of ['rules', 'ollama:', 'llama3.2', 'other:x', 'ollama: x']) expect(parseModelId(id)).toBeUndefined();
  });
});

describe('an address', () => {
  it.each([
    ['https://api.openai.com/v1/', 'https://api.openai.com/v1', 'api.openai.com'],
    ['api.example.com/v1', 'https://api.example.com/v1', 'api.example.com'],
    ['localhost:1234', 'http://localhost:1234', 'localhost:1234'],
    ['gpu-box/v1', 'http://gpu-box/v1', 'gpu-box'],
    ['10.0.0.7:8000/v1', 'http://10.0.0.7:8000/v1', '10.0.0.7:8000'],
    [' [::1]:11434 ', 'http://[::1]:11434', '[::1]:11434'],
  ])('%s is read as %s', (text, url, host) => {
    expect(readBaseUrl(text)).toEqual({ url, host });
  });
});
