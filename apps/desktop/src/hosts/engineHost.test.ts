import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { silentLogger } from '@uxflow/core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openEngineHost, socketPathOf, type EngineHost } from './engineHost.ts';
import { createFileSecrets } from './secrets.ts';

let root: string;
const opened: EngineHost[] = [];
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'uxflow-host-'))));
afterEach(async () => {
  for (const host of opened.splice(0).reverse()) await host.close();
  rmSync(root, { recursive: true, force: true });
});

const open = async (dataDir: string): Promise<EngineHost> => {
  const host = await openEngineHost({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: createFileSecrets });
  opened.push(host);
  return host;
};

test.each(['Application Support', 'Entwürfe', 'a:b', 'a?b#c', '50%41', 'x'.repeat(120), 'ü'.repeat(45)])('a second host reaches the first one on a folder named %s', async (name) => {
  const dataDir = join(root, name);
  expect((await open(dataDir)).role()).toBe('owner');
  expect((await open(dataDir)).role()).toBe('guest');
});

test('one folder has one socket, however it is named', () => {
  expect(socketPathOf(relative(process.cwd(), root))).toBe(socketPathOf(root));
  expect(socketPathOf(`${root}/`)).toBe(socketPathOf(root));
});

test.skipIf(process.platform === 'win32')('a folder for sockets that others may enter is not used', async () => {
  vi.stubEnv('TMPDIR', join(root, 'shared'));
  try {
    const dataDir = join(root, 'x'.repeat(120));
    const folder = dirname(socketPathOf(dataDir));
    expect(folder.startsWith(join(root, 'shared'))).toBe(true);
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, 0o777);
    await expect(open(dataDir)).rejects.toMatchObject({ code: 'SOCKET_UNAVAILABLE' });
    chmodSync(folder, 0o700);
    expect((await open(dataDir)).role()).toBe('owner');
  } finally {
    vi.unstubAllEnvs();
  }
});
