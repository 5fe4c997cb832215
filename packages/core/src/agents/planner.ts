import { z } from 'zod';
import { flowPart, type Agent, type AgentContext } from './agent.ts';
import { assumptionText } from './assumptionText.ts';
import { describeNodes, isAddendum } from './planText.ts';
import { readingCards } from './readingCards.ts';
import { planSchema, type Plan } from './turnSchema.ts';

export const plannerInput = z.object({ task: z.string(), feedback: z.array(z.string()), earlier: planSchema.optional() });
const plannerAnswer = z.object({ steps: z.array(z.object({ task: z.string().min(1), reasoning: z.string() })).min(1), assumptions: z.array(z.string()) });

/** Makes the plan that the person approves: the text piece by piece, with what each piece brings. */
export const planner: Agent<z.infer<typeof plannerInput>, Plan, z.infer<typeof plannerAnswer>> = {
  name: 'planner',
  input: plannerInput,
  output: planSchema,
  answer: plannerAnswer,
  instructions: {
    version: '2',
    text: 'You plan a UX flow. One step for each stage of the flow, in order, in the language of the task. "task" tells in plain sentences what people do there, with its decisions and where each answer leads; "reasoning" says why. Add nothing that nobody asked for; put what you took for granted into assumptions.',
  },
  parts: ({ task, feedback, earlier }, { state }) => [
    flowPart(state),
    { name: 'task', text: task, trust: 'person' },
    { name: 'earlier plan', text: earlier?.steps.map((step, index) => `${index + 1}. ${step.task}`).join('\n') ?? '', trust: 'data' },
    { name: 'feedback', text: feedback.join('\n'), trust: 'person' },
  ],
  adapt: (answer) => ({ steps: answer.steps.map((step, index) => ({ id: `plan-${index + 1}`, ...step })), assumptions: answer.assumptions }),
  rules: planByRules,
};

function planByRules({ task, feedback, earlier }: z.infer<typeof plannerInput>, context: AgentContext): Plan {
  const { state, ids, language } = context;
  // What the person changed in the plan itself stays; feedback is put on top of it.
  const kept = earlier ? { ...earlier, steps: earlier.steps.filter((step) => !isAddendum(step)) } : undefined;
  const read = readingCards(task, kept, feedback, state, ids, language);
  const nothing = language === 'de' ? 'Fällt nach deiner Rückmeldung weg.' : 'Goes away after your feedback.';
  const steps = read.stages.map((stage, index) => ({ id: kept?.steps[index]?.id ?? stage.id, task: kept?.steps[index]?.task ?? stage.text, reasoning: describeNodes(read.brings[index]!, language) || (feedback.length ? nothing : '') }));
  const unread = language === 'de' ? 'Das habe ich nicht verstanden; es ändert nichts.' : 'I did not understand this; it changes nothing.';
  return {
    steps: [...steps, ...feedback.map((wish, index) => ({ id: `feedback-${index + 1}`, task: wish, reasoning: read.answered[index]!.join(', ') || unread }))],
    assumptions: read.assumptions.map((assumption) => assumptionText(assumption, language)),
  };
}
