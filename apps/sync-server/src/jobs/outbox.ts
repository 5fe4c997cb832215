/**
 * The transactional outbox: an event is a row of the transaction that it tells of; a worker hands it to every consumer that wants it, again
 * and again until each has had it, or until it has failed so often that a person must look. Whatever a consumer writes through the `sql`
 * that it is given is committed together with the mark that it has had the event: those effects happen exactly once. Anything else that it
 * does can happen again, so it must be able to.
 */
import { createIdSource, errorInfo, systemClock, systemRandom, type Logger } from '@uxflow/core/base';
import type { Queryable, ServerDatabase } from '../db/database.ts';
import { transact, type Transaction } from '../db/transaction.ts';

/** The events of the accounts and workspaces modules. */
export const EVENT_TYPES = [
  'USER_REGISTERED',
  'USER_SUBSCRIPTION_CHANGED',
  'USER_ACTIVITY_LOGGED',
  'WORKSPACE_CREATED',
  'WORKSPACE_DELETED',
  'WORKSPACE_RESTORED',
  'WORKSPACE_PURGED',
  'OWNERSHIP_TRANSFERRED',
  'MEMBER_JOINED',
  'MEMBER_CHANGED',
  'MEMBER_REMOVED',
  'INVITATION_SENT',
  'PROJECT_CREATED',
  'LINK_MADE',
  'LINK_REVOKED',
  'ACCESS_NARROWED',
] as const;
export type EventType = (typeof EVENT_TYPES)[number];

export interface NewEvent {
  type: EventType;
  userId?: string | undefined;
  workspaceId?: string | undefined;
  projectId?: string | undefined;
  /** JSON; never a secret, never a text that people wrote. */
  payload?: Record<string, unknown>;
}

export interface OutboxEvent extends NewEvent {
  /** The same each time that it is handed on. */
  id: string;
  payload: Record<string, unknown>;
  /** ms UTC */
  at: number;
}

export interface Consumer {
  /** Stable: it is stored with what this consumer has had. */
  name: string;
  types: readonly EventType[] | 'all';
  /** Throws when it must come again. */
  handle(event: OutboxEvent, transaction: Transaction): Promise<void>;
}

/** An event that failed too often. */
export interface DeadEvent {
  id: string;
  type: EventType;
  attempts: number;
  lastError: string | null;
  at: number;
}

export interface Outbox {
  /** From now on; to be called before `start`. */
  subscribe(consumer: Consumer): void;
  /** Looks now: something was written here. */
  kick(): void;
  start(): void;
  /** Hands on whatever is due; how many events it took. */
  drain(): Promise<number>;
  /** Those that failed too often, oldest first, after the id of the last one that the asker has. */
  dead(page?: { after?: string | undefined; limit?: number }): Promise<DeadEvent[]>;
  /** Lets a dead event try again; false when there is none of this id. */
  revive(id: string): Promise<boolean>;
  /** Deletes a dead event: nobody hears of it any more; false when there is none of this id. */
  drop(id: string): Promise<boolean>;
  /** How many wait, how many are dead, and since when the oldest one waits, ms UTC. */
  state(): Promise<{ waiting: number; dead: number; oldestAt: number | null }>;
  /** Deletes what was published so many days ago; how many. */
  forget(days?: number): Promise<number>;
  /** Ends after the event that it is at. */
  close(): Promise<void>;
}

export interface OutboxOptions {
  database: ServerDatabase;
  logger: Logger;
  /** ms between looks for what another instance wrote or what is due again. */
  pollMs?: number;
  /** Tries of one event. */
  attempts?: number;
  /** Wait after a failure, ms; doubled with each more. */
  retryMs?: number;
  /** What one consumer may take, ms. */
  handleWithinMs?: number;
}

const ids = createIdSource(systemClock, systemRandom);
const LONGEST_RETRY_MS = 60 * 60 * 1000;

/** Writes an event in the caller's transaction; its id. Kick the outbox after the commit, or it is found by the next look. */
export async function writeEvent(sql: Queryable, { type, userId, workspaceId, projectId, payload = {} }: NewEvent): Promise<string> {
  const id = ids.newId('event');
  await sql.query({
    name: 'outbox_write',
    text: 'insert into outbox (id, type, user_id, workspace_id, project_id, payload) values ($1, $2, $3, $4, $5, $6)',
    values: [id, type, userId ?? null, workspaceId ?? null, projectId ?? null, JSON.stringify(payload)],
  });
  return id;
}

interface Row {
  id: string;
  type: EventType;
  userId: string | null;
  workspaceId: string | null;
  projectId: string | null;
  payload: Record<string, unknown>;
  createdAt: Date;
  attempts: number;
}

/** The outbox of an instance; any number of instances share the rows. */
export function createOutbox({ database, logger, pollMs = 2000, attempts = 10, retryMs = 1000, handleWithinMs = 30_000 }: OutboxOptions): Outbox {
  const { pool } = database;
  const consumers: Consumer[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<number> | undefined;
  let again = false;
  let closed = false;

  // Claimed before it is handled, so that an event that kills the process counts as tried; another instance leaves it alone meanwhile.
  const claim = async (): Promise<Row | undefined> => {
    const { rows } = await pool.query<Row>({
      name: 'outbox_claim',
      text: `update outbox set attempts = attempts + 1, next_attempt_at = now() + $1 * interval '1 millisecond'
        where id = (select id from outbox where published_at is null and dead_at is null and next_attempt_at <= now() order by next_attempt_at, id limit 1 for update skip locked)
        returning id, type, user_id as "userId", workspace_id as "workspaceId", project_id as "projectId", payload, created_at as "createdAt", attempts`,
      values: [handleWithinMs * 2 * Math.max(1, consumers.length)],
    });
    return rows[0];
  };
  const handOn = async (row: Row): Promise<void> => {
    const event: OutboxEvent = {
      id: row.id,
      type: row.type,
      userId: row.userId ?? undefined,
      workspaceId: row.workspaceId ?? undefined,
      projectId: row.projectId ?? undefined,
      payload: row.payload,
      at: row.createdAt.getTime(),
    };
    let failure: string | undefined;
    for (const consumer of consumers) {
      if (consumer.types !== 'all' && !consumer.types.includes(event.type)) continue;
      try {
        await transact(database, async (transaction) => {
          const { rowCount } = await transaction.sql.query('insert into outbox_consumed (event_id, consumer) values ($1, $2) on conflict do nothing', [event.id, consumer.name]);
          if (rowCount === 1) await consumer.handle(event, transaction);
        }, { withinMs: handleWithinMs });
      } catch (error) {
        failure = `${consumer.name}: ${errorInfo(error).code}`;
        logger.warn('a consumer failed', { consumer: consumer.name, event: event.id, type: event.type, attempt: row.attempts, error: errorInfo(error).message });
      }
    }
    if (failure === undefined) {
      await pool.query('update outbox set published_at = now(), last_error = null where id = $1', [row.id]);
      return;
    }
    const isDead = row.attempts >= attempts;
    const wait = Math.min(retryMs * 2 ** (row.attempts - 1), LONGEST_RETRY_MS);
    await pool.query(`update outbox set last_error = $2, dead_at = case when $3 then now() end, next_attempt_at = now() + $4 * interval '1 millisecond' where id = $1`, [row.id, failure, isDead, wait]);
    if (isDead) logger.error('an event is given up', { event: row.id, type: row.type, failure });
  };
  const run = async (): Promise<number> => {
    let count = 0;
    do {
      again = false;
      for (let row = await claim(); row; row = closed ? undefined : await claim()) {
        await handOn(row);
        count += 1;
      }
    } while (again && !closed);
    return count;
  };
  const drain = (): Promise<number> => {
    again = true;
    running ??= run().finally(() => (running = undefined));
    return running;
  };
  const kick = () => {
    if (!closed && timer) drain().catch((error: unknown) => logger.warn('the outbox could not be read', { error: String(error) }));
  };

  return {
    subscribe: (consumer) => void consumers.push(consumer),
    kick,
    start() {
      timer ??= setInterval(kick, pollMs);
      kick();
    },
    drain,
    async dead({ after = '', limit = 100 } = {}) {
      const { rows } = await pool.query<{ id: string; type: EventType; attempts: number; lastError: string | null; createdAt: Date }>(
        'select id, type, attempts, last_error as "lastError", created_at as "createdAt" from outbox where dead_at is not null and id > $1 order by id limit $2',
        [after, limit],
      );
      return rows.map(({ createdAt, ...row }) => ({ ...row, at: createdAt.getTime() }));
    },
    async revive(id) {
      const { rowCount } = await pool.query('update outbox set dead_at = null, attempts = 0, next_attempt_at = now() where id = $1 and dead_at is not null', [id]);
      kick();
      return rowCount === 1;
    },
    async drop(id) {
      const { rowCount } = await pool.query('delete from outbox where id = $1 and dead_at is not null', [id]);
      return rowCount === 1;
    },
    async state() {
      const { rows } = await pool.query<{ waiting: number; dead: number; oldest: Date | null }>(
        `select (count(*) filter (where dead_at is null))::int as waiting, (count(*) filter (where dead_at is not null))::int as dead, min(created_at) filter (where dead_at is null) as oldest from outbox where published_at is null`,
      );
      const { waiting, dead, oldest } = rows[0]!;
      return { waiting, dead, oldestAt: oldest?.getTime() ?? null };
    },
    async forget(days = 7) {
      const { rowCount } = await pool.query(`delete from outbox where published_at < now() - $1 * interval '1 day'`, [days]);
      return rowCount ?? 0;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      await running?.catch(() => {});
    },
  };
}
