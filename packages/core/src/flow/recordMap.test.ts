import { describe, expect, test } from 'vitest';
import { createChance } from './fixtures/randomEdits.ts';
import { firstHash, RecordMap } from './recordMap.ts';

describe('RecordMap', () => {
  test('is a map that keeps its earlier versions, whatever comes and goes', () => {
    for (let seed = 1; seed <= 60; seed++) {
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
    expect(doubles.length).toBeGreaterThan(0);
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
  expect(map.size, `seed ${seed}`).toBe(model.size);
  expect(new Map(map), `seed ${seed}`).toEqual(model);
  expect(new Map([...map.keys()].map((key, i) => [key, [...map.values()][i]])).size).toBe(model.size);
  for (const [key, value] of model) expect(map.get(key), `seed ${seed}`).toBe(value);
  const visited: string[] = [];
  map.forEach((_, key) => visited.push(key));
  expect(visited).toEqual([...map.keys()]);
}

/**
 * Ids that all collide in the first hash, by their second one: pairs of blocks that lead to one inner state are chained, so n pairs
 * give 2^n ids (Joux); enough of them collide in the second hash by chance.
 */
function hostileIds(): { colliding: string[]; doubles: string[][] } {
  let ids = [''];
  let inner = 0x811c9dc5;
  for (let block = 0; block < 18; block++) {
    const seen = new Map<number, string>();
    for (let i = 0; ; i++) {
      const text = i.toString(36).padStart(4, '0');
      let state = inner;
      for (let at = 0; at < 4; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
      const other = seen.get(state);
      if (other !== undefined) {
        ids = ids.flatMap((id) => [id + other, id + text]);
        inner = state;
        break;
      }
      seen.set(state, text);
    }
  }
  const first = new Map<number, string>();
  const doubles: string[][] = [];
  for (const id of ids) {
    const hash = secondHashOf(id);
    const other = first.get(hash);
    if (other !== undefined) doubles.push([other, id]);
    else first.set(hash, id);
  }
  return { colliding: ids.slice(0, 2000), doubles };
}

function secondHashOf(key: string): number {
  let hash = key.length | 0;
  for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 0x5bd1e995) + key.charCodeAt(i) + (hash >>> 15)) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
