/** Entries that come in by one connection: looked at, handed to the committer, and answered once it is known what became of them. */
import { changesFrame, LIMITS, ownRecord, readEnvelope, type ClientMessage } from '@uxflow/core/protocol';
import { createRateLimiter } from '../access/rateLimiter.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { SyncMonitor } from '../monitoring/monitor.ts';
import type { Principal } from './access.ts';
import { createCommitter } from './committer.ts';
import type { Outcome } from './commitBatch.ts';
import { toWire, type Connection } from './connection.ts';
import type { Hints } from './hints.ts';
import type { HubParts } from './hubParts.ts';
import type { Room } from './room.ts';
import type { Snapshots } from './snapshots.ts';

export interface Pushes {
  /** Takes what a connection pushes. */
  take(connection: Connection, message: Extract<ClientMessage, { type: 'push' }>, principal: Principal): void;
  /** Bytes of entries that wait for a commit. */
  readonly waitingBytes: number;
  /** Resolves when nothing waits any more. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

export interface PushesOptions extends HubParts {
  database: ServerDatabase;
  monitor: SyncMonitor | undefined;
  hints: Hints;
  snapshots: Snapshots;
  /** Everybody in a room joins anew. */
  restart(room: Room): void;
}

const VISITOR_ENTRY_BYTES = 32 * 1024;
/** What all who came by one link may write: nobody fills a flow with ten thousand comments. */
const LINK_ENTRIES = { burst: 100, perSecond: 0.5 };
/** Pushed bytes that wait for a commit from which a connection (or, for all together, everybody who pushes) is not read for a while. */
const CONNECTION_WAITING_BYTES = 8 * 1024 * 1024;
const ALL_WAITING_BYTES = 64 * 1024 * 1024;

/** The pushes of an instance, with the committer behind them. */
export function createPushes({ access, logger, now, rooms, pump, database, monitor, hints, snapshots, restart }: PushesOptions): Pushes {
  const ofLinks = createRateLimiter({ now });
  /** Connections that are not read until what they pushed is committed. */
  const held = new Set<Connection>();

  const committer = createCommitter<Connection>({ database, access, logger, onCommitted: (outcome, took) => settle(outcome, took), onFailed: () => monitor?.commitFailed() });
  const settle = (outcome: Outcome<Connection>, took: number) => {
    monitor?.committed(outcome, took);
    for (const [log, stored] of outcome.stored) {
      for (const { from, size } of stored) release(from, size);
      const room = rooms.get(log);
      hints.say(log, stored.at(-1)!.no);
      if (!room) continue;
      if (room.isForkedBy(stored)) {
        restart(room);
        continue;
      }
      for (const member of room.deliver(stored)) pump(member);
      snapshots.consider(room);
    }
    for (const { log, no, id, sha256, size, from } of outcome.known) {
      release(from, size);
      const member = from.logs.get(log);
      // What lies ahead of a reader comes with its stream, in its place.
      member?.own?.delete(id);
      if (member && no <= member.sentNo) from.send(toWire(changesFrame(log, [ownRecord(no, id, sha256)])));
      else if (member) {
        member.room.raise(no);
        pump(member);
      }
    }
    for (const { log, id, code, params, size, from } of outcome.denied) {
      release(from, size);
      from.logs.get(log)?.own?.delete(id);
      from.tell({ type: 'denied', log, id, code, params });
    }
    for (const connection of held) {
      if (connection.isPaused && connection.waitingBytes < CONNECTION_WAITING_BYTES / 2 && committer.waitingBytes < ALL_WAITING_BYTES / 2) connection.resume();
      if (!connection.isPaused || !connection.isOpen) held.delete(connection);
    }
  };
  const release = (connection: Connection, bytes: number) => {
    connection.waitingBytes = Math.max(0, connection.waitingBytes - bytes);
  };

  const take: Pushes['take'] = (connection, { log, entries }, principal) => {
    const member = connection.logs.get(log);
    for (const { envelope, bytes } of entries) {
      const header = readEnvelope(envelope);
      const { id } = header;
      const deny = (code: string, params: Record<string, unknown> = {}) => {
        monitor?.denied(code);
        connection.tell({ type: 'denied', log, id, code, params });
      };
      if (!member) deny('LOG_NOT_JOINED');
      else if (header.log !== log || header.author !== principal.userId) deny('ENVELOPE_INVALID', { path: header.log === log ? 'author' : 'log' });
      else if (bytes.length > (principal.link ? VISITOR_ENTRY_BYTES : LIMITS.entryBytes)) deny('ENTRY_TOO_LARGE', { bytes: bytes.length, limit: principal.link ? VISITOR_ENTRY_BYTES : LIMITS.entryBytes });
      else if (principal.link && ofLinks.take(principal.link.id, LINK_ENTRIES) > 0) deny('RATE_LIMITED');
      else {
        (member.own ??= new Set()).add(id);
        connection.waitingBytes += bytes.length;
        committer.push({ envelope, bytes, header, userId: principal.userId, from: connection });
      }
    }
    // All of it is taken, in its order; what is too fast is not read any further for a while.
    const wait = connection.spend(entries.length, now());
    if (wait > 0) {
      connection.tell({ type: 'throttled', code: 'RATE_LIMITED', retryAfterMs: wait });
      connection.pauseFor(wait);
    }
    if (connection.waitingBytes > CONNECTION_WAITING_BYTES || committer.waitingBytes > ALL_WAITING_BYTES) {
      connection.pause();
      held.add(connection);
    }
  };

  return {
    take,
    get waitingBytes() {
      return committer.waitingBytes;
    },
    drained: () => committer.drained(),
    close: () => committer.close(),
  };
}
