import type { Op } from '@uxflow/core';
import { sealedTeam, shared, sharedIn, team } from './sharingStage.ts';
import { commit, press, type Scene, type Stage } from './stage.ts';

const LINKS = '[data-testid=links]';
const OPENED = `${LINKS} .button`;

/** The links of a flow that is shared, in its dialog. */
const links = (stage: Stage, flow: Promise<string>): Promise<string> => press(stage, flow, '.sharing-bar .button', OPENED);
/** With one link, which has a password and is named. */
const withLink = async (stage: Stage): Promise<string> => {
  const flowId = await shared(stage);
  await stage.client.links.create({ flowId, name: 'For the customer', mayComment: true, expiresAt: null, password: 'open sesame' });
  await links(stage, Promise.resolve(flowId));
  await stage.page.getByTestId('link').waitFor();
  return flowId;
};
/** A shared flow that leads to another one of the workspace, and to one that is on this device alone. */
const leading = async (stage: Stage): Promise<string> => {
  const { workspace } = await team(stage);
  const [flowId, workspaceId] = [await sharedIn(stage, workspace.id), workspace.id];
  const [part, local] = [await stage.client.flows.create({ name: 'Returns' }), await stage.client.flows.create({ name: 'Drafts' })];
  await stage.client.sync.share({ flowId: part.id, workspaceId });
  const step = (id: string, subflowId: string, y: number): Op => ({ op: 'add', kind: 'node', id, value: { type: 'subflow', position: { x: 0, y }, data: { title: id, subflowId } } });
  await commit(stage, flowId, 'leading', step('node_part', part.id, 900), step('node_local', local.id, 1000));
  return flowId;
};
const click = async (stage: Stage, name: string, appears: string): Promise<void> => {
  await stage.page.locator(LINKS).getByRole('button', { name, exact: true }).click();
  await stage.page.locator(appears).waitFor();
};

/** Links by which people without an account look at a flow. */
export const LINK_SCENES: readonly Scene[] = [
  { name: 'no links to a flow', root: LINKS, group: 'links', enter: (stage) => links(stage, shared(stage)) },
  {
    name: 'a new link',
    root: '[data-testid=new-link]',
    async enter(stage) {
      const flowId = await links(stage, shared(stage));
      await click(stage, 'New link', '[data-testid=new-link]');
      await stage.page.getByLabel('Ask for a password').check();
      await stage.page.getByLabel('Password (at least 8 characters)').fill('open sesame');
      return flowId;
    },
  },
  {
    name: 'a new link to a flow with sub-flows',
    root: '[data-testid=new-link]',
    async enter(stage) {
      const flowId = await links(stage, leading(stage));
      await click(stage, 'New link', '[data-testid=new-link]');
      await stage.page.getByText('Also show 1 sub-flow').waitFor();
      await stage.page.getByText('1 more sub-flow stays closed').waitFor();
      return flowId;
    },
  },
  {
    name: 'a link with sub-flows',
    root: LINKS,
    group: 'links',
    async enter(stage) {
      const flowId = await leading(stage);
      const { subflows } = await stage.client.links.list({ flowId });
      await stage.client.links.create({ flowId, name: 'For the customer', mayComment: false, expiresAt: null, subflowIds: subflows.map(({ id }) => id) });
      await links(stage, Promise.resolve(flowId));
      await stage.page.getByTestId('link').getByText('with 1 sub-flow (Returns)').waitFor();
      return flowId;
    },
  },
  {
    name: 'a link that was just made',
    root: LINKS,
    group: 'links',
    async enter(stage) {
      const flowId = await links(stage, shared(stage));
      await click(stage, 'New link', '[data-testid=new-link]');
      await click(stage, 'Make the link', '.share__address');
      return flowId;
    },
  },
  {
    name: 'changing a link',
    root: '[data-testid=change-link]',
    async enter(stage) {
      const flowId = await withLink(stage);
      await click(stage, 'Change', '[data-testid=change-link]');
      return flowId;
    },
  },
  {
    name: 'changing a link with sub-flows',
    root: '[data-testid=change-link]',
    async enter(stage) {
      const flowId = await leading(stage);
      await stage.client.links.create({ flowId, name: 'For the customer', mayComment: false, expiresAt: null });
      await links(stage, Promise.resolve(flowId));
      await click(stage, 'Change', '[data-testid=change-link]');
      await stage.page.getByLabel('Sub-flows', { exact: true }).selectOption({ label: 'all that it leads to now (1)' });
      return flowId;
    },
  },
  {
    name: 'revoking a link',
    root: '[data-testid=link] .notice',
    async enter(stage) {
      const flowId = await withLink(stage);
      await click(stage, 'Revoke', '[data-testid=link] .notice');
      return flowId;
    },
  },
  {
    name: 'forbidding links',
    root: `${LINKS} > .notice`,
    async enter(stage) {
      const flowId = await links(stage, shared(stage));
      await click(stage, 'Forbid links in this workspace', `${LINKS} > .notice`);
      return flowId;
    },
  },
  {
    name: 'a workspace that forbids links',
    root: LINKS,
    group: 'forbidden links',
    async enter(stage) {
      const flowId = await shared(stage);
      await stage.client.links.create({ flowId, name: 'For the customer', mayComment: false, expiresAt: null });
      await stage.client.links.allow({ flowId, allowed: false });
      await links(stage, Promise.resolve(flowId));
      return flowId;
    },
  },
  {
    name: 'a link to an encrypted flow',
    root: LINKS,
    group: 'links',
    async enter(stage) {
      const flowId = await sharedIn(stage, (await sealedTeam(stage, 'alone')).workspace.id);
      await stage.client.links.allow({ flowId, allowed: true });
      await stage.client.links.create({ flowId, name: 'For the customer', mayComment: false, expiresAt: null });
      await links(stage, Promise.resolve(flowId));
      await stage.page.getByTestId('link').getByText('For the customer').waitFor();
      return flowId;
    },
  },
];
