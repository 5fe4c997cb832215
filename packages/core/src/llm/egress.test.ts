import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import { isAppError } from '../base/error.ts';
import { createTestClock } from '../base/clock.ts';
import { createEgress, type EgressRecord } from './egress.ts';
import { findRefusal, hostEntry, isLoopback, type EgressPolicy } from './egressPolicy.ts';
import { allowedHostsOf } from './createModel.ts';
import { sendJson, startWireServer, type WireServer } from './testServers.ts';

const servers: WireServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(answer: Parameters<typeof startWireServer>[0]): Promise<WireServer> {
  const server = await startWireServer(answer);
  servers.push(server);
  return server;
}

function gateOf(policy: EgressPolicy | (() => EgressPolicy) = closed, fetcher: typeof fetch = globalThis.fetch) {
  const records: EgressRecord[] = [];
  return { gate: createEgress({ fetch: fetcher, policy, onRecord: (record) => records.push(record), clock: { now: () => Date.now() } }), records };
}

const closed: EgressPolicy = { localOnly: true, allowedHosts: [], onPremiseHosts: [] };

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  const error = await promise.then(() => undefined, (thrown: unknown) => thrown);
  expect(isAppError(error), String(error)).toBe(true);
  expect((error as { code: string }).code).toBe('EGRESS_REFUSED');
  return (error as { params: { reason: string } }).params.reason;
}

describe('the policy', () => {
  it('knows loopback from what only looks like it', () => {
    const hostOf = (address: string) => new URL(address).hostname;
    for (const address of ['http://127.0.0.1:1', 'http://127.9.8.7', 'http://127.1', 'http://2130706433', 'http://0x7f.0.0.1', 'http://[::1]:80', 'http://[0:0:0:0:0:0:0:1]', 'http://LOCALHOST']) {
      expect(isLoopback(hostOf(address)), address).toBe(true);
    }
    for (const address of ['http://127.0.0.1.evil.com', 'http://localhost.evil.com', 'http://evil.com', 'http://128.0.0.1', 'http://0.0.0.0', 'http://10.0.0.1', 'http://[::2]', 'http://[::ffff:10.0.0.1]', 'http://localhost.', 'http://xn--localhost-']) {
      expect(isLoopback(hostOf(address)), address).toBe(false);
    }
  });

  it('allows loopback always, on-premise hosts in local-only, listed hosts otherwise', () => {
    const policy = { localOnly: false, allowedHosts: ['api.openai.com:443', 'gateway.example'], onPremiseHosts: ['llm.corp:8443'] };
    const refusal = (address: string, change: Partial<EgressPolicy> = {}) => findRefusal(new URL(address), { ...policy, ...change });
    expect(refusal('https://api.openai.com/v1')).toBeUndefined();
    expect(refusal('https://api.openai.com:444/v1')).toBe('notAllowed');
    expect(refusal('http://gateway.example:9')).toBeUndefined();
    expect(refusal('https://other.example')).toBe('notAllowed');
    expect(refusal('https://api.openai.com/v1', { localOnly: true })).toBe('localOnly');
    expect(refusal('https://llm.corp:8443/v1', { localOnly: true })).toBeUndefined();
    expect(refusal('https://llm.corp/v1', { localOnly: true })).toBe('localOnly');
    expect(refusal('ftp://127.0.0.1/')).toBe('scheme');
    expect(refusal('file:///etc/passwd')).toBe('scheme');
    expect(refusal('http://me:pw@127.0.0.1/')).toBe('credentialsInUrl');
  });

  it('derives the list from the configured providers', () => {
    expect(allowedHostsOf([{ provider: 'openai' }, { provider: 'openai', baseUrl: 'http://gpu.lan:8000/v1' }, { provider: 'ollama' }, { provider: 'openai', baseUrl: 'ftp://x' }, { provider: 'openai', baseUrl: 'api.openai.com/v1' }, { provider: 'openai', baseUrl: 'localhost:1234/v1' }]))
      .toEqual(['api.openai.com:443', 'gpu.lan:8000', '127.0.0.1:11434', 'localhost:1234']);
    expect(hostEntry('https://[::1]/v1')).toBe('[::1]:443');
  });
});

describe('the gate', () => {
  it('refuses in local-only before any socket opens or name is looked up', async () => {
    const opened: unknown[] = [];
    const note = (message: unknown) => void opened.push(message);
    subscribe('net.client.socket', note);
    try {
      const { gate, records } = gateOf();
      for (const address of ['https://api.openai.com/v1/models', 'http://example.com', 'http://10.1.2.3', 'https://[2001:db8::1]/']) {
        expect(await refusalOf(gate.fetch('model')(address, { method: 'POST', body: 'secret' }))).toBe('localOnly');
      }
      expect(await refusalOf(gate.fetch('model')('no address'))).toBe('invalidUrl');
      expect(opened).toEqual([]);
      expect(records.map((record) => [record.host, record.outcome, record.reason, record.status, record.requestBytes])).toEqual([
        ['api.openai.com', 'refused', 'localOnly', undefined, 0], ['example.com', 'refused', 'localOnly', undefined, 0], ['10.1.2.3', 'refused', 'localOnly', undefined, 0], ['[2001:db8::1]', 'refused', 'localOnly', undefined, 0],
      ]);
      // The same fetch to this machine is noticed, otherwise the empty list above would prove nothing.
      const server = await start((_request, response) => sendJson(response, 200, {}));
      await (await gate.fetch('model')(server.origin)).text();
      expect(opened).toHaveLength(1);
    } finally {
      unsubscribe('net.client.socket', note);
    }
  });

  it('records what went out and what came back', async () => {
    const server = await start((_request, response) => sendJson(response, 201, { hello: 'wörld' }));
    const { gate, records } = gateOf();
    const response = await gate.fetch('sync')(`${server.origin}/x?secret=1`, { method: 'post', body: '"ä"', headers: { 'x-key': 'k' } });
    expect(records).toEqual([]);
    expect(await response.json()).toEqual({ hello: 'wörld' });
    expect(response.url).toBe(`${server.origin}/x?secret=1`);
    expect(records).toEqual([{ host: '127.0.0.1', port: Number(new URL(server.origin).port), purpose: 'sync', method: 'POST', requestBytes: 4, responseBytes: 18, status: 201, startedAt: expect.any(Number), ms: expect.any(Number), outcome: 'ok' }]);
    expect(server.requests[0]!.headers['x-key']).toBe('k');
  });

  it('takes a Request and a stream as body', async () => {
    const server = await start((request, response) => sendJson(response, 200, request.body));
    const { gate, records } = gateOf();
    const request = new Request(server.origin, { method: 'POST', body: '{"a":1}', headers: { 'x-key': 'k' } });
    expect(await (await gate.fetch('x')(request)).json()).toEqual({ a: 1 });
    expect(server.requests[0]!.headers['x-key']).toBe('k');
    const stream = new Response('{"b":2}').body!;
    expect(await (await gate.fetch('x')(server.origin, { method: 'PUT', body: stream })).json()).toEqual({ b: 2 });
    expect(records.map((record) => [record.method, record.requestBytes])).toEqual([['POST', 7], ['PUT', 7]]);
  });

  it('records failures, cut bodies, cancelled bodies and bodies of nothing', async () => {
    const server = await start((request, response) => {
      if (request.path === '/cut') {
        response.writeHead(200, { 'content-length': '100' }).write('12345');
        setTimeout(() => response.socket?.destroy(), 20);
      } else if (request.path === '/open') response.writeHead(200).write('123');
      else response.writeHead(204).end();
    });
    const { gate, records } = gateOf();
    const get = gate.fetch('x');
    await expect((await get(`${server.origin}/cut`)).text()).rejects.toThrow();
    const open = await get(`${server.origin}/open`);
    const reader = open.body!.getReader();
    await reader.read();
    await reader.cancel();
    expect((await get(`${server.origin}/none`)).status).toBe(204);
    await server.close();
    await expect(get(server.origin)).rejects.toThrow();
    expect(records.map((record) => [record.outcome, record.responseBytes, record.status])).toEqual([['failed', 5, 200], ['ok', 3, 200], ['ok', 0, 204], ['failed', 0, undefined]]);
  });

  it('follows a redirect on the same host with method, body and key', async () => {
    const server = await start((request, response) => (request.path === '/old' ? response.writeHead(301, { location: '/new' }).end() : sendJson(response, 200, { method: request.method, key: request.headers.authorization, body: request.body })));
    const { gate, records } = gateOf();
    const response = await gate.fetch('x')(`${server.origin}/old`, { method: 'POST', body: '[1]', headers: { authorization: 'Bearer k' } });
    expect(await response.json()).toEqual({ method: 'POST', key: 'Bearer k', body: [1] });
    expect(response.url).toBe(`${server.origin}/new`);
    expect(records.map((record) => record.status)).toEqual([301, 200]);
  });

  it('drops every credential when a redirect changes the host, and turns 303 into GET', async () => {
    const second = await start((request, response) => sendJson(response, 200, { method: request.method, headers: request.headers }));
    const first = await start((_request, response) => response.writeHead(303, { location: `${second.origin}/there` }).end());
    const { gate } = gateOf();
    const response = await gate.fetch('x')(first.origin, { method: 'POST', body: '{}', headers: { authorization: 'Bearer k', 'api-key': 'k', cookie: 'k', accept: 'application/json' } });
    const seen = (await response.json()) as { method: string; headers: Record<string, string> };
    expect(seen.method).toBe('GET');
    expect(seen.headers['accept']).toBe('application/json');
    expect([seen.headers['authorization'], seen.headers['api-key'], seen.headers['cookie'], seen.headers['content-type']]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('checks where a redirect leads', async () => {
    const server = await start((request, response) => response.writeHead(302, { location: request.path === '/loop' ? '/loop' : 'https://evil.example/steal' }).end());
    const { gate, records } = gateOf({ localOnly: false, allowedHosts: ['fine.example'], onPremiseHosts: [] });
    expect(await refusalOf(gate.fetch('x')(`${server.origin}/away`))).toBe('notAllowed');
    expect(await refusalOf(gate.fetch('x')(`${server.origin}/loop`))).toBe('redirectLoop');
    expect(server.requests.filter((request) => request.path === '/loop')).toHaveLength(6);
    expect(records.filter((record) => record.outcome === 'refused').map((record) => record.host)).toEqual(['evil.example', '127.0.0.1']);
  });

  it('lets no other machine lead it to this one, nor out of encryption', async () => {
    const answers: Record<string, string> = { 'https://fine.example/a': 'http://127.0.0.1:9/x', 'https://fine.example/b': 'http://fine.example/b' };
    const { gate } = gateOf({ localOnly: false, allowedHosts: ['fine.example'], onPremiseHosts: [] }, async (input) => new Response(null, { status: 307, headers: { location: answers[String(input)]! } }));
    expect(await refusalOf(gate.fetch('x')('https://fine.example/a'))).toBe('redirectToLoopback');
    expect(await refusalOf(gate.fetch('x')('https://fine.example/b'))).toBe('redirectDowngrade');
  });

  it('obeys the switch at once, also in the middle of an answer', async () => {
    let policy: EgressPolicy = { localOnly: false, allowedHosts: ['far.example'], onPremiseHosts: [] };
    const clock = createTestClock();
    const records: EgressRecord[] = [];
    const far: typeof fetch = async () => {
      let count = 0;
      return new Response(new ReadableStream({ pull: (controller) => (count++ < 3 ? controller.enqueue(new Uint8Array(10)) : controller.close()) }, { highWaterMark: 0 }));
    };
    const gate = createEgress({ fetch: far, policy: () => policy, onRecord: (record) => records.push(record), clock });
    expect(gate.refusal('https://far.example')).toBeUndefined();
    const reader = (await gate.fetch('model')('https://far.example')).body!.getReader();
    await reader.read();
    policy = { ...policy, localOnly: true };
    clock.advance(250);
    expect(await refusalOf(reader.read())).toBe('localOnly');
    expect(gate.refusal('https://far.example')).toBe('localOnly');
    expect(records).toEqual([expect.objectContaining({ outcome: 'refused', reason: 'localOnly', responseBytes: 10, ms: 250 })]);
  });
});
