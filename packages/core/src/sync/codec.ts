/** The form in which entries, snapshots and presence travel: deflated, and (in an encrypted workspace) sealed. */
import { AppError } from '../base/index.ts';

/**
 * Turns plain bytes into what travels and back. `context` is what the receiver must agree on: the envelope of an entry, the canonical
 * head of a snapshot or presence. `decode` throws LOG_KEY_MISSING where a key is not here (the replica waits for it), anything else for
 * bytes that nobody can read (an entry without effect).
 */
export interface SyncCodec {
  /** Number of the key that `encode` uses; 0: nothing is sealed. */
  readonly epoch: number;
  /** True while there is no key to seal with: the log waits, nothing is sent. */
  readonly isLocked?: boolean;
  encode(plain: Uint8Array, context: Uint8Array): Uint8Array;
  /** `size`: bytes that may come out at most. */
  decode(bytes: Uint8Array, context: Uint8Array, size: number): Uint8Array;
}

/** Raw deflate and its inverse; hosts have their own. `inflate` gives at most `size` bytes or throws. */
export interface Deflater {
  deflate(bytes: Uint8Array): Uint8Array;
  inflate(bytes: Uint8Array, size: number): Uint8Array;
}

/** First byte of what travels. */
export const FORM = { plain: 0, deflated: 1, sealed: 2 } as const;
/** Below this size deflating costs more than it saves. */
const WORTH_DEFLATING = 200;

/** The codec of workspaces that are not encrypted. */
export function createPlainCodec({ deflate, inflate }: Deflater): SyncCodec {
  return {
    epoch: 0,
    encode: (plain) => {
      const deflated = plain.length < WORTH_DEFLATING ? plain : deflate(plain);
      return deflated.length < plain.length ? withForm(FORM.deflated, deflated) : withForm(FORM.plain, plain);
    },
    decode: (bytes, _context, size) => {
      const body = bytes.subarray(1);
      if (bytes[0] === FORM.plain && body.length <= size) return body;
      if (bytes[0] === FORM.deflated) return inflate(body, size);
      if (bytes[0] === FORM.sealed) throw new AppError('LOG_KEY_MISSING', 'This flow is encrypted, and its key is not on this device. Nothing was lost; bring the key, then it goes on.', {});
      throw new AppError('ENTRY_UNREADABLE', 'A change came in a form that cannot be read. It has no effect.', { form: bytes[0] });
    },
  };
}

function withForm(form: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1);
  out[0] = form;
  out.set(bytes, 1);
  return out;
}
