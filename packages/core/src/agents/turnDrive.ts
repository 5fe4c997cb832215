import { z } from 'zod';
import { errorInfo } from '../base/index.ts';
import type { IdSource } from '../base/index.ts';
import type { LogState } from '../flow/index.ts';
import { runAgent, throwIfCancelled, type Agent, type AgentContext, type AgentRun } from './agent.ts';
import { architect, designSchema, type Design } from './architect.ts';
import { classifier } from './classifier.ts';
import { seededIds, type CardDraft } from './editCards.ts';
import { manager, type Order } from './manager.ts';
import { languageFor } from './pipeline.ts';
import { placeCards, tidyCard } from './placeCards.ts';
import { isBlank } from './planText.ts';
import { planner } from './planner.ts';
import { makeProposal } from './proposal.ts';
import { synthesizer } from './synthesizer.ts';
import type { TurnRunnerDependencies } from './turn.ts';
import type { AgentCall, AgentName, Plan, Turn, TurnStep } from './turnSchema.ts';
import { uxExpert } from './uxExpert.ts';
import { validateCards, verdictSchema, type Verdict } from './validator.ts';

/** Where a run of a turn stops: to ask, to have a plan approved, with a proposal, or with nothing but words. */
export type Halt =
  | { kind: 'clarify'; question: string; quickReplies: string[] }
  | { kind: 'approve'; plan: Plan; text: string }
  | { kind: 'proposal'; proposalId: string; reply: string }
  | { kind: 'reply'; reply: string };

/** What a run needs beside the runner's dependencies. `update` saves the turn and gives it back as it is now. */
export interface DriveDependencies extends TurnRunnerDependencies {
  signal: AbortSignal;
  update(change: Partial<Turn>): Turn;
}

/**
 * Runs a turn from its first step; steps that are done already give what they gave then, so that a turn goes on where it stopped,
 * whether the person or a crash stopped it. A step that was running runs again with the same seed and ids.
 */
export async function driveTurn(turn: Turn, dependencies: DriveDependencies): Promise<Halt> {
  const { state } = await dependencies.readFlow(turn.flowId);
  const language = languageFor(turn.message, state);
  const now = { turn: turn.language === language ? turn : dependencies.update({ language }) };
  const steps = new Stepper(now, state, dependencies);
  const classification = await steps.agent(classifier, { message: turn.message }, false);
  const order = await findOrder(steps, now, classification, dependencies);
  if (order.kind === 'clarify') return order;
  if (order.kind === 'reply') return { kind: 'reply', reply: order.text };
  if (order.kind === 'answer') return { kind: 'reply', reply: (await steps.agent(uxExpert, { question: order.question }, true)).answer };
  const plan = order.route === 'create' ? await findPlan(steps, now, order.task, state) : undefined;
  if (plan && 'halt' in plan) return plan.halt;
  const input = { task: order.task, route: order.route, issues: [] as string[], ...(plan ? { plan: plan.plan } : {}), ...(order.hint === undefined ? {} : { hint: order.hint }) };
  const { cards, verdict, byModel } = await design(steps, input, state, dependencies);
  const answers: string[] = [];
  for (const question of classification.questions) answers.push((await steps.agent(uxExpert, { question }, false)).answer);
  const proposal = cards.length ? await steps.step('validator', { cards }, z.object({ proposalId: z.string(), entryId: z.string() }), (ids) => ({ proposalId: ids.newId('proposal'), entryId: ids.newId('entry') })) : undefined;
  const { reply } = await steps.agent(synthesizer, { message: turn.message, cards: cards.map(({ title, reason }) => ({ title, reason })), ...(verdict ? { verdict } : {}), answers, byModel, fallbacks: now.turn.fallbacks.map((item) => item.agent) }, false);
  if (!proposal) return { kind: 'reply', reply };
  // A crash may have come after the proposal was stored: then it stays as it is.
  if (!dependencies.store.findProposal(proposal.proposalId)) {
    const made = makeProposal(state, cards, { id: proposal.proposalId, turnId: turn.id, flowId: turn.flowId, entryId: proposal.entryId, createdAt: turn.createdAt });
    dependencies.store.saveProposal(made);
    dependencies.emit({ type: 'proposal', proposal: made });
  }
  return { kind: 'proposal', proposalId: proposal.proposalId, reply };
}

async function findOrder(steps: Stepper, now: { turn: Turn }, classification: z.infer<typeof classifier.output>, dependencies: DriveDependencies): Promise<Order> {
  const message = now.turn.message;
  let order = await steps.agent(manager, { message, classification }, false);
  // What the rules cannot make out goes to the model, where there is one; else to the person.
  if (order.kind === 'clarify' && (await hasModel(dependencies))) order = await steps.agent(manager, { message, classification }, true);
  const answer = now.turn.clarification?.answer;
  return order.kind === 'clarify' && answer !== undefined ? steps.agent(manager, { message, classification, answer }, false) : order;
}

async function findPlan(steps: Stepper, now: { turn: Turn }, task: string, state: LogState): Promise<{ plan: Plan } | { halt: Halt }> {
  const { feedback } = now.turn;
  const isApproved = now.turn.plan !== undefined && (now.turn.step === 'architect' || now.turn.step === 'validator' || now.turn.step === 'synthesizer' || now.turn.step === 'uxExpert');
  let plan: Plan | undefined;
  for (let round = 0; round <= feedback.length; round++) {
    plan = await steps.agent(planner, { task, feedback: feedback.slice(0, round), ...(plan ? { earlier: plan } : {}) }, true);
  }
  if (isApproved) return { plan: now.turn.plan! };
  const german = now.turn.language === 'de';
  const where = isBlank(state) ? '' : german ? ' Was schon da ist, bleibt stehen.' : ' What is there already stays.';
  return { halt: { kind: 'approve', plan: plan!, text: german ? `Mein Plan hat ${plan!.steps.length} Schritte. Passt er so? Du kannst Schritte ändern, streichen oder mir sagen, was fehlt.${where}` : `My plan has ${plan!.steps.length} ${plan!.steps.length === 1 ? 'step' : 'steps'}. Does it fit? You can change or remove steps, or tell me what is missing.${where}` } };
}

/** The architect's cards, placed and checked: what cannot be written goes back once with the issues, then to the rules. */
async function design(steps: Stepper, input: Parameters<typeof architect.rules>[0], state: LogState, dependencies: DriveDependencies): Promise<{ cards: CardDraft[]; verdict?: Verdict; byModel: boolean }> {
  const { signal, layWhole } = dependencies;
  const tries = [{ useModel: true, again: false }, { useModel: true, again: true }, { useModel: false, again: false }];
  let issues: string[] = [];
  for (const { useModel, again } of tries) {
    const output: Design = await steps.agent(architect, { ...input, issues: again ? issues : [] }, useModel);
    const byModel = steps.lastMind === 'model';
    const checked = await steps.step('validator', { cards: output.cards.length }, z.object({ cards: designSchema.shape.cards, verdict: verdictSchema }), async () => {
      const placed = byModel || input.route === 'create' ? await placeCards(output.cards, state, layWhole, signal) : output.cards;
      const tidy = output.tidy ? await tidyCard(state, layWhole, steps.language === 'de' ? 'Layout aufräumen' : 'Tidy up the layout', input.task, signal) : undefined;
      const cards = tidy ? [...placed, tidy] : placed;
      return { cards, verdict: validateCards(cards, state, steps.language) };
    });
    issues = checked.verdict.issues;
    if (checked.verdict.status === 'ok') return { cards: checked.cards, verdict: checked.verdict, byModel };
    if (!byModel) return { cards: checked.cards.length ? checked.cards : [], verdict: checked.verdict, byModel };
    if (again) steps.noteFallback('architect', { code: 'DESIGN_INVALID', message: `The model's design could not be written twice: ${issues.join(' ')} The built-in rules answered instead.`, params: { issues } });
  }
  return { cards: [], byModel: false };
}

async function hasModel(dependencies: DriveDependencies): Promise<boolean> {
  return (await dependencies.model('manager').catch(() => undefined)) !== undefined;
}

/** Runs steps in order, each stored before and after; done ones are remembered. */
class Stepper {
  lastMind: 'rules' | 'model' = 'rules';
  /** The call of the step that runs, once it has come to an answer. */
  private lastCall: AgentCall | undefined;
  readonly language: 'en' | 'de';
  private readonly now: { turn: Turn };
  private readonly state: LogState;
  private readonly dependencies: DriveDependencies;
  private readonly done: Map<number, TurnStep>;
  private n = 0;

  constructor(now: { turn: Turn }, state: LogState, dependencies: DriveDependencies) {
    this.now = now;
    this.state = state;
    this.dependencies = dependencies;
    this.language = now.turn.language;
    this.done = new Map(dependencies.store.stepsOf(now.turn.id).map((step) => [step.n, step]));
  }

  /** The output of an agent, by its model where one is chosen and wanted. */
  agent<I, O, A>(agent: Agent<I, O, A>, input: I, useModel: boolean): Promise<O> {
    const { dependencies, state, language } = this;
    return this.step(agent.name, input, agent.output, async (ids, seed) => {
      const context: AgentContext = { state, ids, language };
      const wantsModel = useModel && this.now.turn.model !== 'rules';
      const template = wantsModel ? dependencies.template?.(agent.name, this.now.turn) : undefined;
      const run: AgentRun<O> = await runAgent(agent, input, context, {
        ...(wantsModel ? { model: dependencies.model(agent.name) } : {}),
        ...(template ? { template } : {}),
        purpose: { turnId: this.now.turn.id, flowId: this.now.turn.flowId, flowVersion: this.now.turn.head },
        seed, signal: dependencies.signal, timeoutMs: dependencies.modelTimeoutMs ?? 120_000,
        onToken: (text) => dependencies.emit({ type: 'token', turnId: this.now.turn.id, flowId: this.now.turn.flowId, agent: agent.name, text }),
      });
      this.lastMind = run.mind;
      this.lastCall = run.call;
      if (run.fallback) this.noteFallback(agent.name, run.fallback);
      return run.output;
    });
  }

  /** One stored step. `ids` hands out the same ids whenever the step runs; its output is read back in `shape`. */
  async step<O>(agent: AgentName, input: unknown, shape: z.ZodType<O>, act: (ids: IdSource, seed: number) => O | Promise<O>): Promise<O> {
    const { dependencies, now } = this;
    const n = this.n++;
    const past = this.done.get(n);
    if (past?.status === 'done' && past.agent === agent) {
      this.lastMind = past.mind;
      return shape.parse(past.output);
    }
    throwIfCancelled(dependencies.signal);
    now.turn = dependencies.update({ step: agent });
    const seed = (Math.imul(now.turn.seed, 31) + n + 1) >>> 0;
    const source = seededIds(seed, now.turn.createdAt);
    const given: string[] = [];
    const ids: IdSource = { newId: (prefix) => given[given.push(source.newId(prefix)) - 1]! };
    const startedAt = dependencies.clock.now();
    this.lastMind = 'rules';
    this.lastCall = undefined;
    const row = (status: TurnStep['status'], output: unknown, change: Partial<TurnStep> = {}): void => {
      dependencies.store.saveStep({ turnId: now.turn.id, n, agent, status, mind: this.lastMind, input: plain(input), output: plain(output), ids: given, startedAt, ...(this.lastCall ? { call: this.lastCall } : {}), ...change });
      dependencies.emit({ type: 'step', turnId: now.turn.id, flowId: now.turn.flowId, agent, status, mind: this.lastMind, ...(change.ms === undefined ? {} : { ms: change.ms }), ...(this.lastCall ? { call: this.lastCall } : {}) });
    };
    row('running', null);
    try {
      const output = await act(ids, seed);
      throwIfCancelled(dependencies.signal);
      row('done', output, { ms: dependencies.clock.now() - startedAt });
      return shape.parse(plain(output));
    } catch (error) {
      if (!dependencies.signal.aborted) row('failed', null, { error: errorInfo(error), ms: dependencies.clock.now() - startedAt });
      throw error;
    }
  }

  noteFallback(agent: AgentName, error: { code: string; message: string; params: Record<string, unknown> }): void {
    const { fallbacks } = this.now.turn;
    if (fallbacks.some((item) => item.agent === agent && item.error.code === error.code)) return;
    this.now.turn = this.dependencies.update({ fallbacks: [...fallbacks, { agent, error: plain(error) as typeof error }] });
  }
}

/** The value as it comes back from the store. */
const plain = (value: unknown): unknown => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown));
