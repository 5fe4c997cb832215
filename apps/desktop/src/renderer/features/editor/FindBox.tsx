import { IconButton } from '@uxflow/ui';
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FlowView } from '@uxflow/core';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useGhosts } from '../../store/flowServices.ts';

/** Finds words in the flow: in titles, texts, elements, labels and comments; shows one match after the other. */
export function FindBox({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { editor } = useFlow();
  const { view } = useGhosts();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const hits = useMemo(() => findInFlow(view, query), [view, query]);
  const current = hits.length > 0 ? hits[at % hits.length]! : null;

  useEffect(() => input.current?.focus(), []);
  useEffect(() => () => editor.getState().find([]), [editor]);
  useEffect(() => editor.getState().find(hits), [editor, hits]);
  useEffect(() => {
    if (current) editor.getState().reveal([current]);
  }, [editor, current]);

  const go = (step: number) => hits.length > 0 && setAt((at + step + hits.length) % hits.length);
  return (
    <div className="find-box" role="search" data-testid="find">
      <div className="search">
        <Search aria-hidden />
        <input
          ref={input}
          className="input input--small"
          aria-label={text('command.find')}
          placeholder={text('command.find')}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Enter') go(event.shiftKey ? -1 : 1);
            if (event.key === 'Escape') onClose();
          }}
        />
      </div>
      <span className="find-box__count" aria-live="polite">
        {query ? text('find.count', { at: hits.length === 0 ? 0 : (at % hits.length) + 1, count: hits.length }) : ''}
      </span>
      <IconButton size="small" label={text('find.previous')} icon={<ChevronUp />} disabled={hits.length === 0} onClick={() => go(-1)} />
      <IconButton size="small" label={text('find.next')} icon={<ChevronDown />} disabled={hits.length === 0} onClick={() => go(1)} />
      <IconButton size="small" label={text('close')} icon={<X />} onClick={onClose} />
    </div>
  );
}

/** Ids of what holds the words, in reading order (top to bottom, then left to right). */
export function findInFlow(view: FlowView, query: string): string[] {
  const words = query.trim().toLowerCase();
  if (!words) return [];
  const holds = (...texts: (string | undefined)[]) => texts.some((each) => each?.toLowerCase().includes(words));
  const items = (list: Readonly<Record<string, object>> | undefined) => Object.values(list ?? {}).flatMap((item) => Object.entries(item).flatMap(([key, value]) => (key !== 'order' && key !== 'type' && typeof value === 'string' ? [value] : [])));
  const nodes = [...view.node.values()]
    .filter((node) => holds(node.data.title, node.data.description, node.data.url, node.data.condition, ...items(node.elements), ...items(node.variants), ...items(node.checklist), ...items(node.conditions), ...items(node.links)))
    .sort((a, b) => a.position.y - b.position.y || a.position.x - b.position.x);
  const edges = [...view.edge.values()].filter((edge) => holds(edge.data.label, edge.data.condition));
  const frames = [...view.frame.values()].filter((frame) => holds(frame.title, frame.description));
  return [...nodes, ...frames, ...edges].map(({ id }) => id);
}
