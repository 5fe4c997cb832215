import { describe, expect, it } from 'vitest';
import { builtInPrices } from './priceList.ts';
import { costOfUsage, matchesPattern, priceEntrySchema, priceOf, type PriceEntry } from './price.ts';
import { estimateInputTokens, estimateTokens, mostInputTokens } from './tokenEstimate.ts';

const entry = (pattern: string, change: Partial<PriceEntry> = {}): PriceEntry => ({ pattern, inputUsd: 2, outputUsd: 10, asOf: '2026-11-23', source: 'entered', ...change });
const lists = (own: PriceEntry[], builtIn: PriceEntry[] = []) => ({ own, builtIn });
const openai = (model: string, baseUrl = 'https://api.openai.com/v1') => ({ provider: 'openai' as const, baseUrl, model });

describe('the price of a model', () => {
  it('is no charge on this machine, whatever the lists say', () => {
    for (const baseUrl of ['http://127.0.0.1:11434', 'http://localhost:1234/v1', 'http://[::1]:8080']) expect(priceOf(openai('gpt-5', baseUrl), lists([entry('openai:*')]))).toEqual({ kind: 'local' });
    expect(costOfUsage({ kind: 'local' }, {})).toBe(0);
  });

  it('is unknown and not nothing where no list names it', () => {
    expect(priceOf(openai('gpt-99'), lists([], [entry('openai:gpt-5')]))).toEqual({ kind: 'unknown' });
    expect(costOfUsage({ kind: 'unknown' }, { inputTokens: 1, outputTokens: 1 })).toBeUndefined();
    expect(costOfUsage({ kind: 'priced', entry: entry('x:y'), isOwn: false }, { inputTokens: 5 })).toBeUndefined();
    // Embeddings have no output to count.
    expect(costOfUsage({ kind: 'priced', entry: entry('x:y', { outputUsd: 0 }), isOwn: false }, { inputTokens: 1_000_000 })).toBe(2);
  });

  it('is of the built-in list at the vendor only, of the own list everywhere', () => {
    const builtIn = [entry('openai:gpt-5')];
    expect(priceOf(openai('gpt-5'), lists([], builtIn)).kind).toBe('priced');
    expect(priceOf(openai('gpt-5', 'https://gateway.example.com/v1'), lists([], builtIn)).kind).toBe('unknown');
    expect(priceOf(openai('gpt-5', 'https://api.openai.com.evil.example/v1'), lists([], builtIn)).kind).toBe('unknown');
    expect(priceOf(openai('gpt-5', 'https://gateway.example.com/v1'), lists([entry('openai:gpt-5', { inputUsd: 1 })], builtIn))).toMatchObject({ kind: 'priced', isOwn: true, entry: { inputUsd: 1 } });
    expect(priceOf(openai('gpt-5', 'no address'), lists([], builtIn)).kind).toBe('unknown');
  });

  it('is of the longest pattern that names the whole model', () => {
    const own = [entry('openai:*', { inputUsd: 1 }), entry('openai:gpt-5*', { inputUsd: 2 }), entry('openai:gpt-5-mini', { inputUsd: 3 })];
    const input = (model: string) => {
      const price = priceOf(openai(model), lists(own));
      return price.kind === 'priced' ? price.entry.inputUsd : price.kind;
    };
    expect([input('o3'), input('gpt-5'), input('gpt-5-nano'), input('gpt-5-mini'), input('gpt-5-mini-2026-03-01')]).toEqual([1, 2, 2, 3, 3]);
    expect(matchesPattern('anthropic:claude-haiku-4-5-20251001', 'anthropic:claude-haiku-4-5')).toBe(true);
    expect(matchesPattern('openai:gpt-5.4-mini', 'openai:gpt-5.4')).toBe(false);
    expect(matchesPattern('openai:gpt-5x4', 'openai:gpt-5.4')).toBe(false);
    expect(matchesPattern('openai:(a+)+$', 'openai:(a+)+$')).toBe(true);
  });

  it('counts cached input and long requests as the entry says', () => {
    const usage = { inputTokens: 1_000, outputTokens: 100 };
    const priced = (change: Partial<PriceEntry>) => ({ kind: 'priced' as const, isOwn: false, entry: entry('x:y', change) });
    expect(costOfUsage(priced({}), usage)).toBeCloseTo(0.003, 10);
    expect(costOfUsage(priced({}), { ...usage, cachedInputTokens: 500 })).toBeCloseTo(0.003, 10);
    expect(costOfUsage(priced({ cachedInputUsd: 0.2 }), { ...usage, cachedInputTokens: 500 })).toBeCloseTo(0.0021, 10);
    expect(costOfUsage(priced({ long: { aboveTokens: 999, inputUsd: 4, outputUsd: 20 } }), usage)).toBeCloseTo(0.006, 10);
    expect(costOfUsage(priced({ long: { aboveTokens: 1_000, inputUsd: 4, outputUsd: 20 } }), usage)).toBeCloseTo(0.003, 10);
  });

  it('comes with a date and an address for every built-in entry, and each pattern once', () => {
    for (const each of builtInPrices) {
      expect(priceEntrySchema.parse(each)).toEqual(each);
      expect(each.source).toMatch(/^https:\/\//);
      expect(Number.isNaN(Date.parse(each.asOf))).toBe(false);
    }
    expect(new Set(builtInPrices.map(({ pattern }) => pattern)).size).toBe(builtInPrices.length);
  });
});

describe('estimates of tokens', () => {
  it('are a third of ASCII and each other character, and never above the bytes by more than a little', () => {
    expect(estimateTokens('abcdef')).toBe(2);
    expect(estimateTokens('äöü€')).toBe(4);
    expect(estimateTokens('')).toBe(0);
    const request = { system: 'You draw flows.', messages: [{ role: 'user' as const, content: 'Größe ändern 日本' }] };
    expect(estimateInputTokens(request)).toBeLessThan(mostInputTokens(request));
    expect(mostInputTokens({ ...request, images: [{ mediaType: 'image/png', base64: '' }] })).toBeGreaterThan(mostInputTokens(request) + 5_000);
  });
});
