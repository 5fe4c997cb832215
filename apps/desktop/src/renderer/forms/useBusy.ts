import { useCallback, useEffect, useRef, useState } from 'react';

/** One thing at a time that the engine may refuse: whether it runs, what it threw, how to run it, and how to forget what it threw. */
export interface Busy {
  isBusy: boolean;
  failure: unknown;
  run: (action: () => Promise<unknown>) => void;
  forget: () => void;
}

/** The state of such a thing. What ends after the screen is gone is told to nobody. */
export function useBusy(): Busy {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => void (isGone.current = true);
  }, []);
  const run = useCallback((action: () => Promise<unknown>) => {
    setBusy(true);
    setFailure(null);
    void action()
      .catch((error: unknown) => !isGone.current && setFailure(error))
      .finally(() => !isGone.current && setBusy(false));
  }, []);
  return { isBusy, failure, run, forget: useCallback(() => setFailure(null), []) };
}
