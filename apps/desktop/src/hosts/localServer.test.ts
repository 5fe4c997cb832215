import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync, mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RPCLink } from '@orpc/client/websocket';
import { silentLogger } from '@uxflow/core';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SOCKET_READY, SOCKET_REFUSED } from '../socketProtocol.ts';
import { CODE_LIFETIME_MS, createAccessGate } from './accessGate.ts';
import { socketPathOf } from './engineHost.ts';
import { startLocalServer, type LocalServer } from './localServer.ts';

let root: string;
const opened: { close(): unknown }[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'uxflow-host-'));
  mkdirSync(join(root, 'page'));
  writeFileSync(join(root, 'page/index.html'), '<title>page</title>');
  writeFileSync(join(root, 'secret.txt'), 'outside');
});
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item.close();
  rmSync(root, { recursive: true, force: true });
});

const start = async (port = 0, dataDir = join(root, 'data')): Promise<LocalServer> => {
  const server = await startLocalServer({ dataDir, rendererDir: join(root, 'page'), version: '0', logger: silentLogger, port });
  opened.push(server);
  return server;
};
const ask = (server: LocalServer, path: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}) =>
  new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { hostname, port } = new URL(server.origin);
    const call = request({ host: hostname, port, path, method: options.method ?? 'GET', headers: { host: `${hostname}:${port}`, ...options.headers } }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    call.on('error', reject);
    call.end(options.body);
  });
const secretOf = async (server: LocalServer): Promise<string> => {
  const code = new URL(server.newAddress()).hash.slice('#code='.length);
  const answer = await ask(server, '/session', { method: 'POST', headers: { origin: server.origin, 'content-type': 'application/json' }, body: JSON.stringify({ code }) });
  return (JSON.parse(answer.text) as { secret: string }).secret;
};
const socketTo = (server: LocalServer, headers: Record<string, string> = {}) => {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/rpc`, { headers: { origin: server.origin, ...headers } });
  opened.push({ close: () => socket.terminate() });
  return socket;
};
const clientOf = async (server: LocalServer): Promise<ApiClient> => (await connectionOf(server)).api;
const connectionOf = async (server: LocalServer): Promise<{ api: ApiClient; socket: WebSocket }> => {
  const secret = await secretOf(server);
  const socket = socketTo(server);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(secret));
    socket.once('message', (data) => (data.toString() === SOCKET_READY ? resolve() : reject(new Error(String(data)))));
    socket.once('close', () => reject(new Error('closed')));
  });
  return { api: createApiClient(new RPCLink({ websocket: socket as never })), socket };
};

describe('who gets in', () => {
  test('the page and its headers', async () => {
    const server = await start();
    const answer = await ask(server, '/');
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('page');
    expect(String(answer.headers['content-security-policy'])).toMatch(/default-src 'none'.*script-src 'self'/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  test('a stranger whose upgrade is refused and who hangs up at once leaves the app running', async () => {
    const server = await start();
    const failures: unknown[] = [];
    const note = (error: unknown) => void failures.push(error);
    process.on('uncaughtException', note);
    try {
      for (let turn = 0; turn < 20; turn++) {
        const stranger = connect(Number(new URL(server.origin).port), '127.0.0.1').on('error', () => {});
        await once(stranger, 'connect');
        const head = ['GET /rpc HTTP/1.1', 'host: evil.example', 'connection: upgrade', 'upgrade: websocket', '', ''].join('\r\n');
        await new Promise((done) => stranger.write(head, done));
        stranger.resetAndDestroy();
      }
      expect((await ask(server, '/')).status).toBe(200);
      expect(failures).toEqual([]);
    } finally {
      process.off('uncaughtException', note);
    }
  });

  test.each(['evil.example', 'localhost', '127.0.0.1', '127.0.0.1:1', '[::1]'])('a request for host %s gets nothing (DNS rebinding)', async (host) => {
    const server = await start();
    expect((await ask(server, '/', { headers: { host } })).status).toBe(403);
  });

  test('a foreign or missing origin trades no code', async () => {
    const server = await start();
    const code = new URL(server.newAddress()).hash.slice('#code='.length);
    const body = JSON.stringify({ code });
    expect((await ask(server, '/session', { method: 'POST', headers: { origin: 'http://evil.example' }, body })).status).toBe(403);
    expect((await ask(server, '/session', { method: 'POST', headers: { origin: 'null' }, body })).status).toBe(403);
    expect((await ask(server, '/session', { method: 'POST', body })).status).toBe(403);
    expect((await ask(server, '/session', { method: 'POST', headers: { origin: server.origin }, body })).status).toBe(200);
  });

  test('a code works once', async () => {
    const server = await start();
    const body = JSON.stringify({ code: new URL(server.newAddress()).hash.slice('#code='.length) });
    const post = () => ask(server, '/session', { method: 'POST', headers: { origin: server.origin }, body });
    expect((await post()).status).toBe(200);
    expect((await post()).status).toBe(401);
    expect((await ask(server, '/session', { method: 'POST', headers: { origin: server.origin }, body: 'no json' })).status).toBe(401);
  });

  test('a code dies after a minute', () => {
    let now = 0;
    const gate = createAccessGate(() => now);
    const [early, late] = [gate.issueCode(), gate.issueCode()];
    now = CODE_LIFETIME_MS;
    const secret = gate.redeem(early);
    expect(gate.isSecret(secret)).toBe(true);
    now = CODE_LIFETIME_MS + 1;
    expect(gate.redeem(late)).toBeUndefined();
    expect(gate.isSecret(undefined)).toBe(false);
    expect(gate.isSecret('')).toBe(false);
    expect(gate.isSecret(`${secret}x`)).toBe(false);
  });

  test.each(['/../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt', '/..%5csecret.txt', '/%00', '/%E0%A4%A'])('no file outside the page: %s', async (path) => {
    const server = await start();
    const answer = await ask(server, path);
    expect(answer.status).not.toBe(200);
    expect(answer.text).not.toContain('outside');
  });

  test('a socket without the secret is closed and reaches no route', async () => {
    const server = await start();
    for (const first of ['wrong', '{"i":"1","p":{"u":"orpc:/flows/list"}}']) {
      const socket = socketTo(server);
      socket.once('open', () => socket.send(first));
      const code = await new Promise((resolve) => socket.once('close', resolve));
      expect(code).toBe(SOCKET_REFUSED);
    }
  });

  test.each<[string, Record<string, string>]>([
    ['a foreign origin', { origin: 'http://evil.example' }],
    ['a foreign host', { host: 'evil.example' }],
  ])('no upgrade from %s', async (_, headers) => {
    const server = await start();
    const socket = socketTo(server, headers);
    const error = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(error.message).toContain('403');
  });
});

test('flows over the socket, and the same ones after a restart', async () => {
  const first = await start();
  const api = await clientOf(first);
  const flow = await api.flows.create({ name: 'Kept' });
  await expect(api.flow.history({ flowId: 'flow_missing', limit: 1 })).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND', name: 'AppError' });
  await first.close();
  opened.length = 0;
  const again = await clientOf(await start());
  expect((await again.flows.list({})).map(({ id, name }) => ({ id, name }))).toEqual([{ id: flow.id, name: 'Kept' }]);
});

test('a second host on the folder works through the first, and takes over when that one goes', async () => {
  const owner = await start();
  const guest = await start();
  expect([owner.engineHost.role(), guest.engineHost.role()]).toEqual(['owner', 'guest']);
  const [a, b] = [await clientOf(owner), await clientOf(guest)];
  const flow = await a.flows.create({ name: 'Shared folder' });
  await b.flows.rename({ flowId: flow.id, name: 'Renamed by the guest' });
  expect((await a.flows.list({}))[0]?.name).toBe('Renamed by the guest');

  await owner.close();
  const c = await clientOf(guest);
  expect((await c.flows.list({}))[0]?.name).toBe('Renamed by the guest');
  expect(guest.engineHost.role()).toBe('owner');
});

test('a taken port is said by its number and the folder stays free', async () => {
  const first = await start();
  const port = Number(new URL(first.origin).port);
  await expect(startLocalServer({ dataDir: join(root, 'other'), rendererDir: join(root, 'page'), version: '0', logger: silentLogger, port })).rejects.toMatchObject({ code: 'PORT_IN_USE', message: expect.stringContaining(String(port)) as string });
  await start(0, join(root, 'other'));
});

test.skipIf(process.platform === 'win32')('only this user may open the local socket', async () => {
  await start();
  expect(statSync(socketPathOf(join(root, 'data'))).mode & 0o777).toBe(0o600);
});

test.each(['owner', 'guest'])('what happens while a page of the %s does not read becomes few patches, with the last state', async (role) => {
  const owner = await start();
  const server = role === 'owner' ? owner : await start();
  expect(server.engineHost.role()).toBe(role);
  const [api, far] = [await clientOf(owner), await connectionOf(server)];
  const { id: flowId } = await api.flows.create({ name: 'A' });
  const patches: string[] = [];
  const stream = await far.api.flow.open({ flowId });
  const ready = await new Promise<{ logId: string; nodeId: string }>((resolve) => {
    void (async () => {
      for await (const event of stream) {
        if (event.type === 'ready') resolve({ logId: event.logId, nodeId: 'node_01890a5d-ac96-774b-bcce-b302099a8057' });
        if (event.type === 'patch') patches.push(...event.put.map(({ record }) => String((record as unknown as { data: { description?: string } }).data.description?.slice(-3))));
      }
    })().catch(() => undefined);
  });
  const write = async (op: object) =>
    api.flow.commit({ flowId, transaction: { id: `tx_${randomUUID()}`, logId: ready.logId, author: { kind: 'user', id: 'local', name: '' }, at: 1, schema: 1, ops: [op] } as never });
  await write({ op: 'add', kind: 'node', id: ready.nodeId, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart' } } });
  await expect.poll(() => patches.length).toBe(1);

  // More than the system's buffers take: 60 MB.
  far.socket.pause();
  let from: string | null = null;
  for (let edit = 100; edit < 180; edit++) {
    const to: string = 'x'.repeat(750_000) + edit;
    await write({ op: 'set', kind: 'node', id: ready.nodeId, field: 'data.description', from, to });
    from = to;
  }
  far.socket.resume();
  await expect.poll(() => patches.at(-1)).toBe('179');
  expect(patches.length).toBeLessThan(60);
});

test('a stream that cannot begin says why', async () => {
  const api = await clientOf(await start());
  await expect((async () => (await api.chat.open({ flowId: 'flow_01890a5d-ac96-774b-bcce-b302099a8057' })).next())()).rejects.toMatchObject({ code: 'FLOW_NOT_FOUND' });
});
