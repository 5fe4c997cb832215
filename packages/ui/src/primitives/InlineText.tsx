import { useEffect, useRef } from 'react';
import { useDraft } from './draft.ts';

export interface InlineTextProps {
  value: string;
  label: string;
  isMultiline?: boolean;
  className?: string;
  onCommit: (value: string) => void;
  /** Called when editing ends by Enter, Escape or blur. */
  onDone: () => void;
}

/** Text edited in place: selected at the start, Enter ends (Shift Enter breaks a line), Escape takes back, blur commits. */
export function InlineText({ value, label, isMultiline, className, onCommit, onDone }: InlineTextProps) {
  const draft = useDraft(value, onCommit);
  const input = useRef<HTMLTextAreaElement | HTMLInputElement>(null);
  useEffect(() => {
    // The focus waits a frame: a menu that closes in this one would take it away again.
    const frame = requestAnimationFrame(() => {
      input.current?.focus({ preventScroll: true });
      input.current?.select();
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  const shared = {
    className: `inline-text nodrag nopan nowheel ${className ?? ''}`,
    'aria-label': label,
    value: draft.value,
    onChange: (event: { target: { value: string } }) => draft.change(event.target.value),
    onFocus: draft.focus,
    onBlur: () => {
      draft.blur();
      onDone();
    },
    onKeyDown: (event: React.KeyboardEvent) => {
      event.stopPropagation();
      if (event.key === 'Escape') {
        draft.discard();
        onDone();
      } else if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        draft.flush();
        onDone();
      }
    },
    onPointerDown: (event: React.PointerEvent) => event.stopPropagation(),
    onDoubleClick: (event: React.MouseEvent) => event.stopPropagation(),
  };
  if (isMultiline) return <textarea ref={input as React.RefObject<HTMLTextAreaElement>} rows={2} {...shared} />;
  return <input ref={input as React.RefObject<HTMLInputElement>} {...shared} />;
}
