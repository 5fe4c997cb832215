/** How many calls of a model a request takes, one after the other, counted at the model. */
import { describe, expect, it } from 'vitest';
import { createIdSource, createTestClock, seededRandom } from '../base/index.ts';
import { initialState, openDocument, type LogState } from '../flow/index.ts';
import { scriptedModel, type ScriptedAnswer, type ScriptedQuestion } from '../llm/scriptedModel.ts';
import { createMemoryTurnStore } from './memoryTurnStore.ts';
import { jpegOf, LOGIN_SVG } from './image/imageFixtures.ts';
import { createTurnRunner } from './turn.ts';
import type { Turn, TurnImage } from './turnSchema.ts';

const shop = (): LogState =>
  openDocument({
    format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop',
    nodes: Object.fromEntries([['n_s', 'start', 'Start'], ['n_l', 'screen', 'Login'], ['n_o', 'screen', 'Order history'], ['n_p', 'screen', 'Order details'], ['n_e', 'end', 'Done']].map(([id, type, title], index) => [id, { id, type, position: { x: index * 240, y: 0 }, data: { title } }])),
    edges: Object.fromEntries([['e1', 'n_s', 'n_l'], ['e2', 'n_l', 'n_o'], ['e3', 'n_o', 'n_p'], ['e4', 'n_p', 'n_e']].map(([id, source, target]) => [id, { id, source, target, data: {} }])),
  } as never);

const card = (title: string, key: string, before: string) => ({ title, reason: 'asked', addNodes: [{ key, type: 'screen', title }], addEdges: [{ from: before, to: key }], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [] });
const EDIT = { cards: [card('Help', 'help', 'n_l')] };
const many = (count: number) => ({ cards: [{ ...card('Start', 's', 's'), addNodes: [{ key: 's', type: 'start', title: 'Start' }], addEdges: [] }, ...Array.from({ length: count - 1 }, (_, index) => card(`Screen ${index}`, `k${index}`, index ? `k${index - 1}` : 's'))] });
const PLAN = { steps: [{ task: 'The user opens the app.', reasoning: 'start' }, { task: 'The user signs in.', reasoning: 'access' }], assumptions: [] };
const SEEN = { status: 'success', description: 'A login.', elements: [{ id: 'a', type: 'screen', text: 'Sign in' }, { id: 'b', type: 'screen', text: 'Home' }], connections: [{ from: 'a', to: 'b' }] };
const ANSWER = { answer: 'There are three screens.', principle: '', nodeIds: [] };

/** Runs a request and counts: all calls, and the longest chain of calls that waited for each other. */
async function count(message: string, options: { state?: LogState; design?: unknown; classify?: unknown; manage?: unknown; image?: Uint8Array; mediaType?: TurnImage['mediaType']; fallsBack?: true } = {}) {
  const state = options.state ?? shop();
  const open = new Set<number>();
  /** For each call: the longest chain that ended in it. */
  const depths: number[] = [];
  let ended = 0;
  const answerOf = ({ schemaName }: ScriptedQuestion): unknown =>
    ({ architect: options.design ?? EDIT, planner: PLAN, uxExpert: ANSWER, classifier: options.classify, manager: options.manage, synthesizer: { reply: 'Here is a proposal; accept it on the canvas.' }, visualInterpreter: SEEN })[schemaName!];
  const model = scriptedModel(async (question): Promise<ScriptedAnswer> => {
    const depth = ended + 1;
    depths.push(depth);
    open.add(question.index);
    // Long enough for everything that runs beside it to begin.
    for (let i = 0; i < 50; i++) await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    open.delete(question.index);
    ended = Math.max(ended, depth);
    return { json: answerOf(question) };
  });
  const store = createMemoryTurnStore();
  const clock = createTestClock();
  const runner = createTurnRunner({
    store, clock, readFlow: () => ({ state, head: state.no }), model: async () => model, modelName: () => 'scripted:model',
    ids: createIdSource(clock, seededRandom(3)), newSeed: () => 42, emit: () => {}, ...(options.image ? { readAsset: () => options.image } : {}),
  });
  const image = options.image ? { assetId: 'a'.repeat(64), mediaType: options.mediaType ?? ('image/jpeg' as const), width: 40, height: 30 } : undefined;
  const { id } = runner.start('flow_1', message, image);
  await runner.idle();
  if (store.findTurn(id)!.status === 'awaitingApproval') {
    runner.approvePlan(id);
    await runner.idle();
  }
  const turn: Turn = store.findTurn(id)!;
  expect(turn.fallbacks.map(({ error }) => error.code)).toEqual(options.fallsBack ? ['DESIGN_INVALID'] : []);
  return { turn, asked: model.questions.map(({ schemaName }) => schemaName), inSequence: Math.max(0, ...depths), proposal: turn.proposalId ? store.findProposal(turn.proposalId) : undefined };
}

describe('calls of a model', () => {
  it('an edit: one', async () => {
    const { asked, turn } = await count('insert a "Help" screen between Login and Order history');
    expect(asked).toEqual(['architect']);
    expect(turn.status).toBe('proposed');
  });
  it('a question: one', async () => {
    const { asked, turn } = await count('How many screens are there?');
    expect(asked).toEqual(['uxExpert']);
    expect(turn.reply).toBe(ANSWER.answer);
  });
  it('small talk and what rules refuse: none', async () => {
    expect((await count('hello!')).asked).toEqual([]);
    expect((await count('Book me a flight to Rome')).asked).toEqual([]);
  });
  it('a planned creation: plan and design, and a summary where there are many cards', async () => {
    const small = await count('The user opens the app. The user signs in.', { state: initialState('flow_1'), design: many(3) });
    expect(small.asked).toEqual(['planner', 'architect']);
    const large = await count('The user opens the app. The user signs in.', { state: initialState('flow_1'), design: many(9) });
    expect(large.asked).toEqual(['planner', 'architect', 'synthesizer']);
    expect(large.turn.reply).toMatch(/^Here is a proposal/);
    expect(large.inSequence).toBe(3);
  });
  it('a task and a question: the question beside the task', async () => {
    const { asked, inSequence, turn } = await count('Rename Login to Sign in. How many screens are there?');
    expect([...asked].sort()).toEqual(['architect', 'uxExpert']);
    expect(inSequence).toBe(1);
    expect(turn.reply).toContain(ANSWER.answer);
    expect(turn.status).toBe('proposed');
  });
  it('a task and a question that the rules cannot tell apart: the classifier first', async () => {
    const classify = { intent: 'edit', sentiment: 'neutral', tasks: ['insert a "Help" screen between Login and Order history'], questions: ['and by the way, enough screens?'] };
    const { asked, inSequence, turn } = await count('Insert a "Help" screen between Login and Order history. And by the way, enough screens?', { classify });
    expect(asked[0]).toBe('classifier');
    expect([...asked].sort()).toEqual(['architect', 'classifier', 'uxExpert']);
    expect(inSequence).toBeLessThanOrEqual(3);
    expect(turn.reply).toContain(ANSWER.answer);
  });
  it('what the rules cannot make out: the manager, then at most two more', async () => {
    const { asked, inSequence } = await count('Mach mal was Schönes daraus', { manage: { kind: 'task', text: 'The user opens the app. The user signs in.', quickReplies: [], route: 'create' }, design: many(9) });
    expect(asked).toEqual(['manager', 'planner', 'architect']);
    expect(inSequence).toBe(3);
  });
  it('a design that cannot be written is tried again, and never beyond three calls', async () => {
    const doubled = { cards: [{ ...card('Nothing', 'k', 'n_l'), addNodes: [], addEdges: [] }] };
    const edit = await count('insert a "Help" screen between Login and Order history', { design: doubled, fallsBack: true });
    expect(edit.asked).toEqual(['architect', 'architect']);
    expect(edit.turn.status).toBe('proposed');
    const creation = await count('The user opens the app. The user signs in.', { state: initialState('flow_1'), design: doubled, fallsBack: true });
    expect(creation.asked).toEqual(['planner', 'architect', 'architect']);
    const unclear = await count('Mach mal was Schönes daraus', { manage: { kind: 'task', text: 'The user opens the app. The user signs in.', quickReplies: [], route: 'create' }, design: doubled, fallsBack: true });
    expect(unclear.asked).toEqual(['manager', 'planner', 'architect']);
  });
  it('a picture: one, and none where the file carries its drawing', async () => {
    const photo = await count('make this for mobile', { state: initialState('flow_1'), image: jpegOf(40, 30) });
    expect(photo.asked).toEqual(['visualInterpreter']);
    expect(photo.proposal!.cards.flatMap(({ ops }) => ops).filter((op) => op.op === 'add' && op.kind === 'node' && op.value['device'] === 'mobile')).toHaveLength(2);
    const asked = await count('What is missing?', { state: initialState('flow_1'), image: jpegOf(40, 30) });
    expect(asked.asked).toEqual(['visualInterpreter', 'uxExpert']);
    expect(asked.turn.reply).toContain(ANSWER.answer);
    expect(asked.turn.status).toBe('proposed');
    const drawing = await count('', { state: initialState('flow_1'), image: LOGIN_SVG, mediaType: 'image/svg+xml' });
    expect(drawing.asked).toEqual([]);
    expect(drawing.turn.status).toBe('proposed');
  });
});
