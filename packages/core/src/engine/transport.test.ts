import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ApiClient } from '../api/index.ts';
import { isAppError, silentLogger, type AppError } from '../base/index.ts';
import { createEgress, createModel, type EgressPolicy, type EgressRecord } from '../llm/index.ts';
import { providerWires } from '../llm/providerTestKit.ts';
import { openAiCompletion } from '../llm/wireFixtures.ts';
import { createEngine } from './index.ts';
import { createTransports, type Transport, type Transports } from './transport.ts';

let folder: string;
/** Certificates made for this run: an authority, what it signed, and one that signed itself. */
let pem: { ca: string; good: Pair; wrongName: Pair; expired: Pair; alone: Pair };
interface Pair {
  key: string;
  cert: string;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-tls-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const key = (name: string) => openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${name}.key`);
  key('ca');
  openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Example Corp Root CA', '-days', '30', '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign', '-out', 'ca.pem');
  const signed = (name: string, alternatives: string, days: string): Pair => {
    key(name);
    openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${name}`, '-out', `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${alternatives}\n`);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', `${name}.ext`, '-days', days, '-out', `${name}.pem`);
    return { key: text(`${name}.key`), cert: text(`${name}.pem`) };
  };
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  const good = signed('good', 'DNS:localhost,IP:127.0.0.1', '10');
  const wrongName = signed('wrong', 'DNS:elsewhere.example', '10');
  const expired = signed('expired', 'DNS:localhost,IP:127.0.0.1', '-1');
  key('alone');
  openssl('req', '-x509', '-new', '-key', 'alone.key', '-subj', '/CN=localhost', '-days', '10', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-out', 'alone.pem');
  pem = { ca: text('ca.pem'), good, wrongName, expired, alone: { key: text('alone.key'), cert: text('alone.pem') } };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const closing: (() => Promise<void>)[] = [];
let transports: Transports | undefined;
afterEach(async () => {
  await transports?.close();
  transports = undefined;
  for (const close of closing.splice(0)) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  }));
  return (server.address() as AddressInfo).port;
}

/** An endpoint that speaks chat completions over TLS. */
async function startTls(pair: Pair): Promise<{ port: number; seen: { path: string; authorization: string | undefined }[] }> {
  const seen: { path: string; authorization: string | undefined }[] = [];
  const server = createHttpsServer(pair, (request, response) => {
    seen.push({ path: request.url ?? '', authorization: request.headers.authorization });
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(openAiCompletion('ready'))));
  });
  return { port: await listen(server as unknown as Server), seen };
}

interface Proxy {
  url: string;
  /** 'CONNECT localhost:1234', 'POST http://…', with what it was shown to be let in. */
  asked: { line: string; authorization: string | undefined }[];
}

/** A proxy as companies run them: CONNECT for https, whole addresses for http, a name and password where it wants one. */
async function startProxy(change: { login?: string; refusal?: number; tls?: Pair } = {}): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const wanted = change.login && `Basic ${Buffer.from(change.login).toString('base64')}`;
  const statusOf = (authorization: string | undefined) => change.refusal ?? (wanted && authorization !== wanted ? 407 : undefined);
  const server = change.tls ? createHttpsServer(change.tls) : createHttpServer();
  server.on('request', (request, response) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ line: `${request.method} ${request.url}`, authorization });
    const status = statusOf(authorization);
    if (status) return void response.writeHead(status, status === 407 ? { 'proxy-authenticate': 'Basic realm="corp"' } : {}).end();
    void fetch(request.url!, { method: request.method!, headers: { 'content-type': 'application/json' }, body: '{}' }).then(async (answer) => {
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text());
    });
  });
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    const authorization = request.headers['proxy-authorization'];
    asked.push({ line: `CONNECT ${request.url}`, authorization });
    const status = statusOf(authorization);
    if (status) return void socket.end(`HTTP/1.1 ${status} No\r\n${status === 407 ? 'Proxy-Authenticate: Basic realm="corp"\r\n' : ''}Content-Length: 0\r\n\r\n`);
    const [host, port] = request.url!.split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => (upstream.destroy(), socket.destroy()));
  });
  return { url: `${change.tls ? 'https://localhost' : 'http://127.0.0.1'}:${await listen(server as Server)}`, asked };
}

/** Asks a model through the gate and a transport. */
function ask(baseUrl: string, transport: Transport | undefined, policy: Partial<EgressPolicy> = {}) {
  transports ??= createTransports(globalThis.fetch);
  const records: EgressRecord[] = [];
  const egress = createEgress({
    fetch: transports.fetchFor(transport), ...(transport?.proxy ? { proxy: transport.proxy.url } : {}), clock: { now: () => Date.now() },
    policy: { localOnly: false, allowedHosts: [], onPremiseHosts: [], ...policy }, onRecord: (record) => records.push(record),
  });
  const model = createModel({ provider: 'openai', model: 'm', baseUrl, apiKey: 'sk-corporate-0123456789' }, { egress });
  const answer = model.generate({ system: '', messages: [{ role: 'user', content: 'Hello' }], timeoutMs: 10_000 });
  return { answer, records };
}

async function failureOf(promise: Promise<unknown>): Promise<AppError> {
  const error: unknown = await promise.then(() => undefined, (thrown: unknown) => thrown);
  expect(isAppError(error), String(error)).toBe(true);
  return error as AppError;
}

test('trusts an authority of the organisation, beside those of the machine, for its own endpoint only', async () => {
  const { port, seen } = await startTls(pem.good);
  expect(await failureOf(ask(`https://localhost:${port}/v1`, undefined).answer)).toMatchObject({ code: 'MODEL_CERTIFICATE', params: { reason: 'unknownAuthority' }, message: expect.stringContaining('Advanced connection') });
  expect(seen).toEqual([]);
  const { answer, records } = ask(`https://localhost:${port}/v1`, { ca: pem.ca });
  expect((await answer).text).toBe('ready');
  expect(seen).toEqual([{ path: '/v1/chat/completions', authorization: 'Bearer sk-corporate-0123456789' }]);
  expect(records).toMatchObject([{ host: 'localhost', port, status: 200, outcome: 'ok' }]);
  // Another endpoint has not been told to trust it.
  expect((await failureOf(ask(`https://localhost:${port}/v1`, undefined).answer)).code).toBe('MODEL_CERTIFICATE');
});

test.each([
  ['wrongHost', () => pem.wrongName], ['expired', () => pem.expired], ['selfSigned', () => pem.alone],
])('says of a certificate: %s', async (reason, pair) => {
  const { port, seen } = await startTls(pair());
  expect(await failureOf(ask(`https://localhost:${port}/v1`, { ca: pem.ca }).answer)).toMatchObject({ code: 'MODEL_CERTIFICATE', params: { reason, host: `localhost:${port}` } });
  expect(seen).toEqual([]);
});

test('trusts a machine that vouches for itself once its certificate was added', async () => {
  const { port } = await startTls(pem.alone);
  expect((await ask(`https://localhost:${port}/v1`, { ca: pem.alone.cert }).answer).text).toBe('ready');
});

test('goes through a proxy with name and password; the ledger names the true target', async () => {
  const { port, seen } = await startTls(pem.good);
  const proxy = await startProxy({ login: 'ada:Geheim!' });
  const { answer, records } = ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: proxy.url, user: 'ada', password: 'Geheim!' } });
  expect((await answer).text).toBe('ready');
  expect(proxy.asked).toEqual([{ line: `CONNECT localhost:${port}`, authorization: `Basic ${Buffer.from('ada:Geheim!').toString('base64')}` }]);
  expect(records).toMatchObject([{ host: 'localhost', port, status: 200 }]);
  // The key was for the endpoint, the password for the proxy.
  expect(seen).toEqual([{ path: '/v1/chat/completions', authorization: 'Bearer sk-corporate-0123456789' }]);
});

test('goes through a proxy that speaks https itself', async () => {
  const { port } = await startTls(pem.good);
  const proxy = await startProxy({ tls: pem.good });
  expect((await ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: proxy.url } }).answer).text).toBe('ready');
  expect(proxy.asked).toHaveLength(1);
  const strange = await startProxy({ tls: pem.alone });
  expect(await failureOf(ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: strange.url } }).answer)).toMatchObject({ code: 'MODEL_CERTIFICATE', params: { reason: 'selfSigned', host: new URL(strange.url).host } });
});

test('hands plain http to a proxy as a whole address', async () => {
  const target = createHttpServer((request, response) => request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(openAiCompletion('plain')))));
  const port = await listen(target);
  const proxy = await startProxy({ login: 'ada:Geheim!' });
  expect((await ask(`http://127.0.0.1:${port}/v1`, { proxy: { url: proxy.url, user: 'ada', password: 'Geheim!' } }).answer).text).toBe('plain');
  expect(proxy.asked).toMatchObject([{ line: `POST http://127.0.0.1:${port}/v1/chat/completions` }]);
  expect(await failureOf(ask(`http://127.0.0.1:${port}/v1`, { proxy: { url: proxy.url } }).answer)).toMatchObject({ code: 'MODEL_PROXY_REFUSED', params: { status: 407, proxy: new URL(proxy.url).host } });
});

test.each([[407, { login: 'ada:Geheim!' }, 'wants a name and password'], [403, { refusal: 403 }, 'does not let the app through'], [502, { refusal: 502 }, 'does not let the app through']])('says what the proxy answered: %i', async (status, change, words) => {
  const { port, seen } = await startTls(pem.good);
  const proxy = await startProxy(change);
  const failure = await failureOf(ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: proxy.url, user: 'ada', password: 'wrong-password' } }).answer);
  expect(failure).toMatchObject({ code: 'MODEL_PROXY_REFUSED', params: { status, proxy: new URL(proxy.url).host, host: `localhost:${port}` }, message: expect.stringContaining(words) });
  expect(JSON.stringify([failure.message, failure.params])).not.toContain('wrong-password');
  expect(seen).toEqual([]);
});

test('tells a proxy that is away from a target that is', async () => {
  const { port } = await startTls(pem.good);
  const gone = createHttpServer();
  const gonePort = await listen(gone);
  await closing.pop()!();
  expect(await failureOf(ask(`https://localhost:${port}/v1`, { proxy: { url: `http://127.0.0.1:${gonePort}` } }).answer)).toMatchObject({ code: 'MODEL_PROXY_UNREACHABLE', params: { proxy: `127.0.0.1:${gonePort}`, networkCode: 'ECONNREFUSED' } });
  expect(await failureOf(ask(`http://127.0.0.1:${port}/v1`, { proxy: { url: `http://127.0.0.1:${gonePort}` } }).answer)).toMatchObject({ code: 'MODEL_PROXY_UNREACHABLE' });
  expect(await failureOf(ask(`https://127.0.0.1:${gonePort}/v1`, { ca: pem.ca }).answer)).toMatchObject({ code: 'MODEL_UNREACHABLE' });
});

test('does not pass by a proxy that the policy does not allow, whatever the target', async () => {
  const { port, seen } = await startTls(pem.good);
  const transport = { ca: pem.ca, proxy: { url: 'http://proxy.example:3128' } };
  const local = ask(`https://localhost:${port}/v1`, transport, { localOnly: true });
  expect(await failureOf(local.answer)).toMatchObject({ code: 'EGRESS_REFUSED', params: { reason: 'proxyLocalOnly', proxy: 'proxy.example:3128', host: 'localhost' }, message: expect.stringContaining('proxy.example:3128') });
  expect(local.records).toMatchObject([{ outcome: 'refused', reason: 'proxyLocalOnly', host: 'localhost', port }]);
  expect(await failureOf(ask(`https://localhost:${port}/v1`, transport).answer)).toMatchObject({ code: 'EGRESS_REFUSED', params: { reason: 'proxyNotAllowed' } });
  expect(seen).toEqual([]);
});

test('uses one set of connections for a transport, and ends them', async () => {
  const { port } = await startTls(pem.good);
  const proxy = await startProxy();
  for (let turn = 0; turn < 8; turn++) await ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: proxy.url } }).answer;
  const tunnels = proxy.asked.length;
  expect(tunnels).toBeLessThan(8);
  await transports!.close();
  await ask(`https://localhost:${port}/v1`, { ca: pem.ca, proxy: { url: proxy.url } }).answer;
  expect(proxy.asked).toHaveLength(tunnels + 1);
});

test.each(Object.entries(providerWires))('%s: its own authority, a proxy, and what either refuses', async (_name, wire) => {
  const server = createHttpsServer(pem.good, (request, response) => request.resume().on('end', () => wire.send(response, 'ready')));
  const port = await listen(server as unknown as Server);
  const proxy = await startProxy({ login: 'ada:Geheim!' });
  const generate = (transport: Transport | undefined) => {
    transports ??= createTransports(globalThis.fetch);
    const egress = createEgress({ fetch: transports.fetchFor(transport), clock: { now: () => Date.now() }, policy: { localOnly: true, allowedHosts: [], onPremiseHosts: [] } });
    return createModel(wire.settings(`https://localhost:${port}`), { egress }).generate({ system: '', messages: [{ role: 'user', content: 'Hello' }], timeoutMs: 10_000, onToken: () => {} });
  };
  expect((await failureOf(generate(undefined))).code).toBe('MODEL_CERTIFICATE');
  expect((await generate({ ca: pem.ca })).text).toBe('ready');
  const login = { url: proxy.url, user: 'ada', password: 'Geheim!' };
  expect((await generate({ ca: pem.ca, proxy: login })).text).toBe('ready');
  expect(proxy.asked.at(-1)!.line).toBe(`CONNECT localhost:${port}`);
  expect((await failureOf(generate({ ca: pem.ca, proxy: { ...login, password: 'wrong' } }))).code).toBe('MODEL_PROXY_REFUSED');
  expect((await failureOf(generate({ proxy: login }))).code).toBe('MODEL_CERTIFICATE');
});

test('an engine reaches an endpoint as its settings say, also after a restart', async () => {
  const { port, seen } = await startTls(pem.good);
  const proxy = await startProxy({ login: 'ada:Geheim!' });
  const baseUrl = `https://localhost:${port}/v1`;
  const choice = { provider: 'openai' as const, baseUrl, model: 'm' };
  const secrets = new Map<string, string>();
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-transport-'));
  const start = async () => {
    const engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) } });
    return { engine, api: createRouterClient(engine.router) as unknown as ApiClient };
  };
  let { engine, api } = await start();
  try {
    await api.settings.set({ localOnly: true });
    expect((await api.models.test(choice)).error).toMatchObject({ code: 'MODEL_CERTIFICATE', params: { reason: 'unknownAuthority' } });
    const view = await api.endpoints.set({ baseUrl, change: { ca: pem.ca, proxy: { url: proxy.url, user: 'ada', password: 'Geheim!' } } });
    expect(view).toMatchObject({ certificates: [{ name: 'Example Corp Root CA', validTo: expect.any(Number) }], proxy: { url: proxy.url, user: 'ada', hasPassword: true } });
    expect(await api.models.test(choice)).toMatchObject({ ok: true, reply: 'ready' });
    expect(proxy.asked).toHaveLength(1);
    await engine.close();
    ({ engine, api } = await start());
    expect(await api.models.test(choice)).toMatchObject({ ok: true });
    expect(proxy.asked).toHaveLength(2);
    expect(seen).toHaveLength(2);
    expect(await api.app.egress({})).toMatchObject([{ host: 'localhost', port, outcome: 'ok' }, { host: 'localhost', port, outcome: 'ok' }, { host: 'localhost', port, outcome: 'failed' }]);
    // A proxy elsewhere is not used in local-only mode, even for a target on this machine.
    await api.endpoints.set({ baseUrl, change: { proxy: { url: 'http://proxy.example:3128' } } });
    expect((await api.models.test(choice)).error).toMatchObject({ code: 'EGRESS_REFUSED', params: { reason: 'proxyLocalOnly' } });
    await api.endpoints.set({ baseUrl, change: { proxy: null, ca: null } });
    expect((await api.models.test(choice)).error).toMatchObject({ code: 'MODEL_CERTIFICATE' });
  } finally {
    await engine.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
