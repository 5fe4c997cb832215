import { z } from 'zod';
import type { Agent, AgentContext } from './agent.ts';
import { verdictSchema } from './validator.ts';

export const synthesizerInput = z.object({
  message: z.string(),
  cards: z.array(z.object({ title: z.string(), reason: z.string() })),
  verdict: verdictSchema.optional(),
  /** Answers to what was asked beside the task. */
  answers: z.array(z.string()),
  /** True when a model made the design. */
  byModel: z.boolean(),
  /** Agents whose model failed. */
  fallbacks: z.array(z.string()),
});
const replySchema = z.object({ reply: z.string().min(1) });

/** Says what was done, what to do next and who thought it up, in the language of the message. */
export const synthesizer: Agent<z.infer<typeof synthesizerInput>, z.infer<typeof replySchema>> = {
  name: 'synthesizer',
  input: synthesizerInput,
  output: replySchema,
  answer: replySchema,
  instructions: {
    version: '2',
    text: 'You sum up for a designer, in {{language}}, in two or three friendly sentences: what is proposed and what to do next (accept or reject the cards on the canvas).',
  },
  variables: (_, { language }) => ({ language: language === 'de' ? 'German' : 'English' }),
  parts: ({ message, ...work }) => [
    { name: 'message', text: message, trust: 'person' },
    { name: 'what was done', text: JSON.stringify(work), trust: 'data' },
  ],
  adapt: (answer) => answer,
  rules: replyByRules,
};

function replyByRules(input: z.infer<typeof synthesizerInput>, { language }: AgentContext): { reply: string } {
  const say = (english: string, german: string) => (language === 'de' ? german : english);
  const parts: string[] = [...input.answers];
  const { cards } = input;
  if (cards.length === 1) parts.push(say(`Here is my proposal: ${cards[0]!.title}.`, `Mein Vorschlag: ${cards[0]!.title}.`));
  else if (cards.length > 1) {
    const shown = cards.slice(0, 6).map((card) => `- ${card.title}`).join('\n');
    const more = cards.length > 6 ? say(`\n- and ${cards.length - 6} more`, `\n- und ${cards.length - 6} weitere`) : '';
    parts.push(say(`Here is my proposal in ${cards.length} parts:\n${shown}${more}`, `Mein Vorschlag in ${cards.length} Teilen:\n${shown}${more}`));
  } else if (!input.answers.length) parts.push(say('The flow is already like that, so there is nothing to change.', 'Der Ablauf ist schon so; es gibt nichts zu ändern.'));
  const findings = input.verdict?.findings ?? [];
  if (cards.length && findings.length) parts.push(say(`Worth a look: ${findings[0]!.text}${findings.length > 1 ? ` (and ${findings.length - 1} more findings)` : ''}`, `Sieh dir das an: ${findings[0]!.text}${findings.length > 1 ? ` (und ${findings.length - 1} weitere Befunde)` : ''}`));
  if (cards.length) parts.push(say('Accept or reject it on the canvas; you can move and edit it before.', 'Nimm ihn auf der Fläche an oder lehne ihn ab; vorher kannst du alles verschieben und ändern.'));
  if (input.fallbacks.length) parts.push(say('The model could not answer, so the built-in rules did this.', 'Das Modell konnte nicht antworten; das haben die eingebauten Regeln gemacht.'));
  else if (cards.length) parts.push(input.byModel ? say('Designed by the model.', 'Entworfen vom Modell.') : say('Made by the built-in rules, without a model.', 'Gemacht von den eingebauten Regeln, ohne Modell.'));
  return { reply: parts.join('\n\n') };
}
