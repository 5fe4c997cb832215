/**
 * The sync of one instance: its connections, the rooms of the logs that they have joined, what is pushed into them (pushes.ts) and the bus to the
 * other instances. Everything that comes in is answered here; nothing here knows what an entry says.
 */
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { isAppError, type Logger } from '@uxflow/core/base';
import { decodeUp, LIMITS, PROTOCOL, type ClientMessage } from '@uxflow/core/protocol';
import { isConcerned } from '../access/principal.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { SyncMonitor } from '../monitoring/monitor.ts';
import type { Revocation, SyncAccess } from './access.ts';
import type { Bus } from './bus.ts';
import { CLOSE, Connection, type RateLimit } from './connection.ts';
import { createHints } from './hints.ts';
import type { HubParts } from './hubParts.ts';
import { createJoiner } from './joiner.ts';
import { onKeysChanged } from './keyNotices.ts';
import { onLinksChanged } from './linkNotices.ts';
import { createLogTables, type LogTables } from './logTables.ts';
import { createPresence } from './presence.ts';
import { createPushes } from './pushes.ts';
import type { Room, Subscription } from './room.ts';
import { createSnapshots } from './snapshots.ts';

export interface HubOptions {
  database: ServerDatabase;
  access: SyncAccess;
  bus: Bus;
  logger: Logger;
  rate: RateLimit;
  monitor?: SyncMonitor;
  /** Entries behind the newest snapshot from which a client is asked for one. */
  snapshotEvery: number;
  /** ms between looks at the heads of open rooms: makes up for lost hints. */
  pollMs?: number;
  /** ms between pings; a connection that did not answer the one before is dropped. */
  pingMs?: number;
  now?: () => number;
}

export interface Hub {
  readonly tables: LogTables;
  /** Takes a socket that is open, and the stream below it. */
  accept(socket: WebSocket, stream: Duplex): void;
  readonly connectionCount: number;
  /** Sessions with an open socket here. */
  sessionIds(): string[];
  readonly roomCount: number;
  /** Bytes of entries that wait for a commit. */
  readonly waitingBytes: number;
  /** Takes no new messages, commits what it has, and tells everybody to come again elsewhere. */
  close(): Promise<void>;
}

const HELLO_WITHIN_MS = 5000;
/** Who came by a link writes a comment now and then. */
const VISITOR_RATE: RateLimit = { entriesPerSecond: 0.5, entriesBurst: 20 };
/** Roles that one question asks for when something was taken away. */
const REVIEW_AT_ONCE = 1000;
/** Messages between two pings of a connection; more are no editing. */
const MESSAGES_PER_PING = 20_000;

/** The hub of an instance; it polls and pings until it is closed. */
export function createHub(options: HubOptions): Hub {
  const { database, access, bus, logger, rate, monitor, snapshotEvery, pollMs = 2000, pingMs = 20_000, now = Date.now } = options;
  const instance = randomUUID();
  const tables = createLogTables(database);
  const rooms = new Map<string, Room>();
  const connections = new Set<Connection>();
  let peers = 0;
  let closing = false;

  const leave = (member: Subscription, code?: string) => {
    const { connection, room } = member;
    if (code) connection.tell({ type: 'ended', log: room.id, code, params: {} });
    connection.logs.delete(room.id);
    room.members.delete(member);
    presence.gone(room, connection.peer);
    if (room.members.size === 0 && rooms.get(room.id) === room) rooms.delete(room.id);
  };
  const pump = (member: Subscription): void => {
    member.room.pump(member).then(
      (end) => {
        if (end === 'missing') restart(member.room);
      },
      (error: unknown) => {
        logger.warn('a reader could not be brought up to date', { log: member.room.id, error: String(error) });
        leave(member, 'LOG_RESTARTED');
      },
    );
  };
  /** The rows are fewer than they were, or others: the database is an older copy. Everybody joins anew and compares chains. */
  const restart = (room: Room) => {
    logger.error('a log is not what it was', { log: room.id, head: room.head });
    for (const member of [...room.members]) leave(member, 'LOG_RESTARTED');
  };
  const parts: HubParts = { access, tables, logger, now, rooms, pump, leave };
  const hints = createHints({ bus, instance, now });
  const presence = createPresence({ ...parts, bus, hints, instance });
  const snapshots = createSnapshots({ ...parts, snapshotEvery });
  const join = createJoiner({ ...parts, snapshots, presence });

  const pushes = createPushes({ ...parts, database, monitor, hints, snapshots, restart });

  const hello = async (connection: Connection, message: Extract<ClientMessage, { type: 'hello' }>) => {
    // What it has joined as one person would stay with another, from whom nothing is taken when the first one loses it.
    if (connection.principal) return connection.end(CLOSE.protocol, 'HELLO_TWICE');
    if (message.protocol !== PROTOCOL) return connection.end(CLOSE.protocol, 'PROTOCOL_UNKNOWN', { supported: [PROTOCOL] });
    const principal = await access.authorize(message.token);
    if (!principal) {
      monitor?.authFailed('socket', 'SESSION_INVALID');
      return connection.end(CLOSE.unauthorized, 'SESSION_INVALID');
    }
    connection.principal = principal;
    connection.hears = new Set(message.hears);
    if (principal.link) {
      connection.limit(VISITOR_RATE, now());
      connection.endAt(principal.expiresAt, now());
    }
    connection.tell({ type: 'welcome', protocol: PROTOCOL, peer: connection.peer, user: principal.userId });
  };

  const answer = async (connection: Connection, message: ClientMessage): Promise<void> => {
    if (message.type === 'hello') return hello(connection, message);
    const { principal } = connection;
    if (!principal) return connection.end(CLOSE.unauthorized, 'HELLO_FIRST');
    switch (message.type) {
      case 'join':
        return join(connection, principal, message);
      case 'leave': {
        const member = connection.logs.get(message.log);
        if (member) leave(member);
        return;
      }
      case 'push':
        return pushes.take(connection, message, principal);
      case 'presence':
        // Strangers show nothing of themselves to those who work here.
        if (principal.link) return;
        return presence.take(connection, principal, message);
      case 'snapshot':
        return snapshots.take(connection, principal, message);
      case 'ask': {
        if (!connection.logs.get(message.log)?.isIn) return;
        const numbers = await tables.numbersOf(message.log, message.ids);
        return connection.tell({ type: 'known', log: message.log, numbers: Object.fromEntries(numbers) });
      }
      case 'ping':
        return connection.tell({ type: 'pong' });
    }
  };

  const accept = (socket: WebSocket, stream: Duplex) => {
    const connection = new Connection(socket, stream, `${instance.slice(0, 8)}-${++peers}`, rate, now(), (drained) => {
      for (const member of drained.logs.values()) pump(member);
    });
    if (closing) return connection.end(CLOSE.restart, 'SERVER_RESTARTS');
    connections.add(connection);
    const deadline = setTimeout(() => {
      if (!connection.principal) connection.end(CLOSE.unauthorized, 'HELLO_LATE');
    }, HELLO_WITHIN_MS);
    const failed = (error: unknown) => {
      if (isAppError(error)) return connection.end(CLOSE.malformed, error.code, error.params);
      logger.error('a message could not be answered', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      connection.end(1011, 'SERVER_FAILED');
    };
    // A hello is looked up; what is sent right behind it waits for that.
    let greeting: Promise<void> | undefined;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (closing || !connection.isOpen) return;
      connection.isAlive = true;
      if (!isBinary || connection.countMessage() > MESSAGES_PER_PING) return connection.end(isBinary ? CLOSE.tooMany : CLOSE.malformed, isBinary ? 'RATE_LIMITED' : 'FRAME_MALFORMED');
      try {
        const message = decodeUp(data);
        if (!connection.principal && greeting) {
          greeting = greeting.then(() => (connection.isOpen ? answer(connection, message) : undefined)).catch(failed);
          return;
        }
        const done = answer(connection, message);
        if (message.type === 'hello') greeting = done.catch(failed);
        else done.catch(failed);
      } catch (error) {
        failed(error);
      }
    });
    socket.on('pong', () => void (connection.isAlive = true));
    socket.on('error', (error) => {
      if ((error as { code?: string }).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') connection.end(CLOSE.malformed, 'FRAME_TOO_LARGE', { limit: LIMITS.frameBytes });
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      connection.forget();
      connections.delete(connection);
      snapshots.forget(connection);
      for (const member of [...connection.logs.values()]) leave(member);
    });
  };

  const poll = async () => {
    const ids = [...rooms.keys()];
    if (ids.length === 0) return;
    const before = new Map(ids.map((id) => [id, { head: rooms.get(id)!.head, mark: rooms.get(id)!.mark }]));
    const stands = await tables.standOf(ids.map((id) => ({ id, no: before.get(id)!.mark?.no ?? 0 })));
    for (const id of ids) {
      const room = rooms.get(id);
      const stand = stands.get(id);
      const { head, mark } = before.get(id)!;
      if (!room) continue;
      if (!stand) for (const member of [...room.members]) leave(member, 'LOG_NOT_FOUND');
      else if (stand.head.no < head || (mark && stand.chain !== mark.chain)) restart(room);
      else {
        room.see(stand.head);
        catchUp(room, stand.head.no);
      }
    }
  };
  const catchUp = (room: Room, head: number) => {
    room.raise(head);
    for (const member of room.members) if (member.sentNo < room.head) pump(member);
    snapshots.consider(room);
  };
  /** Asks anew what people may do, and cuts whoever may not be here any more. */
  const review = async (revocation: Revocation) => {
    const members: Subscription[] = [];
    for (const connection of connections) {
      const { principal } = connection;
      if (!principal || !isConcerned(principal, revocation)) continue;
      if (revocation.sessionId !== undefined && revocation.workspaceId === undefined) connection.end(CLOSE.revoked, 'SESSION_REVOKED');
      else
        for (const member of connection.logs.values()) {
          if (member.isIn) members.push(member);
          // Their role is being asked for: what has just changed may not be in the answer.
          else member.isStale = true;
        }
    }
    // A whole workspace may be concerned: its people are asked for together.
    for (let start = 0; start < members.length; start += REVIEW_AT_ONCE) {
      const part = members.slice(start, start + REVIEW_AT_ONCE);
      const roles = await access.rolesIn(database.pool, part.map(({ connection, room }) => ({ userId: connection.principal!.userId, logId: room.id, sessionId: connection.principal!.sessionId })));
      for (const [n, member] of part.entries()) {
        if (!member.room.members.has(member)) continue;
        const role = roles[n];
        if (!role) leave(member, 'ACCESS_REVOKED');
        else if (role.scope !== member.scope) leave(member, 'ROLE_CHANGED');
      }
    }
  };
  const guarded = (what: string, task: () => Promise<void>) => () => void task().catch((error: unknown) => logger.warn(`${what} failed`, { error: String(error) }));

  const ends = [
    hints.onHint((log, no) => {
      const room = rooms.get(log);
      if (room && no > room.head) catchUp(room, no);
    }),
    onKeysChanged(bus, (workspace, userIds) => {
      for (const connection of connections) if (connection.hears.has('keys') && connection.principal && userIds.has(connection.principal.userId)) connection.tell({ type: 'keysChanged', workspace });
    }),
    onLinksChanged(bus, ({ workspaceId, linkId }) => {
      for (const connection of connections) {
        const link = connection.principal?.link;
        if (link?.workspaceId === workspaceId && (linkId ?? link.id) === link.id && connection.hears.has('link')) connection.tell({ type: 'linkChanged', link: link.id });
      }
    }),
    access.onRevoked((revocation) => guarded('a revocation', () => review(revocation))()),
    bus.onGap(guarded('catching up with the bus', async () => {
      await poll();
      await review({});
    })),
  ];
  const timers = [
    setInterval(guarded('the poll', poll), pollMs),
    setInterval(() => {
      for (const connection of connections) {
        const { principal } = connection;
        if (!connection.isAlive && !connection.isPaused) connection.terminate();
        else if (connection.isStuck()) {
          logger.info('a slow reader was dropped', { peer: connection.peer });
          connection.terminate();
        } else if (principal && principal.expiresAt <= now()) connection.end(CLOSE.unauthorized, 'SESSION_EXPIRED');
        else connection.ping();
      }
    }, pingMs),
  ];

  return {
    tables,
    accept,
    get connectionCount() {
      return connections.size;
    },
    sessionIds: () => [...connections].flatMap(({ principal }) => principal?.sessionId ?? []),
    get roomCount() {
      return rooms.size;
    },
    get waitingBytes() {
      return pushes.waitingBytes;
    },
    async close() {
      closing = true;
      for (const timer of timers) clearInterval(timer);
      for (const end of ends) end();
      await pushes.drained();
      for (const connection of connections) connection.end(CLOSE.restart, 'SERVER_RESTARTS');
      presence.close();
      await Promise.all([hints.close(), pushes.close()]);
    },
  };
}
