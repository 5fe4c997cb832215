import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileSecrets, createKeychainSecrets, createSessionSecrets, type Sealer } from './secrets.ts';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'uxflow-secrets-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** A keychain that turns bits over: enough to see that nothing is written in the clear. */
const sealer = (available = true, backend = 'gnome_libsecret'): Sealer => ({
  isEncryptionAvailable: () => available,
  getSelectedStorageBackend: () => backend,
  encryptString: (text) => Buffer.from(text).map((byte) => byte ^ 0xff),
  decryptString: (bytes) => Buffer.from(bytes.map((byte) => byte ^ 0xff)).toString(),
});

describe.each([
  ['file', () => createFileSecrets(dir)],
  ['session', () => createSessionSecrets()],
  ['keychain', () => createKeychainSecrets(dir, sealer())],
] as const)('%s', (strength, make) => {
  test('keeps, replaces and forgets', async () => {
    const secrets = make();
    expect(secrets.strength).toBe(strength);
    expect(await secrets.get('a')).toBeUndefined();
    await secrets.set('a', 'Schlüssel-1');
    await secrets.set('b', '2');
    await secrets.set('a', 'Schlüssel-3');
    expect([await secrets.get('a'), await secrets.get('b')]).toEqual(['Schlüssel-3', '2']);
    await secrets.set('a', null);
    expect([await secrets.get('a'), await secrets.get('b')]).toEqual([undefined, '2']);
  });
});

test.skipIf(process.platform === 'win32')('the file belongs to its owner alone', async () => {
  await createFileSecrets(dir).set('a', '1');
  expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600);
});

test('with a keychain nothing lies on disk in the clear', async () => {
  await createKeychainSecrets(dir, sealer()).set('a', 'sk-visible');
  expect(readFileSync(join(dir, 'secrets.json'), 'utf8')).not.toContain('sk-visible');
});

test('no keychain is claimed where there is none', () => {
  expect(createKeychainSecrets(dir, sealer(false)).strength).toBe('file');
  expect(createKeychainSecrets(dir, sealer(true, 'basic_text')).strength).toBe('file');
});
