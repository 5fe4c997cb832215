import { turnSchema, type Turn } from '@uxflow/core';
import type { ChatEvent } from '@uxflow/core/api';
import { describe, expect, it } from 'vitest';
import { createConversation, nextSteps, type AgentStep } from './conversation.ts';
import type { Services } from './services.ts';

const turn = (part: Partial<Turn> = {}): Turn =>
  turnSchema.parse({ id: 't', conversationId: 'c', flowId: 'f', status: 'running', message: 'Login', language: 'en', model: 'openai:m', head: 0, seed: 1, createdAt: 1, updatedAt: 1, ...part });
const step = (agent: AgentStep['agent'], status: AgentStep['status'], mind: AgentStep['mind'] = 'rules'): ChatEvent => ({ type: 'step', turnId: 't', agent, status, mind, ...(status === 'done' ? { ms: 5 } : {}) });
const token = (agent: AgentStep['agent'], text: string): ChatEvent => ({ type: 'token', turnId: 't', agent, text });

/** A conversation that has been told these events, in order. */
async function told(...events: ChatEvent[]) {
  let isTold = () => {};
  const done = new Promise<void>((resolve) => (isTold = resolve));
  async function* stream() {
    yield { type: 'past', messages: [], turns: [], proposals: [] } as ChatEvent;
    yield* events;
    isTold();
    await new Promise(() => {});
  }
  const connection = { api: { chat: { open: async () => stream() } }, status: () => 'connected', onStatus: () => () => {} };
  const store = createConversation({ connection, ids: { newId: (prefix: string) => prefix } } as unknown as Services, 'f');
  await done;
  return store.getState();
}

describe('the conversation', () => {
  it('shows the words of the agent at work, and none once the turn waits or has ended', async () => {
    const start: ChatEvent[] = [{ type: 'turn', turn: turn() }, step('planner', 'running'), token('planner', 'Pla'), token('planner', 'n')];
    expect((await told(...start)).streaming.get('t')).toBe('Plan');
    expect((await told(...start, step('planner', 'done', 'model'), step('architect', 'running'), token('architect', 'Draw'))).streaming.get('t')).toBe('Draw');
    // Another model begins anew.
    expect((await told(...start, { type: 'token', turnId: 't', agent: 'planner', text: '', isAnew: true }, token('planner', 'Other'))).streaming.get('t')).toBe('Other');
    expect((await told(...start, { type: 'turn', turn: turn({ status: 'awaitingApproval', updatedAt: 2 }) })).streaming.has('t')).toBe(false);
  });

  it('replaces a running agent by its end and lists a second run as its own line', async () => {
    const { steps } = await told(step('architect', 'running'), step('architect', 'done', 'model'), step('architect', 'running'), step('architect', 'cancelled'));
    expect(steps.get('t')).toEqual([
      { agent: 'architect', status: 'done', mind: 'model', ms: 5 },
      { agent: 'architect', status: 'cancelled', mind: 'rules' },
    ]);
  });

  it('keeps the newer of two states of a turn, whichever comes first', async () => {
    const { turns } = await told({ type: 'turn', turn: turn({ status: 'cancelled', updatedAt: 9 }) }, { type: 'turn', turn: turn({ updatedAt: 3 }) });
    expect(turns.get('t')!.status).toBe('cancelled');
  });

  it('fetches what was before in its place, once, and keeps the newer state of what is there', async () => {
    const asked: string[] = [];
    const message = (id: string, turnId: string) => ({ id, conversationId: 'c', turnId, role: 'person' as const, text: id, at: 1 });
    const pages: Record<string, Omit<Extract<ChatEvent, { type: 'past' }>, 'type'>> = {
      t9: { messages: [message('m5', 't5')], turns: [turn({ id: 't5' }), turn({ id: 't9', status: 'running' })], proposals: [], earlier: 't5' },
      t5: { messages: [message('m1', 't1'), message('m5', 't5')], turns: [turn({ id: 't1' })], proposals: [] },
    };
    async function* stream() {
      yield { type: 'past', messages: [message('m9', 't9')], turns: [turn({ id: 't9', status: 'done' })], proposals: [], earlier: 't9' } as ChatEvent;
      await new Promise(() => {});
    }
    const chat = { open: async () => stream(), earlier: async ({ before }: { before: string }) => (asked.push(before), pages[before]!) };
    const connection = { api: { chat }, status: () => 'connected', onStatus: () => () => {} };
    const store = createConversation({ connection, ids: { newId: (prefix: string) => prefix } } as unknown as Services, 'f');
    await expect.poll(() => store.getState().earlier).toBe('t9');
    await Promise.all([store.getState().loadEarlier(), store.getState().loadEarlier()]);
    expect([store.getState().messages.map(({ id }) => id), store.getState().earlier]).toEqual([['m5', 'm9'], 't5']);
    expect([[...store.getState().turns.keys()], store.getState().turns.get('t9')!.status]).toEqual([['t5', 't9'], 'done']);
    await store.getState().loadEarlier();
    await store.getState().loadEarlier();
    expect([store.getState().messages.map(({ id }) => id), store.getState().earlier, asked]).toEqual([['m1', 'm5', 'm9'], null, ['t9', 't9', 't5']]);
    store.getState().close();
  });

  it('has nothing to wait for when no edit is under way', async () => {
    await expect((await told()).editsSettled()).resolves.toBeUndefined();
  });
});

describe('nextSteps', () => {
  it('replaces a running agent by its end and keeps a second run as a line of its own', () => {
    const events: AgentStep[] = [
      { agent: 'planner', status: 'running', mind: 'model' },
      { agent: 'planner', status: 'failed', mind: 'model', ms: 40 },
      { agent: 'planner', status: 'running', mind: 'rules' },
      { agent: 'planner', status: 'done', mind: 'rules', ms: 2 },
    ];
    let steps: readonly AgentStep[] = [];
    for (const event of events) steps = nextSteps(steps, event);
    expect(steps).toEqual([events[1], events[3]]);
  });
});
