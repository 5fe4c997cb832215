import type { Turn } from '@uxflow/core';
import type { AgentStep } from '../../store/conversation.ts';

/** The name of the model that a turn asks, or null for the rules: `ollama:llama3.2:3b` is `llama3.2:3b`. */
export function modelName(model: string): string | null {
  if (model === 'rules') return null;
  const cut = model.indexOf(':');
  return cut < 0 ? model : model.slice(cut + 1);
}

/** Who answered a turn: the model, the rules, or a model that had to be helped out by the rules. */
export function whoAnswered(turn: Pick<Turn, 'model' | 'fallbacks'>, steps: readonly Pick<AgentStep, 'mind' | 'call'>[]): { model: string | null; isHelped: boolean } {
  // The one that answered last: another than the chosen one, where that could not.
  const model = modelName(steps.findLast(({ call }) => call)?.call?.model ?? turn.model);
  if (!model) return { model: null, isHelped: false };
  const isAllRules = steps.length > 0 && steps.every(({ mind }) => mind === 'rules');
  return { model: isAllRules ? null : model, isHelped: turn.fallbacks.length > 0 };
}
