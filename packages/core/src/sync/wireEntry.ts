/** An entry of a log as it travels, and back; and the contexts that seals of snapshots and presence vouch for. */
import { canonicalJson, isAppError } from '../base/index.ts';
import type { Transaction } from '../flow/index.ts';
import { encodeText, readText } from './bytes.ts';
import type { SyncCodec } from './codec.ts';
import { PROTOCOL, readEnvelope, writeEnvelope, type NumberedEntry, type Envelope, type PushedEntry } from './protocol.ts';
import type { Numbered, ReadOnlyReason } from './replica.ts';
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
