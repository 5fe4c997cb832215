/** Snapshots: made by clients, because the server cannot read; kept, and handed to who has nothing of a log. */
import { isSealedForm } from '@uxflow/core/keyMessages';
import { LIMITS, stateFrame, type ClientMessage } from '@uxflow/core/protocol';
import type { Principal } from './access.ts';
import { toWire, type Connection, type WireFrame } from './connection.ts';
import type { HubParts } from './hubParts.ts';
import type { Room } from './room.ts';

/** The newest snapshot as it is sent, the same bytes to everybody. */
export interface StateFrame {
  no: number;
  frame: WireFrame;
}

export interface Snapshots {
  find(room: Room): Promise<StateFrame | undefined>;
  take(connection: Connection, principal: Principal, message: SnapshotMessage): Promise<void>;
  /** Asks a client for a snapshot when the last one lies far back. */
  consider(room: Room): void;
  forget(connection: Connection): void;
}

interface Upload {
  log: string;
  no: number;
  parts: Uint8Array[];
  bytes: number;
  /** Why nothing of it is taken; no part is kept before this is known. */
  asked: Promise<Fault | undefined>;
}

interface Fault {
  code: string;
  params?: Record<string, unknown>;
}

type SnapshotMessage = Extract<ClientMessage, { type: 'snapshot' }>;

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

  const faultOf = async (principal: Principal, { log: logId, no, chain }: SnapshotMessage, first: Uint8Array): Promise<Fault | undefined> => {
    const [role, log] = await Promise.all([access.roleOf(principal, logId), tables.findLog(logId)]);
    if (!role || !log) return { code: 'LOG_NOT_FOUND' };
    if (role.scope !== 'edit') return { code: 'ROLE_READS_ONLY' };
    if (log.epoch > 0 && !isSealedForm(first)) return { code: 'ENTRY_NOT_SEALED' };
    // A snapshot that does not lie on our chain is one of another log, or of a fork.
    if ((await tables.chainAt(log, no)) !== chain) return { code: 'SNAPSHOT_INVALID', params: { reason: 'CHAIN' } };
    return undefined;
  };
  /** Asks before anything is kept; what the sender has to say beyond waits on its side. */
  const askedFirst = async (connection: Connection, principal: Principal, message: SnapshotMessage): Promise<Fault | undefined> => {
    if (message.parts > 1) connection.pause();
    try {
      return await faultOf(principal, message, message.bytes);
    } finally {
      if (message.parts > 1) connection.resume();
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
    async take(connection, principal, message) {
      const { log: logId, no, chain, part, parts, bytes } = message;
      const refuse = ({ code, params = {} }: Fault) => {
        uploads.delete(connection);
        connection.tell({ type: 'denied', log: logId, id: `snapshot:${no}`, code, params });
      };
      if (part === 0) uploads.set(connection, { log: logId, no, parts: [], bytes: 0, asked: askedFirst(connection, principal, message) });
      const upload = uploads.get(connection);
      const fault = await upload?.asked;
      if (fault) return uploads.get(connection) === upload ? refuse(fault) : undefined;
      if (!upload || uploads.get(connection) !== upload || upload.log !== logId || upload.no !== no || upload.parts.length !== part) return refuse({ code: 'SNAPSHOT_INVALID', params: { reason: 'PART' } });
      upload.bytes += bytes.length;
      if (upload.bytes > LIMITS.snapshotBytes) return refuse({ code: 'SNAPSHOT_TOO_LARGE', params: { limit: LIMITS.snapshotBytes } });
      upload.parts.push(bytes);
      if (part + 1 < parts) return;
      uploads.delete(connection);
      // The last part may come long after the first: what was taken from somebody meanwhile counts.
      const late = parts === 1 ? undefined : await faultOf(principal, message, upload.parts[0]!);
      if (late) return refuse(late);
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
