/** What a person did with what an agent made. `share`: how much of it was changed, 0 to 1. */
export type Decision =
  | { kind: 'accepted' }
  | { kind: 'acceptedEdited'; share: number }
  | { kind: 'rejected' }
  /** Taken back, or set right by the next message. */
  | { kind: 'corrected' }
  /** The model's answer could not be used; the rules stood in. */
  | { kind: 'failed' };

/** What is known about the call beside the decision. */
export interface CallFacts {
  /** Whether the first answer had the demanded form. */
  isValid?: boolean;
  ms?: number;
  costUsd?: number;
}

/**
 * What counts how much. The decision of the person is nearly everything: the small terms only tell apart what people like equally, and they
 * steer which wording gets the next turn; whether a wording is proposed is decided by the scores of the decisions alone.
 */
export const REWARD_WEIGHTS = {
  /** The decision's score; see SCORES. */
  decision: 0.9,
  /** 1 when the first answer had the demanded form, else 0. */
  validity: 0.05,
  /** HALF_LATENCY_MS / (HALF_LATENCY_MS + ms). */
  latency: 0.03,
  /** HALF_COST_USD / (HALF_COST_USD + cost); left out where the cost is unknown. */
  cost: 0.02,
} as const;

/** Scores of decisions. Accepted after edits: from `edited.least` (all was changed) to `edited.most` (nearly nothing). */
export const SCORES = { accepted: 1, edited: { most: 0.9, least: 0.3 }, corrected: 0.2, rejected: 0, failed: 0 } as const;

/** A call that takes this long has half of the latency's weight, ms. */
export const HALF_LATENCY_MS = 20_000;
/** A call that costs this much has half of the cost's weight. */
export const HALF_COST_USD = 0.05;

/** The score of a decision, 0 to 1: what trials are decided by. */
export function scoreOf(decision: Decision): number {
  if (decision.kind !== 'acceptedEdited') return SCORES[decision.kind];
  const { most, least } = SCORES.edited;
  return most - (most - least) * Math.min(1, Math.max(0, decision.share));
}

/** The reward of a use, 0 to 1: the weighted mean of its decision's score and of what else is known of it. Computed when read, so that other weights hold for old uses, too. */
export function rewardOf(score: number, { isValid, ms, costUsd }: CallFacts): number {
  const terms: [number, number][] = [[REWARD_WEIGHTS.decision, score]];
  if (isValid !== undefined) terms.push([REWARD_WEIGHTS.validity, isValid ? 1 : 0]);
  if (ms !== undefined) terms.push([REWARD_WEIGHTS.latency, HALF_LATENCY_MS / (HALF_LATENCY_MS + ms)]);
  if (costUsd !== undefined) terms.push([REWARD_WEIGHTS.cost, HALF_COST_USD / (HALF_COST_USD + costUsd)]);
  return terms.reduce((sum, [weight, value]) => sum + weight * value, 0) / terms.reduce((sum, [weight]) => sum + weight, 0);
}
