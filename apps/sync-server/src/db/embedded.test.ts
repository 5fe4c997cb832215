/** The built-in Postgres with the accidents that a machine has. */
import { fork } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbedded } from './embedded.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-embedded-'));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // What has ended and was not fetched by its parent yet has no command line any more.
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
};
async function query<T>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as T[];
  } finally {
    await client.end();
  }
}

test('it starts durable, outlives a killed parent, is adopted by the next, and ends with the last who uses it', async () => {
  const home = join(folder, 'one');
  const script = join(folder, 'parent.mjs');
  writeFileSync(script, `import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}; const { url, pid } = await startEmbedded({ folder: ${JSON.stringify(home)} }); process.send({ url, pid }); setInterval(() => {}, 1000);`);
  const parent = fork(script, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
  const { url, pid } = await new Promise<{ url: string; pid: number }>((done) => parent.once('message', (message) => done(message as { url: string; pid: number })));
  expect(await query(url, `select current_setting('fsync') as fsync, current_setting('listen_addresses') as open`)).toEqual([{ fsync: 'on', open: '' }]);
  await query(url, 'create table kept (n int)');
  await query(url, 'insert into kept values (7)');
  parent.kill('SIGKILL');
  await new Promise((done) => parent.once('exit', done));
  expect(isAlive(pid)).toBe(true);
  const [first, second] = [await startEmbedded({ folder: home }), await startEmbedded({ folder: home })];
  expect([first.adopted, first.pid, second.pid, await query(first.url, 'select n from kept')]).toEqual([true, pid, pid, [{ n: 7 }]]);
  await first.stop();
  expect(isAlive(pid)).toBe(true);
  await second.stop();
  expect(isAlive(pid)).toBe(false);
  const again = await startEmbedded({ folder: home });
  expect([again.adopted, await query(again.url, 'select n from kept')]).toEqual([false, [{ n: 7 }]]);
  await again.stop();
});

test('two that start on one empty folder at once share one', async () => {
  const home = join(folder, 'two');
  const both = await Promise.all([startEmbedded({ folder: home }), startEmbedded({ folder: home })]);
  expect(both[0]!.pid).toBe(both[1]!.pid);
  for (const one of both) await one.stop();
  expect(isAlive(both[0]!.pid)).toBe(false);
});

test('whoever begins while the last one ends it gets one that stays', async () => {
  let one = await startEmbedded({ folder: join(folder, 'two') });
  for (let round = 0; round < 6; round++) {
    const next = new Promise((done) => setTimeout(done, 3 * round)).then(() => startEmbedded({ folder: join(folder, 'two') }));
    await one.stop();
    one = await next;
    expect(await query(one.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  }
  await one.stop();
  expect(isAlive(one.pid)).toBe(false);
});

test('a connection of one that has ended, which is there for a moment longer, does not keep it running', async () => {
  const one = await startEmbedded({ folder: join(folder, 'leaving') });
  // As the kept connection of a server that was killed: no process has such an id.
  const left = new pg.Client({ connectionString: one.url.replace('/uxflow?', '/postgres?'), application_name: 'uxflow-keeper-999999999' });
  left.on('error', () => {});
  await left.connect();
  await left.query('select pg_advisory_lock_shared(5240117)');
  const stopped = one.stop();
  await new Promise((done) => setTimeout(done, 1500));
  expect(isAlive(one.pid)).toBe(true);
  await left.end();
  await stopped;
  expect(isAlive(one.pid)).toBe(false);
});

test('stopped and started again and again, it has ended each time when it says so', async () => {
  const left: number[] = [];
  for (let round = 0; round < 8; round++) {
    const one = await startEmbedded({ folder: join(folder, 'two') });
    await one.stop();
    if (isAlive(one.pid)) left.push(one.pid);
  }
  expect(left).toEqual([]);
});

test.runIf(process.getuid?.() === 0)('as root, a folder that its account cannot enter is named', async () => {
  const closed = mkdtempSync(join(tmpdir(), 'uxflow-closed-'));
  await expect(startEmbedded({ folder: join(closed, 'data') })).rejects.toMatchObject({ code: 'DATA_FOLDER_CLOSED', message: expect.stringContaining(closed) as string });
  rmSync(closed, { recursive: true });
});
