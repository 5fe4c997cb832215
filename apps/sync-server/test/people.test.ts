/** Apps of colleagues on a real server: invitations, roles, leaving, handing over, and who is mentioned. */
import type { Inbox } from '@uxflow/core/api';
import { expect, test } from 'vitest';
import type { Person } from './testAccounts.ts';
import type { TestApp } from './testApp.ts';
import { startTestApps } from './testApps.ts';
import { until } from './testDevice.ts';

const at = startTestApps({ ann: 'Ann Arbor', bob: 'Bob' }, { variables: { DEFAULT_PLAN: 'team' } });
const { signedIn } = at;

async function team(): Promise<{ ann: TestApp; bob: TestApp; workspaceId: string }> {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Payments' });
  await ann.api.sync.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'en' });
  const { invitations } = await bob.api.inbox.refresh();
  await bob.api.inbox.accept({ invitationId: invitations.find((one) => one.workspaceId === workspaceId)!.id });
  return { ann, bob, workspaceId };
}

test('an invitation arrives, is declined, comes again and is accepted; one is taken back', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Payments' });
  const heard = (await bob.api.inbox.watch())[Symbol.asyncIterator]();
  expect((await heard.next()).value).toMatchObject({ invitations: [] });
  await ann.api.sync.invite({ workspaceId, email: at.people.bob.email, role: 'viewer', language: 'en' });
  const [invitation] = (await bob.api.inbox.refresh()).invitations;
  expect(invitation).toMatchObject({ workspaceName: 'Payments', inviterName: 'Ann Arbor', role: 'viewer' });
  await until('the watcher hears', async () => ((await heard.next()).value as Inbox).invitations.length === 1);
  await bob.api.inbox.decline({ invitationId: invitation!.id });
  expect((await bob.api.inbox.refresh()).invitations).toEqual([]);
  await expect(bob.api.inbox.accept({ invitationId: invitation!.id })).rejects.toMatchObject({ code: 'INVITATION_NOT_FOUND' });

  await ann.api.sync.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'en' });
  const again = (await ann.api.workspaces.get({ workspaceId })).invitations[0]!;
  await expect(ann.api.workspaces.resend({ workspaceId, invitationId: again.id })).rejects.toMatchObject({ code: 'INVITATION_RESENT_LATELY' });
  await ann.api.workspaces.revoke({ workspaceId, invitationId: again.id });
  expect((await bob.api.inbox.refresh()).invitations).toEqual([]);
  await ann.api.sync.invite({ workspaceId, email: at.people.bob.email, role: 'commenter', language: 'en' });
  expect(await bob.api.inbox.accept({ invitationId: (await bob.api.inbox.refresh()).invitations[0]!.id })).toEqual({ workspaceId });
  const seen = await bob.api.workspaces.get({ workspaceId });
  expect(seen).toMatchObject({ name: 'Payments', role: 'commenter', encrypted: false, invitations: [], members: [{ name: 'Ann Arbor', role: 'owner' }, { name: 'Bob', role: 'commenter' }] });
});

test('roles change, the workspace is handed over, its former owner leaves, and the new one deletes it', async () => {
  const { ann, bob, workspaceId } = await team();
  await expect(bob.api.workspaces.changeMember({ workspaceId, userId: at.people.ann.userId, role: 'viewer' })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  await ann.api.workspaces.changeMember({ workspaceId, userId: at.people.bob.userId, role: 'admin' });
  await bob.api.workspaces.change({ workspaceId, name: 'Payments and refunds' });
  expect(await bob.api.workspaces.get({ workspaceId })).toMatchObject({ name: 'Payments and refunds', role: 'admin' });
  await expect(ann.api.workspaces.removeMember({ workspaceId, userId: at.people.ann.userId })).rejects.toMatchObject({ code: 'OWNER_STAYS' });
  await ann.api.workspaces.transfer({ workspaceId, userId: at.people.bob.userId });
  await ann.api.workspaces.removeMember({ workspaceId, userId: at.people.ann.userId });
  await expect(ann.api.workspaces.get({ workspaceId })).rejects.toMatchObject({ code: 'WORKSPACE_NOT_FOUND' });
  const { purgeAt } = await bob.api.workspaces.remove({ workspaceId });
  expect(purgeAt).toBeGreaterThan(Date.now());
  expect((await bob.api.sync.workspaces()).map(({ id }) => id)).not.toContain(workspaceId);
});

test('who is mentioned hears of it, also in a flow that is not on the screen, once, and after a restart', async () => {
  const { ann, bob, workspaceId } = await team();
  const flow = await ann.api.flows.create({ name: 'Checkout' });
  await ann.api.sync.share({ flowId: flow.id, workspaceId });
  await until('it can be opened', async () => {
    const [listed] = (await bob.api.sync.flows()).filter((one) => one.workspaceId === workspaceId);
    return listed !== undefined && (await bob.api.sync.open({ logId: listed.logId, workspaceId }).then(() => true, () => false));
  });
  const comment = (id: string, body: string, author: Person, name: string) => ({ op: 'add' as const, kind: 'comment' as const, id, value: { body, authorId: author.userId, authorName: name, at: Date.now() } });
  await ann.edit(flow.id, 'tx_mention', [comment('comment_1', 'What does @Bob think?', at.people.ann, 'Ann Arbor'), comment('comment_2', 'Not bob@Bob', at.people.ann, 'Ann Arbor'), comment('comment_3', '@Bobby', at.people.ann, 'Ann Arbor')]);
  const mentionsOf = async (app: TestApp) => (await app.api.inbox.refresh()).mentions;
  await until('Bob hears', async () => (await mentionsOf(bob)).length > 0);
  expect((await mentionsOf(bob)).filter(({ id }) => id === 'comment_1')).toEqual([expect.objectContaining({ flowId: flow.id, flowName: 'Checkout', by: 'Ann Arbor', text: 'What does @Bob think?', isRead: false })]);
  expect((await mentionsOf(bob)).map(({ id }) => id)).toEqual(['comment_1']);
  expect(await mentionsOf(ann)).toEqual([]);
  await bob.api.inbox.read({ mentionId: 'comment_1' });
  await bob.restart();
  await ann.edit(flow.id, 'tx_again', [comment('comment_4', '@Bob once more', at.people.ann, 'Ann Arbor')]);
  // Nobody opens the flow: the inbox listens to it by itself.
  const heard = (await bob.api.inbox.watch())[Symbol.asyncIterator]();
  await until('Bob hears of the second', async () => ((await heard.next()).value as Inbox).mentions.length === 2);
  expect((await mentionsOf(bob)).map(({ id, isRead }) => [id, isRead])).toEqual([['comment_4', false], ['comment_1', true]]);
});

test('a guest sees the projects that they were put into, and nothing when guests are not taken', async () => {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Payments' });
  const { id: projectId } = await ann.api.sync.createProject({ workspaceId, name: 'Checkout' });
  const { id: otherId } = await ann.api.sync.createProject({ workspaceId, name: 'Refunds' });
  const guest = { workspaceId, email: at.people.bob.email, role: 'guest', projectId, projectRole: 'commenter', language: 'en' } as const;
  await expect(ann.api.sync.invite(guest)).rejects.toMatchObject({ code: 'GUESTS_NOT_ALLOWED' });
  await ann.api.workspaces.change({ workspaceId, takesGuests: true, projectVisibility: 'private' });
  const { projectId: _, ...nowhere } = guest;
  await expect(ann.api.sync.invite(nowhere)).rejects.toMatchObject({ code: 'GUEST_NEEDS_PROJECT' });
  await ann.api.sync.invite(guest);
  expect(await ann.api.workspaces.get({ workspaceId })).toMatchObject({ takesGuests: true, projectVisibility: 'private', invitations: [{ role: 'guest', projectId }] });
  await bob.api.inbox.accept({ invitationId: (await bob.api.inbox.refresh()).invitations.find((one) => one.workspaceId === workspaceId)!.id });
  const share = async (name: string, within: string) => {
    const { id } = await ann.api.flows.create({ name });
    await ann.api.sync.share({ flowId: id, workspaceId, projectId: within });
  };
  await share('Cart', projectId);
  await share('Money back', otherId);
  const seen = async () => (await bob.api.sync.flows()).filter((flow) => flow.workspaceId === workspaceId).map(({ name, scope }) => `${name}: ${scope}`).sort();
  const hisPlaces = async () => (await ann.api.workspaces.get({ workspaceId })).members.find(({ userId }) => userId === at.people.bob.userId)?.projects;
  expect([await seen(), await hisPlaces()]).toEqual([['Cart: comment'], [{ projectId, role: 'commenter' }]]);
  expect((await bob.api.workspaces.get({ workspaceId })).members).toEqual([]);
  await ann.api.workspaces.putInProject({ workspaceId, projectId: otherId, userId: at.people.bob.userId, role: 'viewer' });
  expect(await seen()).toEqual(['Cart: comment', 'Money back: read']);
  await ann.api.workspaces.takeOutOfProject({ workspaceId, projectId, userId: at.people.bob.userId });
  expect(await seen()).toEqual(['Money back: read']);
  await ann.api.workspaces.change({ workspaceId, takesGuests: false });
  expect(await seen()).toEqual([]);
  await ann.api.workspaces.removeMember({ workspaceId, userId: at.people.bob.userId });
  expect(await hisPlaces()).toBeUndefined();
});

test('a member is given a permission beyond the role and loses it, and nobody gives more than they may', async () => {
  const { ann, bob, workspaceId } = await team();
  const his = async () => (await ann.api.workspaces.get({ workspaceId })).members.find(({ userId }) => userId === at.people.bob.userId)!;
  const cleo = { workspaceId, email: 'cleo@example.org', role: 'viewer', language: 'en' } as const;
  expect(await his()).toMatchObject({ permissions: [], grantable: ['view_billing', 'invite_members', 'manage_projects', 'view_activity'] });
  await expect(bob.api.sync.invite(cleo)).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  await ann.api.workspaces.changeMember({ workspaceId, userId: at.people.bob.userId, permissions: ['invite_members'] });
  expect(await his()).toMatchObject({ role: 'member', permissions: ['invite_members'] });
  await bob.api.sync.invite(cleo);
  expect((await bob.api.workspaces.get({ workspaceId })).invitations).toMatchObject([{ email: 'cleo@example.org' }]);
  // Who may invite may not give: the list offers them nothing.
  expect((await bob.api.workspaces.get({ workspaceId })).members.flatMap(({ grantable }) => grantable)).toEqual([]);
  await expect(bob.api.workspaces.changeMember({ workspaceId, userId: at.people.bob.userId, permissions: ['manage_projects'] })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
  await expect(ann.api.workspaces.changeMember({ workspaceId, userId: at.people.bob.userId, permissions: ['delete_workspace'] })).rejects.toMatchObject({ code: 'ROLE_TOO_HIGH' });
  await ann.api.workspaces.changeMember({ workspaceId, userId: at.people.bob.userId, permissions: [] });
  await expect(bob.api.sync.invite({ ...cleo, email: 'dora@example.org' })).rejects.toMatchObject({ code: 'PERMISSION_MISSING' });
});
