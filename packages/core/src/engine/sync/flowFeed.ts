import { z } from 'zod';
import { shownSchema } from '../../api/syncRoutes.ts';
import type { FlowSyncEvent, FlowSyncStatus, PeerView } from '../../api/index.ts';
import { canonicalJson } from '../../base/index.ts';
import type { Author } from '../../flow/index.ts';
import type { LogSync } from '../../sync/index.ts';
import type { FlowService } from '../flowService.ts';

/** What screens hear of the sync of a flow. */
export interface FlowFeed {
  watch(flowId: string, signal: AbortSignal | undefined): AsyncGenerator<FlowSyncEvent, void, void>;
  /** Something beside the connection has changed. */
  changed(): void;
  close(): void;
}

export interface FlowFeedOptions {
  flows: Pick<FlowService, 'open'>;
  status(flowId: string): FlowSyncStatus;
  logOf(flowId: string): LogSync | undefined;
  /** Calls back when status or presence may have changed. */
  onChange(listener: () => void): () => void;
}

/** At most one look in this time, ms: people's pointers move thirty times a second. */
const FRAME_MS = 33;
/** Ids that one event names; who adds more has not touched anything in particular. */
const MAX_TOUCHED = 200;
const presenceSchema = shownSchema.extend({ name: z.string().max(200) });
const decoder = new TextDecoder();

export function createFlowFeed({ flows, status, logOf, onChange }: FlowFeedOptions): FlowFeed {
  const wakers = new Set<() => void>();
  const changed = () => {
    for (const wake of wakers) wake();
  };
  let isClosed = false;
  const stop = onChange(changed);

  return {
    changed,
    close() {
      isClosed = true;
      stop();
      changed();
    },
    async *watch(flowId, signal) {
      let wake = () => {};
      let isDirty = true;
      const waker = () => {
        isDirty = true;
        wake();
      };
      const touched: Extract<FlowSyncEvent, { type: 'touched' }>[] = [];
      const { session } = flows.open(flowId);
      const stopSession = session.onChange(({ entries, isOwn }) => {
        for (const { transaction, effect, isMine } of entries) {
          // What an agent wrote here is news when it is written, not once more when the server has it.
          if (!transaction.author || (isMine && !(isOwn && transaction.author.kind === 'agent'))) continue;
          const ids = [...new Set(effect.changes.flatMap(({ kind, id, after, field }) => (kind === 'flow' || (after === null && field === undefined) ? [] : [id])))].slice(0, MAX_TOUCHED);
          if (ids.length > 0) touched.push({ type: 'touched', author: authorOf(transaction.author), ids });
        }
        waker();
      });
      wakers.add(waker);
      signal?.addEventListener('abort', waker, { once: true });
      let lastStatus = '';
      let lastPeers = '[]';
      try {
        while (!signal?.aborted && !isClosed) {
          if (!isDirty) {
            await new Promise<void>((resolve) => (wake = resolve));
            await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
            continue;
          }
          isDirty = false;
          const now = status(flowId);
          const statusText = canonicalJson(now);
          if (statusText !== lastStatus) {
            lastStatus = statusText;
            yield { type: 'status', status: now };
          }
          const peers = peersOf(logOf(flowId));
          const peersText = canonicalJson(peers);
          if (peersText !== lastPeers) {
            lastPeers = peersText;
            yield { type: 'peers', peers };
          }
          while (touched.length > 0) yield touched.shift()!;
        }
      } finally {
        stopSession();
        wakers.delete(waker);
        signal?.removeEventListener('abort', waker);
      }
    },
  };
}

/** Who is in the log now, as far as what they show can be read. */
function peersOf(log: LogSync | undefined): PeerView[] {
  if (!log) return [];
  return [...log.presence.values()]
    .flatMap(({ peer, user, bytes }) => {
      try {
        return [{ ...presenceSchema.parse(JSON.parse(decoder.decode(bytes))), peer, userId: user }];
      } catch {
        // Another program's presence: its person is there, and nothing else is known.
        return [];
      }
    })
    .sort((a, b) => (a.peer < b.peer ? -1 : 1));
}

function authorOf({ kind, id, name }: Author): Author {
  return { kind, id: String(id), name: String(name) };
}
