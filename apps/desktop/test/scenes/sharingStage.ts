/** Ways into the scenes in which somebody is signed in to a sync server. */
import type { Op } from '@uxflow/core';
import type { RemoteWorkspace } from '@uxflow/core/api';
import type { Page } from 'playwright-core';
import { GOOD_PASSWORD, type Person } from '../../../sync-server/test/testAccounts.ts';
import { largeFlow } from '../flowFile.ts';
import { commit, everything, list, type Stage } from './stage.ts';
import type { SyncStage } from './syncStage.ts';

export const signedOut = async ({ client }: Stage): Promise<void> => {
  await client.account.cancelSignIn();
  if ((await client.account.get()).user) await client.account.signOut();
};
export const signIn = async ({ client }: Stage, { server }: SyncStage, { userId, email }: Person): Promise<void> => {
  await client.account.cancelSignIn();
  if ((await client.account.get()).user?.id !== userId) await client.account.signIn({ server: server.url, email, password: GOOD_PASSWORD });
};
/** Takes people out of every workspace, and their invitations away. */
const clear = async ({ ask }: SyncStage, ...people: Person[]): Promise<void> => {
  for (const person of people) {
    for (const { id, role } of (await ask(person, 'GET', '/workspaces')).workspaces) await ask(person, 'DELETE', role === 'owner' ? `/workspaces/${id}` : `/workspaces/${id}/members/${person.userId}`);
    for (const { id } of (await ask(person, 'GET', '/invitations')).invitations) await ask(person, 'POST', `/invitations/${id}/decline`);
  }
};
/** Ann is signed in, and neither she nor Bob is in any workspace or invited to one. */
export const signedIn = async (stage: Stage): Promise<SyncStage> => {
  const sync = await stage.sync();
  await signIn(stage, sync, sync.ann);
  await clear(sync, sync.ann, sync.bob);
  return sync;
};
const acceptFirst = async ({ ask }: SyncStage, who: Person): Promise<void> => {
  const [first] = (await ask(who, 'GET', '/invitations')).invitations;
  await ask(who, 'POST', `/invitations/${first.id}/accept`);
};
const invite = ({ ask }: SyncStage, who: Person, workspaceId: string, email: string, role = 'member') => ask(who, 'POST', `/workspaces/${workspaceId}/invite`, { email, role });

export type Team = SyncStage & { workspace: RemoteWorkspace };
/** A workspace of Ann with Bob in it, with a project and an invitation that nobody has answered. */
export const team = async (stage: Stage): Promise<Team> => {
  const sync = await signedIn(stage);
  const workspace = await stage.client.sync.createWorkspace({ name: 'Payments team' });
  await stage.client.sync.createProject({ workspaceId: workspace.id, name: 'Checkout' });
  await invite(sync, sync.ann, workspace.id, sync.bob.email);
  await acceptFirst(sync, sync.bob);
  await invite(sync, sync.ann, workspace.id, 'cleo@example.org');
  return { ...sync, workspace };
};
/** A workspace of Ann that takes guests, with two projects; Bob is a guest in one, and somebody is invited as a guest. */
export const withGuest = async (stage: Stage): Promise<Team> => {
  const sync = await signedIn(stage);
  const { client } = stage;
  const workspace = await client.sync.createWorkspace({ name: 'Payments team' });
  await client.workspaces.change({ workspaceId: workspace.id, takesGuests: true });
  const { id: projectId } = await client.sync.createProject({ workspaceId: workspace.id, name: 'Checkout' });
  await client.sync.createProject({ workspaceId: workspace.id, name: 'Refunds' });
  const guest = { workspaceId: workspace.id, role: 'guest', projectId, projectRole: 'commenter', language: 'en' } as const;
  await client.sync.invite({ ...guest, email: sync.bob.email });
  await acceptFirst(sync, sync.bob);
  await client.sync.invite({ ...guest, email: 'cleo@example.org' });
  return { ...sync, workspace };
};
/** A workspace of Bob, in which Ann is a guest of one project. */
export const asGuest = async (stage: Stage): Promise<void> => {
  const { bob, ann, ask } = await signedIn(stage);
  const { id } = await ask(bob, 'POST', '/workspaces', { name: 'Bob’s team', settings: { allowGuestAccess: true } });
  const { id: projectId } = await ask(bob, 'POST', `/workspaces/${id}/projects`, { name: 'Checkout' });
  await ask(bob, 'POST', `/workspaces/${id}/invite`, { email: ann.email, role: 'guest', projectId });
  const [invitation] = (await ask(ann, 'GET', '/invitations')).invitations;
  await ask(ann, 'POST', `/invitations/${invitation.id}/accept`);
};
/** A workspace of Bob, in which Ann is a plain member. */
export const elsewhere = async (stage: Stage): Promise<SyncStage & { workspaceId: string }> => {
  const sync = await signedIn(stage);
  const { id } = await sync.ask(sync.bob, 'POST', '/workspaces', { name: 'Bob’s team' });
  await invite(sync, sync.bob, id, sync.ann.email);
  await acceptFirst(sync, sync.ann);
  return { ...sync, workspaceId: id };
};
const SCREENS = 24;
/** The title of every screen of that flow, set anew. */
const retitled = (to: string): Op[] => Array.from({ length: SCREENS }, (_, index) => ({ op: 'set', kind: 'node', id: `node_${index}`, field: 'data.title', from: `Screen ${index}`, to: `${to} ${index}` }));
/** A flow of Bob, in which Ann has renamed everything while she was signed out; then `meanwhile` happens, and she is back. */
const parted = async (stage: Stage, meanwhile: (sync: SyncStage & { workspaceId: string }, flowId: string) => Promise<unknown>): Promise<SyncStage & { workspaceId: string; flowId: string }> => {
  const sync = await elsewhere(stage);
  const his = await sync.bobsApp();
  const { id: flowId } = await his.api.flows.import({ text: largeFlow(SCREENS), fileName: 'x.uxflow' });
  await his.api.sync.share({ flowId, workspaceId: sync.workspaceId });
  const [{ logId } = { logId: '' }] = await stage.client.sync.flows();
  await stage.client.sync.open({ logId, workspaceId: sync.workspaceId });
  await stage.client.account.signOut();
  await commit(stage, flowId, 'apart', ...retitled('Mine'));
  await meanwhile(sync, flowId);
  await signIn(stage, sync, sync.ann);
  return { ...sync, flowId };
};
/** Changes of Ann that the server refused, because she might only comment when they came. */
export const refused = async (stage: Stage): Promise<string> => {
  const role = (sync: SyncStage & { workspaceId: string }, to: string) => sync.ask(sync.bob, 'PATCH', `/workspaces/${sync.workspaceId}/members/${sync.ann.userId}`, { role: to });
  const sync = await parted(stage, (before) => role(before, 'commenter'));
  while ((await stage.client.sync.asides({ flowId: sync.flowId })).length === 0) await stage.page.waitForTimeout(50);
  await role(sync, 'member');
  await stage.page.evaluate((id) => void (location.hash = `#/flow/${id}`), sync.flowId);
  await stage.page.getByRole('button', { name: 'Refused changes' }).click();
  await stage.page.locator('.share__asides li').waitFor();
  return sync.flowId;
};
/** A long backlog that meets what Bob did: the person has to choose. */
export const choosing = async (stage: Stage): Promise<string> => {
  const { flowId } = await parted(stage, async (sync, id) => {
    const his = await sync.bobsApp();
    await his.edit(id, `his_${id.replace(/\W/g, '')}`, retitled('His'));
    while ((await his.statusOf(id)).waiting > 0) await stage.page.waitForTimeout(50);
  });
  await stage.page.evaluate((id) => void (location.hash = `#/flow/${id}`), flowId);
  await stage.page.getByRole('button', { name: 'Decide' }).click();
  await stage.page.getByTestId('backlog-dialog').waitFor();
  return flowId;
};
/** An invitation of Bob waits for Ann. */
export const invited = async (stage: Stage): Promise<SyncStage> => {
  const sync = await signedIn(stage);
  const { id } = await sync.ask(sync.bob, 'POST', '/workspaces', { name: 'Bob’s team' });
  await sync.ask(sync.bob, 'POST', `/workspaces/${id}/invite`, { email: sync.ann.email, role: 'commenter', note: 'Please have a look at the refunds.' });
  return sync;
};
/** A flow of Ann that lies in a workspace; it is open. */
export const sharedIn = async (stage: Stage, workspaceId: string): Promise<string> => {
  const flowId = await everything(stage);
  await stage.client.sync.share({ flowId, workspaceId });
  await stage.page.locator('.status-line').getByText(/^Synced/).waitFor();
  return flowId;
};
export const shared = async (stage: Stage): Promise<string> => sharedIn(stage, (await team(stage)).workspace.id);

/** Somebody new at the app, with keys; what the kit says. */
export const withKeys = async (stage: Stage): Promise<SyncStage & { kit: string }> => {
  const sync = await stage.sync();
  await signIn(stage, sync, await sync.newcomer());
  const { kit } = await stage.client.keys.setUp();
  return { ...sync, kit };
};
/** Somebody new at the app, without keys. */
export const withoutKeys = async (stage: Stage): Promise<SyncStage> => {
  const sync = await stage.sync();
  await signIn(stage, sync, await sync.newcomer());
  await stage.client.keys.refresh({});
  return sync;
};
/** An encrypted workspace of somebody new with Bob in it: joined by the link (he has the key), or from his list (he waits for it). */
export const sealedTeam = async (stage: Stage, how: 'link' | 'list' | 'alone'): Promise<Team & { kit: string }> => {
  const sync = await withKeys(stage);
  await clear(sync, sync.bob);
  const { client } = stage;
  const workspace = await client.sync.createWorkspace({ name: 'Payments team', encrypted: true });
  if (how !== 'alone') {
    const his = await sync.bobsApp();
    const { link } = await client.keys.invite({ workspaceId: workspace.id, email: sync.bob.email, role: 'member', language: 'en' });
    if (how === 'link') await his.api.keys.join({ link });
    else await his.api.inbox.accept({ invitationId: (await his.api.inbox.refresh()).invitations[0]!.id });
  }
  await client.keys.refresh({ workspaceId: workspace.id });
  return { ...sync, workspace };
};

export const hub = async (stage: Stage): Promise<undefined> => {
  await list(stage, 1);
  await openHub(stage.page);
};
export const openHub = async (page: Page): Promise<undefined> => {
  await page.getByRole('button', { name: 'Shared with me' }).click();
  await page.getByTestId('shared-flows').waitFor();
};
/** The dialog of the first workspace, at one of its parts. */
export const manage = async (stage: Stage, part?: 'Projects' | 'Usage' | 'Activity' | 'Encryption' | 'Settings'): Promise<undefined> => {
  await hub(stage);
  await stage.page.locator('.hub-workspace header > .button').first().click();
  await stage.page.getByTestId('people-list').waitFor();
  if (part) await stage.page.getByTestId('workspace-dialog').getByRole('radio', { name: part }).click();
};
/** The account in the settings. */
export const account = async ({ page }: Stage): Promise<undefined> => {
  await page.evaluate(() => void (location.hash = '#/settings'));
  await page.getByTestId('account').waitFor();
};
