/** The built bundle that `npm start` runs, as a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RPCLink } from '@orpc/client/websocket';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { SOCKET_READY } from '../socketProtocol.ts';

const bundle = fileURLToPath(new URL('../../out/main/start.js', import.meta.url));
let dataDir: string;
const children: ChildProcess[] = [];
const sockets: WebSocket[] = [];
beforeEach(() => void (dataDir = mkdtempSync(join(tmpdir(), 'uxflow-start-'))));
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  for (const child of children.splice(0)) await stop(child);
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (...args: string[]) => {
  const child = spawn(process.execPath, [bundle, '--no-open', '--data', dataDir, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  const address = new Promise<URL>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]+/.exec(text);
      if (found && text.includes('Ctrl+C')) resolve(new URL(found[0]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', (code) => reject(new Error(`exit ${code}: ${text}`)));
  });
  address.catch(() => undefined);
  return { child, address, text: () => text };
};
const stop = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
const connect = async (address: URL): Promise<ApiClient> => {
  const answer = await fetch(`${address.origin}/session`, { method: 'POST', headers: { origin: address.origin }, body: JSON.stringify({ code: address.hash.slice('#code='.length) }) });
  const { secret } = (await answer.json()) as { secret: string };
  const socket = new WebSocket(`${address.origin.replace('http', 'ws')}/rpc`, { headers: { origin: address.origin } });
  sockets.push(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('open', () => socket.send(secret));
    socket.once('message', (data) => (data.toString() === SOCKET_READY ? resolve() : reject(new Error(String(data)))));
  });
  return createApiClient(new RPCLink({ websocket: socket as never }));
};

test('serves its page, lays a flow out on its worker, lets a second one work through it, and stops cleanly', async () => {
  const first = start('--port', '0');
  const address = await first.address;
  const page = await (await fetch(address.origin)).text();
  expect(page).toMatch(/<script type="module"[^>]*src="\.?\/assets\//);
  const api = await connect(address);
  const node = (id: string) => ({ id, type: 'screen', position: { x: 0, y: 0 }, data: { title: id } });
  const flow = await api.flows.import({
    text: JSON.stringify({ format: 'uxflow', version: 1, id: 'f', name: 'Stack', nodes: { a: node('a'), b: node('b') }, edges: { e: { id: 'e', source: 'a', target: 'b', data: {} } } }),
    fileName: 'stack.uxflow',
  });
  expect((await api.flow.layout({ flowId: flow.id })).entryId).toBeDefined();

  const second = start('--port', '0');
  const guest = await connect(await second.address);
  expect(second.text()).toContain('another window holds it');
  expect((await guest.flows.list({})).map(({ name }) => name)).toEqual(['Stack']);
  expect(await stop(second.child)).toBe(0);
  expect(await stop(first.child)).toBe(0);
});

test('a port that is taken is named, and the exit code says so', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as { port: number };
  const { child, text } = start('--port', String(port));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1);
  expect(text()).toContain(`Port ${port} is used by another program`);
  blocker.close();
});
