/**
 * Queries that travel as one: sent in one write and answered in one. Each by itself would wake this process and Postgres once more, and a batch of
 * entries asks for six things many times a second (docs/decisions/0006-batches-keep-a-pace.md).
 */
import pg from 'pg';
import type { Queryable } from './database.ts';

/** What the driver asks of a query, and what its own queries do with it. */
interface Part extends pg.Submittable {
  readonly name?: string;
  readonly text: string;
  handleRowDescription(message: unknown): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: pg.Connection): void;
  handleEmptyQuery(connection: pg.Connection): void;
  handleReadyForQuery(connection: pg.Connection): void;
  handleError(error: Error, connection: pg.Connection): void;
}

/**
 * Sends everything that `ask` queries before it returns, in its order, and gives back what `ask` returns. Each query sees what those before it did
 * and waited for. When Postgres refuses one of them, it runs none of those behind it, and all of them are rejected with that error. `client` must
 * not be in pipeline mode.
 */
export function sendTogether<T>(client: pg.Client, ask: (sql: Queryable) => T): T {
  const parts: Part[] = [];
  let isSent = false;
  const query = (asked: string | pg.QueryConfig, values?: unknown[]) => {
    if (isSent) return client.query(asked as string, values);
    return new Promise((done, fail) => {
      const config = typeof asked === 'string' ? { text: asked, values } : asked;
      // A simple query would be answered by itself.
      parts.push(new pg.Query({ ...config, queryMode: 'extended' } as pg.QueryConfig, (error: Error | undefined, result: unknown) => (error ? fail(error) : done(result))) as unknown as Part);
    });
  };
  const asked = ask({ query } as Queryable);
  isSent = true;
  if (parts.length > 0) client.query(new Together(parts) as pg.Submittable);
  return asked;
}

/** See `sendTogether`; its methods are those that the driver calls. */
class Together implements Part {
  readonly #parts: readonly Part[];
  /** The part that is being answered. */
  #at = 0;

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
  }

  /** The driver notes the statement that was prepared by these. */
  get name(): string {
    return this.#part.name ?? '';
  }

  get text(): string {
    return this.#part.text;
  }

  submit = (connection: pg.Connection): void => {
    // Each part would end with a sync of its own.
    const unsynced = Object.create(connection, { sync: { value: () => {} } }) as pg.Connection;
    connection.stream.cork();
    try {
      for (const part of this.#parts) {
        const refused: unknown = part.submit(unsynced);
        // Answers would not fit their queries any more.
        if (refused) connection.stream.destroy(refused as Error);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  };

  handleRowDescription(message: unknown): void {
    this.#part.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.#part.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, connection: pg.Connection): void {
    this.#part.handleCommandComplete(message, connection);
    this.#at++;
  }

  handleEmptyQuery(connection: pg.Connection): void {
    this.#part.handleEmptyQuery(connection);
    this.#at++;
  }

  handleReadyForQuery(connection: pg.Connection): void {
    for (const part of this.#parts) part.handleReadyForQuery(connection);
  }

  handleError(error: Error, connection: pg.Connection): void {
    const { submittedNamedStatements } = connection as pg.Connection & { submittedNamedStatements: Record<string, string> };
    // Postgres skipped what stood behind the error: those statements are not prepared, whatever was sent.
    for (const { name } of this.#parts.slice(this.#at)) if (name) delete submittedNamedStatements[name];
    for (const part of this.#parts) part.handleError(error, connection);
  }

  get #part(): Part {
    return this.#parts[Math.min(this.#at, this.#parts.length - 1)]!;
  }
}
