import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock } from '../base/clock.ts';
import type { Proposal, Turn, TurnStep } from '../agents/turnSchema.ts';
import { recordedModel } from '../llm/callLedger.ts';
import type { EgressRecord } from '../llm/egress.ts';
import type { LanguageModel } from '../llm/languageModel.ts';
import type { DataFolder } from './dataFolder.ts';
import { createTestFolder, testEntry, testFlow, type TestFolder } from './testFolder.ts';

let place: TestFolder;
let folder: DataFolder;

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
});
afterEach(() => place.dispose());

const reopen = async () => {
  await folder.close();
  folder = await place.open();
};
const turn = (id: string, change: Partial<Turn> = {}): Turn => ({
  id, conversationId: 'talk', flowId: 'flow_1', status: 'queued', message: 'Add a login', language: 'en', model: 'rules', head: 3, feedback: [], fallbacks: [], seed: 1, createdAt: 1, updatedAt: 1, ...change,
});
const proposal = (change: Partial<Proposal> = {}): Proposal => ({
  id: 'proposal_1', turnId: 'turn_1', flowId: 'flow_1', entryId: 'entry_9', acceptances: 0, head: 3, status: 'open', createdAt: 4,
  cards: [{ id: 'card_1', title: 'Login', reason: 'Asked for', status: 'open', fit: 'fits', needs: [], edited: false, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: null, to: 'x', group: 'card_1' }] }],
  ...change,
});

test('a conversation with its turns, steps and proposals is there after reopening', async () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  expect(folder.turns.conversationOf('flow_1')).toBeUndefined();
  folder.turns.saveConversation({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  folder.turns.addMessage({ id: 'm1', conversationId: 'talk', role: 'person', text: 'Add a login', at: 5 });
  folder.turns.addMessage({ id: 'm2', conversationId: 'talk', turnId: 'turn_1', role: 'assistant', text: 'Done', at: 5 });
  folder.turns.addMessage({ id: 'm2', conversationId: 'talk', turnId: 'turn_1', role: 'assistant', text: 'Done.', at: 5 });
  folder.turns.saveTurn(turn('turn_1'));
  folder.turns.saveTurn(turn('turn_1', { status: 'running', step: 'planner', plan: { steps: [{ id: 's', task: 't', reasoning: 'r' }], assumptions: [] } }));
  folder.turns.saveTurn(turn('turn_2', { createdAt: 2 }));
  folder.turns.saveTurn(turn('turn_3', { createdAt: 3, status: 'cancelled' }));
  const step: TurnStep = { turnId: 'turn_1', n: 1, agent: 'planner', status: 'running', mind: 'rules', input: { a: [1] }, output: null, ids: ['node_1'], startedAt: 2 };
  folder.turns.saveStep({ ...step, n: 2 });
  folder.turns.saveStep(step);
  folder.turns.saveStep({ ...step, status: 'done', output: { b: 2 }, ms: 1.5 });
  folder.turns.saveProposal(proposal());
  folder.turns.saveProposal(proposal({ head: 4 }));
  await reopen();
  const { turns } = folder;
  expect(turns.conversationOf('flow_1')).toEqual({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  expect(turns.pageOf('talk', 10).messages.map((message) => [message.id, message.text, message.turnId])).toEqual([['m1', 'Add a login', undefined], ['m2', 'Done.', 'turn_1']]);
  expect(turns.findTurn('turn_1')).toEqual(turn('turn_1', { status: 'running', step: 'planner', plan: { steps: [{ id: 's', task: 't', reasoning: 'r' }], assumptions: [] } }));
  expect(turns.findTurn('turn_9')).toBeUndefined();
  expect(turns.turnsOf('talk').map((item) => item.id)).toEqual(['turn_1', 'turn_2', 'turn_3']);
  expect(turns.turnsWith(['queued', 'running']).map((item) => item.id)).toEqual(['turn_1', 'turn_2']);
  expect(turns.stepsOf('turn_1')).toEqual([{ ...step, status: 'done', output: { b: 2 }, ms: 1.5 }, { ...step, n: 2 }]);
  expect(turns.findProposal('proposal_1')).toEqual(proposal({ head: 4 }));
  expect(turns.proposalsOf('flow_1')).toHaveLength(1);
  turns.saveProposal(proposal({ id: 'proposal_2', status: 'done' }));
  expect(turns.proposalsOf('flow_1').map(({ id }) => id)).toEqual(['proposal_1', 'proposal_2']);
  expect(turns.openProposalsOf('flow_1').map(({ id }) => id)).toEqual(['proposal_1']);
  folder.flows.purgeFlow('flow_1');
  expect([turns.conversationOf('flow_1'), turns.findTurn('turn_1'), turns.findProposal('proposal_1'), turns.stepsOf('turn_1'), turns.pageOf('talk', 10).messages]).toEqual([undefined, undefined, undefined, [], []]);
});

test('what was said keeps its order when the clock is set back', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  const { turns } = folder;
  turns.saveConversation({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  for (const [id, at] of [['first', 9000], ['second', 5], ['third', 6]] as const) {
    turns.saveTurn(turn(id, { createdAt: at }));
    turns.addMessage({ id: `m-${id}`, conversationId: 'talk', role: 'person', text: id, at });
  }
  turns.addMessage({ id: 'm-first', conversationId: 'talk', turnId: 'first', role: 'person', text: 'first', at: 9000 });
  expect(turns.pageOf('talk', 10).messages.map(({ text }) => text)).toEqual(['first', 'second', 'third']);
  expect(turns.turnsOf('talk').map(({ id }) => id)).toEqual(['first', 'second', 'third']);
});

test('accepting a proposal and writing its entry are one: both are there, or none', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.turns.saveConversation({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  folder.turns.saveTurn(turn('turn_1', { status: 'proposed' }));
  folder.turns.saveProposal(proposal());
  const accept = (after: () => void) =>
    folder.withTransaction(() => {
      folder.turns.saveProposal(proposal({ status: 'done', acceptances: 1 }));
      folder.turns.saveTurn(turn('turn_1', { status: 'done' }));
      const no = folder.flows.append('log_1', testEntry('entry_9:1'), { flow: { nodeCount: 1 } });
      after();
      return no;
    });
  expect(() => accept(() => folder.flows.append('log_none', testEntry('x')))).toThrow(expect.objectContaining({ code: 'LOG_NOT_FOUND' }));
  expect([folder.turns.findProposal('proposal_1')!.status, folder.turns.findTurn('turn_1')!.status, folder.flows.headOf('log_1'), folder.flows.getFlow('flow_1').nodeCount]).toEqual(['open', 'proposed', 0, 0]);
  expect(accept(() => undefined)).toBe(1);
  expect([folder.turns.findProposal('proposal_1')!.status, folder.turns.findTurn('turn_1')!.status, folder.flows.headOf('log_1')]).toEqual(['done', 'done', 1]);
});

test('a status that the schema does not know is refused by the store itself', () => {
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log_1' });
  folder.turns.saveConversation({ id: 'talk', flowId: 'flow_1', createdAt: 1 });
  expect(() => folder.turns.saveTurn(turn('turn_1', { status: 'dreaming' as Turn['status'] }))).toThrow(/CHECK/);
  expect(() => folder.turns.saveTurn(turn('turn_1', { conversationId: 'none' }))).toThrow(/FOREIGN KEY/);
});

test('settings are JSON by key', async () => {
  expect(folder.settings.get('theme')).toBeUndefined();
  folder.settings.set('theme', 'dark');
  folder.settings.set('models', { hosts: ['a'], localOnly: true, none: null });
  folder.settings.set('theme', 'light');
  await reopen();
  expect(folder.settings.all()).toEqual({ theme: 'light', models: { hosts: ['a'], localOnly: true, none: null } });
  folder.settings.remove('theme');
  expect(folder.settings.get('theme')).toBeUndefined();
  expect(() => folder.settings.set('x', undefined)).toThrow(TypeError);
});

test('a model call is in the ledger before it is made, and complete after it', async () => {
  const model = (generate: LanguageModel['generate']): LanguageModel => ({ id: 'ollama:test', provider: 'ollama', generate });
  const options = { ledger: folder.ledger.calls, clock: createTestClock(7), costOf: () => 2 };
  const request = { system: '', messages: [], purpose: { agent: 'planner', promptVersion: 'planner-1' } };
  const purpose = { ...request.purpose, turnId: 'turn_1', flowId: 'flow_1', quality: 'pro', variantId: 'variant_1' };
  const answer = { text: 'x', usage: { inputTokens: 1_000_000, outputTokens: 500_000 }, model: 'test', ms: 1, firstTokenMs: 3, repaired: true };
  await recordedModel(model(async () => {
    expect(folder.ledger.listCalls()).toMatchObject([{ outcome: 'open', agent: 'planner', turnId: 'turn_1', startedAt: 7 }]);
    return answer;
  }), options).generate({ ...request, purpose });
  await expect(recordedModel(model(async () => Promise.reject(new Error('x'))), options).generate(request)).rejects.toThrow('x');
  await reopen();
  const [failed, done] = folder.ledger.listCalls();
  expect(done).toEqual({ id: done!.id, turnId: 'turn_1', flowId: 'flow_1', quality: 'pro', variantId: 'variant_1', operation: 'chat', agent: 'planner', model: 'ollama:test', promptVersion: 'planner-1', startedAt: 7, outcome: 'repaired', inputTokens: 1_000_000, outputTokens: 500_000, costUsd: 2, ms: 0, firstTokenMs: 3 });
  expect(failed).toMatchObject({ outcome: 'failed', errorCode: 'INTERNAL' });
  expect(failed).not.toHaveProperty('turnId');
  folder.ledger.markAccepted('turn_1', true);
  expect(folder.ledger.listCalls({ turnId: 'turn_1' })).toEqual([{ ...done, accepted: true }]);
});

test('requests that left the app are listed newest first, and old rows can be dropped', () => {
  const record = (startedAt: number, change: Partial<EgressRecord> = {}): EgressRecord => ({ host: 'api.test', port: 443, purpose: 'model', method: 'POST', requestBytes: 1, responseBytes: 2, startedAt, ms: 1.5, outcome: 'ok', status: 200, ...change });
  const { status: _status, ...refused } = record(3, { outcome: 'refused', reason: 'localOnly' });
  folder.ledger.addEgressRecords([record(1), record(2), refused]);
  folder.ledger.addEgressRecords([]);
  expect(folder.ledger.listEgressRecords(2)).toEqual([{ ...refused, id: '3' }, { ...record(2), id: '2' }]);
  expect(folder.ledger.prune(3)).toBe(2);
  expect(folder.ledger.listEgressRecords()).toEqual([{ ...refused, id: '3' }]);
});

test('an asset is stored once by its hash, and collected when nothing names it any more', () => {
  const sha256 = folder.assets.addAsset(Buffer.from('picture'), 'image/png');
  expect(sha256).toBe('2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97');
  expect(folder.assets.addAsset(Buffer.from('picture'), 'image/png')).toBe(sha256);
  expect(folder.assets.findAsset(sha256)).toEqual({ sha256, mediaType: 'image/png', bytes: Buffer.from('picture') });
  const other = folder.assets.addAsset(Buffer.from('other'), 'image/webp');
  const later = 1_700_000_000_001;
  expect(folder.assets.collectAssets(() => false, 1_700_000_000_000)).toBe(0);
  expect(folder.assets.collectAssets((name) => name === other, later)).toBe(1);
  expect([folder.assets.findAsset(sha256), folder.assets.findAsset(other)?.mediaType]).toEqual([undefined, 'image/webp']);
});
