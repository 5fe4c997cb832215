import { afterEach, beforeEach, expect, it } from 'vitest';
import { openModelTestEngine, type FollowedChat, type ModelTestEngine } from './modelTestKit.ts';

const HOST = 'http://model.test:11434';
let kit: ModelTestEngine;
let chat: FollowedChat;
let flowId = '';
/** Agents that the model was asked as, in order. */
let asked: string[] = [];
let embedded: string[][] = [];

const json = (value: unknown) => new Response(`${JSON.stringify(value)}\n`, { status: 200, headers: { 'content-type': 'application/x-ndjson' } });
const playedFetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
  const body = JSON.parse(String(init?.body)) as { format?: { properties: Record<string, unknown> }; input?: string[] };
  if (String(input) === `${HOST}/api/embed`) {
    embedded.push(body.input!);
    return json({ model: 'e', embeddings: body.input!.map(() => [1, 0, 0]), prompt_eval_count: 3 });
  }
  const isExpert = 'principle' in (body.format?.properties ?? {});
  // Whoever else asks (what is learned from a correction) has its own tests.
  if (!isExpert && !('cards' in (body.format?.properties ?? {}))) return json({ model: 'scripted', message: { role: 'assistant', content: 'No.' }, done: true, done_reason: 'stop' });
  asked.push(isExpert ? 'uxExpert' : 'architect');
  const content = isExpert
    ? JSON.stringify({ answer: `Answer ${asked.length}.`, principle: '', nodeIds: [] })
    : JSON.stringify({ cards: [{ title: 'Rename', reason: 'As asked.', addNodes: [], addEdges: [], removeEdges: [], removeNodes: [], changeNodes: [{ id: 'node_2', title: `Basket ${asked.length}` }], changeEdges: [] }] });
  return json({ model: 'scripted', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content }, done: true, done_reason: 'stop', prompt_eval_count: 10, eval_count: 5 });
}) as typeof fetch;

beforeEach(async () => {
  asked = [];
  embedded = [];
  kit = await openModelTestEngine(() => '', { engine: { fetch: playedFetch } });
  await kit.api.settings.set({ keepsAnswers: true });
  flowId = (await kit.api.flows.import({ fileName: 'a.uxflow', text: JSON.stringify({
    format: 'uxflow', version: 1, id: 'flow_x', name: 'Shop',
    nodes: Object.fromEntries(['Start', 'Login', 'Cart'].map((title, index) => [`node_${index}`, { id: `node_${index}`, type: index ? 'screen' : 'start', position: { x: 0, y: index * 200 }, data: { title } }])),
    edges: { edge_1: { id: 'edge_1', source: 'node_0', target: 'node_1', data: {} }, edge_2: { id: 'edge_2', source: 'node_1', target: 'node_2', data: {} } },
  }) })).id;
  chat = await kit.follow(flowId);
});
afterEach(async () => {
  await chat.close();
  await kit.close();
});

const ask = async (text: string) => chat.settled((await kit.api.chat.send({ flowId, text })).id);
const rows = () => kit.rows("select outcome, cached, operation, input_tokens, agent from model_call order by rowid");

it('gives the same answer to the same question, says so in chat and ledger, and asks again when told to', async () => {
  const first = await ask('What comes after the login?');
  expect(asked).toEqual(['uxExpert']);
  const second = await ask('What comes after the login?');
  expect(asked).toEqual(['uxExpert']);
  expect(second.reply).toBe(first.reply);
  const steps = kit.rows(`select body from turn_step where turn_id = '${second.id}'`).map((row) => JSON.parse(String(row['body'])) as { call?: { cached?: { kind: string } } });
  expect(steps.some((step) => step.call?.cached?.kind === 'exact')).toBe(true);
  expect(rows()).toEqual([expect.objectContaining({ outcome: 'ok' }), { outcome: 'cached', cached: 'exact', operation: 'chat', input_tokens: 0, agent: 'uxExpert' }]);
  const again = await chat.settled((await kit.api.chat.askAgain({ turnId: second.id })).id);
  expect(asked).toEqual(['uxExpert', 'uxExpert']);
  expect(again.reply).not.toBe(first.reply);
  // The new answer is the one that is kept.
  expect((await ask('What comes after the login?')).reply).toBe(again.reply);
  expect(await kit.api.answers.size()).toMatchObject({ answers: 1 });
  await kit.api.answers.clear();
  expect(await kit.api.answers.size()).toEqual({ answers: 0, bytes: 0 });
  await ask('What comes after the login?');
  expect(asked).toHaveLength(3);
});

it('gives no answer of another state of the flow, none while it is off, and none of a flow that was deleted for good', async () => {
  await ask('What comes after the login?');
  await kit.api.flows.rename({ flowId, name: 'Store' });
  // The name is not in the prompt, so the same words are still the same question.
  await ask('What comes after the login?');
  expect(asked).toHaveLength(1);
  await kit.api.settings.set({ keepsAnswers: false });
  await ask('What comes after the login?');
  expect(asked).toHaveLength(2);
  await kit.api.settings.set({ keepsAnswers: true });
  await kit.api.flows.delete({ flowId });
  await kit.api.flows.purge({ flowId });
  expect(await kit.api.answers.size()).toEqual({ answers: 0, bytes: 0 });
});

it('finds an answer by meaning once there is an embedding model, in this state of the flow only', async () => {
  await ask('What comes after the login?');
  await ask('What happens after login?');
  expect([asked.length, embedded.length]).toEqual([2, 0]);
  await kit.api.answers.clear();
  await kit.api.settings.set({ embeddingModel: { provider: 'ollama', baseUrl: HOST, model: 'e' } });
  const first = await ask('What comes after the login?');
  const second = await ask('What happens after login?');
  expect(second.reply).toBe(first.reply);
  expect(asked).toHaveLength(3);
  expect(embedded).toEqual([['What happens after login?', 'What comes after the login?']]);
  expect(rows().slice(-2)).toEqual([expect.objectContaining({ operation: 'embeddings', outcome: 'ok', input_tokens: 3 }), expect.objectContaining({ outcome: 'cached', cached: 'similar' })]);
  await ask('What happens after cart?');
  expect(asked).toHaveLength(4);
  await kit.api.flows.rename({ flowId, name: 'Store' });
  await ask('What happens after the login?');
  expect(asked, 'a new version of the flow').toHaveLength(5);
});

it('never proposes again from memory what was rejected', async () => {
  const proposalOf = (proposalId: string | undefined) => chat.proposals.get(proposalId!)!;
  const first = await ask('Rename Cart to Basket');
  expect(first.status).toBe('proposed');
  const second = await ask('Rename Cart to Basket');
  expect(asked).toEqual(['architect']);
  expect(proposalOf(second.proposalId).cards.map((card) => card.ops)).not.toHaveLength(0);
  const { cards } = proposalOf(second.proposalId);
  await kit.api.proposal.reject({ proposalId: second.proposalId!, cardIds: cards.map((card) => card.id) });
  await ask('Rename Cart to Basket');
  expect(asked).toEqual(['architect', 'architect']);
  // Asking again turns down what is still open.
  const third = await ask('Rename Cart to Basket');
  expect(asked).toHaveLength(2);
  const again = await chat.settled((await kit.api.chat.askAgain({ turnId: third.id })).id);
  expect(asked).toHaveLength(3);
  expect(again.status).toBe('proposed');
  expect(proposalOf(third.proposalId).cards.every((card) => card.status === 'rejected')).toBe(true);
});

it('tries an embedding model, and says what failed', async () => {
  expect(await kit.api.answers.tryEmbedding({ provider: 'ollama', baseUrl: HOST, model: 'e' })).toMatchObject({ ok: true, dimensions: 3 });
  expect(await kit.api.answers.tryEmbedding({ provider: 'anthropic', baseUrl: HOST, model: 'e' })).toMatchObject({ ok: false, error: { code: 'MODEL_SETTINGS_INVALID' } });
});
