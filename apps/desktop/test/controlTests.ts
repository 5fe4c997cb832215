/** Every control of every screen does something: the page, its address, the log, the settings or a file changes, and nothing is thrown. */
import { settingsSchema } from '@uxflow/core/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../../packages/core/src/llm/testServers.ts';
import { ollamaChat } from '../../../packages/core/src/llm/wireFixtures.ts';
import { chromiumPath, startApp, type AppInBrowser } from './browser.ts';
import { activate, controlAt, controlsIn, standStill, takesEffect, type Control } from './crawl.ts';
import { openSyncStage, type Scene, type Stage } from './scenes.ts';

/** Of controls that a screen repeats with one name and number (a row of a list each), so many are tried; the rows are of one component. */
const REPEATS = 1;
/** A scene with every control of the settings takes its time on a loaded machine, ms. */
const MOST_MS = 240_000;
const DEFAULTS = settingsSchema.parse({});

/** Declares a test a scene that tries its controls; and one that every control that was met disabled was met enabled, too. */
export function testControls(scenes: readonly Scene[]): void {
  let app: AppInBrowser;
  let stage: Stage;
  let wire: WireServer;
  const sync = openSyncStage();
  let events = 0;
  const shown = new Set<string>();
  const disabled = new Map<string, string>();
  const enabled = new Set<string>();

  beforeAll(async () => {
    if (!chromiumPath) return;
    app = await startApp();
    wire = await startWireServer(({ path, body }, response) => {
      if (path === '/api/version') return sendJson(response, 200, { version: '0.9.0' });
      if (path === '/api/tags') return sendJson(response, 200, { models: [{ name: 'one:1b', size: 1, details: {} }, { name: 'two:2b', size: 2, details: {} }] });
      if (path === '/v1/models') return sendJson(response, 200, { object: 'list', data: [{ id: 'one', object: 'model', created: 1, owned_by: 'me' }] });
      if (path === '/api/chat' && body.model === 'answers') return sendLines(response, ollamaChat(['{"answer":"It keeps people where they are.","principle":"","nodeIds":[]}']));
      return sendJson(response, 404, { error: 'not here' });
    });
    const page = await app.openPage({ clipboard: true });
    await page.exposeFunction('countPrint', () => void events++);
    await page.evaluate(() => addEventListener('beforeprint', () => void (window as unknown as { countPrint(): void }).countPrint()));
    page.on('download', () => events++);
    page.on('filechooser', () => events++);
    page.context().on('page', (popup) => {
      events++;
      void popup.close().catch(() => undefined);
    });
    stage = { page, client: await app.client(), ollama: wire.origin, sync: sync.get };
  });
  afterAll(async () => {
    await app?.close();
    await wire?.close();
    await sync.close();
  });

  /** What a new user has: default settings, nothing remembered by the browser, nothing on the clipboard, no message on the screen. */
  async function begin(): Promise<void> {
    const { page, client } = stage;
    if (JSON.stringify(await client.settings.get()) !== JSON.stringify(DEFAULTS)) await client.settings.set(DEFAULTS);
    await page.evaluate(async () => {
      localStorage.clear();
      const secret = sessionStorage.getItem('uxflow.secret');
      sessionStorage.clear();
      sessionStorage.setItem('uxflow.secret', secret!);
      document.querySelectorAll<HTMLElement>('.toast__close').forEach((close) => close.click());
      if ((await navigator.clipboard.readText().catch(() => '')) !== '') await navigator.clipboard.writeText('').catch(() => undefined);
      // By way of another screen: what was typed or opened on the one before goes.
      if (!location.hash.startsWith('#/flow/')) location.hash = location.hash === '#/bin' ? '#/flows' : '#/bin';
    });
    await page.mouse.move(720, 5);
  }

  /** Brings the page into a scene; the answer reads what is outside of the page. */
  async function enter(scene: Scene): Promise<() => Promise<string>> {
    const { page, client } = stage;
    await begin();
    const flowId = await scene.enter(stage);
    return async () => JSON.stringify([events, flowId ? (await client.flow.history({ flowId, limit: 1 }))[0]?.no : 0, await client.settings.get(), await page.evaluate(() => navigator.clipboard.readText().catch(() => ''))]);
  }

  const keysOf = async () => (await controlsIn(stage.page, '#root, .menu, dialog')).map(({ key }) => key).join('\n');

  async function tryScene(scene: Scene): Promise<string[]> {
    const { page } = stage;
    let elsewhere = await enter(scene);
    await standStill(page);
    const beginning = await keysOf();
    const controls = await controlsIn(page, scene.root);
    if (controls.length === 0) return ['no control was found'];
    const group = scene.group ?? scene.name;
    const faults: string[] = [];
    let isAsEntered = true;
    let isNew = true;
    const tryControl = async (control: Control, isAgain = false): Promise<string | undefined> => {
      if (!isAsEntered) {
        elsewhere = await enter(scene);
        isNew = true;
      }
      const wasNew = isNew;
      isAsEntered = isNew = false;
      const target = await controlAt(page, scene.root, control.key);
      // What the control before began (leaving, deleting) may end only now and take this screen away: it is entered once more.
      if (!target) return isAgain ? 'was not there any more' : tryControl(control, true);
      if (!wasNew && (await target.isDisabled())) return tryControl(control);
      const [before, elsewhereBefore] = [await standStill(page, control.key), await elsewhere()];
      await activate(page, control, target);
      if (!(await takesEffect(page, before, control.key, elsewhere, elsewhereBefore, wasNew))) return wasNew ? 'did nothing' : tryControl(control);
      await page.evaluate(() => document.querySelectorAll<HTMLElement>('.toast__close').forEach((close) => close.click()));
      await standStill(page);
      // While a screen still offers the very same controls, the next one is tried on it; else the scene is made anew.
      isAsEntered = (await keysOf()) === beginning;
      return undefined;
    };
    for (const control of controls) {
      const place = `${control.kind} “${control.name}”`;
      if (!control.name) faults.push(`${place} (${control.key}) has no name`);
      if (control.isDisabled) disabled.set(control.name, `${scene.name}: ${place}`);
      else enabled.add(control.name);
      if (control.isDisabled || control.isCurrent || control.nth >= REPEATS || shown.has(`${group} ${control.key}`)) continue;
      shown.add(`${group} ${control.key}`);
      const fault = await tryControl(control).catch((error: Error) => error.message.split('\n').slice(0, 3).join(' '));
      if (fault) faults.push(`${place} ${fault}`);
      for (const problem of app.problems.splice(0)) faults.push(`${place}: ${problem.slice(0, 400)}`);
    }
    return faults;
  }

  describe.skipIf(!chromiumPath)('every control', () => {
    test.each(scenes.map((scene) => [scene.name, scene] as const))('%s', async (_, scene) => {
      expect(await tryScene(scene)).toEqual([]);
    }, MOST_MS);
    test('whatever is disabled somewhere is enabled elsewhere', () => {
      expect([...disabled].filter(([name]) => !enabled.has(name)).map(([, place]) => place)).toEqual([]);
    });
  });
}
