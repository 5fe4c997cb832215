/** The story of a team, as tests one after the other, on whatever server there is. */
import { isDeepStrictEqual } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { shoot } from '../../desktop/test/browser.ts';
import { dragBy, eventually, LOGIN_STORY, newFlow, nodeWith, propose, retitle, saved } from '../../desktop/test/flowPage.ts';
import type { TestMailbox } from './testMailbox.ts';
import { drawnBy, fileOf, lineOf, register, signAppIn, signInOnPage, startColleague, toList, type Colleague } from './teamStory.ts';

export interface TeamStage {
  browser: Browser;
  mailbox: TestMailbox;
  /** What people enter as the address of the server. */
  url: string;
  /** What the server has written. */
  text(): string;
}

export interface TeamAccidents {
  /** When both are in the flow for the first time. */
  together?: (team: { ann: Colleague; bob: Colleague }) => Promise<void>;
  /** While both edit and one of them is cut off. */
  whileApart?: (team: { ann: Colleague; bob: Colleague }) => Promise<void>;
  /** When both are there again and everything is equal. */
  afterwards?: (team: { ann: Colleague; bob: Colleague }) => Promise<void>;
}

const MINUTES = 60_000;

/** Lines of a server's log that somebody should look at. */
export const complaintsOf = (text: string, levels = /"level":"(warn|error)"/): string[] => text.split('\n').filter((line) => levels.test(line));

/** Adds the tests of the story. */
export function tellTeamStory(stageOf: () => TeamStage, accidents: TeamAccidents = {}): void {
  let ann: Colleague;
  let bob: Colleague;
  beforeAll(async () => {
    const { browser } = stageOf();
    ann = await startColleague(browser, { name: 'Ann Arbor', email: 'ann@example.org' });
    bob = await startColleague(browser, { name: 'Bob Hope', email: 'bob@example.org', colorScheme: 'dark' });
  }, 2 * MINUTES);
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') {
      process.stderr.write(`${complaintsOf(stageOf().text()).join('\n')}\n`);
      for (const [name, one] of Object.entries({ ann, bob })) for (const [n, page] of (one?.context.pages() ?? []).entries()) await shoot(page, `failed-${task.id}-${name}-${n}`);
    }
    expect([...(ann?.problems.splice(0) ?? []), ...(bob?.problems.splice(0) ?? [])]).toEqual([]);
  });
  afterAll(async () => {
    await ann?.close();
    await bob?.close();
  }, MINUTES);
  const titlesIn = async (one: Colleague) => Object.values((JSON.parse(await fileOf(one)) as { nodes: Record<string, { data: { title?: string } }> }).nodes).map(({ data }) => data.title);
  const areEqual = async () => {
    for (const one of [ann, bob]) await eventually(() => lineOf(one)).toMatch(/^Synced/);
    await eventually(async () => (await fileOf(ann)) === (await fileOf(bob))).toBe(true);
    await eventually(async () => isDeepStrictEqual(await drawnBy(bob), await drawnBy(ann))).toBe(true);
  };
  const addNote = async (page: Page, words: string) => {
    await page.locator('[data-palette=note]').click();
    await page.locator('textarea.inline-text').fill(words);
    await page.locator('textarea.inline-text').press('Enter');
    await page.keyboard.press('Escape');
  };

  test('one makes an account, confirms it by mail, signs the app in by the browser and describes a flow', async () => {
    const { url, mailbox } = stageOf();
    await register(ann, url, mailbox);
    await signAppIn(ann, url);
    await shoot(ann.page, 'team-1-signed-in');
    await toList(ann.page);
    await newFlow(ann.page);
    await propose(ann.page, LOGIN_STORY);
    await ann.page.locator('[data-agent=architect][data-status=done]').waitFor({ state: 'attached' });
    await ann.page.getByTestId('proposal-bar').locator('.button--primary').click();
    await ann.page.getByTestId('proposal-bar').waitFor({ state: 'detached' });
    await saved(ann.page);
    expect(await titlesIn(ann)).toContain('Dashboard');
  }, 3 * MINUTES);

  test('that one makes a workspace, shares the flow in it and invites a colleague by mail', async () => {
    const { page } = ann;
    await page.getByRole('button', { name: 'Share this flow' }).click();
    const dialog = page.getByTestId('share-dialog');
    await dialog.getByLabel('Name of the new workspace').fill('Payments team');
    await dialog.getByRole('button', { name: 'Share', exact: true }).click();
    await dialog.getByText('Payments team').waitFor();
    await dialog.getByLabel('Invite by e-mail').fill(bob.email);
    await dialog.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText('The invitation to bob@example.org is on its way').waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => lineOf(ann)).toMatch(/^Synced/);
  }, 2 * MINUTES);

  test('the other comes by the link of the mail, makes an account, accepts, and opens the flow in the app', async () => {
    const { url, mailbox } = stageOf();
    const mail = await mailbox.take(bob.email, 'Payments team');
    const link = /http:\S+invitation#\S+/.exec(mail.text)![0];
    expect(link.startsWith(`${url}/`)).toBe(true);
    const page = await bob.context.newPage();
    await page.goto(link);
    await shoot(page, 'team-2-invitation');
    await register(bob, url, mailbox, page);
    const again = await bob.context.newPage();
    await again.goto(link);
    await again.getByRole('link', { name: 'Sign in' }).click();
    await signInOnPage(again, bob);
    await again.getByText('Ann Arbor invites you').waitFor();
    await shoot(again, 'team-3-invitation-open');
    await again.getByRole('button', { name: 'Accept' }).click();
    await again.getByRole('heading', { name: 'You are in' }).waitFor();
    await again.close();
    await signAppIn(bob, url);
    await toList(bob.page);
    await bob.page.getByRole('button', { name: 'Shared with me' }).click();
    const list = bob.page.getByTestId('shared-flows');
    await list.getByText('Payments team').waitFor();
    await list.getByRole('button', { name: 'Open' }).click();
    await nodeWith(bob.page, 'Dashboard').waitFor();
    await areEqual();
    await shoot(bob.page, 'team-4-opened');
  }, 3 * MINUTES);

  test('both edit together and see it at once', async () => {
    await ann.page.getByTestId('people').getByRole('button', { name: /Bob Hope/ }).waitFor();
    await retitle(bob.page, nodeWith(bob.page, 'Dashboard'), 'Home of Bob');
    await nodeWith(ann.page, 'Home of Bob').waitFor();
    await retitle(ann.page, nodeWith(ann.page, 'Tutorial'), 'Tour of Ann');
    await nodeWith(bob.page, 'Tour of Ann').waitFor();
    await addNote(bob.page, 'Ask the lawyers');
    await nodeWith(ann.page, 'Ask the lawyers').waitFor();
    await dragBy(ann.page, nodeWith(ann.page, 'Home of Bob'), 60, 90);
    await areEqual();
    await accidents.together?.({ ann, bob });
    await shoot(ann.page, 'team-5-together');
  }, 2 * MINUTES);

  test('the plug of one is pulled: both go on, one through a power cut, and both are told what is true', async () => {
    bob.cable.pull();
    await eventually(() => lineOf(bob)).toMatch(/The server cannot be reached/);
    await retitle(bob.page, nodeWith(bob.page, 'Tour of Ann'), 'Tour, said Bob');
    await addNote(bob.page, 'From the train');
    await eventually(() => lineOf(bob)).toMatch(/^[1-9]\d* changes? waiting · The server cannot be reached/);
    await shoot(bob.page, 'team-6-offline');
    await retitle(ann.page, nodeWith(ann.page, 'Tour of Ann'), 'Tour, said Ann');
    await retitle(ann.page, nodeWith(ann.page, 'Home of Bob'), 'Home sweet home');
    await addNote(ann.page, 'From the office');
    await eventually(() => lineOf(ann)).toMatch(/^Synced/);
    await accidents.whileApart?.({ ann, bob });
    // No number: a colleague who cannot be reached is not shown as if she were there.
    await eventually(() => ann.page.getByTestId('people').getByRole('button', { name: /Bob Hope/ }).count()).toBe(0);
    const flow = new URL(bob.page.url()).hash;
    await bob.restartApp();
    await bob.page.evaluate((hash) => void (location.hash = hash), flow);
    await nodeWith(bob.page, 'From the train').waitFor();
    await eventually(() => lineOf(bob)).toMatch(/^[1-9]\d* changes? waiting · /);
    await dragBy(bob.page, nodeWith(bob.page, 'From the train'), 80, 40);
    expect((await titlesIn(bob)).sort()).toEqual(expect.arrayContaining(['From the train', 'Home of Bob', 'Tour, said Bob']));
    expect((await titlesIn(ann)).sort()).toEqual(expect.arrayContaining(['From the office', 'Home sweet home', 'Tour, said Ann']));
  }, 4 * MINUTES);

  test('plugged in again nothing is lost: canvases and documents are equal, and what both changed waits to be decided', async () => {
    bob.cable.plugIn();
    await bob.page.getByRole('button', { name: 'Try now' }).click({ timeout: 2000 }).catch(() => undefined);
    await areEqual();
    const titles = await titlesIn(ann);
    expect(titles).toEqual(expect.arrayContaining(['Ask the lawyers', 'From the train', 'From the office', 'Home sweet home']));
    const stands = titles.find((title) => title?.startsWith('Tour, said'))!;
    const lost = stands === 'Tour, said Bob' ? 'Tour, said Ann' : 'Tour, said Bob';
    expect(titles).not.toContain(lost);
    for (const { page } of [ann, bob]) {
      await page.locator('#tab-history').click();
      await eventually(() => page.getByTestId('conflict').count()).toBe(1);
      await eventually(() => page.getByTestId('conflict').innerText()).toMatch(new RegExp(`${stands}[^]*${lost}`));
    }
    await shoot(ann.page, 'team-7-to-decide');
    await shoot(bob.page, 'team-7-to-decide-dark');
    // One decides for the version that lost; the other hears of it.
    await ann.page.getByTestId('conflict').getByRole('button', { name: 'Take the other' }).click();
    await nodeWith(bob.page, lost).waitFor();
    await bob.page.getByTestId('conflict').waitFor({ state: 'detached' });
    await areEqual();
    await accidents.afterwards?.({ ann, bob });
  }, 4 * MINUTES);
}
