/**
 * The file of a backup: gzip around frames (a letter, a length, bytes). A header says what it is, then come the tables, each with its rows
 * as `COPY` writes them, and at the end what there must be and the digest of all of it: half a file is never taken for a whole one.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { AppError } from '@uxflow/core/base';

export interface BackupHeader {
  kind: 'uxflow-backup';
  format: 1;
  /** ms UTC */
  at: number;
  /** Hashes of the migrations that the database had, in order. */
  migrations: string[];
  /** Last values of the sequences, by name. */
  sequences: Record<string, number>;
}

export interface BackupTable {
  name: string;
  columns: string[];
}

export interface BackupSummary {
  tables: { name: string; rows: number }[];
}

export interface ArchiveWriter {
  table(table: BackupTable): Promise<void>;
  rows(piece: Uint8Array): Promise<void>;
  /** Writes the end, brings it to the disk and gives the file its name. */
  finish(summary: BackupSummary): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

type FrameKind = 'H' | 'T' | 'D' | 'Z';
interface Frame {
  kind: FrameKind;
  body: Buffer;
}

const HEAD_BYTES = 5;
/** No frame is near it: a row is at most a snapshot of 64 MB, twice as long in hex. */
const MOST_FRAME_BYTES = 512 * 1024 * 1024;

/** Begins a file that only its owner may read; nothing has the name until it is whole. */
export async function writeArchive(file: string, header: BackupHeader): Promise<ArchiveWriter> {
  const part = `${file}.part`;
  const gzip = createGzip({ level: 4 });
  const out = createWriteStream(part, { mode: 0o600, flags: 'w' });
  const written = finished(gzip.pipe(out));
  written.catch(() => {});
  const digest = createHash('sha256');
  const put = async (kind: FrameKind, body: Uint8Array) => {
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(kind, 'latin1');
    head.writeUInt32BE(body.length, 1);
    if (kind !== 'Z') digest.update(head).update(body);
    gzip.write(head);
    if (!gzip.write(body)) await Promise.race([new Promise((done) => gzip.once('drain', done)), written]);
  };
  const say = (kind: FrameKind, value: unknown) => put(kind, Buffer.from(JSON.stringify(value)));
  await say('H', header);
  return {
    table: (table) => say('T', table),
    rows: (piece) => put('D', piece),
    async finish(summary) {
      await say('Z', { ...summary, sha256: digest.digest('hex') });
      gzip.end();
      await written;
      const handle = await open(part, 'r');
      await handle.sync();
      await handle.close();
      await rename(part, file);
    },
    async abandon() {
      gzip.destroy();
      out.destroy();
      await rm(part, { force: true });
    },
  };
}

/** Header and summary of a file that was read to its end and is whole. Throws BACKUP_UNREADABLE, BACKUP_DAMAGED. */
export async function checkArchive(file: string): Promise<{ header: BackupHeader; summary: BackupSummary }> {
  const digest = createHash('sha256');
  let header: BackupHeader | undefined;
  let end: (BackupSummary & { sha256: string }) | undefined;
  for await (const { kind, body } of framesOf(file)) {
    if (kind === 'Z') {
      end = JSON.parse(body.toString()) as BackupSummary & { sha256: string };
      break;
    }
    const head = Buffer.alloc(HEAD_BYTES);
    head.write(kind, 'latin1');
    head.writeUInt32BE(body.length, 1);
    digest.update(head).update(body);
    header ??= readHeader(file, kind, body);
  }
  if (!header || !end || end.sha256 !== digest.digest('hex')) throw damaged(file);
  return { header, summary: { tables: end.tables } };
}

/** The tables of a file one after the other; the rows of one are to be read before the next one is asked for. */
export async function* tablesOf(file: string): AsyncGenerator<BackupTable & { rows: AsyncIterable<Buffer> }> {
  const frames = framesOf(file);
  try {
    let frame = await frames.next();
    while (!frame.done && frame.value.kind === 'H') frame = await frames.next();
    while (!frame.done && frame.value.kind === 'T') {
      const table = JSON.parse(frame.value.body.toString()) as BackupTable;
      frame = await frames.next();
      yield {
        ...table,
        rows: (async function* () {
          for (; !frame.done && frame.value.kind === 'D'; frame = await frames.next()) yield frame.value.body;
        })(),
      };
    }
  } finally {
    await frames.return(undefined);
  }
}

async function* framesOf(file: string): AsyncGenerator<Frame, undefined> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let waiting: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      waiting.push(piece);
      size += piece.length;
      if (size < wanted(waiting, file)) continue;
      let rest = waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      while (rest.length >= HEAD_BYTES && rest.length >= wanted([rest], file)) {
        const length = rest.readUInt32BE(1);
        yield { kind: rest.toString('latin1', 0, 1) as FrameKind, body: rest.subarray(HEAD_BYTES, HEAD_BYTES + length) };
        rest = rest.subarray(HEAD_BYTES + length);
      }
      waiting = rest.length > 0 ? [rest] : [];
      size = rest.length;
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw new AppError('BACKUP_UNREADABLE', `The file ${file} cannot be read (${code}). Nothing was changed; give the path of a backup.`, { file, code });
    throw damaged(file);
  } finally {
    source.destroy();
  }
  return undefined;
}

/** Bytes that the first frame of these pieces needs. */
function wanted(pieces: readonly Buffer[], file: string): number {
  const first = pieces[0]!.length >= HEAD_BYTES ? pieces[0]! : Buffer.concat(pieces);
  if (first.length < HEAD_BYTES) return HEAD_BYTES;
  const length = first.readUInt32BE(1);
  if (!'HTDZ'.includes(first.toString('latin1', 0, 1)) || length > MOST_FRAME_BYTES) throw damaged(file);
  return HEAD_BYTES + length;
}

function readHeader(file: string, kind: FrameKind, body: Buffer): BackupHeader {
  if (kind !== 'H') throw damaged(file);
  const header = JSON.parse(body.toString()) as BackupHeader;
  if (header.kind !== 'uxflow-backup') throw damaged(file);
  if (header.format !== 1) throw new AppError('BACKUP_NEWER', `The backup ${file} was made by a newer server. Nothing was changed; restore it with that version.`, { file });
  return header;
}

function damaged(file: string): AppError {
  return new AppError('BACKUP_DAMAGED', `The file ${file} is no whole backup of this server. Nothing was changed; take another copy of it.`, { file });
}
