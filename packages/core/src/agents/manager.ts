import { z } from 'zod';
import { instructionReading } from './instructionReading.ts';
import { readText } from '../language/readText.ts';
import { flowPart, type Agent, type AgentContext } from './agent.ts';
import { classificationSchema } from './classifier.ts';

export const managerInput = z.object({ message: z.string(), classification: classificationSchema, answer: z.string().optional() });
/** The work order: one question back, a task and the way that it goes, or a plain reply. */
export const orderSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('clarify'), question: z.string(), quickReplies: z.array(z.string()), code: z.string() }),
  z.object({ kind: z.literal('task'), task: z.string(), route: z.enum(['edit', 'create']), hint: z.string().optional() }),
  z.object({ kind: z.literal('answer'), question: z.string() }),
  z.object({ kind: z.literal('reply'), code: z.enum(['CHAT', 'REFUSED', 'NO_STEP', 'STILL_UNCLEAR', 'UNDO']), text: z.string() }),
]);
export type Order = z.infer<typeof orderSchema>;
const managerAnswer = z.object({ kind: z.enum(['clarify', 'task', 'answer', 'reply']), text: z.string(), quickReplies: z.array(z.string()), route: z.enum(['edit', 'create']) });

/** Turns a message into a work order; asks at most once, and never when the text is clear. */
export const manager: Agent<z.infer<typeof managerInput>, Order, z.infer<typeof managerAnswer>> = {
  name: 'manager',
  input: managerInput,
  output: orderSchema,
  answer: managerAnswer,
  instructions: {
    version: '2',
    text: 'You hand out work on a UX flow. "task" with route "create" when the text tells how a flow goes, "edit" when it asks to change the flow that is shown: text is the whole task in precise words, in the language of the message. "clarify" only when nobody could know what is meant: text is one question, quickReplies its likely answers. "answer" when it asks something: text is the question. "reply" when it is not about this flow: text says so kindly.',
  },
  parts: ({ message, classification, answer }, { state }) => [
    flowPart(state),
    { name: 'first guess', text: classification.intent, trust: 'data' },
    { name: 'message', text: message, trust: 'person' },
    { name: 'answer to your question', text: answer ?? '', trust: 'person' },
  ],
  adapt: (answer, input) => {
    if (answer.kind === 'clarify' && input.answer === undefined) return { kind: 'clarify', question: answer.text, quickReplies: answer.quickReplies.slice(0, 4), code: 'MODEL' };
    if (answer.kind === 'task') return { kind: 'task', task: answer.text || input.message, route: answer.route };
    if (answer.kind === 'answer') return { kind: 'answer', question: answer.text || input.message };
    return { kind: 'reply', code: answer.kind === 'clarify' ? 'STILL_UNCLEAR' : 'CHAT', text: answer.text };
  },
  rules: orderByRules,
};

function orderByRules({ message, classification, answer }: z.infer<typeof managerInput>, { state, language }: AgentContext): Order {
  const say = (english: string, german: string) => (language === 'de' ? german : english);
  if (classification.intent === 'question') return { kind: 'answer', question: message };
  if (classification.intent === 'chat') return { kind: 'reply', code: 'CHAT', text: say('Hello! Tell me how people move through your product, or what to change in this flow.', 'Hallo! Erzähl mir, wie Menschen durch dein Produkt gehen, oder was sich an diesem Ablauf ändern soll.') };
  const task = classification.tasks.join(' ') || message;
  if (classification.intent === 'create') {
    const told = answer ? `${task}\n${answer}` : task;
    if (readText(told).nodes.some((node) => node.type !== 'start' && node.type !== 'end')) return { kind: 'task', task: told, route: 'create' };
    if (answer !== undefined) return { kind: 'reply', code: 'NO_STEP', text: say('I found no step in that. Try it like this: "People log in; if the password is wrong they see an error; otherwise the dashboard opens."', 'Darin habe ich keinen Schritt gefunden. Versuch es so: „Die Nutzer melden sich an; ist das Passwort falsch, erscheint ein Fehler; sonst öffnet sich das Dashboard.“') };
    return { kind: 'clarify', code: 'NO_STEP', question: say('What do people do in this flow, step by step?', 'Was tun die Menschen in diesem Ablauf, Schritt für Schritt?'), quickReplies: say('Login with email and password|Checkout in a shop|Sign up and onboarding', 'Anmeldung mit E-Mail und Passwort|Bestellung in einem Shop|Registrierung und Einführung').split('|') };
  }
  const reading = instructionReading(task, state, answer === undefined ? {} : { hint: answer });
  if (reading.kind === 'refuse') return { kind: 'reply', code: 'REFUSED', text: reading.reason };
  if (reading.kind === 'commands') {
    if (reading.commands.some((command) => command.kind === 'undo')) return { kind: 'reply', code: 'UNDO', text: say('Use Undo to take back the last change; every change of this flow can be taken back.', 'Mit „Rückgängig“ nimmst du die letzte Änderung zurück; jede Änderung an diesem Ablauf lässt sich zurücknehmen.') };
    return { kind: 'task', task, route: 'edit', ...(answer === undefined ? {} : { hint: answer }) };
  }
  if (answer === undefined) return { kind: 'clarify', code: reading.code, question: reading.question, quickReplies: reading.quickReplies };
  // The answer may say what was missing ("after Login"), name it ("Sign in"), or be the whole instruction.
  for (const whole of [`${task} ${answer}`, `${task} ${language === 'de' ? 'in' : 'to'} "${answer}"`, answer]) {
    const again = instructionReading(whole, state, { hint: answer });
    if (again.kind === 'commands') return { kind: 'task', task: whole, route: 'edit', hint: answer };
  }
  return { kind: 'reply', code: 'STILL_UNCLEAR', text: say('I still cannot tell what to change, so nothing was changed. Name the step and what should happen with it.', 'Ich weiß noch immer nicht, was sich ändern soll; es wurde nichts geändert. Nenne den Schritt und was mit ihm geschehen soll.') };
}
