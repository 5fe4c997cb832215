import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { createEgress, type EgressRecord } from './egress.ts';
import { openGatedSocket, socketAddress } from './egressSocket.ts';

let http: Server | undefined;
afterEach(() => void http?.closeAllConnections());

/** A server that sends back what it gets. */
async function echo(): Promise<string> {
  http = createServer();
  new WebSocketServer({ server: http }).on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
  await new Promise<void>((done) => http!.listen(0, '127.0.0.1', () => done()));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
}

/** A gate whose rules may change, a socket through it, and all that it told. */
function through(base: string, hosts: readonly string[] = []) {
  const policy = { localOnly: false, allowedHosts: hosts, onPremiseHosts: [] as string[] };
  const records: EgressRecord[] = [];
  const heard: string[] = [];
  let wake = () => {};
  const tell = (text: string) => {
    heard.push(text);
    wake();
  };
  const egress = createEgress({ fetch, policy: () => policy, clock: { now: () => 5 } });
  const socket = openGatedSocket({
    url: socketAddress(base, '/v1/sync'), purpose: 'sync', egress, WebSocket, clock: { now: () => 5 }, onRecord: (record) => void records.push(record),
    events: { opened: () => tell('opened'), frame: (bytes) => tell(`frame ${new TextDecoder().decode(bytes)}`), closed: (code, reason) => tell(`closed ${code} ${reason}`) },
  });
  const until = async (text: string) => {
    while (!heard.includes(text)) await new Promise<void>((done) => (wake = done));
  };
  return { policy, records, heard, socket, until };
}

test('what goes through is counted and written down once', async () => {
  const { socket, until, records } = through(await echo());
  await until('opened');
  socket.send(new TextEncoder().encode('hello'));
  await until('frame hello');
  socket.close();
  socket.close();
  expect(records).toMatchObject([{ host: '127.0.0.1', purpose: 'sync', method: 'SOCKET', requestBytes: 5, responseBytes: 5, outcome: 'ok', status: 101 }]);
});

test('an address that is not allowed is never contacted, and says why', async () => {
  const { until, records } = through('https://sync.example.com');
  await until('closed 4000 EGRESS_REFUSED');
  expect(records).toMatchObject([{ host: 'sync.example.com', port: 443, outcome: 'refused', reason: 'notAllowed', requestBytes: 0 }]);
});

test('a switch ends what is open: at once when the gate looks again, else before the next frame', async () => {
  const base = await echo();
  const refuse = (policy: { localOnly: boolean }) => {
    policy.localOnly = true;
  };
  // Loopback is this machine and stays allowed under local-only; a host abroad does not.
  const { policy, socket, until, heard } = through(base);
  await until('opened');
  refuse(policy);
  socket.recheck();
  socket.send(new TextEncoder().encode('still here'));
  await until('frame still here');
  expect(heard.some((text) => text.startsWith('closed'))).toBe(false);
  socket.close();
  const abroad = through('https://sync.example.com', ['sync.example.com:443']);
  refuse(abroad.policy);
  abroad.socket.recheck();
  await abroad.until('closed 4000 EGRESS_REFUSED');
  expect(abroad.records).toMatchObject([{ outcome: 'refused', reason: 'localOnly' }]);
});

test('only web addresses become addresses of sockets', () => {
  expect([socketAddress('https://a.example', '/v1/sync'), socketAddress('http://127.0.0.1:9/', '/v1/sync')]).toEqual(['wss://a.example/v1/sync', 'ws://127.0.0.1:9/v1/sync']);
  expect(() => socketAddress('ftp://a.example', '/v1/sync')).toThrow(/https/);
});
