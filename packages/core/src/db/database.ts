import Sqlite from 'better-sqlite3';
import { closeSync, openSync } from 'node:fs';
import { storeError, toStoreError, type ReadOnlyReason } from './storeError.ts';

export type Statement = Sqlite.Statement<unknown[]>;

/** One open SQLite file: prepared statements, transactions that nest, and errors in the app's own words. */
export interface Database {
  readonly path: string;
  readonly readOnly: ReadOnlyReason | undefined;
  /** The prepared statement of this SQL text, prepared once. */
  statement(sql: string): Statement;
  /** What `run` returns; SQLite's errors become AppErrors. */
  read<T>(run: () => T): T;
  /**
   * What `run` returns once everything it wrote is durable; undone as a whole when it throws. Inside another `write` it is a part
   * of that one. Throws STORE_FULL, STORE_NOT_WRITABLE, STORE_CORRUPT, STORE_READ_ONLY and so on. `run` must not be async.
   */
  write<T>(run: () => T): T;
  /**
   * As `write`, for what can be done again: it outlives the end of the process, whatever ends it, and not surely a power cut. What was
   * written before it is never lost for it, and the file stays whole. Inside another `write` it is a part of that one.
   */
  writeSoft<T>(run: () => T): T;
  /** Calls `run` after the outermost `write` in progress was committed; at once when there is none. */
  afterCommit(run: () => void): void;
  /** Calls `run` whenever something was undone: what memory knows may be wrong then. */
  onRollback(run: () => void): void;
  /** The connection itself, for pragmas and migrations. */
  readonly connection: Sqlite.Database;
  close(): void;
}

/** How a file is opened. `synchronous` FULL for the truth, NORMAL for what can be rebuilt. */
export interface DatabaseOptions {
  path: string;
  synchronous: 'FULL' | 'NORMAL';
  readOnly?: ReadOnlyReason;
}

/** An open database in WAL mode with foreign keys on; made with rights 0600 where it is missing. */
export function openDatabase(options: DatabaseOptions): Database {
  const { path, readOnly } = options;
  const connection = openConnection(options);
  const statements = new Map<string, Statement>();
  const rollbackListeners: (() => void)[] = [];
  let waiting: (() => void)[] = [];
  let depth = 0;

  const statement = (sql: string): Statement => {
    let prepared = statements.get(sql);
    if (!prepared) statements.set(sql, (prepared = connection.prepare<unknown[]>(sql)));
    return prepared;
  };
  const rollback = (sql: string[]) => {
    // After SQLITE_FULL and the like SQLite may have undone the transaction by itself.
    if (connection.open && connection.inTransaction) for (const text of sql) statement(text).run();
    for (const listener of rollbackListeners) listener();
  };
  const run = <T>(work: () => T, begin: string, commit: string, undo: string[]): T => {
    const waitingBefore = waiting.length;
    try {
      statement(begin).run();
      depth++;
      try {
        const result = work();
        if (result instanceof Promise) {
          result.catch(() => undefined);
          throw new TypeError('A store transaction must not be async.');
        }
        // SQLite undid the transaction under a nested part that swallowed its error: nothing may be acknowledged.
        if (!connection.inTransaction) throw storeError('STORE_IO_FAILED', { path, reason: 'TRANSACTION_LOST' });
        statement(commit).run();
        return result;
      } catch (error) {
        waiting.length = Math.min(waiting.length, waitingBefore);
        rollback(undo);
        throw error;
      } finally {
        depth--;
      }
    } catch (error) {
      throw toStoreError(error, { path });
    }
  };

  const write = <T>(work: () => T): T => {
    if (readOnly) throw storeError('STORE_READ_ONLY', { path, reason: readOnly });
    if (!connection.open) throw storeError('STORE_CLOSED', { path });
    // SQLite undid everything under a caller that swallowed the error: a savepoint would now begin, and commit, a transaction of its own.
    if (depth > 0 && !connection.inTransaction) throw storeError('STORE_IO_FAILED', { path, reason: 'TRANSACTION_LOST' });
    if (depth > 0) return run(work, `SAVEPOINT part${depth}`, `RELEASE part${depth}`, [`ROLLBACK TO part${depth}`, `RELEASE part${depth}`]);
    const result = run(work, 'BEGIN IMMEDIATE', 'COMMIT', ['ROLLBACK']);
    if (waiting.length) {
      const listeners = waiting;
      waiting = [];
      for (const listener of listeners) listener();
    }
    return result;
  };

  return {
    path,
    readOnly,
    connection,
    statement,
    read(work) {
      try {
        return work();
      } catch (error) {
        // A newer file may lack a table or column that this version asks for.
        if (readOnly && (error as { code?: unknown }).code === 'SQLITE_ERROR') throw storeError('STORE_READ_ONLY', { path, reason: readOnly }, error);
        throw toStoreError(error, { path });
      }
    },
    write,
    writeSoft(work) {
      if (depth > 0 || options.synchronous !== 'FULL' || readOnly || !connection.open) return write(work);
      // In WAL mode a commit then waits for no disk; the next one that does takes it along.
      connection.pragma('synchronous = NORMAL');
      try {
        return write(work);
      } finally {
        connection.pragma('synchronous = FULL');
      }
    },
    afterCommit(listener) {
      if (depth === 0) listener();
      else waiting.push(listener);
    },
    onRollback: (listener) => void rollbackListeners.push(listener),
    close() {
      statements.clear();
      if (connection.open) connection.close();
    },
  };
}

function openConnection({ path, synchronous, readOnly }: DatabaseOptions): Sqlite.Database {
  let connection: Sqlite.Database | undefined;
  try {
    // SQLite gives -wal and -shm the rights of the file itself.
    if (!readOnly) closeSync(openSync(path, 'a', 0o600));
    connection = new Sqlite(path, { readonly: readOnly !== undefined, timeout: 5000 });
    if (!readOnly) {
      connection.pragma('journal_mode = WAL');
      connection.pragma(`synchronous = ${synchronous}`);
    }
    connection.pragma('foreign_keys = ON');
    connection.pragma('cache_size = -16000');
    connection.pragma('temp_store = MEMORY');
    return connection;
  } catch (error) {
    connection?.close();
    throw toStoreError(error, { path });
  }
}
