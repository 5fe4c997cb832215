/** The job queue where several instances begin at once, and where the database refuses for a while. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger, type LogLine } from '@uxflow/core/base';
import { startTestPostgres, type TestPostgres } from '../../test/testDatabase.ts';
import { openDatabase, type ServerDatabase } from '../db/database.ts';
import { startJobs } from './queue.ts';

let postgres: TestPostgres;
const databases: ServerDatabase[] = [];
const lines: LogLine[] = [];
const logger = createLogger((line) => void lines.push(line), Date.now, 'jobs', 'warn');
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(async () => {
  for (const database of databases) await database.close();
  await postgres.close();
});
const open = async (url: string) => {
  const database = await openDatabase(url, { size: 2 });
  databases.push(database);
  return database;
};

test('of instances that start at once on an empty database every one has its queue', async () => {
  const { url } = await postgres.clone();
  const opened = await Promise.all([1, 2, 3].map(() => open(url)));
  const all = opened.map((database) => startJobs(database, logger));
  const heard: unknown[] = [];
  for (const [n, jobs] of all.entries()) {
    jobs.onReady(async (boss) => {
      await boss.createQueue('mail');
      if (n === 0) await boss.work('mail', { pollingIntervalSeconds: 0.5 }, async (batch: { data: unknown }[]) => void heard.push(...batch.map(({ data }) => data)));
    });
  }
  for (const [n, jobs] of all.entries()) await (await jobs.ready()).send('mail', { n });
  await expect.poll(() => heard.length, { timeout: 20_000 }).toBe(3);
  expect(lines).toEqual([]);
  expect(() => all[0]!.onReady(async () => {})).toThrow('already');
  for (const jobs of all) await jobs.close();
});

test('a queue that could not start begins anew for the next who has a job', async () => {
  const database = await open((await postgres.clone()).url);
  // The name is taken by something that is no schema of a queue.
  await database.pool.query('create schema pgboss; create table pgboss.version (version text)');
  const jobs = startJobs(database, logger);
  await expect(jobs.ready()).rejects.toThrow();
  expect(lines.map(({ message }) => message)).toContain('the job queue did not start; mails and other jobs wait');
  await database.pool.query('drop schema pgboss cascade');
  const boss = await jobs.ready();
  await boss.createQueue('mail');
  expect(await boss.send('mail', {})).toEqual(expect.any(String));
  await jobs.close();
});
