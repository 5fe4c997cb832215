import { analyst, correctionOf, isCorrected, runAgent, seededIds, type Turn } from '../agents/index.ts';
import type { Clock, Logger } from '../base/index.ts';
import type { DataFolder } from '../db/index.ts';
import type { FlowService } from './flowService.ts';
import type { ModelService } from './models.ts';
import type { SettingsService } from './settings.ts';

/** Learns from turns that people had to correct, behind the conversation. */
export interface TurnLearner {
  /** A turn's proposal is decided: what was changed or refused is looked at. */
  settled(turnId: string): void;
  /** A message came that sets the turn before it right. */
  followedUp(turn: Turn): void;
  /** Resolves when nothing is being looked at. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** Time that a model has to find out what went wrong, ms. */
const TIMEOUT_MS = 60_000;

/** The learner on a data folder. It never fails a turn: what it cannot do is logged and left. */
export function createTurnLearner(options: { folder: DataFolder; flows: FlowService; models: ModelService; settings: SettingsService; clock: Clock; logger: Logger }): TurnLearner {
  const { folder, flows, models, settings, clock, logger } = options;
  const controller = new AbortController();
  // One after the other: learning must not crowd out the person's own calls.
  let last: Promise<void> = Promise.resolve();

  const study = async (turnId: string, followUp?: string): Promise<void> => {
    const turn = folder.turns.findTurn(turnId);
    // What another program proposed was not the work of our agents.
    if (!turn || turn.origin || controller.signal.aborted || !settings.get().learnFromCorrections) return;
    const proposal = turn.proposalId === undefined ? undefined : folder.turns.findProposal(turn.proposalId);
    if (followUp === undefined && proposal?.status !== 'done') return;
    const correction = correctionOf({ turn, steps: folder.turns.stepsOf(turnId), ...(proposal ? { proposal } : {}), ...(followUp === undefined ? {} : { followUp }) });
    if (!isCorrected(correction)) return;
    const { state } = flows.open(turn.flowId).session;
    const run = await runAgent(analyst, correction, { state, ids: seededIds(turn.seed, clock.now()), language: turn.language }, {
      ...(turn.model === 'rules' ? {} : { model: models.modelFor('analyst') }),
      purpose: { turnId, flowId: turn.flowId },
      seed: turn.seed, signal: controller.signal, timeoutMs: TIMEOUT_MS,
    });
    folder.episodes.save({ turnId, createdAt: clock.now(), foundBy: run.call?.model ?? 'rules', analysis: run.output });
  };
  const begin = (turnId: string, followUp?: string): void => {
    if (folder.readOnly || !settings.get().learnFromCorrections) return;
    last = last.then(() => study(turnId, followUp)).catch((error: unknown) => {
      if (!controller.signal.aborted) logger.warn('corrected turn not learned from', { turnId, error: String(error) });
    });
  };

  return {
    settled: (turnId) => begin(turnId),
    followedUp(turn) {
      const turns = folder.turns.turnsOf(turn.conversationId);
      const before = turns[turns.findIndex(({ id }) => id === turn.id) - 1];
      if (before && (before.status === 'done' || before.status === 'proposed' || before.status === 'superseded')) begin(before.id, turn.message);
    },
    idle: () => last,
    async close() {
      controller.abort();
      await last;
    },
  };
}
