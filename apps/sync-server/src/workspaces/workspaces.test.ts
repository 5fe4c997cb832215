/** The life of workspaces, projects and flows, over HTTP on a real database. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addKey, addPerson, ask, codeOf, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import { GRANTABLE } from '../access/permissions.ts';
import { writeEvent } from '../jobs/outbox.ts';
import type { RunningServer } from '../server.ts';
import { purgeDeleted } from './purge.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
let count = 0;
const pool = () => server.database.pool;
const person = (name = 'person') => addPerson(pool(), `${name}${++count}`);
const send = (who: TestPerson, method: string, path: string, body?: unknown) => ask(server.url, who, method, path, body);
/** Everything that was written by now has reached its consumers. */
const handedOn = () => server.workspaces.parts.outbox.drain();

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  server = await startTestServer(database.url, { RATE_FACTOR: '1000', DEFAULT_PLAN: 'free' });
});
afterAll(async () => {
  await server.close();
  await database.drop();
  await postgres.close();
});

async function eventsOf(workspaceId: string): Promise<string[]> {
  const { rows } = await pool().query<{ type: string }>(`select type from outbox where workspace_id = $1 and type not in ('USER_ACTIVITY_LOGGED', 'ACCESS_NARROWED') order by id`, [workspaceId]);
  return rows.map(({ type }) => type);
}

describe('a workspace', () => {
  test('is made, listed, changed, deleted, brought back and purged, each with its line and its event', async () => {
    const owner = await person();
    const made = await send(owner, 'POST', '/workspaces', { name: '  Team  ', description: 'Shop', settings: { defaultProjectVisibility: 'private' } });
    expect([made.status, made.body]).toMatchObject([201, { name: 'Team', description: 'Shop', role: 'owner', ownerId: owner.userId, encrypted: false, epoch: 0, rotationWanted: false, members: 1, settings: { allowGuestAccess: false, defaultProjectVisibility: 'private' }, subscription: { plan: 'free', limits: { members: 3 } }, deletedAt: null }]);
    const { id } = made.body;
    expect((await send(owner, 'PATCH', `/workspaces/${id}`, { name: 'Crew', settings: { allowGuestAccess: true } })).body).toMatchObject({ name: 'Crew', description: 'Shop', settings: { allowGuestAccess: true, defaultProjectVisibility: 'private' } });
    const { body: project } = await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'Web' });
    expect(project).toMatchObject({ name: 'Web', visibility: 'private', scope: 'edit', flows: 0 });
    await send(owner, 'POST', `/workspaces/${id}/flows`, { logId: 'log_life', name: 'Sign up', projectId: project.id, no: 7, chain: 'a'.repeat(64) });
    await pool().query(`insert into entry (log_id, no, id, author_id, record, sha256, chain) values ('log_life', 8, 'tx_life', 'x', '\\x00', '\\x00', '\\x00')`);
    expect((await send(owner, 'DELETE', `/workspaces/${id}`)).status).toBe(200);
    expect([(await send(owner, 'GET', `/workspaces/${id}`)).status, (await send(owner, 'GET', '/workspaces')).body.workspaces, (await send(owner, 'GET', '/workspaces?deleted=true')).body.workspaces[0].id]).toEqual([404, [], id]);
    expect((await send(owner, 'POST', `/workspaces/${id}/restore`)).body).toMatchObject({ id, deletedAt: null, purgeAt: null });
    const { body } = await send(owner, 'GET', `/workspaces/${id}/activity`);
    expect(body.activity.map(({ code }: { code: string }) => code)).toEqual(['WORKSPACE_RESTORED', 'WORKSPACE_DELETED', 'FLOW_SHARED', 'PROJECT_CREATED', 'WORKSPACE_CHANGED', 'WORKSPACE_CREATED']);
    const page = await send(owner, 'GET', `/workspaces/${id}/activity?limit=2&before=${body.activity[1].id}`);
    expect(page.body.activity).toEqual(body.activity.slice(2, 4));
    // Nothing goes before its time, everything goes at it.
    await send(owner, 'DELETE', `/workspaces/${id}`);
    expect(await purgeDeleted(server.workspaces.parts)).toEqual({ workspaces: 0, projects: 0, flows: 0 });
    await pool().query(`update workspace set purge_at = now() where id = $1`, [id]);
    expect(await purgeDeleted(server.workspaces.parts)).toEqual({ workspaces: 1, projects: 0, flows: 0 });
    const { rows } = await pool().query(`select 1 from workspace where id = $1 union all select 1 from log where id = 'log_life' union all select 1 from entry where log_id = 'log_life' union all select 1 from project where workspace_id = $1`, [id]);
    expect([rows, await eventsOf(id)]).toEqual([[], ['WORKSPACE_CREATED', 'PROJECT_CREATED', 'WORKSPACE_DELETED', 'WORKSPACE_RESTORED', 'WORKSPACE_DELETED', 'WORKSPACE_PURGED']]);
    await handedOn();
  });

  test('of its own are as many as the plan holds; a deleted one makes room, and comes back only where there is room', async () => {
    const owner = await person();
    const first = await makeWorkspace(server.url, owner);
    expect([codeOf(await send(owner, 'POST', '/workspaces', { name: 'Second' })), (await send(owner, 'GET', '/subscriptions')).body.workspaces]).toEqual(['WORKSPACE_LIMIT', { used: 1, limit: 1, warning: 'full' }]);
    await send(owner, 'DELETE', `/workspaces/${first.id}`);
    await makeWorkspace(server.url, owner);
    expect(codeOf(await send(owner, 'POST', `/workspaces/${first.id}/restore`))).toBe('WORKSPACE_LIMIT');
    await server.workspaces.usage.setSubscription(owner.userId, { plan: 'pro', status: 'active' });
    expect((await send(owner, 'POST', `/workspaces/${first.id}/restore`)).status).toBe(200);
    const { rows } = await pool().query<{ payload: unknown }>(`select payload from outbox where type = 'USER_SUBSCRIPTION_CHANGED' and user_id = $1`, [owner.userId]);
    expect(rows.map(({ payload }) => payload)).toEqual([{ from: null, plan: 'pro', status: 'active' }]);
    // What is over the limits of a plan that ended stays; there is only no more of it.
    await server.workspaces.usage.setSubscription(owner.userId, { plan: 'pro', status: 'cancelled', currentPeriodEnd: Date.now() - 1000 });
    expect([(await send(owner, 'GET', '/workspaces')).body.workspaces.length, (await send(owner, 'GET', '/subscriptions')).body.plan, codeOf(await send(owner, 'POST', '/workspaces', { name: 'Third' }))]).toEqual([2, 'free', 'WORKSPACE_LIMIT']);
  });

  test('is handed to a member who can take it, and its plan is then theirs', async () => {
    const [owner, ann, guest, late] = [await person(), await person(), await person(), await addPerson(pool(), `late${++count}`, { verified: false })];
    await server.workspaces.usage.setSubscription(owner.userId, { plan: 'pro', status: 'active' });
    const { id } = await makeWorkspace(server.url, owner);
    await putIn(pool(), id, ann, 'viewer', ['comment']);
    await putIn(pool(), id, guest, 'guest');
    await putIn(pool(), id, late, 'admin');
    const hand = async (to: TestPerson) => codeOf(await send(owner, 'POST', `/workspaces/${id}/transfer-ownership`, { userId: to.userId }));
    expect([await hand(guest), await hand(late), await hand(owner), await hand(await person())]).toEqual(['TRANSFER_TARGET', 'TRANSFER_TARGET', 'TRANSFER_TARGET', 'MEMBER_NOT_FOUND']);
    // Ann has one of her own already, which is all that her plan holds.
    const own = await makeWorkspace(server.url, ann);
    expect(await hand(ann)).toBe('WORKSPACE_LIMIT');
    await send(ann, 'DELETE', `/workspaces/${own.id}`);
    expect(await hand(ann)).toBeUndefined();
    const { body } = await send(ann, 'GET', `/workspaces/${id}`);
    expect([body.role, body.ownerId, body.subscription.plan, (await send(owner, 'GET', `/workspaces/${id}`)).body.role]).toEqual(['owner', ann.userId, 'free', 'admin']);
    expect(await eventsOf(id)).toEqual(['WORKSPACE_CREATED', 'OWNERSHIP_TRANSFERRED']);
  });

  test('takes what is sent apart from what does not do', async () => {
    const owner = await person();
    const bad = [{}, { name: '' }, { name: '   ' }, { name: 'x'.repeat(101) }, { name: 'two\nlines' }, { name: 5 }, { name: 'X', settings: { defaultProjectVisibility: 'public' } }];
    for (const body of bad) expect([body, (await send(owner, 'POST', '/workspaces', body)).status]).toEqual([body, 422]);
    expect((await send(owner, 'GET', '/workspaces')).body.workspaces).toEqual([]);
  });
});

describe('members', () => {
  test('the owner stays, whoever asks', async () => {
    const [owner, admin] = [await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await putIn(pool(), id, admin, 'admin');
    const path = `/workspaces/${id}/members/${owner.userId}`;
    expect([codeOf(await send(owner, 'DELETE', path)), codeOf(await send(admin, 'DELETE', path)), codeOf(await send(admin, 'PATCH', path, { role: 'viewer' })), codeOf(await send(owner, 'PATCH', path, { role: 'admin' }))]).toEqual(Array(4).fill('OWNER_STAYS'));
    expect((await send(admin, 'PATCH', `/workspaces/${id}/members/${admin.userId}`, { role: 'owner' })).status).toBe(422);
  });

  test('nobody gives more than they have, not even to themselves', async () => {
    const [owner, admin, helper, viewer] = [await person(), await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await putIn(pool(), id, admin, 'admin');
    await putIn(pool(), id, helper, 'member', ['invite_members']);
    const set = (who: TestPerson, whom: TestPerson, body: unknown) => send(who, 'PATCH', `/workspaces/${id}/members/${whom.userId}`, body);
    await putIn(pool(), id, viewer, 'viewer');
    expect([codeOf(await set(admin, viewer, { permissions: ['delete_workspace'] })), codeOf(await set(owner, viewer, { permissions: ['transfer_ownership'] })), codeOf(await set(helper, helper, { role: 'admin' })), codeOf(await set(viewer, viewer, { permissions: ['manage_projects'] }))]).toEqual(['ROLE_TOO_HIGH', 'ROLE_TOO_HIGH', 'PERMISSION_MISSING', 'PERMISSION_MISSING']);
    expect((await set(admin, viewer, { permissions: ['comment', 'view_activity'] })).body).toMatchObject({ role: 'viewer', permissions: ['view_activity', 'comment'] });
    expect((await send(viewer, 'GET', `/workspaces/${id}/activity`)).status).toBe(200);
    // Who may invite, invites up to their own role.
    expect([codeOf(await send(helper, 'POST', `/workspaces/${id}/invite`, { email: 'a@elsewhere.test', role: 'admin' })), codeOf(await send(helper, 'POST', `/workspaces/${id}/invite`, { email: 'a@elsewhere.test', role: 'viewer' }))]).toEqual(['ROLE_TOO_HIGH', 'SEATS_FULL']);
    // Neither does a key lend what it has not.
    const key = await addKey(pool(), owner, ['manage_members', 'read_projects', 'read_members', 'view_activity', 'comment'], id);
    expect([codeOf(await set(key, viewer, { role: 'admin' })), codeOf(await set(key, helper, { role: 'viewer' })), (await set(key, viewer, { role: 'commenter', permissions: [] })).status]).toEqual(['ROLE_TOO_HIGH', 'ROLE_TOO_HIGH', 200]);
  });

  test('the list says what can be given and which projects somebody was put into, as far as the asker may see', async () => {
    const [owner, member, viewer, guest] = [await person(), await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await send(owner, 'PATCH', `/workspaces/${id}`, { settings: { allowGuestAccess: true } });
    await putIn(pool(), id, member, 'member', ['view_billing']);
    await putIn(pool(), id, viewer, 'viewer');
    await putIn(pool(), id, guest, 'guest');
    const [open, hidden] = [(await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'Open' })).body.id, (await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'Hidden', visibility: 'private' })).body.id];
    for (const [project, role] of [[open, 'commenter'], [hidden, 'viewer']]) await send(owner, 'PUT', `/workspaces/${id}/projects/${project}/members/${guest.userId}`, { role });
    const seenBy = async (who: TestPerson) => {
      const { members } = (await send(who, 'GET', `/workspaces/${id}/members`)).body as { members: { userId: string; grantable: string[]; projects: unknown[] }[] };
      return new Map(members.map((one) => [one.userId, one]));
    };
    const [owners, viewers] = [await seenBy(owner), await seenBy(viewer)];
    expect([owners.get(owner.userId)!.grantable, owners.get(guest.userId)!.grantable, viewers.get(member.userId)!.grantable]).toEqual([[], [], []]);
    expect(owners.get(member.userId)!.grantable).toEqual(['view_billing', 'invite_members', 'manage_projects', 'view_activity']);
    expect(owners.get(viewer.userId)!.grantable).toEqual([...GRANTABLE]);
    expect(owners.get(guest.userId)!.projects).toEqual([{ projectId: open, role: 'commenter' }, { projectId: hidden, role: 'viewer' }].sort((a, b) => (a.projectId < b.projectId ? -1 : 1)));
    expect(viewers.get(guest.userId)!.projects).toEqual([{ projectId: open, role: 'commenter' }]);
  });

  test('who becomes a guest keeps nothing of what they were given beyond the role', async () => {
    const [owner, member] = [await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await send(owner, 'PATCH', `/workspaces/${id}`, { settings: { allowGuestAccess: true } });
    await putIn(pool(), id, member, 'member', ['invite_members', 'view_activity']);
    expect((await send(owner, 'PATCH', `/workspaces/${id}/members/${member.userId}`, { role: 'guest' })).body).toMatchObject({ role: 'guest', permissions: [], grantable: [] });
    expect(codeOf(await send(member, 'GET', `/workspaces/${id}/activity`))).toBe('PERMISSION_MISSING');
  });

  test('who is removed from an encrypted workspace leaves a mark for a new key, and their keys of the API end', async () => {
    const [owner, member] = [await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner, { encrypted: true });
    await putIn(pool(), id, member, 'member');
    const key = await addKey(pool(), member, ['read_projects'], id);
    expect((await send(key, 'GET', `/workspaces/${id}`)).body).toMatchObject({ encrypted: true, rotationWanted: false });
    await send(owner, 'DELETE', `/workspaces/${id}/members/${member.userId}`);
    expect((await send(owner, 'GET', `/workspaces/${id}`)).body.rotationWanted).toBe(true);
    const { rows } = await pool().query<{ gone: boolean }>('select revoked_at is not null as gone from api_key where workspace_id = $1', [id]);
    expect(rows).toEqual([{ gone: true }]);
  });
});

describe('projects and flows', () => {
  test('in an encrypted workspace names come sealed and nothing else, in others never', async () => {
    const [ann, bob] = [await person(), await person()];
    const [secret, plain] = [await makeWorkspace(server.url, ann, { encrypted: true }), await makeWorkspace(server.url, bob)];
    expect([codeOf(await send(ann, 'POST', `/workspaces/${secret.id}/projects`, { name: 'Canary' })), codeOf(await send(ann, 'POST', `/workspaces/${secret.id}/projects`, { sealed: 'c2VhbGVk', description: 'Canary' })), codeOf(await send(ann, 'POST', `/workspaces/${secret.id}/projects`, {})), codeOf(await send(bob, 'POST', `/workspaces/${plain.id}/projects`, { sealed: 'c2VhbGVk' })), codeOf(await send(bob, 'POST', `/workspaces/${plain.id}/projects`, {}))]).toEqual(['NAME_NOT_SEALED', 'NAME_NOT_SEALED', 'NAME_NOT_SEALED', 'NAME_SEALED', 'NAME_SEALED']);
    const { body: project } = await send(ann, 'POST', `/workspaces/${secret.id}/projects`, { sealed: 'c2VhbGVk' });
    expect(project).toMatchObject({ name: null, sealed: 'c2VhbGVk' });
    // No key yet: what would be pushed would be plain.
    expect(codeOf(await send(ann, 'POST', `/workspaces/${secret.id}/flows`, { logId: 'log_sealed', sealed: 'c2VhbGVk' }))).toBe('WORKSPACE_KEY_MISSING');
    await pool().query('update workspace set epoch = 3 where id = $1', [secret.id]);
    expect(codeOf(await send(ann, 'POST', `/workspaces/${secret.id}/flows`, { logId: 'log_sealed', name: 'Canary' }))).toBe('NAME_NOT_SEALED');
    expect((await send(ann, 'POST', `/workspaces/${secret.id}/flows`, { logId: 'log_sealed', sealed: 'c2VhbGVk', projectId: project.id })).status).toBe(201);
    expect((await pool().query<{ epoch: number }>(`select epoch from log where id = 'log_sealed'`)).rows).toEqual([{ epoch: 3 }]);
    expect(codeOf(await send(ann, 'PATCH', `/workspaces/${secret.id}/flows/log_sealed`, { name: 'Canary' }))).toBe('NAME_NOT_SEALED');
  });

  test('a private project is seen by who is in it and by who manages projects; its maker stays in it', async () => {
    const [owner, maker, other] = [await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    for (const one of [maker, other]) await putIn(pool(), id, one, 'member');
    const { body: project } = await send(maker, 'POST', `/workspaces/${id}/projects`, { name: 'Hidden', visibility: 'private' });
    await send(maker, 'POST', `/workspaces/${id}/flows`, { logId: 'log_hidden', name: 'Secret', projectId: project.id });
    const seen = async (who: TestPerson) => [(await send(who, 'GET', `/workspaces/${id}/projects`)).body.projects.length, (await send(who, 'GET', `/workspaces/${id}/flows`)).body.flows.length, (await send(who, 'GET', `/workspaces/${id}/projects/${project.id}`)).status];
    expect([await seen(owner), await seen(maker), await seen(other)]).toEqual([[1, 1, 200], [1, 1, 200], [0, 0, 404]]);
    expect([codeOf(await send(other, 'POST', `/workspaces/${id}/flows`, { logId: 'log_into', name: 'X', projectId: project.id })), codeOf(await send(other, 'PATCH', `/workspaces/${id}/flows/log_hidden`, { name: 'X' }))]).toEqual(['PROJECT_NOT_FOUND', 'FLOW_NOT_FOUND']);
    await send(maker, 'PUT', `/workspaces/${id}/projects/${project.id}/members/${other.userId}`, { role: 'viewer' });
    expect([await seen(other), codeOf(await send(other, 'POST', `/workspaces/${id}/flows`, { logId: 'log_into', name: 'X', projectId: project.id }))]).toEqual([[1, 1, 200], 'PERMISSION_MISSING']);
    // Whoever was put in may go out again by themselves.
    expect([(await send(other, 'DELETE', `/workspaces/${id}/projects/${project.id}/members/${other.userId}`)).status, await seen(other)]).toEqual([204, [0, 0, 404]]);
  });

  test('a flow is moved and hidden by who shared it, only where they may write, and never into another workspace\'s project', async () => {
    const [owner, maker, other] = [await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    for (const one of [maker, other]) await putIn(pool(), id, one, 'member');
    await send(maker, 'POST', `/workspaces/${id}/flows`, { logId: 'log_move', name: 'Move me' });
    const elsewhere = await makeWorkspace(server.url, maker);
    const { body: foreign } = await send(maker, 'POST', `/workspaces/${elsewhere.id}/projects`, { name: 'Foreign' });
    expect(codeOf(await send(maker, 'PATCH', `/workspaces/${id}/flows/log_move`, { projectId: foreign.id }))).toBe('PROJECT_NOT_FOUND');
    expect(codeOf(await send(maker, 'PATCH', `/workspaces/${elsewhere.id}/flows/log_move`, { name: 'X' }))).toBe('FLOW_NOT_FOUND');
    expect([codeOf(await send(other, 'PATCH', `/workspaces/${id}/flows/log_move`, { visibility: 'private' })), (await send(other, 'PATCH', `/workspaces/${id}/flows/log_move`, { name: 'Renamed' })).body.name]).toEqual(['PERMISSION_MISSING', 'Renamed']);
    expect((await send(maker, 'PATCH', `/workspaces/${id}/flows/log_move`, { visibility: 'private' })).status).toBe(200);
    expect([(await send(other, 'GET', `/workspaces/${id}/flows`)).body.flows, (await send(owner, 'GET', `/workspaces/${id}/flows`)).body.flows[0]]).toMatchObject([[], { logId: 'log_move', createdBy: maker.userId, createdByName: expect.stringContaining('person'), visibility: 'private' }]);
  });

  test('what was deleted goes for good at its time, with its entries, and nothing else', async () => {
    const owner = await person();
    const { id } = await makeWorkspace(server.url, owner);
    const { body: project } = await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'Old' });
    for (const [logId, projectId] of [['log_p', project.id], ['log_f', null], ['log_keep', null]]) {
      await send(owner, 'POST', `/workspaces/${id}/flows`, { logId, name: 'X', projectId });
      await pool().query(`insert into entry (log_id, no, id, author_id, record, sha256, chain) values ($1, 1, 'tx', 'x', '\\x0000', '\\x00', '\\x00')`, [logId]);
    }
    await send(owner, 'DELETE', `/workspaces/${id}/projects/${project.id}`);
    await send(owner, 'DELETE', `/workspaces/${id}/flows/log_f`);
    expect((await send(owner, 'GET', `/workspaces/${id}/flows`)).body.flows.map(({ logId }: { logId: string }) => logId)).toEqual(['log_keep']);
    await pool().query(`update project set purge_at = now() where purge_at is not null`);
    await pool().query(`update shared_log set purge_at = now() where purge_at is not null`);
    expect(await purgeDeleted(server.workspaces.parts)).toEqual({ workspaces: 0, projects: 1, flows: 2 });
    const { rows } = await pool().query<{ id: string }>(`select log_id as id from entry where log_id in ('log_p', 'log_f', 'log_keep')`);
    expect(rows).toEqual([{ id: 'log_keep' }]);
  });
});

describe('usage', () => {
  test('counts against the plan, warns at 80 and 95 per cent, and refuses what is over it', async () => {
    const owner = await person();
    const { id } = await makeWorkspace(server.url, owner);
    for (let n = 0; n < 4; n++) await send(owner, 'POST', `/workspaces/${id}/projects`, { name: `P${n}` });
    await handedOn();
    const usage = async () => (await send(owner, 'GET', `/workspaces/${id}/usage`)).body;
    expect(await usage()).toMatchObject({ plan: 'free', members: { used: 1, limit: 3, warning: null }, projects: { used: 4, limit: 5, warning: 'near' }, storageBytes: { used: 0, limit: 104_857_600, warning: null } });
    expect((await send(owner, 'GET', '/usage')).body.workspaces).toMatchObject([{ workspaceId: id, plan: 'free', projects: { used: 4, warning: 'near' } }]);
    await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'P4' });
    expect([(await usage()).projects.warning, codeOf(await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'P5' }))]).toEqual(['full', 'PROJECT_LIMIT']);
    await handedOn();
    const { days } = await usage();
    expect(days).toContainEqual({ day: new Date().toISOString().slice(0, 10), code: 'PROJECT_CREATED', count: 5 });
    const { body } = await send(owner, 'GET', `/workspaces/${id}/activity`);
    expect(body.activity.filter(({ code }: { code: string }) => code === 'LIMIT_WARNING').map(({ params }: { params: unknown }) => params)).toEqual([{ limit: 'projects', warning: 'full', plan: 'free' }, { limit: 'projects', warning: 'near', plan: 'free' }]);
    expect((await send(owner, 'GET', `/workspaces/${id}/members`)).body.members[0].lastActiveAt).toBeGreaterThan(Date.now() - 60_000);
  });

  test('counts guests, invitations and links, and names larger plans only to the owner of a server that gives them', async () => {
    const [owner, admin, guest] = [await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await putIn(pool(), id, admin, 'admin');
    await send(owner, 'POST', `/workspaces/${id}/invite`, { email: 'nobody@elsewhere.test' });
    await putIn(pool(), id, guest, 'guest');
    const usage = async (who: TestPerson) => (await send(who, 'GET', `/workspaces/${id}/usage`)).body;
    expect(await usage(owner)).toMatchObject({ members: { used: 3, limit: 3, warning: 'full' }, guests: 1, openInvitations: { used: 1, limit: 10, warning: null }, links: { used: 0, limit: 3, warning: null }, larger: [] });
    server.workspaces.parts.planChanges = 'self';
    try {
      expect((await usage(owner)).larger).toMatchObject([{ plan: 'pro', limits: { members: 10, links: 50 } }, { plan: 'team' }, { plan: 'enterprise', limits: { members: null, openInvitations: 1000 } }]);
      expect((await usage(admin)).larger).toEqual([]);
    } finally {
      server.workspaces.parts.planChanges = 'operator';
    }
  });

  test('holds the bytes of entries and snapshots; where they are over the limit nothing more is shared', async () => {
    const owner = await person();
    const { id } = await makeWorkspace(server.url, owner);
    await send(owner, 'POST', `/workspaces/${id}/flows`, { logId: 'log_bytes', name: 'X' });
    await pool().query(`insert into entry (log_id, no, id, author_id, record, sha256, chain) values ('log_bytes', 1, 'tx', 'x', decode(repeat('00', 1000), 'hex'), '\\x00', '\\x00')`);
    await pool().query(`insert into snapshot (log_id, no, chain, bytes, author_id) values ('log_bytes', 1, '', decode(repeat('00', 234), 'hex'), 'x')`);
    await pool().query(`update workspace_storage set measured_at = now() - interval '2 minutes' where workspace_id = $1`, [id]);
    expect((await send(owner, 'GET', `/workspaces/${id}/usage`)).body).toMatchObject({ flows: 1, storageBytes: { used: 1234 } });
    await pool().query('update workspace_storage set bytes = 104857600 where workspace_id = $1', [id]);
    expect(codeOf(await send(owner, 'POST', `/workspaces/${id}/flows`, { logId: 'log_more', name: 'X' }))).toBe('STORAGE_FULL');
  });
});

describe('the activity list', () => {
  test('is filtered by person and kind, and names people and invited addresses to who may see them', async () => {
    const [owner, admin, member] = [await person(), await person(), await person()];
    const { id } = await makeWorkspace(server.url, owner);
    await putIn(pool(), id, admin, 'admin');
    const { body: invitation } = await send(admin, 'POST', `/workspaces/${id}/invite`, { email: 'cleo@elsewhere.test' });
    await putIn(pool(), id, member, 'viewer', ['view_activity']);
    await send(admin, 'POST', `/workspaces/${id}/projects`, { name: 'Secret name' });
    await send(owner, 'DELETE', `/workspaces/${id}/members/${admin.userId}`);
    const list = async (who: TestPerson, query = '') => (await send(who, 'GET', `/workspaces/${id}/activity${query}`)).body;
    // Warnings come when the outbox has been handed on: sooner or later.
    const codes = async (query: string) => (await list(owner, query)).activity.map(({ code }: { code: string }) => code).filter((code: string) => code !== 'LIMIT_WARNING');
    expect(await codes('')).toEqual(['MEMBER_REMOVED', 'PROJECT_CREATED', 'INVITATION_SENT', 'WORKSPACE_CREATED']);
    expect(await codes(`?actorId=${admin.userId}`)).toEqual(['PROJECT_CREATED', 'INVITATION_SENT']);
    expect(await codes('?codes=MEMBER_REMOVED,WORKSPACE_CREATED')).toEqual(['MEMBER_REMOVED', 'WORKSPACE_CREATED']);
    expect(await codes(`?codes=MEMBER_REMOVED&actorId=${admin.userId}`)).toEqual([]);
    expect((await send(owner, 'GET', `/workspaces/${id}/activity?codes=NOTHING`)).status).toBe(422);
    expect((await list(owner)).names).toEqual({ [admin.userId]: expect.any(String), [invitation.id]: invitation.email });
    // Who reads the list and may not invite sees no address of an invitation; nobody sees the name of a project here.
    expect(Object.keys((await list(member)).names)).toEqual([admin.userId]);
    expect(JSON.stringify(await list(owner))).not.toContain('Secret name');
  });
});

describe('a person who goes', () => {
  test('is told which workspaces hold them, takes a copy along, and is then in none', async () => {
    const [owner, member] = [await person(), await person()];
    const { people } = server.workspaces;
    const [shared, own] = [await makeWorkspace(server.url, owner), await makeWorkspace(server.url, member)];
    await putIn(pool(), shared.id, member, 'member');
    expect([await people.sharedWorkspacesOf(pool(), owner.userId), await people.sharedWorkspacesOf(pool(), member.userId)]).toEqual([[{ id: shared.id, name: 'Team' }], []]);
    expect(await people.exportOfPerson(pool(), member.userId)).toMatchObject({ memberships: [{ role: 'member' }, { role: 'owner' }].map((one) => expect.objectContaining(one)) });
    await people.forgetPerson(member.userId);
    expect((await pool().query('select 1 from member where user_id = $1 and workspace_id = $2', [member.userId, shared.id])).rowCount).toBe(0);
    expect((await send(owner, 'GET', `/workspaces/${shared.id}/activity`)).body.activity[0]).toMatchObject({ code: 'MEMBER_LEFT', actorId: member.userId });
    expect((await purgeDeleted(server.workspaces.parts)).workspaces).toBe(1);
    expect((await pool().query('select 1 from workspace where id = $1', [own.id])).rowCount).toBe(0);
  });
});

test('no event holds a name that people gave', async () => {
  const owner = await person();
  const { id } = await makeWorkspace(server.url, owner, { name: 'Canary workspace' });
  const { body: project } = await send(owner, 'POST', `/workspaces/${id}/projects`, { name: 'Canary project', description: 'Canary text' });
  await send(owner, 'POST', `/workspaces/${id}/flows`, { logId: 'log_canary', name: 'Canary flow', projectId: project.id });
  await send(owner, 'POST', `/workspaces/${id}/invite`, { email: 'canary@elsewhere.test', note: 'Canary note' });
  await writeEvent(pool(), { type: 'USER_REGISTERED', userId: owner.userId });
  const { rows } = await pool().query<{ text: string }>(`select outbox::text as text from outbox union all select activity::text from activity`);
  expect(rows.length).toBeGreaterThan(8);
  expect(rows.filter(({ text }) => /canary/i.test(text.replace('log_canary', '')))).toEqual([]);
});
