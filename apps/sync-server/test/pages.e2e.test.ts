/** The way in, in a real browser: account, mail, sign-in, second factor, and the desktop that waits on 127.0.0.1. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../desktop/test/flowPage.ts';
import { call, GOOD_PASSWORD } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { totp } from './testAuthenticator.ts';
import { waitingApp } from './testWaitingApp.ts';

const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

describe.skipIf(!chromiumPath)('in a browser', () => {
  let stage: AccountServer;
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    stage = await startAccountServer();
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
    page = await (await browser.newContext({ locale: 'en-GB', viewport: { width: 1000, height: 800 } })).newPage();
    page.on('console', (message) => {
      // A refused form answers 4xx on purpose, and Chromium writes that down.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(String(error)));
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const heading = () => page.locator('h1').textContent();

  test('somebody makes an account, confirms it by the link of the mail, signs in, and the desktop gets its own session', async () => {
    const { server, mailbox } = stage;
    const app = await waitingApp('Ada’s laptop');

    await page.goto(`${server.url}/sign-up`);
    await page.getByLabel('Your name').fill('Ada');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password').fill('passwordpassword');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('too easy to guess');
    await eventually(() => page.getByLabel('E-mail address').inputValue()).toBe('ada@example.org');
    await page.getByLabel('Password').fill(GOOD_PASSWORD);
    await page.getByRole('button', { name: 'Create an account' }).click();
    expect(await heading()).toBe('Check your inbox');

    const link = /http:\S+verify#\S+/.exec((await mailbox.take('ada@example.org', 'Confirm')).text)![0];
    await page.goto(link);
    expect(page.url()).toBe(`${server.url}/verify`);
    await page.getByRole('button', { name: 'Confirm' }).click();
    expect(await heading()).toBe('Your address is confirmed');

    await page.goto(app.address(server.url));
    expect(await heading()).toBe('Sign in');
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password').fill('not the right one');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('not right');
    await page.getByLabel('Password').fill(GOOD_PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await heading()).toBe('Sign in on this computer?');
    await eventually(() => page.locator('main').textContent()).toContain('Ada’s laptop');
    await page.getByRole('button', { name: 'Sign in there' }).click();
    await page.waitForURL(`${app.redirectUri}**`);
    expect(app.answer().get('state')).toBe('state-of-the-app');
    expect(await app.redeem(server)).toMatchObject({ status: 200, body: { user: { email: 'ada@example.org' } } });
    app.close();

    await page.goto(`${server.url}/`);
    expect(await heading()).toBe('Your account');
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.getByRole('button', { name: 'Sign out' }).click();
    expect(await heading()).toBe('Sign in');
    expect(troubles).toEqual([]);
  });

  test('the second factor is asked for on the page, and a forgotten password is set by the mail', async () => {
    const { server, mailbox } = stage;
    const login = await call(server, 'POST', '/api/v1/users/login', { body: { email: 'ada@example.org', password: GOOD_PASSWORD } });
    const begun = await call(server, 'POST', '/api/v1/users/me/second-factor', { token: login.body.token, body: { password: GOOD_PASSWORD } });
    const secret = new URL(begun.body.uri).searchParams.get('secret')!;
    await call(server, 'POST', '/api/v1/users/me/second-factor/confirm', { token: login.body.token, body: { code: totp(secret) } });

    await page.goto(`${server.url}/forgot`);
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.goto(/http:\S+reset#\S+/.exec((await mailbox.take('ada@example.org', 'Set a new password')).text)![0]);
    await page.getByLabel('New password').fill('a-different-orchard-5');
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await heading()).toBe('Your password is changed');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail address').fill('ada@example.org');
    await page.getByLabel('Password').fill('a-different-orchard-5');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await heading()).toBe('Second factor');
    await page.getByLabel('Code').fill(begun.body.backupCodes[3]);
    await page.getByRole('button', { name: 'Continue' }).click();
    expect(await heading()).toBe('Your account');
    expect(troubles).toEqual([]);
  });

  test('every control of every page has a name, and the keyboard reaches it', async () => {
    const names = async () => {
      const controls = await page.locator('input:not([type="hidden"]), button, a').evaluateAll((all) => all.map((one) => ({ name: (one as HTMLInputElement).labels?.[0]?.textContent ?? one.textContent, tab: (one as HTMLElement).tabIndex, height: one.getBoundingClientRect().height })));
      return controls.filter(({ name, tab, height }) => !name?.trim() || tab < 0 || height < 18);
    };
    for (const path of ['/sign-in', '/sign-up', '/forgot', '/verify', '/reset', '/invitation', '/account', '/api/v1/docs']) {
      await page.goto(server() + path);
      expect([path, await names()]).toEqual([path, []]);
      expect([path, await page.locator('h1').count(), await page.evaluate(() => document.documentElement.lang), await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([path, 1, 'en', true]);
    }
    expect(troubles).toEqual([]);
  });
  const server = () => stage.server.url;
});
