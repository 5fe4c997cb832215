import type { z } from 'zod';
import { AppError, errorInfo, isAppError, type ErrorInfo, type IdSource } from '../base/index.ts';
import type { FlowView, LogState } from '../flow/index.ts';
import type { ReadLanguage } from '../language/reading.ts';
import type { CallPurpose, GenerateResult, LanguageModel, ModelImage } from '../llm/index.ts';
import { generateWithTools, type AgentToolbox, type UsedTool } from './toolRounds.ts';
import { renderPrompt, type PromptPart, type PromptTemplate } from './prompt.ts';
import type { AgentCall, AgentName } from './turnSchema.ts';

/** What an agent may look at while it works. */
export interface AgentContext {
  state: LogState;
  /** Hands out the ids of this step, the same ones when the step runs again. */
  ids: IdSource;
  language: ReadLanguage;
}

/**
 * One agent with its two minds. `rules` is always there and instant; the model is told `instructions`, shown `parts`, must answer in the
 * shape of `answer`, and `adapt` makes the output of it (throwing an AppError where the answer makes no sense).
 */
export interface Agent<Input, Output, Answer = Output> {
  name: AgentName;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  answer: z.ZodType<Answer>;
  /** The built-in wording; its version is raised whenever it or the shape of the answer changes. */
  instructions: PromptTemplate;
  /** Values of the wording's placeholders. */
  variables?(input: Input, context: AgentContext): Record<string, string>;
  parts(input: Input, context: AgentContext): PromptPart[];
  images?(input: Input): ModelImage[];
  adapt(answer: Answer, input: Input, context: AgentContext): Output;
  rules(input: Input, context: AgentContext): Output;
  /** The output with the tools named that its model's answer rests on. An agent without this is offered no tools. */
  credit?(output: Output, used: readonly UsedTool[], context: AgentContext): Output;
}

/** How an agent's run went. `fallback` names the failure after which the rules answered instead of the model. */
export interface AgentRun<Output> {
  output: Output;
  mind: 'rules' | 'model';
  /** The call that was made, where one came to an answer. */
  call?: AgentCall;
  fallback?: ErrorInfo;
}

/** What a run needs beside the agent. */
export interface AgentRunOptions {
  /** Absent: rules only. A rejecting promise counts as a model that failed. */
  model?: Promise<LanguageModel | undefined>;
  /** The wording to use instead of the built-in one. */
  template?: PromptTemplate;
  /** What the call is for, beside the agent and its wording. */
  purpose?: Partial<CallPurpose>;
  seed: number;
  signal: AbortSignal;
  /** For the whole call, retries and repair turn included; ms. */
  timeoutMs: number;
  /** Sees the parts of the prompt before they go to the model. */
  onPrompt?(parts: readonly PromptPart[]): void;
  /** Tools of the person, for agents that take them. */
  toolbox?: AgentToolbox;
  onToken?(text: string): void;
  /** Takes back what was streamed: another model begins anew. */
  onRetract?(): void;
}

/** Runs an agent: by its model where there is one, else (or after any failure of it) by its rules. Throws TURN_CANCELLED when aborted, and failures that the person wants to stop at. */
export async function runAgent<Input, Output, Answer>(agent: Agent<Input, Output, Answer>, input: Input, context: AgentContext, options: AgentRunOptions): Promise<AgentRun<Output>> {
  throwIfCancelled(options.signal);
  let fallback: ErrorInfo | undefined;
  if (options.model) {
    try {
      const model = await options.model;
      if (model) return await askModel(agent, input, context, model, options);
    } catch (error) {
      throwIfCancelled(options.signal);
      // Some refusals are the person's own will: the turn stops and can be tried again.
      if (isAppError(error) && error.params['stopsTurn'] === true) throw error;
      fallback = errorInfo(error);
    }
  }
  const output = agent.output.parse(agent.rules(input, context));
  return { output, mind: 'rules', ...(fallback ? { fallback } : {}) };
}

/** Throws when the turn was cancelled. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('TURN_CANCELLED', 'The turn was cancelled. What was done until then is kept.', {});
}

/** The flow as a model reads it: one line a node and an edge, ids first. */
export function flowText(view: FlowView, limit = 400): string {
  const nodes = [...view.node.values()].slice(0, limit).map((node) => `${node.id} ${node.type} ${JSON.stringify(node.data.title)}`);
  const edges = [...view.edge.values()].slice(0, limit * 2).map((edge) => `${edge.id} ${edge.source} -> ${edge.target}${edge.data.label ? ` ${JSON.stringify(edge.data.label)}` : ''}`);
  if (!nodes.length) return 'The flow is empty.';
  const more = view.node.size > limit ? `\n(${view.node.size - limit} more nodes are not shown)` : '';
  return `Nodes (id, type, title):\n${nodes.join('\n')}${more}\nEdges (id, source -> target, label):\n${edges.join('\n')}`;
}

/** The flow as a part of a prompt. */
export function flowPart(view: FlowView): PromptPart {
  return { name: 'flow', text: flowText(view), trust: 'data' };
}

async function askModel<Input, Output, Answer>(agent: Agent<Input, Output, Answer>, input: Input, context: AgentContext, model: LanguageModel, options: AgentRunOptions): Promise<AgentRun<Output>> {
  const template = options.template ?? agent.instructions;
  const parts = agent.parts(input, context);
  const { system, message } = renderPrompt(template, agent.variables?.(input, context) ?? {}, agent.answer, parts);
  options.onPrompt?.(parts);
  const images = agent.images?.(input) ?? [];
  const request = {
    system,
    messages: [{ role: 'user' as const, content: message }],
    schema: { name: agent.name, schema: agent.answer },
    ...(images.length ? { images } : {}),
    temperature: 0,
    seed: options.seed,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    purpose: { ...options.purpose, agent: agent.name, promptVersion: template.version, ...(template.variantId ? { variantId: template.variantId } : {}) },
    ...(options.onToken ? { onToken: options.onToken } : {}),
    ...(options.onRetract ? { onRetract: options.onRetract } : {}),
  };
  const { result, used } = agent.credit && options.toolbox ? await generateWithTools(model, request, options.toolbox) : { result: await model.generate(request), used: [] };
  try {
    const adapted = agent.adapt(result.object as Answer, input, context);
    return { output: agent.output.parse(used.length && agent.credit ? agent.credit(adapted, used, context) : adapted), mind: 'model', call: callOf(result, model) };
  } catch (error) {
    // It would be of no use the next time either.
    result.forget?.();
    if (isAppError(error)) throw error;
    throw new AppError('AGENT_OUTPUT_INVALID', `The ${agent.name}'s model gave an answer that cannot be used. The built-in rules answer instead.`, { agent: agent.name, detail: error instanceof Error ? error.message : String(error) });
  }
}

/** What a screen says about a call. */
function callOf(result: GenerateResult, model: LanguageModel): AgentCall {
  const { ms, usage, costUsd, cached, failedBefore } = result;
  return { model: result.answeredBy ?? model.id, ms, ...usage, ...(costUsd === undefined ? {} : { costUsd }), ...(cached ? { cached } : {}), ...(failedBefore?.length ? { failedBefore } : {}) };
}
