import type { LogSyncOptions } from './logKeeper.ts';
import type { LogOutbox } from './logOutbox.ts';
import type { NumberedEntry } from './protocol.ts';
import type { Numbered, ReadOnlyReason } from './replica.ts';
import { unpackChange } from './wireEntry.ts';

/**
 * The changes of a log as its replica takes them, up to the first that cannot be read here: its key is missing, or it is an own entry in
 * another form than was sent. What arrives is on its way no longer. Throws ENVELOPE_INVALID.
 */
export function readBatch(changes: readonly NumberedEntry[], confirmedNo: number, outbox: LogOutbox, options: Pick<LogSyncOptions, 'logId' | 'codec' | 'sha256'>): { batch: Numbered[]; missingKey?: ReadOnlyReason } {
  const batch: Numbered[] = [];
  for (const change of changes) {
    if ('id' in change) {
      const sent = outbox.take(change.id);
      // Another form of the entry is the one that counts: it comes in full when we ask from where we stand.
      if (change.no > confirmedNo && sent !== change.sha256) break;
      batch.push(change);
      continue;
    }
    const read = unpackChange(change, options.logId, options);
    if ('code' in read) return { batch, missingKey: read };
    outbox.take(read.id);
    batch.push(read);
  }
  return { batch };
}
