/** Single sign-on in a real browser, as an owner sets it up and as people use it: SAML and OpenID Connect, in both languages. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../desktop/test/flowPage.ts';
import { call, registerPerson, type Person } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestOidcProvider, type TestOidcProvider } from './testOidcProvider.ts';
import { startTestProvider, type TestProvider } from './testProvider.ts';
import { startTestDns, type TestDns } from './testSignOn.ts';
import { waitingApp } from './testWaitingApp.ts';

const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

describe.skipIf(!chromiumPath)('in a browser', () => {
  let stage: AccountServer;
  let browser: Browser;
  let dns: TestDns;
  let saml: TestProvider;
  let oidc: TestOidcProvider;
  let owner: Person;
  let page: Page;
  let folder: string;
  const contexts: BrowserContext[] = [];
  const troubles: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'uxflow-sign-on-'));
    dns = await startTestDns();
    saml = await startTestProvider();
    oidc = await startTestOidcProvider();
    // The providers stand at 127.0.0.1: for a browser that is another site, whose forms send none of our cookies.
    stage = await startAccountServer({ HOST: 'localhost', SIGN_ON_NETWORK: 'private', SIGN_ON_DNS: dns.address, DEFAULT_PLAN: 'enterprise' });
    owner = await registerPerson(stage.server, stage.mailbox, { email: 'olga@corp.test', name: 'Olga' });
    expect((await call(stage.server, 'POST', '/api/v1/workspaces', { token: owner.token, body: { name: 'Design team' } })).status).toBe(201);
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
    page = await open('en-GB');
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
    await saml?.close();
    await oidc?.close();
    await dns?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(locale: string, more: { colorScheme?: 'light' | 'dark'; width?: number } = {}): Promise<Page> {
    const context = await browser.newContext({ locale, colorScheme: more.colorScheme ?? 'light', viewport: { width: more.width ?? 1000, height: 900 } });
    contexts.push(context);
    const opened = await context.newPage();
    opened.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) troubles.push(message.text());
    });
    opened.on('pageerror', (error) => troubles.push(String(error)));
    return opened;
  }
  const heading = (at = page) => at.locator('h1').textContent();
  const card = (title: string) => page.locator('section.card', { has: page.getByRole('heading', { name: title, exact: false }) });
  const told = () => page.getByRole('status').textContent();
  const signIn = async (at: Page) => {
    await at.getByLabel('E-mail address').fill(owner.email);
    await at.getByLabel('Password').fill(owner.password);
    await at.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  /** Claims a domain on the page, publishes what the page says, and has it found. */
  const prove = async (domain: string) => {
    const domains = card('Prove your domains');
    await domains.getByLabel('Domain').fill(domain);
    await domains.getByRole('button', { name: 'Add the domain' }).click();
    const row = card('Prove your domains').locator('li', { hasText: domain });
    await row.getByRole('button', { name: 'Look for the proof' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('was not found');
    const values = await row.locator('code').allTextContents();
    dns.records.set(values[0]!, [values[2]!]);
    await row.getByRole('button', { name: 'Look for the proof' }).click();
    expect(await told()).toBe('The domain is proved.');
  };

  test('an owner sets SAML up: values, metadata as a file, a proved domain, a trial, switched on', async () => {
    await page.goto(`${stage.server.url}/sso/settings`);
    expect(await heading()).toBe('Sign in');
    await signIn(page);
    expect(await heading()).toBe('Single sign-on');
    await page.getByText('Add a connection').click();
    await page.getByLabel('Name').fill('Corp login');
    await page.getByRole('button', { name: 'Make the connection' }).click();
    expect(await heading()).toBe('Corp login');

    const ours = await card('Tell your provider').locator('code').allTextContents();
    expect(ours).toEqual([expect.stringMatching(/\/metadata$/), expect.stringMatching(/\/acs$/), expect.stringMatching(/\/slo$/)]);
    const metadata = await (await fetch(ours[0]!)).text();
    for (const url of ours) expect(metadata).toContain(`"${url}"`);

    await card('Switch it on').getByLabel('Whoever wants to', { exact: false }).check();
    await card('Switch it on').getByRole('button', { name: 'Save' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('a proved domain');

    const file = join(folder, 'metadata.xml');
    writeFileSync(file, '<html>not this one</html>');
    await card('Enter your provider').getByLabel('Address of the provider’s metadata').fill(`${saml.url}/nowhere`);
    await card('Enter your provider').getByRole('button', { name: 'Fetch the metadata' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('does not answer as it should');
    await card('Enter your provider').getByLabel('as a file', { exact: false }).setInputFiles(file);
    await card('Enter your provider').getByRole('button', { name: 'Take the metadata' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('not the metadata');
    writeFileSync(file, saml.metadata());
    await card('Enter your provider').getByLabel('as a file', { exact: false }).setInputFiles(file);
    await card('Enter your provider').getByRole('button', { name: 'Take the metadata' }).click();
    expect(await told()).toBe('Saved.');
    await eventually(() => page.getByLabel('Entity id of the provider').inputValue()).toBe(saml.entityId);
    await prove('corp.test');

    saml.person.attributes = { email: ['tester@elsewhere.test'] };
    await card('Try it out').getByRole('button', { name: 'Try it out' }).click();
    await page.waitForURL('**/sso/done');
    expect(await heading()).toBe('The provider answered, but you would not have been let in');
    await page.getByRole('link', { name: 'Back' }).click();
    saml.person.attributes = { email: ['olga@corp.test'], displayName: ['Olga'] };
    await card('Try it out').getByRole('button', { name: 'Try it out' }).click();
    await page.waitForURL('**/sso/done');
    expect(await heading()).toBe('The connection works');
    await eventually(() => page.locator('dl').textContent()).toContain('olga@corp.test');
    await page.getByRole('link', { name: 'Back' }).click();
    await card('Switch it on').getByLabel('Whoever wants to', { exact: false }).check();
    await card('Switch it on').getByRole('button', { name: 'Save' }).click();
    expect(await told()).toBe('Saved.');
    await card('Switch it on').getByLabel('Everybody with', { exact: false }).check();
    await card('Switch it on').getByRole('button', { name: 'Save' }).click();
    await eventually(() => page.getByRole('alert').textContent()).toContain('second factor');
    expect(troubles).toEqual([]);
  });

  test('a colleague types the address, signs in at the provider and is led back to the app that waits', async () => {
    const app = await waitingApp('Laptop');
    const colleague = await open('en-GB');
    await colleague.goto(app.address(stage.server.url));
    await colleague.getByRole('link', { name: 'Single sign-on' }).click();
    await colleague.getByLabel('E-mail address').fill('grace@unknown.test');
    await colleague.getByRole('button', { name: 'Continue' }).click();
    await eventually(() => colleague.getByRole('alert').textContent()).toContain('no single sign-on for this domain');
    saml.person = { ...saml.person, nameId: 'grace-1', attributes: { email: ['grace@corp.test'], displayName: ['Grace'] } };
    await colleague.getByLabel('E-mail address').fill('grace@corp.test');
    await colleague.getByRole('button', { name: 'Continue' }).click();
    await colleague.waitForURL('**/desktop?**');
    expect(await heading(colleague)).toBe('Sign in on this computer?');
    await eventually(() => colleague.locator('main').textContent()).toContain('grace@corp.test');
    await colleague.getByRole('button', { name: 'Sign in there' }).click();
    await colleague.waitForURL(`${app.redirectUri}**`);
    const redeemed = await app.redeem(stage.server);
    expect(redeemed).toMatchObject({ status: 200, body: { user: { email: 'grace@corp.test', name: 'Grace' } } });
    expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: redeemed.body.token })).body.workspaces).toMatchObject([{ name: 'Design team', role: 'member' }]);
    // Signing out here signs out there.
    await colleague.goto(`${stage.server.url}/account`);
    await colleague.getByRole('button', { name: 'Sign out' }).click();
    await colleague.waitForURL('**/sign-in');
    expect(saml.heard.logoutRequest).toContain('>grace-1<');
    app.close();
    expect(troubles).toEqual([]);
  });

  test('the same by OpenID Connect, by a link and in German', async () => {
    await page.goto(`${stage.server.url}/sso/settings`);
    await page.getByText('Add a connection').click();
    await page.getByLabel('Name').fill('Corp id');
    await page.getByLabel('Protocol').selectOption('oidc');
    await page.getByRole('button', { name: 'Make the connection' }).click();
    const [callback, signedOut] = await card('Tell your provider').locator('code').allTextContents();
    oidc.allow(callback!, signedOut);
    const provider = card('Enter your provider');
    await provider.getByLabel('Issuer').fill(oidc.url);
    await provider.getByLabel('Client id').fill(oidc.clientId);
    await provider.getByLabel('Client secret').fill(oidc.clientSecret);
    await provider.getByRole('button', { name: 'Save' }).click();
    expect(await told()).toBe('Saved.');
    await prove('id.test');
    await card('Who comes in as what').getByLabel('Role of who comes').selectOption('viewer');
    await card('Who comes in as what').getByRole('button', { name: 'Save' }).click();
    oidc.person = { sub: 'olga-1', email: 'olga@id.test', email_verified: true };
    await card('Try it out').getByRole('button', { name: 'Try it out' }).click();
    await page.waitForURL('**/sso/done');
    expect(await heading()).toBe('The connection works');
    await page.getByRole('link', { name: 'Back' }).click();
    await card('Switch it on').getByLabel('Whoever wants to', { exact: false }).check();
    await card('Switch it on').getByRole('button', { name: 'Save' }).click();
    const link = (await card('Switch it on').locator('code').textContent())!;

    const german = await open('de-DE', { colorScheme: 'dark' });
    await german.goto(`${stage.server.url}/sso`);
    expect(await heading(german)).toBe('Firmenanmeldung');
    oidc.person = null;
    await german.goto(link);
    await eventually(() => german.getByRole('alert').textContent()).toContain('hat dich nicht hereingelassen');
    oidc.person = { sub: 'heinz-1', email: 'heinz@id.test', email_verified: true, name: 'Heinz' };
    await german.goto(link);
    await german.waitForURL('**/account');
    const session = (await german.context().cookies()).find(({ name }) => name === 'uxflow')!;
    expect((await call(stage.server, 'GET', '/api/v1/workspaces', { token: session.value })).body.workspaces).toMatchObject([{ name: 'Design team', role: 'viewer' }]);

    await german.locator('form[action="/sign-out"] button').click();
    await eventually(() => heading(german)).toBe('Du bist hier abgemeldet');
    expect((await call(stage.server, 'GET', '/api/v1/users/me', { token: session.value })).status).toBe(401);
    await german.getByRole('link', { name: 'Auch dort abmelden' }).click();
    await german.getByRole('button', { name: /yes/i }).click();
    await german.waitForURL('**/sign-in');
    expect(troubles).toEqual([]);
  });

  test('every control of these pages has a name, the keyboard reaches it, and nothing is cut off on a small screen', async () => {
    const small = await open('en-GB', { width: 360 });
    await small.goto(`${stage.server.url}/sign-in?next=%2Fsso%2Fsettings`);
    await signIn(small);
    const links = await small.locator('.rows a').evaluateAll((all) => all.map((one) => (one as HTMLAnchorElement).getAttribute('href')!));
    for (const path of ['/sso', '/sso/settings', ...links]) {
      await small.goto(stage.server.url + path);
      const faulty = await small.locator('input:not([type="hidden"]), button, a, select, textarea, summary').evaluateAll((all) => all.map((one) => ({ name: (one as HTMLInputElement).labels?.[0]?.textContent ?? one.textContent, tab: (one as HTMLElement).tabIndex, height: one.getBoundingClientRect().height })).filter(({ name, tab, height }) => !name?.trim() || tab < 0 || (height > 0 && height < 18)));
      expect([path, faulty]).toEqual([path, []]);
      expect([path, await small.locator('h1').count(), await small.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([path, 1, true]);
    }
    expect(troubles).toEqual([]);
  });
});
