/** What the app tells of a workspace beside its people, on a real server: usage and plans, activity, projects. */
import { expect, test } from 'vitest';
import type { TestApp } from './testApp.ts';
import { startTestApps } from './testApps.ts';

const at = startTestApps({ ann: 'Ann Arbor', bob: 'Bob' }, { variables: { DEFAULT_PLAN: 'free', PLAN_CHANGES: 'self' }, isAnew: true });
const { signedIn } = at;

async function team(encrypted = false): Promise<{ ann: TestApp; bob: TestApp; workspaceId: string }> {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  if (encrypted) await Promise.all([ann.api.keys.setUp(), bob.api.keys.setUp()]);
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Payments', encrypted });
  const invitation = { workspaceId, email: at.people.bob.email, role: 'member', language: 'en' } as const;
  if (encrypted) await bob.api.keys.join({ link: (await ann.api.keys.invite(invitation)).link });
  else {
    await ann.api.sync.invite(invitation);
    await bob.api.inbox.accept({ invitationId: (await bob.api.inbox.refresh()).invitations[0]!.id });
  }
  return { ann, bob, workspaceId };
}

test('usage is told by the server, and without it as it was told last; its owner takes a larger plan', async () => {
  const { ann, bob, workspaceId } = await team();
  await ann.api.sync.invite({ workspaceId, email: 'cleo@example.org', role: 'viewer', language: 'en' });
  const before = Date.now();
  const usage = await ann.api.workspaces.usage({ workspaceId });
  expect(usage).toMatchObject({ plan: 'free', flows: 0, guests: 0, isLastKnown: false });
  expect(usage.meters).toEqual([
    { of: 'members', used: 2, limit: 3, warning: null },
    { of: 'projects', used: 0, limit: 5, warning: null },
    { of: 'storageBytes', used: 0, limit: 104_857_600, warning: null },
    { of: 'links', used: 0, limit: 3, warning: null },
    { of: 'openInvitations', used: 1, limit: 10, warning: null },
  ]);
  expect(usage.at).toBeGreaterThanOrEqual(before);
  expect(usage.larger.map(({ plan }) => plan)).toEqual(['pro', 'team', 'enterprise']);
  expect(usage.larger[0]!.limits).toContainEqual({ of: 'members', limit: 10 });
  expect((await bob.api.workspaces.usage({ workspaceId })).larger).toEqual([]);

  ann.pull();
  expect(await ann.api.workspaces.usage({ workspaceId })).toEqual({ ...usage, larger: [], isLastKnown: true });
  await expect(ann.api.workspaces.usage({ workspaceId: 'ws_other' })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  ann.plugIn();

  await ann.api.workspaces.takePlan({ plan: 'pro' });
  expect(await ann.api.workspaces.usage({ workspaceId })).toMatchObject({ plan: 'pro', meters: [{ of: 'members', limit: 10 }, {}, {}, {}, {}], larger: [{ plan: 'team' }, { plan: 'enterprise' }] });
  await expect(ann.api.workspaces.takePlan({ plan: 'free' })).rejects.toMatchObject({ code: 'PLAN_NOT_HIGHER' });

  // Who signs in after her on this device is told nothing that she was told.
  await ann.api.account.signOut();
  await at.signIn(ann, 'bob');
  ann.pull();
  await expect(ann.api.workspaces.usage({ workspaceId })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});

test('the activity names people, projects and flows, comes in pages, and is filtered by person and kind', async () => {
  const { ann, bob, workspaceId } = await team();
  const { id: projectId } = await ann.api.sync.createProject({ workspaceId, name: 'Checkout' });
  const { id: flowId } = await bob.api.flows.create({ name: 'Refund' });
  await bob.api.sync.share({ flowId, workspaceId, projectId });
  await ann.api.sync.removeProject({ workspaceId, projectId });
  await ann.api.workspaces.removeMember({ workspaceId, userId: at.people.bob.userId });
  const told = async (query: { limit?: number; before?: number; actorId?: string; codes?: string[] } = {}) => {
    const { lines, hasMore } = await ann.api.workspaces.activity({ workspaceId, ...query });
    // Warnings of limits come when the outbox has been handed on, sooner or later.
    return { hasMore, lines: lines.filter(({ code }) => code !== 'LIMIT_WARNING').map(({ code, actorName, names }) => ({ code, actorName, names })) };
  };
  const { lines, hasMore } = await told();
  expect(hasMore).toBe(false);
  expect(lines).toEqual([
    { code: 'MEMBER_REMOVED', actorName: 'Ann Arbor', names: { person: 'Bob' } },
    { code: 'PROJECT_DELETED', actorName: 'Ann Arbor', names: { project: 'Checkout' } },
    // Its flow closed with the project, and its name with it.
    { code: 'FLOW_SHARED', actorName: 'Bob', names: { project: 'Checkout' } },
    { code: 'PROJECT_CREATED', actorName: 'Ann Arbor', names: { project: 'Checkout' } },
    { code: 'MEMBER_JOINED', actorName: 'Bob', names: { email: at.people.bob.email, inviter: 'Ann Arbor' } },
    { code: 'INVITATION_SENT', actorName: 'Ann Arbor', names: { email: at.people.bob.email } },
    { code: 'WORKSPACE_CREATED', actorName: 'Ann Arbor', names: {} },
  ]);
  await ann.api.sync.restoreProject({ workspaceId, projectId });
  expect((await told()).lines[0]).toEqual({ code: 'PROJECT_RESTORED', actorName: 'Ann Arbor', names: { project: 'Checkout' } });
  expect((await told()).lines.find(({ code }) => code === 'FLOW_SHARED')!.names).toEqual({ project: 'Checkout', flow: 'Refund' });

  const first = await ann.api.workspaces.activity({ workspaceId, limit: 3 });
  const second = await ann.api.workspaces.activity({ workspaceId, limit: 100, before: first.lines.at(-1)!.id });
  expect([first.lines.length, first.hasMore, second.hasMore]).toEqual([3, true, false]);
  const whole = await ann.api.workspaces.activity({ workspaceId, limit: 100 });
  expect([...first.lines, ...second.lines].map(({ id }) => id)).toEqual(whole.lines.map(({ id }) => id));
  expect((await told({ actorId: at.people.bob.userId })).lines.map(({ code }) => code)).toEqual(['FLOW_SHARED', 'MEMBER_JOINED']);
  expect((await told({ codes: ['WORKSPACE_CREATED'] })).lines.map(({ code }) => code)).toEqual(['WORKSPACE_CREATED']);
});

test('projects are renamed, hidden, deleted with their flows and brought back, by who may', async () => {
  const { ann, bob, workspaceId } = await team();
  const { id: projectId, mayChange, mayRemove } = await ann.api.sync.createProject({ workspaceId, name: 'Checkout' });
  expect([mayChange, mayRemove]).toEqual([true, true]);
  const { id: flowId } = await ann.api.flows.create({ name: 'Refund' });
  await ann.api.sync.share({ flowId, workspaceId, projectId });
  const own = await bob.api.sync.createProject({ workspaceId, name: 'Bob’s own' });
  const seen = async (app: TestApp, deleted?: boolean) => (await app.api.sync.projects({ workspaceId, ...(deleted ? { deleted } : {}) })).map((one) => [one.name, one.flows, one.visibility, one.mayChange, one.mayRemove]);
  expect(await seen(bob)).toEqual([['Checkout', 1, 'team', false, false], ['Bob’s own', 0, 'team', true, true]]);
  await expect(bob.api.sync.changeProject({ workspaceId, projectId, name: 'Mine' })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  await expect(bob.api.sync.removeProject({ workspaceId, projectId })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });

  await ann.api.sync.changeProject({ workspaceId, projectId, name: 'Payment', visibility: 'private' });
  expect(await seen(ann)).toEqual([['Payment', 1, 'private', true, true], ['Bob’s own', 0, 'team', true, true]]);
  expect(await seen(bob)).toEqual([['Bob’s own', 0, 'team', true, true]]);

  const { purgeAt } = await ann.api.sync.removeProject({ workspaceId, projectId });
  expect(purgeAt).toBeGreaterThan(Date.now());
  await bob.api.sync.removeProject({ workspaceId, projectId: own.id });
  expect([await seen(ann), await seen(bob, true)]).toEqual([[], [['Bob’s own', 0, 'team', true, true]]]);
  expect((await ann.api.sync.projects({ workspaceId, deleted: true })).map((one) => [one.name, one.flows, one.purgeAt])).toEqual([['Payment', 1, purgeAt], ['Bob’s own', 0, expect.any(Number)]]);
  expect((await ann.api.sync.flows()).filter((one) => one.workspaceId === workspaceId)).toEqual([]);
  await ann.api.sync.restoreProject({ workspaceId, projectId });
  expect((await ann.api.sync.flows()).filter((one) => one.workspaceId === workspaceId).map(({ name }) => name)).toEqual(['Refund']);
});

test('in an encrypted workspace names of projects are changed and told without the server reading them', async () => {
  const { ann, bob, workspaceId } = await team(true);
  const { id: projectId } = await ann.api.sync.createProject({ workspaceId, name: 'Checkout' });
  await ann.api.sync.changeProject({ workspaceId, projectId, name: 'Secret offer' });
  expect((await bob.api.sync.projects({ workspaceId })).map(({ name }) => name)).toEqual(['Secret offer']);
  const { lines } = await ann.api.workspaces.activity({ workspaceId });
  expect(lines.find(({ code }) => code === 'PROJECT_CHANGED')).toMatchObject({ names: { project: 'Secret offer' }, params: { fields: ['sealed'] } });
  const { rows } = await at.server.database.pool.query<{ text: string }>('select project::text as text from project where id = $1 union all select activity::text from activity where workspace_id = $2', [projectId, workspaceId]);
  expect(rows.length).toBeGreaterThan(2);
  expect(JSON.stringify(rows)).not.toMatch(/Secret offer|Checkout/);
});
