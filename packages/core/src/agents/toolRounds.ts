import { AppError, isAppError } from '../base/index.ts';
import type { GenerateRequest, GenerateResult, LanguageModel, ModelMessage, ToolDefinition } from '../llm/index.ts';

/** Tools of the person that an agent's model may ask for while it works. What they answer is data, and quoted as such. */
export interface AgentToolbox {
  /** Empty where the person has none; contacts their servers. */
  list(): Promise<ToolDefinition[]>;
  /** Calls one with the person's consent; a refusal or failure is an answer, too. Rejects when `signal` aborts. */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<{ text: string; isError: boolean; tool: string; server: string }>;
}

/** A tool that an answer rests on. */
export interface UsedTool {
  server: string;
  tool: string;
}

/** Times that a model may ask for tools before it must answer. */
const MOST_ROUNDS = 3;
/** Tools that it may ask for at once. */
const MOST_AT_ONCE = 4;
const LAST_ROUND = '\nThis was the last call of a tool. Answer now, from what you have.';

/**
 * The model's answer after the calls of tools that it asked for, and the tools that answered. Without any tool, and where a model cannot
 * deal with them, it is asked as always.
 */
export async function generateWithTools(model: LanguageModel, request: GenerateRequest & { signal: AbortSignal }, toolbox: AgentToolbox): Promise<{ result: GenerateResult; used: UsedTool[] }> {
  // A server that fails must not cost the answer.
  const tools = await toolbox.list().catch(() => []);
  if (!tools.length) return { result: await model.generate(request), used: [] };
  const messages: ModelMessage[] = [...request.messages];
  const used: UsedTool[] = [];
  for (let round = 0; ; round++) {
    let result: GenerateResult;
    try {
      result = await model.generate({ ...request, messages: [...messages], tools });
    } catch (error) {
      if (round > 0 || request.signal.aborted || !isAppError(error) || error.params['stopsTurn'] === true) throw error;
      // Many models know no tools and say so in their own ways.
      return { result: await model.generate(request), used: [] };
    }
    if (!result.toolCalls?.length) return { result, used };
    if (round === MOST_ROUNDS) throw new AppError('AGENT_OUTPUT_INVALID', 'The model went on asking for tools instead of answering. The built-in rules answer instead.', {});
    // What it said beside the calls is no part of the answer.
    request.onRetract?.();
    messages.push({ role: 'assistant', content: result.text, toolCalls: result.toolCalls });
    for (const [index, call] of result.toolCalls.entries()) {
      const answer = index < MOST_AT_ONCE ? await toolbox.call(call.name, call.arguments, request.signal) : { text: 'Too many tools at once: this one was not called.', isError: true, tool: call.name, server: '' };
      if (!answer.isError && !used.some(({ tool, server }) => tool === answer.tool && server === answer.server)) used.push({ tool: answer.tool, server: answer.server });
      const isLast = round === MOST_ROUNDS - 1 && index === result.toolCalls.length - 1;
      messages.push({ role: 'tool', content: isLast ? answer.text + LAST_ROUND : answer.text, callId: call.id, toolName: call.name, ...(answer.isError ? { isError: true } : {}) });
    }
  }
}
