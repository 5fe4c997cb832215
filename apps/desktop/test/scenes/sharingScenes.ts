import { account, asGuest, choosing, elsewhere, hub, invited, manage, refused, shared, sharedIn, signedIn, signedOut, team, withGuest } from './sharingStage.ts';
import { commit, everything, fillSignIn, list, press, type Scene, type Stage } from './stage.ts';

const ACCOUNT = '[data-testid=sign-in]';
/** Bob has mentioned Ann, and invites her. */
const news = async (stage: Stage): Promise<undefined> => {
  const sync = await invited(stage);
  const { id } = await sync.ask(sync.ann, 'POST', '/workspaces', { name: 'Payments team' });
  const flowId = await sharedIn(stage, id);
  await commit(stage, flowId, 'mention', { op: 'add', kind: 'comment', id: `comment_${flowId.replace(/\W/g, '')}`, value: { body: '@Ann Arbor is this clear?', authorId: sync.bob.userId, authorName: 'Bob Hope', at: Date.now() } });
  while (!(await stage.client.inbox.refresh()).mentions.some((mention) => mention.flowId === flowId)) await stage.page.waitForTimeout(50);
  await stage.page.evaluate(() => void (location.hash = '#/flows'));
  await stage.page.locator('.news-button .badge').waitFor();
  await stage.page.getByRole('button', { name: 'Shared with me' }).click();
  await stage.page.getByTestId('mentions').waitFor();
  await stage.page.getByTestId('invitations').waitFor();
};
/** The flow in which Bob mentions Ann, and where; his words arrive while she looks at something else. */
const mentioned = async (stage: Stage): Promise<{ flowId: string; commentId: string }> => {
  const sync = await signedIn(stage);
  const { id } = await sync.ask(sync.ann, 'POST', '/workspaces', { name: 'Payments team' });
  const flowId = await sharedIn(stage, id);
  const commentId = `comment_${flowId.replace(/\W/g, '')}`;
  await commit(stage, flowId, 'mention', { op: 'add', kind: 'comment', id: commentId, value: { body: '@Ann Arbor is this clear?', authorId: sync.bob.userId, authorName: 'Bob Hope', at: Date.now(), nodeId: 'node_1' } });
  return { flowId, commentId };
};
/** Several flows, all chosen. */
const many = async (stage: Stage): Promise<undefined> => {
  await list(stage, 3);
  await stage.page.getByRole('button', { name: 'Shared with me' }).click();
  await stage.page.getByRole('button', { name: 'Share a project' }).click();
  await stage.page.locator('.flow-choice').getByText('All', { exact: true }).click();
};
const confirmed = async (stage: Stage, button: string): Promise<undefined> => {
  await stage.page.getByTestId('workspace-dialog').getByRole('button', { name: button }).first().click();
  await stage.page.locator('dialog .notice--warning').waitFor();
};

/** An address is entered, and the role is that of a guest. */
const inviting = async ({ page }: Stage): Promise<undefined> => {
  const form = page.getByTestId('invite-form');
  await form.locator('select option[value=guest]').waitFor({ state: 'attached' });
  await form.locator('select').first().selectOption('guest');
  await form.getByLabel('Invite by e-mail').fill('dora@example.org');
};
const withoutProjects = async (stage: Stage, workspaceId: string): Promise<void> => {
  const { ann, ask } = await stage.sync();
  for (const { id } of (await ask(ann, 'GET', `/workspaces/${workspaceId}/projects`)).projects) await ask(ann, 'DELETE', `/workspaces/${workspaceId}/projects/${id}`);
};

/** Accounts, workspaces and what is shared in them, signed out and signed in. */
export const SHARING_SCENES: readonly Scene[] = [
  { name: 'signing in by the browser', root: '[data-testid=sign-in-waits]', enter: async (stage) => (await signedOut(stage), await stage.client.account.signInByBrowser({ server: stage.ollama }), await stage.page.evaluate(() => void (location.hash = '#/settings')), await stage.page.getByTestId('sign-in-waits').waitFor(), undefined) },
  { name: 'shared flows without an account', root: 'dialog', enter: async (stage) => (await signedOut(stage), await hub(stage), await stage.page.locator(ACCOUNT).waitFor(), undefined) },
  { name: 'sharing without an account', root: 'dialog', enter: async (stage) => (await signedOut(stage), press(stage, everything(stage), '.sharing-bar .button', ACCOUNT)) },
  { name: 'sharing, with a server named', root: 'dialog', enter: async (stage) => (await signedOut(stage), press(stage, everything(stage), '.sharing-bar .button', ACCOUNT).then(async (id) => (await fillSignIn(stage.page, stage.ollama), id))) },
  { name: 'an account', root: '[data-testid=account]', enter: async (stage) => (await signedIn(stage), account(stage)) },
  { name: 'sharing in a first workspace', root: 'dialog', enter: async (stage) => (await signedIn(stage), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=new-workspace]').then(async (id) => (await stage.page.getByLabel('Name of the new workspace').fill('Payments team'), id))) },
  { name: 'sharing in a workspace', root: 'dialog', enter: async (stage) => (await team(stage), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=share-dialog] select >> nth=1')) },
  { name: 'sharing in a new project', root: 'dialog', group: 'sharing in a workspace', enter: async (stage) => (await team(stage), press(stage, everything(stage), '.sharing-bar .button', '[data-testid=share-dialog] select >> nth=1').then(async (id) => (await stage.page.getByLabel('Project', { exact: true }).selectOption('new'), await stage.page.getByLabel('Name of the new project').fill('Refunds'), id))) },
  { name: 'a shared flow', root: 'dialog', enter: (stage) => press(stage, shared(stage), '.sharing-bar .button', '.share__members').then(async (id) => (await stage.page.getByLabel('Invite by e-mail').fill('dora@example.org'), await stage.page.locator('.share__end').evaluate((part: HTMLDetailsElement) => void (part.open = true)), id)) },
  { name: 'shared flows', root: 'dialog', enter: async (stage) => (await shared(stage), await hub(stage), await stage.page.locator('.share__flows li').first().waitFor(), undefined) },
  { name: 'no shared flows', root: 'dialog', group: 'shared flows', enter: async (stage) => (await signedIn(stage), await hub(stage), await stage.page.locator('dialog .empty-state').waitFor(), undefined) },
  { name: 'invitations and mentions', root: '[data-testid=shared-flows]', group: 'shared flows', enter: news },
  { name: 'a mention that arrives', root: '.toasts', enter: async (stage) => { const { flowId } = await mentioned(stage); await stage.page.locator('.toast button').first().waitFor(); return flowId; } },
  { name: 'a mention in its place', root: '.thread--wished', enter: async (stage) => { const { flowId, commentId } = await mentioned(stage); await stage.page.evaluate((hash) => void (location.hash = hash), `#/flow/${flowId}/comment/${commentId}`); await stage.page.locator('.thread--wished').waitFor(); await stage.page.locator('.thread--wished textarea').fill('Yes'); return flowId; } },
  { name: 'a badge of what is new', root: '.news-button', enter: async (stage) => (await invited(stage), await stage.client.inbox.refresh(), await list(stage, 1), await stage.page.locator('.news-button .badge').waitFor(), undefined) },
  { name: 'refused changes', root: 'dialog', enter: refused },
  { name: 'a long backlog', root: 'dialog', enter: choosing },
  { name: 'people of a workspace', root: 'dialog', enter: async (stage) => (await team(stage), await manage(stage), await stage.page.getByLabel('Invite by e-mail').fill('dora@example.org'), undefined) },
  { name: 'removing a member', root: 'dialog .notice--warning', enter: async (stage) => (await team(stage), await manage(stage), confirmed(stage, 'Remove Bob Hope')) },
  { name: 'permissions of a member', root: '[data-testid=permission-list]', enter: async (stage) => (await team(stage), await manage(stage), await stage.page.getByRole('button', { name: 'Further permissions of Bob Hope' }).click(), undefined) },
  { name: 'guests of a workspace', root: '[data-testid=workspace-dialog]', group: 'people of a workspace', enter: async (stage) => (await withGuest(stage), await manage(stage), await stage.page.getByTestId('guest-projects').waitFor(), undefined) },
  { name: 'inviting a guest', root: '[data-testid=invite-form]', group: 'people of a workspace', enter: async (stage) => (await withGuest(stage), await manage(stage), await inviting(stage)) },
  { name: 'inviting a guest without a project', root: '[data-testid=invite-form]', group: 'people of a workspace', enter: async (stage) => { const { workspace } = await withGuest(stage); await withoutProjects(stage, workspace.id); await manage(stage); return inviting(stage); } },
  { name: 'a workspace as a guest', root: '[data-testid=workspace-dialog]', group: 'people of a workspace', enter: async (stage) => (await asGuest(stage), await hub(stage), await stage.page.locator('.hub-workspace header > .button').first().click(), await stage.page.getByTestId('workspace-dialog').getByText('Guests do not see').waitFor(), undefined) },
  { name: 'ending the access of a guest', root: 'dialog .notice--warning', enter: async (stage) => (await withGuest(stage), await manage(stage), confirmed(stage, 'End the access of Bob Hope')) },
  { name: 'guests who are not taken any more', root: '[data-testid=workspace-dialog]', group: 'people of a workspace', enter: async (stage) => { const { workspace } = await withGuest(stage); await stage.client.workspaces.change({ workspaceId: workspace.id, takesGuests: false }); await manage(stage); await stage.page.getByTestId('guest-list').waitFor(); return undefined; } },
  { name: 'settings of a workspace', root: '[data-testid=workspace-dialog]', group: 'people of a workspace', enter: async (stage) => (await team(stage), await manage(stage, 'Settings'), await stage.page.getByLabel('New owner').selectOption({ label: 'Bob Hope' }), undefined) },
  { name: 'handing a workspace over', root: 'dialog .notice--warning', enter: async (stage) => (await team(stage), await manage(stage, 'Settings'), await stage.page.getByLabel('New owner').selectOption({ label: 'Bob Hope' }), confirmed(stage, 'Hand over')) },
  { name: 'deleting a workspace', root: 'dialog .notice--warning', enter: async (stage) => (await team(stage), await manage(stage, 'Settings'), confirmed(stage, 'Delete the workspace')) },
  { name: 'a workspace of somebody else', root: '[data-testid=workspace-dialog]', group: 'people of a workspace', enter: async (stage) => (await elsewhere(stage), manage(stage, 'Settings')) },
  { name: 'leaving a workspace', root: 'dialog .notice--warning', enter: async (stage) => (await elsewhere(stage), await manage(stage, 'Settings'), confirmed(stage, 'Leave the workspace')) },
  { name: 'a new workspace', root: 'dialog', enter: async (stage) => (await signedIn(stage), await hub(stage), await stage.page.getByRole('button', { name: 'New workspace' }).click(), await stage.page.getByLabel('Name of the new workspace').fill('Payments team'), undefined) },
  { name: 'sharing a project', root: 'dialog', enter: async (stage) => (await team(stage), many(stage)) },
  { name: 'a project of which a part was refused', root: 'dialog', group: 'sharing a project', enter: async (stage) => { const { workspace } = await team(stage); await many(stage); const [{ id: flowId } = { id: '' }] = await stage.client.flows.list({}); await stage.client.sync.share({ flowId, workspaceId: workspace.id }); await stage.page.getByRole('button', { name: 'Share 3 flows' }).click(); await stage.page.locator('dialog .notice--warning').waitFor(); await stage.client.sync.detach({ flowId }); return undefined; } },
  { name: 'a project that was shared', root: 'dialog', group: 'sharing a project', enter: async (stage) => (await team(stage), await many(stage), await stage.page.getByRole('button', { name: 'Share 3 flows' }).click(), await stage.page.locator('dialog .notice--success').waitFor(), undefined) },
];
