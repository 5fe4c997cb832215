import { afterEach, beforeEach, expect, test } from 'vitest';
import { architect } from '../../agents/architect.ts';
import type { AgentName, Turn } from '../../agents/index.ts';
import { createTestClock, silentLogger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { createTestFolder, testFlow, type TestFolder } from '../../db/testFolder.ts';
import { createPromptService, type PromptService } from './promptService.ts';

const OTHER = `${architect.instructions.text} Be brief.`;
let place: TestFolder;
let folder: DataFolder;
const clock = createTestClock(1_000_000);

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
});
afterEach(() => place.dispose());

const start = (): PromptService => createPromptService({ folder, models: { modelFor: async () => undefined }, clock, newSeed: () => 7, logger: silentLogger });
const reopen = async () => {
  await folder.close();
  folder = await place.open();
  return start();
};
const turn = (n: number, change: Partial<Turn> = {}): Turn => ({
  id: `turn_${n}`, conversationId: 'talk', flowId: 'flow_1', status: 'running', message: 'Add a login', language: 'en', model: 'ollama:x', head: 0, feedback: [], fallbacks: [], seed: n * 7919, createdAt: 1, updatedAt: 1, ...change,
});
const of = (service: PromptService, agent: AgentName) => service.view().agents.find((item) => item.agent === agent)!;

test('a trial goes on after a restart, and a turn that is resumed keeps the wording that it began with', async () => {
  let service = start();
  const { variantId } = service.add('architect', OTHER, '');
  service.try(variantId);
  const given = Array.from({ length: 30 }, (_, n) => service.templateFor('architect', turn(n))!.variantId);
  expect(new Set(given).size).toBe(2);
  service = await reopen();
  expect(of(service, 'architect').trial).toMatchObject({ variantId, turns: 0 });
  expect(Array.from({ length: 30 }, (_, n) => service.templateFor('architect', turn(n))!.variantId)).toEqual(given);
  // Even when the trial is over meanwhile.
  service.stopTrial('architect');
  expect(Array.from({ length: 30 }, (_, n) => service.templateFor('architect', turn(n))!.variantId)).toEqual(given);
  expect(of(service, 'architect').lastTrial).toMatchObject({ kind: 'stopped', variantId });
});

test('the same seed draws the same wording, whatever the clock says', () => {
  const service = start();
  const { variantId } = service.add('architect', OTHER, '');
  service.try(variantId);
  const first = service.templateFor('architect', turn(1, { id: 'turn_a' }))!.variantId;
  expect(service.templateFor('architect', turn(1, { id: 'turn_b' }))!.variantId).toBe(first);
});

test('the wordings of the app are numbered when they are new and not again', async () => {
  const first = start().view();
  expect(first.isLearning).toBe(true);
  expect(first.agents.map(({ agent }) => agent)).toContain('planner');
  expect(first.agents.every(({ variants }) => variants.length === 1)).toBe(true);
  expect((await reopen()).view()).toEqual(first);
});

test('when the app brings another wording, the one that the person chose stays and the screen says so', async () => {
  const old = folder.prompts.addVariant({ agent: 'architect', origin: 'builtIn', status: 'paused', text: 'Design flows. {{route}} As it was.', reason: '', createdAt: 1 });
  const own = folder.prompts.addVariant({ agent: 'architect', origin: 'person', status: 'paused', text: OTHER, reason: '', createdAt: 2 });
  folder.prompts.addChange({ agent: 'architect', fromVariantId: old.id, toVariantId: own.id, status: 'applied', evidence: '{}', createdAt: 3, decidedAt: 3 });
  const service = start();
  const seen = of(service, 'architect');
  expect(seen).toMatchObject({ inUse: own.id, hasBuiltInMovedOn: true });
  expect(seen.variants.map(({ number, origin }) => [number, origin])).toEqual([[1, 'builtIn'], [2, 'person'], [3, 'builtIn']]);
  expect(service.templateFor('architect', turn(1))).toMatchObject({ version: 'v2', text: OTHER });
  // The app's own wording, whichever of its versions is asked for, is the one of now.
  service.use(old.id);
  expect(service.templateFor('architect', turn(2))).toMatchObject({ version: architect.instructions.version, text: architect.instructions.text });
});

test('a change that was proposed against another wording is not left standing; one that is not the last cannot be taken back', () => {
  const service = start();
  const { inUse } = of(service, 'architect');
  const one = service.add('architect', OTHER, '').variantId;
  const two = service.add('architect', `${OTHER} And kind.`, '').variantId;
  const proposed = folder.prompts.addChange({ agent: 'architect', fromVariantId: inUse, toVariantId: one, status: 'proposed', evidence: '{}', createdAt: 1 });
  service.use(two);
  expect(of(service, 'architect').proposed).toBeUndefined();
  expect(() => service.decide(proposed.id, true)).toThrow(expect.objectContaining({ code: 'PROMPT_CHANGE_DECIDED' }));
  const first = of(service, 'architect').canRollBack!;
  service.use(one);
  expect(() => service.rollBack(first)).toThrow(expect.objectContaining({ code: 'PROMPT_CHANGE_NOT_LAST' }));
  service.rollBack(of(service, 'architect').canRollBack!);
  expect(of(service, 'architect').inUse).toBe(two);
  service.rollBack(first);
  expect(of(service, 'architect').inUse).toBe(inUse);
});

test('deleting a wording that lies behind the one in use changes nothing that is used', () => {
  const service = start();
  const one = service.add('architect', OTHER, '').variantId;
  const two = service.add('architect', `${OTHER} And kind.`, '').variantId;
  service.use(one);
  service.use(two);
  service.remove(one);
  expect(of(service, 'architect').inUse).toBe(two);
});

test('uses of a wording before its trial count for it, without the latest', () => {
  const service = start();
  for (let n = 0; n < 75; n++) {
    service.templateFor('architect', turn(n));
    const use = folder.prompts.findTrial(`turn_${n}`, 'architect')!;
    folder.prompts.endTrial(use.id, { outcome: n < 55 ? 'accepted' : 'rejected', score: n < 55 ? 1 : 0, endedAt: clock.now() });
  }
  clock.advance(1000);
  service.try(service.add('architect', OTHER, '').variantId);
  expect(of(service, 'architect').trial).toMatchObject({ before: 40, turns: 0 });
  // The twenty latest went badly; were they counted, any other wording would look better.
  const trial = folder.settings.get('prompts') as { trials: { architect: { scoresBefore: Record<string, { n: number; sum: number }> } } };
  expect(Object.values(trial.trials.architect.scoresBefore)).toEqual([{ n: 40, sum: 40 }]);
});

test('an agent whose work nobody decides about can be given another wording, but not a trial', () => {
  const service = start();
  const { variantId } = service.add('uxExpert', `${of(service, 'uxExpert').variants[0]!.text} Be kind.`, '');
  expect(() => service.try(variantId)).toThrow(expect.objectContaining({ code: 'PROMPT_NOT_MEASURED' }));
  service.use(variantId);
  expect(of(service, 'uxExpert').inUse).toBe(variantId);
});

test('a model that could not be reached says nothing about the wording', () => {
  const service = start();
  service.templateFor('architect', turn(1));
  service.templateFor('architect', turn(2));
  const fallback = (code: string) => ({ status: 'proposed' as const, fallbacks: [{ agent: 'architect' as const, error: { code, message: '', params: {} } }] });
  service.noteTurn(turn(1, fallback('MODEL_UNREACHABLE')));
  service.noteTurn(turn(2, fallback('DESIGN_INVALID')));
  expect([1, 2].map((n) => folder.prompts.findTrial(`turn_${n}`, 'architect')!.outcome)).toEqual(['unknown', 'failed']);
});

test('what the rules did is not counted for a wording; a plan that was approved as it was is', () => {
  const service = start();
  const plan = { steps: [{ id: 's', task: 'Log in', reasoning: '' }], assumptions: [] };
  const step = (turnId: string, mind: 'rules' | 'model') => folder.turns.saveStep({ turnId, n: 1, agent: 'planner', status: 'done', mind, input: null, output: plan, ids: [], startedAt: 1 });
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.turns.saveConversation({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  for (const [n, mind] of [[1, 'rules'], [2, 'model'], [3, 'model'], [4, 'model']] as const) {
    folder.turns.saveTurn(turn(n));
    service.templateFor('planner', turn(n));
    step(`turn_${n}`, mind);
  }
  service.notePlan(turn(1, { plan }), { kind: 'approved', plan });
  service.notePlan(turn(2, { plan }), { kind: 'approved', plan });
  service.notePlan(turn(3, { plan }), { kind: 'feedback' });
  service.notePlan(turn(4, { plan }), { kind: 'rejected' });
  expect([1, 2, 3, 4].map((n) => folder.prompts.findTrial(`turn_${n}`, 'planner')!.outcome)).toEqual(['unknown', 'accepted', 'corrected', 'rejected']);
});

test('uses that nobody decided about for a week are unknown', () => {
  const service = start();
  service.templateFor('planner', turn(1));
  clock.advance(8 * 24 * 3600_000);
  service.templateFor('planner', turn(2));
  service.noteProposal({ turnId: 'turn_9', cards: [] } as never);
  expect([1, 2].map((n) => folder.prompts.findTrial(`turn_${n}`, 'planner')!.outcome)).toEqual(['unknown', 'open']);
});
