import { expect, it } from 'vitest';
import { splitMentions } from './mentions.ts';

it('finds mentions in a text, the longest name first', () => {
  expect(splitMentions('@Ann Arbor and @Ann, not a@Ann', ['Ann Arbor', 'Ann', 'Bob Hope'])).toEqual([{ text: '@Ann Arbor', name: 'Ann Arbor' }, { text: ' and ' }, { text: '@Ann', name: 'Ann' }, { text: ', not a@Ann' }]);
  expect(splitMentions('@Anna', ['Ann'])).toEqual([{ text: '@Anna' }]);
  expect(splitMentions('@Ann’s', ['Ann'])).toEqual([{ text: '@Ann', name: 'Ann' }, { text: '’s' }]);
  expect(splitMentions('', ['Ann'])).toEqual([]);
});
