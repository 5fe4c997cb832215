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
