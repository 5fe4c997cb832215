import { findInFlow, IconButton } from '@uxflow/ui';
import { ChevronDown, ChevronUp, Search, X } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
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
