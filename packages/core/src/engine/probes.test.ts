import { expect, test } from 'vitest';
import { AppError, silentLogger } from '../base/index.ts';
import type { ConnectedChoice } from '../api/index.ts';
import type { ModelProbe } from '../llm/index.ts';
import { createProbes } from './probes.ts';

const seen: ModelProbe = { structured: 'yes', vision: 'no', tools: 'yes' };
const choice = (model: string): ConnectedChoice => ({ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434/', model });
const DAY_MS = 86_400_000;

function make(change: { byThemselves?: false; isReadOnly?: boolean; probe?: (choice: ConnectedChoice, signal?: AbortSignal) => Promise<ModelProbe> } = {}) {
  const rows = new Map<string, unknown>();
  const asked: string[] = [];
  const time = { now: 1_000_000 };
  const probes = createProbes({
    store: { isReadOnly: change.isReadOnly ?? false, get: (key) => rows.get(key), set: (key, value) => void rows.set(key, value) },
    clock: { now: () => time.now }, logger: silentLogger, byThemselves: change.byThemselves ?? { afterMs: 0 },
    probe: (of, signal) => (asked.push(of.model), (change.probe ?? (async () => seen))(of, signal)),
  });
  return { probes, asked, rows, time };
}

test('models are tried one after the other, each once', async () => {
  let running = 0;
  let most = 0;
  const { probes, asked } = make({
    probe: async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running--;
      return seen;
    },
  });
  for (const model of ['a', 'b', 'a', 'c']) probes.noteUse(choice(model));
  expect(asked).toEqual([]);
  await expect.poll(() => probes.kept(choice('c'))).toBeDefined();
  expect(asked).toEqual(['a', 'b', 'c']);
  expect(most).toBe(1);
  expect(probes.kept({ ...choice('a'), baseUrl: 'http://127.0.0.1:11434' })).toEqual({ at: 1_000_000, ...seen });
  probes.noteUse(choice('a'));
  await probes.close();
  expect(asked).toHaveLength(3);
});

test('one that could not be tried is left for a day', async () => {
  const { probes, asked, time } = make({ probe: () => Promise.reject(new AppError('MODEL_UNREACHABLE', 'Nobody there.')) });
  const use = async () => {
    probes.noteUse(choice('a'));
    await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await use();
  await use();
  expect(asked).toEqual(['a']);
  time.now += DAY_MS;
  await use();
  expect(asked).toEqual(['a', 'a']);
  await probes.close();
});

test('nobody is asked where that is not wanted, where nothing can be kept, or once it is closing', async () => {
  for (const change of [{ byThemselves: false as const }, { isReadOnly: true }]) {
    const { probes, asked } = make(change);
    probes.noteUse(choice('a'));
    await probes.close();
    expect(asked).toEqual([]);
  }
  let signal: AbortSignal | undefined;
  const { probes, asked, rows } = make({ probe: (_of, given) => new Promise((_resolve, reject) => (signal = given)?.addEventListener('abort', () => reject(new AppError('MODEL_CANCELLED', 'Cancelled.')))) });
  probes.noteUse(choice('a'));
  probes.noteUse(choice('b'));
  await expect.poll(() => signal).toBeDefined();
  await probes.close();
  expect(signal!.aborted).toBe(true);
  expect(asked).toEqual(['a']);
  probes.noteUse(choice('c'));
  expect(asked).toEqual(['a']);
  expect([...rows.keys()].filter((key) => key.startsWith('probe:'))).toEqual([]);
});

test('one that the person asks for is kept, or fails for them to see', async () => {
  const { probes } = make({ byThemselves: false });
  expect(await probes.run(choice('a'))).toEqual({ at: 1_000_000, ...seen });
  expect(probes.kept(choice('a'))).toBeDefined();
  const failing = make({ probe: () => Promise.reject(new AppError('MODEL_KEY_REJECTED', 'Wrong key.')) });
  await expect(failing.probes.run(choice('a'))).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED' });
});
