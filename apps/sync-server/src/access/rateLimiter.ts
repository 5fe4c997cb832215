/** Allowances that refill with time: ordinary ones counted by each instance for itself, those of guesses and mails by all together. */
import type { SharedAllowances } from './sharedAllowances.ts';

/** How many at once, and how many a second for long. */
export interface Allowance {
  burst: number;
  perSecond: number;
}

export interface RateLimiter {
  /** 0 when there was one left, which is now used; else seconds until there is one. */
  take(key: string, allowance: Allowance): number;
  /** The same, counted over all instances. What this instance alone has used up is refused without asking the others. */
  takeShared(key: string, allowance: Allowance): Promise<number>;
}

const MOST_KEYS = 100_000;
const SWEEP_MS = 60_000;

/** A limiter in memory; `shared`: what all instances count together, without it each its own. `factor` widens every allowance. */
export function createRateLimiter({ factor = 1, now = Date.now, shared }: { factor?: number; now?: () => number; shared?: Pick<SharedAllowances, 'take'> } = {}): RateLimiter {
  const buckets = new Map<string, { tokens: number; at: number; fullAt: number }>();
  let sweptAt = now();
  const sweep = (time: number) => {
    for (const [key, { fullAt }] of buckets) if (fullAt <= time) buckets.delete(key);
    // Full of strangers: the oldest go first, and with them what they used up.
    for (const key of buckets.keys()) {
      if (buckets.size < MOST_KEYS) break;
      buckets.delete(key);
    }
    sweptAt = time;
  };
  const limiter: RateLimiter = {
    take(key, allowance) {
      const time = now();
      if (time - sweptAt > SWEEP_MS || buckets.size >= MOST_KEYS) sweep(time);
      const burst = allowance.burst * factor;
      const perSecond = allowance.perSecond * factor;
      const bucket = buckets.get(key);
      const tokens = bucket ? Math.min(burst, bucket.tokens + ((time - bucket.at) / 1000) * perSecond) : burst;
      const left = tokens >= 1 ? tokens - 1 : tokens;
      buckets.set(key, { tokens: left, at: time, fullAt: time + ((burst - left) / perSecond) * 1000 });
      return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
    },
    async takeShared(key, allowance) {
      const wait = limiter.take(key, allowance);
      return wait > 0 || !shared ? wait : shared.take(key, { burst: allowance.burst * factor, perSecond: allowance.perSecond * factor });
    },
  };
  return limiter;
}

/** The address as it is counted: an IPv6 customer holds a whole /64. */
export function countedAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, 4).map((group) => (group || '0').replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
