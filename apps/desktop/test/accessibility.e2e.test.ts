/** The screens for eyes, keyboards and screen readers: contrast in both themes, names, and reach of the Tab key. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { contrastFaults, namingFaults, unreachable } from './accessibility.ts';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { standStill } from './crawl.ts';
import { CHAT_SCENES, EDITOR_SCENES, KEY_SCENES, LINK_SCENES, LIST_SCENES, openSyncStage, SETTINGS_SCENES, SHARING_SCENES, USAGE_SCENES, WORKSPACE_SCENES } from './scenes.ts';

const WANTED = ['signing in', 'signing in by the browser', 'sharing without an account', 'a new link', 'a new link to a flow with sub-flows', 'a link with sub-flows', 'a link that was just made', 'changing a link', 'changing a link with sub-flows', 'shared flows without an account', 'an account', 'sharing in a first workspace', 'sharing in a workspace', 'a shared flow', 'invitations and mentions', 'refused changes', 'a long backlog', 'people of a workspace', 'permissions of a member', 'guests of a workspace', 'inviting a guest', 'settings of a workspace', 'projects of a workspace', 'people of a project', 'deleting a project', 'usage at its limits', 'usage as it was known last', 'activity of a workspace', 'a new workspace', 'sharing a project', 'a project of which a part was refused', 'a mention in its place', 'setting up encryption', 'a recovery kit', 'the check of a kit', 'keys on this device', 'bringing keys by the kit', 'beginning with new keys', 'a new encrypted workspace without keys', 'joining with a link', 'comparing fingerprints', 'keys that have changed', 'inviting into an encrypted workspace', 'encrypted flows without keys', 'list', 'list, empty', 'bin', 'purge dialog', 'editor', 'screen chosen', 'connection chosen', 'several chosen', 'findings', 'comments', 'history', 'conflict', 'menu of a step', 'find', 'help', 'plan', 'question', 'proposal', 'a picture beside the words', 'a picture in the conversation', 'a picture shown whole', 'the workbench', 'settings', 'OpenAI-compatible', 'an advanced connection', 'who is asked when a model cannot answer', 'connections by HTTP', 'an MCP server', 'a question for consent', 'usage', 'quality modes', 'costs', 'prices', 'entering a price', 'a budget that is used up', 'instructions of the agents', 'writing instructions'];
const scenes = [...LIST_SCENES, ...EDITOR_SCENES, ...CHAT_SCENES, ...SETTINGS_SCENES, ...USAGE_SCENES, ...SHARING_SCENES, ...KEY_SCENES, ...LINK_SCENES, ...WORKSPACE_SCENES].filter(({ name }) => WANTED.includes(name));

let app: AppInBrowser;
const sync = openSyncStage();
const pages = new Map<string, Page>();
beforeAll(async () => {
  if (!chromiumPath) return;
  app = await startApp();
  for (const colorScheme of ['light', 'dark'] as const) pages.set(colorScheme, await app.openPage({ colorScheme }));
});
afterAll(async () => {
  await app?.close();
  await sync.close();
});

describe.skipIf(!chromiumPath)('accessibility', () => {
  test('every screen that is wanted exists', () => expect(scenes.length).toBe(WANTED.length));

  test.each(scenes.map((scene) => [scene.name, scene] as const))('%s', async (_, scene) => {
    const faults: string[] = [];
    const client = await app.client();
    for (const [theme, page] of pages) {
      await page.evaluate(() => void (location.hash = location.hash === '#/settings' ? '#/flows' : '#/settings'));
      await scene.enter({ page, client, ollama: 'http://127.0.0.1:9', sync: sync.get });
      await standStill(page);
      await shoot(page, `40-${scene.name.replace(/\W+/g, '-')}-${theme}`);
      faults.push(...(await contrastFaults(page)).map((fault) => `${theme}: ${fault}`));
      if (theme === 'dark') continue;
      faults.push(...(await namingFaults(page)));
      if (!scene.name.startsWith('menu')) faults.push(...(await unreachable(page)).map((fault) => `Tab does not reach ${fault}`));
    }
    expect(faults).toEqual([]);
  });
});
