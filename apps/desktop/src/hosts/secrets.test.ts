import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppError } from '@uxflow/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFileSecrets, createKeychainSecrets, type Sealer } from './secrets.ts';

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

test('a host without the keychain takes no sealed secret for the secret, and the other way round', async () => {
  const [file, keychain] = [createFileSecrets(dir), createKeychainSecrets(dir, sealer())];
  await keychain.set('a', 'sk-sealed');
  expect(await file.get('a')).toBeUndefined();
  await file.set('b', 'sk-plain');
  expect(await keychain.get('b')).toBe('sk-plain');
  await keychain.set('b', 'sk-plain');
  expect(readFileSync(join(dir, 'secrets.json'), 'utf8')).not.toContain('sk-plain');
  await keychain.set('b', null);
  expect([await keychain.get('b'), await file.get('b')]).toEqual([undefined, undefined]);
});

test('what the keychain cannot open any more counts as absent', async () => {
  await createKeychainSecrets(dir, sealer()).set('a', 'sk-1');
  const other: Sealer = { ...sealer(), decryptString: () => { throw new Error('Error while decrypting the ciphertext'); } };
  expect(await createKeychainSecrets(dir, other).get('a')).toBeUndefined();
});

test('a damaged file is said, kept and not quoted', async () => {
  const damaged = '{"a":sk-very-secret';
  writeFileSync(join(dir, 'secrets.json'), damaged);
  for (const attempt of [createFileSecrets(dir).get('a'), createFileSecrets(dir).set('a', 'new')]) {
    const error = await attempt.then(() => undefined, (reason: unknown) => reason as AppError);
    expect(error).toMatchObject({ code: 'SECRETS_UNREADABLE' });
    expect(`${error!.stack} ${String(error!.cause)} ${JSON.stringify(error!.params)}`).not.toContain('sk-');
  }
  expect(readFileSync(join(dir, 'secrets.json'), 'utf8')).toBe(damaged);
});

test('a key that cannot be written is said, and the ones from before are kept', async () => {
  const secrets = createFileSecrets(dir);
  await secrets.set('a', '1');
  mkdirSync(join(dir, 'secrets.json.next', 'full'), { recursive: true });
  await expect(secrets.set('b', '2')).rejects.toMatchObject({ code: 'SECRETS_NOT_WRITTEN' });
  expect(await secrets.get('a')).toBe('1');
});
