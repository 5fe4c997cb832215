import { checkedInput, listAgents, promptOf, runAgent, seededIds, type AgentContext, type AgentName } from '../agents/index.ts';
import type { AgentInfo, AgentRunEvent } from '../api/index.ts';
import { newSeed, type Clock, type RandomBytes } from '../base/index.ts';
import { initialState } from '../flow/index.ts';
import type { FlowService } from './flowService.ts';
import type { ModelService } from './models.ts';

/** Agents one by one, for the workbench. */
export interface AgentService {
  list(): AgentInfo[];
  /** Throws AGENT_INPUT_INVALID before anything is run; ends without a result when `signal` aborts. */
  run(request: { name: AgentName; input: unknown; flowId?: string | undefined; mind: 'rules' | 'model'; language: 'en' | 'de' }, signal?: AbortSignal): AsyncGenerator<AgentRunEvent, void, void>;
}

/** Time that a model has for one run, ms. */
const TIMEOUT_MS = 120_000;

/** The service over the flows and models of an engine. It writes into no flow and no conversation. */
export function createAgentService(options: { flows: FlowService; models: ModelService; clock: Clock; random: RandomBytes }): AgentService {
  const { flows, models, clock, random } = options;
  return {
    list: () => listAgents(),
    async *run({ name, input, flowId, mind, language }, outer) {
      const checked = checkedInput(name, input);
      const state = flowId === undefined ? initialState('flow_workbench') : flows.open(flowId).session.state;
      const seed = newSeed(random);
      const context: AgentContext = { state, ids: seededIds(seed, clock.now()), language };
      yield { type: 'prompt', ...promptOf(checked.agent, checked.input, context), promptVersion: checked.agent.instructions.version };
      // Leaving the stream stops the model, too.
      const own = new AbortController();
      const signal = outer ? AbortSignal.any([outer, own.signal]) : own.signal;
      let waiting = '';
      let wake = () => {};
      const startedAt = clock.now();
      let isOver = false;
      const running = runAgent(checked.agent, checked.input, context, {
        ...(mind === 'model' ? { model: models.modelFor(name) } : {}),
        purpose: { bypassCache: true, ...(flowId === undefined ? {} : { flowId, flowVersion: state.no }) },
        seed, signal, timeoutMs: TIMEOUT_MS,
        onToken(text) {
          waiting += text;
          wake();
        },
      }).finally(() => {
        isOver = true;
        wake();
      });
      // It is awaited below; until then a failure is nobody's surprise.
      running.catch(() => undefined);
      try {
        while (!isOver || waiting) {
          if (waiting) {
            const text = waiting;
            waiting = '';
            yield { type: 'token', text };
          } else await new Promise<void>((resolve) => (wake = resolve));
        }
        const { output, mind: answered, call, fallback } = await running;
        yield { type: 'done', output, mind: answered, ms: clock.now() - startedAt, ...(call ? { call } : {}), ...(fallback ? { fallback } : {}) };
      } finally {
        own.abort();
      }
    },
  };
}
