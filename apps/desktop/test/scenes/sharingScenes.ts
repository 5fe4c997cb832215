import type { RemoteWorkspace } from '@uxflow/core/api';
import { GOOD_PASSWORD } from '../../../sync-server/test/testAccounts.ts';
import { everything, fillSignIn, list, press, type Scene, type Stage } from './stage.ts';
import type { SyncStage } from './syncStage.ts';

const signedOut = async ({ client }: Stage): Promise<void> => {
  await client.account.cancelSignIn();
  if ((await client.account.get()).user) await client.account.signOut();
};
/** Ann is signed in, and neither she nor Bob is in any workspace or invited to one. */
const signedIn = async (stage: Stage): Promise<SyncStage> => {
  const sync = await stage.sync();
  const { ann, bob, ask, server } = sync;
  const { client } = stage;
  await client.account.cancelSignIn();
  if ((await client.account.get()).user?.id !== ann.userId) await client.account.signIn({ server: server.url, email: ann.email, password: GOOD_PASSWORD });
  for (const person of [ann, bob]) {
    for (const { id, role } of (await ask(person, 'GET', '/workspaces')).workspaces) await ask(person, 'DELETE', role === 'owner' ? `/workspaces/${id}` : `/workspaces/${id}/members/${person.userId}`);
    for (const { id } of (await ask(person, 'GET', '/invitations')).invitations) await ask(person, 'POST', `/invitations/${id}/decline`);
  }
  return sync;
};
/** A workspace of Ann with Bob in it, and with an invitation that nobody has answered. */
const team = async (stage: Stage): Promise<SyncStage & { workspace: RemoteWorkspace }> => {
  const sync = await signedIn(stage);
  const workspace = await stage.client.sync.createWorkspace({ name: 'Payments team' });
  await invite(sync, sync.ann, workspace.id, sync.bob.email);
  await acceptFirst(sync, sync.bob);
  await invite(sync, sync.ann, workspace.id, 'cleo@example.org');
  return { ...sync, workspace };
};
const invite = ({ ask }: SyncStage, who: SyncStage['ann'], workspaceId: string, email: string) => ask(who, 'POST', `/workspaces/${workspaceId}/invite`, { email, role: 'member' });
const acceptFirst = async ({ ask }: SyncStage, who: SyncStage['ann']) => {
  const [first] = (await ask(who, 'GET', '/invitations')).invitations;
  await ask(who, 'POST', `/invitations/${first.id}/accept`);
};
/** A flow of Ann that lies in the team's workspace. */
const shared = async (stage: Stage): Promise<string> => {
  const { workspace } = await team(stage);
  const flowId = await everything(stage);
  await stage.client.sync.share({ flowId, workspaceId: workspace.id });
  await stage.page.locator('.status-line').getByText(/^Synced/).waitFor();
  return flowId;
};
const hub = async (stage: Stage): Promise<undefined> => {
  await list(stage, 1);
  await stage.page.getByRole('button', { name: 'Shared with me' }).click();
  await stage.page.getByTestId('shared-flows').waitFor();
};
/** The part of the settings that signs in to a server, with everything filled in. */
const signingIn = async (stage: Stage): Promise<undefined> => {
  await signedOut(stage);
  await stage.page.evaluate(() => void (location.hash = '#/settings'));
  await fillSignIn(stage.page, stage.ollama);
};
const ACCOUNT = '[data-testid=sign-in]';

/** Accounts, workspaces and what is shared in them, signed out and signed in. */
export const SHARING_SCENES: readonly Scene[] = [
  { name: 'signing in', root: ACCOUNT, enter: signingIn },
  { name: 'signing in by the browser', root: '[data-testid=sign-in-waits]', enter: async (stage) => (await signedOut(stage), await stage.client.account.signInByBrowser({ server: stage.ollama }), await stage.page.evaluate(() => void (location.hash = '#/settings')), await stage.page.getByTestId('sign-in-waits').waitFor(), undefined) },
  { name: 'shared flows without an account', root: 'dialog', enter: async (stage) => (await signedOut(stage), await hub(stage), await stage.page.locator(ACCOUNT).waitFor(), undefined) },
  { name: 'sharing without an account', root: 'dialog', enter: async (stage) => (await signedOut(stage), press(stage, everything(stage), '.sharing-bar .button', ACCOUNT)) },
  { name: 'sharing, with a server named', root: 'dialog', enter: async (stage) => (await signedOut(stage), press(stage, everything(stage), '.sharing-bar .button', ACCOUNT).then(async (id) => (await fillSignIn(stage.page, stage.ollama), id))) },
  { name: 'an account', root: '[data-testid=account]', enter: async (stage) => (await signedIn(stage), await stage.page.evaluate(() => void (location.hash = '#/settings')), await stage.page.getByTestId('account').waitFor(), undefined) },
  { name: 'sharing in a first workspace', root: 'dialog', enter: async (stage) => (await signedIn(stage), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=share-dialog] form').then(async (id) => (await stage.page.getByLabel('Name of the new workspace').fill('Payments team'), id))) },
  { name: 'sharing in a workspace', root: 'dialog', enter: async (stage) => (await team(stage), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=share-dialog] select')) },
  { name: 'a shared flow', root: 'dialog', enter: (stage) => press(stage, shared(stage), '.sharing-bar .button', '.share__members').then(async (id) => (await stage.page.getByLabel('Invite by e-mail').fill('dora@example.org'), await stage.page.locator('.share__end').evaluate((part: HTMLDetailsElement) => void (part.open = true)), id)) },
  { name: 'shared flows', root: 'dialog', enter: async (stage) => (await shared(stage), await hub(stage), await stage.page.locator('.share__flows li').first().waitFor(), undefined) },
  { name: 'no shared flows', root: 'dialog', enter: async (stage) => (await signedIn(stage), await hub(stage), await stage.page.locator('dialog .empty-state').waitFor(), undefined) },
];
