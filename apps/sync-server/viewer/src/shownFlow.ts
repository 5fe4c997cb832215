/** One flow of a visit: followed live, with the comments that the visitor writes into it. */
import { sha256 as sha256Bytes } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { initialState, isAppError, Replica, visitorCommentPrefix, type Comment, type FlowView, type IdSource, type SyncClient, type SyncCodec, type SyncStatus } from '@uxflow/core';

/** A comment that the server did not take; its words are kept for the form. */
export interface RefusedComment {
  body: string;
  code: string;
}

export interface ShownFlow {
  readonly logId: string;
  /** What has come of it; null before anything has. */
  view(): FlowView | null;
  status(): SyncStatus;
  refused: RefusedComment | null;
  /** Takes part again after the server has ended it. */
  resume(): void;
  /** A comment in the visitor's name; false when it cannot be written. */
  comment(visitorId: string, name: string, value: CommentOn & { body: string }): boolean;
  /** A new visit: what waits is written anew in its name, for the old one may push no more. */
  rename(visitorId: string): void;
  close(): void;
}

/** Where a comment stands, and what it answers. */
export type CommentOn = Pick<Comment, 'nodeId' | 'edgeId' | 'frameId' | 'replyToId'>;

const UNKNOWN = 'flow_unknown';

/** The digest of the log's rules. */
export const sha256 = (bytes: Uint8Array): string => bytesToHex(sha256Bytes(bytes));

/** Follows a flow of the link over the client's socket. `changed`: called when it shows something else than before. */
export function showFlow({ client, logId, codec, ids, changed }: { client: SyncClient; logId: string; codec: SyncCodec; ids: IdSource; changed: () => void }): ShownFlow {
  const replica = new Replica(initialState(UNKNOWN), { sha256 });
  const stop = replica.subscribe(changed);
  const open = client.open({
    logId,
    replica,
    codec,
    keeper: {
      confirmed: () => {},
      settled: () => {},
      replaced: () => {},
      denied: (refused) => {
        const { entry, code } = refused.at(-1)!;
        const [op] = entry.ops;
        flow.refused = { body: op?.op === 'add' ? String(op.value.body ?? '') : '', code };
        changed();
      },
      ownConfirmed: () => [],
    },
  });

  const write = (visitorId: string, name: string, { id: _id, ...value }: Record<string, unknown>): boolean => {
    try {
      replica.commit(
        { ops: [{ op: 'add', kind: 'comment', id: visitorCommentPrefix(visitorId) + ids.newId('c'), value: { ...value, authorId: visitorId } }] },
        { id: ids.newId('tx'), logId, author: { kind: 'user', id: visitorId, name }, at: Date.now(), scope: 'comment' },
      );
      return true;
    } catch (error) {
      // What it was about may have been deleted this moment.
      if (isAppError(error)) return false;
      throw error;
    }
  };

  const flow: ShownFlow = {
    logId,
    view: () => (replica.confirmed.flow.id === UNKNOWN ? null : replica.view),
    status: () => open.status(),
    refused: null,
    resume: () => open.log.resume(),
    comment: (visitorId, name, value) => write(visitorId, name, { ...value, authorName: name, at: Date.now() }),
    rename(visitorId) {
      for (const entry of replica.withdraw(new Set(replica.pending.map(({ id }) => id)))) {
        for (const op of entry.ops) if (op.op === 'add') write(visitorId, entry.author.name, op.value);
      }
    },
    close() {
      stop();
      open.close();
    },
  };
  return flow;
}
