import { expect, test } from 'vitest';
import { createChance } from './fixtures/randomEdits.ts';
import { itemsInOrder, orderAfterAll, orderBetween } from './order.ts';

test('a key lies between its neighbours, wherever items are put', () => {
  for (let seed = 1; seed <= 80; seed++) {
    const chance = createChance(seed);
    const keys: string[] = [];
    const bias = chance.below(4);
    for (let i = 0; i < 300; i++) {
      const at = bias === 0 ? 0 : bias === 1 ? keys.length : bias === 2 ? Math.min(1, keys.length) : chance.below(keys.length + 1);
      const key = orderBetween(keys[at - 1] ?? null, keys[at] ?? null);
      if (at > 0) expect(key > keys[at - 1]!, `seed ${seed}: ${keys[at - 1]} < ${key}`).toBe(true);
      if (at < keys.length) expect(key < keys[at]!, `seed ${seed}: ${key} < ${keys[at]}`).toBe(true);
      keys.splice(at, 0, key);
    }
  }
});

test('keys that are only ever appended stay short', () => {
  let key: string | null = null;
  for (let i = 0; i < 20_000; i++) key = orderBetween(key, null);
  expect(key!.length).toBeLessThanOrEqual(5);
});

test('foreign keys are answered with a key behind the first', () => {
  for (const [a, b] of [['~', null], ['', null], ['b', 'a'], ['x', 'x'], ['ü', 'ü1'], ['a0', 'a00'], ['!', '"']] as const) {
    expect(orderBetween(a, b) > a, `${a} ${b}`).toBe(true);
  }
  expect(orderBetween(null, '~')).not.toBe('');
});

test('a list without usable orders gets a first one', () => {
  expect(orderAfterAll(undefined)).toBe('a0');
  expect(orderAfterAll({ x: {}, y: { order: 3 } })).toBe('a0');
  expect(orderAfterAll({ x: { order: 'a4' }, y: { order: 'a1' } }) > 'a4').toBe(true);
});

test('items of one order stand by id', () => {
  expect(itemsInOrder({ z: { order: 'a1' }, b: { order: 'a1' }, a: { order: 'a2' }, c: { order: 'a0' } }).map(({ id }) => id)).toEqual(['c', 'b', 'z', 'a']);
  expect(itemsInOrder(undefined)).toEqual([]);
});
