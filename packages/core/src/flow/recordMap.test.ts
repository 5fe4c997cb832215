import { describe, expect, test } from 'vitest';
import { createChance } from './fixtures/randomEdits.ts';
import { firstHash, secondHash } from './hashTrie.ts';
import { RecordMap } from './recordMap.ts';

describe('RecordMap', () => {
  test('is a map that keeps its earlier versions, whatever comes and goes', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const chance = createChance(seed);
      const model = new Map<string, number>();
      const versions: { map: RecordMap<number>; model: Map<string, number> }[] = [];
      let map = RecordMap.empty<number>();
      const range = chance.pick([5, 40, 2000]);
      for (let step = 0; step < 400; step++) {
        const key = `k${chance.below(range)}`;
        if (chance.below(3)) {
          map = map.with(key, step);
          model.set(key, step);
        } else {
          map = map.without(key);
          model.delete(key);
        }
        if (step % 50 === 0) versions.push({ map, model: new Map(model) });
      }
      versions.push({ map, model });
      for (const version of versions) expectSame(version.map, version.model, seed);
      // The order of iteration is a function of the ids alone.
      expect([...RecordMap.from([...model].reverse()).keys()], `seed ${seed}`).toEqual([...map.keys()]);
    }
  });

  test('finds what differs between two versions', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chance = createChance(seed);
      const before = RecordMap.from(Array.from({ length: chance.below(300) }, (_, i) => [`k${i}`, i] as const));
      let after = before;
      for (let step = 0; step < chance.below(40); step++) {
        const key = `k${chance.below(400)}`;
        after = chance.below(2) ? after.with(key, -step - 1) : after.without(key);
      }
      const expected = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key)).sort();
      expect(RecordMap.changedKeys(before, after).sort(), `seed ${seed}`).toEqual(expected);
    }
  });

  test('gives itself back when nothing changes', () => {
    const value = {};
    const map = RecordMap.from([['a', value]]);
    expect(map.with('a', value)).toBe(map);
    expect(map.without('b')).toBe(map);
    expect(map.without('a').size).toBe(0);
  });

  test('keeps inherited names apart from entries', () => {
    const map = RecordMap.from([['constructor', 1]]);
    expect([map.get('constructor'), map.get('toString'), map.get('__proto__'), map.has('hasOwnProperty')]).toEqual([1, undefined, undefined, false]);
  });

  test('stays right for ids that were made to collide in both hashes', () => {
    const { colliding, doubles } = hostileIds();
    expect(new Set(colliding.map(firstHash)).size).toBe(1);
    for (const pair of doubles) expect(new Set(pair.map(secondHash)).size).toBe(1);
    const some = [...colliding, ...doubles.flat()];
    const model = new Map(some.map((id, i) => [id, i]));
    const built = RecordMap.from(model);
    let grown = RecordMap.empty<number>();
    for (const [id, i] of model) grown = grown.with(id, i);
    expectSame(built, model, 0);
    expectSame(grown, model, 0);
    expect([...grown.keys()]).toEqual([...built.keys()]);
    for (const ids of doubles) {
      grown = grown.without(ids[0]!);
      model.delete(ids[0]!);
    }
    expectSame(grown, model, 0);
    expect([...grown.keys()]).toEqual([...RecordMap.from(model).keys()]);
    expect(RecordMap.changedKeys(built, grown).sort()).toEqual(doubles.map((ids) => ids[0]!).sort());
  });
});

function expectSame(map: RecordMap<number>, model: Map<string, number>, seed: number): void {
  expect([map.size, new Map(map)], `seed ${seed}`).toEqual([model.size, model]);
  expect([...model].filter(([key, value]) => map.get(key) !== value), `seed ${seed}`).toEqual([]);
  const keys = [...map.keys()];
  expect([...map.values()]).toEqual(keys.map((key) => model.get(key)));
  const visited: string[] = [];
  map.forEach((_, key) => visited.push(key));
  expect(visited).toEqual(keys);
}

/**
 * Ids that all collide in the first hash: both blocks lead its inner state from where the first four letters bring it back to there, so
 * any row of them will do. The pairs, found by search, collide in the second hash as well.
 */
function hostileIds(): { colliding: string[]; doubles: string[][] } {
  const id = (bits: string) => `7yzx${[...bits].map((bit) => (bit === '1' ? 'epad' : '33zx')).join('')}`;
  const colliding = Array.from({ length: 2048 }, (_, i) => id(i.toString(2).padStart(17, '0')));
  const doubles = [
    ['00001101100011100', '01001000010001100'],
    ['00100001101010001', '10010111111100101'],
    ['10000000101101000', '10111000101001000'],
  ];
  return { colliding, doubles: doubles.map((pair) => pair.map(id)) };
}
