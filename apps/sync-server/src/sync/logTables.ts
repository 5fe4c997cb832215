/** What sync reads from the tables of the log, and the little that it writes outside of the committer. */
import type { ServerDatabase } from '../db/database.ts';

export interface LogHead {
  id: string;
  baseNo: number;
  baseChain: string;
  no: number;
  chain: string;
  epoch: number;
}

/** Consecutive records, as they go into a frame. `entries` only where the reader has own entries to look for. */
export interface Block {
  /** Number of the last record. */
  to: number;
  records: Uint8Array[];
  /** The chain after the last record. */
  chain: string;
  entries?: { no: number; id: string; sha256: Buffer }[];
}

/** A number and the chain after it. */
export interface ChainMark {
  no: number;
  chain: string;
}

export interface StoredState {
  no: number;
  chain: string;
  bytes: Buffer;
}

export interface LogTables {
  findLog(logId: string): Promise<LogHead | undefined>;
  /** Heads of those that exist, by id, and the chain of each at a number of the caller's; undefined where the log does not have it. */
  standOf(logs: readonly { id: string; no: number }[]): Promise<Map<string, { head: ChainMark; chain: string | undefined }>>;
  /** The chain after a number; undefined where the log does not have it. */
  chainAt(log: LogHead, no: number): Promise<string | undefined>;
  /** What follows a number: at most `maxBytes` (but one record at least) and 1,000 records; undefined at the end. */
  readBlock(logId: string, afterNo: number, maxBytes: number): Promise<Block | undefined>;
  /** The same record by record, with ids. */
  readEntries(logId: string, afterNo: number, maxBytes: number): Promise<Block | undefined>;
  latestState(logId: string): Promise<StoredState | undefined>;
  /** Number of the newest snapshot; undefined where there is none. */
  latestStateNo(logId: string): Promise<number | undefined>;
  /** Keeps a snapshot, and of the older ones the last. */
  storeState(logId: string, state: StoredState, authorId: string): Promise<void>;
  /** Numbers of those ids that the log has. */
  numbersOf(logId: string, ids: readonly string[]): Promise<Map<string, number>>;
}

const BLOCK_RECORDS = 1000;
/** Entries after a number up to a size; the first one in any case. */
const BOUNDED = `select no, id, sha256, record, chain from (
    select no, id, sha256, record, chain, sum(length(record)) over (order by no) - length(record) as before
    from (select no, id, sha256, record, chain from entry where log_id = $1 and no > $2 order by no limit ${BLOCK_RECORDS}) as near
  ) as sized where before < $3`;

/** The LogTables of a database. */
export function createLogTables({ pool }: ServerDatabase): LogTables {
  return {
    async findLog(logId) {
      const { rows } = await pool.query<LogHead>({
        name: 'sync_log',
        text: 'select id, base_no as "baseNo", base_chain as "baseChain", head_no as no, head_chain as chain, epoch from log where id = $1',
        values: [logId],
      });
      return rows[0];
    },
    async standOf(logs) {
      const { rows } = await pool.query<{ id: string; no: number; chain: string; at: string | null }>({
        name: 'sync_stand',
        text: `select log.id, head_no as no, head_chain as chain, case when asked.no = base_no then base_chain when asked.no = head_no then head_chain else encode(entry.chain, 'hex') end as at
          from unnest($1::text[], $2::bigint[]) as asked(id, no) join log on log.id = asked.id left join entry on entry.log_id = asked.id and entry.no = asked.no`,
        values: [logs.map(({ id }) => id), logs.map(({ no }) => no)],
      });
      return new Map(rows.map(({ id, no, chain, at }) => [id, { head: { no, chain }, chain: at ?? undefined }]));
    },
    async chainAt(log, no) {
      if (no === log.baseNo) return log.baseChain;
      if (no < log.baseNo || no > log.no) return undefined;
      if (no === log.no) return log.chain;
      const { rows } = await pool.query<{ chain: Buffer }>({ name: 'sync_chain', text: 'select chain from entry where log_id = $1 and no = $2', values: [log.id, no] });
      return rows[0]?.chain.toString('hex');
    },
    async readBlock(logId, afterNo, maxBytes) {
      const { rows } = await pool.query<{ to: number | null; blob: Buffer; chain: Buffer }>({
        name: 'sync_block',
        text: `select max(no) as to, string_agg(record, ''::bytea order by no) as blob, (array_agg(chain order by no desc))[1] as chain from (${BOUNDED}) as block`,
        values: [logId, afterNo, maxBytes],
      });
      const { to, blob, chain } = rows[0]!;
      return to === null ? undefined : { to, records: [blob], chain: chain.toString('hex') };
    },
    async readEntries(logId, afterNo, maxBytes) {
      const { rows } = await pool.query<{ no: number; id: string; sha256: Buffer; record: Buffer; chain: Buffer }>({ name: 'sync_entries', text: `${BOUNDED} order by no`, values: [logId, afterNo, maxBytes] });
      const last = rows.at(-1);
      return last && { to: last.no, records: rows.map((row) => row.record), chain: last.chain.toString('hex'), entries: rows };
    },
    async latestState(logId) {
      const { rows } = await pool.query<StoredState>({ name: 'sync_state', text: 'select no, chain, bytes from snapshot where log_id = $1 order by no desc limit 1', values: [logId] });
      return rows[0];
    },
    async latestStateNo(logId) {
      const { rows } = await pool.query<{ no: number | null }>({ name: 'sync_state_no', text: 'select max(no) as no from snapshot where log_id = $1', values: [logId] });
      return rows[0]!.no ?? undefined;
    },
    async storeState(logId, { no, chain, bytes }, authorId) {
      await pool.query('insert into snapshot (log_id, no, chain, bytes, author_id) values ($1, $2, $3, $4, $5) on conflict do nothing', [logId, no, chain, bytes, authorId]);
      await pool.query('delete from snapshot where log_id = $1 and no < (select no from snapshot where log_id = $1 order by no desc offset 1 limit 1)', [logId]);
    },
    async numbersOf(logId, ids) {
      const { rows } = await pool.query<{ id: string; no: number }>({ name: 'sync_numbers', text: 'select id, no from entry where log_id = $1 and id = any($2::text[])', values: [logId, ids] });
      return new Map(rows.map(({ id, no }) => [id, no]));
    },
  };
}
