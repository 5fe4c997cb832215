import { inReadingOrder, type FlowView } from '@uxflow/core';
import { findInFlow, IconButton, openComments } from '@uxflow/ui';
import { useReactFlow, type Viewport } from '@xyflow/react';
import { X } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { CommentsPanel } from './CommentsPanel.tsx';
import { DetailsPanel } from './DetailsPanel.tsx';
import { FlowStage, NARROW } from './FlowStage.tsx';
import { StepsPanel } from './StepsPanel.tsx';
import { useText } from './TextContext.tsx';
import { TopBar } from './TopBar.tsx';
import type { ViewerSession, ViewerState } from './viewerSession.ts';

export type PanelName = 'details' | 'steps' | 'comments';
const TITLES = { details: 'details', steps: 'steps', comments: 'comments' } as const;

/** How a flow was left; written as one goes. */
export interface FlowPlace {
  selected: string | null;
  panel: PanelName | null;
  viewport: Viewport | null;
  /** False for the flow that the page showed first. */
  isVisited: boolean;
}

/** The flow with its panels. */
export function Viewer({ session, state, view, place }: { session: ViewerSession; state: ViewerState; view: FlowView; place: FlowPlace }) {
  const text = useText();
  const canvas = useReactFlow();
  const [selected, setSelected] = useState<string | null>(place.selected);
  const [panel, setPanel] = useState<PanelName | null>(place.panel);
  const [query, setQuery] = useState('');
  const aside = useRef<HTMLElement>(null);
  const isMoved = useRef(place.isVisited);
  // Whoever comes back to it has moved as well.
  place.isVisited = true;
  place.selected = selected;
  place.panel = panel;
  // What is gone from the flow is chosen no more.
  const chosen = selected !== null && (view.node.has(selected) || view.edge.has(selected) || view.frame.has(selected)) ? selected : null;
  const found = useMemo(() => (panel === 'steps' ? findInFlow(view, query) : []), [view, query, panel]);
  const order = useMemo(() => (panel === 'steps' ? inReadingOrder(view) : []), [view, panel]);
  const openCount = useMemo(() => [...openComments(view.comment).values()].reduce((sum, count) => sum + count, 0), [view.comment]);

  const reveal = useCallback(
    (id: string) => {
      const edge = view.edge.get(id);
      const ids = edge ? [edge.source, edge.target] : [id];
      void canvas.fitView({ nodes: ids.map((one) => ({ id: one })), padding: 0.4, maxZoom: 1, duration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 220 });
      setSelected(id);
    },
    [canvas, view.edge],
  );
  const choose = useCallback(
    (id: string | null) => {
      setSelected(id);
      setPanel((before) => (id === null ? (before === 'details' ? null : before) : before === 'comments' ? before : 'details'));
      // On a small screen the panel takes the half in which it may stand.
      if (id !== null && innerWidth < NARROW) requestAnimationFrame(() => requestAnimationFrame(() => reveal(id)));
    },
    [reveal],
  );
  const show = (name: PanelName) => setPanel((before) => (before === name ? null : name));

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.matches('input, textarea, select');
      if (event.key === 'Escape') {
        setPanel(null);
        setSelected(null);
      }
      if (isTyping || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'f') {
        event.preventDefault();
        setPanel('steps');
        requestAnimationFrame(() => aside.current?.querySelector('input')?.focus());
      } else if (event.ctrlKey || event.metaKey) return;
      else if (event.key === '+' || event.key === '=') void canvas.zoomIn();
      else if (event.key === '-') void canvas.zoomOut();
      else if (event.key === '0') void canvas.fitView({ padding: 0.12, maxZoom: 1 });
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [canvas]);

  return (
    <div className={`viewer${panel ? ' viewer--panel' : ''}`}>
      <button
        type="button"
        className="skip-link"
        onClick={() => {
          setPanel('steps');
          requestAnimationFrame(() => aside.current?.querySelector('input')?.focus());
        }}
      >
        {text('skip')}
      </button>
      <TopBar session={session} state={state} takesFocus={isMoved.current} panels={{ open: panel, comments: openCount, onToggle: show }} />
      <FlowStage view={view} place={place} selected={chosen} found={found} flows={state.flows} onOpen={session.openFlow} onChoose={choose} onComments={(id) => (setSelected(id), setPanel('comments'))} />
      {panel ? (
        <aside ref={aside} className="panel" aria-label={text(TITLES[panel])} data-testid={`panel-${panel}`}>
          <div className="panel__head">
            <h2>{text(TITLES[panel])}</h2>
            <IconButton size="small" label={text('close')} icon={<X />} onClick={() => setPanel(null)} />
          </div>
          <div className="panel__body">
            {panel === 'details' ? <DetailsPanel view={view} id={chosen} flows={state.flows} onOpen={session.openFlow} onGo={reveal} /> : null}
            {panel === 'steps' ? <StepsPanel view={view} order={order} query={query} found={found} selected={chosen} onQuery={setQuery} onGo={reveal} onOpen={session.openFlow} state={state} /> : null}
            {panel === 'comments' ? <CommentsPanel session={session} state={state} view={view} selected={chosen} onGo={reveal} /> : null}
          </div>
        </aside>
      ) : null}
    </div>
  );
}
