import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SecretStore } from '@uxflow/core/engine';

/**
 * Secrets in a file of the data folder that only its owner may read (0600). It is no keychain and says so: whoever can read
 * this account's files can read it.
 */
export function createFileSecrets(dataDir: string): SecretStore {
  const file = join(dataDir, 'secrets.json');
  const read = (): Record<string, string> => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {});
  return {
    strength: 'file',
    get: async (name) => read()[name],
    set: async (name, value) => {
      const all = read();
      if (value === null) delete all[name];
      else all[name] = value;
      const next = `${file}.next`;
      writeFileSync(next, JSON.stringify(all), { mode: 0o600 });
      chmodSync(next, 0o600);
      renameSync(next, file);
    },
  };
}

/** Secrets that live as long as this process. */
export function createSessionSecrets(): SecretStore {
  const all = new Map<string, string>();
  return {
    strength: 'session',
    get: async (name) => all.get(name),
    set: async (name, value) => void (value === null ? all.delete(name) : all.set(name, value)),
  };
}

/** What Electron's `safeStorage` offers. */
export interface Sealer {
  isEncryptionAvailable(): boolean;
  /** On Linux: which keychain stands behind it; 'basic_text' is none at all. */
  getSelectedStorageBackend?(): string;
  encryptString(text: string): Uint8Array;
  decryptString(bytes: Buffer): string;
}

/** Secrets sealed by the system's keychain; falls back to the honest file store where there is no keychain. */
export function createKeychainSecrets(dataDir: string, sealer: Sealer): SecretStore {
  const file = createFileSecrets(dataDir);
  const hasKeychain = sealer.isEncryptionAvailable() && sealer.getSelectedStorageBackend?.() !== 'basic_text';
  if (!hasKeychain) return file;
  return {
    strength: 'keychain',
    get: async (name) => {
      const sealed = await file.get(name);
      return sealed === undefined ? undefined : sealer.decryptString(Buffer.from(sealed, 'base64'));
    },
    set: (name, value) => file.set(name, value === null ? null : Buffer.from(sealer.encryptString(value)).toString('base64')),
  };
}
