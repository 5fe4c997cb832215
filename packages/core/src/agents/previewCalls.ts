import type { z } from 'zod';
import type { LogState } from '../flow/index.ts';
import type { GenerateRequest } from '../llm/index.ts';
import type { Agent, AgentContext } from './agent.ts';
import { architect } from './architect.ts';
import { classifier } from './classifier.ts';
import { seededIds } from './editCards.ts';
import { manager } from './manager.ts';
import { languageFor } from './pipeline.ts';
import { planner } from './planner.ts';
import { renderPrompt } from './prompt.ts';
import type { AgentName } from './turnSchema.ts';
import { uxExpert } from './uxExpert.ts';

/** A call that a message is likely to take, as the model would be sent it. */
export interface PreviewedCall {
  agent: AgentName;
  request: Pick<GenerateRequest, 'system' | 'messages' | 'schema'>;
}

/** The calls of models that a message about a flow usually takes, found by the rules alone: nobody is asked and nothing is stored. */
export function previewCalls(message: string, state: LogState): PreviewedCall[] {
  const context: AgentContext = { state, ids: seededIds(1, 0), language: languageFor(message, state) };
  const call = <I, O, A>(agent: Agent<I, O, A>, input: I): PreviewedCall => {
    const { system, message: content } = renderPrompt(agent.instructions, agent.variables?.(input, context) ?? {}, agent.answer as z.ZodType, agent.parts(input, context));
    return { agent: agent.name, request: { system, messages: [{ role: 'user', content }], schema: { name: agent.name, schema: agent.answer } } };
  };
  const classification = classifier.rules({ message }, context);
  const order = manager.rules({ message, classification }, context);
  switch (order.kind) {
    case 'reply':
      return [];
    case 'answer':
      return [call(uxExpert, { question: order.question })];
    case 'clarify':
      // What the rules cannot make out the manager's model does, and an edit follows.
      return [call(manager, { message, classification }), call(architect, { task: message, route: 'edit', issues: [] })];
    case 'task':
      return order.route === 'create'
        ? [call(planner, { task: order.task, feedback: [] }), call(architect, { task: order.task, route: 'create', issues: [] })]
        : [call(architect, { task: order.task, route: 'edit', issues: [] })];
  }
}
