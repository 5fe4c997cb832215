import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@uxflow/core';
import type { SecretStore } from '@uxflow/core/engine';

/**
 * Secrets in a file of the data folder that only its owner may read (0600). It is no keychain and says so: whoever can read
 * this account's files can read it. Throws SECRETS_UNREADABLE, SECRETS_NOT_WRITTEN.
 */
export function createFileSecrets(dataDir: string): SecretStore {
  const file = join(dataDir, 'secrets.json');
  return {
    strength: 'file',
    get: async (name) => readAll(file)[name],
    set: async (name, value) => {
      const all = readAll(file);
      if (value === null) delete all[name];
      else all[name] = value;
      writeAll(file, all);
    },
  };
}

function readAll(file: string): Record<string, string> {
  try {
    const all: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof all === 'object' && all !== null && !Array.isArray(all)) return all as Record<string, string>;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return {};
    // Not as a cause: a parser quotes what it could not read, and that may be a key.
  }
  throw new AppError('SECRETS_UNREADABLE', `The file of keys, ${file}, cannot be read and was left as it is. Your flows are untouched. Move it away, then enter your keys again.`, { file });
}

function writeAll(file: string, all: Record<string, string>): void {
  const next = `${file}.next`;
  try {
    rmSync(next, { force: true });
    writeFileSync(next, JSON.stringify(all), { mode: 0o600, flag: 'wx' });
    renameSync(next, file);
  } catch (error) {
    const reason = String((error as { code?: unknown }).code);
    throw new AppError('SECRETS_NOT_WRITTEN', `The key was not saved (${reason}); the keys from before are kept. Free space on the disk or check the rights of the data folder, then enter it again.`, { file, reason }, { cause: error });
  }
}

/** What Electron's `safeStorage` offers. */
export interface Sealer {
  isEncryptionAvailable(): boolean;
  /** On Linux: which keychain stands behind it; 'basic_text' is none at all. */
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Uint8Array;
  decryptString(bytes: Buffer): string;
}

/** Name of a sealed secret in the file, so that a host without the keychain does not take what is sealed for the secret itself. */
const sealedName = (name: string) => `sealed:${name}`;

/**
 * Secrets sealed by the system's keychain; falls back to the honest file store where there is no keychain. What another host of the folder
 * kept in the file is found, too, and sealed when it is set anew. What this keychain cannot open any more counts as absent.
 */
export function createKeychainSecrets(dataDir: string, sealer: Sealer): SecretStore {
  const file = createFileSecrets(dataDir);
  const hasKeychain = sealer.isEncryptionAvailable() && sealer.getSelectedStorageBackend?.() !== 'basic_text';
  if (!hasKeychain) return file;
  return {
    strength: 'keychain',
    get: async (name) => {
      const sealed = await file.get(sealedName(name));
      if (sealed === undefined) return file.get(name);
      try {
        return sealer.decryptString(Buffer.from(sealed, 'base64'));
      } catch {
        return undefined;
      }
    },
    set: async (name, value) => {
      await file.set(sealedName(name), value === null ? null : Buffer.from(sealer.encryptString(value)).toString('base64'));
      await file.set(name, null);
    },
  };
}
