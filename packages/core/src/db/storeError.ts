import { AppError, isAppError } from '../base/error.ts';

/** Why a store takes no writes, and in which words. */
export type ReadOnlyReason = 'STORE_NEWER';

/** Codes that this folder throws, each with its English sentence: what happened, what was kept, what to do. */
export const STORE_ERRORS = {
  DATA_FOLDER_IN_USE: 'Another program already works on this data folder. Nothing was changed. Use the window that is open, or close it and try again.',
  STORE_FULL: 'The disk is full, so the last change was not saved. Everything saved before is safe. Free some space and try again.',
  STORE_NOT_WRITABLE: 'The data folder cannot be written to. Everything saved before is safe. Check the rights of the folder, or choose another one.',
  STORE_CORRUPT: 'The file of saved flows is damaged and was left as it is. Copy the data folder to a safe place, then put back a backup of it.',
  STORE_IO_FAILED: 'The disk did not take the last change. Everything saved before is safe. Check the disk and try again.',
  STORE_BUSY: 'Another program holds the file of saved flows, so the last change was not saved. Everything saved before is safe. Close that program and try again.',
  STORE_READ_ONLY: 'These flows were saved by a newer version of the app, so this version only shows them. Nothing was changed. Update the app to go on editing.',
  STORE_CLOSED: 'The data folder is closed, so the last change was not saved. Everything saved before is safe. Open the app again.',
  FLOW_NOT_FOUND: 'This flow does not exist any more. Nothing was changed. Go back to the list of flows.',
  LOG_NOT_FOUND: 'The history of this flow was not found. Nothing was changed. Go back to the list of flows.',
  LOG_SHARED: 'This flow is shared, so its changes are numbered by the server. Nothing was stored. Keep the change as pending until the server has it.',
  LOG_GAP: 'Changes arrived out of order and were not taken over. Everything saved before is safe. Connect again to get the missing ones.',
  LOG_FORKED: 'The history here differs from the one that arrived. Nothing was changed. Take the other history; your own changes are kept as pending.',
} as const;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** The AppError of a code, with its sentence. */
export function storeError(code: StoreErrorCode, params: Record<string, unknown> = {}, cause?: unknown): AppError {
  return new AppError(code, STORE_ERRORS[code], params, cause === undefined ? undefined : { cause });
}

/** The AppError for what SQLite or the file system threw; anything else comes back as it is. `params` tell where it happened. */
export function toStoreError(error: unknown, params: Record<string, unknown> = {}): unknown {
  if (isAppError(error) || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /database connection is not open/.test(error.message) ? storeError('STORE_CLOSED', params, error) : error;
  const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1];
  return kind ? storeError(kind, { ...params, reason: code }, error) : error;
}

// SQLITE_IOERR_* other than these is a disk that fails; constraint errors are ours and stay what they are.
const KINDS: readonly [RegExp, StoreErrorCode][] = [
  [/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/, 'STORE_FULL'],
  [/^(SQLITE_CORRUPT|SQLITE_NOTADB)/, 'STORE_CORRUPT'],
  [/^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH)|^(EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT)$/, 'STORE_NOT_WRITABLE'],
  [/^SQLITE_IOERR_(ACCESS|LOCK|NOLFS)/, 'STORE_NOT_WRITABLE'],
  [/^SQLITE_IOERR|^EIO$/, 'STORE_IO_FAILED'],
  [/^SQLITE_(BUSY|LOCKED)/, 'STORE_BUSY'],
];
