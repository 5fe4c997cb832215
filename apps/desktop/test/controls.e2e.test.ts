/** Every control of every screen does something: the page, its address, the log, the settings or a file changes, and nothing is thrown. */
import { settingsSchema } from '@uxflow/core/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { chromiumPath, startApp, type AppInBrowser } from './browser.ts';
import { activate, controlAt, controlsIn, standStill, takesEffect } from './crawl.ts';
import { SCENES, type Scene, type Stage } from './scenes.ts';

let app: AppInBrowser;
let stage: Stage;
let wire: WireServer;
let events = 0;
const shown = new Set<string>();
/** Disabled where it was met; each must be enabled in some other scene. */
const disabled = new Map<string, string>();
const enabled = new Set<string>();

beforeAll(async () => {
  if (!chromiumPath) return;
  app = await startApp();
  wire = await startWireServer(({ path }, response) => {
    if (path === '/api/version') return sendJson(response, 200, { version: '0.9.0' });
    if (path === '/api/tags') return sendJson(response, 200, { models: [{ name: 'one:1b', size: 1, details: {} }, { name: 'two:2b', size: 2, details: {} }] });
    if (path === '/v1/models') return sendJson(response, 200, { object: 'list', data: [{ id: 'one', object: 'model', created: 1, owned_by: 'me' }] });
    return sendJson(response, 404, { error: 'not here' });
  });
  const page = await app.openPage({ clipboard: true });
  page.on('download', () => events++);
  page.on('filechooser', () => events++);
  page.context().on('page', (popup) => {
    events++;
    void popup.close().catch(() => undefined);
  });
  stage = { page, client: await app.client(), ollama: wire.origin };
});
afterAll(async () => {
  await app?.close();
  await wire?.close();
});

/** The page as after a start, with the settings of a new user. */
async function begin(): Promise<void> {
  const { page, client } = stage;
  await client.settings.set(settingsSchema.parse({}));
  await page.evaluate(async () => {
    localStorage.clear();
    const secret = sessionStorage.getItem('uxflow.secret');
    sessionStorage.clear();
    sessionStorage.setItem('uxflow.secret', secret!);
    document.querySelectorAll<HTMLElement>('.toast__close').forEach((close) => close.click());
    await navigator.clipboard.writeText('').catch(() => undefined);
    location.hash = '#/bin';
  });
  await page.mouse.move(720, 5);
  // By way of another screen: what was typed or opened on the list goes.
  await page.getByTestId('bin').waitFor();
  await page.evaluate(() => void (location.hash = '#/flows'));
  await page.getByTestId('flow-list').waitFor();
}

async function tryScene(scene: Scene): Promise<string[]> {
  const { page, client } = stage;
  const enter = async () => {
    await begin();
    const flowId = await scene.enter(stage);
    return async () => JSON.stringify([events, flowId ? (await client.flow.history({ flowId, limit: 1 }))[0]?.no : 0, await client.settings.get(), await page.evaluate(() => navigator.clipboard.readText().catch(() => ''))]);
  };
  const faults: string[] = [];
  await enter();
  await standStill(page);
  const controls = await controlsIn(page, scene.root);
  if (controls.length === 0) return [`${scene.name}: no control was found`];
  const group = scene.group ?? scene.name;
  for (const control of controls) {
    const place = `${scene.name}: ${control.kind} “${control.name}”`;
    if (!control.name) faults.push(`${place} (${control.key}) has no name`);
    if (control.isDisabled) disabled.set(`${group} ${control.key}`, place);
    else enabled.add(control.name);
    if (control.isDisabled || control.isCurrent || shown.has(`${group} ${control.key}`)) continue;
    shown.add(`${group} ${control.key}`);
    try {
      const elsewhere = await enter();
      const target = await controlAt(page, scene.root, control.key);
      if (!target) {
        faults.push(`${place} was not there any more`);
        continue;
      }
      const [before, elsewhereBefore] = [await standStill(page, control.key), await elsewhere()];
      await activate(page, control, target);
      if (!(await takesEffect(page, before, control.key, elsewhere, elsewhereBefore))) faults.push(`${place} did nothing`);
    } catch (error) {
      faults.push(`${place}: ${(error as Error).message.split('\n').slice(0, 3).join(' ')}`);
    }
    for (const problem of app.problems.splice(0)) faults.push(`${place}: ${problem.slice(0, 400)}`);
  }
  return faults;
}

describe.skipIf(!chromiumPath)('every control', () => {
  test.each(SCENES.map((scene) => [scene.name, scene] as const))('%s', async (_, scene) => {
    expect(await tryScene(scene)).toEqual([]);
  });
});
