/** Instances that hint by Redis; only where a Redis server is installed (`apt-get install redis-server`), as in CI. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvelope } from '@uxflow/core/protocol';
import { hasRedis, startRedis, type Service } from '../../test/systemServices.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { addLog, addMember, socketUrl, startTestServer } from '../../test/testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../../test/testSocket.ts';
import type { RunningServer } from '../server.ts';

describe.runIf(hasRedis)('two instances with Redis', () => {
  let postgres: TestPostgres;
  let database: TestDatabase;
  let redis: Service;
  const servers: RunningServer[] = [];
  const sockets: TestSocket[] = [];

  beforeAll(async () => {
    postgres = await startTestPostgres();
    database = await postgres.clone();
    redis = await startRedis();
    // So long between looks that only hints can be the reason for what arrives.
    const more = { REDIS_URL: redis.url, SYNC_POLL_MS: '60000' };
    servers.push(await startTestServer(database.url, more), await startTestServer(database.url, more));
    await addLog(servers[0]!.database.pool, 'log_1');
    for (const [n, name] of ['ann', 'bob'].entries()) {
      const { token } = await addMember(servers[0]!.database.pool, name);
      const socket = await openTestSocket(socketUrl(servers[n]!.port), token);
      sockets.push(socket);
      socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
      await socket.next('joined');
    }
  });
  afterAll(async () => {
    for (const { socket } of sockets) socket.terminate();
    for (const server of servers) await server.close();
    await redis.close();
    await database.drop();
    await postgres.close();
  });
  const next = async (socket: TestSocket) => (await socket.next('changes')).changes.map((change) => ('id' in change ? change.id : readEnvelope(change.envelope).id));

  test('hand on entries, presence and revocations', async () => {
    const [ann, bob] = sockets as [TestSocket, TestSocket];
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    expect([await next(ann), await next(bob)]).toEqual([['tx_1'], ['tx_1']]);
    bob.send({ type: 'presence', log: 'log_1', bytes: Buffer.from('here') });
    expect((await ann.next('presence')).peers).toMatchObject([{ user: 'bob', bytes: Buffer.from('here') }]);
  });

  test('another installation on the same Redis hears nothing of it', async () => {
    const other = await postgres.clone();
    const stranger = await startTestServer(other.url, { REDIS_URL: redis.url, SYNC_POLL_MS: '60000' });
    servers.push(stranger);
    await addLog(stranger.database.pool, 'log_1');
    const { token } = await addMember(stranger.database.pool, 'eve');
    const eve = await openTestSocket(socketUrl(stranger.port), token);
    sockets.push(eve);
    eve.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    await eve.next('joined');
    sockets[1]!.send({ type: 'presence', log: 'log_1', bytes: Buffer.from('among us') });
    expect((await sockets[0]!.next('presence')).peers).toMatchObject([{ user: 'bob', bytes: Buffer.from('among us') }]);
    eve.send({ type: 'presence', log: 'log_1', bytes: Buffer.from('alone') });
    eve.send(pushOf('log_1', 'tx_eve', 'eve'));
    expect(await next(eve)).toEqual(['tx_eve']);
    expect([...eve.heard, ...sockets[0]!.heard].filter(({ type }) => type === 'presence')).toEqual([]);
  });

  test('go on without it, and make up for what was not said when it is back', async () => {
    const [ann, bob] = sockets as [TestSocket, TestSocket];
    await redis.kill();
    ann.send(pushOf('log_1', 'tx_2', 'ann'));
    expect(await next(ann)).toEqual(['tx_2']);
    expect(bob.heard.some(({ type }) => type === 'changes')).toBe(false);
    await redis.start();
    expect(await next(bob)).toEqual(['tx_2']);
    await until('hints go again', async () => {
      ann.send(pushOf('log_1', `tx_${Math.random()}`.replace('.', '_'), 'ann'));
      return bob.heard.some(({ type }) => type === 'changes');
    });
    await servers[0]!.database.pool.query(`delete from member where user_id = 'bob'`);
    await servers[0]!.access.revoke({ userId: 'bob', workspaceId: 'ws_1' });
    expect(await bob.next('ended')).toMatchObject({ code: 'ACCESS_REVOKED' });
  });
});

