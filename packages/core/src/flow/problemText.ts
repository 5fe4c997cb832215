import type { Problem } from './validate.ts';

/** One sentence for each code of a problem; `{path}`, `{id}` (the record at fault) and `{other}` (what it names) are filled in. */
export const problemSentences: Record<Problem['code'], Record<'en' | 'de', string>> = {
  DUPLICATE_ID: { en: '{path}: two records have the id “{id}”.', de: '{path}: Zwei Einträge haben die Kennung „{id}“.' },
  DUPLICATE_KEY: { en: '{path} stands there twice.', de: '{path} steht doppelt da.' },
  FIELD_INVALID: { en: '{path} holds a value that is not allowed there.', de: '{path} enthält einen Wert, der dort nicht erlaubt ist.' },
  FIELD_MISSING: { en: '{path} is missing.', de: '{path} fehlt.' },
  ID_INVALID: { en: '{path}: an id has letters, digits, “_”, “-” and “:”, 1 to 100 of them.', de: '{path}: Eine Kennung besteht aus 1 bis 100 Buchstaben, Ziffern, „_“, „-“ und „:“.' },
  ID_MISMATCH: { en: 'The record stored as “{id}” calls itself “{other}”.', de: 'Der Eintrag unter „{id}“ nennt sich selbst „{other}“.' },
  KEY_FORBIDDEN: { en: '{path}: a field cannot have this name.', de: '{path}: So kann ein Feld nicht heißen.' },
  NESTED_TOO_DEEP: { en: 'The file is nested too deeply to be a flow.', de: 'Die Datei ist zu tief verschachtelt, um ein Flow zu sein.' },
  REFERENCE_MISSING: { en: '{path} of “{id}” names “{other}”, which does not exist.', de: '{path} von „{id}“ nennt „{other}“, das es nicht gibt.' },
};

/** The sentence of a problem in a language; `problem.detail` says more, in English. */
export function problemText(problem: Problem, language: 'en' | 'de'): string {
  const values: Record<string, string | undefined> = { path: problem.path || '.', id: problem.ids[0], other: problem.ids[1] };
  return problemSentences[problem.code][language].replace(/\{(\w+)\}/g, (_whole, name: string) => values[name] ?? '?');
}
