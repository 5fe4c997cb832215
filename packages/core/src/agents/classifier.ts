import { z } from 'zod';
import { instructionReading } from './instructionReading.ts';
import { readText } from '../language/readText.ts';
import { flowPart, type Agent, type AgentContext } from './agent.ts';
import { isBlank } from './planText.ts';

export const classifierInput = z.object({ message: z.string() });
/** What a message wants. `create`: a flow told in words; `edit`: a change of the flow; `question`: about the flow; `chat`: neither. */
export const classificationSchema = z.object({
  intent: z.enum(['create', 'edit', 'question', 'chat']),
  sentiment: z.enum(['neutral', 'positive', 'corrective']),
  /** What is to be done, in the person's words. */
  tasks: z.array(z.string()),
  /** What is asked. */
  questions: z.array(z.string()),
});
export type Classification = z.infer<typeof classificationSchema>;

/** Finds out what a message wants, and splits what is to be done from what is asked. */
export const classifier: Agent<z.infer<typeof classifierInput>, Classification> = {
  name: 'classifier',
  input: classifierInput,
  output: classificationSchema,
  answer: classificationSchema,
  instructions: {
    version: '2',
    text: 'You sort messages about a UX flow. "create": the message tells how a flow goes. "edit": it asks to change the flow that is shown. "question": it asks about the flow. "chat": anything else. Put every thing to do into tasks and every question into questions, word for word.',
  },
  parts: ({ message }, { state }) => [flowPart(state), { name: 'message', text: message, trust: 'person' }],
  adapt: (answer) => answer,
  rules: classifyByRules,
};

/** Whether the rules may have missed something: a message that asks and tells in several sentences, of which they saw only one kind. */
export function isDoubtful(message: string, { intent, tasks, questions }: Classification): boolean {
  const text = message.trim();
  if (intent === 'chat' || !/\?(?:\s|$)/.test(text) || WHAT_IF.test(text)) return false;
  const sentences = text.split(/(?<=[.!?])\s+/).filter(Boolean);
  return sentences.length > 1 && !sentences.every((item) => item.endsWith('?')) && (tasks.length === 0 || questions.length === 0);
}

function classifyByRules({ message }: { message: string }, { state }: AgentContext): Classification {
  const text = message.trim();
  const sentiment = CORRECTIVE.test(text) ? 'corrective' : POSITIVE.test(text) ? 'positive' : 'neutral';
  const done = (intent: Classification['intent'], tasks: string[] = [], questions: string[] = []): Classification => ({ intent, sentiment, tasks, questions });
  if (!text || CHAT.test(text)) return done('chat');
  const blank = isBlank(state);
  const sentences = text.split(/(?<=[.!?])\s+/).map((item) => item.trim()).filter(Boolean);
  const isAsked = (item: string) => (blank || !WHAT_IF.test(item)) && (QUESTION.test(item) || (/\?$/.test(item) && ASKING.test(item)));
  // "What happens if the code is wrong? Lock the account." asks nothing: both sentences are one edit.
  const isWhole = !blank && sentences.length > 1 && instructionReading(text, state).kind === 'commands';
  if (isWhole && WHAT_IF.test(text)) return done('edit', [text]);
  const asked = sentences.filter((item) => isAsked(item) && (blank || instructionReading(item, state).kind !== 'commands'));
  const tasks = sentences.filter((item) => !asked.includes(item));
  if (asked.length === sentences.length) return done('question', [], [text]);
  const told = asked.length ? tasks.join(' ') : text;
  if (blank) return done('create', [told], asked);
  const edit = instructionReading(told, state);
  if (edit.kind === 'commands' || edit.kind === 'refuse') return done('edit', [told], asked);
  // What is no edit may tell how the flow goes on.
  const steps = readText(told).nodes.filter((node) => node.type !== 'start' && node.type !== 'end');
  const tells = edit.code === 'NOT_UNDERSTOOD' && steps.length >= 2;
  return done(tells ? 'create' : 'edit', [told], asked);
}

/** Asks for an error path, not for an answer. */
const WHAT_IF = /^(?:and |und )?(?:what (?:happens |should happen |do we do |about )?(?:if|when)|(?:was (?:passiert|geschieht|ist|machen wir)?,? ?)?(?<=was.*|und )(?:wenn|falls))(?!\p{L})/iu;
const CHAT = /^(?:hi|hello|hey|good (?:morning|evening|afternoon)|thanks?(?: you)?(?: so much| a lot)?|thx|great|nice|cool|perfect|ok(?:ay)?|hallo|moin|servus|guten (?:tag|morgen|abend)|danke(?: schön| dir)?|super|prima|toll)[\s!.,]*$/iu;
const QUESTION = /^(?:why|how (?:many|much|does|do|is|are|can|could|should|would)|what (?:is|are|does|would you|should i|could|do you|can)|what's|which|who|where|when does|is (?:there|this|the|it)|are (?:there|the|these)|does|do (?:we|i|the|users)|has|have we|can (?:you explain|i|users)|explain|should (?:i|we|the)|warum|wieso|weshalb|wie (?:viele|viel|kommt|geht|ist|sind|kann|sollte|funktioniert)|was (?:ist|sind|fehlt|bedeutet|macht|kann|sollte|würdest|hältst)|welche[rsn]?|wer|wo|gibt es|ist (?:da|das|es|der|die)|sind|hat|haben wir|erkläre?|sollte|kannst du erklären)(?!\p{L})/iu;
const ASKING = /^(?:why|how|what|which|who|where|is|are|does|do|has|any|warum|wieso|wie|was|welche|wer|wo|gibt|ist|sind|hat|fehlt)(?!\p{L})/iu;
const CORRECTIVE = /\b(?:no,|not what|wrong|that's not|that is not|i meant|instead|again)\b|(?:falsch|so nicht|nicht das|ich meinte|stattdessen)(?!\p{L})/iu;
const POSITIVE = /\b(?:great|perfect|love|thanks|awesome)\b|(?:super|toll|danke|prima)(?!\p{L})/iu;
