import { type AgentCall, type AgentName, type ChatMessage, type IntentOp, isAppError, type Plan, type Proposal, type Turn } from '@uxflow/core';
import type { ChatEvent } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { followStream } from './followStream.ts';
import { ghostOps, type GhostEdit, type GhostView } from './ghosts.ts';
import type { Services } from './services.ts';

/** One agent at work, as the chat shows it. */
export interface AgentStep {
  agent: AgentName;
  status: 'running' | 'done' | 'failed' | 'cancelled';
  mind: 'rules' | 'model';
  ms?: number;
  /** The call of a model that it made. */
  call?: AgentCall;
}

/** The conversation about one flow, its turns and its open proposals. */
export interface ConversationStore {
  isKnown: boolean;
  /** Turns and messages from where the conversation is shown; before `earlier` there is more. */
  messages: readonly ChatMessage[];
  earlier: string | null;
  /** Fetches a page of what was before. Throws what the engine refuses. */
  loadEarlier(): Promise<void>;
  turns: ReadonlyMap<string, Turn>;
  steps: ReadonlyMap<string, readonly AgentStep[]>;
  /** Text that streams in, by turn. */
  streaming: ReadonlyMap<string, string>;
  proposals: ReadonlyMap<string, Proposal>;
  edits: readonly GhostEdit[];
  failure: unknown;
  send(text: string, image?: { base64: string; name?: string }): Promise<void>;
  answer(turnId: string, text: string): Promise<void>;
  approvePlan(turnId: string, plan: Plan): Promise<void>;
  giveFeedback(turnId: string, text: string): Promise<void>;
  rejectPlan(turnId: string): Promise<void>;
  cancel(turnId: string): Promise<void>;
  retry(turnId: string): Promise<void>;
  /** Sends the message of a turn again; what is kept from before is no answer to it. */
  askAgain(turnId: string): Promise<void>;
  /** Accepts cards; answers ids of the entry and of what could not be taken. */
  accept(proposalId: string, cardIds: readonly string[]): Promise<{ entryId?: string; accepted: string[]; held: string[] }>;
  reject(proposalId: string, cardIds: readonly string[]): Promise<string[]>;
  editGhosts(proposalId: string, ghosts: GhostView, ops: readonly IntentOp[]): Promise<void>;
  /** Resolves when the engine has answered every edit on ghosts. */
  editsSettled(): Promise<void>;
  close(): void;
}

/** Opens the conversation of a flow and keeps it true. */
export function createConversation({ connection, ids }: Services, flowId: string): StoreApi<ConversationStore> {
  const { api } = connection;
  const store = createStore<ConversationStore>()((set, get) => {
    const turnCall = async (call: Promise<Turn>) => takeTurn(await call);
    return {
      isKnown: false,
      messages: [],
      earlier: null,
      async loadEarlier() {
        const { earlier } = get();
        if (!earlier) return;
        const page = await api.chat.earlier({ flowId, before: earlier });
        const now = get();
        // Opened anew meanwhile: what came is not what stands before it now.
        if (now.earlier !== earlier) return;
        const isHere = new Set(now.messages.map(({ id }) => id));
        set({
          earlier: page.earlier ?? null,
          messages: [...page.messages.filter(({ id }) => !isHere.has(id)), ...now.messages],
          turns: new Map([...page.turns.map((turn) => [turn.id, turn] as const), ...now.turns]),
          proposals: new Map([...page.proposals.map((proposal) => [proposal.id, proposal] as const), ...now.proposals]),
        });
      },
      turns: new Map(),
      steps: new Map(),
      streaming: new Map(),
      proposals: new Map(),
      edits: [],
      failure: null,
      send: (text, image) => turnCall(api.chat.send({ flowId, text, ...(image ? { image } : {}) })),
      answer: (turnId, text) => turnCall(api.chat.answer({ turnId, text })),
      approvePlan: (turnId, plan) => turnCall(api.chat.approvePlan({ turnId, plan })),
      giveFeedback: (turnId, text) => turnCall(api.chat.giveFeedback({ turnId, text })),
      rejectPlan: (turnId) => turnCall(api.chat.rejectPlan({ turnId })),
      cancel: (turnId) => turnCall(api.chat.cancel({ turnId })),
      retry: (turnId) => turnCall(api.chat.retry({ turnId })),
      askAgain: (turnId) => turnCall(api.chat.askAgain({ turnId })),
      async accept(proposalId, cardIds) {
        const { proposal, accepted, held, entryId } = await api.proposal.accept({ proposalId, cardIds: [...cardIds] });
        takeProposal(proposal);
        return { accepted, held, ...(entryId ? { entryId } : {}) };
      },
      async reject(proposalId, cardIds) {
        const { proposal, rejected } = await api.proposal.reject({ proposalId, cardIds: [...cardIds] });
        takeProposal(proposal);
        return rejected;
      },
      async editGhosts(proposalId, ghosts, ops) {
        let edit: GhostEdit;
        try {
          edit = { id: ids.newId('edit'), proposalId, ops: ghostOps(ghosts, ops) };
        } catch (error) {
          if (isAppError(error) && error.code === 'INTENT_EMPTY') return;
          throw error;
        }
        set({ edits: [...get().edits, edit] });
        try {
          takeProposal(await api.proposal.edit({ proposalId, ops: [...edit.ops] }));
        } finally {
          set({ edits: get().edits.filter((other) => other.id !== edit.id) });
        }
      },
      editsSettled: () =>
        new Promise((resolve) => {
          if (get().edits.length === 0) return resolve();
          const unsubscribe = store.subscribe(({ edits }) => {
            if (edits.length > 0) return;
            unsubscribe();
            resolve();
          });
        }),
      close: () => stop(),
    };
  });
  const stop = followStream<ChatEvent>(connection, (engine, signal) => engine.chat.open({ flowId }, { signal }), {
    event: receive,
    failed(error) {
      store.setState({ failure: error, isKnown: true });
      return store.getState().messages.length > 0;
    },
  });
  return store;

  function receive(event: ChatEvent): void {
    switch (event.type) {
      case 'past':
        store.setState({
          isKnown: true,
          failure: null,
          messages: event.messages,
          earlier: event.earlier ?? null,
          turns: new Map(event.turns.map((turn) => [turn.id, turn])),
          proposals: new Map(event.proposals.map((proposal) => [proposal.id, proposal])),
          streaming: new Map(),
          steps: new Map(),
        });
        return;
      case 'message': {
        const { messages } = store.getState();
        const at = messages.findIndex(({ id }) => id === event.message.id);
        store.setState({ messages: at < 0 ? [...messages, event.message] : messages.with(at, event.message) });
        return;
      }
      case 'turn':
        takeTurn(event.turn);
        return;
      case 'proposal':
        takeProposal(event.proposal);
        return;
      case 'step': {
        const { steps, streaming } = store.getState();
        const rest = new Map(streaming);
        // The words that stream in are those of the agent at work.
        if (event.status === 'running') rest.delete(event.turnId);
        store.setState({ steps: new Map(steps).set(event.turnId, nextSteps(steps.get(event.turnId) ?? [], event)), streaming: rest });
        return;
      }
      case 'token': {
        const streaming = new Map(store.getState().streaming);
        store.setState({ streaming: streaming.set(event.turnId, (event.isAnew ? '' : (streaming.get(event.turnId) ?? '')) + event.text) });
      }
    }
  }

  function takeTurn(turn: Turn): void {
    const { turns, streaming } = store.getState();
    const known = turns.get(turn.id);
    // An answer to a call may come after a later event about the same turn.
    if (known && known.updatedAt > turn.updatedAt) return;
    const rest = new Map(streaming);
    if (turn.status !== 'running') rest.delete(turn.id);
    store.setState({ turns: new Map(turns).set(turn.id, turn), streaming: rest });
  }

  function takeProposal(proposal: Proposal): void {
    store.setState({ proposals: new Map(store.getState().proposals).set(proposal.id, proposal) });
  }
}

/** The agents of a turn after one more event: a running agent is replaced by its end, a second run stands as its own line. */
export function nextSteps(steps: readonly AgentStep[], event: AgentStep): readonly AgentStep[] {
  const step: AgentStep = { agent: event.agent, status: event.status, mind: event.mind, ...(event.ms === undefined ? {} : { ms: event.ms }), ...(event.call ? { call: event.call } : {}) };
  const at = steps.findLastIndex((each) => each.agent === event.agent && each.status === 'running');
  return at < 0 ? [...steps, step] : steps.with(at, step);
}
