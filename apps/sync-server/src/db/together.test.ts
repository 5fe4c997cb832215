/** Queries that travel as one, on a real Postgres. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type pg from 'pg';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { openDatabase, type ServerDatabase } from './database.ts';
import { sendTogether } from './together.ts';

let postgres: TestPostgres;
let clone: TestDatabase;
let database: ServerDatabase;
let client: pg.Client;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  clone = await postgres.clone();
  database = await openDatabase(clone.url);
  client = await database.connect();
  client.on('error', () => {});
});
afterEach(async () => {
  await client.end().catch(() => {});
  await database.close();
  await clone.drop();
});

const NUMBERS = { name: 'test_numbers', text: 'select n, n * 2 as twice from unnest($1::int[]) as n order by n' };

test('each has its own answer, with names or without, prepared or anew', async () => {
  for (const factor of [1, 10]) {
    const [begun, numbers, none, text, done] = await Promise.all(
      sendTogether(client, (sql) => [sql.query('begin'), sql.query({ ...NUMBERS, values: [[factor, 2 * factor]] }), sql.query('select 1 where false'), sql.query('select $1::text as said', ['x']), sql.query('commit')]),
    );
    expect([begun.command, done.command]).toEqual(['BEGIN', 'COMMIT']);
    expect(numbers.rows).toEqual([{ n: factor, twice: 2 * factor }, { n: 2 * factor, twice: 4 * factor }]);
    expect([none.rows, text.rows]).toEqual([[], [{ said: 'x' }]]);
  }
});

test('what stands behind a lock sees what others committed before they let go of it', async () => {
  await client.query('create table t (n int)');
  await client.query('insert into t values (1)');
  const other = await database.pool.connect();
  await other.query('begin');
  await other.query('update t set n = 2');
  const asked = sendTogether(client, (sql) => [sql.query('begin'), sql.query('select n from t for update'), sql.query('select n from t'), sql.query('commit')]);
  await until('it waits', async () => (await database.pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount === 1);
  await other.query('commit');
  other.release();
  expect((await asked[2]!).rows).toEqual([{ n: 2 }]);
  await Promise.all(asked);
});

test('one that is refused stops those behind it, rejects all, and leaves a connection that goes on', async () => {
  await client.query('create table t (n int primary key)');
  const refused = await Promise.allSettled(sendTogether(client, (sql) => [sql.query('begin'), sql.query('insert into t values (1), (1)'), sql.query({ ...NUMBERS, values: [[1]] }), sql.query('commit')]));
  expect(refused.map((result) => result.status === 'rejected' && (result.reason as { code?: string }).code)).toEqual(['23505', '23505', '23505', '23505']);
  await client.query('rollback');
  // The statement behind the error was sent, but never prepared.
  const [again] = await Promise.all(sendTogether(client, (sql) => [sql.query({ ...NUMBERS, values: [[4]] })]));
  expect(again!.rows).toEqual([{ n: 4, twice: 8 }]);
  expect((await client.query('select n from t')).rows).toEqual([]);
});

test('all are rejected when the connection ends', async () => {
  const asked = sendTogether(client, (sql) => [sql.query('select pg_sleep(30)'), sql.query('select 1')]);
  const settled = Promise.allSettled(asked);
  await until('it is ended', async () => (await database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'select pg_sleep%' and state = 'active'`)).rowCount === 1);
  const ends = await settled;
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('what is asked for later goes by itself', async () => {
  let later: Promise<pg.QueryResult> | undefined;
  const first = sendTogether(client, (sql) => {
    const asked = sql.query('select 1 as n');
    later = asked.then(() => sql.query('select 2 as n'));
    return asked;
  });
  expect([(await first).rows, (await later!).rows]).toEqual([[{ n: 1 }], [{ n: 2 }]]);
});
