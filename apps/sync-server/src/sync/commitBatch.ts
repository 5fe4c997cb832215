/**
 * One batch of entries in one transaction: the rows of its logs are locked in order of their ids, roles and epochs are looked at, known ids
 * found, numbers taken from the rows, and everything inserted by one statement.
 */
import { hash } from 'node:crypto';
import type pg from 'pg';
import { isSealedForm } from '@uxflow/core/keyMessages';
import { changeRecord, type Envelope, type PushedEntry } from '@uxflow/core/protocol';
import { sendTogether } from '../db/together.ts';
import type { LogRole, SyncAccess } from './access.ts';

/** An entry that waits for its number; `from` is whatever the caller wants back with the answer. */
export interface Pushed<From> extends PushedEntry {
  header: Envelope;
  userId: string;
  from: From;
}

/** A new row of a log. */
export interface Stored<From> {
  no: number;
  id: string;
  sha256: Buffer;
  /** Hex, of the log after this row. */
  chain: string;
  record: Uint8Array;
  /** Bytes that were pushed. */
  size: number;
  from: From;
}

/** What became of a batch. */
export interface Outcome<From> {
  /** New rows by log, in order of their numbers. */
  stored: Map<string, Stored<From>[]>;
  /** Ids that the log had already: the same answer as the first time. */
  known: { log: string; no: number; id: string; sha256: Buffer; size: number; from: From }[];
  denied: { log: string; id: string; code: string; params: Record<string, unknown>; size: number; from: From }[];
}

interface Row {
  id: string;
  no: number;
  chain: string;
  epoch: number;
}

const BEGIN = { name: 'commit_begin', text: 'begin' };
const COMMIT = { name: 'commit_commit', text: 'commit' };
const LOCK = { name: 'commit_lock', text: 'select id, head_no as no, head_chain as chain, epoch from log where id = any($1::text[]) order by id for update' };
const KNOWN = {
  name: 'commit_known',
  text: 'select entry.log_id as log, entry.id, entry.no, entry.sha256, entry.author_id as "userId" from unnest($1::text[], $2::text[]) as pushed(log_id, id) join entry on entry.log_id = pushed.log_id and entry.id = pushed.id',
};
const INSERT = {
  name: 'commit_insert',
  text: `with row as (select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::int[], $6::int[]) as row(log_id, no, id, author_id, start, length)),
    put as (insert into entry (log_id, no, id, author_id, record, sha256, chain)
      select log_id, no, id, author_id, substring($7::bytea from start + 65 for length - 64), substring($7::bytea from start + 1 for 32), substring($7::bytea from start + 33 for 32) from row)
    update log set head_no = head.no, head_chain = head.chain from unnest($8::text[], $9::bigint[], $10::text[]) as head(id, no, chain) where log.id = head.id`,
};

/** Commits a batch, or nothing of it. Throws what the database said. */
export async function commitBatch<From>(client: pg.Client, access: SyncAccess, batch: readonly Pushed<From>[]): Promise<Outcome<From>> {
  const logs = [...new Set(batch.map(({ header }) => header.log))].sort();
  const pairs = distinctPairs(batch);
  try {
    // Each runs when the one before is done, so what follows the lock sees what others committed before they let go of it.
    const [, locked, roles, known] = await allSettled(
      sendTogether(client, (sql) => [
        sql.query(BEGIN),
        sql.query<Row>({ ...LOCK, values: [logs] }),
        access.rolesIn(sql, pairs.list),
        sql.query<KnownRow>({ ...KNOWN, values: [batch.map(({ header }) => header.log), batch.map(({ header }) => header.id)] }),
      ] as const),
    );
    const plan = number(batch, new Map(locked.rows.map((row) => [row.id, row])), (entry) => roles[pairs.indexOf(entry)], known.rows);
    await allSettled(sendTogether(client, (sql) => [plan.rows.length > 0 ? sql.query({ ...INSERT, values: insertValues(plan) }) : undefined, sql.query(COMMIT)] as const));
    return plan.outcome;
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** An entry that the log has already. */
interface KnownRow {
  log: string;
  id: string;
  no: number;
  sha256: Buffer;
  userId: string;
}

interface Plan<From> {
  outcome: Outcome<From>;
  rows: (Stored<From> & { log: string; userId: string })[];
  heads: Map<string, Row>;
}

/** Gives each entry its number, its earlier number, or its refusal. */
function number<From>(batch: readonly Pushed<From>[], heads: Map<string, Row>, roleOf: (entry: Pushed<From>) => LogRole | undefined, rows: readonly KnownRow[]): Plan<From> {
  const outcome: Outcome<From> = { stored: new Map(), known: [], denied: [] };
  const plan: Plan<From> = { outcome, rows: [], heads: new Map() };
  const numbers = new Map(rows.map((row) => [`${row.log} ${row.id}`, row]));
  for (const entry of batch) {
    const { header, from, userId } = entry;
    const { log, id } = header;
    const size = entry.bytes.length;
    const head = plan.heads.get(log) ?? heads.get(log);
    const role = roleOf(entry);
    const earlier = numbers.get(`${log} ${id}`);
    const refusal = refusalOf(entry, head, role);
    // What was taken is answered as taken, whatever its author may do by now.
    if (head && earlier && (role || earlier.userId === userId)) {
      outcome.known.push({ log, no: earlier.no, id, sha256: earlier.sha256, size, from });
      continue;
    }
    if (refusal || !head) {
      outcome.denied.push({ log, id, ...(refusal ?? { code: 'LOG_NOT_FOUND', params: {} }), size, from });
      continue;
    }
    const no = head.no + 1;
    // In memory of its own: a few bytes of the shared pool, kept with a room, would keep all of the pool's 64 KB.
    const sha256 = hash('sha256', entry.bytes, 'buffer');
    const chain = hash('sha256', head.chain + id + sha256.toString('hex'));
    const row = { log, no, id, sha256, record: changeRecord(no, entry.envelope, entry.bytes), size, from, userId, chain };
    plan.heads.set(log, { ...head, no, chain });
    plan.rows.push(row);
    numbers.set(`${log} ${id}`, row);
    const list = outcome.stored.get(log);
    if (list) list.push(row);
    else outcome.stored.set(log, [row]);
  }
  return plan;
}

function refusalOf<From>({ header, bytes }: Pushed<From>, head: Row | undefined, role: LogRole | undefined): { code: string; params: Record<string, unknown> } | undefined {
  if (!head || !role) return { code: 'LOG_NOT_FOUND', params: {} };
  if (role.scope === null) return { code: 'ROLE_READS_ONLY', params: {} };
  if (role.scope === 'comment' && header.scope !== 'comment') return { code: 'ROLE_COMMENTS_ONLY', params: {} };
  if (header.epoch !== head.epoch) return { code: 'REKEY', params: { epoch: head.epoch } };
  // A program that forgot to seal must not leave plain words here.
  if (head.epoch > 0 && !isSealedForm(bytes)) return { code: 'ENTRY_NOT_SEALED', params: {} };
  return undefined;
}

function insertValues<From>({ rows, heads }: Plan<From>): unknown[] {
  const parts: Uint8Array[] = [];
  const [starts, lengths]: [number[], number[]] = [[], []];
  let at = 0;
  for (const { record, sha256, chain } of rows) {
    parts.push(sha256, Buffer.from(chain, 'hex'), record);
    starts.push(at);
    lengths.push(record.length + 64);
    at += record.length + 64;
  }
  const last = [...heads.values()];
  return [rows.map((row) => row.log), rows.map((row) => row.no), rows.map((row) => row.id), rows.map((row) => row.userId), starts, lengths, Buffer.concat(parts), last.map((head) => head.id), last.map((head) => head.no), last.map((head) => head.chain)];
}

function distinctPairs<From>(batch: readonly Pushed<From>[]) {
  const at = new Map<string, number>();
  const list: { userId: string; logId: string }[] = [];
  const keyOf = (entry: Pushed<From>) => `${entry.header.log} ${entry.userId}`;
  for (const entry of batch) {
    if (at.has(keyOf(entry))) continue;
    at.set(keyOf(entry), list.length);
    list.push({ userId: entry.userId, logId: entry.header.log });
  }
  return { list, indexOf: (entry: Pushed<From>) => at.get(keyOf(entry))! };
}

/** Waits for all of them, then throws the first error: nothing of a pipeline is left unheard. */
async function allSettled<const T extends readonly unknown[]>(promises: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(promises);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never;
}
