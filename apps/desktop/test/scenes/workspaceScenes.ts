import { elsewhere, manage, signIn, team } from './sharingStage.ts';
import type { Scene, Stage } from './stage.ts';

const GROUP = 'parts of a workspace';
/** More lines than one page of the activity holds. */
const MANY = 34;

const projectsOf = async (stage: Stage): Promise<undefined> => {
  await manage(stage, 'Projects');
  await stage.page.getByTestId('workspace-projects').getByText(/Sharing a flow/).waitFor();
  return undefined;
};
const withProjects = async (stage: Stage): Promise<undefined> => {
  const { workspace } = await team(stage);
  await stage.client.sync.createProject({ workspaceId: workspace.id, name: 'Hiring', visibility: 'private' });
  await projectsOf(stage);
  await stage.page.getByTestId('project').nth(1).waitFor();
  await stage.page.getByLabel('New project').fill('Refunds');
};
const asked = async (stage: Stage, what: 'Rename' | 'Delete'): Promise<undefined> => {
  await withProjects(stage);
  await stage.page.getByRole('button', { name: `${what} “Checkout”` }).click();
};
const usageOf = async (stage: Stage): Promise<undefined> => {
  await manage(stage, 'Usage');
  await stage.page.locator('.plan-usage__meters').waitFor();
};
/** A workspace on the smallest plan: every seat is taken, and there is room for one more project. */
const small = async (stage: Stage): Promise<undefined> => {
  const sync = await stage.sync();
  const owner = await sync.newcomer('free');
  await signIn(stage, sync, owner);
  const { id } = await stage.client.sync.createWorkspace({ name: 'Payments team' });
  for (const name of ['Checkout', 'Refunds', 'Hiring', 'Offers']) await stage.client.sync.createProject({ workspaceId: id, name });
  for (const colleague of [await sync.newcomer(), await sync.newcomer()]) {
    await sync.ask(owner, 'POST', `/workspaces/${id}/invite`, { email: colleague.email, role: 'member' });
    const [invitation] = (await sync.ask(colleague, 'GET', '/invitations')).invitations;
    await sync.ask(colleague, 'POST', `/invitations/${invitation.id}/accept`);
  }
  await usageOf(stage);
};
/** The server was away when it was asked again; now it is back. */
const lastKnown = async (stage: Stage): Promise<undefined> => {
  const { server } = await team(stage);
  await usageOf(stage);
  await server.kill();
  await stage.page.getByRole('button', { name: 'Ask the server again' }).click();
  await stage.page.locator('[data-testid=workspace-usage] .notice--warning').waitFor();
  await server.start();
};
/** The server was away when a part was asked for; now it is back. */
const unheard = async (stage: Stage, part: 'Projects' | 'Activity'): Promise<undefined> => {
  const { server } = await team(stage);
  await manage(stage);
  await server.kill();
  await stage.page.getByTestId('workspace-dialog').getByRole('radio', { name: part }).click();
  await stage.page.getByRole('button', { name: 'Try again' }).waitFor();
  await server.start();
};
const eventful = async (stage: Stage): Promise<undefined> => {
  const { ask, ann, workspace } = await team(stage);
  for (let index = 0; index < MANY; index++) await ask(ann, 'PATCH', `/workspaces/${workspace.id}`, { description: `Who pays, and how: ${index}` });
  await manage(stage, 'Activity');
  await stage.page.locator('.activity__lines li').first().waitFor();
};

/** Projects, usage and activity of a workspace. */
export const WORKSPACE_SCENES: readonly Scene[] = [
  { name: 'projects of a workspace', root: 'dialog', group: GROUP, enter: withProjects },
  { name: 'people of a project', root: '[data-testid=project-people]', enter: async (stage) => { const { workspace, bob } = await team(stage); const { id: projectId } = await stage.client.sync.createProject({ workspaceId: workspace.id, name: 'Hiring', visibility: 'private' }); await stage.client.workspaces.putInProject({ workspaceId: workspace.id, projectId, userId: bob.userId, role: 'commenter' }); await projectsOf(stage); await stage.page.getByRole('button', { name: 'People in “Hiring”' }).click(); await stage.page.getByRole('button', { name: 'Take Bob Hope out of “Hiring”' }).waitFor(); return undefined; } },
  { name: 'putting somebody into a project', root: '[data-testid=project-people]', group: 'people of a project', enter: async (stage) => (await withProjects(stage), await stage.page.getByRole('button', { name: 'People in “Checkout”' }).click(), await stage.page.getByTestId('project-people').locator('select').waitFor(), undefined) },
  { name: 'renaming a project', root: '[data-testid=rename-project]', enter: async (stage) => (await asked(stage, 'Rename'), await stage.page.getByLabel('New name of “Checkout”').fill('Payment'), undefined) },
  { name: 'deleting a project', root: 'dialog .notice--warning', enter: (stage) => asked(stage, 'Delete') },
  { name: 'deleted projects', root: '[data-testid=workspace-dialog]', group: GROUP, enter: async (stage) => (await asked(stage, 'Delete'), await stage.page.getByRole('button', { name: 'Delete project' }).click(), await stage.page.getByTestId('deleted-projects').waitFor(), undefined) },
  { name: 'projects that others made', root: '[data-testid=workspace-dialog]', group: GROUP, enter: async (stage) => { const { ask, bob, workspaceId } = await elsewhere(stage); await ask(bob, 'POST', `/workspaces/${workspaceId}/projects`, { name: 'Checkout' }); await projectsOf(stage); await stage.page.getByTestId('project').waitFor(); return undefined; } },
  { name: 'usage of a workspace without limits', root: '[data-testid=workspace-dialog]', group: GROUP, enter: async (stage) => (await team(stage), usageOf(stage)) },
  { name: 'usage at its limits', root: '[data-testid=workspace-dialog]', group: GROUP, enter: small },
  { name: 'taking a larger plan', root: '[data-testid=larger-plans] .notice--warning', enter: async (stage) => (await small(stage), await stage.page.getByRole('button', { name: 'Take “Pro”' }).click(), await stage.page.locator('[data-testid=larger-plans] .notice--warning').waitFor(), undefined) },
  { name: 'usage as it was known last', root: '[data-testid=workspace-usage]', enter: lastKnown },
  { name: 'projects that could not be had', root: '[data-testid=workspace-projects]', group: GROUP, enter: (stage) => unheard(stage, 'Projects') },
  { name: 'activity that could not be had', root: '[data-testid=workspace-activity]', enter: (stage) => unheard(stage, 'Activity') },
  { name: 'activity of a workspace', root: '[data-testid=workspace-dialog]', group: GROUP, enter: eventful },
  { name: 'activity of a kind of which there is none', root: '[data-testid=workspace-activity]', group: GROUP, enter: async (stage) => (await eventful(stage), await stage.page.getByLabel('Kind').selectOption('links'), await stage.page.getByText('Nothing has happened here that fits.').waitFor(), undefined) },
];
