import { randomBytes, timingSafeEqual } from 'node:crypto';

/** Lets one page in: trades a one-time code of an opened address for a secret of this run. */
export interface AccessGate {
  /** A new code, good once and for 60 s. */
  issueCode(): string;
  /** The run's secret for a good code; undefined for a wrong, used or old one. */
  redeem(code: string): string | undefined;
  /** True for the run's secret, compared in constant time. */
  isSecret(candidate: unknown): boolean;
}

/** How long a code lives, ms. */
export const CODE_LIFETIME_MS = 60_000;

/** A gate with a secret of its own; nothing of it is written anywhere. */
export function createAccessGate(now: () => number): AccessGate {
  const secret = randomBytes(32).toString('base64url');
  const codes = new Map<string, number>();
  return {
    issueCode() {
      const code = randomBytes(18).toString('base64url');
      codes.set(code, now() + CODE_LIFETIME_MS);
      return code;
    },
    redeem(code) {
      const until = codes.get(code);
      codes.delete(code);
      for (const [old, end] of codes) if (end < now()) codes.delete(old);
      return until !== undefined && until >= now() ? secret : undefined;
    },
    isSecret(candidate) {
      if (typeof candidate !== 'string') return false;
      const a = Buffer.from(candidate);
      const b = Buffer.from(secret);
      return a.length === b.length && timingSafeEqual(a, b);
    },
  };
}
