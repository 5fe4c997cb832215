/** Links as members make, list, change and revoke them: every route as nobody, as a stranger, and as each role; limits of plans; settings. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeLink, openLink } from '../../test/testLinks.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addKey, addPerson, ask, codeOf, makeWorkspace, putIn, type TestAnswer, type TestPerson } from '../../test/testWorkspaces.ts';
import type { WorkspaceRole } from '../access/permissions.ts';
import type { RunningServer } from '../server.ts';
import { forgetLinks } from './service.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
let owner: TestPerson;
let stranger: TestPerson;
let count = 0;
const pool = () => server.database.pool;
const DAY_MS = 86_400_000;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  server = await startTestServer(database.url, { RATE_FACTOR: '1000', PASSWORD_MEMORY_KIB: '7168' });
  owner = await addPerson(pool(), 'owner');
  stranger = await addPerson(pool(), 'stranger');
  await makeWorkspace(server.url, stranger);
});
afterAll(async () => {
  await server.close();
  await database.drop();
  await postgres.close();
});

async function scene(more: Record<string, unknown> = {}): Promise<{ workspaceId: string; logId: string; links: string }> {
  const { id: workspaceId } = await makeWorkspace(server.url, owner);
  const logId = `log_${++count}`;
  expect((await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name: 'Sign up', ...more })).status).toBe(201);
  return { workspaceId, logId, links: `/workspaces/${workspaceId}/links` };
}
async function inside(workspaceId: string, role: Exclude<WorkspaceRole, 'owner'>, permissions: string[] = []): Promise<TestPerson> {
  const person = await addPerson(pool(), `person${++count}`);
  await putIn(pool(), workspaceId, person, role, permissions);
  return person;
}
const seen = ({ status, body }: TestAnswer) => [status, body?.error?.code];

describe.each(['POST', 'GET', 'PATCH', 'DELETE'] as const)('%s', (method) => {
  const attempt = (who: TestPerson | undefined, { links, logId }: { links: string; logId: string }, linkId: string) =>
    method === 'POST' ? ask(server.url, who, 'POST', links, { logId, name: 'Mine' }) : method === 'GET' ? ask(server.url, who, 'GET', links) : ask(server.url, who, method, `${links}/${linkId}`, method === 'PATCH' ? { name: 'Renamed' } : undefined);

  test('is for members who may share', async () => {
    const place = await scene();
    const { id } = await makeLink(server, owner, place.workspaceId, place.logId);
    const unconfirmed = await addPerson(pool(), `unconfirmed${++count}`, { verified: false });
    await putIn(pool(), place.workspaceId, unconfirmed, 'admin');
    const tries = [undefined, unconfirmed, stranger];
    expect(await Promise.all(tries.map(async (who) => seen(await attempt(who, place, id))))).toEqual([[401, 'SESSION_INVALID'], [403, 'EMAIL_UNVERIFIED'], [404, 'WORKSPACE_NOT_FOUND']]);
    for (const role of ['commenter', 'viewer', 'guest'] as const) expect([role, ...seen(await attempt(await inside(place.workspaceId, role), place, id))]).toEqual([role, 403, 'PERMISSION_MISSING']);
    // Keys only with the scope; and those of visitors never.
    expect(seen(await attempt(await addKey(pool(), owner, ['read_projects']), place, id))).toEqual([403, 'SCOPE_MISSING']);
    const { body } = await openLink(server, (await makeLink(server, owner, place.workspaceId, place.logId)).address);
    expect(seen(await attempt({ ...owner, token: body.token as string }, place, id))).toEqual([403, 'SCOPE_MISSING']);
    const member = await inside(place.workspaceId, 'member');
    const own = method === 'PATCH' || method === 'DELETE' ? await makeLink(server, member, place.workspaceId, place.logId) : undefined;
    expect((await attempt(member, place, own?.id ?? id)).status).toBeLessThan(300);
    if (own) expect((await attempt(await inside(place.workspaceId, 'admin'), place, id)).status).toBeLessThan(300);
    // A link of another workspace is none here.
    if (own) {
      const elsewhere = await scene();
      expect(seen(await attempt(owner, place, (await makeLink(server, owner, elsewhere.workspaceId, elsewhere.logId)).id))).toEqual([404, 'LINK_NOT_FOUND']);
    }
  });
});

describe('a link', () => {
  test('is changed and revoked by who made it and by who manages projects, and by nobody else', async () => {
    const place = await scene();
    const [maker, colleague] = [await inside(place.workspaceId, 'member'), await inside(place.workspaceId, 'member')];
    const { id } = await makeLink(server, maker, place.workspaceId, place.logId);
    expect(seen(await ask(server.url, colleague, 'PATCH', `${place.links}/${id}`, { mayComment: true }))).toEqual([403, 'PERMISSION_MISSING']);
    expect(seen(await ask(server.url, colleague, 'DELETE', `${place.links}/${id}`))).toEqual([403, 'PERMISSION_MISSING']);
    const list = async (who: TestPerson) => (await ask(server.url, who, 'GET', place.links)).body.links as { id: string; mayChange: boolean }[];
    expect([(await list(maker))[0], (await list(colleague))[0]]).toMatchObject([{ id, mayChange: true }, { id, mayChange: false }]);
    expect((await ask(server.url, maker, 'DELETE', `${place.links}/${id}`)).status).toBe(204);
    expect([await list(owner), seen(await ask(server.url, maker, 'DELETE', `${place.links}/${id}`))]).toEqual([[], [404, 'LINK_NOT_FOUND']]);
  });

  test('is listed in pages, newest first, each once, whatever the asker does not see in between', async () => {
    const place = await scene();
    const [hidden, colleague] = [`log_${++count}`, await inside(place.workspaceId, 'member')];
    expect((await ask(server.url, owner, 'POST', `/workspaces/${place.workspaceId}/flows`, { logId: hidden, name: 'Hidden', visibility: 'private' })).status).toBe(201);
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      await makeLink(server, owner, place.workspaceId, hidden);
      made.unshift((await makeLink(server, owner, place.workspaceId, place.logId)).id);
    }
    // Of the same moment but for what a Date does not hold.
    for (const [n, id] of made.slice(1, 4).entries()) await pool().query(`update share_link set created_at = '2026-01-01 12:00:00+00'::timestamptz + $2 * interval '300 microseconds' where id = $1`, [id, n]);
    const pages: string[][] = [];
    for (let after: string | null = ''; after !== null; ) {
      const { body } = await ask(server.url, colleague, 'GET', `${place.links}?limit=2${after ? `&after=${after}` : ''}`);
      pages.push(body.links.map(({ id }: { id: string }) => id));
      after = body.next;
    }
    expect(pages.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(pages.flat().toSorted()).toEqual(made.toSorted());
    expect((await ask(server.url, colleague, 'GET', place.links)).body).toMatchObject({ links: pages.flat().map((id) => ({ id })), next: null });
    expect((await ask(server.url, colleague, 'GET', `${place.links}?after=nonsense`)).status).toBe(422);
  });

  test('cannot be made to a flow that one does not see, nor give more than one may', async () => {
    const place = await scene({ visibility: 'private' });
    const member = await inside(place.workspaceId, 'member');
    expect(seen(await ask(server.url, member, 'POST', place.links, { logId: place.logId, name: 'Hidden' }))).toEqual([404, 'FLOW_NOT_FOUND']);
    expect(seen(await ask(server.url, member, 'POST', place.links, { logId: 'log_none', name: 'None' }))).toEqual([404, 'FLOW_NOT_FOUND']);
    const elsewhere = await scene();
    expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: elsewhere.logId, name: 'Other workspace' }))).toEqual([404, 'FLOW_NOT_FOUND']);
    await makeLink(server, owner, place.workspaceId, place.logId);
    expect((await ask(server.url, member, 'GET', place.links)).body.links).toEqual([]);
    const reader = await inside(elsewhere.workspaceId, 'viewer', ['share_links']);
    expect(seen(await ask(server.url, reader, 'POST', elsewhere.links, { logId: elsewhere.logId, name: 'Too much', mayComment: true }))).toEqual([403, 'LINK_COMMENT_TOO_MUCH']);
    const { id, address } = await makeLink(server, reader, elsewhere.workspaceId, elsewhere.logId);
    expect(seen(await ask(server.url, reader, 'PATCH', `${elsewhere.links}/${id}`, { mayComment: true }))).toEqual([403, 'LINK_COMMENT_TOO_MUCH']);
    // An admin allows it, and still it may no more than who made it.
    expect((await ask(server.url, owner, 'PATCH', `${elsewhere.links}/${id}`, { mayComment: true })).status).toBe(200);
    expect((await openLink(server, address)).body.mayComment).toBe(false);
  });

  test('ends when it says so, and within what the plan allows', async () => {
    const place = await scene();
    for (const expiresAt of [Date.now() - 1000, 1]) expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: place.logId, name: 'Late', expiresAt }))).toEqual([422, 'LINK_EXPIRY']);
    const { id, address } = await makeLink(server, owner, place.workspaceId, place.logId, { expiresAt: Date.now() + DAY_MS });
    await pool().query(`update share_link set expires_at = now() - interval '1 minute' where id = $1`, [id]);
    expect((await ask(server.url, owner, 'GET', place.links)).body.links[0]).toMatchObject({ id, state: 'expired' });
    expect(seen(await openLink(server, address) as TestAnswer)).toEqual([404, 'LINK_GONE']);
    expect((await ask(server.url, owner, 'PATCH', `${place.links}/${id}`, { expiresAt: null })).body).toMatchObject({ state: 'open', expiresAt: null });
    expect((await openLink(server, address)).status).toBe(200);

    await pool().query(`insert into subscription (user_id, plan) values ($1, 'free') on conflict (user_id) do update set plan = 'free'`, [owner.userId]);
    const month = { logId: place.logId, name: 'A month', expiresAt: Date.now() + 30 * DAY_MS };
    const answers: unknown[] = [];
    for (const wanted of [{ ...month, expiresAt: null }, { ...month, expiresAt: Date.now() + 31 * DAY_MS }, month, month, month]) answers.push(seen(await ask(server.url, owner, 'POST', place.links, wanted)));
    expect(answers).toEqual([[422, 'LINK_EXPIRY'], [422, 'LINK_EXPIRY'], [201, undefined], [201, undefined], [402, 'LINK_LIMIT']]);
    await pool().query('delete from subscription where user_id = $1', [owner.userId]);
  });

  test('stands where the workspace allows it: as the plan says, until an admin says otherwise', async () => {
    const place = await scene();
    const { id, address } = await makeLink(server, owner, place.workspaceId, place.logId);
    const set = (allowLinks: boolean | null) => ask(server.url, owner, 'PATCH', `/workspaces/${place.workspaceId}`, { settings: { allowLinks } });
    expect((await set(false)).body).toMatchObject({ settings: { allowLinks: false }, linksAllowed: false });
    expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: place.logId, name: 'No' }))).toEqual([403, 'LINKS_NOT_ALLOWED']);
    expect((await openLink(server, address)).body.error.code).toBe('LINK_GONE');
    expect((await ask(server.url, owner, 'GET', place.links)).body).toMatchObject({ allowed: false, mayAllow: true, links: [{ id, state: 'held' }] });
    expect((await set(null)).body).toMatchObject({ settings: { allowLinks: null }, linksAllowed: true });
    expect((await openLink(server, address)).status).toBe(200);
    const member = await inside(place.workspaceId, 'member');
    expect(seen(await ask(server.url, member, 'PATCH', `/workspaces/${place.workspaceId}`, { settings: { allowLinks: true } }))).toEqual([403, 'PERMISSION_MISSING']);
    expect((await ask(server.url, member, 'GET', place.links)).body.mayAllow).toBe(false);
  });

  test('of somebody who has left is held and listed until it is revoked; without an account it is forgotten', async () => {
    const place = await scene();
    const maker = await inside(place.workspaceId, 'member');
    const { id, address } = await makeLink(server, maker, place.workspaceId, place.logId);
    await ask(server.url, maker, 'DELETE', `/workspaces/${place.workspaceId}/members/${maker.userId}`);
    expect((await openLink(server, address)).body.error.code).toBe('LINK_GONE');
    expect((await ask(server.url, owner, 'GET', place.links)).body.links).toMatchObject([{ id, state: 'held', createdBy: maker.userId }]);
    await forgetLinks(pool());
    expect((await ask(server.url, owner, 'GET', place.links)).body.links).toHaveLength(1);
    await pool().query('delete from app_user where id = $1', [maker.userId]);
    await forgetLinks(pool());
    expect((await ask(server.url, owner, 'GET', place.links)).body.links).toEqual([]);
  });

  test('is told of in the list of activity and by events, and names nothing that people wrote', async () => {
    const place = await scene();
    const { id } = await makeLink(server, owner, place.workspaceId, place.logId, { name: 'Secret customer', password: 'open sesame' });
    await ask(server.url, owner, 'PATCH', `${place.links}/${id}`, { name: 'Another secret', mayComment: true });
    await ask(server.url, owner, 'DELETE', `${place.links}/${id}`);
    const { activity } = (await ask(server.url, owner, 'GET', `/workspaces/${place.workspaceId}/activity`)).body as { activity: { code: string; params: Record<string, unknown> }[] };
    expect(activity.slice(0, 3).map(({ code, params }) => [code, params])).toEqual([
      ['LINK_REVOKED', { linkId: id, logId: place.logId }],
      ['LINK_CHANGED', { linkId: id, logId: place.logId, fields: ['name', 'mayComment'] }],
      ['LINK_MADE', { linkId: id, logId: place.logId, mayComment: false, hasPassword: true, expiresAt: null }],
    ]);
    const { rows } = await pool().query(`select type, payload::text as payload from outbox where workspace_id = $1 and type like 'LINK%' order by created_at, id`, [place.workspaceId]);
    expect(rows.map(({ type }) => type)).toEqual(['LINK_MADE', 'LINK_REVOKED']);
    expect(JSON.stringify([activity, rows])).not.toMatch(/secret|sesame/i);
  });

  test('takes only what it can keep', async () => {
    const place = await scene();
    const bad = [{ name: 'x', password: 'short' }, { name: '' }, { name: 'a\nb' }, {}, { name: 'x', id: 'mine' }, { name: 'x', expiresAt: 1.5 }];
    for (const wanted of bad) expect([JSON.stringify(wanted), (await ask(server.url, owner, 'POST', place.links, { logId: place.logId, ...wanted })).status]).toEqual([JSON.stringify(wanted), 422]);
    const id = 'link_abcdefghijklmnop';
    expect((await makeLink(server, owner, place.workspaceId, place.logId, { id })).id).toBe(id);
    expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: place.logId, name: 'Twice', id }))).toEqual([409, 'LINK_EXISTS']);
    expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: place.logId, name: 'x', id: `${id}2`, key: { epoch: 1, sealed: 'A'.repeat(60), forMembers: 'A'.repeat(96) } }))).toEqual([422, 'LINK_KEY_UNWANTED']);
    expect(seen(await ask(server.url, owner, 'POST', place.links, { logId: place.logId, sealed: 'abc' }))).toEqual([422, 'NAME_SEALED']);
    for (const address of ['', 'x', 'A'.repeat(33), '../../etc/passwd']) expect((await openLink(server, address)).status).toBe(422);
    expect(codeOf((await openLink(server, 'A'.repeat(32))) as TestAnswer)).toBe('LINK_GONE');
  });
});
