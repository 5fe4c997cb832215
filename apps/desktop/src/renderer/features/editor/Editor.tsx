import { Badge, classes, IconButton } from '@uxflow/ui';
import { ReactFlowProvider, useReactFlow } from '@xyflow/react';
import { Clock, MessageCircle, PanelRightClose, SlidersHorizontal, Sparkles, TriangleAlert } from 'lucide-react';
import { useMemo, useRef, useState, type ReactNode } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import type { RightTab } from '../../store/editorStore.ts';
import { useConversation, useEditor, useFlow, useGhosts, useSession } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { CommentsPanel } from './comments/CommentsPanel.tsx';
import { createCommands } from './commands.ts';
import { EditorBar } from './EditorBar.tsx';
import { FindBox } from './FindBox.tsx';
import { FlowCanvas } from './FlowCanvas.tsx';
import { HelpDialog } from './HelpDialog.tsx';
import { FIT_PADDING } from '../../store/keptViewport.ts';
import { Palette } from './Palette.tsx';
import { PropertiesPanel } from './properties/PropertiesPanel.tsx';
import { SelectionBar } from './SelectionBar.tsx';
import { useKeyboard } from './useKeyboard.ts';
import { ViewControls } from './ViewControls.tsx';

export interface EditorProps {
  chat: ReactNode;
  proposalBar: ReactNode;
  /** Who else is here, and the way to share; stands in the bar. */
  sharing: ReactNode;
  /** What others do, drawn over the canvas. */
  overlay: ReactNode;
  panels: Record<'proposal' | 'findings' | 'history', ReactNode>;
  onAcceptCard: (cardId: string) => void;
  onRejectCard: (cardId: string) => void;
}

/** The editor of a flow: bar, chat, canvas with its tools, and the panels on the right. */
export function Editor(props: EditorProps) {
  return (
    <ReactFlowProvider>
      <EditorInside {...props} />
    </ReactFlowProvider>
  );
}

const ANIMATION_MS = 450;

function EditorInside({ chat, proposalBar, sharing, overlay, panels, onAcceptCard, onRejectCard }: EditorProps) {
  const text = useText();
  const flow = useFlow();
  const services = useServices();
  const instance = useReactFlow();
  const stage = useRef<HTMLDivElement>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isFindOpen, setFindOpen] = useState(false);
  const [isAnimating, setAnimating] = useState(false);
  const [isTidying, setTidying] = useState(false);
  const isChatOpen = useEditor((state) => state.isChatOpen);
  const isRightOpen = useEditor((state) => state.isRightOpen);
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const isEmpty = useGhostsEmpty();

  const middle = () => {
    const box = stage.current!.getBoundingClientRect();
    return instance.screenToFlowPosition({ x: box.left + box.width / 2, y: box.top + box.height / 2 });
  };
  const tidy = () => {
    setTidying(true);
    flow.run(async () => {
      try {
        await flow.session.getState().settled();
        setAnimating(true);
        const { entryId } = await services.api.flow.layout({ flowId: flow.flowId });
        flow.session.getState().noteOwnEntry(entryId);
        services.toasts.getState().show({ text: text(entryId ? 'tidy.done' : 'tidy.nothing') });
        if (entryId) setTimeout(() => void instance.fitView({ padding: FIT_PADDING, maxZoom: 1, duration: 200 }), ANIMATION_MS);
      } finally {
        setTidying(false);
        setTimeout(() => setAnimating(false), ANIMATION_MS);
      }
    });
  };
  const tools = useRef({ middle, tidy });
  tools.current = { middle, tidy };
  const commands = useMemo(
    () =>
      createCommands({
        services,
        flow,
        canvas: () => instance,
        text,
        middle: () => tools.current.middle(),
        openHelp: () => setHelpOpen(true),
        openFind: () => setFindOpen(true),
        onTidy: () => tools.current.tidy(),
      }),
    [services, flow, instance, text],
  );
  useKeyboard(commands);

  return (
    <div className="editor">
      <EditorBar commands={commands} isTidying={isTidying} sharing={sharing} />
      <div className="editor__body">
        {isChatOpen ? (
          <aside className="side side--left" aria-label={text('panel.chat')} data-testid="chat">
            {chat}
          </aside>
        ) : null}
        <div className="stage" ref={stage}>
          <FlowCanvas commands={commands} isAnimating={isAnimating} onAccept={onAcceptCard} onReject={onRejectCard} overlay={overlay} />
          {isEmpty ? (
            <div className="stage__empty">
              <h2>{text('empty.canvasTitle')}</h2>
              <p>{text('empty.canvasText')}</p>
            </div>
          ) : null}
          <Palette isDisabled={isReadOnly} onAdd={commands.addFreely} />
          <div className="stage__top">
            {proposalBar}
            {isReadOnly ? null : <SelectionBar commands={commands} />}
          </div>
          {isFindOpen ? <FindBox onClose={() => setFindOpen(false)} /> : null}
          <ViewControls commands={commands} canvas={() => instance} />
        </div>
        {isRightOpen ? <RightPanel panels={panels} /> : null}
      </div>
      {isHelpOpen ? <HelpDialog onClose={() => setHelpOpen(false)} /> : null}
    </div>
  );
}

function RightPanel({ panels }: { panels: EditorProps['panels'] }) {
  const text = useText();
  const { editor } = useFlow();
  const tab = useEditor((state) => state.rightTab);
  const findings = useSession((state) => state.findings);
  const conflicts = useSession((state) => state.view.conflict.size);
  const comments = useSession((state) => [...state.view.comment.values()].filter((comment) => !comment.resolved && !comment.replyToId).length);
  const open = useConversation((state) => [...state.proposals.values()].filter((each) => each.status === 'open').flatMap((each) => each.cards).filter((card) => card.status === 'open').length);
  const worst = findings.some((each) => each.severity === 'error') ? 'error' : findings.some((each) => each.severity === 'warning') ? 'warning' : undefined;
  const serious = findings.filter((each) => each.severity !== 'info').length;
  const tabs: { id: RightTab; icon: ReactNode; badge?: ReactNode }[] = [
    { id: 'properties', icon: <SlidersHorizontal /> },
    { id: 'proposal', icon: <Sparkles />, badge: open > 0 ? <Badge tone="accent">{open}</Badge> : null },
    { id: 'findings', icon: <TriangleAlert />, badge: serious > 0 ? <Badge tone={worst}>{serious}</Badge> : null },
    { id: 'comments', icon: <MessageCircle />, badge: comments > 0 ? <Badge>{comments}</Badge> : null },
    { id: 'history', icon: <Clock />, badge: conflicts > 0 ? <Badge tone="warning">{conflicts}</Badge> : null },
  ];
  return (
    <aside className="side side--right" aria-label={text('panel.right')}>
      <div className="tabs" role="tablist" aria-label={text('panel.right')} onKeyDown={moveTab}>
        {tabs.map(({ id, icon, badge }) => (
          <button key={id} type="button" role="tab" id={`tab-${id}`} aria-selected={tab === id} aria-controls="right-panel" aria-label={text(`panel.${id}`)} tabIndex={tab === id ? 0 : -1} data-tip={text(`panel.${id}`)} className={classes('tab', tab === id && 'tab--on')} onClick={() => (tab === id ? editor.getState().toggleRight(false) : editor.getState().openTab(id))}>
            {icon}
            {badge}
          </button>
        ))}
        <span className="page__space" />
        <IconButton size="small" label={text('close')} icon={<PanelRightClose />} onClick={() => editor.getState().toggleRight(false)} />
      </div>
      <div className="side__body" role="tabpanel" id="right-panel" aria-labelledby={`tab-${tab}`} tabIndex={-1}>
        <h2 className="side__title">{text(`panel.${tab}`)}</h2>
        {tab === 'properties' ? <PropertiesPanel /> : tab === 'comments' ? <CommentsPanel /> : panels[tab]}
      </div>
    </aside>
  );
}

function moveTab(event: React.KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (!step) return;
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')];
  const next = tabs[(tabs.indexOf(document.activeElement as HTMLElement) + step + tabs.length) % tabs.length];
  next?.focus();
  next?.click();
}

function useGhostsEmpty(): boolean {
  const { view } = useGhosts();
  const phase = useSession((state) => state.phase);
  return phase === 'ready' && view.node.size === 0 && view.frame.size === 0;
}
