/** What two colleagues do on the pages of the server and of their apps. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exported } from '../../desktop/test/flowPage.ts';
import { GOOD_PASSWORD } from './testAccounts.ts';
import { startCable, type Cable } from './testCable.ts';
import { startAppCommand, type RunningCommand } from './testCommand.ts';
import type { TestMailbox } from './testMailbox.ts';

/** How long a condition may take on a loaded machine, ms. */
const PATIENCE = 40_000;

/** Somebody with a browser, an app with a data folder of its own, and a network cable that the app hangs on. */
export interface Colleague {
  name: string;
  email: string;
  cable: Cable;
  context: BrowserContext;
  /** The page of the app. */
  page: Page;
  /** Errors on any page that are none of the network. */
  problems: string[];
  /** The app ends as by a power cut, and starts again on the same folder. */
  restartApp(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the app of somebody and opens its page. */
export async function startColleague(browser: Browser, { name, email, colorScheme = 'light' }: { name: string; email: string; colorScheme?: 'light' | 'dark' }): Promise<Colleague> {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-colleague-'));
  const cable = await startCable();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', colorScheme, acceptDownloads: true });
  context.setDefaultTimeout(PATIENCE);
  const problems: string[] = [];
  context.on('page', (page) => {
    page.on('pageerror', (error) => problems.push(`${name} thrown: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      // A browser logs every connection that nobody answers; that is what these tests bring about.
      if (message.type() === 'error' && !/net::ERR_|Failed to load resource|WebSocket connection to/.test(message.text())) problems.push(`${name} console: ${message.text()}`);
    });
  });
  let app: RunningCommand;
  const start = async () => {
    app = await startAppCommand(dataDir, cable.variables);
    const page = await context.newPage();
    await page.goto(app.found[0]);
    await page.getByTestId('flow-list').waitFor();
    return page;
  };
  const colleague: Colleague = {
    name,
    email,
    cable,
    context,
    page: await start(),
    problems,
    async restartApp() {
      await app.kill();
      await colleague.page.close();
      colleague.page = await start();
    },
    async close() {
      await context.close();
      await app.kill();
      await cable.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return colleague;
}

/** Makes an account on the server's page and confirms it by the link of the mail. */
export async function register({ context, name, email }: Colleague, server: string, mailbox: TestMailbox, page?: Page): Promise<void> {
  const own = page ?? (await context.newPage());
  if (!page) await own.goto(server);
  await own.getByRole('link', { name: 'Create an account' }).click();
  await own.getByLabel('Your name').fill(name);
  await own.getByLabel('E-mail address').fill(email);
  await own.getByLabel('Password').fill(GOOD_PASSWORD);
  await own.getByRole('button', { name: 'Create an account' }).click();
  await own.getByRole('heading', { name: 'Check your inbox' }).waitFor();
  await own.goto(/http:\S+verify#\S+/.exec((await mailbox.take(email, 'Confirm')).text)![0]);
  await own.getByRole('button', { name: 'Confirm' }).click();
  await own.getByRole('heading', { name: 'Your address is confirmed' }).waitFor();
  await own.close();
}

/** Signs in on the server's page that is open. */
export async function signInOnPage(page: Page, { email }: Colleague): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(GOOD_PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs the app in by way of the browser; who is signed in there already is asked only whether they want it. */
export async function signAppIn(colleague: Colleague, server: string): Promise<void> {
  const { page } = colleague;
  await page.evaluate(() => void (location.hash = '#/settings'));
  await page.getByTestId('sign-in').getByLabel('Server').fill(server);
  const [asked] = await Promise.all([colleague.context.waitForEvent('page'), page.getByRole('button', { name: 'Sign in with the browser' }).click()]);
  await asked.locator('h1').waitFor();
  if ((await asked.locator('h1').textContent()) === 'Sign in') await signInOnPage(asked, colleague);
  await asked.getByRole('button', { name: 'Sign in there' }).click();
  await asked.getByRole('heading', { name: 'Signed in' }).waitFor();
  await asked.close();
  await page.getByTestId('account').getByText(colleague.email).waitFor();
}

/** Goes to the list of flows. */
export async function toList(page: Page): Promise<void> {
  await page.evaluate(() => void (location.hash = '#/'));
  await page.getByTestId('flow-list').waitFor();
}

/** What the app says about saving and syncing. */
export const lineOf = ({ page }: Colleague): Promise<string> => page.getByTestId('status-line').innerText();

/** Every step and connection on the canvas, as drawn: its words, its place on the flow's own plane. */
export async function drawnBy({ page }: Colleague): Promise<string[]> {
  return page.locator('.react-flow__node, .react-flow__edge').evaluateAll((all) =>
    all.map((one) => `${one.getAttribute('data-id')} ${(one as HTMLElement).style.transform} ${(one.textContent ?? '').replace(/\s+/g, ' ').trim()} ${one.querySelector('path')?.getAttribute('d') ?? ''}`).sort(),
  );
}

/** The flow as the app exports it. */
export async function fileOf({ page }: Colleague): Promise<string> {
  return (await exported(page, '.uxflow')).text;
}
