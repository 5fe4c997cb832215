import { rmSync } from 'node:fs';
import type { Logger } from '../base/logger.ts';
import { isAppError } from '../base/error.ts';
import { ANSWER_SHAPE } from './answerStore.ts';
import { openDatabase, type Database } from './database.ts';
import type { FlowSearch } from './flowStore.ts';

/** The words of a flow that search looks at. */
export interface FlowText {
  name: string;
  description?: string;
  /** Titles of the nodes. */
  titles: readonly string[];
}

/** Where the words come from: the store. What it throws never harms the index, and the index never harms the store. */
export interface FlowTextSource {
  /** The words of the list's rows, of every flow. */
  flows(): { id: string; name: string; description?: string }[];
  /** Changes whenever the words of the flow may have changed; undefined when it does not exist. */
  stampOf(flowId: string): string | undefined;
  /** The words of a flow as it is now; undefined when it does not exist. */
  textOf(flowId: string): FlowText | undefined;
}

/** The full text of all flows, in a file that can be deleted at any time. */
export interface SearchIndex extends FlowSearch {
  /** The file as it is open now, for what else can be rebuilt; undefined where there is none. */
  database(): Database | undefined;
  /** Resolves when every flow that was touched before is indexed (or the index is closed). */
  idle(): Promise<void>;
  close(): void;
}

/** Raised when the shape of the index changes: an older file is thrown away and built anew. */
const INDEX_VERSION = 2;
const REST_MS = 250;
const RETRY_MS = 30_000;
/** The queue takes at most this part of one core. */
const SHARE = 0.05;

const SHAPE = `
  create table indexed_flow (rowid integer primary key, flow_id text not null unique, stamp text not null);
  create virtual table flow_text using fts5(name, description, titles, content='', contentless_delete=1, detail=column, prefix='2 3', tokenize='unicode61 remove_diacritics 2');${ANSWER_SHAPE}
  pragma user_version = ${INDEX_VERSION};`;

/**
 * The index at `path`; a missing, older or damaged file is built anew from `source`, in short transactions while the app goes on. A file that
 * cannot be had at all is no reason not to open the app: search then looks at names and descriptions.
 */
export function openSearchIndex(path: string, source: FlowTextSource, logger: Logger): SearchIndex {
  const waiting = new Set<string>();
  const idleListeners: (() => void)[] = [];
  let database = tryOpen(path, logger);
  let isCompared = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  /** Queues the flows whose stamp is not that of the index, and those that are gone from the store. */
  const compare = () => {
    if (isCompared || !database) return;
    const indexed = new Map(readAll<[string, string]>(database, 'select flow_id, stamp from indexed_flow'));
    for (const { id } of source.flows()) {
      if (indexed.get(id) === undefined || indexed.get(id) !== tryStamp(id)) waiting.add(id);
      indexed.delete(id);
    }
    for (const id of indexed.keys()) waiting.add(id);
    isCompared = true;
  };
  const tryStamp = (flowId: string) => {
    try {
      return source.stampOf(flowId);
    } catch {
      return undefined;
    }
  };
  const rebuild = (cause: unknown) => {
    logger.warn('The search index was damaged and is built anew.', { path, error: String(cause) });
    database?.close();
    database = undefined;
    isCompared = false;
    removeIndexFile(path);
    database = tryOpen(path, logger);
  };
  const schedule = (ms: number) => {
    if (isClosed || timer || !database || (isCompared && waiting.size === 0)) return;
    timer = setTimeout(work, ms);
    // The index alone keeps no process alive, somebody who waits for it does.
    if (idleListeners.length === 0) timer.unref();
  };
  const settle = () => {
    for (const listener of idleListeners.splice(0)) listener();
  };
  const work = () => {
    timer = undefined;
    if (isClosed || !database) return settle();
    const startedAt = performance.now();
    let flowId: string | undefined;
    try {
      compare();
      flowId = waiting.values().next().value;
      if (flowId === undefined) return settle();
      waiting.delete(flowId);
      indexFlow(database, flowId, source);
    } catch (error) {
      if (flowId !== undefined) waiting.add(flowId);
      if (isDamaged(error, path)) rebuild(error);
      else logger.warn('A flow could not be indexed for search; it is tried again.', { flowId, error: String(error) });
      settle();
      return schedule(RETRY_MS);
    }
    if (waiting.size === 0) settle();
    else schedule(idleListeners.length ? 0 : (performance.now() - startedAt) / SHARE);
  };

  schedule(REST_MS);

  return {
    database: () => (isClosed ? undefined : database),
    touch(flowId) {
      waiting.add(flowId);
      schedule(REST_MS);
    },
    search(text) {
      const words = wordsOf(text);
      if (words.length === 0) return [];
      let found: string[] = [];
      try {
        compare();
        if (database) found = searchIndexed(database, words);
      } catch (error) {
        if (!isDamaged(error, path)) throw error;
        rebuild(error);
        schedule(REST_MS);
      }
      const isWhole = database && isCompared;
      if (isWhole && waiting.size === 0) return found;
      // What is not indexed yet is found by its name and description.
      const known = new Set(found);
      const late = source.flows().filter(({ id, name, description }) => (!isWhole || waiting.has(id)) && !known.has(id) && hasWords(`${name} ${description ?? ''}`, words));
      return [...found, ...late.map((flow) => flow.id)];
    },
    idle() {
      if (isClosed || !database || (isCompared && waiting.size === 0)) return Promise.resolve();
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
      database?.close();
    },
  };
}

function tryOpen(path: string, logger: Logger): Database | undefined {
  try {
    return openIndexFile(path, logger);
  } catch (error) {
    logger.error('There is no search index; search looks at names and descriptions only.', { path, error: String(error) });
    return undefined;
  }
}

function openIndexFile(path: string, logger: Logger): Database {
  let database: Database | undefined;
  try {
    database = openDatabase({ path, synchronous: 'NORMAL' });
    const opened = database;
    const version = opened.connection.pragma('user_version', { simple: true });
    if (version === INDEX_VERSION) {
      readAll(opened, 'select count(*) from indexed_flow');
      readAll(opened, 'select count(*) from answer_use');
      return opened;
    }
    if (readAll<[number]>(opened, 'select count(*) from sqlite_schema')[0]![0] === 0) {
      opened.write(() => void opened.connection.exec(SHAPE));
      return opened;
    }
  } catch (error) {
    database?.close();
    if (!isDamaged(error, path)) throw error;
    logger.warn('The search index is damaged and is built anew.', { path, error: String(error) });
  }
  database?.close();
  removeIndexFile(path);
  const fresh = openDatabase({ path, synchronous: 'NORMAL' });
  fresh.write(() => void fresh.connection.exec(SHAPE));
  return fresh;
}

function readAll<Row>(database: Database, sql: string): Row[] {
  return database.read(() => database.statement(sql).raw().all() as Row[]);
}

function removeIndexFile(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
}

/** True when it is the index that is at fault, not the store that its words come from. */
function isDamaged(error: unknown, path: string): boolean {
  if (isAppError(error)) return error.code === 'STORE_CORRUPT' && error.params['path'] === path;
  // A file of our version with another shape: "no such table".
  return error instanceof Error && (error as { code?: unknown }).code === 'SQLITE_ERROR';
}

function indexFlow(database: Database, flowId: string, source: FlowTextSource): void {
  // The stamp is read first: a change that comes in between makes the row stale, never wrongly fresh.
  const stamp = source.stampOf(flowId);
  const known = database.read(() => database.statement('select rowid, stamp from indexed_flow where flow_id = ?').get(flowId)) as { rowid: number; stamp: string } | undefined;
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
