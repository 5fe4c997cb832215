import type { AgentPrompts, PromptStanding } from '@uxflow/core/api';
import type { Translate } from '../../../i18n/translate.ts';
import { durationText } from '../amounts.ts';

/** `62 %`. */
export function percentText(share: number, language: string): string {
  return share.toLocaleString(language, { style: 'percent', maximumFractionDigits: 0 });
}

/** `62 % (51 % to 72 %)`, or that nothing is known yet. */
export function intervalText(text: Translate, { n, mean, low, high }: PromptStanding, language: string): string {
  return n === 0 ? text('prompts.none') : text('prompts.interval', { mean: percentText(mean, language), low: percentText(low, language), high: percentText(high, language) });
}

/** The mean time of a call, or that it is not known. */
export function timeText(text: Translate, { ms }: PromptStanding, language: string): string {
  return ms === undefined ? text('prompts.unknown') : durationText(ms, language);
}

/** The mean cost of a call; an unknown one is never shown as nothing. */
export function costText(text: Translate, { costUsd }: PromptStanding, language: string): string {
  return costUsd === undefined ? text('prompts.unknown') : costUsd.toLocaleString(language, { style: 'currency', currency: 'USD', maximumFractionDigits: 4 });
}

/** The number of a wording by its id; 0 for one that is gone. */
export function numberOf(agent: AgentPrompts, variantId: string): number {
  return agent.variants.find(({ id }) => id === variantId)?.number ?? 0;
}
