import type { Agent } from './agent.ts';
import { analysisSchema, correctionSchema, type Analysis, type Correction, type CorrectionChange, type ProblemCategory } from './analysis.ts';
import type { AgentName } from './turnSchema.ts';

/** Finds out why a turn had to be corrected. It works behind the conversation and changes nothing of it. */
export const analyst: Agent<Correction, Analysis> = {
  name: 'analyst',
  input: correctionSchema,
  output: analysisSchema,
  answer: analysisSchema,
  instructions: {
    version: '1',
    text: 'You find out why people had to correct what agents proposed for a UX flow. Compare what was wanted, what was proposed and what the person made of it. Name the one agent whose work was corrected and the one problem that explains most of the corrections, in general words without names or contents of this flow. "recommendation" is one sentence that could stand in that agent\'s instructions. "confidence" is low where one correction could have many causes.',
  },
  parts: ({ message, followUp, ...rest }) => [
    { name: 'what was wanted', text: message, trust: 'data' },
    { name: 'what happened', text: JSON.stringify(rest), trust: 'data' },
    { name: 'what was said afterwards', text: followUp ?? '', trust: 'data' },
  ],
  adapt: (answer) => answer,
  rules: analyseByRules,
};

/** Whether there is anything to learn from: the person changed, refused or had to add something. */
export function isCorrected({ changes, feedback, followUp }: Correction): boolean {
  return changes.length > 0 || feedback.length > 0 || followUp !== undefined;
}

function analyseByRules(correction: Correction): Analysis {
  const votes = votesOf(correction);
  const [category, weight] = [...votes].sort((a, b) => b[1] - a[1])[0] ?? (['context', 0] as const);
  const all = [...votes.values()].reduce((sum, each) => sum + each, 0);
  const text = TEXTS[category];
  const shown = correction.changes.filter((change) => CATEGORY_OF[change.kind] === category).slice(0, 3).map(changeText);
  const said = [...correction.feedback, ...(correction.followUp ? [correction.followUp] : [])][0];
  const allRejected = correction.proposed.length > 0 && correction.accepted.length === 0;
  return {
    sourceAgent: sourceOf(correction, category),
    problemCategory: category,
    detectedProblem: cut([text.problem, shown.length ? `${shown.join('; ')}.` : '', said ? `The person said: "${said}".` : ''].filter(Boolean).join(' ')),
    rootCause: text.cause,
    recommendation: text.recommendation,
    // One correction of one kind may be chance; many of one kind are not.
    confidence: all === 0 ? 0.2 : Math.round(Math.min(0.95, (weight / all) * (1 - 0.5 ** weight) + 0.1) * 100) / 100,
    priority: correction.fallbacks.length > 0 && category === 'validation' ? 'high' : allRejected ? 'high' : all >= 4 ? 'medium' : 'low',
    implementationHint: text.hint,
  };
}

/** How much speaks for each category. */
function votesOf({ changes, feedback, followUp, fallbacks }: Correction): Map<ProblemCategory, number> {
  const votes = new Map<ProblemCategory, number>();
  const vote = (category: ProblemCategory, weight: number) => votes.set(category, (votes.get(category) ?? 0) + weight);
  for (const change of changes) vote(CATEGORY_OF[change.kind], 1);
  for (const words of [...feedback, ...(followUp ? [followUp] : [])]) vote(WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'completeness', 1.5);
  for (const { code } of fallbacks) if (code === 'DESIGN_INVALID' || code === 'AGENT_OUTPUT_INVALID' || code === 'MODEL_OUTPUT_INVALID') vote('validation', 2);
  return votes;
}

/** Whose work was corrected: the planner's while it was a plan, else that of whoever designed. */
function sourceOf({ changes, feedback, fallbacks, hasImage }: Correction, category: ProblemCategory): AgentName {
  if (category === 'validation' && fallbacks.length) return fallbacks[0]!.agent;
  const ofPlan = changes.filter((change) => change.kind.startsWith('plan')).length + feedback.length;
  if (ofPlan > changes.length - changes.filter((change) => change.kind.startsWith('plan')).length) return 'planner';
  return hasImage ? 'visualInterpreter' : 'architect';
}

function changeText({ kind, before, after }: CorrectionChange): string {
  if (before && after) return `${kind}: "${before}" became "${after}"`;
  return `${kind}: "${before || after}"`;
}

const cut = (text: string): string => (text.length <= 600 ? text : `${text.slice(0, 599)}…`);

const CATEGORY_OF: Readonly<Record<CorrectionChange['kind'], ProblemCategory>> = {
  renamed: 'clarity', reworded: 'clarity', planChanged: 'clarity',
  retyped: 'consistency',
  added: 'completeness', planAdded: 'completeness',
  removed: 'context', rejected: 'context', planDropped: 'context',
  connected: 'integration', disconnected: 'integration',
};

const WORDS: [RegExp, ProblemCategory][] = [
  [/\b(?:missing|forgot|also|add|lacks?|too)\b|(?:fehlt|vergessen|auch noch|ergänz|füge)/iu, 'completeness'],
  [/\b(?:without|not asked|unnecessary|too much|remove|leave out|skip|don'?t need)\b|(?:ohne|nicht gewollt|unnötig|zu viel|entfern|weglassen|brauche[n]? (?:ich|wir)? ?nicht)/iu, 'context'],
  [/\b(?:called?|names?|wording|rename|title|unclear)\b|(?:heiß|name|benenn|titel|unklar|wort)/iu, 'clarity'],
  [/\b(?:same|consistent|like the others?)\b|(?:gleich|einheitlich|wie die anderen)/iu, 'consistency'],
  [/\b(?:connect|lead|goes? (?:back )?to|order|before|after)\b|(?:verbind|führ|reihenfolge|vor(?:her)?|nach(?:her)?|zurück)/iu, 'integration'],
];

const TEXTS: Readonly<Record<ProblemCategory, { problem: string; cause: string; recommendation: string; hint: string }>> = {
  clarity: { problem: 'Titles or steps were worded otherwise than the person wanted.', cause: 'The person\'s own words were replaced by others.', recommendation: 'Use the words of the person for every title; where they give a name, take it letter by letter.', hint: 'Quote the passage that a title comes from.' },
  completeness: { problem: 'Something that the person needed was not proposed.', cause: 'Part of the message was not carried over into the design.', recommendation: 'Before you answer, go through what the person wrote sentence by sentence and check that nothing of it is missing.', hint: 'Compare the sentences of the message with the cards.' },
  consistency: { problem: 'Steps had another kind than the person expects.', cause: 'Screens, decisions and actions were told apart otherwise than in the rest of the flow.', recommendation: 'Use the same kinds and the same style of wording as the flow that is shown.', hint: 'Show the kinds that the flow uses already.' },
  validation: { problem: 'An answer of the model could not be used.', cause: 'It named what is not there, or had another form than demanded.', recommendation: 'Name only ids that stand in the flow that is shown or that you have introduced yourself; check each of them before you answer.', hint: 'Try a model that keeps to forms, or shorter instructions.' },
  context: { problem: 'Something was proposed that the person did not want.', cause: 'More was added than the message asks for.', recommendation: 'Do exactly what is asked for and nothing beyond it.', hint: 'Put what might be useful into the reply, not into the design.' },
  integration: { problem: 'Steps were connected otherwise than the person wanted.', cause: 'It was not settled what comes before and after a new step.', recommendation: 'Connect every new step with what comes before it and what comes after it; when a step goes between two others, the old connection between them goes.', hint: 'Ask for the place where the text leaves it open.' },
};
