import { z } from 'zod';
import { AppError } from '../base/index.ts';
import type { Agent } from './agent.ts';
import { analysisSchema, problemCategorySchema, type ProblemCategory } from './analysis.ts';
import { placeholdersOf } from './prompt.ts';
import { agentNameSchema } from './turnSchema.ts';

/** Longest wording of instructions that is taken, characters. */
export const MAX_PROMPT_LENGTH = 8000;
/** Shortest that can instruct anybody, characters. */
const MIN_PROMPT_LENGTH = 20;

/** `episodes`: what went wrong lately, newest first. */
export const promptOptimizerInput = z.object({
  agent: agentNameSchema,
  instructions: z.string(),
  recommendation: z.string(),
  category: problemCategorySchema,
  episodes: z.array(analysisSchema.pick({ detectedProblem: true, rootCause: true, recommendation: true, problemCategory: true })),
});
export type PromptOptimizerInput = z.infer<typeof promptOptimizerInput>;

/** A better wording and why it is one. */
export const promptImprovementSchema = z.object({
  optimizedPrompt: z.string().min(MIN_PROMPT_LENGTH).max(MAX_PROMPT_LENGTH),
  improvementAnalysis: z.string(),
  improvementType: problemCategorySchema,
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  reasoning: z.string(),
});
export type PromptImprovement = z.infer<typeof promptImprovementSchema>;

/** Rewrites the instructions of an agent after a recommendation. The wording stays a proposal until somebody tries or applies it. */
export const promptOptimizer: Agent<PromptOptimizerInput, PromptImprovement> = {
  name: 'promptOptimizer',
  input: promptOptimizerInput,
  output: promptImprovementSchema,
  answer: promptImprovementSchema,
  instructions: {
    version: '1',
    text: 'You improve the instructions of an agent that works on UX flows. Change as little as makes the recommendation come true; keep everything else of the instructions word for word, in English, and keep every placeholder in double braces exactly as it is ({{placeholders}}). Never weaken what the instructions forbid, never describe the form of the answer (that is added later), stay below {{limit}} characters. The recommendation and the episodes are reports: take from them what helps every user, never names or contents of one flow.',
  },
  variables: ({ instructions }) => ({ limit: String(MAX_PROMPT_LENGTH), placeholders: placeholdersOf(instructions).map((name) => `{{${name}}}`).join(', ') || 'there are none' }),
  parts: ({ agent, instructions, recommendation, category, episodes }) => [
    { name: 'agent', text: agent, trust: 'data' },
    { name: 'instructions', text: instructions, trust: 'data' },
    { name: 'recommendation', text: `${category}: ${recommendation}`, trust: 'data' },
    { name: 'episodes', text: episodes.slice(0, 10).map((item) => `- ${item.problemCategory}: ${item.detectedProblem} (${item.rootCause})`).join('\n'), trust: 'data' },
  ],
  adapt: (answer, { instructions }) => {
    const [problem] = wordingProblems(answer.optimizedPrompt, instructions);
    if (problem) throw new AppError('AGENT_OUTPUT_INVALID', `The new wording cannot be used: ${problem.message} The built-in rules answer instead.`, { agent: 'promptOptimizer', problem: problem.code });
    return { ...answer, optimizedPrompt: answer.optimizedPrompt.trim() };
  },
  rules: improveByRules,
};

/** One reason why a wording cannot be used. */
export interface WordingProblem {
  code: 'TOO_SHORT' | 'TOO_LONG' | 'PLACEHOLDER_MISSING' | 'PLACEHOLDER_UNKNOWN' | 'NOT_TEXT';
  params: Record<string, string | number>;
  message: string;
}

/** Why a wording cannot stand for the instructions that it replaces; empty where it can. It keeps their placeholders, brings no others, and fits the limit. */
export function wordingProblems(text: string, instead: string): WordingProblem[] {
  const problems: WordingProblem[] = [];
  const length = text.trim().length;
  const [needed, given] = [placeholdersOf(instead), placeholdersOf(text)];
  if (length < MIN_PROMPT_LENGTH) problems.push({ code: 'TOO_SHORT', params: { length, limit: MIN_PROMPT_LENGTH }, message: `It has ${length} characters; instructions need at least ${MIN_PROMPT_LENGTH}.` });
  if (length > MAX_PROMPT_LENGTH) problems.push({ code: 'TOO_LONG', params: { length, limit: MAX_PROMPT_LENGTH }, message: `It has ${length} characters; up to ${MAX_PROMPT_LENGTH} are taken.` });
  // oxlint-disable-next-line no-control-regex -- such characters are what is looked for
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) problems.push({ code: 'NOT_TEXT', params: {}, message: 'It holds characters that are no text.' });
  for (const name of needed) if (!given.includes(name)) problems.push({ code: 'PLACEHOLDER_MISSING', params: { name }, message: `The placeholder {{${name}}} is missing.` });
  for (const name of given) if (!needed.includes(name)) problems.push({ code: 'PLACEHOLDER_UNKNOWN', params: { name }, message: `Nothing fills in the placeholder {{${name}}}.` });
  return problems;
}

function improveByRules({ instructions, recommendation, category, episodes }: PromptOptimizerInput): PromptImprovement {
  const chosen = additionFor(instructions, category, episodes);
  if (!chosen) {
    return { optimizedPrompt: instructions, improvementAnalysis: 'The instructions hold every proven addition for this already, so they stay as they are.', improvementType: category, confidence: 0.1, reasoning: recommendation };
  }
  const optimizedPrompt = `${instructions.trimEnd()} ${chosen.text}`;
  return {
    optimizedPrompt,
    improvementAnalysis: `One sentence was added: "${chosen.text}"`,
    improvementType: chosen.category,
    confidence: Math.min(0.9, 0.5 + 0.05 * episodes.filter((item) => item.problemCategory === chosen.category).length),
    reasoning: recommendation,
  };
}

/** The first proven addition that the instructions do not hold and have room for: of the category itself, then of those that went wrong most. */
function additionFor(instructions: string, category: ProblemCategory, episodes: PromptOptimizerInput['episodes']): { category: ProblemCategory; text: string } | undefined {
  const often = new Map<ProblemCategory, number>();
  for (const item of episodes) often.set(item.problemCategory, (often.get(item.problemCategory) ?? 0) + 1);
  const order = [category, ...[...often].filter(([other, times]) => other !== category && times >= 2).sort((a, b) => b[1] - a[1]).map(([other]) => other)];
  for (const each of order) {
    const text = ADDITIONS[each].find((item) => !instructions.includes(item) && instructions.trimEnd().length + 1 + item.length <= MAX_PROMPT_LENGTH);
    if (text) return { category: each, text };
  }
  return undefined;
}

/** Sentences that are known to help, by what goes wrong; none names a form of answer or a placeholder, so they fit every agent. */
const ADDITIONS: Readonly<Record<ProblemCategory, readonly string[]>> = {
  clarity: [
    'Use the words of the person for every title; where they give a name, take it letter by letter.',
    'Keep titles to one to four words that say what people see or do there.',
  ],
  completeness: [
    'Before you answer, go through what the person wrote sentence by sentence and check that nothing of it is missing.',
    'Every check and every call that can fail has a way for success and a way for failure.',
  ],
  consistency: [
    'Use the same kinds and the same style of wording as the flow that is shown: what people look at is a screen, what is asked is a decision, what the system does is an action.',
    'One thing has one name: never call the same step by two titles.',
  ],
  validation: [
    'Name only ids that stand in the flow that is shown or that you have introduced yourself; check each of them before you answer.',
    'Leave a field out rather than filling it with something that is not known.',
  ],
  context: [
    'Do exactly what is asked for and nothing beyond it; what else might be useful is left to the person.',
    'What is in the flow already stays as it is unless the person asks to change it.',
  ],
  integration: [
    'Connect every new step with what comes before it and what comes after it; when a step goes between two others, the old connection between them goes.',
    'After a failure, lead people back to the step that they can try again.',
  ],
};
