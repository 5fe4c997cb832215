/** The whole app in local-only mode, where there is no network but loopback: nothing is reached for, and the page may reach for nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { chromiumPath } from './browser.ts';
import type { OfflineSeen } from './offlineProbe.ts';

const works = (command: string, ...args: string[]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const UP = 'ip link set lo up';
/** How this machine can watch: in a namespace of its own, else under strace alone, else not at all. */
const prison = !works('strace', '-qq', '-e', 'trace=connect', 'true') ? undefined : works('unshare', '-n', 'sh', '-c', UP) ? ['unshare', '-n'] : works('unshare', '-rn', 'sh', '-c', UP) ? ['unshare', '-rn'] : [];
const reason = !chromiumPath ? 'there is no Chromium' : prison === undefined ? 'strace is not there or not allowed' : undefined;
if (reason) process.stdout.write(`Left out: the app without a network, because ${reason}.\n`);

test.skipIf(reason !== undefined)('nothing leaves this machine, page included', { timeout: 180_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'uxflow-offline-'));
  try {
    const bundle = process.env.UXFLOW_BUNDLE ?? fileURLToPath(new URL('../out/main/start.js', import.meta.url));
    const probe = fileURLToPath(new URL('./offlineProbe.ts', import.meta.url));
    const inside = `${prison!.length ? `${UP} && ` : ''}exec "$0" "$@"`;
    const { code, out, problems } = await run([...prison!, 'sh', '-c', inside, process.execPath, probe, bundle, chromiumPath!, folder]);
    expect(code, problems).toBe(0);
    const seen = JSON.parse(out.trim().split('\n').at(-1)!) as OfflineSeen;
    if (prison!.length) expect(seen.interfaces).toEqual(['lo']);
    else process.stdout.write('No network namespace here: watched by strace and the browser alone.\n');
    expect(seen.nodes).toBeGreaterThan(3);
    expect(seen.control).toEqual({ engine: true, page: true });
    expect(seen.engine).toEqual([]);
    expect(seen.page).toEqual([]);
    expect(Object.entries(seen.policy).filter(([, what]) => !what.startsWith('refused'))).toEqual([]);
    // The model in the cloud was asked for, and refused before anything was sent.
    expect(seen.ledger).toContain('api.openai.com');
    expect(seen.ledger).toContain('local-only is on');
    process.stdout.write(`Watched ${prison!.length ? `in a namespace (${prison!.join(' ')})` : 'under strace'}: 0 connections elsewhere.\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

function run(command: string[]): Promise<{ code: number | null; out: string; problems: string }> {
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let problems = '';
    child.stdout.on('data', (chunk: Buffer) => void (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => void (problems += chunk.toString()));
    child.once('close', (code) => resolve({ code, out, problems: problems.slice(-4000) }));
  });
}
