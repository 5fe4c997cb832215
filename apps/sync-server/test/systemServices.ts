/** Postgres and Redis as the system has them (Debian's packages), started by the tests themselves in folders of their own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export interface Service {
  url: string;
  /** Starts it again where it was stopped. */
  start(): Promise<void>;
  /** Ends it as a power cut does. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

const DEBIAN = '/usr/lib/postgresql';

/** Folder of the newest Postgres that Debian's packages (or the PATH) have; undefined where there is none. */
export function findSystemPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const installed = versions.map((version) => join(DEBIAN, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (installed) return installed;
  const found = spawnSync('sh', ['-c', 'command -v initdb'], { encoding: 'utf8' }).stdout?.trim();
  return found ? join(found, '..') : undefined;
}

/** Whether a Redis server is installed. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

/** What a test of these services lacks on this machine, as a sentence; undefined: nothing. */
export function missingServices(...wanted: readonly ('postgres' | 'redis')[]): string | undefined {
  const missing = [
    ...(wanted.includes('postgres') && !findSystemPostgres() ? ['no Postgres is installed (Debian: postgresql)'] : []),
    ...(wanted.includes('postgres') && findSystemPostgres() && process.getuid?.() === 0 && !postgresAccount() ? ['there is no account "postgres", and Postgres does not run as root'] : []),
    ...(wanted.includes('redis') && !hasRedis ? ['no Redis is installed (Debian: redis-server)'] : []),
  ];
  return missing.length > 0 ? missing.join(', and ') : undefined;
}

/** A cluster of the system's Postgres on a free port of 127.0.0.1, with an owner who has a password; `url` is its database `postgres`. */
export async function startSystemPostgres(): Promise<Service> {
  const bin = findSystemPostgres()!;
  const folder = mkdtempSync(join(tmpdir(), 'uxflow-postgres-'));
  const owner = process.getuid?.() === 0 ? postgresAccount() : undefined;
  if (owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const environment = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'uxflow', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'], { ...owner, cwd: folder, env: environment, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const url = `postgres://uxflow@127.0.0.1:${port}/postgres`;
  let child: ChildProcess;
  const start = async () => {
    // Nothing here must survive a power cut of the machine.
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`, 'fsync=off', 'full_page_writes=off', 'max_connections=200'];
    child = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], { ...owner, cwd: folder, env: environment, stdio: 'ignore' });
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => {});
      const isThere = await client.connect().then(() => true, () => false);
      await client.end().catch(() => {});
      if (isThere) return;
      if (child.exitCode !== null) throw new Error(`Postgres ended with ${child.exitCode}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  };
  await start();
  return {
    url,
    start,
    kill: () => end(child, 'SIGKILL'),
    async close() {
      await end(child, 'SIGQUIT');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A Redis server on a free port that keeps nothing. */
export async function startRedis(): Promise<Service> {
  const folder = mkdtempSync(join(tmpdir(), 'uxflow-redis-'));
  const port = await freePort();
  let child: ChildProcess;
  const start = async () => {
    child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((done, fail) => {
      child.stdout!.on('data', (text: Buffer) => text.toString().includes('Ready to accept') && done());
      child.once('exit', (code) => fail(new Error(`Redis ended with ${code}`)));
    });
  };
  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    kill: () => end(child, 'SIGKILL'),
    async close() {
      await end(child, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', () => done()));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await ended;
}

/** The account of Debian's package, which owns what runs when the tests run as root. */
function postgresAccount(): { uid: number; gid: number } | undefined {
  const fields = readFileSync('/etc/passwd', 'utf8').split('\n').find((line) => line.startsWith('postgres:'))?.split(':');
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
}
