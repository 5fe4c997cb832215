/** Agents alone, pictures in a conversation and learning from corrections, through the contract of a real engine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AGENT_NAMES, toBase64 } from '../agents/index.ts';
import { jpegOf, LOGIN_SVG, pngOf } from '../agents/image/imageFixtures.ts';
import type { AgentRunEvent, ApiClient } from '../api/index.ts';
import { silentLogger } from '../base/index.ts';
import type { FlowDocument } from '../flow/index.ts';
import { createEngine, type Engine } from './index.ts';
import { openModelTestEngine, type WireAnswer, type WireQuestion } from './modelTestKit.ts';

const SEEN = { status: 'success', description: 'A login.', elements: [{ id: 'a', type: 'screen', text: 'Sign in' }, { id: 'b', type: 'screen', text: 'Home' }], connections: [{ from: 'a', to: 'b' }] };
const PHOTO = toBase64(jpegOf(400, 300));

async function all(stream: Promise<AsyncIterable<AgentRunEvent>>): Promise<AgentRunEvent[]> {
  const events: AgentRunEvent[] = [];
  for await (const event of await stream) events.push(event);
  return events;
}

describe('without a model', () => {
  let dataDir: string;
  let engine: Engine;
  let api: ApiClient;
  const start = async () => {
    engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
    api = createRouterClient(engine.router) as unknown as ApiClient;
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'uxflow-agents-'));
    await start();
  });
  afterEach(async () => {
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
  });
  const settledTurn = async (flowId: string, turnId: string) => {
    const stop = new AbortController();
    for await (const event of await api.chat.open({ flowId }, { signal: stop.signal })) {
      const turn = event.type === 'past' ? event.turns.find(({ id }) => id === turnId) : event.type === 'turn' && event.turn.id === turnId ? event.turn : undefined;
      if (turn && turn.status !== 'queued' && turn.status !== 'running') {
        stop.abort();
        return turn;
      }
    }
    throw new Error('The conversation ended before the turn.');
  };
  const pastOf = async (flowId: string) => {
    const stop = new AbortController();
    for await (const event of await api.chat.open({ flowId }, { signal: stop.signal })) {
      stop.abort();
      if (event.type === 'past') return event;
    }
    throw new Error('The conversation told no past.');
  };

  it('runs every agent on its example, with the prompt that a model would get', async () => {
    const list = await api.agents.list();
    expect(list.map(({ name }) => name)).toEqual([...AGENT_NAMES]);
    for (const { name, example } of list) {
      const events = await all(api.agents.run({ name, input: example, mind: 'rules' }));
      expect(events[0], name).toMatchObject({ type: 'prompt', system: expect.stringContaining('JSON') });
      expect(events.at(-1), name).toMatchObject({ type: 'done', mind: 'rules' });
    }
  });

  it('lets an agent see a flow, and writes nothing into it', async () => {
    const flow = await api.flows.create({ name: 'Shop' });
    const before = (await api.flow.export({ flowId: flow.id, format: 'json' })).text;
    const events = await all(api.agents.run({ name: 'uxExpert', input: { question: 'How many screens are there?' }, flowId: flow.id, mind: 'rules' }));
    expect(events.at(-1)).toMatchObject({ type: 'done', output: { answer: expect.any(String) } });
    expect((await api.flow.export({ flowId: flow.id, format: 'json' })).text).toBe(before);
    expect((await pastOf(flow.id)).turns).toEqual([]);
  });

  it('says what is wrong with an input before it runs anything', async () => {
    await expect(all(api.agents.run({ name: 'planner', input: { task: 7 }, mind: 'rules' }))).rejects.toMatchObject({ code: 'AGENT_INPUT_INVALID' });
  });

  it('makes a proposal of a drawing and keeps its picture over a restart', async () => {
    const flow = await api.flows.create({ name: 'Drawn' });
    const { id } = await api.chat.send({ flowId: flow.id, text: '', image: { base64: toBase64(LOGIN_SVG), name: 'login.svg' } });
    const turn = await settledTurn(flow.id, id);
    expect(turn).toMatchObject({ status: 'proposed', image: { mediaType: 'image/svg+xml', width: 800, height: 400, name: 'login.svg' } });
    const proposal = (await pastOf(flow.id)).proposals[0]!;
    await api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
    const { nodes } = JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text) as FlowDocument;
    expect(Object.values(nodes).map((node) => node.data.title)).toEqual(expect.arrayContaining(['Login', 'Password ok?', 'Dashboard', 'Error']));
    await engine.close();
    await start();
    const kept = (await pastOf(flow.id)).turns[0]!;
    expect(await api.chat.image({ assetId: kept.image!.assetId })).toEqual({ mediaType: 'image/svg+xml', base64: toBase64(LOGIN_SVG) });
    await expect(api.chat.image({ assetId: '0'.repeat(64) })).rejects.toMatchObject({ code: 'IMAGE_GONE' });
  });

  it('forgets a picture with the last conversation that shows it', async () => {
    const shown = { base64: toBase64(LOGIN_SVG) };
    const flows = [await api.flows.create({ name: 'One' }), await api.flows.create({ name: 'Two' })];
    const turns = [];
    for (const flow of flows) turns.push(await api.chat.send({ flowId: flow.id, text: '', image: shown }));
    const { assetId } = turns[0]!.image!;
    expect(turns[1]!.image!.assetId).toBe(assetId);
    for (const [index, flow] of flows.entries()) await settledTurn(flow.id, turns[index]!.id);
    const purge = async (flowId: string) => {
      await api.flows.delete({ flowId });
      await api.flows.purge({ flowId });
    };
    await purge(flows[0]!.id);
    expect((await api.chat.image({ assetId })).base64).toBe(shown.base64);
    await purge(flows[1]!.id);
    await expect(api.chat.image({ assetId })).rejects.toMatchObject({ code: 'IMAGE_GONE' });
  });

  it('refuses a photo kindly, and what is no picture before a turn begins', async () => {
    const flow = await api.flows.create({ name: 'Photo' });
    const { id } = await api.chat.send({ flowId: flow.id, text: 'make this for mobile', image: { base64: PHOTO } });
    expect(await settledTurn(flow.id, id)).toMatchObject({ status: 'done', reply: expect.stringMatching(/settings/) });
    for (const [bytes, code] of [[pngOf(9000, 9000), 'IMAGE_TOO_LARGE'], [pngOf(9, 9).subarray(0, 50), 'IMAGE_UNREADABLE'], [new TextEncoder().encode('%PDF-1.7'), 'IMAGE_TYPE_UNSUPPORTED']] as const) {
      await expect(api.chat.send({ flowId: flow.id, text: 'x', image: { base64: toBase64(bytes) } })).rejects.toMatchObject({ code });
    }
    expect((await pastOf(flow.id)).turns).toHaveLength(1);
    await expect(api.chat.send({ flowId: flow.id, text: ' ' })).rejects.toMatchObject({ code: 'MESSAGE_EMPTY' });
  });
});

describe('with a model', () => {
  const withEngine = async (answer: (question: WireQuestion) => WireAnswer, run: (kit: Awaited<ReturnType<typeof openModelTestEngine>>) => Promise<void>) => {
    const kit = await openModelTestEngine(answer);
    try {
      await run(kit);
    } finally {
      await kit.close();
    }
  };
  const propertiesOf = ({ schema }: WireQuestion) => Object.keys((schema as { properties?: object } | null)?.properties ?? {});

  it('streams what the model says and tells its tokens', () =>
    withEngine(() => JSON.stringify({ answer: 'Add a way back.', principle: 'Freedom', nodeIds: [] }), async ({ api }) => {
      const events = await all(api.agents.run({ name: 'uxExpert', input: { question: 'What is missing?' }, mind: 'model' }));
      expect(events.filter(({ type }) => type === 'token').length).toBeGreaterThan(0);
      expect(events.at(-1)).toMatchObject({ type: 'done', mind: 'model', output: { answer: 'Add a way back.' }, call: { model: 'ollama:scripted', inputTokens: 10 } });
    }));

  it('stops when it is left', async () => {
    let asked = 0;
    const kit = await openModelTestEngine(() => JSON.stringify({ answer: 'x', principle: '', nodeIds: [] }), {
      engine: { fetch: (async (_: unknown, init?: RequestInit) => (asked++, new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error))))) as typeof fetch },
    });
    try {
      const stop = new AbortController();
      const stream = await kit.api.agents.run({ name: 'uxExpert', input: { question: 'What is missing?' }, mind: 'model' }, { signal: stop.signal });
      const events: AgentRunEvent[] = [];
      const reading = (async () => {
        for await (const event of stream) events.push(event);
      })();
      await expect.poll(() => asked).toBeGreaterThan(0);
      stop.abort();
      await reading.catch(() => undefined);
      expect(events.some(({ type }) => type === 'done')).toBe(false);
    } finally {
      await kit.close();
    }
  });

  it('shows the model a photo and makes a proposal of what it sees', () =>
    withEngine(() => JSON.stringify(SEEN), async ({ api, follow, sent }) => {
      const flow = await api.flows.create({ name: 'Photo' });
      const chat = await follow(flow.id);
      const { id } = await api.chat.send({ flowId: flow.id, text: 'make this for mobile', image: { base64: PHOTO, name: 'board.jpg' } });
      const turn = await chat.settled(id);
      expect(turn.status).toBe('proposed');
      expect(sent.find(({ url }) => url.endsWith('/api/chat'))!.body).toContain(PHOTO);
      expect(chat.proposals.get(turn.proposalId!)!.cards.length).toBeGreaterThan(0);
      await chat.close();
    }));

  it('can be tried again after the model failed to see', () => {
    let isBlind = true;
    return withEngine(() => (isBlind ? 'this is no JSON' : JSON.stringify(SEEN)), async ({ api, follow }) => {
      const flow = await api.flows.create({ name: 'Photo' });
      const chat = await follow(flow.id);
      const { id } = await api.chat.send({ flowId: flow.id, text: 'a wish', image: { base64: PHOTO } });
      expect(await chat.settled(id)).toMatchObject({ status: 'failed', message: 'a wish', image: { mediaType: 'image/jpeg' }, error: { code: 'MODEL_OUTPUT_INVALID' } });
      isBlind = false;
      await api.chat.retry({ turnId: id });
      expect(await chat.settled(id)).toMatchObject({ status: 'proposed' });
      await chat.close();
    });
  });

  const EDIT = { cards: [{ title: 'Help', reason: 'asked', addNodes: [{ key: 'h', type: 'screen', title: 'Help' }, { key: 't', type: 'screen', title: 'Tutorial' }], addEdges: [{ from: 'h', to: 't' }], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [] }] };
  const ANALYSIS = { sourceAgent: 'architect', problemCategory: 'clarity', detectedProblem: 'A title was renamed.', rootCause: 'r', recommendation: 'Keep the words.', confidence: 0.6, priority: 'low', implementationHint: '' };
  const answerBoth = (question: WireQuestion) => JSON.stringify(propertiesOf(question).includes('sourceAgent') ? ANALYSIS : EDIT);
  const propose = async ({ api, follow }: Awaited<ReturnType<typeof openModelTestEngine>>) => {
    const flow = await api.flows.import({ fileName: 'shop.uxflow', text: JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_shop', name: 'Shop', nodes: { n_l: { id: 'n_l', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Login' } } }, edges: {} }) });
    const chat = await follow(flow.id);
    const { id } = await api.chat.send({ flowId: flow.id, text: 'add a help screen after Login' });
    const turn = await chat.settled(id);
    return { turn, chat, proposal: chat.proposals.get(turn.proposalId!)! };
  };
  const rename = (ops: readonly unknown[]) => {
    const node = (ops as { op: string; kind: string; id: string; value: { data: { title: string } } }[]).find(({ op, kind, value }) => op === 'add' && kind === 'node' && value.data.title === 'Help')!;
    return { op: 'set' as const, kind: 'node' as const, id: node.id, field: 'data.title', from: 'Help', to: 'Support' };
  };

  it('learns from a proposal that was accepted after edits, once for a turn', () =>
    withEngine(answerBoth, async (kit) => {
      const { turn, chat, proposal } = await propose(kit);
      await kit.api.proposal.edit({ proposalId: proposal.id, ops: [rename(proposal.cards[0]!.ops)] });
      await kit.api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
      await expect.poll(() => kit.rows('select turn_id, agent, body from learning_episode')).toHaveLength(1);
      expect(kit.rows('select turn_id, agent, body from learning_episode')[0]).toMatchObject({ turn_id: turn.id, agent: 'architect', body: expect.stringContaining('ollama:scripted') });
      expect(kit.questions.at(-1)!.messages[0]!.content).toContain('"before":"Help","after":"Support"');
      await chat.close();
    }));

  it.each([
    ['was taken as it was', true, false],
    ['was edited, where the person does not want it', false, true],
  ])('asks nobody about a proposal that %s', (_, learns, edits) =>
    withEngine(answerBoth, async (kit) => {
      await kit.api.settings.set({ learnFromCorrections: learns });
      const { chat, proposal } = await propose(kit);
      if (edits) await kit.api.proposal.edit({ proposalId: proposal.id, ops: [rename(proposal.cards[0]!.ops)] });
      await kit.api.proposal.accept({ proposalId: proposal.id, cardIds: proposal.cards.map((card) => card.id) });
      const asked = kit.questions.length;
      // The next turn comes after everything that the last one might have set going.
      const { id } = await kit.api.chat.send({ flowId: proposal.flowId, text: 'How many screens are there?' });
      await chat.settled(id);
      expect(kit.questions.slice(asked).filter((question) => propertiesOf(question).includes('sourceAgent'))).toEqual([]);
      expect(kit.rows('select * from learning_episode')).toEqual([]);
      await chat.close();
    }));
});
