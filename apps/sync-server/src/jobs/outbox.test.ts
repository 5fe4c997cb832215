/** Events come from committed transactions alone, reach every consumer, and none twice. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, afterAll, describe, expect, test } from 'vitest';
import { silentLogger } from '@uxflow/core/base';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { openDatabase, type ServerDatabase } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { createOutbox, writeEvent, type Consumer, type Outbox, type OutboxEvent, type OutboxOptions } from './outbox.ts';

let postgres: TestPostgres;
let clone: TestDatabase;
let database: ServerDatabase;
const outboxes: Outbox[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  clone = await postgres.clone();
  database = await openDatabase(clone.url);
  await database.pool.query('create table effect (consumer text, event_id text)');
});
afterEach(async () => {
  for (const outbox of outboxes.splice(0)) await outbox.close();
  await database.close();
  await clone.drop();
});

function start(consumers: Consumer[], more: Partial<OutboxOptions> = {}): Outbox {
  const outbox = createOutbox({ database, logger: silentLogger, pollMs: 20, retryMs: 1, attempts: 3, ...more });
  for (const consumer of consumers) outbox.subscribe(consumer);
  outboxes.push(outbox);
  return outbox;
}

/** A consumer that writes what it had, in the transaction that it is given. */
const writer = (name: string, before: (event: OutboxEvent) => void | Promise<void> = () => {}): Consumer => ({
  name,
  types: 'all',
  async handle(event, { sql }) {
    await sql.query('insert into effect values ($1, $2)', [name, event.id]);
    await before(event);
  },
});
const write = (n = 1) => transact(database, async ({ sql }) => {
  for (let i = 0; i < n; i++) await writeEvent(sql, { type: 'WORKSPACE_CREATED', workspaceId: 'ws_1', userId: 'user_1', payload: { i } });
});
const effects = async (name: string) => (await database.pool.query<{ id: string }>('select event_id as id from effect where consumer = $1 order by event_id', [name])).rows.map(({ id }) => id);
const waiting = async () => (await database.pool.query('select 1 from outbox where published_at is null and dead_at is null')).rowCount;

describe('an event', () => {
  test('of a transaction that is rolled back is no event', async () => {
    const outbox = start([writer('a')]);
    await expect(transact(database, async ({ sql }) => {
      await writeEvent(sql, { type: 'WORKSPACE_CREATED' });
      throw new Error('no');
    })).rejects.toThrow('no');
    expect([await outbox.drain(), await effects('a')]).toEqual([0, []]);
  });

  test('reaches the consumers of its type with all that it was given, and nobody else', async () => {
    const heard: OutboxEvent[] = [];
    const outbox = start([{ name: 'all', types: 'all', handle: async (event) => void heard.push(event) }, { name: 'other', types: ['PROJECT_CREATED'], handle: async () => expect.unreachable() }]);
    await transact(database, ({ sql }) => writeEvent(sql, { type: 'WORKSPACE_CREATED', workspaceId: 'ws_1', userId: 'user_1', projectId: 'p_1', payload: { a: [1, { b: null }] } }));
    await outbox.drain();
    expect(heard).toEqual([{ id: expect.stringMatching(/^event_/), type: 'WORKSPACE_CREATED', workspaceId: 'ws_1', userId: 'user_1', projectId: 'p_1', payload: { a: [1, { b: null }] }, at: expect.any(Number) }]);
    expect(await waiting()).toBe(0);
  });

  test('that a consumer fails on comes again for that one only, and what it wrote before is undone', async () => {
    let tries = 0;
    const outbox = start([writer('good'), writer('shaky', () => {
      if (++tries < 3) throw new Error('not yet');
    })]);
    outbox.start();
    await write();
    outbox.kick();
    await until('published', async () => (await waiting()) === 0);
    expect([tries, (await effects('good')).length, (await effects('shaky')).length]).toEqual([3, 1, 1]);
  });

  test('that fails for ever is put aside, named, and can be tried again by hand', async () => {
    let isBroken = true;
    const outbox = start([writer('good'), writer('bad', () => {
      if (isBroken) throw new Error('secret words');
    })]);
    outbox.start();
    await write();
    await until('dead', async () => (await outbox.dead()).length === 1);
    const [dead] = await outbox.dead();
    // Why it failed is for the log; the row names who failed.
    expect([dead, await waiting()]).toMatchObject([{ type: 'WORKSPACE_CREATED', attempts: 3, lastError: 'bad: INTERNAL' }, 0]);
    isBroken = false;
    expect([await outbox.revive(dead!.id), await outbox.revive('event_none')]).toEqual([true, false]);
    await until('published', async () => (await effects('bad')).length === 1);
    expect([(await effects('good')).length, await outbox.dead(), await outbox.revive(dead!.id)]).toEqual([1, [], false]);
  });

  test('goes round once, however many instances look for it', async () => {
    const many = Array.from({ length: 4 }, () => start([writer('a'), writer('b', () => sleep(Math.random() * 4))]));
    for (const outbox of many) outbox.start();
    for (let n = 0; n < 5; n++) await write(20);
    await until('all published', async () => (await waiting()) === 0, 20_000);
    for (const name of ['a', 'b']) {
      const ids = await effects(name);
      expect([ids.length, new Set(ids).size]).toEqual([100, 100]);
    }
  });

  test('whose instance died with it is taken up by another, and what was done stays done once', async () => {
    await write(3);
    // An instance that died after one consumer had one of them.
    const { rows } = await database.pool.query<{ id: string }>('select id from outbox order by id limit 1');
    await database.pool.query(`insert into outbox_consumed values ($1, 'a')`, [rows[0]!.id]);
    await database.pool.query(`insert into effect values ('a', $1)`, [rows[0]!.id]);
    await database.pool.query(`update outbox set attempts = 1, next_attempt_at = now() + interval '1 minute' where id = $1`, [rows[0]!.id]);
    const outbox = start([writer('a'), writer('b')]);
    // The one that somebody else is at is left alone until its time is over.
    expect(await outbox.drain()).toBe(2);
    await database.pool.query(`update outbox set next_attempt_at = now() where published_at is null`);
    expect(await outbox.drain()).toBe(1);
    expect([(await effects('a')).length, (await effects('b')).length]).toEqual([3, 3]);
  });

  test('does not wait for a consumer that never ends', async () => {
    const late: Promise<unknown>[] = [];
    const stuck: Consumer = {
      name: 'stuck',
      types: 'all',
      async handle(event, { sql }) {
        await sql.query(`insert into effect values ('stuck', $1)`, [event.id]);
        await sleep(200);
        late.push(sql.query(`insert into effect values ('stuck', 'late')`).catch((error: Error) => error));
      },
    };
    const outbox = start([writer('good'), stuck], { handleWithinMs: 40, attempts: 1 });
    await write();
    await outbox.drain();
    expect([(await effects('good')).length, (await outbox.dead()).length]).toEqual([1, 1]);
    await until('it goes on', () => late.length === 1);
    // Given up is given up: not even what it does later counts.
    expect([await late[0], await effects('stuck')]).toEqual([expect.any(Error), []]);
  });

  test('outlives a database that drops its connections in the middle', async () => {
    let isFirst = true;
    const outbox = start([writer('a', async () => {
      if (!isFirst) return;
      isFirst = false;
      await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()');
      await sleep(20);
    })]);
    await write();
    outbox.start();
    // The look itself may be among what is dropped.
    await until('published', async () => (await waiting().catch(() => undefined)) === 0);
    expect((await effects('a')).length).toBe(1);
  });

  test('is forgotten some days after it was published, and never before', async () => {
    const outbox = start([writer('a')]);
    await write(2);
    await outbox.drain();
    await write(1);
    await database.pool.query(`update outbox set published_at = now() - interval '8 days' where published_at is not null and payload->>'i' = '0'`);
    expect([await outbox.forget(), (await database.pool.query('select 1 from outbox')).rowCount, (await database.pool.query('select 1 from outbox_consumed')).rowCount]).toEqual([1, 2, 1]);
  });
});
