import { nodeById, openFlow } from '../flowPage.ts';
import { THREE_SCREENS } from '../flowFile.ts';
import { commit, everything, press, tab, unfold, WORDS, type Scene, type Stage } from './stage.ts';

const pick = async (stage: Stage, node: string): Promise<string> => {
  const id = await everything(stage);
  await nodeById(stage.page, node).click({ position: { x: 60, y: 6 } });
  await stage.page.locator('.node--selected').waitFor();
  await unfold(stage.page);
  return id;
};
const menuOn = async (stage: Stage, node: string): Promise<string> => {
  const id = await everything(stage);
  await nodeById(stage.page, node).click({ button: 'right', position: { x: 60, y: 6 } });
  await stage.page.locator('.menu').waitFor();
  return id;
};
const clashed = async (stage: Stage): Promise<string> => {
  const { page, client } = stage;
  const { id } = await client.flows.import({ text: THREE_SCREENS, fileName: 'x.uxflow' });
  for (const to of ['Home address', 'Where to?']) await commit(stage, id, to, { op: 'set', kind: 'node', id: 'node_1', field: 'data.title', from: 'Address', to });
  await openFlow(page, id);
  await page.locator('#tab-history').click();
  await page.getByTestId('conflict').waitFor();
  return id;
};

/** The editor with its panels, menus and dialogs. */
export const EDITOR_SCENES: readonly Scene[] = [
  { name: 'editor', root: '.editor', enter: async (stage) => { const id = await everything(stage); await unfold(stage.page); await stage.page.mouse.move(700, 600); await stage.page.mouse.wheel(30, 60); return id; } },
  WORDS,
  { name: 'screen chosen', root: '.side--right .side__body', group: 'node', enter: (stage) => pick(stage, 'node_1') },
  { name: 'decision chosen', root: '.side--right .side__body', group: 'node', enter: (stage) => pick(stage, 'node_2') },
  { name: 'condition chosen', root: '.side--right .side__body', group: 'node', enter: (stage) => pick(stage, 'node_3') },
  { name: 'API call chosen', root: '.side--right .side__body', group: 'node', enter: (stage) => pick(stage, 'node_4') },
  { name: 'sub-flow chosen', root: '.side--right .side__body', group: 'node', enter: (stage) => pick(stage, 'node_5') },
  {
    name: 'connection chosen',
    root: '.side--right .side__body',
    enter: async (stage) => {
      const id = await everything(stage);
      await stage.page.locator('[data-edge-label=edge_1]').click();
      await stage.page.locator('.edge--selected').waitFor();
      await unfold(stage.page);
      return id;
    },
  },
  {
    name: 'frame chosen',
    root: '.side--right .side__body',
    enter: async (stage) => {
      const id = await everything(stage);
      await stage.page.locator('.frame__title').click();
      await stage.page.locator('.frame--selected').waitFor();
      await unfold(stage.page);
      return id;
    },
  },
  {
    name: 'several chosen',
    root: '[data-testid=selection-bar], .side--right .side__body',
    enter: async (stage) => {
      const id = await everything(stage);
      await stage.page.keyboard.press('Control+a');
      await stage.page.getByTestId('selection-bar').waitFor();
      return id;
    },
  },
  { name: 'findings', root: '.side--right .side__body', enter: (stage) => tab(stage, 'findings') },
  { name: 'comments', root: '.side--right .side__body', enter: (stage) => tab(stage, 'comments') },
  {
    name: 'history',
    root: '.side--right .side__body',
    enter: async (stage) => {
      const id = await everything(stage);
      await commit(stage, id, 'version', { op: 'version.add', id: `version_${id}`, name: 'Agreed' });
      await commit(stage, id, 'rename', { op: 'set', kind: 'node', id: 'node_1', field: 'data.title', from: 'Shop', to: 'Market' });
      await stage.page.locator('#tab-history').click();
      await stage.page.getByTestId('named-version').waitFor();
      await stage.page.locator('[data-testid=history-entry]').nth(2).waitFor();
      return id;
    },
  },
  { name: 'naming a version', root: '.past__form', enter: async (stage) => { const id = await press(stage, tab(stage, 'history'), '.past__versions .button', '.past__form'); await stage.page.locator('.past__form input').first().fill('Agreed'); return id; } },
  { name: 'writing a comment', root: '.comment-form', enter: async (stage) => { const id = await tab(stage, 'comments'); await stage.page.locator('.comment-form textarea').first().fill('Who pays?'); return id; } },
  { name: 'conflict', root: '.clashes', enter: clashed },
  { name: 'menu of the canvas', root: '.menu', enter: async (stage) => { const id = await everything(stage); await stage.page.locator('.react-flow__pane').click({ button: 'right', position: { x: 100, y: 20 } }); await stage.page.locator('.menu').waitFor(); return id; } },
  { name: 'menu of a step', root: '.menu', enter: (stage) => menuOn(stage, 'node_1') },
  {
    name: 'menu of several steps',
    root: '.menu',
    group: 'menu of a step',
    enter: async (stage) => {
      const id = await everything(stage);
      await stage.page.keyboard.press('Control+a');
      await nodeById(stage.page, 'node_1').click({ button: 'right', position: { x: 60, y: 6 } });
      await stage.page.locator('.menu').waitFor();
      return id;
    },
  },
  { name: 'export menu', root: '.menu', enter: (stage) => press(stage, everything(stage), '.editor-bar [aria-haspopup=menu]', '.menu') },
  { name: 'zoom menu', root: '.menu', enter: (stage) => press(stage, everything(stage), '[data-testid=zoom]', '.menu') },
  {
    name: 'find',
    root: '[data-testid=find]',
    enter: async (stage) => {
      const id = await everything(stage);
      await stage.page.keyboard.press('Control+f');
      await stage.page.locator('[data-testid=find] input').fill('a');
      await stage.page.locator('.node--found').first().waitFor();
      return id;
    },
  },
  { name: 'help', root: 'dialog', enter: async (stage) => { const id = await everything(stage); await stage.page.keyboard.press('?'); await stage.page.locator('dialog').waitFor(); return id; } },
  { name: 'after an edit', root: '.editor-bar__group', enter: async (stage) => { const id = await everything(stage); await stage.page.locator('[data-palette=note]').click(); await stage.page.locator('textarea.inline-text').press('Escape'); await stage.page.keyboard.press('Control+d'); await stage.page.keyboard.press('Control+z'); await stage.page.locator('.editor-bar__group button:enabled').nth(1).waitFor(); return id; } },
];
