import type { Intent, Proposal } from '@uxflow/core';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createConversation, type ConversationStore } from './conversation.ts';
import { createEditorStore, type EditorStore } from './editorStore.ts';
import { createFlowSync, type FlowSync } from './flowSync.ts';
import { createFlowSession, type FlowSession } from './flowSession.ts';
import { ghostView, proposalsToDraw, splitIntent, type GhostView } from './ghosts.ts';
import { createMessageDraft, type MessageDraft } from './messageDraft.ts';
import type { Services } from './services.ts';

/** What everything on the screen of one open flow shares. */
export interface FlowServices {
  flowId: string;
  session: StoreApi<FlowSession>;
  conversation: StoreApi<ConversationStore>;
  /** What the person is writing to the agents. */
  draft: StoreApi<MessageDraft>;
  editor: StoreApi<EditorStore>;
  /** How it stands with its server, and who else is in it. */
  sync: StoreApi<FlowSync>;
  /** The flow with open proposals drawn over it. */
  ghosts: StoreApi<GhostView>;
  /** Carries out an intent: what touches ghosts changes their proposal, the rest the flow. False when it was refused; the person has been told. */
  dispatch(intent: Intent): boolean;
  /** Runs something that the engine may refuse, and tells the person when it does. */
  run(action: () => Promise<unknown>): void;
  close(): void;
}

/** How long what was accepted is drawn as a ghost when its entry does not come. */
const ENTRY_COMES_WITHIN_MS = 3000;

export const FlowContext = createContext<FlowServices | null>(null);

/** Opens everything that the screen of a flow needs. */
export function createFlowServices(services: Services, flowId: string, tell: (error: unknown) => void): FlowServices {
  const session = createFlowSession(services, flowId);
  const conversation = createConversation(services, flowId);
  const editor = createEditorStore();
  const sync = createFlowSync(services, flowId);
  const ghosts = createStore<GhostView>()(() => ({ view: session.getState().view, marks: new Map() }));
  let drawn: ReadonlyMap<string, Proposal> = new Map();
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const derive = (isPatient = true) => {
    const { proposals, edits } = conversation.getState();
    const { view, hasTold } = session.getState();
    drawn = isPatient ? proposalsToDraw(drawn, proposals, hasTold) : proposals;
    if ([...proposals].every(([id, proposal]) => drawn.get(id) === proposal)) {
      clearTimeout(waiting);
      waiting = undefined;
    }
    // Over another line the entry may have come unnamed, among all that the flow holds.
    else waiting ??= setTimeout(derive, ENTRY_COMES_WITHIN_MS, false);
    ghosts.setState(ghostView(view, [...drawn.values()], edits), true);
  };
  const stops = [
    session.subscribe((now, before) => (now.view !== before.view || now.no !== before.no) && derive()),
    // Who may only read hears so from the server, perhaps in the middle of the work.
    sync.subscribe(({ status }) => {
      const { readOnly } = session.getState();
      const scope = status?.scope;
      if (scope === undefined || (readOnly !== null && !readOnly.code.startsWith('ROLE_'))) return;
      const code = scope === null ? 'ROLE_READS_ONLY' : scope === 'comment' ? 'ROLE_COMMENTS_ONLY' : undefined;
      if (readOnly?.code !== code) session.setState({ readOnly: code ? { code, params: {} } : null });
    }),
    editor.subscribe((now, before) => now.selected !== before.selected && sync.getState().show({ selection: [...now.selected].slice(0, 40) })),
    conversation.subscribe((now, before) => (now.proposals !== before.proposals || now.edits !== before.edits) && derive()),
  ];
  const run = (action: () => Promise<unknown>) => void action().catch(tell);
  return {
    flowId,
    session,
    conversation,
    draft: createMessageDraft(flowId),
    editor,
    sync,
    ghosts,
    run,
    dispatch(intent) {
      const parts = splitIntent(intent, ghosts.getState(), [...conversation.getState().proposals.values()]);
      try {
        if (parts.flow) session.getState().commit(parts.flow);
      } catch (error) {
        tell(error);
        return false;
      }
      for (const { proposalId, ops } of parts.edits) run(() => conversation.getState().editGhosts(proposalId, ghosts.getState(), ops));
      return true;
    },
    close() {
      for (const stop of stops) stop();
      clearTimeout(waiting);
      sync.getState().close();
      session.getState().close();
      conversation.getState().close();
    },
  };
}

/** The services of the flow on this screen. */
export function useFlow(): FlowServices {
  const flow = useContext(FlowContext);
  if (!flow) throw new Error('A part of the editor was drawn without a flow');
  return flow;
}

/** A part of the session's state. */
export function useSession<T>(select: (state: FlowSession) => T): T {
  return useStore(useFlow().session, select);
}

/** A part of the conversation's state. */
export function useConversation<T>(select: (state: ConversationStore) => T): T {
  return useStore(useFlow().conversation, select);
}

/** A part of the editor's state. */
export function useEditor<T>(select: (state: EditorStore) => T): T {
  return useStore(useFlow().editor, select);
}

/** A part of the state of sync. */
export function useSync<T>(select: (state: FlowSync) => T): T {
  return useStore(useFlow().sync, select);
}

/** The flow with open proposals drawn over it. */
export function useGhosts(): GhostView {
  return useStore(useFlow().ghosts);
}
