import { describe, expect, it } from 'vitest';
import { AppError, createIdSource, createTestClock, seededRandom } from '../base/index.ts';
import { commit, documentText, fold, initialState, openDocument, review, toDocument, type LogState } from '../flow/index.ts';
import { scriptedModel } from '../llm/scriptedModel.ts';
import type { LanguageModel } from '../llm/index.ts';
import { createMemoryTurnStore } from './memoryTurnStore.ts';
import { acceptance } from './proposal.ts';
import { createTurnRunner, type TurnEvent, type TurnRunner } from './turn.ts';
import type { ChatMessage, Plan, Turn, TurnStore } from './turnSchema.ts';

const STORY = 'Login with email and password; if the password is wrong show an error and let them retry; the first time, show a tutorial, otherwise the dashboard';

interface Bench {
  runner: TurnRunner;
  store: TurnStore;
  events: TurnEvent[];
  flow: { state: LogState };
}

function bench(options: { rows?: Map<string, string>; flow?: { state: LogState }; model?: () => Promise<LanguageModel | undefined>; store?: TurnStore; seed?: number; modelTimeoutMs?: number } = {}): Bench {
  const store = options.store ?? createMemoryTurnStore(options.rows);
  const flow = options.flow ?? { state: initialState('flow_1') };
  const events: TurnEvent[] = [];
  const clock = createTestClock();
  const runner = createTurnRunner({
    store,
    readFlow: () => ({ state: flow.state, head: flow.state.no }),
    model: options.model ?? (async () => undefined),
    modelName: () => (options.model ? 'scripted:model' : 'rules'),
    ids: createIdSource(clock, seededRandom(options.seed ?? 7)),
    clock,
    newSeed: () => 42,
    emit: (event) => void events.push(event),
    ...(options.modelTimeoutMs ? { modelTimeoutMs: options.modelTimeoutMs } : {}),
  });
  return { runner, store, events, flow };
}

async function settled(at: Bench, turn: Turn): Promise<Turn> {
  await at.runner.idle();
  return at.store.findTurn(turn.id)!;
}

function acceptAll(at: Bench, turn: Turn): void {
  const proposal = at.store.findProposal(turn.proposalId!)!;
  const result = acceptance(at.flow.state, proposal, proposal.cards.map((card) => card.id));
  if (result.kind === 'held') throw new Error(`held: ${result.cardIds.join()}`);
  at.flow.state = fold(at.flow.state, commit(at.flow.state, { ops: result.ops }, { id: result.entryId, logId: 'flow_1', author: { kind: 'agent', id: 'agents', name: 'Agents' }, at: 1 }));
  at.store.saveProposal(result.proposal);
  at.runner.settle(turn.id);
}

const titles = (state: LogState) => [...state.node.values()].map((node) => node.data.title).sort();
const ways = (state: LogState) => [...state.edge.values()].map((edge) => `${state.node.get(edge.source)!.data.title}>${state.node.get(edge.target)!.data.title}`).sort();

const small = (): { state: LogState } => ({
  state: openDocument({
    format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop',
    nodes: Object.fromEntries([['n_s', 'start', 'Start'], ['n_l', 'screen', 'Login'], ['n_o', 'screen', 'Order history'], ['n_p', 'screen', 'Order details'], ['n_e', 'end', 'Done']].map(([id, type, title], index) => [id, { id, type, position: { x: index * 240, y: 0 }, data: { title } }])),
    edges: Object.fromEntries([['e1', 'n_s', 'n_l'], ['e2', 'n_l', 'n_o'], ['e3', 'n_o', 'n_p'], ['e4', 'n_p', 'n_e']].map(([id, source, target]) => [id, { id, source, target, data: {} }])),
  } as never),
});

describe('the story, by rules', () => {
  it('goes from message to accepted document', async () => {
    const rows = new Map<string, string>();
    const at = bench({ rows });
    const started = at.runner.start('flow_1', STORY);
    expect(started.status).toBe('queued');
    const planned = await settled(at, started);
    expect(planned.status).toBe('awaitingApproval');
    expect(planned.plan!.steps).toHaveLength(3);
    expect(planned.plan!.steps[0]).toMatchObject({ task: 'Login with email and password' });
    at.runner.approvePlan(planned.id);
    const proposed = await settled(at, planned);
    expect(proposed.status).toBe('proposed');
    const proposal = at.store.findProposal(proposed.proposalId!)!;
    expect(proposal.cards.map((card) => card.reason)).toEqual(planned.plan!.steps.map((step) => step.task));
    expect(proposal.cards.every((card) => card.fit === 'fits')).toBe(true);
    expect(proposed.reply).toContain('built-in rules');
    acceptAll(at, proposed);
    expect(titles(at.flow.state)).toEqual(expect.arrayContaining(['Login', 'Dashboard', 'Start']));
    expect(review(at.flow.state).filter((finding) => finding.severity === 'error')).toEqual([]);
    expect(at.store.findTurn(proposed.id)!.status).toBe('done');
    expect(at.store.findProposal(proposal.id)!.status).toBe('done');
    const said = [...rows].filter(([key]) => key.startsWith('message/')).map(([, text]) => JSON.parse(text) as ChatMessage);
    expect(said.map(({ role, conversationId }) => [role, conversationId])).toEqual(['person', 'assistant', 'assistant'].map((role) => [role, proposed.conversationId]));
  });

  it('builds an edited plan: a changed step, a removed step', async () => {
    const at = bench();
    const planned = await settled(at, at.runner.start('flow_1', 'The user opens the shop. The user picks a product. The user reads the reviews. The user pays.'));
    const [open, pick, , pay] = planned.plan!.steps;
    const plan: Plan = { ...planned.plan!, steps: [open!, { ...pick!, task: 'The user picks a voucher' }, pay!] };
    at.runner.approvePlan(planned.id, plan);
    acceptAll(at, await settled(at, planned));
    expect(titles(at.flow.state).join()).toMatch(/voucher/i);
    expect(titles(at.flow.state).join()).not.toMatch(/product|review/i);
  });

  it('makes the plan anew after feedback and builds that', async () => {
    const at = bench();
    const planned = await settled(at, at.runner.start('flow_1', STORY));
    at.runner.giveFeedback(planned.id, 'without the tutorial');
    const again = await settled(at, planned);
    expect(again.status).toBe('awaitingApproval');
    expect(again.feedback).toEqual(['without the tutorial']);
    expect(again.plan!.steps.at(-1)).toMatchObject({ id: 'feedback-1' });
    at.runner.giveFeedback(planned.id, 'also add password reset');
    const third = await settled(at, planned);
    at.runner.approvePlan(third.id);
    acceptAll(at, await settled(at, third));
    expect(titles(at.flow.state).join()).not.toMatch(/tutorial/i);
    expect(titles(at.flow.state).join()).toMatch(/password reset/i);
    expect(review(at.flow.state).filter((finding) => finding.severity === 'error')).toEqual([]);
  });

  it('leaves everything alone when the plan is rejected', async () => {
    const at = bench();
    const planned = await settled(at, at.runner.start('flow_1', STORY));
    expect(at.runner.rejectPlan(planned.id).status).toBe('cancelled');
    expect(at.store.proposalsOf('flow_1')).toEqual([]);
    expect(() => at.runner.approvePlan(planned.id)).toThrowError(expect.objectContaining({ code: 'TURN_NOT_WAITING' }));
  });
});

describe('edits', () => {
  it('goes right to a proposal and leaves the rest byte-equal', async () => {
    const at = bench({ flow: small() });
    const before = at.flow.state;
    const turn = await settled(at, at.runner.start('flow_1', 'rename Login to Sign in'));
    expect(turn.status).toBe('proposed');
    acceptAll(at, turn);
    expect(titles(at.flow.state)).toContain('Sign in');
    for (const [id, node] of before.node) if (id !== 'n_l') expect(at.flow.state.node.get(id)).toBe(node);
    for (const [id, edge] of before.edge) expect(at.flow.state.edge.get(id)).toBe(edge);
  });

  it('asks once, takes the answer and goes on', async () => {
    const at = bench({ flow: small() });
    const asked = await settled(at, at.runner.start('flow_1', 'remove the order'));
    expect(asked.status).toBe('awaitingClarification');
    expect([...asked.clarification!.quickReplies].sort()).toEqual(['Order details', 'Order history']);
    at.runner.answer(asked.id, 'Order details');
    const turn = await settled(at, asked);
    expect(turn.status).toBe('proposed');
    acceptAll(at, turn);
    expect(titles(at.flow.state)).toEqual(['Done', 'Login', 'Order history', 'Start']);
    expect(ways(at.flow.state)).toEqual(['Login>Order history', 'Order history>Done', 'Start>Login']);
  });

  it.each([
    ['Add a screen for gift cards', 'After Login', 'Gift cards'],
    ['rename Login', 'Sign in', 'Sign in'],
  ])('takes "%s" and "%s" together', async (message, answer, title) => {
    const at = bench({ flow: small() });
    const asked = await settled(at, at.runner.start('flow_1', message));
    expect(asked.status).toBe('awaitingClarification');
    at.runner.answer(asked.id, answer);
    acceptAll(at, await settled(at, asked));
    expect(titles(at.flow.state)).toContain(title);
  });

  it('never asks twice', async () => {
    const at = bench({ flow: small() });
    const asked = await settled(at, at.runner.start('flow_1', 'remove the order'));
    at.runner.answer(asked.id, 'hm, I do not know');
    const turn = await settled(at, asked);
    expect(turn.status).toBe('done');
    expect(turn.reply).toMatch(/nothing was changed/i);
  });

  it('joins a text to a flow that is there, using nodes of the same title again', async () => {
    const at = bench({ flow: small() });
    const planned = await settled(at, at.runner.start('flow_1', 'From the order details the user opens a return form. The user picks a reason and submits the form. Then the system creates a label.'));
    expect(planned.status).toBe('awaitingApproval');
    at.runner.approvePlan(planned.id);
    acceptAll(at, await settled(at, planned));
    expect(titles(at.flow.state).filter((title) => title === 'Order details')).toHaveLength(1);
    expect(at.flow.state.node.get('n_l')!.position).toEqual({ x: 240, y: 0 });
    expect(review(at.flow.state).filter((finding) => ['UNREACHABLE', 'ORPHAN_NODE', 'SEVERAL_STARTS'].includes(finding.code))).toEqual([]);
  });
});

describe('questions and small talk', () => {
  it.each([
    ['How many screens are there?', /3/],
    ['What is missing?', /./],
    ['Wie viele Screens gibt es?', /3/],
    ['What comes after Login?', /Order history/],
    ['hello!', /Tell me/],
    ['Book me a flight to Rome', /only change this flow/],
  ])('answers "%s" without a proposal', async (message, reply) => {
    const at = bench({ flow: small() });
    const turn = await settled(at, at.runner.start('flow_1', message));
    expect(turn.status).toBe('done');
    expect(turn.reply).toMatch(reply);
    expect(turn.proposalId).toBeUndefined();
  });
  it('does what is to be done and answers what is asked', async () => {
    const at = bench({ flow: small() });
    const turn = await settled(at, at.runner.start('flow_1', 'Rename Login to Sign in. How many screens are there?'));
    expect(turn.status).toBe('proposed');
    expect(turn.reply).toMatch(/There are 3/);
  });
});

describe('one turn a conversation', () => {
  it('queues the second, and a message supersedes a turn that waits', async () => {
    const at = bench({ flow: small() });
    const first = at.runner.start('flow_1', 'remove the order');
    const second = at.runner.start('flow_1', 'rename Login to Sign in');
    await at.runner.idle();
    expect(at.store.findTurn(second.id)!.status).toBe('proposed');
    expect(at.store.findTurn(first.id)!.status).toBe('awaitingClarification');
    at.runner.start('flow_1', 'rename Done to Finished');
    expect(at.store.findTurn(first.id)!.status).toBe('superseded');
    await at.runner.idle();
  });
});

/** Thrown by a store that "was killed": nothing is written any more. */
class Killed extends Error {}

describe('crash and resume', () => {
  /** A store that dies at its k-th write; what was written before stays. */
  const dying = (rows: Map<string, string>, writes: number): { store: TurnStore; isDead: () => boolean } => {
    const inner = createMemoryTurnStore(rows);
    let left = writes;
    const store = new Proxy(inner, {
      get(target, key: keyof TurnStore) {
        const method = target[key] as (...args: unknown[]) => unknown;
        return (...args: unknown[]) => {
          if (left <= 0) throw new Killed('killed');
          if (/^(?:save|add)/.test(key)) left--;
          return method(...args);
        };
      },
    });
    return { store, isDead: () => left <= 0 };
  };

  const stories: [string, string, () => { state: LogState }][] = [
    ['a creation', STORY, () => ({ state: initialState('flow_1') })],
    ['an edit', 'insert a "Help" screen between Login and Order history', small],
    ['a question', 'How many screens are there?', small],
  ];
  it.each(stories)('gives the same rows wherever %s was killed', async (_, message, flow) => {
    const finish = async (at: Bench): Promise<void> => {
      await at.runner.idle();
      for (const turn of at.store.turnsOf(at.store.conversationOf('flow_1')!.id)) if (turn.status === 'awaitingApproval') at.runner.approvePlan(turn.id);
      await at.runner.idle();
    };
    const whole = new Map<string, string>();
    const reference = bench({ rows: whole, flow: flow() });
    reference.runner.start('flow_1', message);
    await finish(reference);
    // The first three writes are the conversation, the turn and the message: they happen inside start itself.
    let k = 3;
    for (; ; k++) {
      const rows = new Map<string, string>();
      const { store, isDead } = dying(rows, k);
      const killed = bench({ store, flow: flow() });
      try {
        killed.runner.start('flow_1', message);
        await finish(killed);
      } catch (error) {
        expect(error).toBeInstanceOf(Killed);
      }
      if (!isDead()) break;
      const again = bench({ rows, flow: flow(), seed: 99 });
      again.runner.resumeAll();
      await finish(again);
      expect(Object.fromEntries(rows), `killed at write ${k}`).toEqual(Object.fromEntries(whole));
    }
    expect(k).toBeGreaterThan(8);
  });
});

describe('model minds', () => {
  const design = { cards: [{ title: 'Help', reason: 'asked for', addNodes: [{ key: 'help', type: 'screen', title: 'Help' }], addEdges: [{ from: 'help', to: 'n_l', label: 'Back' }, { from: 'n_l', to: 'help', label: 'Help' }], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [] }] };
  const edit = async (model: LanguageModel, modelTimeoutMs?: number) => {
    const at = bench({ flow: small(), model: async () => model, ...(modelTimeoutMs ? { modelTimeoutMs } : {}) });
    const turn = await settled(at, at.runner.start('flow_1', 'rename Login to Sign in'));
    return { at, turn };
  };
  it('uses a valid answer, with one call for a small request', async () => {
    const model = scriptedModel(() => ({ json: design }));
    const { at, turn } = await edit(model);
    expect(turn.fallbacks).toEqual([]);
    expect(model.questions).toHaveLength(1);
    expect(turn.reply).toContain('model');
    acceptAll(at, turn);
    expect(ways(at.flow.state)).toEqual(expect.arrayContaining(['Login>Help', 'Help>Login']));
    expect([...at.flow.state.node.values()].find((node) => node.data.title === 'Help')!.position).not.toEqual({ x: 0, y: 0 });
    expect(at.events.some((event) => event.type === 'token')).toBe(true);
  });
  it('has an invalid answer repaired', async () => {
    const model = scriptedModel(({ index }) => (index === 0 ? 'no JSON at all' : { json: design }));
    const { turn } = await edit(model);
    expect(turn.fallbacks).toEqual([]);
    expect(model.questions).toHaveLength(2);
  });
  it('falls back to the rules after two invalid answers, and says so', async () => {
    const { at, turn } = await edit(scriptedModel(() => 'nonsense'));
    expect(turn.fallbacks).toMatchObject([{ agent: 'architect', error: { code: 'MODEL_OUTPUT_INVALID' } }]);
    expect(turn.reply).toContain('could not answer');
    acceptAll(at, turn);
    expect(titles(at.flow.state)).toContain('Sign in');
  });
  it('falls back when a design names what is not there', async () => {
    const broken = { cards: [{ ...design.cards[0]!, addEdges: [{ from: 'help', to: 'n_nowhere' }] }] };
    const { turn } = await edit(scriptedModel(() => ({ json: broken })));
    expect(turn.fallbacks[0]).toMatchObject({ agent: 'architect', error: { code: 'AGENT_OUTPUT_INVALID' } });
    expect(turn.status).toBe('proposed');
  });
  it('falls back when the model hangs', async () => {
    const { turn } = await edit(scriptedModel(() => ({ hang: true })), 30);
    expect(turn.fallbacks[0]).toMatchObject({ agent: 'architect', error: { code: 'MODEL_TIMED_OUT' } });
    expect(turn.status).toBe('proposed');
  });
  it('falls back when there is no usable model', async () => {
    const at = bench({ flow: small(), model: async () => Promise.reject(new AppError('MODEL_SETTINGS_INVALID', 'no', {})) });
    const turn = await settled(at, at.runner.start('flow_1', 'rename Login to Sign in'));
    expect(turn.fallbacks[0]).toMatchObject({ error: { code: 'MODEL_SETTINGS_INVALID' } });
  });
  it('makes at most three calls in a row for a planned request', async () => {
    const model = scriptedModel(({ schemaName }) => ({ json: schemaName === 'planner' ? { steps: [{ task: 'The user opens the app.', reasoning: 'start' }, { task: 'The user signs in.', reasoning: 'access' }], assumptions: [] } : { cards: [{ ...design.cards[0]!, addNodes: [{ key: 's', type: 'start', title: 'Start' }, { key: 'a', type: 'screen', title: 'App' }, { key: 'e', type: 'end', title: 'End' }], addEdges: [{ from: 's', to: 'a' }, { from: 'a', to: 'e' }] }] } }));
    const at = bench({ model: async () => model });
    const planned = await settled(at, at.runner.start('flow_1', STORY));
    expect(planned.plan!.steps.map((step) => step.task)).toEqual(['The user opens the app.', 'The user signs in.']);
    at.runner.approvePlan(planned.id);
    acceptAll(at, await settled(at, planned));
    expect(titles(at.flow.state)).toEqual(['App', 'End', 'Start']);
    expect(model.questions.length).toBeLessThanOrEqual(3);
  });
  it('cancelling aborts the call and is final', async () => {
    const at = bench({ flow: small(), model: async () => scriptedModel(() => ({ hang: true })) });
    const turn = at.runner.start('flow_1', 'rename Login to Sign in');
    await expect.poll(() => at.store.stepsOf(turn.id).some((step) => step.agent === 'architect' && step.status === 'running')).toBe(true);
    expect(at.runner.cancel(turn.id).status).toBe('cancelled');
    const after = await settled(at, turn);
    expect(after.status).toBe('cancelled');
    expect(at.store.stepsOf(turn.id).at(-1)!.status).toBe('cancelled');
    expect(at.store.stepsOf(turn.id).filter((step) => step.status === 'done').length).toBeGreaterThan(0);
    at.runner.resumeAll();
    await at.runner.idle();
    expect(at.store.findTurn(turn.id)!.status).toBe('cancelled');
    expect(documentText(toDocument(at.flow.state))).toBe(documentText(toDocument(small().state)));
  });
});
