import { list, type Scene, type Stage } from './stage.ts';

const bin = async (stage: Stage): Promise<undefined> => {
  const { page, client } = stage;
  for (const flow of await client.flows.list({ deleted: true })) await client.flows.purge({ flowId: flow.id });
  const { id } = await client.flows.create({ name: 'Thrown away' });
  await client.flows.delete({ flowId: id });
  await page.evaluate(() => void (location.hash = '#/flows'));
  await page.getByTestId('flow-list').waitFor();
  await page.evaluate(() => void (location.hash = '#/bin'));
  await page.getByTestId('bin').waitFor();
  await page.getByTestId('flow-card').waitFor();
};

/** The list of flows, the bin and what opens over them. */
export const LIST_SCENES: readonly Scene[] = [
  { name: 'list', root: '[data-testid=flow-list]', enter: (stage) => list(stage, 2) },
  { name: 'list, empty', root: '.page__body', enter: (stage) => list(stage, 0) },
  { name: 'menu of a flow', root: '.menu', enter: async (stage) => (await list(stage, 1), await stage.page.locator('.flow-card button').click(), await stage.page.locator('.menu').waitFor(), undefined) },
  { name: 'toast', root: '.toasts', enter: async (stage) => (await list(stage, 1), await stage.page.locator('.flow-card__picture').focus(), await stage.page.keyboard.press('Delete'), await stage.page.locator('.toast').waitFor(), undefined) },
  { name: 'bin', root: '[data-testid=bin]', enter: bin },
  { name: 'menu of a deleted flow', root: '.menu', enter: async (stage) => (await bin(stage), await stage.page.locator('.flow-card button').click(), await stage.page.locator('.menu').waitFor(), undefined) },
  {
    name: 'purge dialog',
    root: 'dialog',
    enter: async (stage) => (await bin(stage), await stage.page.locator('.flow-card button').click(), await stage.page.locator('.menu__item--danger').click(), await stage.page.locator('dialog').waitFor(), undefined),
  },
  { name: 'a flow that is gone', root: '#root', enter: async ({ page }) => (await page.evaluate(() => void (location.hash = '#/flow/flow_gone')), await page.locator('.empty-state button').waitFor(), undefined) },
];
