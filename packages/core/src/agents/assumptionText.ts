import type { ReadAssumption } from '../language/reading.ts';

/** What reading took for granted, as a sentence for the person in the language of their message. */
export function assumptionText({ code, params }: ReadAssumption, language: string): string {
  const isGerman = language === 'de';
  const number = (value: unknown) => Number(value).toLocaleString(isGerman ? 'de' : 'en');
  switch (code) {
    case 'TEXT_CUT':
      if (params.characters !== undefined) {
        return isGerman
          ? `Der Text ist lang: Gelesen sind die ersten ${number(params.characters)} von ${number(params.of)} Zeichen.`
          : `The text is long: its first ${number(params.characters)} of ${number(params.of)} characters are read.`;
      }
      return isGerman ? `Der Text ist lang: Gelesen sind die ersten ${number(params.sentences)} Sätze.` : `The text is long: its first ${number(params.sentences)} sentences are read.`;
    case 'REPEAT_FOR_EACH':
      return isGerman ? 'Was „für jedes“ gilt, wiederholt sich, bis alle an der Reihe waren.' : 'What is done “for each” repeats until all have had their turn.';
    case 'NO_STEP_FOUND':
      return isGerman ? 'Im Text steht kein Schritt.' : 'The text holds no step.';
    default:
      return isGerman ? 'Eine Stelle des Textes ist mehrdeutig.' : 'One passage of the text can be read in more than one way.';
  }
}
