/** Snapshots: made by clients, because the server cannot read; kept, and handed to who has nothing of a log. */
import { isSealedForm } from '@uxflow/core/keyMessages';
import { LIMITS, stateFrame, type ClientMessage } from '@uxflow/core/protocol';
import type { Principal } from './access.ts';
import { toWire, type Connection, type WireFrame } from './connection.ts';
import type { HubParts } from './hub.ts';
import type { Room } from './room.ts';

/** The newest snapshot as it is sent, the same bytes to everybody. */
export interface StateFrame {
  no: number;
  frame: WireFrame;
}

export interface Snapshots {
  find(room: Room): Promise<StateFrame | undefined>;
  take(connection: Connection, principal: Principal, message: Extract<ClientMessage, { type: 'snapshot' }>): Promise<void>;
  /** Asks a client for a snapshot when the last one lies far back. */
  consider(room: Room): void;
  forget(connection: Connection): void;
}

interface Upload {
  log: string;
  no: number;
  parts: Uint8Array[];
  bytes: number;
}

interface Known {
  /** Number of the newest snapshot; undefined until it was looked up. */
  no: number | undefined;
  askedAt: number;
  frame: Promise<StateFrame | undefined> | undefined;
  release: NodeJS.Timeout | undefined;
}

/** ms for which the bytes of a snapshot stay in memory after a join: those who come in a storm share them. */
const KEEP_MS = 30_000;
/** ms until somebody else is asked. */
const ASK_AGAIN_MS = 30_000;

/** The snapshots of an instance. */
export function createSnapshots({ access, tables, logger, now, snapshotEvery }: HubParts & { snapshotEvery: number }): Snapshots {
  const uploads = new Map<Connection, Upload>();
  const byRoom = new WeakMap<Room, Known>();
  const knownOf = (room: Room): Known => {
    let known = byRoom.get(room);
    if (!known) byRoom.set(room, (known = { no: undefined, askedAt: 0, frame: undefined, release: undefined }));
    return known;
  };

  const ask = (room: Room, known: Known) => {
    for (const { connection, scope, sentNo } of room.members) {
      if (scope !== 'edit' || sentNo !== room.head || connection.isSlow) continue;
      known.askedAt = now();
      return connection.tell({ type: 'snapshotWanted', log: room.id, no: room.head });
    }
  };

  return {
    find(room) {
      const known = knownOf(room);
      known.frame ??= tables.latestState(room.id).then((state) => {
        known.no = state?.no ?? 0;
        return state && { no: state.no, frame: toWire(stateFrame({ log: room.id, no: state.no, chain: state.chain }, state.bytes)) };
      });
      clearTimeout(known.release);
      known.release = setTimeout(() => void (known.frame = undefined), KEEP_MS).unref();
      known.frame.catch(() => void (known.frame = undefined));
      return known.frame;
    },
    async take(connection, principal, { log: logId, no, chain, part, parts, bytes }) {
      const refuse = (code: string, params: Record<string, unknown> = {}) => {
        uploads.delete(connection);
        connection.tell({ type: 'denied', log: logId, id: `snapshot:${no}`, code, params });
      };
      const upload: Upload = part === 0 ? { log: logId, no, parts: [], bytes: 0 } : (uploads.get(connection) ?? { log: '', no: 0, parts: [], bytes: 0 });
      if (upload.log !== logId || upload.no !== no || upload.parts.length !== part) return refuse('SNAPSHOT_INVALID', { reason: 'PART' });
      upload.bytes += bytes.length;
      if (upload.bytes > LIMITS.snapshotBytes) return refuse('SNAPSHOT_TOO_LARGE', { limit: LIMITS.snapshotBytes });
      upload.parts.push(bytes);
      if (part + 1 < parts) return void uploads.set(connection, upload);
      uploads.delete(connection);
      const [role, log] = await Promise.all([access.roleOf(principal, logId), tables.findLog(logId)]);
      if (!role || !log) return refuse('LOG_NOT_FOUND');
      if (role.scope !== 'edit') return refuse('ROLE_READS_ONLY');
      if (log.epoch > 0 && !isSealedForm(upload.parts[0]!)) return refuse('ENTRY_NOT_SEALED');
      // A snapshot that does not lie on our chain is one of another log, or of a fork.
      if ((await tables.chainAt(log, no)) !== chain) return refuse('SNAPSHOT_INVALID', { reason: 'CHAIN' });
      const newest = await tables.latestStateNo(logId);
      // An empty log is begun with just as well without one.
      if (no === 0 || (newest !== undefined && newest >= no)) return;
      await tables.storeState(logId, { no, chain, bytes: Buffer.concat(upload.parts) }, principal.userId);
      const room = connection.logs.get(logId)?.room;
      if (room) byRoom.set(room, { no, askedAt: 0, frame: undefined, release: undefined });
    },
    consider(room) {
      const known = knownOf(room);
      if (room.head === 0 || now() - known.askedAt < ASK_AGAIN_MS) return;
      if (known.no !== undefined) {
        if (room.head - known.no >= snapshotEvery) ask(room, known);
        return;
      }
      known.askedAt = now();
      tables.latestStateNo(room.id).then(
        (no) => {
          known.no = no ?? 0;
          known.askedAt = 0;
          if (room.head - known.no >= snapshotEvery) ask(room, known);
        },
        (error: unknown) => logger.warn('the newest snapshot is not known', { log: room.id, error: String(error) }),
      );
    },
    forget: (connection) => void uploads.delete(connection),
  };
}
