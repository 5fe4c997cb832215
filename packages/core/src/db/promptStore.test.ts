import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DataFolder } from './dataFolder.ts';
import { createTestFolder, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let folder: DataFolder;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
});
afterEach(() => place.dispose());

const add = (agent: string, text: string, change: { origin?: 'builtIn' | 'person' } = {}) => folder.prompts.addVariant({ agent, text, origin: change.origin ?? 'person', status: 'paused', reason: '', createdAt: 1 });

test('wordings are numbered for each agent, and one of an agent is tried at a time', () => {
  const [one, two, other] = [add('architect', 'first wording'), add('architect', 'second wording'), add('planner', 'plan')];
  expect([one.number, two.number, other.number]).toEqual([1, 2, 1]);
  folder.prompts.setStatus(one.id, 'trying');
  folder.prompts.setStatus(other.id, 'trying');
  folder.prompts.setStatus(two.id, 'trying');
  expect(folder.prompts.listVariants().map(({ agent, number, status }) => [agent, number, status])).toEqual([
    ['architect', 1, 'paused'],
    ['architect', 2, 'trying'],
    ['planner', 1, 'trying'],
  ]);
  folder.prompts.removeVariant(two.id);
  expect(add('architect', 'third').number).toBe(2);
});

test('a turn keeps the wording that it began with, and its use ends once, with what is known', async () => {
  const [one, two] = [add('architect', 'first wording'), add('architect', 'second wording')];
  const opened = folder.prompts.openTrial({ agent: 'architect', variantId: one.id, turnId: 'turn_1', context: 'c', startedAt: 5 });
  expect(folder.prompts.openTrial({ agent: 'architect', variantId: two.id, turnId: 'turn_1', context: 'c', startedAt: 9 })).toEqual(opened);
  folder.prompts.endTrial(opened.id, { outcome: 'acceptedEdited', isValid: true, ms: 1.5, score: 0.6, endedAt: 8 });
  await folder.close();
  folder = await place.open();
  expect(folder.prompts.findTrial('turn_1', 'architect')).toEqual({ ...opened, outcome: 'acceptedEdited', isValid: true, ms: 1.5, score: 0.6, endedAt: 8 });
  expect(folder.prompts.trialsOfTurn('turn_1')).toHaveLength(1);
});

test('uses that nobody decided about become unknown and count for nothing', () => {
  const { id } = add('architect', 'first wording');
  const at = (turnId: string, startedAt: number) => folder.prompts.openTrial({ agent: 'architect', variantId: id, turnId, context: 'c', startedAt });
  const decided = at('turn_1', 10);
  at('turn_2', 20);
  at('turn_3', 30);
  folder.prompts.endTrial(decided.id, { outcome: 'rejected', score: 0, endedAt: 11 });
  expect(folder.prompts.expireTrials(25, 100)).toBe(1);
  expect(folder.prompts.outcomesOf(id)).toMatchObject({ rejected: 1, unknown: 1, open: 1, accepted: 0 });
  expect(folder.prompts.countedTrials(id).map((trial) => trial.turnId)).toEqual(['turn_1']);
  expect(folder.prompts.countedTrials(id, { since: 11 })).toEqual([]);
});

test('a deleted wording takes its uses and its changes along; the others stay', () => {
  const [one, two, three] = [add('architect', 'a'), add('architect', 'b'), add('architect', 'c')];
  const change = (from: string, to: string) => folder.prompts.addChange({ agent: 'architect', fromVariantId: from, toVariantId: to, status: 'proposed', evidence: '{}', createdAt: 3 });
  change(one.id, two.id);
  const kept = change(one.id, three.id);
  folder.prompts.openTrial({ agent: 'architect', variantId: two.id, turnId: 'turn_1', context: 'c', startedAt: 5 });
  folder.prompts.removeVariant(two.id);
  expect(folder.prompts.listChanges('architect')).toEqual([kept]);
  expect(folder.prompts.trialsOfTurn('turn_1')).toEqual([]);
  folder.prompts.setChangeStatus(kept.id, 'applied', 7);
  expect(folder.prompts.findChange(kept.id)).toEqual({ ...kept, status: 'applied', decidedAt: 7 });
});
