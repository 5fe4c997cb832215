/** The main job, as a new user does it: no account, no key, no model, no network. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { acceptAll, dragBy, eventually, exported, exportedFlow, flowIdOf, LOGIN_STORY, LOGIN_STORY_GERMAN, newFlow, nodeWith, openFlow, openPlan, propose, retitle, saved, say, watchNodes } from './flowPage.ts';

let app: AppInBrowser;
beforeAll(async () => {
  if (chromiumPath) app = await startApp();
});
afterAll(() => app?.close());

describe.skipIf(!chromiumPath)('from words to a flow that is kept', () => {
  test('a flow is described, planned, changed as ghosts, accepted in part, and there tomorrow to the byte', async () => {
    let page = await app.openPage();
    await shoot(page, '01-empty-list');
    const flowId = await newFlow(page);
    await shoot(page, '02-empty-flow');

    await say(page, LOGIN_STORY);
    const plan = openPlan(page);
    await plan.waitFor();
    await plan.locator('.plan__task').first().fill('Sign in with email and password');
    await plan.locator('.plan__changed').waitFor();
    await shoot(page, '03-plan-edited');
    await plan.locator('.plan__actions .button--primary').click();

    await page.getByTestId('proposal-bar').waitFor();
    await page.locator('[data-agent=architect][data-status=done]').waitFor({ state: 'attached' });
    const ghosts = page.locator('.node[data-ghost=added]');
    await eventually(() => ghosts.count()).toBe(8);
    await eventually(() => nodeWith(page, 'Sign in').count()).toBe(1);
    await eventually(() => page.getByTestId('proposal').locator('[data-card-id]').count()).toBe(3);
    expect((await (await app.client()).flow.export({ flowId, format: 'json' })).text).toContain('"nodes": {}');
    await shoot(page, '04-ghosts');

    // Two changes on ghosts: one renamed where it stands, one moved.
    await retitle(page, nodeWith(page, 'Tutorial'), 'Welcome tour');
    await nodeWith(page, 'Welcome tour').waitFor();
    const dashboard = nodeWith(page, 'Dashboard');
    const before = (await dashboard.boundingBox())!;
    await dragBy(page, dashboard, 150, 0);
    await eventually(async () => (await dashboard.boundingBox())!.x - before.x).toBeGreaterThan(60);
    await page.locator('[data-card-id] .badge').first().waitFor();
    await shoot(page, '05-ghosts-changed');

    // One card is rejected, the rest accepted: what is left still hangs together.
    await page.locator('[data-card-id]').filter({ hasText: 'Show error' }).getByRole('button', { name: /^Reject/ }).click();
    await eventually(() => ghosts.count()).toBe(6);
    await page.getByTestId('proposal-bar').locator('.button--primary').click();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await eventually(() => ghosts.count()).toBe(0);
    await saved(page);
    await shoot(page, '06-accepted');

    const flow = await exportedFlow(page);
    const titles = Object.values(flow.nodes).map((node) => node.data.title);
    expect(titles.sort()).toEqual(['Dashboard', 'End', 'First time?', 'Sign in', 'Start', 'Welcome tour']);
    const idOf = (title: string) => Object.values(flow.nodes).find((node) => node.data.title === title)!.id;
    expect(Object.values(flow.edges)).toContainEqual(expect.objectContaining({ source: idOf('Sign in'), target: idOf('First time?') }));

    const kept = (await exported(page, '.uxflow')).text;
    await app.restart();
    page = await app.openPage();
    await page.getByTestId('flow-card').filter({ hasText: '6 steps' }).locator('.flow-card__picture').click();
    await nodeWith(page, 'Welcome tour').waitFor();
    expect(flowIdOf(page)).toBe(flowId);
    expect((await exported(page, '.uxflow')).text).toBe(kept);
    await page.getByText('1 rejected').waitFor();
    await page.context().close();
    expect(app.problems).toEqual([]);
  });

  test('a proposal that waits is still there after a restart; accepted whole, it can be undone and done again', async () => {
    let page = await app.openPage();
    const flowId = await newFlow(page);
    await propose(page, LOGIN_STORY);
    await retitle(page, nodeWith(page, 'Dashboard'), 'Home');
    await page.locator('[data-card-id] .badge').first().waitFor();
    await app.restart();
    page = await app.openPage();
    await openFlow(page, flowId);
    await page.getByTestId('proposal-bar').locator('.button--primary').click();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await saved(page);
    expect(Object.values((await exportedFlow(page)).nodes).map((node) => node.data.title)).toContain('Home');
    await page.getByRole('button', { name: 'Fit everything' }).click();
    await eventually(() => page.locator('.node').count()).toBe(8);
    await page.getByRole('button', { name: 'Undo', exact: true }).first().click();
    await eventually(() => page.locator('.node').count()).toBe(0);
    await page.getByRole('button', { name: 'Redo', exact: true }).click();
    await eventually(() => page.locator('.node').count()).toBe(8);
    await shoot(page, '07-accepted-whole');
    await page.context().close();
  });

  test('what is accepted stays in sight: the canvas is not empty for a moment between ghost and flow', async () => {
    const page = await app.openPage();
    await newFlow(page);
    await propose(page, LOGIN_STORY);
    await eventually(() => page.locator('.node[data-ghost=added]').count()).toBe(8);
    const watch = await watchNodes(page);
    await acceptAll(page);
    await saved(page);
    await eventually(() => page.locator('.node').count()).toBe(8);
    expect(await watch.fewest()).toBe(8);
    await page.context().close();
  });

  test('an existing flow is changed by words: a rename touches only what it names, a new branch comes as ghosts', async () => {
    const page = await app.openPage();
    await newFlow(page);
    await propose(page, LOGIN_STORY);
    await page.getByTestId('proposal-bar').locator('.button--primary').click();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await saved(page);
    const before = await exportedFlow(page);
    await say(page, 'rename Dashboard to Home');
    await page.getByTestId('proposal-bar').locator('.button--primary').click();
    await nodeWith(page, 'Home').waitFor();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await saved(page);
    const after = await exportedFlow(page);
    const changed = Object.keys(after.nodes).filter((id) => JSON.stringify(after.nodes[id]) !== JSON.stringify(before.nodes[id]));
    expect(changed.map((id) => [before.nodes[id]!.data.title, after.nodes[id]!.data.title])).toEqual([['Dashboard', 'Home']]);
    expect(after.edges).toEqual(before.edges);

    await say(page, 'add a forgot password branch after Login');
    await page.getByTestId('proposal-bar').waitFor();
    await eventually(() => page.locator('.node[data-ghost=added]').count()).toBeGreaterThan(0);
    await shoot(page, '08-branch-as-ghosts');
    await page.getByTestId('proposal-bar').getByRole('button', { name: 'Reject all' }).click();
    await eventually(() => page.locator('.node[data-ghost]').count()).toBe(0);
    expect(await exportedFlow(page)).toEqual(after);
    await page.context().close();
    expect(app.problems).toEqual([]);
  });

  test('the same in German and in the dark', async () => {
    const page = await app.openPage({ locale: 'de-DE', colorScheme: 'dark' });
    await shoot(page, '10-list-german-dark');
    await newFlow(page);
    await propose(page, LOGIN_STORY_GERMAN);
    await shoot(page, '11-ghosts-german-dark');
    await page.getByTestId('proposal-bar').getByRole('button', { name: 'Alle annehmen' }).click();
    await page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await saved(page);
    await eventually(() => page.locator('html').getAttribute('lang')).toBe('de');
    const titles = Object.values((await exportedFlow(page)).nodes).map((node) => node.data.title);
    expect(titles).toEqual(expect.arrayContaining(['Passwort richtig?', 'Erstes Mal?', 'Tutorial', 'Dashboard']));
    await shoot(page, '12-flow-german-dark');
    await page.context().close();
    expect(app.problems).toEqual([]);
  });
});
