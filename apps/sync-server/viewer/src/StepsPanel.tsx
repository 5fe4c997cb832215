import type { FlowView, Node } from '@uxflow/core';
import { edgeLabel, IconButton, NODE_ICONS, nodeColor } from '@uxflow/ui';
import { ExternalLink, Search } from 'lucide-react';
import { useMemo } from 'react';
import { useText } from './TextContext.tsx';
import type { ViewerState } from './viewerSession.ts';

export interface StepsPanelProps {
  view: FlowView;
  /** Nodes as one would read them. */
  order: readonly Node[];
  query: string;
  found: readonly string[];
  selected: string | null;
  onQuery: (query: string) => void;
  onGo: (id: string) => void;
  onOpen: (flowId: string) => void;
  state: ViewerState;
}

/** The flow as a list: for who searches, for small screens, and for who does not see the drawing. */
export function StepsPanel({ view, order, query, found, selected, onQuery, onGo, onOpen, state }: StepsPanelProps) {
  const text = useText();
  const hits = useMemo(() => new Set(found), [found]);
  const isSearch = query.trim() !== '';
  const shown = isSearch ? order.filter(({ id }) => hits.has(id)) : order;
  const ways = useMemo(() => {
    const out = new Map<string, string[]>();
    for (const edge of view.edge.values()) {
      const label = edgeLabel(text, edge);
      const target = view.node.get(edge.target)?.data.title || text('node.untitled');
      out.set(edge.source, [...(out.get(edge.source) ?? []), label ? `${label}: ${target}` : target]);
    }
    return out;
  }, [view.edge, view.node, text]);
  return (
    <div className="steps">
      <div className="search" role="search">
        <Search aria-hidden />
        <input className="input" type="search" aria-label={text('find')} placeholder={text('find')} value={query} onChange={(event) => onQuery(event.target.value)} />
      </div>
      <p className="steps__count" aria-live="polite">
        {isSearch ? (shown.length === 0 ? text('nothingFound') : text('findCount', { count: shown.length })) : ''}
      </p>
      <ol className="steps__list">
        {shown.map((node) => {
          const Icon = NODE_ICONS[node.type];
          const subflowId = node.type === 'subflow' && node.data.subflowId !== view.flow.id ? node.data.subflowId : undefined;
          const part = subflowId === undefined ? undefined : state.flows.get(subflowId);
          return (
            <li key={node.id} className="steps__item">
              <button type="button" className="step" aria-current={node.id === selected ? 'true' : undefined} onClick={() => onGo(node.id)}>
                <Icon aria-hidden style={{ color: node.color ?? nodeColor(node.type) }} />
                <span className="step__text">
                  <b>{node.data.title || text('node.untitled')}</b>
                  <small>
                    {text(`node.${node.type}`)}
                    {ways.has(node.id) ? ` → ${ways.get(node.id)!.join(', ')}` : ''}
                  </small>
                </span>
              </button>
              {part ? <IconButton label={text('openPart', { title: part.name || node.data.title || text('node.untitled') })} icon={<ExternalLink />} onClick={() => onOpen(subflowId!)} /> : null}
            </li>
          );
        })}
      </ol>
      {view.flow.description && !isSearch ? (
        <section className="panel__section">
          <h3>{text('about')}</h3>
          <p className="prose">{view.flow.description}</p>
        </section>
      ) : null}
      {state.isEncrypted && !isSearch ? (
        <section className="panel__section">
          <h3>{text('encrypted')}</h3>
          <p className="prose">{text('encryptedText', { host: location.host })}</p>
        </section>
      ) : null}
    </div>
  );
}
