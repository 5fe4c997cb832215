import type { HistoryEntry } from '@uxflow/core/api';
import { errorInfo, type ErrorInfo } from '@uxflow/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';

export const PAGE = 50;
/** More than this the engine does not hand out at once. */
const MOST = 200;
/** Rest after the last entry before new ones are asked for, ms: typing must not ask at every word. */
const REST_MS = 150;

export interface HistoryEntries {
  /** Newest first; null until the first answer. */
  entries: readonly HistoryEntry[] | null;
  hasMore: boolean;
  isLoadingMore: boolean;
  failure: ErrorInfo | null;
  loadMore: () => void;
}

/** The history of the open flow, kept true while somebody looks at it; older pages on demand. */
export function useHistoryEntries(): HistoryEntries {
  const { api } = useServices();
  const { flowId } = useFlow();
  const head = useSession((session) => session.no);
  const isReady = useSession((session) => session.phase === 'ready');
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null);
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [failure, setFailure] = useState<ErrorInfo | null>(null);
  const known = useRef<readonly HistoryEntry[] | null>(null);
  useEffect(() => void (known.current = entries), [entries]);

  useEffect(() => {
    if (!isReady) return;
    let isCurrent = true;
    const timer = setTimeout(
      () => {
        const newest = known.current?.[0]?.no;
        if (newest !== undefined && newest >= head) return;
        const limit = newest === undefined ? PAGE : Math.min(MOST, head - newest);
        api.flow.history({ flowId, limit }).then(
          (page) => {
            if (!isCurrent) return;
            setEntries((now) => mergeEntries(now, page));
            setFailure(null);
          },
          (error: unknown) => isCurrent && setFailure(errorInfo(error)),
        );
      },
      known.current ? REST_MS : 0,
    );
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, flowId, head, isReady]);

  const loadMore = useCallback(() => {
    const oldest = known.current?.at(-1)?.no;
    if (oldest === undefined) return;
    setLoadingMore(true);
    api.flow
      .history({ flowId, before: oldest, limit: PAGE })
      .then((page) => setEntries((now) => mergeEntries(now, page)))
      .catch((error: unknown) => setFailure(errorInfo(error)))
      .finally(() => setLoadingMore(false));
  }, [api, flowId]);

  // Entries are numbered from 1 without gaps, so the number tells whether older ones exist.
  const hasMore = (entries?.at(-1)?.no ?? 0) > 1;
  return { entries, hasMore, isLoadingMore, failure, loadMore };
}

/** Two lists of entries as one, newest first, each once. A page that leaves a gap to what is known replaces it, so that nothing is missing unseen. */
export function mergeEntries(known: readonly HistoryEntry[] | null, page: readonly HistoryEntry[]): HistoryEntry[] {
  const all = [...page].sort((a, b) => b.no - a.no);
  const isTouching = known?.length && all.length && all.at(-1)!.no <= known[0]!.no + 1;
  if (known?.length && (isTouching || !all.length)) {
    const fresh = new Set(all.map(({ no }) => no));
    all.push(...known.filter(({ no }) => !fresh.has(no)));
    all.sort((a, b) => b.no - a.no);
  }
  return all;
}
