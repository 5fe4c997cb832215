import Sqlite from 'better-sqlite3';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { storeError, toStoreError } from './storeError.ts';

/** What the holder of a data folder tells about itself, so that a second host can become its client. */
export const folderHolderSchema = z.object({ pid: z.number().int(), socketPath: z.string().optional(), url: z.string().optional(), startedAt: z.number().int() });
export type FolderHolder = z.infer<typeof folderHolderSchema>;

/** The hold on a data folder; the system ends it with the process, whatever kills it. */
export interface FolderLock {
  /** Writes who holds the folder into `host.json` (0600), for whoever comes second. */
  announce(holder: FolderHolder): void;
  release(): void;
}

/** How long a second host waits for one that is just closing, ms. */
const PATIENCE_MS = 250;

/**
 * Takes the folder for this process: an exclusive transaction on `lock.sqlite` that never ends. Throws DATA_FOLDER_IN_USE with
 * `params.holder` (null when the holder has not said who it is), `params.socketPath` and `params.url`.
 * No other code may open `lock.sqlite`: closing any handle on it in this process would end the hold.
 */
export function lockFolder(folder: string): FolderLock {
  const lockPath = join(folder, 'lock.sqlite');
  const hostPath = join(folder, 'host.json');
  let connection: Sqlite.Database | undefined;
  try {
    // Made first for its rights, and opened only where it is missing: closing any handle on a file that is there would end the hold
    // that this process may have on it already.
    makeFile(lockPath);
    connection = new Sqlite(lockPath, { timeout: PATIENCE_MS });
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection?.close();
    if (!/^SQLITE_(BUSY|LOCKED)/.test(String((error as { code?: unknown }).code))) throw toStoreError(error, { path: folder });
    const holder = readHolder(hostPath);
    throw storeError('DATA_FOLDER_IN_USE', { path: folder, holder: holder ?? null, socketPath: holder?.socketPath ?? null, url: holder?.url ?? null }, error);
  }
  const held = connection;
  // Left behind by a holder that was killed: it would send the next host to an address where nobody answers.
  rmSync(hostPath, { force: true });
  return {
    announce(holder) {
      try {
        const draft = `${hostPath}.new`;
        rmSync(draft, { force: true });
        closeSync(openSync(draft, 'wx', 0o600));
        writeFileSync(draft, JSON.stringify(folderHolderSchema.parse(holder)));
        renameSync(draft, hostPath);
      } catch (error) {
        throw toStoreError(error, { path: hostPath });
      }
    },
    release() {
      if (!held.open) return;
      rmSync(hostPath, { force: true });
      held.close();
    },
  };
}

function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  }
}

function readHolder(path: string): FolderHolder | undefined {
  try {
    return folderHolderSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}
