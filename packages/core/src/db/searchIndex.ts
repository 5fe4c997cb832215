import { rmSync } from 'node:fs';
import type { Logger } from '../base/logger.ts';
import { isAppError } from '../base/error.ts';
import { openDatabase, type Database } from './database.ts';
import type { FlowSearch } from './flowStore.ts';

/** The words of a flow that search looks at. */
export interface FlowText {
  name: string;
  description?: string;
  /** Titles of the nodes. */
  titles: readonly string[];
}

/** Where the words come from: the store. */
export interface FlowTextSource {
  /** Every flow with a stamp that changes whenever its words may have changed, and the words of its list row. */
  flows(): { id: string; stamp: string; name: string; description?: string }[];
  stampOf(flowId: string): string | undefined;
  /** The words of a flow as it is now; undefined when it does not exist. */
  textOf(flowId: string): FlowText | undefined;
}

/** The full text of all flows, in a file that can be deleted at any time. */
export interface SearchIndex extends FlowSearch {
  /** Resolves when every flow that was touched before is indexed (or the index is closed). */
  idle(): Promise<void>;
  close(): void;
}

/** Raised when the shape of the index changes: an older file is thrown away and built anew. */
const INDEX_VERSION = 1;
const REST_MS = 250;
const RETRY_MS = 30_000;
/** The queue takes at most this part of one core. */
const SHARE = 0.05;

const SHAPE = `
  create table indexed_flow (rowid integer primary key, flow_id text not null unique, stamp text not null);
  create virtual table flow_text using fts5(name, description, titles, content='', contentless_delete=1, detail=column, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
  pragma user_version = ${INDEX_VERSION};`;

/** The index at `path`; a missing, older or damaged file is built anew from `source`, in short transactions while the app goes on. */
export function openSearchIndex(path: string, source: FlowTextSource, logger: Logger): SearchIndex {
  let database = openIndexFile(path, logger);
  const waiting = new Set<string>();
  const idleListeners: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const schedule = (ms: number) => {
    if (isClosed || timer || waiting.size === 0) return;
    timer = setTimeout(work, ms);
    timer.unref();
  };
  const settle = () => {
    if (waiting.size === 0 || isClosed) for (const listener of idleListeners.splice(0)) listener();
  };
  const work = () => {
    timer = undefined;
    const flowId = waiting.values().next().value;
    if (flowId === undefined || isClosed) return settle();
    const startedAt = performance.now();
    waiting.delete(flowId);
    try {
      indexFlow(database, flowId, source);
    } catch (error) {
      waiting.add(flowId);
      if (isDamaged(error)) rebuild(error);
      else logger.warn('A flow could not be indexed for search; it is tried again.', { flowId, error: String(error) });
      return schedule(isDamaged(error) ? REST_MS : RETRY_MS);
    }
    if (waiting.size === 0) settle();
    else schedule(idleListeners.length ? 0 : (performance.now() - startedAt) / SHARE);
  };
  const rebuild = (cause: unknown) => {
    logger.warn('The search index was damaged and is built anew.', { path, error: String(cause) });
    database.close();
    removeIndexFile(path);
    database = openIndexFile(path, logger);
    queueStale(database, source, waiting);
  };

  queueStale(database, source, waiting);
  schedule(REST_MS);

  return {
    touch(flowId) {
      waiting.add(flowId);
      schedule(REST_MS);
    },
    search(text) {
      const words = wordsOf(text);
      if (words.length === 0) return [];
      let found: string[] = [];
      try {
        found = searchIndexed(database, words);
      } catch (error) {
        if (!isDamaged(error)) throw error;
        rebuild(error);
        schedule(REST_MS);
      }
      if (waiting.size === 0) return found;
      // What is not indexed yet is found by its name and description.
      const known = new Set(found);
      const late = source.flows().filter((flow) => waiting.has(flow.id) && !known.has(flow.id) && hasWords(`${flow.name} ${flow.description ?? ''}`, words));
      return [...found, ...late.map((flow) => flow.id)];
    },
    idle() {
      if (isClosed || waiting.size === 0) return Promise.resolve();
      clearTimeout(timer);
      timer = undefined;
      return new Promise((resolve) => {
        idleListeners.push(resolve);
        schedule(0);
      });
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      settle();
      database.close();
    },
  };
}

function openIndexFile(path: string, logger: Logger): Database {
  let database: Database | undefined;
  try {
    database = openDatabase({ path, synchronous: 'NORMAL' });
    const version = database.connection.pragma('user_version', { simple: true });
    if (version === INDEX_VERSION) {
      database.statement('select count(*) from indexed_flow').get();
      return database;
    }
    if (version === 0 && database.connection.prepare('select count(*) from sqlite_schema').pluck().get() === 0) {
      database.write(() => void database!.connection.exec(SHAPE));
      return database;
    }
  } catch (error) {
    if (!isDamaged(error)) throw error;
    logger.warn('The search index is damaged and is built anew.', { path, error: String(error) });
  }
  database?.close();
  removeIndexFile(path);
  const fresh = openDatabase({ path, synchronous: 'NORMAL' });
  fresh.write(() => void fresh.connection.exec(SHAPE));
  return fresh;
}

function removeIndexFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

function isDamaged(error: unknown): boolean {
  if (isAppError(error)) return error.code === 'STORE_CORRUPT';
  return error instanceof Error && /^SQLITE_(CORRUPT|NOTADB|ERROR)/.test(String((error as { code?: unknown }).code));
}

/** Queues the flows whose stamp is not that of the index, and those that are gone from the store. */
function queueStale(database: Database, source: FlowTextSource, waiting: Set<string>): void {
  const indexed = new Map((database.statement('select flow_id, stamp from indexed_flow').raw().all() as [string, string][]));
  for (const flow of source.flows()) {
    if (indexed.get(flow.id) !== flow.stamp) waiting.add(flow.id);
    indexed.delete(flow.id);
  }
  for (const flowId of indexed.keys()) waiting.add(flowId);
}

function indexFlow(database: Database, flowId: string, source: FlowTextSource): void {
  // The stamp is read first: a change that comes in between makes the row stale, never wrongly fresh.
  const stamp = source.stampOf(flowId);
  const known = database.statement('select rowid, stamp from indexed_flow where flow_id = ?').get(flowId) as { rowid: number; stamp: string } | undefined;
  if (stamp !== undefined && known?.stamp === stamp) return;
  const text = stamp === undefined ? undefined : source.textOf(flowId);
  const rowid = known?.rowid;
  database.write(() => {
    if (rowid !== undefined) {
      database.statement('delete from flow_text where rowid = ?').run(rowid);
      database.statement('delete from indexed_flow where rowid = ?').run(rowid);
    }
    if (!text || stamp === undefined) return;
    const { lastInsertRowid } = database.statement('insert into indexed_flow (flow_id, stamp) values (?, ?)').run(flowId, stamp);
    database.statement('insert into flow_text (rowid, name, description, titles) values (?, ?, ?, ?)').run(lastInsertRowid, text.name, text.description ?? '', text.titles.join('\n'));
  });
}

function searchIndexed(database: Database, words: readonly string[]): string[] {
  const query = words.map((word) => `"${word}"*`).join(' ');
  return database.read(
    () =>
      database
        .statement('select flow_id from flow_text join indexed_flow on indexed_flow.rowid = flow_text.rowid where flow_text match ? order by bm25(flow_text, 10, 3, 1), flow_id')
        .pluck()
        .all(query) as string[],
  );
}

/** Words of a search in lower case without marks; letters and digits only, so that none can be taken for query syntax. */
function wordsOf(text: string): string[] {
  return foldText(text).match(/[\p{L}\p{N}]+/gu)?.slice(0, 16) ?? [];
}

function foldText(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

function hasWords(text: string, words: readonly string[]): boolean {
  const parts = wordsOf(text);
  return words.every((word) => parts.some((part) => part.startsWith(word)));
}
