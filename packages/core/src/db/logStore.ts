import { hash } from 'node:crypto';
import { extendChain, nextChain } from '../flow/snapshot.ts';
import type { Author } from '../flow/transaction.ts';
import type { Database } from './database.ts';
import { storeError } from './storeError.ts';

/** An entry before it has a number. `bytes` are what the chain is over and what a server gets; the store never looks inside. */
export interface NewEntry {
  id: string;
  author: Author;
  /** ms UTC. */
  at: number;
  bytes: Uint8Array;
  /** SHA-256 (hex) of the bytes as a server has them, which the chain is over then: there they are packed, perhaps sealed. */
  digest?: string;
  /** True when this device made it and a server has numbered it: what a server loses, its maker brings back (rule 14). */
  isOwn?: boolean;
}

/** A confirmed entry. */
export interface StoredEntry extends NewEntry {
  no: number;
}

/** An entry of history with what it really changed, where that was stored. */
export interface HistoryEntry extends StoredEntry {
  effect?: Uint8Array;
}

export interface LogRow {
  id: string;
  flowId: string | null;
  baseLog: string | null;
  /** Number of the base's last entry that a branch contains. */
  baseNo: number | null;
  kind: 'main' | 'branch' | 'catalogue';
  shared: boolean;
}

/** The logs and their confirmed entries. Numbers are dense; nothing here ever changes an entry. */
export interface LogStore {
  /** A new empty log; `append` of the FlowStore gives its first entry the number 1. */
  createLog(log: { id: string; flowId?: string; kind: LogRow['kind']; shared?: boolean }): void;
  /** A new branch that contains its base up to `baseNo`; its own first entry gets baseNo + 1. */
  createBranch(branch: { id: string; baseLog: string; baseNo: number }): void;
  /** Throws LOG_NOT_FOUND. */
  getLog(logId: string): LogRow;
  findLog(logId: string): LogRow | undefined;
  /** Main line first, then branches by id. */
  logsOf(flowId: string): LogRow[];
  /** Marks a log as numbered by a server (or not any more). */
  setShared(logId: string, shared: boolean): void;
  /** Entries after `afterNo` in order, read in blocks: memory does not follow the length of the log. A branch gives its own only. */
  readEntries(logId: string, afterNo?: number, upToNo?: number): Generator<StoredEntry>;
  /** At most `limit` entries before `before` (default: the end), newest first, with their effects. */
  readHistory(logId: string, range?: { before?: number; limit?: number }): HistoryEntry[];
  findEntry(logId: string, id: string): HistoryEntry | undefined;
  /** Number of a confirmed entry; undefined where the log has none of that id. */
  numberOf(logId: string, id: string): number | undefined;
  /** True when this entry lies on a branch of the log: this device made it, whatever a server said of it since. */
  isOnBranch(logId: string, id: string): boolean;
  /** Number of the last confirmed entry; a branch without entries: its base's number. Throws LOG_NOT_FOUND. */
  headOf(logId: string): number;
  /** Entries after `afterNo` that this device made and a server has numbered, in order. */
  ownEntries(logId: string, afterNo: number): StoredEntry[];
  /** Drops a branch with its entries; false when there is no branch of this id. */
  dropBranch(logId: string): boolean;
  /** The chain after entry `no` as 64 hex digits ('' at 0). Throws LOG_GAP when this log does not reach back or up to `no`. */
  chainOf(logId: string, no: number): string;
}

/** What the parts of the log share: the heads in memory, and the one place that writes an entry row. */
export interface LogWriter {
  head(logId: string): Head;
  insert(logId: string, entry: NewEntry, effect?: Uint8Array): number;
  numberOf(logId: string, id: string): number | undefined;
  isOnBranch(logId: string, id: string): boolean;
  /** The chain after `no`, or undefined when the log does not know it. */
  findChain(logId: string, no: number): string | undefined;
  /** Forgets what memory knows of a log's end: it was changed by other means. */
  forget(logId: string): void;
}

export interface Head {
  no: number;
  chain: string;
  /** The flow that the log is of; null for a catalogue. */
  flowId: string | null;
  shared: boolean;
}

interface EntryRow {
  no: number;
  id: string;
  author: string;
  at: number;
  bytes: Uint8Array;
  effect?: Uint8Array | null;
}

const BLOCK = 256;
const LOG_COLUMNS = 'id, flow_id as flowId, base_log as baseLog, base_no as baseNo, kind, shared';
const ENTRY_COLUMNS = 'entry.no, entry.id, entry.author, entry.at, entry.bytes';
const WITH_EFFECT = `${ENTRY_COLUMNS}, effect.bytes as effect from entry left join effect on effect.log_id = entry.log_id and effect.no = entry.no`;

/** The writer on a store file. */
export function createLogWriter(database: Database): LogWriter {
  const heads = new Map<string, Head>();
  database.onRollback(() => heads.clear());

  const findChain = (logId: string, no: number): string | undefined => {
    if (no === 0) return '';
    const own = database.statement('select chain from entry where log_id = ? and no = ?').pluck().get(logId, no) as string | undefined;
    if (own !== undefined) return own;
    const kept = database.statement('select chain from snapshot where log_id = ? and no = ?').pluck().get(logId, no) as string | undefined;
    if (kept !== undefined) return kept;
    const log = database.statement('select base_log as baseLog, base_no as baseNo from log where id = ?').get(logId) as Pick<LogRow, 'baseLog' | 'baseNo'> | undefined;
    return log?.baseLog && no <= (log.baseNo ?? 0) ? findChain(log.baseLog, no) : undefined;
  };

  const loadHead = (logId: string): Head => {
    const log = database
      .statement('select flow_id as flowId, shared, base_no as baseNo, (select max(no) from snapshot where log_id = log.id) as snapshotNo from log where id = ?')
      .get(logId) as { flowId: string | null; shared: number; baseNo: number | null; snapshotNo: number | null } | undefined;
    if (!log) throw storeError('LOG_NOT_FOUND', { logId });
    const about = { flowId: log.flowId, shared: log.shared === 1 };
    const last = database.statement('select no, chain from entry where log_id = ? order by no desc limit 1').get(logId) as Pick<Head, 'no' | 'chain'> | undefined;
    if (last) return { ...last, ...about };
    const no = Math.max(log.baseNo ?? 0, log.snapshotNo ?? 0);
    const chain = findChain(logId, no);
    if (chain === undefined) throw storeError('STORE_CORRUPT', { logId, no, reason: 'CHAIN_MISSING' });
    return { no, chain, ...about };
  };

  const head = (logId: string): Head => {
    let known = heads.get(logId);
    if (!known) heads.set(logId, (known = loadHead(logId)));
    return known;
  };

  const numberOf = (logId: string, id: string) => database.statement('select no from entry where log_id = ? and id = ?').pluck().get(logId, id) as number | undefined;
  const isOnBranch = (logId: string, id: string) => database.statement('select 1 from log join entry on entry.log_id = log.id where log.base_log = ? and entry.id = ?').get(logId, id) !== undefined;

  return {
    head,
    findChain,
    numberOf,
    isOnBranch,
    forget: (logId) => void heads.delete(logId),
    insert(logId, entry, effect) {
      const previous = head(logId);
      const no = previous.no + 1;
      const chain = entry.digest === undefined ? nextChain(previous.chain, entry.id, entry.bytes, sha256) : extendChain(previous.chain, entry.id, entry.digest, sha256);
      const { changes } = database
        .statement('insert into entry (log_id, no, id, author, at, bytes, chain) values (?, ?, ?, ?, ?, ?, ?) on conflict (log_id, id) do nothing')
        .run(logId, no, entry.id, JSON.stringify(entry.isOwn ? { ...entry.author, own: true } : entry.author), entry.at, entry.bytes, chain);
      if (changes === 0) return numberOf(logId, entry.id)!;
      if (effect) database.statement('insert into effect (log_id, no, bytes) values (?, ?, ?)').run(logId, no, effect);
      heads.set(logId, { ...previous, no, chain });
      return no;
    },
  };
}

/** The LogStore on a store file. */
export function createLogStore(database: Database, writer: LogWriter): LogStore {
  const findLog = (logId: string): LogRow | undefined =>
    database.read(() => {
      const row = database.statement(`select ${LOG_COLUMNS} from log where id = ?`).get(logId) as LogRow | undefined;
      return row && { ...row, shared: Boolean(row.shared) };
    });
  const getLog = (logId: string): LogRow => {
    const log = findLog(logId);
    if (!log) throw storeError('LOG_NOT_FOUND', { logId });
    return log;
  };

  return {
    findLog,
    getLog,
    createLog: ({ id, flowId, kind, shared }) =>
      database.write(() => {
        database.statement('insert into log (id, flow_id, kind, shared) values (?, ?, ?, ?)').run(id, flowId ?? null, kind, shared ? 1 : 0);
      }),
    createBranch: ({ id, baseLog, baseNo }) =>
      database.write(() => {
        const base = getLog(baseLog);
        const head = writer.head(baseLog).no;
        if (baseNo > head || writer.findChain(baseLog, baseNo) === undefined) throw storeError('LOG_GAP', { logId: baseLog, no: baseNo, head });
        database.statement(`insert into log (id, flow_id, base_log, base_no, kind) values (?, ?, ?, ?, 'branch')`).run(id, base.flowId, baseLog, baseNo);
      }),
    logsOf: (flowId) =>
      database.read(() => {
        const rows = database.statement(`select ${LOG_COLUMNS} from log where flow_id = ? order by kind = 'main' desc, id`).all(flowId) as LogRow[];
        return rows.map((row) => ({ ...row, shared: Boolean(row.shared) }));
      }),
    setShared: (logId, shared) =>
      database.write(() => {
        getLog(logId);
        database.statement('update log set shared = ? where id = ?').run(shared ? 1 : 0, logId);
        writer.forget(logId);
      }),
    *readEntries(logId, afterNo = 0, upToNo = Number.MAX_SAFE_INTEGER) {
      for (let after = afterNo; ; ) {
        const block = database.read(() =>
          database.statement(`select ${ENTRY_COLUMNS} from entry where log_id = ? and no > ? and no <= ? order by no limit ${BLOCK}`).all(logId, after, upToNo),
        ) as EntryRow[];
        for (const row of block) yield toEntry(row);
        if (block.length < BLOCK) return;
        after = block.at(-1)!.no;
      }
    },
    readHistory: (logId, { before = Number.MAX_SAFE_INTEGER, limit = 50 } = {}) =>
      database.read(() => {
        const rows = database.statement(`select ${WITH_EFFECT} where entry.log_id = ? and entry.no < ? order by entry.no desc limit ?`).all(logId, before, limit);
        return (rows as EntryRow[]).map(toEntry);
      }),
    findEntry: (logId, id) =>
      database.read(() => {
        const row = database.statement(`select ${WITH_EFFECT} where entry.log_id = ? and entry.id = ?`).get(logId, id) as EntryRow | undefined;
        return row && toEntry(row);
      }),
    numberOf: (logId, id) => database.read(() => writer.numberOf(logId, id)),
    isOnBranch: (logId, id) => database.read(() => writer.isOnBranch(logId, id)),
    headOf: (logId) => database.read(() => writer.head(logId).no),
    ownEntries: (logId, afterNo) =>
      database.read(() => {
        const rows = database.statement(`select ${ENTRY_COLUMNS} from entry where log_id = ? and no > ? and json_extract(author, '$.own') = 1 order by no`).all(logId, afterNo);
        return (rows as EntryRow[]).map(toEntry);
      }),
    dropBranch: (logId) =>
      database.write(() => {
        const { changes } = database.statement(`delete from log where id = ? and kind = 'branch'`).run(logId);
        writer.forget(logId);
        return changes > 0;
      }),
    chainOf: (logId, no) =>
      database.read(() => {
        const chain = writer.findChain(logId, no);
        if (chain === undefined) throw storeError('LOG_GAP', { logId, no, head: writer.head(logId).no });
        return chain;
      }),
  };
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

function toEntry(row: EntryRow): HistoryEntry {
  const { effect, author, ...rest } = row;
  const { own, ...whose } = JSON.parse(author) as Author & { own?: true };
  return { ...rest, author: whose, ...(own ? { isOwn: true } : {}), ...(effect ? { effect } : {}) };
}
