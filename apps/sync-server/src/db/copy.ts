/** COPY over a connection of the driver, which itself knows only queries: rows stream out of a table and into one, never all in memory. */
import type pg from 'pg';

/** What the driver's connection has and its types leave out. */
interface CopyConnection {
  stream: NodeJS.WritableStream & { writableNeedDrain: boolean; destroyed: boolean; pause(): void; resume(): void };
  query(text: string): void;
  sendCopyFromChunk(chunk: Uint8Array): void;
  endCopyFrom(): void;
  sendCopyFail(reason: string): void;
}

/** Bytes that are handed on together: the database sends a message a row, and most rows are small. */
const PIECE_BYTES = 256 * 1024;

/** Runs `copy ... to stdout`; `take` gets the rows in pieces, and the next ones wait for its promise. Gives back the number of rows. */
export function copyOut(client: pg.ClientBase, text: string, take: (piece: Buffer) => Promise<void> | void): Promise<number> {
  return new Promise((done, fail) => {
    let taken: Promise<void> = Promise.resolve();
    let waiting = 0;
    let held: Buffer[] = [];
    let size = 0;
    let stream: CopyConnection['stream'] | undefined;
    const hand = () => {
      const piece = Buffer.concat(held);
      [held, size] = [[], 0];
      if (++waiting === 1) stream?.pause();
      taken = taken.then(() => take(piece));
      taken.then(() => --waiting === 0 && stream?.resume(), (error: Error) => {
        stream?.resume();
        fail(error);
      });
    };
    const end = (rows: number) => {
      if (held.length > 0) hand();
      taken.then(() => done(rows), fail);
    };
    run(client, text, fail, end, {
      handleCopyData({ chunk }, connection) {
        stream = connection.stream;
        // The driver uses its memory again.
        held.push(Buffer.from(chunk));
        size += chunk.length;
        if (size >= PIECE_BYTES) hand();
      },
    });
  });
}

/** Runs `copy ... from stdin` with the pieces; throws what the database refuses. Gives back the number of rows. */
export function copyIn(client: pg.ClientBase, text: string, pieces: AsyncIterable<Uint8Array>): Promise<number> {
  return new Promise((done, fail) => {
    let refused = false;
    const refuse = (error: Error) => {
      refused = true;
      fail(error);
    };
    run(client, text, refuse, done, {
      handleCopyInResponse(connection) {
        const send = async () => {
          for await (const piece of pieces) {
            if (refused) return;
            connection.sendCopyFromChunk(piece);
            if (connection.stream.writableNeedDrain && !connection.stream.destroyed) await drained(connection.stream);
          }
          connection.endCopyFrom();
        };
        send().catch((error: Error) => {
          connection.sendCopyFail('the source failed');
          refuse(error);
        });
      },
    });
  });
}

interface CopyHandlers {
  handleCopyData?(message: { chunk: Uint8Array }, connection: CopyConnection): void;
  handleCopyInResponse?(connection: CopyConnection): void;
}

function run(client: pg.ClientBase, text: string, fail: (error: Error) => void, done: (rows: number) => void, handlers: CopyHandlers): void {
  let rows = 0;
  const submittable = {
    submit: (connection: CopyConnection) => connection.query(text),
    handleCommandComplete: (message: { text: string }) => void (rows = Number(message.text.split(' ')[1] ?? 0)),
    handleReadyForQuery: () => done(rows),
    handleError: fail,
    handleRowDescription() {},
    handleCopyData() {},
    handleCopyInResponse: (connection: CopyConnection) => connection.sendCopyFail('nothing to copy'),
    ...handlers,
  };
  client.query(submittable as never);
}

function drained(stream: CopyConnection['stream']): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      stream.removeListener('drain', end);
      stream.removeListener('close', end);
      done();
    };
    stream.on('drain', end);
    stream.on('close', end);
  });
}
