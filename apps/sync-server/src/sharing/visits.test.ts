/** People who come by a link, over real HTTP and sockets: what they see, what they may write, and how they are cut. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientMessage } from '@uxflow/core/protocol';
import { openLink, makeLink, type TestLink } from '../../test/testLinks.ts';
import { until } from '../../test/testDevice.ts';
import { startTestInstances, type TestInstances } from '../../test/testInstances.ts';
import { socketUrl } from '../../test/testServer.ts';
import { openTestSocket, pushOf, type TestSocket } from '../../test/testSocket.ts';
import { isCut, joinLog, pushTo, visitLink, type Visitor } from '../../test/testVisits.ts';
import { addPerson, ask, codeOf, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';

let instances: TestInstances;
let server: RunningServer;
/** Another instance: who is cut here must be cut there. */
let other: RunningServer;
let owner: TestPerson;
let count = 0;
const sockets: TestSocket[] = [];

beforeAll(async () => {
  instances = await startTestInstances({ PASSWORD_MEMORY_KIB: '7168' });
  ({ server, other } = instances);
  owner = await addPerson(server.database.pool, 'owner');
});
afterAll(async () => {
  for (const { socket } of sockets) socket.terminate();
  await instances.close();
});

interface Scene {
  workspaceId: string;
  logId: string;
  maker: TestPerson;
}

/** A flow in a workspace, and a member who may share it. */
async function scene(): Promise<Scene> {
  const { id: workspaceId } = await makeWorkspace(server.url, owner);
  const logId = `log_${++count}`;
  expect((await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name: 'Sign up' })).status).toBe(201);
  const maker = await addPerson(server.database.pool, `maker${count}`);
  await putIn(server.database.pool, workspaceId, maker, 'member');
  return { workspaceId, logId, maker };
}

async function visit(link: TestLink, logId: string, { at = server, ...given }: { at?: RunningServer; password?: string } = {}): Promise<Visitor> {
  const visitor = await visitLink(at, link, logId, given);
  sockets.push(visitor.socket);
  return visitor;
}

const cut = (...all: TestSocket[]) => until('cut', () => all.every((one) => isCut(one)), 1000);

describe('opening', () => {
  test('gives a token for its flows, counts, and says the same of every link that shows nothing', async () => {
    const { workspaceId, logId, maker } = await scene();
    const link = await makeLink(server, maker, workspaceId, logId);
    expect(link.url).toBe(`${server.url}/s/${link.address}`);
    expect(Buffer.from(link.address, 'base64url').length).toBe(24);
    const opened = await openLink(server, link.address);
    expect(opened.body).toMatchObject({ linkId: link.id, logId, name: 'Sign up', mayComment: false, key: null, visitorId: expect.stringMatching(/^visitor_/), token: expect.stringMatching(/^uxl_/) });
    expect(opened.headers.get('set-cookie')).toBeNull();
    const { rows: stored } = await server.database.pool.query('select k::text || v::text as row from share_link k join link_visit v on v.link_id = k.id where k.id = $1', [link.id]);
    expect(stored[0].row).not.toContain(link.address);
    expect(stored[0].row).not.toContain(opened.body.token);
    // With the token of the visit it goes on, and is not counted again.
    const again = await openLink(server, link.address, { token: opened.body.token });
    expect(again.body.visitorId).toBe(opened.body.visitorId);
    expect(again.body.token).not.toBe(opened.body.token);
    expect((await openLink(server, link.address)).body.visitorId).not.toBe(opened.body.visitorId);
    const listed = (await ask(server.url, maker, 'GET', `/workspaces/${workspaceId}/links`)).body.links[0];
    expect(listed).toMatchObject({ id: link.id, opened: 2, state: 'open', lastOpenedAt: expect.any(Number) });

    const gone: string[] = [randomBytes(24).toString('base64url')];
    const [expired, revoked] = [await makeLink(server, maker, workspaceId, logId, { password: 'open sesame' }), await makeLink(server, maker, workspaceId, logId)];
    await server.database.pool.query(`update share_link set expires_at = now() - interval '1 second' where id = $1`, [expired.id]);
    expect((await ask(server.url, maker, 'DELETE', `/workspaces/${workspaceId}/links/${revoked.id}`)).status).toBe(204);
    gone.push(expired.address, revoked.address);
    const answers = await Promise.all(gone.flatMap((address) => [openLink(server, address), openLink(server, address, { password: 'open sesame' }), openLink(server, address, { password: 'wrong' })]));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toEqual(new Set([JSON.stringify([404, answers[0]!.body])]));
    expect(answers[0]!.body.error.code).toBe('LINK_GONE');
  });

  test('asks for the password, says the same without and with a wrong one, and locks after too many from one place', async () => {
    const { workspaceId, logId, maker } = await scene();
    const link = await makeLink(server, maker, workspaceId, logId, { password: 'open sesame' });
    const [none, wrong] = [await openLink(server, link.address), await openLink(server, link.address, { password: 'open says me' })];
    expect([none.status, none.body]).toEqual([401, wrong.body]);
    expect(none.body.error).toMatchObject({ code: 'LINK_PASSWORD', params: {} });
    expect((await openLink(server, link.address, { password: 'open sesame' })).status).toBe(200);
    for (const at of [server, other]) expect((await openLink(at, link.address, { password: 'no' })).status).toBe(401);
    const locked = await openLink(other, link.address, { password: 'open sesame' });
    expect([locked.status, locked.body.error.code]).toEqual([429, 'LINK_LOCKED']);
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(60);
    // Another link is another door.
    expect((await openLink(server, (await makeLink(server, maker, workspaceId, logId, { password: 'open sesame' })).address, { password: 'open sesame' })).status).toBe(200);
    const { rows } = await server.database.pool.query('select password_hash from share_link where id = $1', [link.id]);
    expect(rows[0].password_hash).toMatch(/^\$argon2id\$/);
  });
});

describe('by a link', () => {
  test('one reads the flow and follows it, and nothing else', async () => {
    const { workspaceId, logId, maker } = await scene();
    const strange = await scene();
    const visitor = await visit(await makeLink(server, maker, workspaceId, logId), logId, { at: other });
    expect(await visitor.socket.next('joined')).toMatchObject({ log: logId, scope: null });
    const member = await openTestSocket(socketUrl(server.port), maker.token);
    sockets.push(member);
    await joinLog(member, logId);
    expect(await pushTo(member, logId, maker.userId)).toBe('stored');
    await until('it arrives', () => visitor.socket.heard.some(({ type }) => type === 'changes'));
    expect(await pushTo(visitor.socket, logId, visitor.id)).toBe('ROLE_READS_ONLY');
    expect(await pushTo(visitor.socket, logId, visitor.id, { scope: 'comment' })).toBe('ROLE_READS_ONLY');
    expect(await pushTo(visitor.socket, logId, maker.userId)).toBe('ENVELOPE_INVALID');
    visitor.socket.heard.length = 0;
    await joinLog(visitor.socket, strange.logId);
    expect(visitor.socket.heard).toMatchObject([{ type: 'ended', log: strange.logId, code: 'LOG_NOT_FOUND' }]);
    // The token opens no route: not one's own, not the workspace's.
    const routes: [string, string][] = [['GET', '/users/me'], ['GET', '/workspaces'], ['GET', `/workspaces/${workspaceId}`], ['GET', `/workspaces/${workspaceId}/flows`], ['GET', `/workspaces/${workspaceId}/members`], ['GET', `/workspaces/${workspaceId}/links`], ['DELETE', `/workspaces/${workspaceId}/flows/${logId}`]];
    for (const [method, path] of routes) expect([path, codeOf(await ask(other.url, { ...maker, token: visitor.token }, method, path))]).toEqual([path, expect.stringMatching(/^(SESSION_NEEDED|SCOPE_MISSING)$/)]);
  });

  test('one may comment where the link says so, in one\'s own name, slowly and briefly', async () => {
    const { workspaceId, logId, maker } = await scene();
    const link = await makeLink(server, maker, workspaceId, logId, { mayComment: true });
    const [visitor, second] = [await visit(link, logId), await visit(link, logId)];
    expect(await visitor.socket.next('joined')).toMatchObject({ scope: 'comment' });
    expect(await pushTo(visitor.socket, logId, visitor.id)).toBe('ROLE_COMMENTS_ONLY');
    expect(await pushTo(visitor.socket, logId, second.id, { scope: 'comment' })).toBe('ENVELOPE_INVALID');
    expect(await pushTo(visitor.socket, logId, visitor.id, { scope: 'comment', bytes: new Uint8Array(40_000) })).toBe('ENTRY_TOO_LARGE');
    expect(await pushTo(visitor.socket, logId, visitor.id, { scope: 'comment' })).toBe('stored');
    const { rows } = await server.database.pool.query('select author_id from entry where log_id = $1', [logId]);
    expect(rows).toEqual([{ author_id: visitor.id }]);
    second.socket.heard.length = 0;
    for (let n = 0; n < 30; n++) second.socket.send(pushOf(logId, `tx_many_${count}_${n}`, second.id, { scope: 'comment' }));
    expect(await second.socket.next('throttled')).toMatchObject({ code: 'RATE_LIMITED' });
  });

  test('neither side sees where the other one is', async () => {
    const { workspaceId, logId, maker } = await scene();
    const visitor = await visit(await makeLink(server, maker, workspaceId, logId), logId);
    const [member, colleague] = [await openTestSocket(socketUrl(server.port), maker.token), await openTestSocket(socketUrl(other.port), owner.token)];
    sockets.push(member, colleague);
    await joinLog(member, logId);
    await joinLog(colleague, logId);
    const show = (text: string): ClientMessage => ({ type: 'presence', log: logId, bytes: new TextEncoder().encode(text) });
    visitor.socket.send(show('visitor'));
    member.send(show('maker'));
    const shown = await colleague.next('presence');
    expect(shown.peers.map(({ user }) => user)).toEqual([maker.userId]);
    await pushTo(member, logId, maker.userId);
    await until('the entry', () => visitor.socket.heard.some(({ type }) => type === 'changes'));
    expect(visitor.socket.heard.filter(({ type }) => type === 'presence')).toEqual([]);
  });
});

describe('within a second everybody is cut, on every instance,', () => {
  const ways: [string, (scene: Scene, link: TestLink) => Promise<unknown>][] = [
    ['when the link is revoked', ({ workspaceId, maker }, { id }) => ask(server.url, maker, 'DELETE', `/workspaces/${workspaceId}/links/${id}`)],
    ['when its password changes', ({ workspaceId, maker }, { id }) => ask(server.url, maker, 'PATCH', `/workspaces/${workspaceId}/links/${id}`, { password: 'another one' })],
    ['when who made it leaves', ({ workspaceId, maker }) => ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/members/${maker.userId}`)],
    ['when who made it may share no more', ({ workspaceId, maker }) => ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}/members/${maker.userId}`, { role: 'viewer' })],
    ['when the flow is deleted', ({ workspaceId, logId }) => ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/flows/${logId}`)],
    ['when the workspace is deleted', ({ workspaceId }) => ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}`)],
    ['when the workspace forbids links', ({ workspaceId }) => ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}`, { settings: { allowLinks: false } })],
  ];
  test.each(ways)('%s', async (_, end) => {
    const set = await scene();
    const link = await makeLink(server, set.maker, set.workspaceId, set.logId, { mayComment: true });
    const [here, there] = [await visit(link, set.logId), await visit(link, set.logId, { at: other })];
    for (const { socket } of [here, there]) socket.heard.length = 0;
    await end(set, link);
    await cut(here.socket, there.socket);
    // Nor does the token lead back, on either of them.
    for (const at of [server, other]) {
      const late = await openTestSocket(socketUrl(at.port));
      sockets.push(late);
      late.send({ type: 'hello', protocol: 1, token: here.token, schemas: 1, rules: 1, device: 'device_1' });
      await until('an answer', () => late.heard.length > 0);
      if (late.heard[0]!.type === 'welcome') {
        late.heard.length = 0;
        await joinLog(late, set.logId);
      }
      expect(late.heard[0]).toMatchObject({ type: 'ended' });
    }
    const { status, body } = await openLink(other, link.address);
    expect([status, body.error.code]).toEqual(_.includes('password') ? [401, 'LINK_PASSWORD'] : [404, 'LINK_GONE']);
  });

  test('when it expires', async () => {
    const { workspaceId, logId, maker } = await scene();
    const expiresAt = Date.now() + 1500;
    const link = await makeLink(server, maker, workspaceId, logId, { expiresAt });
    const [here, there] = [await visit(link, logId), await visit(link, logId, { at: other })];
    expect([isCut(here.socket), isCut(there.socket)]).toEqual([false, false]);
    await new Promise((done) => setTimeout(done, expiresAt - Date.now()));
    await cut(here.socket, there.socket);
    expect((await here.socket.end()).reason).toBe('SESSION_EXPIRED');
    expect((await openLink(server, link.address)).body.error.code).toBe('LINK_GONE');
  });

  test('and who may comment no more goes on reading', async () => {
    const { workspaceId, logId, maker } = await scene();
    const link = await makeLink(server, maker, workspaceId, logId, { mayComment: true });
    const visitor = await visit(link, logId);
    await ask(server.url, maker, 'PATCH', `/workspaces/${workspaceId}/links/${link.id}`, { mayComment: false });
    await until('hears it', () => visitor.socket.heard.some((message) => message.type === 'ended' && message.code === 'ROLE_CHANGED'), 1000);
    visitor.socket.heard.length = 0;
    await joinLog(visitor.socket, logId);
    expect(visitor.socket.heard[0]).toMatchObject({ type: 'joined', scope: null });
  });
});
