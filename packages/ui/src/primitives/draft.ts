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
  change(value: string): void;
  /** Commits now what was typed. */
  flush(): void;
  /** Forgets what was typed since the last commit. */
  discard(): void;
  focus(): void;
  blur(): void;
}

/**
 * A text under the caret: while it is focused it belongs to the hand, and values from outside wait until it is left. Typing
 * commits after `TYPING_REST_MS` of rest, on blur, when the control goes away and when `flushDrafts` runs; what was not typed
 * is never committed.
 */
export function useDraft(value: string, commit: (value: string) => void): Draft {
  const [text, setText] = useState(value);
  const hand = useRef({ text: value, outside: value, isTyped: false, isFocused: false, timer: undefined as ReturnType<typeof setTimeout> | undefined, commit });
  hand.current.commit = commit;

  const show = useCallback((next: string) => {
    hand.current.text = next;
    setText(next);
  }, []);

  const flush = useCallback(() => {
    const now = hand.current;
    clearTimeout(now.timer);
    openDrafts.delete(flush);
    if (!now.isTyped) return;
    now.isTyped = false;
    if (now.text === now.outside) return;
    now.outside = now.text;
    now.commit(now.text);
  }, []);

  useEffect(() => {
    const now = hand.current;
    now.outside = value;
    if (!now.isFocused && !now.isTyped) show(value);
  }, [value, show]);

  useEffect(() => flush, [flush]);

  return {
    value: text,
    change(next) {
      const now = hand.current;
      now.isTyped = true;
      show(next);
      clearTimeout(now.timer);
      openDrafts.add(flush);
      now.timer = setTimeout(flush, TYPING_REST_MS);
    },
    flush,
    discard() {
      const now = hand.current;
      clearTimeout(now.timer);
      openDrafts.delete(flush);
      now.isTyped = false;
      show(now.outside);
    },
    focus() {
      hand.current.isFocused = true;
    },
    blur() {
      hand.current.isFocused = false;
      flush();
      show(hand.current.outside);
    },
  };
}
