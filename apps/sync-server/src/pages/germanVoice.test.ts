/** The server says "du", as the app does. */
import { expect, test } from 'vitest';
import { signOnTexts } from '../signOn/texts.ts';
import { settingsTexts } from '../signOn/settingsTexts.ts';
import { accountTextsOf } from './accountTexts.ts';
import { germanProblems, textsOf } from './texts.ts';

/** "Sie" within a sentence and every form of "Ihr" address formally; at the beginning of a sentence "Sie" may be what was spoken of. */
const FORMAL = /\bIhnen\b|\bIhr(e[nrms]?|er)?\b|[a-zäöüß0-9,] Sie\b/;

function sentencesIn(value: unknown): string[] {
  return typeof value === 'string' ? [value] : Object.values(value as object).flatMap(sentencesIn);
}

test.each([
  ['pages', textsOf('de')],
  ['account', accountTextsOf('de')],
  ['problems', germanProblems],
  ['single sign-on', signOnTexts('de')],
  ['its settings', settingsTexts('de')],
])('%s', (_, table) => {
  const sentences = sentencesIn(table);
  expect(sentences.length).toBeGreaterThan(15);
  expect(sentences.filter((sentence) => FORMAL.test(sentence))).toEqual([]);
});
