/** The cognitive turn: a persisted, resumable, cancellable run of the agents over one message. */
import { AppError, errorInfo, isAppError, type Clock, type IdSource } from '../base/index.ts';
import type { LogState } from '../flow/index.ts';
import { detectLanguage } from '../language/readText.ts';
import type { LanguageModel } from '../llm/index.ts';
import type { LayWhole } from './placeCards.ts';
import type { PromptPart, PromptTemplate } from './prompt.ts';
import type { AgentToolbox } from './toolRounds.ts';
import { driveTurn, type Halt } from './turnDrive.ts';
import type { AgentCall, AgentName, ChatMessage, Conversation, Plan, Proposal, Turn, TurnImage, TurnStatus, TurnStore } from './turnSchema.ts';

/** What a runner tells while it works; later states replace earlier ones by id. */
export type TurnEvent =
  | { type: 'turn'; turn: Turn }
  | { type: 'step'; turnId: string; flowId: string; agent: AgentName; status: 'running' | 'done' | 'failed' | 'cancelled'; mind: 'rules' | 'model'; ms?: number; call?: AgentCall }
  /** `isAnew`: what was streamed before is taken back. */
  | { type: 'token'; turnId: string; flowId: string; agent: AgentName; text: string; isAnew?: true }
  | { type: 'message'; flowId: string; message: ChatMessage }
  | { type: 'proposal'; proposal: Proposal };

export interface TurnRunnerDependencies {
  store: TurnStore;
  /** The flow as it is now; `head` is the number of its last entry. */
  readFlow(flowId: string): { state: LogState; head: number } | Promise<{ state: LogState; head: number }>;
  /** The model that the person chose for an agent in the turn's mode; undefined for rules. A rejection is noted as a fallback. */
  model(agent: AgentName, quality: Turn['quality']): Promise<LanguageModel | undefined>;
  /** The mode that new turns run in. */
  quality?(): NonNullable<Turn['quality']>;
  /** The wording that an agent is to use in a turn; undefined for the built-in one. */
  template?(agent: AgentName, turn: Turn): PromptTemplate | undefined;
  /** `rules` or `provider:model`, for the turn's row. */
  modelName(): string;
  /** Bytes of an asset, by their SHA-256. */
  readAsset?(assetId: string): Uint8Array | undefined;
  /** Sees what goes to a model, part by part. */
  onPrompt?(parts: readonly PromptPart[], turn: Turn): void;
  layWhole?: LayWhole;
  /** Tools of the person, for the agents that take them. */
  toolbox?: AgentToolbox;
  ids: IdSource;
  clock: Clock;
  /** A fresh seed, an integer above 0. */
  newSeed(): number;
  emit(event: TurnEvent): void;
  /** Drops the answers that models gave a turn: nobody shall get them again. */
  forgetAnswers?(turnId: string): void;
  /** For one call of a model, ms. Default 120,000. */
  modelTimeoutMs?: number;
}

/** Starts, continues and ends turns. Each call answers with the turn as it is then; the work goes on behind it. */
export interface TurnRunner {
  /** A new message about a flow. A turn that waits for the person is superseded; one that runs is waited for. */
  start(flowId: string, text: string, image?: TurnImage): Turn;
  /** Sends a message again as a new turn that no kept answer is good enough for. */
  askAgain(turnId: string): Turn;
  /** Answers the clarifying question. */
  answer(turnId: string, text: string): Turn;
  /** Approves the plan, as the person edited it where given. */
  approvePlan(turnId: string, plan?: Plan): Turn;
  /** Has the plan made anew with these words in mind. */
  giveFeedback(turnId: string, text: string): Turn;
  rejectPlan(turnId: string): Turn;
  /** Stops a turn for good; what it has done until then is kept. */
  cancel(turnId: string): Turn;
  /** Runs a failed turn again from the step that failed. */
  retry(turnId: string): Turn;
  /** Marks a turn as done once its proposal is settled. */
  settle(turnId: string): Turn;
  /** Takes up what was queued or running when the process ended. */
  resumeAll(): void;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
  /** Aborts what runs without ending it: the turns go on after the next `resumeAll`. */
  close(): Promise<void>;
}

const UNFINISHED: readonly TurnStatus[] = ['queued', 'running'];
const FINAL: readonly TurnStatus[] = ['done', 'cancelled', 'failed', 'superseded'];
const WAITING: readonly TurnStatus[] = ['awaitingClarification', 'awaitingApproval'];

/** Makes a runner on a store. One turn of a conversation runs at a time; conversations do not wait for each other. */
export function createTurnRunner(dependencies: TurnRunnerDependencies): TurnRunner {
  const { store, clock, ids, emit } = dependencies;
  const running = new Map<string, { turnId: string; controller: AbortController; done: Promise<void> }>();
  let isClosed = false;

  const save = (turn: Turn): Turn => {
    const kept = { ...turn, updatedAt: clock.now() };
    store.saveTurn(kept);
    emit({ type: 'turn', turn: kept });
    return kept;
  };
  const say = (turn: Turn, id: string, role: ChatMessage['role'], text: string) => {
    const message: ChatMessage = { id, conversationId: turn.conversationId, turnId: turn.id, role, text, at: clock.now() };
    store.addMessage(message);
    emit({ type: 'message', flowId: turn.flowId, message });
  };
  const find = (turnId: string, ...statuses: TurnStatus[]): Turn => {
    const turn = store.findTurn(turnId);
    if (!turn) throw new AppError('TURN_NOT_FOUND', 'This turn is not there any more. Nothing was changed.', { turnId });
    if (statuses.length && !statuses.includes(turn.status)) throw new AppError('TURN_NOT_WAITING', `The turn is ${turn.status}, so it does not wait for this. Nothing was changed; send a new message instead.`, { turnId, status: turn.status });
    return turn;
  };

  /** Runs the next turn of a conversation, unless one runs already. */
  const pump = (conversationId: string): void => {
    if (isClosed || running.has(conversationId)) return;
    const turns = store.turnsWith(UNFINISHED, conversationId);
    const next = turns.find((turn) => turn.status === 'running') ?? turns.find((turn) => turn.status === 'queued');
    if (!next) return;
    const controller = new AbortController();
    // The first await lets the caller have its answer before the work begins.
    const done = Promise.resolve()
      .then(() => run(next, controller.signal))
      .finally(() => {
        running.delete(conversationId);
        pump(conversationId);
      });
    running.set(conversationId, { turnId: next.id, controller, done: done.catch(() => undefined) });
  };

  const run = async (first: Turn, signal: AbortSignal): Promise<void> => {
    let turn = first;
    const update = (change: Partial<Turn>): Turn => {
      throwIfCancelled(turn.id);
      return (turn = save({ ...turn, ...change }));
    };
    try {
      if (turn.status === 'queued') {
        const { head } = await dependencies.readFlow(turn.flowId);
        store.togetherSoft(() => update({ status: 'running', head }));
      }
      const halt = await driveTurn(turn, { ...dependencies, signal, update });
      store.together(() => finish(halt, turn, update));
    } catch (error) {
      if (isClosed || store.findTurn(turn.id)?.status === 'cancelled') return;
      if (isAppError(error) && error.code === 'TURN_CANCELLED') return;
      turn = save({ ...turn, status: 'failed', error: errorInfo(error) });
    }
  };

  /** Cancelling is final: nothing that was still on its way may undo it. */
  const throwIfCancelled = (turnId: string): void => {
    if (store.findTurn(turnId)?.status === 'cancelled') throw new AppError('TURN_CANCELLED', 'The turn was cancelled. What was done until then is kept.', {});
  };

  /** What a turn ends or waits with. Messages have ids of the turn, so that saying one twice leaves one. */
  const finish = (halt: Halt, turn: Turn, update: (change: Partial<Turn>) => Turn): void => {
    // Notices a cancellation that came while the last step ended, before anything is said.
    throwIfCancelled(turn.id);
    if (halt.kind === 'clarify') {
      say(turn, `${turn.id}:question`, 'assistant', halt.question);
      return void update({ status: 'awaitingClarification', step: undefined, clarification: { question: halt.question, quickReplies: halt.quickReplies } });
    }
    if (halt.kind === 'approve') {
      say(turn, `${turn.id}:plan-${turn.feedback.length + 1}`, 'assistant', halt.text);
      return void update({ status: 'awaitingApproval', step: undefined, plan: halt.plan });
    }
    say(turn, `${turn.id}:reply`, 'assistant', halt.reply);
    update({ reply: halt.reply, status: halt.kind === 'proposal' ? 'proposed' : 'done', step: undefined, ...(halt.kind === 'proposal' ? { proposalId: halt.proposalId } : {}) });
  };

  /** Goes on with a turn, after the person's words where there are some. */
  const goOn = (turn: Turn, change: Partial<Turn>, words?: { id: string; text: string }): Turn => {
    const saved = store.together(() => {
      if (words) say(turn, words.id, 'person', words.text);
      return save({ ...turn, ...change, status: 'running' });
    });
    pump(turn.conversationId);
    return saved;
  };

  const begin = (flowId: string, text: string, image?: TurnImage, change: Partial<Turn> = {}): Turn => {
    const saved = store.together(() => {
      const conversation = conversationFor(store, flowId, ids, clock);
      const now = clock.now();
      const quality = dependencies.quality?.();
      const turn: Turn = { id: ids.newId('turn'), conversationId: conversation.id, flowId, status: 'queued', message: text, ...(image ? { image } : {}), language: 'en', model: dependencies.modelName(), ...(quality ? { quality } : {}), head: 0, feedback: [], fallbacks: [], seed: dependencies.newSeed(), createdAt: now, updatedAt: now, ...change };
      for (const waiting of store.turnsWith(WAITING, conversation.id)) save({ ...waiting, status: 'superseded' });
      const queued = save({ ...turn, language: detectLanguage(text) });
      say(queued, `${queued.id}:message`, 'person', text);
      return queued;
    });
    pump(saved.conversationId);
    return saved;
  };

  return {
    start: (flowId, text, image) => begin(flowId, text, image),
    askAgain(turnId) {
      const { flowId, message, image } = find(turnId);
      return begin(flowId, message, image, { bypassCache: true });
    },
    answer(turnId, text) {
      const turn = find(turnId, 'awaitingClarification');
      return goOn(turn, { clarification: { ...turn.clarification!, answer: text } }, { id: `${turn.id}:answer`, text });
    },
    approvePlan(turnId, plan) {
      const turn = find(turnId, 'awaitingApproval');
      const chosen = plan ?? turn.plan!;
      if (!chosen.steps.length) throw new AppError('PLAN_EMPTY', 'The plan has no step left, so there is nothing to build. Keep at least one step, or reject the plan.', { turnId });
      return goOn(turn, { plan: chosen, step: 'architect' });
    },
    giveFeedback(turnId, text) {
      const turn = find(turnId, 'awaitingApproval');
      return goOn(turn, { feedback: [...turn.feedback, text], step: 'planner' }, { id: `${turn.id}:feedback-${turn.feedback.length + 1}`, text });
    },
    rejectPlan(turnId) {
      const turn = find(turnId, 'awaitingApproval');
      say(turn, `${turn.id}:reply`, 'assistant', turn.language === 'de' ? 'Gut, ich lasse es. Es wurde nichts geändert.' : 'All right, I leave it. Nothing was changed.');
      return save({ ...turn, status: 'cancelled', step: undefined });
    },
    cancel(turnId) {
      const turn = find(turnId);
      if (FINAL.includes(turn.status)) return turn;
      const cancelled = save({ ...turn, status: 'cancelled', step: undefined });
      for (const step of store.stepsOf(turnId)) {
        if (step.status !== 'running') continue;
        store.saveStep({ ...step, status: 'cancelled' });
        emit({ type: 'step', turnId, flowId: turn.flowId, agent: step.agent, status: 'cancelled', mind: step.mind });
      }
      const at = running.get(turn.conversationId);
      if (at?.turnId === turnId) at.controller.abort();
      return cancelled;
    },
    retry(turnId) {
      const turn = find(turnId, 'failed');
      return goOn(turn, { error: undefined });
    },
    settle(turnId) {
      const turn = find(turnId);
      return turn.status === 'proposed' ? save({ ...turn, status: 'done' }) : turn;
    },
    resumeAll() {
      for (const id of new Set(store.turnsWith(UNFINISHED).map((turn) => turn.conversationId))) pump(id);
    },
    async idle() {
      while (running.size) await Promise.all([...running.values()].map((item) => item.done));
    },
    async close() {
      isClosed = true;
      const open = [...running.values()];
      for (const item of open) item.controller.abort();
      await Promise.all(open.map((item) => item.done));
    },
  };
}

function conversationFor(store: TurnStore, flowId: string, ids: IdSource, clock: Clock): Conversation {
  const found = store.conversationOf(flowId);
  if (found) return found;
  const conversation = { id: ids.newId('conversation'), flowId, createdAt: clock.now() };
  store.saveConversation(conversation);
  return conversation;
}
