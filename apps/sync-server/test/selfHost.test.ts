/** `npm run server` on machines as they are: what goes wrong ends in a sentence that names the setting, and nothing stays behind. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger, silentLogger, type LogLine } from '@uxflow/core/base';
import { readConfig } from '../src/config.ts';
import { openDatabase } from '../src/db/database.ts';
import { tellOfClock } from '../src/db/startChecks.ts';
import { startServer } from '../src/server.ts';
import { freePort, missingServices, startSystemPostgres, type Service } from './systemServices.ts';
import { isRunning, startServerCommand, type RunningCommand } from './testCommand.ts';
import { startTestPostgres, type TestPostgres } from './testDatabase.ts';

// Each start makes a cluster of its own, which a loaded machine takes its time for.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
let folder: string;
const running: RunningCommand[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-host-'));
  chmodSync(folder, 0o755);
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = async (variables: Record<string, string>, uid?: number) => {
  const server = await startServerCommand({ DATABASE_URL: '', LOG_LEVEL: 'info', ...variables }, uid);
  running.push(server);
  return server;
};
const isUp = async (server: RunningCommand) => (await fetch(`${server.found[1]}/ready`)).status;
const postgresOf = (data: string) => Number(readFileSync(join(data, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
/** What a start that fails says, on one line. */
const refusal = (variables: Record<string, string>, uid?: number) =>
  start(variables, uid).then(
    () => 'it started',
    (error: Error) => error.message.split('\n').find((line) => /^[A-Z_]+: /.test(line)) ?? error.message,
  );

describe('the one command', () => {
  test('on an empty folder it starts; after a power cut of all but Postgres the next one adopts it, with what was there', async () => {
    const data = join(folder, 'one');
    const first = await start({ DATA_DIR: data });
    expect(await isUp(first)).toBe(200);
    const registered = await fetch(`${first.found[1]}/api/v1/users/register`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: 'ann@example.org', name: 'Ann', password: 'violet-tractor-91-hums' }) });
    expect(registered.status).toBe(202);
    // As docs/self-hosting.md has people do it: the link is copied out of the file as it stands there.
    const mails = join(data, 'mail');
    await expect.poll(() => (existsSync(mails) ? readdirSync(mails).length : 0), { timeout: 20_000 }).toBe(1);
    const link = /^.*\b(http\S+\/verify#\S+)$/m.exec(readFileSync(join(mails, readdirSync(mails)[0]!), 'utf8').replaceAll('\r\n', '\n'))?.[1];
    expect(link).toMatch(new RegExp(`^${first.found[1]}/verify#[\\w-]{20,}$`));
    const confirmed = await fetch(`${first.found[1]}/api/v1/users/verify-email`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token: link!.split('#')[1] }) });
    expect(confirmed.status).toBeLessThan(300);
    const pid = postgresOf(data);
    await first.kill();
    expect(isRunning(pid)).toBe(true);
    const second = await start({ DATA_DIR: data });
    expect([await isUp(second), postgresOf(data)]).toEqual([200, pid]);
    // It is the same Postgres, and what it held is there: the mail of confirmation comes from it.
    expect(statSync(join(data, 'data')).mode & 0o077).toBe(0);
    await second.stop();
    expect(isRunning(pid)).toBe(false);
  });

  test.runIf(isRoot)('as an ordinary account, too', async () => {
    const data = join(folder, 'ordinary');
    mkdirSync(data);
    chownSync(data, NOBODY, NOBODY);
    const server = await start({ DATA_DIR: data, HOME: data }, NOBODY);
    expect([await isUp(server), statSync(join(data, 'data')).uid]).toEqual([200, NOBODY]);
  });

  test('whoever ends npm ends the server, and its Postgres with it', async () => {
    const data = join(folder, 'npm');
    const server = await start({ DATA_DIR: data });
    const pid = postgresOf(data);
    server.process.kill('SIGTERM');
    await expect.poll(() => isRunning(pid), { timeout: 20_000 }).toBe(false);
    await expect(fetch(`${server.found[1]}/health`)).rejects.toThrow();
  });

  test('a port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => holder.once('listening', done));
    const { port } = holder.address() as AddressInfo;
    const data = join(folder, 'port');
    expect(await refusal({ DATA_DIR: data, PORT: String(port) })).toMatch(new RegExp(`^PORT_TAKEN: .*127.0.0.1:${port} .*set PORT or HOST`));
    expect(() => postgresOf(data)).toThrow('ENOENT');
    expect(await refusal({ DATA_DIR: data, METRICS_PORT: String(port) })).toMatch(/^METRICS_PORT_TAKEN: .*METRICS_PORT/);
    expect(() => postgresOf(data)).toThrow('ENOENT');
    await new Promise((done) => holder.close(done));
  });

  test('folders that do not do', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await refusal({ DATA_DIR: join(folder, 'file/data') })).toMatch(/^DATA_FOLDER_UNUSABLE: .*is a file.*set DATA_DIR/);
    mkdirSync(join(folder, 'papers'));
    writeFileSync(join(folder, 'papers/letter.txt'), '');
    const { mode } = statSync(join(folder, 'papers'));
    expect(await refusal({ DATA_DIR: join(folder, 'papers') })).toMatch(/^DATA_FOLDER_TAKEN: .*letter\.txt.*set DATA_DIR/);
    expect(statSync(join(folder, 'papers'))).toMatchObject({ mode, uid: process.getuid?.() });
    mkdirSync(join(folder, 'old/data'), { recursive: true });
    writeFileSync(join(folder, 'old/data/PG_VERSION'), '12\n');
    expect(await refusal({ DATA_DIR: join(folder, 'old') })).toMatch(/^DATA_FOLDER_OTHER_VERSION: .*Postgres 12;.*DATA_DIR/);
    mkdirSync(join(folder, 'broken/data/half'), { recursive: true });
    expect(await refusal({ DATA_DIR: join(folder, 'broken') })).toMatch(/^EMBEDDED_POSTGRES_FAILED: .*broken\/data stands something.*DATA_DIR/);
    if (!isRoot) return;
    mkdirSync(join(folder, 'closed'), { mode: 0o755 });
    expect(await refusal({ DATA_DIR: join(folder, 'closed/data'), HOME: folder }, NOBODY)).toMatch(/^DATA_FOLDER_UNUSABLE: .*may not write there \(EACCES\).*set DATA_DIR/);
    expect(await refusal({ DATA_DIR: join(folder, 'closed'), HOME: folder }, NOBODY)).toMatch(/^DATA_FOLDER_UNUSABLE: .*set DATA_DIR/);
  });

  test('a disk that is full', async ({ skip }) => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=755', 'none', disk]).status !== 0) skip('no small disk can be mounted here');
    try {
      expect(await refusal({ DATA_DIR: join(disk, 'data') })).toMatch(/^EMBEDDED_POSTGRES_FAILED: .*The disk of DATA_DIR is full\. .*Free some space, or set DATA_DIR/);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

describe('what the server is told to use', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startTestPostgres();
  });
  afterAll(() => postgres.close());
  const begin = (variables: Record<string, string>) => startServer(readConfig({ PORT: '0', DATABASE_POOL: '4', ...variables }), silentLogger).then((server) => server.close());

  test('a Redis that is not there', async () => {
    const { url } = await postgres.clone();
    await expect(begin({ DATABASE_URL: url, REDIS_URL: `redis://127.0.0.1:${await freePort()}` })).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE', message: expect.stringMatching(/ECONNREFUSED.*REDIS_URL/) as string });
  });

  test('a database that is not there', async () => {
    await expect(begin({ DATABASE_URL: `postgres://somebody:secret-word@127.0.0.1:${await freePort()}/uxflow` })).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE', message: expect.stringMatching(/^(?!.*secret-word).*nobody listens.*DATABASE_URL/) as string });
  });

  test('a clock that is wrong is told, a right one is not', async () => {
    const database = await openDatabase((await postgres.clone()).url, { size: 2 });
    const lines: LogLine[] = [];
    const logger = createLogger((line) => void lines.push(line), Date.now, 'server', 'info');
    await tellOfClock(database, logger);
    expect(lines).toEqual([]);
    await tellOfClock(database, logger, () => Date.now() - 3_600_000);
    expect(lines).toMatchObject([{ level: 'warn', message: expect.stringMatching(/(3600|3599|3601) s behind that of the database/) as string }]);
    await database.close();
  });

  const missing = missingServices('postgres');
  describe.skipIf(missing)(`the system’s Postgres${missing ? `: left out, because ${missing}` : ''}`, () => {
    let service: Service;
    beforeAll(async () => {
      service = await startSystemPostgres();
    });
    afterAll(() => service?.close());

    test('a name, a password or a database that it does not know, and one who may not make tables', async () => {
      const to = (change: (url: URL) => void) => {
        const url = new URL(service.url);
        change(url);
        return begin({ DATABASE_URL: url.href });
      };
      await expect(to((url) => (url.username = 'stranger'))).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE', message: expect.stringMatching(/"stranger".*DATABASE_URL/) as string });
      await expect(to((url) => (url.pathname = '/nothing'))).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE', message: expect.stringMatching(/no database "nothing".*createdb.*DATABASE_URL/) as string });
      const database = await openDatabase(service.url, { size: 2 });
      await database.pool.query('create role guest login');
      await database.pool.query('create database theirs');
      await database.close();
      await expect(to((url) => Object.assign(url, { username: 'guest', pathname: '/theirs' }))).rejects.toMatchObject({ code: 'DATABASE_UNUSABLE', message: expect.stringMatching(/"guest" may not make tables.*owner.*DATABASE_URL/) as string });
    });

    test('one that is too old', async () => {
      // A real one, whose answer about its version is changed on the way.
      const target = new URL(service.url);
      const port = Number(target.port);
      const between = createServer((near) => {
        const far = connect(port, '127.0.0.1');
        near.pipe(far);
        far.on('data', (bytes: Buffer) => void near.write(Buffer.from(bytes.toString('latin1').replace(/1\d\.(?=\d+ \()/g, '13.'), 'latin1')));
        far.on('close', () => near.destroy());
        near.on('error', () => far.destroy());
        near.on('close', () => far.destroy());
      }).listen(0, '127.0.0.1');
      await new Promise((done) => between.once('listening', done));
      target.port = String((between.address() as AddressInfo).port);
      await expect(begin({ DATABASE_URL: target.href })).rejects.toMatchObject({ code: 'DATABASE_TOO_OLD', message: expect.stringMatching(/version 13\..*15 or newer.*DATABASE_URL/) as string });
      await new Promise((done) => between.close(done));
    });
  });
});
