import { z } from 'zod';
import { AppError, errorInfo, isAppError, type Clock, type ErrorInfo, type IdSource } from '../base/index.ts';
import type { FlowView, LogState } from '../flow/index.ts';
import type { ReadLanguage } from '../language/reading.ts';
import { recordedGenerate, type CallLedger, type LanguageModel } from '../llm/index.ts';
import type { AgentName } from './turnSchema.ts';

/** What an agent may look at while it works. */
export interface AgentContext {
  state: LogState;
  /** Hands out the ids of this step, the same ones when the step runs again. */
  ids: IdSource;
  language: ReadLanguage;
}

/**
 * One agent with its two minds. `rules` is always there and instant; the model is asked with `prompt`, must answer in the shape
 * of `answer`, and `adapt` makes the output of it (throwing an AppError where the answer makes no sense).
 */
export interface Agent<Input, Output, Answer = Output> {
  name: AgentName;
  input: z.ZodType<Input>;
  output: z.ZodType<Output>;
  /** Raised whenever the prompt or the shape of the answer changes; stored with every call. */
  promptVersion: string;
  answer: z.ZodType<Answer>;
  prompt(input: Input, context: AgentContext): { system: string; message: string };
  adapt(answer: Answer, input: Input, context: AgentContext): Output;
  rules(input: Input, context: AgentContext): Output;
}

/** How an agent's run went. `fallback` names the failure after which the rules answered instead of the model. */
export interface AgentRun<Output> {
  output: Output;
  mind: 'rules' | 'model';
  fallback?: ErrorInfo;
}

/** What a run needs beside the agent. */
export interface AgentRunOptions {
  /** Absent: rules only. A rejecting promise counts as a model that failed. */
  model?: Promise<LanguageModel | undefined>;
  clock: Clock;
  seed: number;
  signal: AbortSignal;
  /** For the whole call, retries and repair turn included; ms. */
  timeoutMs: number;
  ledger?: CallLedger;
  onToken?(text: string): void;
}

/** Runs an agent: by its model where there is one, else (or after any failure of it) by its rules. Throws TURN_CANCELLED when aborted. */
export async function runAgent<Input, Output, Answer>(agent: Agent<Input, Output, Answer>, input: Input, context: AgentContext, options: AgentRunOptions): Promise<AgentRun<Output>> {
  throwIfCancelled(options.signal);
  let fallback: ErrorInfo | undefined;
  if (options.model) {
    try {
      const model = await options.model;
      if (model) return { output: await askModel(agent, input, context, model, options), mind: 'model' };
    } catch (error) {
      throwIfCancelled(options.signal);
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

/** A shape as JSON schema text, for prompts that show the model what to answer. */
export function schemaText(schema: z.ZodType): string {
  return JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/** The flow as a model reads it: one line a node and an edge, ids first. */
export function flowText(view: FlowView, limit = 400): string {
  const nodes = [...view.node.values()].slice(0, limit).map((node) => `${node.id} ${node.type} ${JSON.stringify(node.data.title)}`);
  const edges = [...view.edge.values()].slice(0, limit * 2).map((edge) => `${edge.id} ${edge.source} -> ${edge.target}${edge.data.label ? ` ${JSON.stringify(edge.data.label)}` : ''}`);
  if (!nodes.length) return 'The flow is empty.';
  const more = view.node.size > limit ? `\n(${view.node.size - limit} more nodes are not shown)` : '';
  return `Nodes (id, type, title):\n${nodes.join('\n')}${more}\nEdges (id, source -> target, label):\n${edges.join('\n')}`;
}

async function askModel<Input, Output, Answer>(agent: Agent<Input, Output, Answer>, input: Input, context: AgentContext, model: LanguageModel, options: AgentRunOptions): Promise<Output> {
  const { system, message } = agent.prompt(input, context);
  const request = {
    system,
    messages: [{ role: 'user' as const, content: message }],
    schema: { name: agent.name, schema: agent.answer },
    temperature: 0,
    seed: options.seed,
    signal: options.signal,
    timeoutMs: options.timeoutMs,
    ...(options.onToken ? { onToken: options.onToken } : {}),
  };
  const meta = { agent: agent.name, promptVersion: agent.promptVersion, clock: options.clock };
  const result = options.ledger ? await recordedGenerate(model, request, meta, options.ledger) : await model.generate(request);
  try {
    return agent.output.parse(agent.adapt(result.object as Answer, input, context));
  } catch (error) {
    if (isAppError(error)) throw error;
    throw new AppError('AGENT_OUTPUT_INVALID', `The ${agent.name}'s model gave an answer that cannot be used. The built-in rules answer instead.`, { agent: agent.name, detail: error instanceof Error ? error.message : String(error) });
  }
}
