/** Passwords as they are stored: Argon2id in PHC form, so that the cost can rise and old hashes still count. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
  /** True for a hash that was made with less than what holds now: make a new one at the next sign-in. */
  isWeak(hash: string): boolean;
}

const PASSES = 3;
const TAG_BYTES = 32;
const SALT_BYTES = 16;
/** Hashes at once: each takes its memory, so a storm of sign-ins waits instead of filling the machine. */
const AT_ONCE = 2;

const derive = promisify(argon2);

/** A hasher that takes this much memory a hash. */
export function createPasswordHasher(memoryKib: number): PasswordHasher {
  let running = 0;
  const waiting: (() => void)[] = [];
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
  // The same word may come from keyboards that compose letters differently.
  const bytesOf = (password: string) => Buffer.from(password.normalize('NFKC'), 'utf8');
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const tag = await inTurn(() => derive('argon2id', { message: bytesOf(password), nonce: salt, parallelism: 1, tagLength: TAG_BYTES, memory: memoryKib, passes: PASSES }));
      return `$argon2id$v=19$m=${memoryKib},t=${PASSES},p=1$${plain(salt)}$${plain(tag)}`;
    },
    async verify(hash, password) {
      const parsed = parse(hash);
      if (!parsed) return false;
      const tag = await inTurn(() => derive('argon2id', { message: bytesOf(password), nonce: parsed.salt, parallelism: parsed.lanes, tagLength: parsed.tag.length, memory: parsed.memory, passes: parsed.passes }));
      return timingSafeEqual(tag, parsed.tag);
    },
    isWeak(hash) {
      const parsed = parse(hash);
      return !parsed || parsed.memory < memoryKib || parsed.passes < PASSES;
    },
  };
}

function plain(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function parse(hash: string): { memory: number; passes: number; lanes: number; salt: Buffer; tag: Buffer } | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(hash);
  if (!match) return undefined;
  const [, memory, passes, lanes, salt, tag] = match;
  return { memory: Number(memory), passes: Number(passes), lanes: Number(lanes), salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') };
}
