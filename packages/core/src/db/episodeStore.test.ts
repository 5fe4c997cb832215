import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock, silentLogger } from '../base/index.ts';
import { openDataFolder, type DataFolder } from './dataFolder.ts';

let path: string;
let folder: DataFolder;
const open = async () => (folder = await openDataFolder(path, { logger: silentLogger, clock: createTestClock() }));
beforeEach(async () => {
  path = mkdtempSync(join(tmpdir(), 'uxflow-episode-'));
  await open();
});
afterEach(async () => {
  await folder.close();
  rmSync(path, { recursive: true, force: true });
});

const analysis = (sourceAgent: 'architect' | 'planner', detectedProblem = 'Titles were renamed.') => ({ sourceAgent, problemCategory: 'clarity' as const, detectedProblem, rootCause: 'r', recommendation: 'c', confidence: 0.5, priority: 'low' as const, implementationHint: '' });

test('keeps one episode a turn, newest first, over a restart', async () => {
  folder.episodes.save({ turnId: 'turn_a', createdAt: 1, foundBy: 'rules', analysis: analysis('architect') });
  folder.episodes.save({ turnId: 'turn_b', createdAt: 2, foundBy: 'ollama:m', analysis: analysis('planner') });
  folder.episodes.save({ turnId: 'turn_a', createdAt: 3, foundBy: 'rules', analysis: analysis('architect', 'Again.') });
  await folder.close();
  await open();
  expect(folder.episodes.list().map(({ turnId }) => turnId)).toEqual(['turn_b', 'turn_a']);
  expect(folder.episodes.ofTurn('turn_a')).toMatchObject({ createdAt: 3, analysis: { detectedProblem: 'Again.' } });
  expect(folder.episodes.list({ agent: 'planner' })).toMatchObject([{ foundBy: 'ollama:m' }]);
  expect(folder.episodes.clear()).toBe(2);
  expect(folder.episodes.list()).toEqual([]);
});

test('keeps the newest 500', () => {
  folder.withTransaction(() => {
    for (let i = 0; i < 520; i++) folder.episodes.save({ turnId: `turn_${i}`, createdAt: i, foundBy: 'rules', analysis: analysis('architect') });
  });
  expect(folder.episodes.list({ limit: 1000 })).toHaveLength(500);
  expect(folder.episodes.ofTurn('turn_0')).toBeUndefined();
  expect(folder.episodes.ofTurn('turn_519')).toBeDefined();
});
