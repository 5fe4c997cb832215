/** Chapter 4: messages, proxies and sockets, over real connections. */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { WebSocket } from 'ws';
import { PROTOCOL } from '@uxflow/core/protocol';
import { readServerAddress } from '../../../../packages/core/src/engine/sync/serverApi.ts';
import { socketAddress } from '../../../../packages/core/src/llm/egressSocket.ts';
import { call, registerPerson } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { socketUrl } from '../testServer.ts';
import { openTestSocket } from '../testSocket.ts';
import { addKey } from '../testWorkspaces.ts';
import { requirement, tellMatrix } from './requirement.ts';

let stage: AccountServer;
let behindProxy: AccountServer;
let count = 0;

beforeAll(async () => {
  [stage, behindProxy] = await Promise.all([startAccountServer({ CORS_ORIGINS: 'https://app.example.org' }), startAccountServer({ TRUST_PROXY_HOPS: '1', PUBLIC_URL: 'https://flows.example.org' })]);
});
afterAll(() => Promise.all([stage.close(), behindProxy.close()]));

const person = (on = stage) => registerPerson(on.server, on.mailbox, { email: `api${++count}@example.org` });

requirement('4.1.1', 'what every page and open route answers is what its media type says', async () => {
  const open = [...stage.server.rules()].filter(([route, { as }]) => as === 'anyone' && route.startsWith('GET ') && !route.includes(':')).map(([route]) => route.slice(4));
  expect(open.length).toBeGreaterThan(10);
  for (const path of [...open, '/api/v1/users/me', '/nothing']) {
    const response = await fetch(stage.server.url + path, { redirect: 'manual' });
    const text = await response.text();
    if (text === '') continue;
    const type = response.headers.get('content-type') ?? '';
    const kind = text.startsWith('<!doctype html>') ? 'html' : isJson(text) ? 'json' : 'text';
    expect([path, type]).toEqual([path, expect.stringMatching(kind === 'json' ? /^application\/json/ : kind === 'html' ? /^text\/html; charset=utf-8$/i : /^(text\/(css|javascript)|image\/svg\+xml); charset=utf-8$/)]);
  }
});

requirement('4.1.2', 'a request that came over plain http is not led on: API, pages and health alike', async () => {
  const { token } = await person(behindProxy);
  for (const path of ['/api/v1/users/me', '/health', '/sign-in']) {
    const answer = await call(behindProxy.server, 'GET', path, { token, headers: { 'x-forwarded-proto': 'http', 'x-forwarded-for': '203.0.113.9' } });
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 200, null]);
  }
});

requirement('4.1.3', 'the address of a client is what the trusted proxy saw, and without one that of the connection', async () => {
  const addressOf = async (on: AccountServer, headers: Record<string, string>) => {
    const { email, password } = await person(on);
    const { body } = await call(on.server, 'POST', '/api/v1/users/login', { body: { email, password }, headers });
    const { body: list } = await call(on.server, 'GET', '/api/v1/users/me/sessions', { token: body.token as string });
    return (list.sessions as { current: boolean; address: string }[]).find(({ current }) => current)!.address;
  };
  const made = { 'x-real-ip': '198.51.100.1', 'x-client-ip': '198.51.100.1', forwarded: 'for=198.51.100.1', 'x-uxflow-address': '198.51.100.1', 'cf-connecting-ip': '198.51.100.1' };
  expect(await addressOf(stage, { ...made, 'x-forwarded-for': '198.51.100.1' })).toBe('127.0.0.1');
  expect(await addressOf(behindProxy, { ...made, 'x-forwarded-for': '198.51.100.1, 203.0.113.9' })).toBe('203.0.113.9');
});

requirement('4.2.1', 'a message whose end could be read in two ways is refused, and nothing behind it is answered', async () => {
  const hidden = 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n';
  const head = 'POST /api/v1/users/verify-email HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  for (const message of [
    `${head}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}Content-Length: 4\r\nContent-Length: 40\r\n\r\n{}  ${hidden}`,
    `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
    `${head}X-Split: one\n\n${hidden}`,
  ]) {
    const answer = await raw(message);
    expect([message, answer.slice(0, 12), answer.split('HTTP/1.1 ').length - 1]).toEqual([message, 'HTTP/1.1 400', 1]);
  }
});

requirement('4.2.1', 'a target that is no address ends no server', async () => {
  for (const target of ['//', '//x:y', 'http://', '/%', '/../..', '*']) {
    await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`);
  }
  expect((await call(stage.server, 'GET', '/health')).status).toBe(200);
});

requirement('4.4.1', 'a desktop opens its socket over TLS, and refuses plain http to anywhere but this machine', () => {
  const nobody = () => false;
  expect(socketAddress(readServerAddress('flows.example.org', nobody), '/v1/sync')).toBe('wss://flows.example.org/v1/sync');
  expect(codeOf(() => readServerAddress('http://flows.example.org', nobody))).toBe('SERVER_ADDRESS_INSECURE');
  expect(socketAddress(readServerAddress('http://127.0.0.1:4455', nobody), '/v1/sync')).toBe('ws://127.0.0.1:4455/v1/sync');
});

requirement('4.4.2', 'a page elsewhere opens no socket; our own, allowed ones and programs do', async () => {
  const open = (origin?: string) =>
    new Promise<number>((done) => {
      const socket = new WebSocket(socketUrl(stage.server.port), origin === undefined ? {} : { origin });
      socket.once('open', () => done(101)).once('unexpected-response', (_request, response) => done(response.statusCode ?? 0)).on('error', () => {});
      setTimeout(() => socket.terminate(), 500);
    });
  expect(await Promise.all([open('https://evil.example'), open('null'), open(`${stage.server.url}.evil.example`), open('https://localhost'), open(stage.server.url), open('https://app.example.org'), open()])).toEqual([403, 403, 403, 403, 101, 101, 101]);
});

requirement('4.4.3', 'a key, an unconfirmed or closing account, a cookie or a token in the address open nothing', async () => {
  const { pool } = stage.server.database;
  const who = await person();
  const hello = async (token: string) => {
    const socket = await openTestSocket(socketUrl(stage.server.port));
    socket.send({ type: 'hello', protocol: PROTOCOL, token, schemas: 1, rules: 1, device: 'device_1' });
    await expect.poll(() => socket.closed?.reason ?? socket.heard.map(({ type }) => type)[0]).toBeDefined();
    const seen = socket.closed?.reason ?? socket.heard.map(({ type }) => type)[0];
    socket.socket.terminate();
    return seen;
  };
  expect(await hello(who.token)).toBe('welcome');
  const key = await addKey(pool, who, ['*']);
  const [unconfirmed, closing] = [await person(), await person()];
  await pool.query('update app_user set email_verified = false where id = $1', [unconfirmed.userId]);
  await pool.query(`update app_user set delete_at = now() + interval '9 days' where id = $1`, [closing.userId]);
  await stage.server.access.revoke({});
  for (const token of [key.token, unconfirmed.token, closing.token, 'made-up', '']) expect(['welcome', await hello(token)]).toEqual(['welcome', expect.stringMatching(/SESSION_INVALID|FRAME_MALFORMED|ended/)]);
  const socket = new WebSocket(`${socketUrl(stage.server.port)}?token=${who.token}`, { headers: { cookie: `uxflow=${who.token}`, authorization: `Bearer ${who.token}` } });
  const ended = new Promise<string>((done) => socket.once('close', (_code, reason) => done(reason.toString())));
  socket.once('open', () => socket.send(Buffer.from([0])));
  expect(await ended).not.toBe('');
});

requirement('4.4.4', 'a socket ends when its session is ended over HTTP', async () => {
  const who = await person();
  const socket = await openTestSocket(socketUrl(stage.server.port), who.token);
  expect((await call(stage.server, 'POST', '/api/v1/users/logout', { token: who.token })).status).toBe(204);
  await expect.poll(() => socket.closed?.reason).toBe('SESSION_REVOKED');
});

tellMatrix();

/** What a server answers to bytes, until it closes or says no more. */
function raw(message: string): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const socket = connect(stage.server.port, '127.0.0.1', () => socket.write(message));
    let quiet = setTimeout(() => socket.destroy(), 2000);
    socket.on('data', (chunk) => {
      text += String(chunk);
      clearTimeout(quiet);
      quiet = setTimeout(() => socket.destroy(), 200);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(quiet);
      done(text);
    });
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}
