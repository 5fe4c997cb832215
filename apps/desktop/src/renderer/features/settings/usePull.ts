import { errorInfo } from '@uxflow/core';
import type { PullState } from '@uxflow/core/api';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useConnectionStatus, useServices } from '../../store/services.ts';

/** A model that is being fetched, or was, as far as this screen has followed it. */
export interface FollowedPull {
  model: string;
  state: PullState;
}

/** What Ollama fetches at an address: picked up where it is running already, followed until this screen goes; it goes on without it. */
export function usePull(baseUrl: string, onArrived: () => void): { pull: FollowedPull | null; start: (model: string) => void } {
  const { api } = useServices();
  const connection = useConnectionStatus();
  const [pull, setPull] = useState<FollowedPull | null>(null);
  const leave = useRef<AbortController | null>(null);
  const arrived = useRef(onArrived);
  arrived.current = onArrived;

  const start = useCallback(
    (model: string) => {
      leave.current?.abort();
      const mine = new AbortController();
      leave.current = mine;
      const show = (state: PullState) => {
        if (!mine.signal.aborted) setPull({ model, state });
      };
      show({ phase: 'running', step: 'manifest', completedBytes: 0 });
      void (async () => {
        try {
          for await (const state of await api.models.pull({ baseUrl, model }, { signal: mine.signal })) {
            show(state);
            if (!mine.signal.aborted && (state.phase === 'done' || (state.phase === 'stopped' && state.outcome === 'finished'))) arrived.current();
          }
        } catch (error) {
          show({ phase: 'failed', error: errorInfo(error), completedBytes: 0 });
        }
      })();
    },
    [api, baseUrl],
  );

  useEffect(() => {
    if (connection !== 'connected') return;
    let isCurrent = true;
    api.models.pulls().then(
      (running) => {
        const here = running.find((one) => one.baseUrl === baseUrl);
        if (isCurrent && here) start(here.model);
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
      leave.current?.abort();
    };
  }, [api, baseUrl, connection, start]);

  return { pull, start };
}
