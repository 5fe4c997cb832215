import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import { silentLogger } from '../base/logger.ts';
import type { KeptAnswer } from '../llm/answerCache.ts';
import { ANSWER_SHAPE, createAnswerStore } from './answerStore.ts';
import { openDatabase, type Database } from './database.ts';
import { createTestFolder, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let database: Database;
const clock = createTestClock();
beforeEach(() => {
  place = createTestFolder();
});
afterEach(() => {
  database?.close();
  return place.dispose();
});

function openStore(limits?: { bytes: number; ageMs: number }) {
  mkdirSync(place.path, { recursive: true });
  database = openDatabase({ path: join(place.path, 'answers-only.sqlite'), synchronous: 'NORMAL' });
  database.connection.exec(ANSWER_SHAPE);
  return createAnswerStore(() => database, { clock, logger: silentLogger, ...(limits ? { limits } : {}) });
}
const answer = (key: string, change: Partial<KeptAnswer> = {}): KeptAnswer => ({ key, text: `answer ${key}`, model: 'm', at: clock.now(), ...change });

it('finds an answer before and after it was written, with its question and its vector', () => {
  const store = openStore();
  const kept = answer('k1', { question: { scope: 's1', text: 'What?' } });
  store.keep(kept);
  expect(store.find('k1')).toEqual(kept);
  store.keepVector('k1', 'ollama:e', Float32Array.from([0.6, 0.8]));
  store.flush();
  expect(store.find('k1')).toEqual(kept);
  expect(store.questionsOf('s1', 'ollama:e')).toEqual([{ key: 'k1', text: 'What?', vector: Float32Array.from([0.6, 0.8]) }]);
  expect(store.questionsOf('s1', 'ollama:other')).toEqual([{ key: 'k1', text: 'What?' }]);
  expect(store.questionsOf('s2', 'ollama:e')).toEqual([]);
  expect(store.find('k2')).toBeUndefined();
});

it('drops what was used longest ago when it is too much, and what is too old', () => {
  const store = openStore({ bytes: 3_500, ageMs: 10_000 });
  for (const key of ['a', 'b', 'c']) {
    store.keep(answer(key, { text: 'x'.repeat(400) }));
    clock.advance(1);
  }
  store.flush();
  expect(store.size()).toEqual({ answers: 3, bytes: 3_000 });
  store.find('a');
  store.keep(answer('d', { text: 'x'.repeat(400) }));
  store.flush();
  expect(['a', 'b', 'c', 'd'].filter((key) => store.find(key))).toEqual(['a', 'c', 'd']);
  clock.advance(10_001);
  expect(store.find('a')).toBeUndefined();
  store.keep(answer('e'));
  store.flush();
  expect(store.size().answers).toBe(1);
});

it('drops what a turn was given, also where another turn asked first, what is about a flow, and everything', () => {
  const store = openStore();
  store.keep(answer('k1', { flowId: 'flow_1' }));
  store.noteUse('k1', 'turn_1');
  store.keep(answer('k2', { flowId: 'flow_1' }));
  store.flush();
  store.noteUse('k1', 'turn_2');
  store.forgetTurn('turn_2');
  expect([store.find('k1'), store.find('k2')?.key]).toEqual([undefined, 'k2']);
  store.keep(answer('k3'));
  store.noteUse('k3', 'turn_3');
  store.flush();
  store.forgetTurn('turn_3');
  store.flush();
  expect(store.find('k3')).toBeUndefined();
  store.keep(answer('k4', { flowId: 'flow_2' }));
  store.forgetFlow('flow_1');
  expect([store.find('k2'), store.find('k4')?.key]).toEqual([undefined, 'k4']);
  store.clear();
  expect(store.size()).toEqual({ answers: 0, bytes: 0 });
});

it('does not keep an answer that would push out the others', () => {
  const store = openStore();
  store.keep(answer('k1', { text: 'x'.repeat(600_000) }));
  expect(store.find('k1')).toBeUndefined();
});

it('lives in the data folder over a restart; without its file, or with a damaged one, nothing is known and nothing breaks', async () => {
  let folder = await place.open();
  // Too old by the clock of the machine would be gone.
  const kept = answer('k1', { at: Date.now() });
  folder.answers.keep(kept);
  await folder.close();
  folder = await place.open();
  expect(folder.answers.find('k1')).toEqual(kept);
  await folder.close();
  for (const damage of ['gone', 'garbage'] as const) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(place.path, `index.sqlite${suffix}`), { force: true });
    if (damage === 'garbage') writeFileSync(join(place.path, 'index.sqlite'), readFileSync(import.meta.filename));
    folder = await place.open();
    expect(folder.answers.find('k1')).toBeUndefined();
    folder.answers.keep(kept);
    await folder.close();
    folder = await place.open();
    expect(folder.answers.find('k1')).toEqual(kept);
    await folder.close();
  }
});

it('knows nothing where there is no file at all', () => {
  const store = createAnswerStore(() => undefined, { clock, logger: silentLogger });
  store.keep(answer('k1'));
  expect(store.find('k1')?.key).toBe('k1');
  store.flush();
  expect(store.find('k1')).toBeUndefined();
  expect(store.size()).toEqual({ answers: 0, bytes: 0 });
  store.forgetTurn('turn_1');
  store.clear();
});
