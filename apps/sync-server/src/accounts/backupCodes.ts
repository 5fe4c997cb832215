/** Codes for who has lost the authenticator app: 120 random bits each, so that a plain hash is enough to keep them. */
import { createHash, randomBytes } from 'node:crypto';

const AMOUNT = 10;
const LETTERS = 24;
/** Thirty-two letters and digits that nobody takes for one another. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const HASHED = 'sha256:';

/** Ten codes of six groups of four. */
export function makeBackupCodes(): string[] {
  return Array.from({ length: AMOUNT }, () => Array.from(randomBytes(LETTERS), (byte) => ALPHABET[byte & 31]).join('').replace(/.{4}(?=.)/g, '$&-'));
}

/** A code as it is stored; case, dashes and blanks do not count. */
export function hashBackupCode(code: string): string {
  return HASHED + createHash('sha256').update(code.toUpperCase().replace(/[^0-9A-Z]/g, '')).digest('hex');
}

/** How better-auth writes and reads the list: it compares what is stored with what `hashBackupCode` made of the code that was typed. */
export const storedBackupCodes = {
  encrypt: async (list: string): Promise<string> => JSON.stringify((JSON.parse(list) as string[]).map((code) => (code.startsWith(HASHED) ? code : hashBackupCode(code)))),
  decrypt: async (stored: string): Promise<string> => (stored.startsWith('[') ? stored : '[]'),
};
