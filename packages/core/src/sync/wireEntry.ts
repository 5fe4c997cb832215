/** Entries and snapshots of a log as they travel, and back; and what the seal of presence vouches for. */
import { canonicalJson, isAppError } from '../base/index.ts';
import type { Snapshot, Transaction } from '../flow/index.ts';
import { encodeText, readText } from './bytes.ts';
import type { SyncCodec } from './codec.ts';
import { LIMITS, PROTOCOL, readEnvelope, writeEnvelope, type ClientMessage, type NumberedEntry, type Envelope, type PushedEntry, type ServerMessage } from './protocol.ts';
import type { LogSnapshot, Numbered, ReadOnlyReason } from './replica.ts';
import { asVisitor, isVisitor } from './visitor.ts';

/** An own entry with its envelope; `author` is the account that pushes. */
export function packEntry(entry: Transaction, logId: string, author: string, codec: SyncCodec): PushedEntry {
  const plain = encodeText(canonicalJson(entry));
  const envelope = writeEnvelope({ protocol: PROTOCOL, log: logId, id: entry.id, author, scope: entry.scope === 'comment' ? 'comment' : 'edit', epoch: codec.epoch, schema: entry.schema, size: plain.length });
  return { envelope, bytes: codec.encode(plain, envelope) };
}

/**
 * The entry of a change, or why its key is missing. What nobody can read has no effect, on every replica alike (rule 12). Throws
 * ENVELOPE_INVALID, which no server lets through.
 */
export function unpackChange({ no, envelope, bytes }: Extract<NumberedEntry, { bytes: Uint8Array }>, logId: string, { codec, sha256 }: { codec: SyncCodec; sha256: (bytes: Uint8Array) => string }): Numbered | ReadOnlyReason {
  const header = readEnvelope(envelope);
  const numbered = { no, id: header.id, sha256: sha256(bytes) };
  try {
    const entry = JSON.parse(readText(codec.decode(bytes, envelope, header.size))) as Transaction;
    return { ...numbered, entry: entry.id === header.id && entry.logId === logId ? inScope(entry, header) : nothing(header) };
  } catch (error) {
    if (!isAppError(error) || error.code !== 'LOG_KEY_MISSING') return { ...numbered, entry: nothing(header) };
    return { code: error.code, params: { ...error.params, no, epoch: header.epoch } };
  }
}

/** A snapshot as it goes up, in its parts; undefined where it is larger than a server takes. */
export function packState({ no, chain, state }: LogSnapshot, log: string, codec: SyncCodec): Extract<ClientMessage, { type: 'snapshot' }>[] | undefined {
  const bytes = codec.encode(encodeText(canonicalJson(state)), stateContext(log, no, chain));
  if (bytes.length > LIMITS.snapshotBytes) return undefined;
  const parts = Math.max(1, Math.ceil(bytes.length / LIMITS.snapshotPartBytes));
  return Array.from({ length: parts }, (_, part) => ({ type: 'snapshot', log, no, chain, part, parts, bytes: bytes.subarray(part * LIMITS.snapshotPartBytes, (part + 1) * LIMITS.snapshotPartBytes) }));
}

/** The snapshot of a server's message, or why it cannot be read: LOG_KEY_MISSING, SNAPSHOT_UNREADABLE. */
export function unpackState({ log, no, chain, bytes }: Extract<ServerMessage, { type: 'state' }>, codec: SyncCodec): { state: Snapshot } | ReadOnlyReason {
  try {
    return { state: JSON.parse(readText(codec.decode(bytes, stateContext(log, no, chain), LIMITS.snapshotBytes * 4))) as Snapshot };
  } catch (error) {
    return { code: isAppError(error) && error.code === 'LOG_KEY_MISSING' ? error.code : 'SNAPSHOT_UNREADABLE', params: { no } };
  }
}

/** What the seal of a snapshot vouches for. */
export function stateContext(log: string, no: number, chain: string): Uint8Array {
  return encodeText(canonicalJson({ log, no, chain }));
}

/** What the seal of presence vouches for: nobody's cursor can be shown as another's. */
export function presenceContext(log: string, user: string): Uint8Array {
  return encodeText(canonicalJson({ log, presence: true, user }));
}

/** The entry with the scope that its envelope claims: whoever may only comment cannot say otherwise inside (rule 16). */
function inScope(entry: Transaction, header: Envelope): Transaction {
  if (isVisitor(header.author)) return asVisitor(entry, header.author);
  return header.scope === 'comment' && entry.scope !== 'comment' ? { ...entry, scope: 'comment' } : entry;
}

/** An entry that raises the number and does nothing else. */
function nothing(header: Envelope): Transaction {
  return { id: header.id } as Transaction;
}
