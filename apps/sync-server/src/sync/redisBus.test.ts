/** Instances that hint by Redis; only where a Redis server is installed (`apt-get install redis-server`), as in CI. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readEnvelope } from '@uxflow/core/protocol';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { addLog, addMember, socketUrl, startTestServer } from '../../test/testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../../test/testSocket.ts';
import type { RunningServer } from '../server.ts';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe.runIf(hasRedis)('two instances with Redis', () => {
  let postgres: TestPostgres;
  let database: TestDatabase;
  let redis: ChildProcess;
  let folder: string;
  let port: number;
  const servers: RunningServer[] = [];
  const sockets: TestSocket[] = [];

  const startRedis = async () => {
    redis = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((done) => redis.stdout!.on('data', (text: Buffer) => text.toString().includes('Ready to accept') && done()));
  };
  const stopRedis = async () => {
    const ended = new Promise((done) => redis.once('exit', done));
    redis.kill('SIGKILL');
    await ended;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'uxflow-redis-'));
    port = await new Promise((done) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const address = probe.address();
        probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
      });
    });
    postgres = await startTestPostgres();
    database = await postgres.clone();
    await startRedis();
    // So long between looks that only hints can be the reason for what arrives.
    const more = { REDIS_URL: `redis://127.0.0.1:${port}`, SYNC_POLL_MS: '60000' };
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
    await stopRedis();
    await database.drop();
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const next = async (socket: TestSocket) => (await socket.next('changes')).changes.map((change) => ('id' in change ? change.id : readEnvelope(change.envelope).id));

  test('hand on entries, presence and revocations', async () => {
    const [ann, bob] = sockets as [TestSocket, TestSocket];
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    expect([await next(ann), await next(bob)]).toEqual([['tx_1'], ['tx_1']]);
    bob.send({ type: 'presence', log: 'log_1', bytes: Buffer.from('here') });
    expect((await ann.next('presence')).peers).toMatchObject([{ user: 'bob', bytes: Buffer.from('here') }]);
  });

  test('go on without it, and make up for what was not said when it is back', async () => {
    const [ann, bob] = sockets as [TestSocket, TestSocket];
    await stopRedis();
    ann.send(pushOf('log_1', 'tx_2', 'ann'));
    expect(await next(ann)).toEqual(['tx_2']);
    expect(bob.heard.some(({ type }) => type === 'changes')).toBe(false);
    await startRedis();
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

