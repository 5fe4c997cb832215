import type { z } from 'zod';
import type { LogState } from '../flow/index.ts';
import type { GenerateRequest } from '../llm/index.ts';
import type { Agent, AgentContext } from './agent.ts';
import { architect } from './architect.ts';
import { classifier, isDoubtful } from './classifier.ts';
import { seededIds } from './editCards.ts';
import { manager } from './manager.ts';
import { languageFor } from './pipeline.ts';
import { planner } from './planner.ts';
import { renderPrompt } from './prompt.ts';
import type { AgentName } from './turnSchema.ts';
import { uxExpert } from './uxExpert.ts';
import { visualInterpreter } from './visualInterpreter.ts';

/** Questions of a message that are answered beside the work. */
const MOST_QUESTIONS = 3;

/** A call that a message is likely to take, as the model would be sent it. */
export interface PreviewedCall {
  agent: AgentName;
  request: Pick<GenerateRequest, 'system' | 'messages' | 'schema' | 'images'>;
}

/** The calls of models that a message about a flow (with a picture, perhaps) usually takes, found by the rules alone: nobody is asked and nothing is stored. */
export function previewCalls(message: string, state: LogState, hasImage = false): PreviewedCall[] {
  const context: AgentContext = { state, ids: seededIds(1, 0), language: languageFor(message, state) };
  const call = <I, O, A>(agent: Agent<I, O, A>, input: I): PreviewedCall => {
    const { system, message: content } = renderPrompt(agent.instructions, agent.variables?.(input, context) ?? {}, agent.answer as z.ZodType, agent.parts(input, context));
    return { agent: agent.name, request: { system, messages: [{ role: 'user', content }], schema: { name: agent.name, schema: agent.answer } } };
  };
  if (hasImage) {
    // What a picture takes follows from there being one, not from what it shows.
    const image = { mediaType: 'image/png' as const, base64: '' };
    const looking = call(visualInterpreter, { image, wish: message });
    return [{ ...looking, request: { ...looking.request, images: [image] } }];
  }
  const classification = classifier.rules({ message }, context);
  const doubts = isDoubtful(message, classification) ? [call(classifier, { message })] : [];
  const beside = classification.questions.slice(0, MOST_QUESTIONS).map((question) => call(uxExpert, { question }));
  const order = manager.rules({ message, classification }, context);
  switch (order.kind) {
    case 'reply':
      return doubts;
    case 'answer':
      return [...doubts, call(uxExpert, { question: order.question })];
    case 'clarify':
      // What the rules cannot make out the manager's model does, and an edit follows.
      return [...doubts, call(manager, { message, classification }), call(architect, { task: message, route: 'edit', issues: [] }), ...beside];
    case 'task':
      return order.route === 'create'
        ? [...doubts, call(planner, { task: order.task, feedback: [] }), call(architect, { task: order.task, route: 'create', issues: [] }), ...beside]
        : [...doubts, call(architect, { task: order.task, route: 'edit', issues: [] }), ...beside];
  }
}
