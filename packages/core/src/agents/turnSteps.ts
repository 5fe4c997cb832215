import type { z } from 'zod';
import { AppError, errorInfo, type ErrorInfo, type IdSource } from '../base/index.ts';
import type { LogState } from '../flow/index.ts';
import { runAgent, throwIfCancelled, type Agent, type AgentContext } from './agent.ts';
import { seededIds } from './editCards.ts';
import type { DriveDependencies } from './turnDrive.ts';
import type { AgentCall, AgentName, Turn, TurnStep } from './turnSchema.ts';

/** How an agent's step is run. */
export interface StepOptions<O> {
  useModel: boolean;
  /** What the store keeps as the step's input, where that is less than the agent gets (a picture's bytes). */
  kept?: unknown;
  /** Runs beside other steps: its call is not one of the calls in sequence. */
  isBeside?: boolean;
  /** The flow that the agent sees, where that is another one than the turn's. */
  state?: LogState;
  /** The person's question in their own words, where the step answers one. */
  question?: string;
  /** The step fails with the model's error (and can be tried again) where the rules' output is of no use either. */
  isUseless?(output: O): boolean;
}

/** What a step gave, and which mind it was. */
export interface Stepped<O> {
  output: O;
  mind: 'rules' | 'model';
}

/** Runs the steps of a turn, each stored before and after; done ones are remembered. Steps are numbered in the order in which they are begun. */
export class Stepper {
  readonly language: 'en' | 'de';
  /** Calls of a model one after the other so far, those that failed included. */
  calls = 0;
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

  get turnId(): string {
    return this.now.turn.id;
  }

  /** The output of an agent, by its model where one is chosen and wanted. */
  async agent<I, O, A>(agent: Agent<I, O, A>, input: I, options: StepOptions<O>): Promise<Stepped<O>> {
    const { dependencies, state, language, now } = this;
    const wantsModel = options.useModel && now.turn.model !== 'rules';
    const stepped = await this.run(agent.name, options.kept ?? input, agent.output, wantsModel, async (ids, seed) => {
      const context: AgentContext = { state: options.state ?? state, ids, language };
      const template = wantsModel ? dependencies.template?.(agent.name, now.turn) : undefined;
      const run = await runAgent(agent, input, context, {
        ...(wantsModel ? { model: dependencies.model(agent.name, now.turn.quality) } : {}),
        ...(template ? { template } : {}),
        purpose: {
          ...(now.turn.quality ? { quality: now.turn.quality } : {}), turnId: now.turn.id, flowId: now.turn.flowId, flowVersion: state.no, ...(now.turn.bypassCache ? { bypassCache: true } : {}),
          ...(options.question === undefined ? {} : { question: options.question, names: [...state.node.values()].map((node) => node.data.title) }),
        },
        onPrompt: (parts) => dependencies.onPrompt?.(parts, now.turn),
        ...(dependencies.toolbox ? { toolbox: dependencies.toolbox } : {}),
        seed, signal: dependencies.signal, timeoutMs: dependencies.modelTimeoutMs ?? 120_000,
        onToken: (text) => dependencies.emit({ type: 'token', turnId: now.turn.id, flowId: now.turn.flowId, agent: agent.name, text }),
        onRetract: () => dependencies.emit({ type: 'token', turnId: now.turn.id, flowId: now.turn.flowId, agent: agent.name, text: '', isAnew: true }),
      });
      if (run.fallback && options.isUseless?.(run.output)) throw new AppError(run.fallback.code, run.fallback.message, run.fallback.params);
      if (run.fallback) this.noteFallback(agent.name, run.fallback);
      return run;
    });
    if (!options.isBeside && (stepped.mind === 'model' || (wantsModel && now.turn.fallbacks.some((item) => item.agent === agent.name)))) this.calls++;
    return stepped;
  }

  /** One stored step of code. `ids` hands out the same ids whenever the step runs; its output is read back in `shape`. */
  async step<O>(agent: AgentName, input: unknown, shape: z.ZodType<O>, act: (ids: IdSource, seed: number) => O | Promise<O>): Promise<O> {
    return (await this.run(agent, input, shape, false, async (ids, seed) => ({ output: await act(ids, seed), mind: 'rules' as const }))).output;
  }

  /** Notes on the turn that an agent's model failed and its rules answered. */
  noteFallback(agent: AgentName, error: ErrorInfo): void {
    const { fallbacks } = this.now.turn;
    if (fallbacks.some((item) => item.agent === agent && item.error.code === error.code)) return;
    this.now.turn = this.dependencies.update({ fallbacks: [...fallbacks, { agent, error: plain(error) as ErrorInfo }] });
  }

  /**
   * One step. That it has begun is stored only where a model is asked (`isLong`): code is done in a moment, and after a crash it runs again with
   * the same ids all the same.
   */
  private async run<O>(agent: AgentName, input: unknown, shape: z.ZodType<O>, isLong: boolean, act: (ids: IdSource, seed: number) => Promise<Stepped<O> & { call?: AgentCall }>): Promise<Stepped<O>> {
    const { dependencies, now } = this;
    const n = this.n++;
    const past = this.done.get(n);
    if (past?.status === 'done' && past.agent === agent) return { output: shape.parse(past.output), mind: past.mind };
    throwIfCancelled(dependencies.signal);
    const seed = (Math.imul(now.turn.seed, 31) + n + 1) >>> 0;
    const source = seededIds(seed, now.turn.createdAt);
    const given: string[] = [];
    const ids: IdSource = { newId: (prefix) => given[given.push(source.newId(prefix)) - 1]! };
    const startedAt = dependencies.clock.now();
    let mind: 'rules' | 'model' = 'rules';
    let call: AgentCall | undefined;
    const tell = (status: TurnStep['status'], ms?: number): void =>
      dependencies.emit({ type: 'step', turnId: now.turn.id, flowId: now.turn.flowId, agent, status, mind, ...(ms === undefined ? {} : { ms }), ...(call ? { call } : {}) });
    const row = (status: TurnStep['status'], output: unknown, change: Partial<TurnStep> = {}): void => {
      dependencies.store.togetherSoft(() => {
        if (now.turn.step !== agent) now.turn = dependencies.update({ step: agent });
        dependencies.store.saveStep({ turnId: now.turn.id, n, agent, status, mind, input: plain(input), output: plain(output), ids: given, startedAt, ...(call ? { call } : {}), ...change });
      });
      tell(status, change.ms);
    };
    if (isLong) row('running', null);
    else tell('running');
    try {
      const result = await act(ids, seed);
      ({ mind, call } = result);
      throwIfCancelled(dependencies.signal);
      row('done', result.output, { ms: dependencies.clock.now() - startedAt });
      return { output: shape.parse(plain(result.output)), mind };
    } catch (error) {
      if (!dependencies.signal.aborted) row('failed', null, { error: errorInfo(error), ms: dependencies.clock.now() - startedAt });
      throw error;
    }
  }
}

/** The value as it comes back from the store. */
const plain = (value: unknown): unknown => (value === undefined ? null : (JSON.parse(JSON.stringify(value)) as unknown));
