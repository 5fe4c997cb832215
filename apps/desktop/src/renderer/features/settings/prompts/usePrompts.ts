import { errorInfo, type ErrorInfo } from '@uxflow/core';
import type { Prompts } from '@uxflow/core/api';
import { useCallback, useEffect, useState } from 'react';
import { followStream } from '../../../store/followStream.ts';
import { useServices } from '../../../store/services.ts';

export interface PromptsOnScreen {
  /** Null until the engine has told. */
  prompts: Prompts | null;
  failure: ErrorInfo | null;
  isBusy: boolean;
  /** Runs what the person asked for; a failure is shown, and undefined comes back. */
  run<T>(act: () => Promise<T>): Promise<T | undefined>;
}

/** The wordings as the engine tells them, for as long as this is on screen. */
export function usePrompts(): PromptsOnScreen {
  const { connection } = useServices();
  const [prompts, setPrompts] = useState<Prompts | null>(null);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const [running, setRunning] = useState(0);
  useEffect(() => followStream(connection, (api, signal) => api.prompts.watch(undefined, { signal }), { event: setPrompts, failed: (error) => (setFailure(errorInfo(error)), false) }), [connection]);
  const run = useCallback(async <T,>(act: () => Promise<T>): Promise<T | undefined> => {
    setFailure(null);
    setRunning((count) => count + 1);
    try {
      return await act();
    } catch (error) {
      setFailure(errorInfo(error));
      return undefined;
    } finally {
      setRunning((count) => count - 1);
    }
  }, []);
  return { prompts, failure, isBusy: running > 0, run };
}
