import { expect, test } from 'vitest';
import { flowNames } from './flowNames.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

test('names what it has room for, and says that there is more', () => {
  expect([flowNames(named('A', 'B')), flowNames(named('A', 'B', 'C', 'D', 'E')), flowNames([])]).toEqual(['A, B', 'A, B, C, D …', '']);
});

test('leaves out what has no name, or calls it by another', () => {
  expect([flowNames(named('A', '')), flowNames(named('', '')), flowNames(named('', 'B'), 'Untitled')]).toEqual(['A …', '', 'Untitled, B']);
});
