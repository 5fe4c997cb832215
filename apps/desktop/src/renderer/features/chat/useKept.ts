import { useCallback, useState } from 'react';

/** A value that outlives the panel and a reload of the page, kept by this window under a key. `null` forgets it. */
export function useKept<T>(key: string, initial: T): [T, (value: T | null) => void] {
  const [state, setState] = useState<{ key: string; value: T }>(() => ({ key, value: readKept(key, initial) }));
  // Another key in the same place (the next plan, another flow) begins with what is kept under it.
  const value = state.key === key ? state.value : readKept(key, initial);
  const set = useCallback(
    (next: T | null) => {
      writeKept(key, next);
      setState({ key, value: next ?? initial });
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [key],
  );
  return [value, set];
}

function readKept<T>(key: string, initial: T): T {
  try {
    const kept = sessionStorage.getItem(key);
    return kept === null ? initial : (JSON.parse(kept) as T);
  } catch {
    return initial;
  }
}

function writeKept(key: string, value: unknown): void {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage it lives as long as the panel.
  }
}
