import { decisionOn, decisionOnPlan } from '../../agents/learning/editShare.ts';
import { PROMPTED_AGENTS } from '../../agents/learning/promptedAgents.ts';
import { scoreOf, type Decision } from '../../agents/learning/reward.ts';
import type { Plan, Proposal, Turn } from '../../agents/index.ts';
import type { Clock } from '../../base/index.ts';
import type { DataFolder, StoredTrial } from '../../db/index.ts';
import type { IntentOp } from '../../flow/index.ts';

/** What people do with the work of wordings, told as it happens. Each gives the agents about whom something was learned. */
export interface TurnOutcomes {
  /** A turn that has come to a halt: agents whose model failed did not bring about what is decided on next. */
  halted(turn: Turn): string[];
  planDecided(turn: Turn, what: { kind: 'approved'; plan: Plan } | { kind: 'feedback' } | { kind: 'rejected' }): string[];
  /** Counts once every card is decided. */
  proposalDecided(proposal: Proposal): string[];
  /** An accepted entry was taken back. */
  undone(flowId: string, entryId: string): string[];
  /** A message set right what came before it. */
  correctedBy(turn: Turn): string[];
  /** Uses that nobody decided about for a week are unknown and count for nothing. */
  expire(): void;
}

/** What is taken back or set right within this time was never right, ms. */
const SOON_MS = 10 * 60_000;
/** ms. */
const UNDECIDED_AFTER_MS = 7 * 24 * 3600_000;
/** Failures that the wording may have to answer for; a model that cannot be reached says nothing about it. */
const ITS_FAULT: ReadonlySet<string> = new Set(['AGENT_OUTPUT_INVALID', 'DESIGN_INVALID', 'MODEL_OUTPUT_INVALID', 'MODEL_OUTPUT_TRUNCATED']);
const decidedBy = new Map(PROMPTED_AGENTS.map(({ agent, decidedBy: by }) => [agent as string, by]));

/** Outcomes written into the uses of a data folder. */
export function createTurnOutcomes(folder: DataFolder, clock: Clock): TurnOutcomes {
  const { prompts, turns } = folder;
  const end = (trial: StoredTrial, decision: Decision): string[] => {
    const endedAt = trial.endedAt ?? clock.now();
    // A model may be chosen for other agents only: then the rules did it, whatever wording was at hand.
    const isItsWork = decision.kind === 'failed' || turns.stepsOf(trial.turnId).findLast((step) => step.agent === trial.agent && step.status === 'done')?.mind === 'model';
    if (isItsWork) prompts.endTrial(trial.id, { outcome: decision.kind, score: scoreOf(decision), endedAt, ...factsOf(folder, trial) });
    else prompts.endTrial(trial.id, { outcome: 'unknown', endedAt });
    return isItsWork ? [trial.agent] : [];
  };
  const openOf = (turnId: string, by: 'plan' | 'proposal') => prompts.trialsOfTurn(turnId).filter((trial) => trial.outcome === 'open' && decidedBy.get(trial.agent) === by);
  /** Open uses, and those that were taken just now, were not what was wanted. */
  const correct = (turnId: string): string[] =>
    prompts
      .trialsOfTurn(turnId)
      .filter(({ outcome, endedAt, agent }) => decidedBy.get(agent) && (outcome === 'open' || ((outcome === 'accepted' || outcome === 'acceptedEdited') && clock.now() - endedAt! <= SOON_MS)))
      .flatMap((trial) => end(trial, { kind: 'corrected' }));

  return {
    halted(turn) {
      if (turn.status === 'queued' || turn.status === 'running') return [];
      return prompts.trialsOfTurn(turn.id).flatMap((trial) => {
        const failures = turn.fallbacks.filter((fallback) => fallback.agent === trial.agent);
        if (trial.outcome !== 'open' || !decidedBy.get(trial.agent) || !failures.length) return [];
        if (failures.some(({ error }) => ITS_FAULT.has(error.code))) return end(trial, { kind: 'failed' });
        prompts.endTrial(trial.id, { outcome: 'unknown', endedAt: clock.now() });
        return [];
      });
    },
    planDecided(turn, what) {
      const decision: Decision = what.kind === 'approved' ? decisionOnPlan(turn.plan ?? what.plan, what.plan) : { kind: what.kind === 'feedback' ? 'corrected' : 'rejected' };
      return openOf(turn.id, 'plan').flatMap((trial) => end(trial, decision));
    },
    proposalDecided(proposal) {
      const open = openOf(proposal.turnId, 'proposal');
      const decision = open.length ? decisionOn(proposal, designedOps(folder, proposal.turnId)) : undefined;
      return decision ? open.flatMap((trial) => end(trial, decision)) : [];
    },
    undone(flowId, entryId) {
      const proposal = turns.proposalsOf(flowId).find((item) => entryId.startsWith(`${item.entryId}:`));
      return proposal ? correct(proposal.turnId) : [];
    },
    correctedBy(turn) {
      const all = turns.turnsOf(turn.conversationId);
      const before = all[all.findIndex((other) => other.id === turn.id) - 1];
      return before ? correct(before.id) : [];
    },
    expire: () => void prompts.expireTrials(clock.now() - UNDECIDED_AFTER_MS, clock.now()),
  };
}

/** Time, cost and form of the calls that the agent made in the turn. */
function factsOf(folder: DataFolder, { turnId, agent }: StoredTrial): Pick<StoredTrial, 'isValid' | 'ms' | 'costUsd'> {
  const calls = folder.ledger.listCalls({ turnId }).filter((call) => call.agent === agent && (call.outcome === 'ok' || call.outcome === 'repaired' || call.outcome === 'failed'));
  if (!calls.length) return {};
  const costs = calls.map((call) => call.costUsd);
  return {
    isValid: calls.every((call) => call.outcome === 'ok'),
    ms: calls.reduce((sum, call) => sum + call.ms, 0),
    ...(costs.every((cost) => cost !== undefined) ? { costUsd: costs.reduce((sum, cost) => sum + cost, 0) } : {}),
  };
}

/** The ops of the design that the proposal was made of, as the validator passed it. */
function designedOps(folder: DataFolder, turnId: string): IntentOp[] {
  const checked = folder.turns.stepsOf(turnId).findLast((step) => step.agent === 'validator' && step.status === 'done' && Array.isArray((step.output as { cards?: unknown } | null)?.cards));
  const cards = (checked?.output as { cards: { ops: IntentOp[] }[] } | undefined)?.cards ?? [];
  return cards.flatMap((card) => card.ops);
}
