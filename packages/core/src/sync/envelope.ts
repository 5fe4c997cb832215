/** The envelope of an entry: what everybody may read of it. The server looks at nothing else. */
import { z } from 'zod';
import { canonicalJson } from '../base/canonical.ts';
import { AppError } from '../base/error.ts';
import { readText } from './bytes.ts';
import { id, LIMITS, no, PROTOCOL, scope, version } from './messages.ts';

const encoder = new TextEncoder();

/** What everybody may read of an entry, and what its seal vouches for (rule 16). */
export const envelopeSchema = z.object({
  protocol: z.literal(PROTOCOL),
  log: id,
  /** Id of the entry. */
  id,
  /** Account that pushes it; who wrote it (a person, an agent) is told inside. */
  author: id,
  scope,
  /** Number of the workspace's key; 0 where nothing is sealed. */
  epoch: no,
  /** Schema that the ops were written in. */
  schema: version,
  /** Bytes of the entry before it was deflated: a bound for who inflates it. */
  size: no,
});
/** See `envelopeSchema`. */
export type Envelope = z.infer<typeof envelopeSchema>;

/** The envelope of its bytes. Throws ENVELOPE_INVALID. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  let value: unknown;
  try {
    if (bytes.length <= LIMITS.envelopeBytes) value = JSON.parse(readText(bytes));
  } catch {
    // No JSON: no envelope.
  }
  const result = envelopeSchema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('ENVELOPE_INVALID', 'A change came with an envelope that cannot be read. It was not stored.', { path: result.error.issues[0]?.path.join('.') ?? '' });
}

/** The bytes of an envelope: canonical JSON, as it is sealed, stored and handed on. */
export function writeEnvelope(envelope: Envelope): Uint8Array {
  return encoder.encode(canonicalJson(envelope));
}
