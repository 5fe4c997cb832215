import type { ReadLanguage } from '../language/reading.ts';

/** A rule of good design, in the language of the person. */
export interface Principle {
  name: string;
  text: string;
}

/** The principle that a finding of the review rests on, or undefined. */
export function principleFor(findingCode: string, language: ReadLanguage): Principle | undefined {
  const row = PRINCIPLES.find(({ codes }) => codes.some((code) => findingCode.startsWith(code)));
  return row && { name: row.name[language], text: row.text[language] };
}

const PRINCIPLES: { codes: string[]; name: Record<ReadLanguage, string>; text: Record<ReadLanguage, string> }[] = [
  {
    codes: ['DEAD_END', 'NO_END', 'LOOP_WITHOUT_EXIT', 'NO_WAY_BACK'],
    name: { en: 'User control and freedom', de: 'Kontrolle und Freiheit' },
    text: { en: 'People need a marked way out of every place: on to the goal, or back.', de: 'Menschen brauchen an jeder Stelle einen erkennbaren Ausgang: weiter zum Ziel oder zurück.' },
  },
  {
    codes: ['MISSING_ERROR_PATH', 'FORM_WITHOUT_ERROR'],
    name: { en: 'Help people recover from errors', de: 'Hilfe bei Fehlern' },
    text: { en: 'Whatever can fail will; say what happened in plain words and offer the next step.', de: 'Was fehlschlagen kann, schlägt fehl; sag in klaren Worten, was geschah, und biete den nächsten Schritt an.' },
  },
  {
    codes: ['MISSING_STATES', 'EMPTY_FLOW'],
    name: { en: 'Visibility of system status', de: 'Sichtbarer Zustand' },
    text: { en: 'While something loads, or where nothing is yet, the screen should say so.', de: 'Solange etwas lädt oder noch nichts da ist, soll der Screen das sagen.' },
  },
  {
    codes: ['BRANCH_', 'TOO_FEW_ARMS', 'BRANCHES_MEET', 'CONDITION_', 'AMBIGUOUS'],
    name: { en: 'One question, clear answers', de: 'Eine Frage, klare Antworten' },
    text: { en: 'A decision asks one thing, and each of its ways says which answer it stands for.', de: 'Eine Entscheidung fragt eines, und jeder ihrer Ausgänge sagt, für welche Antwort er steht.' },
  },
  {
    codes: ['UNREACHABLE', 'ORPHAN', 'NO_START', 'SEVERAL_STARTS', 'START_', 'END_', 'SELF_LOOP', 'DUPLICATE_EDGE'],
    name: { en: 'Every step has its place', de: 'Jeder Schritt hat seinen Platz' },
    text: { en: 'A step that nobody reaches is either missing an arrow or not needed.', de: 'Einem Schritt, den niemand erreicht, fehlt ein Pfeil, oder er wird nicht gebraucht.' },
  },
  {
    codes: ['TITLE_', 'LABEL_', 'DESCRIPTION_'],
    name: { en: 'Speak the language of the user', de: 'Die Sprache der Nutzer sprechen' },
    text: { en: 'Short, distinct names in the words of the people who use the product.', de: 'Kurze, eindeutige Namen in den Worten der Menschen, die das Produkt benutzen.' },
  },
  {
    codes: ['FLOW_COMPLEX', 'TOO_MANY', 'FRAME_', 'NODE', 'SUBFLOW'],
    name: { en: 'Chunk what belongs together', de: 'Zusammengehöriges bündeln' },
    text: { en: 'A flow that fits one look is understood; move parts of a large one to sub-flows or frames.', de: 'Verstanden wird, was auf einen Blick passt; lagere Teile großer Abläufe in Teilabläufe oder Rahmen aus.' },
  },
];
