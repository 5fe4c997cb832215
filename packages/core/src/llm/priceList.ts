import type { PriceEntry } from './price.ts';

const ANTHROPIC = { asOf: '2026-11-23', source: 'https://platform.claude.com/docs/about-claude/models/whats-new-opus-5' };
const ANTHROPIC_OLDER = { asOf: '2026-11-23', source: 'https://platform.claude.com/docs/en/about-claude/pricing' };
const GEMINI = { asOf: '2026-10-07', source: 'https://ai.google.dev/gemini-api/docs/pricing' };
const OPENAI_6 = { asOf: '2026-09-22', source: 'https://github.com/merefield/codexometer/releases/tag/v0.18.4' };
const OPENAI_5_6 = { asOf: '2026-08-01', source: 'https://docs.laozhang.ai/en/announcements/gpt-5-6-pricing-2026-07.md' };
const OPENAI_5 = { asOf: '2026-05-04', source: 'https://github.com/api-evangelist/openai/blob/main/plans/openai-plans-pricing.yml' };

/**
 * Prices that come with the app, each as its source gave it on the day that it names. A model whose price no source supports is not here:
 * it is shown as unknown. Long-context prices are given where the source gives them whole.
 */
export const builtInPrices: readonly PriceEntry[] = [
  { pattern: 'anthropic:claude-fable-5-1', inputUsd: 10, outputUsd: 50, cachedInputUsd: 0.25, ...ANTHROPIC_OLDER },
  { pattern: 'anthropic:claude-opus-5-5', inputUsd: 4, outputUsd: 20, ...ANTHROPIC },
  { pattern: 'anthropic:claude-opus-5', inputUsd: 5, outputUsd: 25, cachedInputUsd: 0.5, ...ANTHROPIC },
  { pattern: 'anthropic:claude-opus-4-8', inputUsd: 5, outputUsd: 25, cachedInputUsd: 0.5, ...ANTHROPIC_OLDER },
  { pattern: 'anthropic:claude-opus-4-7', inputUsd: 5, outputUsd: 25, cachedInputUsd: 0.5, ...ANTHROPIC_OLDER },
  { pattern: 'anthropic:claude-opus-4-6', inputUsd: 5, outputUsd: 25, cachedInputUsd: 0.5, ...ANTHROPIC_OLDER },
  { pattern: 'anthropic:claude-opus-4-5', inputUsd: 5, outputUsd: 25, cachedInputUsd: 0.5, ...ANTHROPIC_OLDER },
  { pattern: 'anthropic:claude-sonnet-5-5', inputUsd: 2, outputUsd: 10, ...ANTHROPIC },
  { pattern: 'anthropic:claude-sonnet-5', inputUsd: 2, outputUsd: 10, cachedInputUsd: 0.2, asOf: '2026-11-23', source: 'https://platform.claude.com/docs/zh-CN/models/sonnet-5/overview' },
  {
    pattern: 'anthropic:claude-haiku-5-5', inputUsd: 0.1, outputUsd: 0.5, long: { aboveTokens: 100_000, inputUsd: 0.5, outputUsd: 2.5 }, asOf: '2026-11-23',
    source: 'https://docs.rs/synaps/0.10.2/synaps_cli/pricing/index.html',
  },
  { pattern: 'anthropic:claude-haiku-4-5', inputUsd: 1, outputUsd: 5, asOf: '2026-11-23', source: 'https://platform.claude.com/docs/zh-CN/models/sonnet-5/overview' },

  { pattern: 'gemini:gemini-3.8-flash', inputUsd: 0.75, outputUsd: 3.75, ...GEMINI },
  { pattern: 'gemini:gemini-3.5-flash', inputUsd: 1.5, outputUsd: 9, ...GEMINI },
  { pattern: 'gemini:gemini-3.5-flash-lite', inputUsd: 0.3, outputUsd: 2.5, ...GEMINI },
  { pattern: 'gemini:gemini-3.1-pro-preview', inputUsd: 2, outputUsd: 12, long: { aboveTokens: 200_000, inputUsd: 4, outputUsd: 18 }, ...GEMINI },

  { pattern: 'openai:gpt-6-sol', inputUsd: 2, outputUsd: 10, cachedInputUsd: 0.2, ...OPENAI_6 },
  { pattern: 'openai:gpt-6-luna', inputUsd: 0.1, outputUsd: 0.5, cachedInputUsd: 0.01, ...OPENAI_6 },
  { pattern: 'openai:gpt-5.6-terra', inputUsd: 2, outputUsd: 12, cachedInputUsd: 0.2, ...OPENAI_5_6 },
  { pattern: 'openai:gpt-5.6-luna', inputUsd: 0.2, outputUsd: 1.2, cachedInputUsd: 0.02, ...OPENAI_5_6 },
  { pattern: 'openai:gpt-5.5', inputUsd: 5, outputUsd: 30, cachedInputUsd: 0.5, ...OPENAI_5 },
  { pattern: 'openai:gpt-5.5-pro', inputUsd: 30, outputUsd: 180, ...OPENAI_5 },
  { pattern: 'openai:gpt-5.4', inputUsd: 2.5, outputUsd: 15, cachedInputUsd: 0.25, ...OPENAI_5 },
  { pattern: 'openai:gpt-5.4-mini', inputUsd: 0.75, outputUsd: 4.5, cachedInputUsd: 0.075, ...OPENAI_5 },
  { pattern: 'openai:gpt-5.4-nano', inputUsd: 0.2, outputUsd: 1.25, cachedInputUsd: 0.02, ...OPENAI_5 },
];
