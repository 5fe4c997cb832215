/** The page of an account in a real browser, passkeys by Chromium's own authenticator. */
import { chromium, type Browser, type BrowserContext, type CDPSession, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../desktop/test/flowPage.ts';
import { call, GOOD_PASSWORD, registerPerson } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { totp } from './testAuthenticator.ts';
import { startTestIssuer, type TestIssuer } from './testIssuer.ts';

const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

describe.skipIf(!chromiumPath)('the page of an account', () => {
  let stage: AccountServer;
  let issuer: TestIssuer;
  let browser: Browser;
  /** As browsers want it for passkeys. */
  let home: string;
  const troubles: string[] = [];

  beforeAll(async () => {
    issuer = await startTestIssuer();
    stage = await startAccountServer({ OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: 'client', OIDC_CLIENT_SECRET: 'secret', OIDC_NAME: 'Our house', DEFAULT_PLAN: 'pro' });
    home = `http://localhost:${stage.server.port}`;
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
    await issuer?.close();
  });

  async function visit(locale = 'en-GB', width = 1100): Promise<{ context: BrowserContext; page: Page }> {
    const context = await browser.newContext({ locale, viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.on('console', (message) => {
      // Refused forms and requests answer 4xx on purpose, and Chromium writes that down.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(String(error)));
    return { context, page };
  }

  async function signIn(page: Page, email: string, path = '/account', password = GOOD_PASSWORD): Promise<void> {
    await page.goto(`${home}/sign-in?next=${encodeURIComponent(path)}`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  /** An authenticator that says that its holder was verified, as a finger would. */
  async function plugIn(context: BrowserContext, page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true } });
    return { cdp, authenticatorId };
  }

  const card = (page: Page, title: string) => page.locator('section.card', { has: page.getByRole('heading', { name: title, exact: true }) });
  const status = (page: Page) => page.getByRole('status').textContent();
  const alert = (page: Page) => page.getByRole('alert').filter({ visible: true }).textContent();

  test('a passkey is made, renamed, signs in without any name, and is removed', async () => {
    const { email } = await registerPerson(stage.server, stage.mailbox, { email: 'passkeys@example.org', name: 'Ada' });
    const { context, page } = await visit();
    const { cdp, authenticatorId } = await plugIn(context, page);
    await signIn(page, email, '/account/security');
    await page.getByLabel('Name of the new passkey').fill('Ada’s laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey is added.').waitFor();
    expect((await stage.mailbox.take(email, 'How your account is entered')).text).toContain('Ada’s laptop');
    expect((await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials).toMatchObject([{ isResidentCredential: true, rpId: 'localhost' }]);
    // A second one on the same device makes no sense, and the browser says so.
    await page.getByLabel('Name of the new passkey').fill('Again');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'This device has a passkey for this account already.' }).waitFor();

    await card(page, 'Passkeys').getByText('Rename').click();
    await card(page, 'Passkeys').getByLabel('Name', { exact: true }).fill('Old laptop');
    await card(page, 'Passkeys').getByRole('button', { name: 'Save' }).click();
    expect(await status(page)).toBe('It is saved.');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${home}/sign-in?next=%2Faccount%2Fdevices`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${home}/account/devices`);
    await eventually(() => page.locator('h1').textContent()).toBe('Devices');

    // Nobody's finger: nothing happens, and it is said.
    await page.getByRole('button', { name: 'Sign out' }).first().click();
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.goto(`${home}/sign-in`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'Nothing was done' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${home}/account`);

    // An old session asks for a proof, by the passkey.
    await stage.server.database.pool.query(`update session set created_at = now() - interval '1 day', confirmed_at = null`);
    await stage.server.access.revoke({});
    await page.goto(`${home}/account/security`);
    await page.getByRole('button', { name: 'Remove Old laptop' }).click();
    await eventually(() => page.locator('h1').textContent()).toBe('Prove that it is you');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${home}/account/security`);
    await page.getByRole('button', { name: 'Remove Old laptop' }).click();
    expect(await status(page)).toBe('The passkey is removed.');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('alert').filter({ hasText: 'This passkey was not accepted' }).waitFor();
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('opened by its number, the page leads to the name under which passkeys work', async () => {
    const { context, page } = await visit();
    await page.goto(`${stage.server.url}/sign-in?next=%2Finvitation`);
    await page.getByRole('link', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL(`${home}/sign-in?next=%2Finvitation`);
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor();
    await context.close();
  });

  test('name and preferences; the page speaks the language and wears the theme that were chosen', async () => {
    const { email, token } = await registerPerson(stage.server, stage.mailbox, { email: 'prefers@example.org', name: 'Before' });
    const { context, page } = await visit();
    await signIn(page, email);
    await page.getByLabel('Your name').fill('After');
    await card(page, 'Profile').getByRole('button', { name: 'Save' }).click();
    expect(await status(page)).toBe('It is saved.');
    await page.getByLabel('Language').selectOption('de');
    await page.getByLabel('Appearance').selectOption('dark');
    await page.getByLabel('Time zone').fill('Nowhere/Land');
    await page.getByLabel('Mentions in comments').uncheck();
    await card(page, 'Preferences').getByRole('button', { name: 'Save' }).click();
    expect(await alert(page)).toContain('Nothing was changed');
    await page.getByLabel('Language').selectOption('de');
    await page.getByLabel('Appearance').selectOption('dark');
    await page.getByLabel('Time zone').fill('Europe/Berlin');
    await page.getByLabel('Mentions in comments').uncheck();
    await card(page, 'Preferences').getByRole('button', { name: 'Save' }).click();
    expect(await status(page)).toBe('Es ist gespeichert.');
    expect(await page.evaluate(() => [document.documentElement.lang, getComputedStyle(document.body).backgroundColor])).toEqual(['de', 'rgb(20, 22, 26)']);
    expect((await call(stage.server, 'GET', '/api/v1/users/me', { token })).body).toMatchObject({ name: 'After', preferences: { language: 'de', theme: 'dark', timezone: 'Europe/Berlin', notifications: { mentions: false, invitations: true } } });
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('the address is changed by the new mailbox and brought back by the old one', async () => {
    const { email } = await registerPerson(stage.server, stage.mailbox, { email: 'moves@example.org', name: 'Mo' });
    const { context, page } = await visit();
    await signIn(page, email, '/account/security');
    const form = card(page, 'E-mail address');
    await form.getByLabel('New e-mail address').fill('moved@example.org');
    await form.getByLabel('Current password').fill('not the right one');
    await form.getByRole('button').click();
    expect(await alert(page)).toContain('current password is not right');
    await form.getByLabel('New e-mail address').fill('moved@example.org');
    await form.getByLabel('Current password').fill(GOOD_PASSWORD);
    await form.getByRole('button').click();
    expect(await status(page)).toContain('If that address is free');
    const link = (text: string) => /http:\S+#\S+/.exec(text)![0].replace('127.0.0.1', 'localhost');
    await page.goto(link((await stage.mailbox.take('moved@example.org', 'Confirm your new address')).text));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await eventually(() => page.locator('h1').textContent()).toBe('Your address is changed');
    await page.goto(`${home}/account/security`);
    await eventually(() => card(page, 'E-mail address').textContent()).toContain('moved@example.org');
    await page.goto(link((await stage.mailbox.take(email, 'has a new address')).text));
    await page.getByRole('button', { name: 'Undo it' }).click();
    await eventually(() => page.locator('main').textContent()).toContain(email);
    await page.goto(`${home}/account`);
    await eventually(() => page.locator('h1').textContent()).toBe('Sign in');
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('the second factor is set up by the picture’s key, its codes are made anew, and it is switched off', async () => {
    const { email, token } = await registerPerson(stage.server, stage.mailbox, { email: 'factors@example.org', name: 'Fa' });
    const { context, page } = await visit();
    await signIn(page, email, '/account/security');
    const part = card(page, 'Second factor');
    await part.getByLabel('Current password').fill(GOOD_PASSWORD);
    await part.getByRole('button', { name: 'Set it up' }).click();
    await eventually(() => page.getByRole('img', { name: 'Code for your authenticator app' }).isVisible()).toBe(true);
    await eventually(() => page.locator('.codes li').count()).toBe(10);
    const secret = (await page.locator('p code').textContent())!;
    await page.getByLabel('Code that the app shows now').fill('000000');
    await page.getByRole('button', { name: 'Switch it on' }).click();
    expect(await alert(page)).toContain('This code is not right');
    await page.getByLabel('Code that the app shows now').fill(totp(secret));
    await page.getByRole('button', { name: 'Switch it on' }).click();
    expect(await status(page)).toBe('The second factor is on.');
    // The session of another device, opened by one factor, has ended.
    expect((await call(stage.server, 'GET', '/api/v1/users/me', { token })).status).toBe(401);
    expect((await stage.server.database.pool.query<{ on: boolean }>('select two_factor_enabled as on from app_user where email = $1', [email])).rows).toEqual([{ on: true }]);
    await part.getByText('Make new backup codes').first().click();
    await part.getByLabel('Current password').first().fill(GOOD_PASSWORD);
    await part.getByRole('button', { name: 'Make new backup codes' }).click();
    await eventually(() => page.locator('.codes li').count()).toBe(10);
    await page.getByRole('link', { name: 'Back' }).click();
    await part.getByText('Switch it off').first().click();
    await part.getByLabel('Current password').last().fill(GOOD_PASSWORD);
    await part.getByRole('button', { name: 'Switch it off' }).click();
    expect(await status(page)).toBe('The second factor is off.');
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('another account is added and taken away; one that belongs to somebody else is not', async () => {
    const { email, userId } = await registerPerson(stage.server, stage.mailbox, { email: 'links@example.org', name: 'Li' });
    const { context, page } = await visit();
    await page.goto(`${stage.server.url}/sign-in?next=%2Faccount%2Fsecurity`);
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Password').fill(GOOD_PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    issuer.person = { id: '500', email: 'quite-another@example.org', emailVerified: true, name: 'Li There' };
    await page.getByRole('button', { name: 'Add Our house' }).click();
    await page.getByText('It is added.').waitFor();
    expect((await stage.mailbox.take(email, 'How your account is entered')).text).toContain('Our house');
    const { body } = await call(stage.server, 'POST', '/api/v1/users/login', { body: { email, password: GOOD_PASSWORD } });
    expect((await call(stage.server, 'GET', '/api/v1/users/me/providers', { token: body.token })).body).toMatchObject({ linked: [{ id: 'oidc', name: 'Our house' }] });

    const other = await registerPerson(stage.server, stage.mailbox, { email: 'other-links@example.org' });
    const second = await visit();
    await second.page.goto(`${stage.server.url}/sign-in?next=%2Faccount%2Fsecurity`);
    await second.page.getByLabel('E-mail address').fill(other.email);
    await second.page.getByLabel('Password').fill(GOOD_PASSWORD);
    await second.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await second.page.getByRole('button', { name: 'Add Our house' }).click();
    await second.page.getByText('belongs to another account here').waitFor();
    await second.context.close();

    await page.getByRole('button', { name: 'Remove Our house' }).click();
    expect(await status(page)).toBe('It is removed.');
    expect((await stage.server.database.pool.query(`select kind from audit_event where user_id = $1 and kind like 'AUTH_PROVIDER%' order by at`, [userId])).rows).toEqual([{ kind: 'AUTH_PROVIDER_LINKED' }, { kind: 'AUTH_PROVIDER_UNLINKED' }]);
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('the password, devices, keys, and the end', async () => {
    const { email, token } = await registerPerson(stage.server, stage.mailbox, { email: 'leaves@example.org', name: 'Le' });
    const { context, page } = await visit();
    await signIn(page, email, '/account/devices');
    await eventually(() => page.locator('.rows li').count()).toBe(2);
    await eventually(() => page.locator('.rows li', { hasText: 'this one' }).textContent()).toContain('Chrome, Linux');
    await page.locator('.rows').getByRole('button').click();
    expect(await status(page)).toBe('That device is signed out.');
    expect((await call(stage.server, 'GET', '/api/v1/users/me', { token })).status).toBe(401);

    await page.goto(`${home}/account/security`);
    const password = card(page, 'Password');
    await password.getByLabel('Current password').fill(GOOD_PASSWORD);
    await password.getByLabel('New password').fill('a-different-orchard-5');
    await password.getByRole('button').click();
    expect(await status(page)).toContain('The password is changed');

    await page.getByRole('link', { name: 'API keys' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Build robot');
    await page.getByLabel('Comment', { exact: true }).check();
    await page.getByRole('button', { name: 'Make a key' }).click();
    const secret = await page.locator('.copied').innerText();
    expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: secret })).status).toBe(200);
    await page.getByRole('link', { name: 'Back' }).click();
    await eventually(() => page.locator('.rows').textContent()).toContain('Comment, See projects and flows');
    await page.getByRole('button', { name: 'Revoke Build robot' }).click();
    expect(await status(page)).toBe('The key is revoked.');
    expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: secret })).status).toBe(401);

    await page.getByRole('link', { name: 'Your data' }).click();
    await page.locator('summary', { hasText: 'Delete the account' }).click();
    await page.getByLabel('Current password').fill('a-different-orchard-5');
    await page.getByRole('button', { name: 'Delete my account' }).click();
    expect(await alert(page)).toContain('Export your data first');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    expect((await download).suggestedFilename()).toBe('uxflow-account.json');
    await page.getByLabel('Current password').fill('a-different-orchard-5');
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await eventually(() => page.locator('h1').textContent()).toBe('Your account will be deleted');
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, email, '/account', 'a-different-orchard-5');
    await page.getByRole('button', { name: 'Keep the account' }).click();
    await eventually(() => page.locator('h1').textContent()).toBe('Your account');
    await context.close();
    expect(troubles).toEqual([]);
  });

  test('without a script all but passkeys goes; every control has a name, on a telephone too, in both languages and themes', async () => {
    const { email } = await registerPerson(stage.server, stage.mailbox, { email: 'narrow@example.org', name: 'Na' });
    const plain = await browser.newContext({ locale: 'en-GB', javaScriptEnabled: false });
    const scriptless = await plain.newPage();
    await signIn(scriptless, email, '/account/security');
    await eventually(() => card(scriptless, 'Passkeys').textContent()).toContain('needs JavaScript');
    await scriptless.getByRole('link', { name: 'Profile' }).click();
    await scriptless.getByLabel('Language').selectOption('de');
    await card(scriptless, 'Preferences').getByRole('button', { name: 'Save' }).click();
    await eventually(() => scriptless.getByRole('status').textContent()).toBe('Es ist gespeichert.');
    await plain.close();

    const { context, page } = await visit('en-GB', 360);
    await signIn(page, email);
    for (const path of ['/account', '/account/security', '/account/devices', '/account/keys', '/account/data', '/account/confirm', '/email', '/email-undo']) {
      await page.goto(home + path);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
      const nameless = await page.locator('input:not([type="hidden"]), select, button, a, summary').evaluateAll((all) =>
        all.map((one) => ({ tag: one.outerHTML.slice(0, 120), name: (one as HTMLInputElement).labels?.[0]?.textContent ?? one.textContent, tab: (one as HTMLElement).tabIndex, height: one.getBoundingClientRect().height })).filter(({ name, tab, height }) => !name?.trim() || tab < 0 || height < 18));
      expect([path, nameless]).toEqual([path, []]);
      expect([path, await page.locator('h1').count(), await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([path, 1, true]);
      for (const theme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: theme });
        expect([path, theme, await poorContrast(page)]).toEqual([path, theme, []]);
      }
    }
    await context.close();
    expect(troubles).toEqual([]);
  });

  /** Texts whose colour stands out less than 4.5 : 1 from what is behind them. */
  function poorContrast(page: Page): Promise<string[]> {
    return page.evaluate(() => {
      const channels = (colour: string) => colour.match(/[\d.]+/g)!.map(Number);
      const light = (colour: string) => {
        const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => { const part = value / 255; return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4; });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      };
      const behind = (element: Element | null): string => {
        if (!element) return 'rgb(255, 255, 255)';
        const { backgroundColor } = getComputedStyle(element);
        return (channels(backgroundColor)[3] ?? 1) > 0 ? backgroundColor : behind(element.parentElement);
      };
      return [...document.querySelectorAll('h1, h2, p, label, legend, summary, button, a, input, select, .quiet, .mark')].flatMap((element) => {
        if (!element.checkVisibility() || element.closest('.unseen') || (element as HTMLButtonElement).disabled) return [];
        const [front, back] = [light(getComputedStyle(element).color), light(behind(element))];
        const ratio = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
        return ratio < 4.5 ? [`${element.tagName} ${element.textContent?.trim().slice(0, 30)} ${ratio.toFixed(2)}`] : [];
      });
    });
  }
});
