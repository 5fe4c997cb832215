import { Button, EmptyState } from '@uxflow/ui';
import { FileX } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { ChatPanel } from './features/chat/ChatPanel.tsx';
import { Editor } from './features/editor/Editor.tsx';
import { FindingsPanel } from './features/findings/FindingsPanel.tsx';
import { HistoryPanel } from './features/history/HistoryPanel.tsx';
import { ProposalBar } from './features/proposal/ProposalBar.tsx';
import { ProposalPanel } from './features/proposal/ProposalPanel.tsx';
import { ProposalSummary } from './features/proposal/ProposalSummary.tsx';
import { useDecide } from './features/proposal/useDecide.ts';
import { PeerLayer } from './features/sharing/PeerLayer.tsx';
import { SharingBar } from './features/sharing/SharingBar.tsx';
import { errorText, useText } from './i18n/TextContext.tsx';
import { createFlowServices, FlowContext, type FlowServices } from './store/flowServices.ts';
import { goTo, hashOfRoute } from './store/route.ts';
import { useFailureToast, useServices } from './store/services.ts';

/** The screen of one flow: puts chat, canvas and panels together, which know nothing of each other. */
export function FlowScreen({ flowId, commentId }: { flowId: string; /** A comment to show at once. */ commentId: string | undefined }) {
  const services = useServices();
  const tell = useFailureToast();
  const [flow, setFlow] = useState<FlowServices | null>(null);
  useEffect(() => {
    const opened = createFlowServices(services, flowId, tell);
    setFlow(opened);
    return () => opened.close();
    // The way of telling follows the language; the flow stays open when that changes.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [services, flowId]);
  if (!flow) return null;
  return (
    <FlowContext.Provider value={flow}>
      <OpenFlow flow={flow} commentId={commentId} />
    </FlowContext.Provider>
  );
}

function OpenFlow({ flow, commentId }: { flow: FlowServices; commentId: string | undefined }) {
  const text = useText();
  const phase = useStore(flow.session, (state) => state.phase);
  const failure = useStore(flow.session, (state) => state.failure);
  const decide = useDecide();
  const name = useStore(flow.session, (state) => state.view.flow.name);
  useEffect(() => {
    document.title = name ? `${name} – ${text('appName')}` : text('appName');
    return () => void (document.title = text('appName'));
  }, [name, text]);
  useEffect(() => {
    if (!commentId || phase !== 'ready') return;
    flow.editor.getState().showComment(commentId);
    // The wish is fulfilled: loading the page again comes back to the flow.
    history.replaceState(null, '', hashOfRoute({ page: 'flow', flowId: flow.flowId }));
  }, [flow, commentId, phase]);
  if (phase === 'failed') {
    return (
      <EmptyState icon={<FileX />} title={text('flow.notFoundTitle')} actions={<Button onClick={() => goTo({ page: 'flows' })}>{text('flow.back')}</Button>}>
        {errorText(text, failure)}
      </EmptyState>
    );
  }
  return (
    <Editor
      chat={<ChatPanel proposalOf={(proposalId, isFresh) => <ProposalSummary proposalId={proposalId} isFresh={isFresh} />} />}
      proposalBar={<ProposalBar />}
      sharing={<SharingBar />}
      overlay={<PeerLayer />}
      panels={{ proposal: <ProposalPanel />, findings: <FindingsPanel />, history: <HistoryPanel /> }}
      onAcceptCard={decide.acceptCard}
      onRejectCard={decide.rejectCard}
    />
  );
}
