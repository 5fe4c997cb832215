/** Which passwords do: long, not known to attackers, not made of the account itself. No rules about kinds of characters: length is what counts. */
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { AppError } from '@uxflow/core/base';
import { COMMON_PASSWORD_STEMS } from './commonPasswords.ts';
import { loadKnownPasswords } from './knownPasswords.ts';

export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;
/** Words of this product; a password is not made of them, nor of the person's own name and address. */
export const CONTEXT_WORDS: readonly string[] = ['uxflow', 'ux flow', 'ux-flow', 'flow engine', 'flowengine'];

export type PasswordFault = 'TOO_SHORT' | 'TOO_LONG' | 'COMMON' | 'BREACHED' | 'PERSONAL' | 'PATTERN';

export interface PasswordPolicy {
  /** What is wrong with a password; undefined: it does. */
  faultOf(password: string, person: { email: string; name?: string }): Promise<PasswordFault | undefined>;
}

/**
 * The policy; `breachedFile` holds a SHA-1 in hex a line (`:` and a count may follow, any order), as lists of breached passwords come.
 * A sorted file of equal line lengths is searched on disk, any other is read into memory (20 bytes a password). Throws BREACHED_FILE_UNREADABLE.
 */
export async function createPasswordPolicy(breachedFile?: string): Promise<PasswordPolicy> {
  const isBreached = breachedFile ? await openBreachedList(breachedFile) : () => false;
  return {
    async faultOf(password, { email, name = '' }) {
      const length = [...password].length;
      if (length < PASSWORD_LENGTH.min) return 'TOO_SHORT';
      if (length > PASSWORD_LENGTH.max) return 'TOO_LONG';
      const lower = password.normalize('NFKC').toLowerCase();
      if (isPattern(lower)) return 'PATTERN';
      if (isPersonal(lower, [...email.toLowerCase().split(/[@.+_-]/), ...name.toLowerCase().split(/\s+/), ...CONTEXT_WORDS])) return 'PERSONAL';
      if (isCommon(lower) || (await loadKnownPasswords())(lower)) return 'COMMON';
      if (isBreached(createHash('sha1').update(password).digest())) return 'BREACHED';
      return undefined;
    },
  };
}

/** What is left of a word once digits and marks at its ends and the usual disguises are taken away. */
function stemOf(lower: string): string {
  const disguises: Record<string, string> = { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' };
  return lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '').replace(/[013457@$!]/g, (character) => disguises[character]!);
}

function isCommon(lower: string): boolean {
  const stem = stemOf(lower);
  if (COMMON_PASSWORD_STEMS.has(lower) || COMMON_PASSWORD_STEMS.has(stem)) return true;
  // One common word said again and again is as easy as once.
  for (const common of COMMON_PASSWORD_STEMS) if (common.length >= 4 && stem.length > 0 && stem.split(common).join('').length <= stem.length * 0.25 && lower.length - stem.length <= 6) return true;
  return false;
}

/** Few different characters, or runs along the keyboard or the alphabet for most of it. */
function isPattern(lower: string): boolean {
  if (new Set(lower).size < 5) return true;
  const rows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'qwertzuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm', '1234567890'];
  let inRuns = 0;
  for (let at = 0; at + 4 <= lower.length; ) {
    let longest = 0;
    for (const row of rows)
      for (const line of [row, [...row].reverse().join('')]) {
        let length = 4;
        while (at + length <= lower.length && line.includes(lower.slice(at, at + length))) longest = length++;
      }
    inRuns += longest;
    at += longest || 1;
  }
  return inRuns >= lower.length * 0.7;
}

/** Little is left once the parts of the address and the name are taken away. */
function isPersonal(lower: string, parts: string[]): boolean {
  const rest = parts.filter((part) => part.length >= 4).reduce((text, part) => text.split(part).join(''), lower);
  return rest.length < lower.length && rest.length < 8;
}

async function openBreachedList(file: string): Promise<(sha1: Buffer) => boolean> {
  if (!existsSync(file)) throw new AppError('BREACHED_FILE_UNREADABLE', `The file of breached passwords ${file} is not there. The server was not started; correct BREACHED_PASSWORDS_FILE or leave it empty.`, { file });
  const sorted = openSorted(file);
  if (sorted) return sorted;
  const known = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(file) })) if (/^[0-9a-f]{40}\b/i.test(line)) known.add(Buffer.from(line.slice(0, 40), 'hex').toString('latin1'));
  return (sha1) => known.has(sha1.toString('latin1'));
}

/** Searches a sorted file of lines that are all 41 or 42 bytes long; undefined when it is not such a file. */
function openSorted(file: string): ((sha1: Buffer) => boolean) | undefined {
  const handle = openSync(file, 'r');
  const { size } = fstatSync(handle);
  const head = Buffer.alloc(Math.min(size, 8192));
  readSync(handle, head, 0, head.length, 0);
  const width = head.indexOf(10) + 1;
  const lineAt = (index: number) => {
    const line = Buffer.alloc(40);
    readSync(handle, line, 0, 40, index * width);
    return line.toString('latin1').toUpperCase();
  };
  const count = Math.floor((size + 2) / width);
  const probes = Array.from({ length: 1000 }, (_, at) => Math.floor((at * (count - 1)) / 999));
  const isSorted = (width === 41 || width === 42) && count > 100_000 && probes.every((at, nth) => /^[0-9A-F]{40}$/.test(lineAt(at)) && (nth === 0 || lineAt(probes[nth - 1]!) <= lineAt(at)));
  if (!isSorted) {
    closeSync(handle);
    return undefined;
  }
  return (sha1) => {
    const wanted = sha1.toString('hex').toUpperCase();
    let low = 0;
    let high = count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const line = lineAt(middle);
      if (line === wanted) return true;
      if (line < wanted) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  };
}
