import { describe, expect, test } from 'vitest';
import { createChance } from './fixtures/randomEdits.ts';
import { mergeProse, tokenize } from './prose.ts';

describe('mergeProse', () => {
  test.each([
    ['both sides keep their words', 'one two three four', 'ONE two three four', 'one two three FOUR', 'ONE two three FOUR', false],
    ['the same change is made once', 'a b c', 'a X c', 'a X c', 'a X c', false],
    ['an overlap goes to mine', 'a b c', 'a X c', 'a Y c', 'a Y c', true],
    ['two words at one place touch', 'a b', 'a X b', 'a Y b', 'a Y b', true],
    ['a word of letters above ASCII is one token', 'Die Prüfung läuft', 'Die Prüfung läuft gut', 'Die Pruefung läuft', 'Die Pruefung läuft gut', false],
    ['an empty base', '', 'theirs', 'mine', 'mine', true],
  ])('%s', (_, base, current, mine, text, clash) => {
    expect(mergeProse(base, current, mine)).toEqual({ text, clash });
  });

  test('a side that changed nothing yields to the other, and tokens are the whole text', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const chance = createChance(seed);
      const text = () => Array.from({ length: chance.below(12) }, () => chance.pick(['a', 'bb', ' ', '  ', '\n', '.', 'ü', '€x', '\u0000', '🎉'])).join('');
      const [base, other] = [text(), text()];
      expect(tokenize(base).join(''), `seed ${seed}`).toBe(base);
      expect(mergeProse(base, base, other), `seed ${seed}`).toEqual({ text: other, clash: false });
      expect(mergeProse(base, other, base), `seed ${seed}`).toEqual({ text: other, clash: false });
      expect(mergeProse(base, other, other), `seed ${seed}`).toEqual({ text: other, clash: false });
    }
  });

  test('a text of more than 2,000 tokens is not merged: mine stands, and the clash is said', () => {
    const long = 'word '.repeat(1500);
    expect(mergeProse(long, `${long}a`, `b${long}`)).toEqual({ text: `b${long}`, clash: true });
  });
});
