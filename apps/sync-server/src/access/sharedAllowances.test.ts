/** Limits that several instances keep together: guesses and mails are not cheaper where there are more of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accountVariables, call } from '../../test/testAccounts.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startTestMailbox, type TestMailbox } from '../../test/testMailbox.ts';
import { startTestServer } from '../../test/testServer.ts';
import type { RunningServer } from '../server.ts';
import { ALLOWANCES } from './layer.ts';
import { createRateLimiter } from './rateLimiter.ts';
import { createSharedAllowances } from './sharedAllowances.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let mailbox: TestMailbox;
let servers: [RunningServer, RunningServer];
beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  mailbox = await startTestMailbox();
  const more = { ...accountVariables(mailbox), RATE_FACTOR: '1', TRUST_PROXY_HOPS: '1' };
  servers = [await startTestServer(database.url, more), await startTestServer(database.url, more)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await mailbox.close();
  await postgres.close();
});
let addresses = 0;
const newAddress = () => ({ 'x-forwarded-for': `192.0.2.${++addresses}` });

test('guesses from one address are counted over both, and another address still has all of its own', async () => {
  const headers = newAddress();
  const guess = (n: number, from = headers) => call(servers[n % 2]!, 'POST', '/api/v1/users/login', { headers: from, body: { email: `somebody-${n}@example.org`, password: 'not the right one' } });
  const { burst } = ALLOWANCES.credential;
  const codes = (await Promise.all(Array.from({ length: burst + 8 }, (_, n) => guess(n)))).map(({ status }) => status);
  // While they ran, one or two may have come back.
  expect(codes.filter((status) => status === 401).length).toBeGreaterThanOrEqual(burst);
  expect(codes.filter((status) => status === 401).length).toBeLessThan(burst + 6);
  for (const n of [0, 1]) {
    let refused = await guess(n);
    for (let more = 0; refused.status !== 429 && more < 10; more++) refused = await guess(n);
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess(n, newAddress())).status).toBe(401);
  }
});

test('one mailbox gets as few mails of a kind from two instances as from one', async () => {
  const email = 'ann@example.org';
  expect((await call(servers[0], 'POST', '/api/v1/users/register', { headers: newAddress(), body: { email, name: 'Ann', password: 'violet-tractor-91-hums' } })).status).toBe(202);
  for (let n = 0; n < 9; n++) expect((await call(servers[n % 2]!, 'POST', '/api/v1/users/resend-verification', { headers: newAddress(), body: { email } })).status).toBe(202);
  for (let n = 0; n < 4; n++) await mailbox.take(email, 'Confirm');
  const { rows } = await servers[0].database.pool.query(`select count(*)::int as waiting from pgboss.job where state in ('created', 'retry', 'active')`);
  await expect.poll(async () => (await servers[0].database.pool.query(`select count(*)::int as waiting from pgboss.job where name like '%mail%' and state in ('created', 'retry', 'active')`)).rows[0].waiting, { timeout: 20_000 }).toBe(0);
  expect(rows).toHaveLength(1);
  expect(mailbox.mails.filter(({ to }) => to === email)).toEqual([]);
});

test('of many at once exactly the burst gets through; one that came back is there, and what is whole is forgotten', async () => {
  const { pool } = servers[0].database;
  const [one, other] = servers.map(({ database: own }) => createSharedAllowances(own, Buffer.from('key')));
  const allowance = { burst: 7, perSecond: 1 / 600 };
  const waits = await Promise.all(Array.from({ length: 40 }, (_, n) => (n % 2 ? one! : other!).take('a mailbox', allowance)));
  expect(waits.filter((wait) => wait === 0)).toHaveLength(7);
  for (const wait of waits.filter((seconds) => seconds > 0)) expect(wait).toBeGreaterThan(500);
  expect(await one!.take('another', allowance)).toBe(0);
  await pool.query(`update used_allowance set full_at = full_at - interval '601 seconds'`);
  expect([await other!.take('a mailbox', allowance), (await one!.take('a mailbox', allowance)) > 0]).toEqual([0, true]);
  expect((await pool.query(`select key from used_allowance where key like '%mailbox%'`)).rows).toEqual([]);
  await pool.query(`update used_allowance set full_at = now() - interval '1 second'`);
  await one!.task.run();
  expect((await pool.query('select 1 from used_allowance')).rowCount).toBe(0);
});

test('what one instance alone has used up is refused without a question to the database', async () => {
  let asked = 0;
  const limiter = createRateLimiter({ now: () => 0, shared: { take: () => Promise.resolve(++asked && 0) } });
  for (let n = 0; n < 50; n++) await limiter.takeShared('a', { burst: 3, perSecond: 1 });
  expect(asked).toBe(3);
});
