import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wordDiff } from './wordDiff.ts';

test('words that came and went are marked, the others stay', () => {
  expect(wordDiff('Titles are short. Be kind.', 'Titles are long. Be kind. Be brief.')).toEqual([
    { kind: 'same', text: 'Titles are ' },
    { kind: 'removed', text: 'short' },
    { kind: 'added', text: 'long' },
    { kind: 'same', text: '. Be kind' },
    { kind: 'added', text: '. Be brief' },
    { kind: 'same', text: '.' },
  ]);
  expect(wordDiff('same', 'same')).toEqual([{ kind: 'same', text: 'same' }]);
});

test('both texts can be read out of the difference', () => {
  const text = fc.array(fc.constantFrom('a', 'be', ' ', '. ', '{{x}}', '\n', 'ü', '🙂'), { maxLength: 40 }).map((words) => words.join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const parts = wordDiff(before, after);
      const read = (but: string) => parts.filter(({ kind }) => kind !== but).map((part) => part.text).join('');
      expect([read('added'), read('removed')]).toEqual([before, after]);
    }),
  );
});
