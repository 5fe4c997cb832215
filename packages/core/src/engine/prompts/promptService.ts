import { placeholdersOf, type AgentName, type Plan, type PromptTemplate, type Proposal, type Turn } from '../../agents/index.ts';
import { runAgent } from '../../agents/agent.ts';
import { PROMPTED_AGENTS } from '../../agents/learning/promptedAgents.ts';
import { promptOptimizer } from '../../agents/promptOptimizer.ts';
import { promptEvidenceSchema, type AgentPrompts, type PromptChangeView, type PromptProblem, type Prompts, type PromptVariantView } from '../../api/promptRoutes.ts';
import { AppError, type Clock, type Logger } from '../../base/index.ts';
import type { DataFolder, StoredChange, StoredVariant } from '../../db/index.ts';
import { openDocument, SCHEMA_VERSION, type FlowDocument } from '../../flow/index.ts';
import { createBroadcast } from '../broadcast.ts';
import type { ModelService } from '../models.ts';
import { createPromptState } from './promptState.ts';
import { densityOfTrials, standingOf } from './standing.ts';
import { createTrials } from './trials.ts';
import { createTurnOutcomes } from './turnOutcomes.ts';
import { createWordings } from './wordings.ts';

/** The wordings of agents: what turns use, what is learned from what people do, and what a screen asks and decides. */
export interface PromptService {
  /** The wording for an agent in a turn; a turn that is resumed keeps its own. */
  templateFor(agent: AgentName, turn: Turn): PromptTemplate | undefined;
  /** What people do with what agents made. None of these ever fails: learning must not stand in anybody's way. */
  noteTurn(turn: Turn): void;
  notePlan(turn: Turn, what: { kind: 'approved'; plan: Plan } | { kind: 'feedback' } | { kind: 'rejected' }): void;
  noteProposal(proposal: Proposal): void;
  noteUndo(flowId: string, entryId: string): void;
  noteCorrection(turn: Turn): void;
  view(): Prompts;
  /** The view now, then whenever something of it changes. */
  watch(signal?: AbortSignal): AsyncGenerator<Prompts, void, void>;
  setLearning(isOn: boolean): void;
  check(agent: AgentName, text: string): PromptProblem[];
  add(agent: AgentName, text: string, reason: string): { variantId: string };
  write(agent: AgentName, signal?: AbortSignal): Promise<{ variantId: string; mind: 'rules' | 'model'; explanation: string }>;
  try(variantId: string): void;
  stopTrial(agent: AgentName): void;
  use(variantId: string): void;
  decide(changeId: string, isApplied: boolean): void;
  rollBack(changeId: string): void;
  remove(variantId: string): void;
  forget(): void;
  close(): void;
}

/** For one wording of the optimizer, ms. */
const WRITE_TIMEOUT_MS = 120_000;
/** Between looks for uses that nobody decided about, ms. */
const EXPIRE_EVERY_MS = 3600_000;

/** The service on a data folder. Registers the wordings of this version of the app. */
export function createPromptService(options: { folder: DataFolder; models: Pick<ModelService, 'modelFor'>; clock: Clock; newSeed(): number; logger: Logger }): PromptService {
  const { folder, models, clock, newSeed, logger } = options;
  const { prompts } = folder;
  const state = createPromptState(folder);
  const wordings = createWordings(folder, clock);
  const trials = createTrials({ folder, state, wordings, clock });
  const outcomes = createTurnOutcomes(folder, clock);
  const changes = createBroadcast<null>(() => null);
  const changed = () => changes.send(null);
  let expiredAt = clock.now();
  /** Learning never stands in the way of what it learns from. */
  const learn = (what: string, run: () => readonly string[]): void => {
    if (folder.readOnly) return;
    try {
      if (clock.now() - expiredAt > EXPIRE_EVERY_MS) {
        expiredAt = clock.now();
        outcomes.expire();
      }
      const agents = run();
      for (const agent of new Set(agents)) trials.judge(agent);
      if (agents.length) changed();
    } catch (error) {
      logger.warn('nothing was learned', { from: what, error: String(error) });
    }
  };
  if (!folder.readOnly) {
    wordings.registerBuiltIns();
    outcomes.expire();
    for (const { agent } of PROMPTED_AGENTS) trials.judge(agent);
  }
  const proposedOf = (agent: string) => prompts.listChanges(agent).find((change) => change.status === 'proposed');

  const agentView = (agent: AgentName): AgentPrompts => {
    const own = wordings.agentOf(agent);
    const inUse = wordings.inUse(agent);
    const all = prompts.listChanges(agent);
    const applied = wordings.lastApplied(agent);
    const proposed = proposedOf(agent);
    const trial = trials.view(agent);
    const lastTrial = state.get().lastTrials[agent];
    const stored = prompts.listVariants(agent);
    return {
      agent, isMeasured: own.decidedBy !== undefined, placeholders: placeholdersOf(own.instructions.text), inUse: inUse.id,
      hasBuiltInMovedOn: inUse.origin !== 'builtIn' && applied?.decidedAt !== undefined && wordings.newestBuiltIn(agent).createdAt > applied.decidedAt,
      variants: (stored.length ? stored : [inUse]).map((variant) => variantView(folder, variant)),
      ...(trial ? { trial } : {}),
      ...(lastTrial && stored.some((variant) => variant.id === lastTrial.variantId) ? { lastTrial } : {}),
      ...(proposed ? { proposed: changeView(proposed) } : {}),
      history: all.filter((change) => change.status !== 'proposed').sort((one, other) => (other.decidedAt ?? 0) - (one.decidedAt ?? 0)).map(changeView),
      ...(applied ? { canRollBack: applied.id } : {}),
    };
  };
  const view = (): Prompts => ({ isLearning: state.get().isLearning, agents: PROMPTED_AGENTS.map(({ agent }) => agentView(agent)) });

  return {
    templateFor(agent, turn) {
      if (!PROMPTED_AGENTS.some((item) => item.agent === agent)) return undefined;
      try {
        const inUse = wordings.inUse(agent);
        if (folder.readOnly || !state.get().isLearning) return wordings.templateOf(inUse);
        const context = `${turn.model}|${routeOf(agent, turn)}|${turn.language}`;
        const began = prompts.findTrial(turn.id, agent);
        const chosen = began ? prompts.findVariant(began.variantId) : trials.choose(agent, context, seedOf(turn.seed, agent));
        if (!began && chosen) prompts.openTrial({ agent, variantId: chosen.id, turnId: turn.id, context, startedAt: clock.now() });
        return wordings.templateOf(chosen ?? inUse);
      } catch (error) {
        logger.warn('the built-in wording is used', { agent, error: String(error) });
        return undefined;
      }
    },
    noteTurn: (turn) => learn('a turn', () => outcomes.halted(turn)),
    notePlan: (turn, what) => learn('a plan', () => outcomes.planDecided(turn, what)),
    noteProposal: (proposal) => learn('a proposal', () => outcomes.proposalDecided(proposal)),
    noteUndo: (flowId, entryId) => learn('an undo', () => outcomes.undone(flowId, entryId)),
    noteCorrection: (turn) => learn('a message', () => outcomes.correctedBy(turn)),
    view,
    async *watch(signal) {
      const live = changes.subscribe(signal);
      yield view();
      for await (const _ of live) yield view();
    },
    setLearning(isOn) {
      if (!isOn) for (const { agent } of PROMPTED_AGENTS) trials.end(agent, 'stopped');
      state.set({ isLearning: isOn });
      changed();
    },
    check: (agent, text) => wordings.problemsOf(agent, text),
    add(agent, text, reason) {
      const { id } = wordings.add(agent, text, 'person', reason);
      changed();
      return { variantId: id };
    },
    async write(agent, signal) {
      const { text } = wordings.inUse(agent);
      wordings.agentOf(agent);
      const episodes = folder.episodes.list({ agent, limit: 10 }).map((episode) => episode.analysis);
      const [latest] = episodes;
      const input = { agent, instructions: text, recommendation: latest?.recommendation ?? 'Nothing has gone wrong lately. Make the instructions a little more precise.', category: latest?.problemCategory ?? ('completeness' as const), episodes };
      const run = await runAgent(promptOptimizer, input, { state: openDocument(NO_FLOW), ids: { newId: (prefix) => prefix }, language: 'en' }, {
        model: models.modelFor('promptOptimizer'), seed: newSeed(), signal: signal ?? new AbortController().signal, timeoutMs: WRITE_TIMEOUT_MS,
      });
      const explanation = run.output.improvementAnalysis;
      const { id } = wordings.add(agent, run.output.optimizedPrompt, 'optimizer', explanation);
      changed();
      return { variantId: id, mind: run.mind, explanation };
    },
    try(variantId) {
      trials.start(variantId);
      changed();
    },
    stopTrial(agent) {
      trials.end(agent, 'stopped');
      changed();
    },
    use(variantId) {
      const { agent, id } = wordings.get(variantId);
      if (wordings.inUse(agent).id === id) return;
      trials.end(agent, 'replaced');
      wordings.apply(agent, id);
      changed();
    },
    decide(changeId, isApplied) {
      const change = prompts.findChange(changeId);
      if (change?.status !== 'proposed') throw new AppError('PROMPT_CHANGE_DECIDED', 'This change is decided already. Nothing was changed.', { changeId });
      if (isApplied) {
        trials.end(change.agent, 'replaced');
        wordings.apply(change.agent, wordings.get(change.toVariantId).id, changeId);
      } else prompts.setChangeStatus(changeId, 'declined', clock.now());
      changed();
    },
    rollBack(changeId) {
      const change = wordings.rollBack(changeId);
      trials.end(change.agent, 'replaced');
      changed();
    },
    remove(variantId) {
      const variant = wordings.get(variantId);
      if (wordings.inUse(variant.agent).id === variantId || variant.origin === 'builtIn') throw new AppError('PROMPT_IN_USE', 'This wording is in use, so it can neither be tried nor deleted. Nothing was changed.', { agent: variant.agent });
      if (state.trialOf(variant.agent)?.variantId === variantId) trials.end(variant.agent, 'stopped');
      // A change that led through the deleted wording can no longer be taken back step by step: what is in use stays in use.
      const inUse = wordings.inUse(variant.agent);
      prompts.removeVariant(variantId);
      if (wordings.inUse(variant.agent).id !== inUse.id) wordings.apply(variant.agent, inUse.id);
      changed();
    },
    forget() {
      for (const { agent } of PROMPTED_AGENTS) trials.end(agent, 'stopped');
      prompts.forgetTrials();
      state.set({ lastTrials: {} });
      changed();
    },
    close: () => changes.close(),
  };
}

const NO_FLOW = { format: 'uxflow', version: SCHEMA_VERSION, id: 'flow_none', name: '', nodes: {}, edges: {} } as FlowDocument;

/** What kind of work an agent does in a turn, where that is known before it begins. */
function routeOf(agent: AgentName, turn: Turn): string {
  if (turn.image) return 'picture';
  if (agent === 'architect') return turn.plan ? 'create' : 'edit';
  return agent === 'planner' ? 'create' : agent === 'uxExpert' ? 'question' : 'message';
}

/** The turn's seed, apart for each agent. */
function seedOf(seed: number, agent: string): number {
  let mixed = seed | 0;
  for (const letter of agent) mixed = Math.imul(mixed ^ letter.codePointAt(0)!, 0x01000193);
  return mixed;
}

function variantView(folder: DataFolder, variant: StoredVariant): PromptVariantView {
  const counted = folder.prompts.countedTrials(variant.id);
  const { id, number, origin, text, reason, createdAt } = variant;
  return { id, number, origin, text, reason, createdAt, standing: standingOf(counted, folder.prompts.outcomesOf(id)), density: densityOfTrials(counted) };
}

function changeView({ id, fromVariantId, toVariantId, status, evidence, createdAt, decidedAt }: StoredChange): PromptChangeView {
  const parsed = promptEvidenceSchema.safeParse(JSON.parse(evidence));
  return { id, fromVariantId, toVariantId, status, createdAt, ...(parsed.success ? { evidence: parsed.data } : {}), ...(decidedAt === undefined ? {} : { decidedAt }) };
}
