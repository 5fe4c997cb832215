/** What the server answers, message by message, over bare sockets. */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS, readEnvelope } from '@uxflow/core/protocol';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { sha256, until } from '../../test/testDevice.ts';
import { addLog, addMember, socketUrl, startTestServer, type MemberRole } from '../../test/testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../../test/testSocket.ts';
import type { RunningServer } from '../server.ts';

let postgres: TestPostgres;
let database: TestDatabase;
const servers: RunningServer[] = [];
const sockets: TestSocket[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  database = await postgres.clone();
});
afterEach(async () => {
  for (const { socket } of sockets.splice(0)) socket.terminate();
  for (const server of servers.splice(0)) await server.close();
  await database.drop();
});

async function start(more: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startTestServer(database.url, more);
  servers.push(server);
  return server;
}

async function enter(server: RunningServer, user: string, role: MemberRole = 'member', log = 'log_1'): Promise<TestSocket> {
  const { token } = await addMember(server.database.pool, user, role);
  const socket = await openTestSocket(socketUrl(server.port), token);
  sockets.push(socket);
  socket.send({ type: 'join', log, no: 0, chain: '' });
  await socket.next('joined');
  return socket;
}
const ids = async (socket: TestSocket) => {
  const { changes } = await socket.next('changes');
  return changes.map((change) => ('id' in change ? `${change.no} ${change.id} own` : `${change.no} ${readEnvelope(change.envelope).id}`));
};

describe('push', () => {
  test('a re-sent entry is answered as before, and stands once; a push after it goes on', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    expect([await ids(ann), await ids(bob)]).toEqual([['1 tx_1 own'], ['1 tx_1']]);
    ann.send(pushOf('log_1', 'tx_1', 'ann', { bytes: new Uint8Array([0, 1, 2]) }));
    const again = await ann.next('changes');
    expect(again.changes).toEqual([{ no: 1, id: 'tx_1', sha256: sha256(new TextEncoder().encode('\0tx_1')) }]);
    ann.send(pushOf('log_1', 'tx_2', 'ann'));
    expect([await ids(bob), await ids(ann)]).toEqual([['2 tx_2'], ['2 tx_2 own']]);
    const { rows } = await server.database.pool.query<{ no: number; id: string; chain: Buffer }>('select no, id, chain from entry order by no');
    const first = createHash('sha256').update(`tx_1${sha256(new TextEncoder().encode('\0tx_1'))}`).digest('hex');
    expect(rows.map(({ no, id }) => [no, id])).toEqual([[1, 'tx_1'], [2, 'tx_2']]);
    expect(rows[0]!.chain.toString('hex')).toBe(first);
  });

  test('what was taken is answered as taken, also when its author may only read by now; nothing new is taken', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    await ids(ann);
    await server.database.pool.query(`update member set role = 'viewer'`);
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    ann.send(pushOf('log_1', 'tx_2', 'ann'));
    expect([await ids(ann), await ann.next('denied')]).toMatchObject([['1 tx_1 own'], { id: 'tx_2', code: 'ROLE_READS_ONLY' }]);
  });

  test('one bad push of a batch is refused with its code, the others get their numbers', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    const good = ['tx_1', 'tx_2'].flatMap((id) => pushOf('log_1', id, 'ann').entries);
    const bad = [...pushOf('log_1', 'tx_other', 'bob').entries, ...pushOf('log_2', 'tx_log', 'ann').entries, ...pushOf('log_1', 'tx_epoch', 'ann', { epoch: 1 }).entries];
    ann.send({ type: 'push', log: 'log_1', entries: [good[0]!, ...bad, good[1]!] });
    expect(await ids(ann)).toEqual(['1 tx_1 own', '2 tx_2 own']);
    const denied = await Promise.all(bad.map(() => ann.next('denied')));
    expect(denied.map(({ id, code }) => `${id} ${code}`).sort()).toEqual(['tx_epoch REKEY', 'tx_log ENVELOPE_INVALID', 'tx_other ENVELOPE_INVALID']);
  });

  test.each<[MemberRole, string[]]>([
    ['viewer', ['tx_c ROLE_READS_ONLY', 'tx_e ROLE_READS_ONLY']],
    ['commenter', ['tx_e ROLE_COMMENTS_ONLY']],
    ['member', []],
    ['admin', []],
  ])('a %s may push what the role allows', async (role, refused) => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann', role);
    ann.send(pushOf('log_1', 'tx_e', 'ann'));
    ann.send(pushOf('log_1', 'tx_c', 'ann', { scope: 'comment' }));
    await until('answered', async () => ann.heard.filter(({ type }) => type === 'denied').length + ann.heard.flatMap((message) => (message.type === 'changes' ? message.changes : [])).length === 2);
    expect(ann.heard.flatMap((message) => (message.type === 'denied' ? `${message.id} ${message.code}` : [])).sort()).toEqual(refused);
    const { rows } = await server.database.pool.query<{ count: number }>('select count(*) from entry');
    expect(rows[0]!.count).toBe(2 - refused.length);
  });

  test('an entry that is too large is refused, the largest one is taken', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    ann.send(pushOf('log_1', 'tx_big', 'ann', { bytes: new Uint8Array(LIMITS.entryBytes + 1) }));
    expect(await ann.next('denied')).toMatchObject({ id: 'tx_big', code: 'ENTRY_TOO_LARGE' });
    ann.send(pushOf('log_1', 'tx_max', 'ann', { bytes: new Uint8Array(LIMITS.entryBytes) }));
    expect(await ids(ann)).toEqual(['1 tx_max own']);
  });

  test('who pushes too fast is told, keeps the order, and loses nothing', async () => {
    const server = await start({ SYNC_ENTRIES_PER_SECOND: '200', SYNC_ENTRIES_BURST: '10' });
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    for (let i = 1; i <= 50; i++) ann.send(pushOf('log_1', `tx_${i}`, 'ann'));
    expect(await ann.next('throttled')).toMatchObject({ code: 'RATE_LIMITED' });
    const numbers = () => ann.heard.flatMap((message) => (message.type === 'changes' ? message.changes.map((change) => `${change.no} ${'id' in change ? change.id : ''}`) : []));
    await until('all', () => numbers().length === 50);
    expect(numbers()).toEqual(Array.from({ length: 50 }, (_, i) => `${i + 1} tx_${i + 1}`));
  });
});

describe('join', () => {
  test('from a number the tail comes, whoever has all gets nothing more', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    for (let i = 1; i <= 5; i++) ann.send(pushOf('log_1', `tx_${i}`, 'ann'));
    const { rows } = await (async () => {
      await until('stored', async () => (await server.database.pool.query('select 1 from entry')).rowCount === 5);
      return server.database.pool.query<{ no: number; chain: Buffer }>('select no, chain from entry order by no');
    })();
    const bob = await enter(server, 'bob');
    expect(await ids(bob)).toEqual([1, 2, 3, 4, 5].map((n) => `${n} tx_${n}`));
    bob.send({ type: 'join', log: 'log_1', no: 3, chain: rows[2]!.chain.toString('hex') });
    expect([await bob.next('joined'), await ids(bob)]).toMatchObject([{ no: 5, base: 0, scope: 'edit' }, ['4 tx_4', '5 tx_5']]);
    bob.send({ type: 'join', log: 'log_1', no: 5, chain: rows[4]!.chain.toString('hex') });
    await bob.next('joined');
    ann.send(pushOf('log_1', 'tx_6', 'ann'));
    expect(await ids(bob)).toEqual(['6 tx_6']);
  });

  test('another chain, a number ahead, or one before the base is a reset that says why', async () => {
    const server = await start();
    const chain = sha256(new Uint8Array(1));
    await addLog(server.database.pool, 'log_1', { no: 7, chain });
    const { token } = await addMember(server.database.pool, 'ann');
    const ann = await openTestSocket(socketUrl(server.port), token);
    sockets.push(ann);
    ann.send({ type: 'join', log: 'log_1', no: 0, chain: '' });
    expect(await ann.next('ended')).toMatchObject({ log: 'log_1', code: 'LOG_NOT_READY' });
    // The sharer brings the snapshot that the log begins with, in two parts.
    ann.send({ type: 'join', log: 'log_1', no: 7, chain });
    await ann.next('joined');
    for (const part of [0, 1]) ann.send({ type: 'snapshot', log: 'log_1', no: 7, chain, part, parts: 2, bytes: new Uint8Array([part]) });
    await until('kept', async () => (await server.hub.tables.latestStateNo('log_1')) === 7);
    const cases: [number, string, string | undefined][] = [[7, sha256(new Uint8Array(2)), 'CHAIN_DIFFERS'], [9, chain, 'AHEAD_OF_SERVER'], [3, chain, 'BEFORE_BASE'], [0, '', undefined], [7, chain, undefined]];
    for (const [no, theirs, reason] of cases) {
      const bob = await enterAt(server, no, theirs);
      if (reason) expect(await bob.next('reset')).toEqual({ type: 'reset', log: 'log_1', reason, state: true });
      if (no === 7 && !reason) await new Promise((done) => setTimeout(done, 30));
      else expect(await bob.next('state')).toEqual({ type: 'state', log: 'log_1', no: 7, chain, bytes: Buffer.from([0, 1]) });
      expect(bob.heard).toEqual([]);
    }
  });

  test('strangers hear the same as if there were no log, and hear nothing of it', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    const { token } = await addMember(server.database.pool, 'eve', 'owner', 'ws_other');
    const eve = await openTestSocket(socketUrl(server.port), token);
    sockets.push(eve);
    for (const log of ['log_1', 'log_none']) {
      eve.send({ type: 'join', log, no: 0, chain: '' });
      expect(await eve.next('ended')).toEqual({ type: 'ended', log, code: 'LOG_NOT_FOUND', params: {} });
      eve.send(pushOf(log, 'tx_e', 'eve'));
      expect(await eve.next('denied')).toMatchObject({ id: 'tx_e', code: 'LOG_NOT_JOINED' });
      eve.send({ type: 'ask', log, ids: ['tx_1'] });
      eve.send({ type: 'presence', log, bytes: new Uint8Array([1]) });
    }
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    await ids(ann);
    eve.send({ type: 'ping' });
    await eve.next('pong');
    expect([eve.heard, ann.heard]).toEqual([[], []]);
  });
});

async function enterAt(server: RunningServer, no: number, chain: string): Promise<TestSocket> {
  const { token } = await addMember(server.database.pool, `user_${no}_${chain.slice(0, 4)}`);
  const socket = await openTestSocket(socketUrl(server.port), token);
  sockets.push(socket);
  socket.send({ type: 'join', log: 'log_1', no, chain });
  await socket.next('joined');
  return socket;
}

describe('a connection', () => {
  test('without a valid session is ended before anything else', async () => {
    const server = await start();
    const cases: [string, (socket: TestSocket) => void, string][] = [
      ['unknown token', (socket) => socket.send({ type: 'hello', protocol: 1, token: 'x', schemas: 1, rules: 1, device: 'd' }), 'SESSION_INVALID'],
      ['no hello', (socket) => socket.send({ type: 'join', log: 'log_1', no: 0, chain: '' }), 'HELLO_FIRST'],
      ['another protocol', (socket) => socket.send({ type: 'hello', protocol: 99, token: 'x', schemas: 1, rules: 1, device: 'd' }), 'PROTOCOL_UNKNOWN'],
      ['no frame', (socket) => socket.raw(new Uint8Array([250, 1])), 'FRAME_MALFORMED'],
      ['text', (socket) => socket.socket.send('hello'), 'FRAME_MALFORMED'],
    ];
    for (const [, act, code] of cases) {
      const socket = await openTestSocket(socketUrl(server.port));
      act(socket);
      expect((await socket.end()).reason).toBe(code);
    }
    await until('all are gone', () => server.hub.connectionCount === 0);
  });

  test('with a frame above the limit is ended', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    ann.raw(new Uint8Array(LIMITS.frameBytes + 1));
    expect((await ann.end()).code).toBe(1009);
  });

  test('of a removed member is cut from the log at once, of a revoked session at all', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    await server.database.pool.query(`delete from member where user_id = 'bob'`);
    await server.access.revoke({ userId: 'bob', workspaceId: 'ws_1' });
    expect(await bob.next('ended')).toMatchObject({ log: 'log_1', code: 'ACCESS_REVOKED' });
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    await ids(ann);
    bob.send({ type: 'ping' });
    await bob.next('pong');
    expect(bob.heard).toEqual([]);
    const { rows } = await server.database.pool.query<{ id: string }>(`delete from session where user_id = 'ann' returning id`);
    await server.access.revoke({ sessionId: rows[0]!.id });
    expect(await ann.end()).toEqual({ code: 4003, reason: 'SESSION_REVOKED' });
  });

  test('of somebody removed, whose word did not come, still pushes nothing', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const bob = await enter(server, 'bob');
    await server.database.pool.query(`delete from member where user_id = 'bob'`);
    bob.send(pushOf('log_1', 'tx_1', 'bob'));
    expect(await bob.next('denied')).toMatchObject({ id: 'tx_1', code: 'LOG_NOT_FOUND' });
  });

  test('that does not answer pings is dropped', async () => {
    const server = await start({ SYNC_PING_MS: '100' });
    await addLog(server.database.pool, 'log_1');
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    ann.socket.pause();
    await until('one is gone', () => server.hub.connectionCount === 1);
    expect(bob.closed).toBeUndefined();
  });

  test('that does not read holds nobody up, and has all of it when it reads again', async () => {
    const server = await start({ SYNC_PING_MS: '60000' });
    await addLog(server.database.pool, 'log_1');
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    const seen = (socket: TestSocket) => socket.heard.flatMap((message) => (message.type === 'changes' ? message.changes.map(({ no }) => no) : []));
    bob.socket.pause();
    // More than the buffers of the system and the server's own bound hold.
    const bytes = new Uint8Array(500_000);
    for (let i = 1; i <= 40; i++) ann.send(pushOf('log_1', `tx_${i}`, 'ann', { bytes }));
    await until('ann has all', () => seen(ann).length === 40, 20_000);
    expect(seen(bob)).toEqual([]);
    bob.socket.resume();
    await until('bob has all', () => seen(bob).length === 40, 20_000);
    expect(seen(bob)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });

  test('hears that the server starts anew, after what it pushed was committed', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const ann = await enter(server, 'ann');
    for (let i = 1; i <= 20; i++) ann.send(pushOf('log_1', `tx_${i}`, 'ann'));
    await until('some are there', async () => ann.heard.some(({ type }) => type === 'changes'));
    const pool = server.database.pool;
    const before = (await pool.query('select 1 from entry')).rowCount;
    await servers.splice(0)[0]!.close();
    expect(await ann.end()).toEqual({ code: 1012, reason: 'SERVER_RESTARTS' });
    expect(before).toBeGreaterThan(0);
  });
});

describe('presence', () => {
  test('goes to the others in the room, is shown to newcomers, ends with its connection, and is stored nowhere', async () => {
    const server = await start();
    await addLog(server.database.pool, 'log_1');
    const [ann, bob] = [await enter(server, 'ann'), await enter(server, 'bob')];
    const marker = Buffer.from('canary-of-presence');
    ann.send({ type: 'presence', log: 'log_1', bytes: marker });
    const shown = await bob.next('presence');
    expect(shown.peers).toMatchObject([{ user: 'ann', bytes: marker }]);
    const late = await enter(server, 'cem');
    expect((await late.next('presence')).peers).toEqual(shown.peers);
    ann.socket.close();
    expect((await bob.next('presence')).peers).toEqual([{ ...shown.peers[0]!, bytes: Buffer.alloc(0) }]);
    const { rows } = await server.database.pool.query<{ tables: string }>(`select string_agg(query_to_xml(format('select * from %I', table_name), true, true, '')::text, '') as tables from information_schema.tables where table_schema = 'public'`);
    expect(rows[0]!.tables).toContain('log_1');
    expect(rows[0]!.tables).not.toContain(marker.toString('base64'));
  });
});

describe('snapshots', () => {
  test('are asked of who may edit, refused off the chain, and the next newcomer starts from the newest', async () => {
    const server = await start({ SYNC_SNAPSHOT_EVERY: '10' });
    await addLog(server.database.pool, 'log_1');
    const viewer = await enter(server, 'viewer', 'viewer');
    const ann = await enter(server, 'ann');
    const answered = () => ann.heard.flatMap((message) => (message.type === 'changes' ? message.changes : [])).length;
    for (let i = 1; i <= 11; i++) ann.send(pushOf('log_1', `tx_${i}`, 'ann'));
    await until('all are answered', () => answered() === 11);
    ann.send(pushOf('log_1', 'tx_12', 'ann'));
    const wanted = await ann.next('snapshotWanted');
    expect(wanted.no).toBeGreaterThanOrEqual(10);
    await until('the last is answered', () => answered() === 12);
    expect(viewer.heard.some(({ type }) => type === 'snapshotWanted')).toBe(false);
    const { rows } = await server.database.pool.query<{ no: number; chain: Buffer }>('select no, chain from entry order by no');
    const upload = (socket: TestSocket, no: number, chain: string) => socket.send({ type: 'snapshot', log: 'log_1', no, chain, part: 0, parts: 1, bytes: new Uint8Array([no]) });
    upload(ann, 11, rows[9]!.chain.toString('hex'));
    expect(await ann.next('denied')).toMatchObject({ code: 'SNAPSHOT_INVALID' });
    upload(viewer, 11, rows[10]!.chain.toString('hex'));
    expect(await viewer.next('denied')).toMatchObject({ code: 'ROLE_READS_ONLY' });
    upload(ann, 11, rows[10]!.chain.toString('hex'));
    await until('kept', async () => (await server.hub.tables.latestStateNo('log_1')) === 11);
    // In parts: whoever may not is told at the first one, and nothing of theirs is kept.
    const part = (socket: TestSocket, n: number, bytes = new Uint8Array([n])) => socket.send({ type: 'snapshot', log: 'log_1', no: 11, chain: rows[10]!.chain.toString('hex'), part: n, parts: 3, bytes });
    part(viewer, 0);
    expect(await viewer.next('denied')).toMatchObject({ code: 'ROLE_READS_ONLY' });
    part(viewer, 1);
    expect(await viewer.next('denied')).toMatchObject({ code: 'SNAPSHOT_INVALID', params: { reason: 'PART' } });
    part(ann, 0);
    part(ann, 2);
    expect(await ann.next('denied')).toMatchObject({ code: 'SNAPSHOT_INVALID', params: { reason: 'PART' } });
    part(ann, 0);
    await server.database.pool.query(`update member set role = 'viewer' where user_id = 'ann'`);
    for (const n of [1, 2]) part(ann, n);
    expect(await ann.next('denied')).toMatchObject({ code: 'ROLE_READS_ONLY' });
    const late = await enter(server, 'late', 'viewer');
    expect(await late.next('state')).toMatchObject({ no: 11, bytes: Buffer.from([11]) });
    expect(await ids(late)).toEqual(['12 tx_12']);
  });
});

describe('two instances', () => {
  test('hand on entries, presence and revocations by the database alone', async () => {
    const [one, two] = [await start({ REDIS_URL: '' }), await start({ REDIS_URL: '' })];
    await addLog(one.database.pool, 'log_1');
    const [ann, bob] = [await enter(one, 'ann'), await enter(two, 'bob')];
    ann.send(pushOf('log_1', 'tx_1', 'ann'));
    expect([await ids(ann), await ids(bob)]).toEqual([['1 tx_1 own'], ['1 tx_1']]);
    bob.send(pushOf('log_1', 'tx_2', 'bob'));
    expect([await ids(bob), await ids(ann)]).toEqual([['2 tx_2 own'], ['2 tx_2']]);
    ann.send({ type: 'presence', log: 'log_1', bytes: Buffer.from('here') });
    expect((await bob.next('presence')).peers).toMatchObject([{ user: 'ann', bytes: Buffer.from('here') }]);
    await one.database.pool.query(`delete from member where user_id = 'bob'`);
    await one.access.revoke({ userId: 'bob', workspaceId: 'ws_1' });
    expect(await bob.next('ended')).toMatchObject({ code: 'ACCESS_REVOKED' });
  });

  test('that lose a hint find out by looking', async () => {
    const [one, two] = [await start(), await start({ SYNC_POLL_MS: '50' })];
    await addLog(one.database.pool, 'log_1');
    const bob = await enter(two, 'bob');
    // Written by somebody who tells nobody.
    await one.database.pool.query(`insert into entry (log_id, no, id, author_id, record, sha256, chain) values ('log_1', 1, 'tx_1', 'x', '\\x00010000', '\\x00', '\\x00')`);
    await one.database.pool.query(`update log set head_no = 1`);
    expect((await bob.next('changes')).changes.map(({ no }) => no)).toEqual([1]);
  });

  test('push to one log at once, and every number is taken once', async () => {
    const [one, two] = [await start(), await start()];
    await addLog(one.database.pool, 'log_1');
    const all = [await enter(one, 'ann'), await enter(two, 'bob'), await enter(one, 'cem'), await enter(two, 'dan')];
    const names = ['ann', 'bob', 'cem', 'dan'];
    for (let i = 0; i < 50; i++) all.forEach((socket, n) => socket.send(pushOf('log_1', `tx_${names[n]}_${i}`, names[n]!)));
    const numbers = (socket: TestSocket) => socket.heard.flatMap((message) => (message.type === 'changes' ? message.changes.map(({ no }) => no) : []));
    for (const socket of all) await until('all 200', () => numbers(socket).length >= 200, 20_000);
    for (const socket of all) expect(numbers(socket)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  });
});
