import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Proposal, Turn } from '../agents/index.ts';
import type { ApiClient, ChatEvent } from '../api/index.ts';
import { createIdSource, silentLogger, systemClock, systemRandom } from '../base/index.ts';
import { transactionSchema, type FlowDocument, type Op } from '../flow/index.ts';
import { createEngine, type Engine } from './index.ts';

const STORY = 'Login with email and password; if the password is wrong show an error and let them retry; the first time, show a tutorial, otherwise the dashboard';

let dataDir: string;
let engine: Engine;
let api: ApiClient;
const ids = createIdSource(systemClock, systemRandom);
const start = async () => {
  engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
  api = createRouterClient(engine.router) as unknown as ApiClient;
};
const restart = async () => {
  await engine.close();
  await start();
};
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-chat-'));
  await start();
});
afterEach(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A conversation as a screen follows it: the last state of each turn and proposal. */
async function follow(flowId: string) {
  const stop = new AbortController();
  const turns = new Map<string, Turn>();
  const proposals = new Map<string, Proposal>();
  const events: ChatEvent[] = [];
  const stream = await api.chat.open({ flowId }, { signal: stop.signal });
  const reading = (async () => {
    for await (const event of stream) {
      events.push(event);
      if (event.type === 'past') {
        for (const turn of event.turns) turns.set(turn.id, turn);
        for (const proposal of event.proposals) proposals.set(proposal.id, proposal);
      }
      if (event.type === 'turn') turns.set(event.turn.id, event.turn);
      if (event.type === 'proposal') proposals.set(event.proposal.id, event.proposal);
    }
  })().catch(() => undefined);
  return {
    events,
    turns,
    proposals,
    status: (turnId: string) => expect.poll(() => turns.get(turnId)?.status, { timeout: 20_000, interval: 20 }),
    close: async () => (stop.abort(), reading),
  };
}
const documentOf = async (flowId: string) => JSON.parse((await api.flow.export({ flowId, format: 'json' })).text) as FlowDocument;
const titles = async (flowId: string) => Object.values((await documentOf(flowId)).nodes).map((node) => node.data.title).sort();

/** A flow with what the story makes of it, all accepted. */
async function storyFlow() {
  const flow = await api.flows.create({ name: 'Story' });
  const chat = await follow(flow.id);
  const { id } = await api.chat.send({ flowId: flow.id, text: STORY });
  await chat.status(id).toBe('awaitingApproval');
  await api.chat.approvePlan({ turnId: id });
  await chat.status(id).toBe('proposed');
  const proposal = chat.proposals.get(chat.turns.get(id)!.proposalId!)!;
  await api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
  await chat.status(id).toBe('done');
  return { flow, chat };
}
const logIdOf = async (flowId: string) => {
  const stop = new AbortController();
  for await (const event of await api.flow.open({ flowId }, { signal: stop.signal })) {
    if (event.type !== 'ready') continue;
    stop.abort();
    return event.logId;
  }
  throw new Error('never ready');
};
const commitOps = async (flowId: string, ops: Op[]) =>
  api.flow.commit({ flowId, transaction: transactionSchema.parse({ id: ids.newId('tx'), logId: await logIdOf(flowId), author: { kind: 'user', id: 'local', name: '' }, at: 1, schema: 1, ops }) });

test('the story: words, a plan, a proposal that changes nothing yet, then the flow, and all of it after a restart', async () => {
  const flow = await api.flows.create({ name: 'Story' });
  const chat = await follow(flow.id);
  const { id } = await api.chat.send({ flowId: flow.id, text: STORY });
  await chat.status(id).toBe('awaitingApproval');
  expect(chat.turns.get(id)!.plan!.steps.length).toBeGreaterThan(1);
  await api.chat.approvePlan({ turnId: id });
  await chat.status(id).toBe('proposed');
  const proposal = chat.proposals.get(chat.turns.get(id)!.proposalId!)!;
  expect(proposal.cards.every((card) => card.reason.length > 0 && card.fit === 'fits')).toBe(true);
  expect((await documentOf(flow.id)).nodes).toEqual({});
  expect(chat.events.filter((event) => event.type === 'step').map((event) => event.agent)).toEqual(expect.arrayContaining(['classifier', 'planner', 'architect', 'validator']));

  await chat.close();
  await restart();
  const again = await follow(flow.id);
  await expect.poll(() => again.proposals.size).toBe(1);
  const { accepted, entryId } = await api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
  expect(accepted.length).toBe(proposal.cards.length);
  expect(await titles(flow.id)).toEqual(expect.arrayContaining(['Login', 'Dashboard']));
  const [newest] = await api.flow.history({ flowId: flow.id, limit: 1 });
  expect(newest).toMatchObject({ id: entryId, author: { kind: 'agent', id: 'rules' }, message: STORY });
  await again.status(id).toBe('done');
  const before = (await api.flow.export({ flowId: flow.id, format: 'json' })).text;
  await again.close();
  await restart();
  expect((await api.flow.export({ flowId: flow.id, format: 'json' })).text).toBe(before);
});

test('accepting what the person has done by hand meanwhile writes no entry, and the proposal waits for none', async () => {
  const { flow, chat } = await storyFlow();
  const { id } = await api.chat.send({ flowId: flow.id, text: 'rename Dashboard to Home' });
  await chat.status(id).toBe('proposed');
  const proposal = chat.proposals.get(chat.turns.get(id)!.proposalId!)!;
  const dashboard = Object.values((await documentOf(flow.id)).nodes).find((node) => node.data.title === 'Dashboard')!;
  await commitOps(flow.id, [{ op: 'set', kind: 'node', id: dashboard.id, field: 'data.title', from: 'Dashboard', to: 'Home' }]);
  const answer = await api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
  expect(answer).toMatchObject({ held: [], proposal: { status: 'done', acceptances: 0 } });
  expect(answer.entryId).toBeUndefined();
  await chat.close();
});

test('card by card: a node in the middle of a splice is rejected, a ghost is edited, the flow moves underneath, a restart, and then it is accepted', async () => {
  const { flow, chat } = await storyFlow();
  const before = await documentOf(flow.id);
  const byTitle = (document: FlowDocument, title: string) => Object.values(document.nodes).find((node) => node.data.title === title)!;
  const { id } = await api.chat.send({ flowId: flow.id, text: 'Add a "Captcha" screen, then a "Welcome back" screen and then a "Notices" screen between Login and the password check.' });
  await expect.poll(() => chat.turns.get(id)?.status, { timeout: 20_000 }).toMatch(/awaitingApproval|proposed/);
  if (chat.turns.get(id)!.status === 'awaitingApproval') await api.chat.approvePlan({ turnId: id });
  await chat.status(id).toBe('proposed');
  let proposal = chat.proposals.get(chat.turns.get(id)!.proposalId!)!;
  const cardOf = (title: string) => proposal.cards.find((card) => card.ops.some((op) => op.op === 'add' && op.kind === 'node' && (op.value.data as { title: string }).title === title))!;
  const ghostId = (title: string) => (cardOf(title).ops.find((op) => op.op === 'add' && op.kind === 'node' && (op.value.data as { title: string }).title === title) as { id: string }).id;
  const notices = ghostId('Notices');

  const rejected = await api.proposal.reject({ proposalId: proposal.id, cardIds: [cardOf('Welcome back').id] });
  proposal = rejected.proposal;
  proposal = await api.proposal.edit({ proposalId: proposal.id, ops: [{ op: 'set', kind: 'node', id: notices, field: 'data.title', from: 'Notices', to: 'News' }, { op: 'set', kind: 'node', id: notices, field: 'position', from: null, to: { x: 777, y: 555 } }] });
  expect(cardOf('News').edited).toBe(true);
  expect(await documentOf(flow.id)).toEqual(before);

  const login = byTitle(before, 'Login');
  await commitOps(flow.id, [{ op: 'set', kind: 'node', id: login.id, field: 'data.title', from: 'Login', to: 'Sign in' }]);
  await chat.close();
  await restart();

  const open = proposal.cards.filter((card) => card.status === 'open').map((card) => card.id);
  const result = await api.proposal.accept({ proposalId: proposal.id, cardIds: open });
  expect(result.held).toEqual([]);
  const after = await documentOf(flow.id);
  expect(after.nodes[login.id]!.data.title).toBe('Sign in');
  expect(after.nodes[notices]).toMatchObject({ data: { title: 'News' }, position: { x: 777, y: 555 } });
  expect(Object.values(after.nodes).map((node) => node.data.title)).not.toContain('Welcome back');
  const next = (nodeId: string) => Object.values(after.edges).filter((edge) => edge.source === nodeId).map((edge) => after.nodes[edge.target]!.data.title);
  const captcha = byTitle(after, 'Captcha');
  expect(next(login.id)).toEqual(['Captcha']);
  expect(next(captcha.id)).toEqual(['News']);
  expect(next(notices)).toEqual(['Password correct?']);
  for (const [nodeId, node] of Object.entries(before.nodes)) if (nodeId !== login.id) expect(after.nodes[nodeId]).toEqual(node);
});

test('an instruction that could mean two things asks one question, and its quick reply goes on', async () => {
  const flow = await api.flows.create({ name: 'Two' });
  const screen = (id: string, title: string, x: number): Op => ({ op: 'add', kind: 'node', id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } });
  await commitOps(flow.id, [screen('node_a', 'Payment error', 0), screen('node_b', 'Upload error', 400)]);
  const chat = await follow(flow.id);
  const { id } = await api.chat.send({ flowId: flow.id, text: 'rename the error screen to "Oops"' });
  await chat.status(id).toBe('awaitingClarification');
  const { clarification } = chat.turns.get(id)!;
  expect(clarification!.quickReplies).toEqual(expect.arrayContaining(['Payment error', 'Upload error']));
  await api.chat.answer({ turnId: id, text: 'Upload error' });
  await chat.status(id).toBe('proposed');
  const proposal = chat.proposals.get(chat.turns.get(id)!.proposalId!)!;
  await api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
  expect(await titles(flow.id)).toEqual(['Oops', 'Payment error']);
  await chat.close();
});

test('what cannot be a message is refused with its reason and leaves no turn', async () => {
  const flow = await api.flows.create({ name: 'A' });
  for (const [text, code] of [['  ', 'MESSAGE_EMPTY'], ['a\0b', 'MESSAGE_NOT_TEXT'], ['x'.repeat(2_000_001), 'MESSAGE_TOO_LONG']] as const) {
    await expect(api.chat.send({ flowId: flow.id, text })).rejects.toMatchObject({ code });
  }
  const chat = await follow(flow.id);
  await expect.poll(() => chat.events.length).toBeGreaterThan(0);
  expect(chat.events[0]).toMatchObject({ type: 'past', messages: [], turns: [] });
  await chat.close();
});

test('a megabyte of prose ends in a plan or an answer, never in nothing', async () => {
  const flow = await api.flows.create({ name: 'A' });
  const chat = await follow(flow.id);
  const { id } = await api.chat.send({ flowId: flow.id, text: 'The user opens the app and taps the button. '.repeat(22_000) });
  await expect.poll(() => chat.turns.get(id)?.status, { timeout: 30_000 }).toMatch(/awaitingApproval|proposed|done/);
  await chat.close();
});

test('deciding twice does nothing twice', async () => {
  const { flow, chat } = await storyFlow();
  const [proposal] = [...chat.proposals.values()];
  const { length } = await api.flow.history({ flowId: flow.id, limit: 50 });
  await expect(api.proposal.accept({ proposalId: proposal!.id, cardIds: proposal!.cards.map((card) => card.id) })).rejects.toMatchObject({ code: 'PROPOSAL_CLOSED' });
  expect((await api.flow.history({ flowId: flow.id, limit: 50 })).length).toBe(length);
  await expect(api.proposal.reject({ proposalId: 'proposal_none', cardIds: [] })).rejects.toMatchObject({ code: 'PROPOSAL_NOT_FOUND' });
  await chat.close();
});

test('a model that cannot be reached: the rules answer, and the turn says so', async () => {
  const flow = await api.flows.create({ name: 'A' });
  await api.settings.set({ model: { provider: 'ollama', baseUrl: 'http://127.0.0.1:9', model: 'none' } });
  const chat = await follow(flow.id);
  const { id } = await api.chat.send({ flowId: flow.id, text: STORY });
  await chat.status(id).toBe('awaitingApproval');
  expect(chat.turns.get(id)!.fallbacks.length).toBeGreaterThan(0);
  expect(chat.turns.get(id)!.fallbacks[0]!.error.code).toMatch(/^MODEL_/);
  await chat.close();
});

test('a long conversation comes by its end, with what still waits however long ago; the rest a page at a time, everything once', async () => {
  const { flow, chat: first } = await storyFlow();
  const sent = [...first.turns.keys()];
  for (let n = 1; n < 65; n++) {
    const { id } = await api.chat.send({ flowId: flow.id, text: n === 2 ? 'rename Dashboard to Home' : 'What is a modal good for?' });
    sent.push(id);
    await first.status(id).toBe(n === 2 ? 'proposed' : 'done');
  }
  const waiting = sent[2]!;
  await first.close();
  await restart();
  const chat = await follow(flow.id);
  await expect.poll(() => chat.events.length).toBeGreaterThan(0);
  const past = chat.events[0] as Extract<ChatEvent, { type: 'past' }>;
  const ids = (turns: readonly Turn[]) => turns.map(({ id }) => id);
  expect(ids(past.turns)).toEqual([waiting, ...sent.slice(35)]);
  expect(past.proposals.map(({ turnId }) => turnId)).toEqual([waiting]);
  expect(new Set(past.messages.map(({ turnId }) => turnId))).toEqual(new Set(sent.slice(35)));
  expect(past.earlier).toBe(sent[35]);
  const before = await api.chat.earlier({ flowId: flow.id, before: past.earlier! });
  expect([ids(before.turns), before.earlier, before.proposals]).toEqual([sent.slice(5, 35), sent[5], []]);
  const beginning = await api.chat.earlier({ flowId: flow.id, before: before.earlier! });
  expect([ids(beginning.turns), beginning.earlier, beginning.proposals.map(({ turnId }) => turnId)]).toEqual([sent.slice(0, 5), undefined, [sent[0], waiting]]);
  const messages = [...beginning.messages, ...before.messages, ...past.messages];
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
  expect(messages.filter(({ role }) => role === 'person').map(({ turnId }) => turnId)).toEqual(sent);
  expect(await api.chat.earlier({ flowId: flow.id, before: 'turn_unknown' })).toEqual({ turns: [], messages: [], proposals: [] });
  await chat.close();
});
