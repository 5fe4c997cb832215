import { useCallback, useEffect, useRef, useState } from 'react';

/** How long typing rests before it is committed, in ms. */
export const TYPING_REST_MS = 400;

const openDrafts = new Set<() => void>();

/** Commits every text that is still being typed; called before the window closes and before commands that read the document. */
export function flushDrafts(): void {
  for (const flush of [...openDrafts]) flush();
}

export interface Draft {
  value: string;
  isDirty: boolean;
  change(value: string): void;
  /** Commits now what was typed. */
  flush(): void;
  /** Forgets what was typed since the last commit. */
  discard(): void;
  focus(): void;
  blur(): void;
}

/**
 * A text under the caret: while it is focused it belongs to the hand, and values from outside wait. Typing commits after
 * `TYPING_REST_MS` of rest, on blur, and when `flushDrafts` runs.
 */
export function useDraft(value: string, commit: (value: string) => void): Draft {
  const [text, setText] = useState(value);
  const state = useRef({ text: value, committed: value, focused: false, timer: 0 as unknown as ReturnType<typeof setTimeout>, commit });
  state.current.commit = commit;

  const flush = useCallback(() => {
    const now = state.current;
    clearTimeout(now.timer);
    openDrafts.delete(flush);
    if (now.text === now.committed) return;
    now.committed = now.text;
    now.commit(now.text);
  }, []);

  useEffect(() => {
    const now = state.current;
    if (now.text !== now.committed) return;
    now.committed = value;
    if (now.focused && now.text !== value) return;
    now.text = value;
    setText(value);
  }, [value]);

  useEffect(() => flush, [flush]);

  return {
    value: text,
    isDirty: state.current.text !== state.current.committed,
    change(next) {
      const now = state.current;
      now.text = next;
      setText(next);
      clearTimeout(now.timer);
      openDrafts.add(flush);
      now.timer = setTimeout(flush, TYPING_REST_MS);
    },
    flush,
    discard() {
      const now = state.current;
      clearTimeout(now.timer);
      openDrafts.delete(flush);
      now.text = now.committed;
      setText(now.committed);
    },
    focus() {
      state.current.focused = true;
    },
    blur() {
      state.current.focused = false;
      flush();
    },
  };
}
