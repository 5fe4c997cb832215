/** Beyond the chapters: every secret that was handed out is looked for in addresses, logs, traces, metrics and tables. */
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect } from 'vitest';
import { call, GOOD_PASSWORD, registerPerson, type Person } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { totp } from '../testAuthenticator.ts';
import { makeLink, openLink } from '../testLinks.ts';
import { secretOf } from '../testMailbox.ts';
import { socketUrl } from '../testServer.ts';
import { openTestSocket } from '../testSocket.ts';
import { requirement, tellMatrix } from './requirement.ts';

const users = '/api/v1/users';
let stage: AccountServer;
let collector: Server;
/** What the collector of traces was sent. */
let traced = '';
const locations: string[] = [];
/** Name -> secret. */
let secrets: Record<string, string>;
/** Every mail that was sent. */
const mails: string[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => (traced += chunk.toString('latin1')));
    request.on('end', () => response.end('{}'));
  });
  await new Promise<void>((done) => collector.listen(0, '127.0.0.1', () => done()));
  stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise', METRICS_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` });
  secrets = await live();
});
afterAll(async () => {
  await stage.close();
  await new Promise((done) => collector.close(done));
});

const post = (path: string, body: unknown, token?: string) => call(stage.server, 'POST', path, { body, ...(token ? { token } : {}) });

/** A day in the life of an account: every way in, and everything that is handed out. */
async function live(): Promise<Record<string, string>> {
  const { server, mailbox } = stage;
  const found: Record<string, string> = { password: GOOD_PASSWORD };
  const who: Person = await registerPerson(server, mailbox, { email: 'secret@example.org' });
  found.session = who.token;
  const cookie = (await call(server, 'POST', `${users}/login`, { body: { email: who.email, password: who.password, as: 'cookie' }, headers: { origin: server.url } })).headers.getSetCookie()[0]!.split(';')[0]!;
  found.cookie = cookie.split('=')[1]!;
  found.apiKey = (await post(`${users}/me/api-keys`, { name: 'Key', scopes: ['read_projects'] }, who.token)).body.secret as string;
  await call(server, 'GET', '/api/v1/workspaces', { token: found.apiKey });
  const verifier = 'v'.repeat(50);
  const redirectUri = 'http://127.0.0.1:51234/done';
  const approved = await fetch(`${server.url}/desktop`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: server.url }, body: new URLSearchParams({ redirect_uri: redirectUri, state: 'state-12345', code_challenge: createHash('sha256').update(verifier).digest('base64url'), device: 'Laptop', answer: 'yes' }) });
  found.desktopCode = new URL(approved.headers.get('location')!).searchParams.get('code')!;
  found.desktop = (await post(`${users}/token`, { code: found.desktopCode, codeVerifier: verifier, redirectUri })).body.token as string;
  const workspace = (await post('/api/v1/workspaces', { name: 'Team' }, who.token)).body.id as string;
  await post(`/api/v1/workspaces/${workspace}/flows`, { logId: 'log_secret', name: 'Flow' }, who.token);
  const link = await makeLink(server, who, workspace, 'log_secret', { password: 'look-but-not-touch' });
  Object.assign(found, { link: link.address, linkPassword: 'look-but-not-touch', visit: (await openLink(server, link.address, { password: 'look-but-not-touch' })).body.token as string });
  await post(`/api/v1/workspaces/${workspace}/invite`, { email: 'invited@example.org' }, who.token);
  found.invitation = secretOf(await mailbox.take('invited@example.org', 'invite'));
  await post(`${users}/forgot-password`, { email: who.email });
  const reset = await mailbox.take(who.email, 'Set a new password');
  found.reset = secretOf(reset);
  await post(`${users}/me/email`, { email: 'new-secret@example.org', password: who.password }, who.token);
  mails.push((await mailbox.take('new-secret@example.org', /http/)).text);
  const begun = await post(`${users}/me/second-factor`, { password: who.password }, who.token);
  found.seed = new URL(begun.body.uri as string).searchParams.get('secret')!;
  (begun.body.backupCodes as string[]).forEach((code, at) => (found[`backupCode${at}`] = code));
  found.renewed = (await post(`${users}/me/second-factor/confirm`, { code: totp(found.seed) }, who.token)).body.token as string;
  const challenge = (await post(`${users}/login`, { email: who.email, password: who.password })).body.challenge as string;
  found.challenge = challenge;
  found.afterCode = (await post(`${users}/login/second-factor`, { challenge, code: found.backupCode3, kind: 'backup' })).body.token as string;
  const socket = await openTestSocket(socketUrl(server.port), found.renewed);
  socket.socket.terminate();
  // What goes wrong is written down as well: wrong secrets, a table that is away.
  await post(`${users}/login`, { email: who.email, password: 'a-wrong-password-here' });
  found.wrongPassword = 'a-wrong-password-here';
  await call(server, 'GET', `${users}/me`, { token: 'made-up-secret-of-nobody' });
  await server.database.pool.query('alter table audit_event rename to audit_event_away');
  expect((await call(server, 'GET', `${users}/me/export?secret=${found.renewed}`, { token: found.renewed })).status).toBe(500);
  await server.database.pool.query('alter table audit_event_away rename to audit_event');
  for (const path of ['/', '/sign-in', '/account', `/desktop?redirect_uri=${encodeURIComponent(redirectUri)}`, `/s/${link.address}`]) locations.push(String((await fetch(server.url + path, { redirect: 'manual', headers: { cookie } })).headers.get('location')));
  mails.push(reset.text, ...mailbox.mails.map(({ text }) => text));
  expect(Object.entries(found).filter(([, secret]) => typeof secret !== 'string' || secret.length < 8)).toEqual([]);
  return found;
}
/** Names of the secrets that stand in a text. */
const heldBy = (text: string) => Object.entries(secrets).filter(([, secret]) => text.includes(secret) || text.includes(encodeURIComponent(secret)) || text.includes(Buffer.from(secret).toString('base64').replace(/=+$/, ''))).map(([name]) => name);

requirement('14.2.1', 'links of mails carry their secret behind the #, redirects none, and no route takes one from its address', async () => {
  await registerPerson(stage.server, { ...stage.mailbox, take: async (to, text) => {
    const mail = await stage.mailbox.take(to, text);
    mails.push(mail.text);
    return mail;
  } }, { email: 'address@example.org' }).catch(() => undefined);
  const links = mails.flatMap((text) => text.match(/https?:\/\/\S+/g) ?? []);
  expect(links.length).toBeGreaterThan(2);
  for (const link of links) {
    const { search, pathname } = new URL(link);
    expect([link, search, /[A-Za-z0-9_-]{24,}/.test(pathname)]).toEqual([link, '', false]);
  }
  for (const location of locations) expect([location, heldBy(location)]).toEqual([location, []]);
  const { renewed } = secrets;
  for (const query of [`token=${renewed}`, `access_token=${renewed}`, `api_key=${secrets.apiKey}`, `session=${renewed}`, `uxflow=${renewed}`]) expect([query.split('=')[0], (await call(stage.server, 'GET', `${users}/me?${query}`)).status]).toEqual([query.split('=')[0], 401]);
});

requirement('16.2.5', 'no secret and no address of a person is in a line of the log, a trace or a metric', async () => {
  const log = JSON.stringify(stage.lines);
  expect(stage.lines.some(({ message }) => message === 'a request failed')).toBe(true);
  expect(heldBy(log)).toEqual([]);
  expect(log).not.toMatch(/@example\.org/);
  await expect.poll(() => traced.length).toBeGreaterThan(1000);
  expect([heldBy(traced), /@example\.org/.test(traced)]).toEqual([[], false]);
  const metrics = await (await fetch(`http://127.0.0.1:${stage.server.metricsPort}/metrics`)).text();
  expect([metrics.includes('uxflow_'), heldBy(metrics)]).toEqual([true, []]);
});

requirement('16.2.5', 'no table holds a secret as it was handed out', async () => {
  const { pool } = stage.server.database;
  const { rows: tables } = await pool.query<{ schema: string; name: string }>(`select table_schema as schema, table_name as name from information_schema.tables where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`);
  expect(tables.length).toBeGreaterThan(30);
  for (const { schema, name } of tables) {
    const { rows } = await pool.query<{ line: string }>(`select to_jsonb(t)::text as line from "${schema}"."${name}" t`);
    expect([name, heldBy(rows.map(({ line }) => line).join('\n'))]).toEqual([name, []]);
  }
});

tellMatrix();
