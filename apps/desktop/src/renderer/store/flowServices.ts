import type { Intent } from '@uxflow/core';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createConversation, type ConversationStore } from './conversation.ts';
import { createEditorStore, type EditorStore } from './editorStore.ts';
import { createFlowSync, type FlowSync } from './flowSync.ts';
import { createFlowSession, type FlowSession } from './flowSession.ts';
import { ghostView, splitIntent, type GhostView } from './ghosts.ts';
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

export const FlowContext = createContext<FlowServices | null>(null);

/** Opens everything that the screen of a flow needs. */
export function createFlowServices(services: Services, flowId: string, tell: (error: unknown) => void): FlowServices {
  const session = createFlowSession(services, flowId);
  const conversation = createConversation(services, flowId);
  const editor = createEditorStore();
  const sync = createFlowSync(services, flowId);
  const ghosts = createStore<GhostView>()(() => ({ view: session.getState().view, marks: new Map() }));
  const derive = () => {
    const { proposals, edits } = conversation.getState();
    ghosts.setState(ghostView(session.getState().view, [...proposals.values()], edits), true);
  };
  const stops = [
    session.subscribe((now, before) => now.view !== before.view && derive()),
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
