/** Two people in an encrypted workspace, each with an app of their own in a real Chromium: from the first keys to a colleague's new ones. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { GOOD_PASSWORD, type Person } from '../../sync-server/test/testAccounts.ts';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { THREE_SCREENS } from './flowFile.ts';
import { eventually, nodeById, retitle } from './flowPage.ts';
import { startSyncServer, type SyncServerProcess } from './syncServer.ts';

let server: SyncServerProcess;
let ann: AppInBrowser;
let bob: AppInBrowser;
let pageOfAnn: Page;
let pageOfBob: Page;
let bobsKit = '';
const people: Record<string, Person> = {};
beforeAll(async () => {
  if (!chromiumPath) return;
  server = await startSyncServer({ DEFAULT_PLAN: 'team' });
  for (const [email, name] of [['ann@example.org', 'Ann Arbor'], ['bob@example.org', 'Bob Hope']] as const) people[email] = await server.register(email, name);
  [ann, bob] = [await startApp(), await startApp()];
  for (const [app, email] of [[ann, 'ann@example.org'], [bob, 'bob@example.org']] as const) await (await app.client()).account.signIn({ server: server.url, email, password: GOOD_PASSWORD });
  pageOfAnn = await ann.openPage();
  pageOfBob = await bob.openPage({ colorScheme: 'dark' });
}, 120_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') for (const [name, app] of [['ann', ann], ['bob', bob]] as const) await app?.shootAll(`failed-${name}-${task.id}`);
  expect([...(ann?.problems.splice(0) ?? []), ...(bob?.problems.splice(0) ?? [])]).toEqual([]);
});
afterAll(async () => {
  await ann?.close();
  await bob?.close();
  await server?.close();
});

/** Goes through the kit's screens as a careful person does; what the kit says. */
async function keepKit(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Make my keys' }).click();
  await page.getByTestId('kit').waitFor();
  const groups = await page.locator('[data-testid=kit] b').allInnerTexts();
  expect(groups).toHaveLength(14);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  const fields = page.locator('[data-testid=kit-dialog] .field');
  await fields.first().locator('input').fill('XXXX');
  for (const field of await fields.all()) {
    const number = Number(/\d+/.exec(await field.locator('label').innerText())![0]);
    if ((await field.locator('input').inputValue()) === '') await field.locator('input').fill(groups[number - 1]!);
  }
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByText('is not what stands in the kit').waitFor();
  const number = Number(/\d+/.exec(await fields.first().locator('label').innerText())![0]);
  await fields.first().locator('input').fill(` ${groups[number - 1]!.toLowerCase()} `);
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByTestId('kit-dialog').waitFor({ state: 'detached' });
  return groups.join('-');
}
const openHub = async (page: Page) => {
  if (await page.locator('dialog[open]').count()) await page.keyboard.press('Escape');
  await page.evaluate(() => void (location.hash = '#/flows'));
  await page.getByRole('button', { name: 'Shared with me' }).click();
};
const openEncryption = async (page: Page) => {
  await openHub(page);
  await page.getByRole('button', { name: 'People and settings of “Secret plans”' }).click();
  await page.getByRole('radio', { name: 'Encryption' }).click();
  await page.getByTestId('key-members').waitFor();
};

describe.skipIf(!chromiumPath)('an encrypted workspace', () => {
  let flowId: string;
  let link: string;

  test('sharing into a new one leads through the keys, and the flow is sealed', async () => {
    ({ id: flowId } = await (await ann.client()).flows.import({ text: THREE_SCREENS, fileName: 'x.uxflow' }));
    await pageOfAnn.evaluate((id) => void (location.hash = `#/flow/${id}`), flowId);
    await nodeById(pageOfAnn, 'node_1').waitFor();
    await pageOfAnn.getByRole('button', { name: 'Share this flow' }).click();
    await pageOfAnn.getByLabel('Name of the new workspace').fill('Secret plans');
    await pageOfAnn.getByText('Its members only').click();
    await pageOfAnn.getByRole('button', { name: 'Set up encryption' }).click();
    await keepKit(pageOfAnn);
    await pageOfAnn.getByTestId('share-dialog').getByRole('button', { name: 'Share', exact: true }).click();
    await pageOfAnn.getByTestId('share-dialog').getByText('End-to-end encrypted').waitFor();
    await pageOfAnn.getByLabel('Invite by e-mail').fill('bob@example.org');
    await pageOfAnn.getByRole('button', { name: 'Send invitation' }).click();
    link = await pageOfAnn.getByTestId('invitation-link').locator('code').innerText();
    await shoot(pageOfAnn, 'sealed-invited');
    // The mail is a notice: the secret of the link is not in it.
    const mail = await server.mailbox.take('bob@example.org', 'Secret plans');
    expect(mail.raw).not.toContain(/secret=([\w-]+)/.exec(link)![1]!);
    await pageOfAnn.keyboard.press('Escape');
    await pageOfAnn.getByRole('img', { name: 'End-to-end encrypted' }).waitFor();
    await eventually(() => pageOfAnn.getByTestId('status-line').innerText()).toMatch(/^Synced/);
  });

  test('a colleague joins by the link, reads and edits', async () => {
    await openHub(pageOfBob);
    await pageOfBob.getByRole('button', { name: 'Join with a link' }).click();
    await pageOfBob.getByRole('button', { name: 'Set up encryption' }).click();
    bobsKit = await keepKit(pageOfBob);
    await pageOfBob.getByLabel('Link of the invitation').fill(link);
    await pageOfBob.getByRole('button', { name: 'Join', exact: true }).click();
    await pageOfBob.getByText('You are in, and everything is open to you.').waitFor();
    await openHub(await reloaded(pageOfBob));
    await pageOfBob.getByTestId('shared-flows').getByRole('button', { name: 'Open', exact: true }).click();
    await nodeById(pageOfBob, 'node_1').waitFor();
    await eventually(() => pageOfBob.getByTestId('status-line').innerText()).toMatch(/^Synced/);
    await retitle(pageOfBob, nodeById(pageOfBob, 'node_1'), 'Only we read this');
    await eventually(() => nodeById(pageOfAnn, 'node_1').innerText()).toContain('Only we read this');
  });

  test('a device without the keys shows closed doors, and opens them by the kit', async () => {
    await (await bob.client()).keys.forgetHere();
    await openHub(pageOfBob);
    await pageOfBob.getByText('Name is encrypted').waitFor();
    await shoot(pageOfBob, 'sealed-closed-dark');
    await pageOfBob.getByRole('button', { name: 'Bring my keys here' }).click();
    await pageOfBob.getByLabel('Recovery kit', { exact: true }).fill(`${bobsKit.slice(0, -1)}${bobsKit.endsWith('A') ? 'B' : 'A'}`);
    await pageOfBob.getByText('At least one sign is wrong').waitFor();
    await pageOfBob.getByLabel('Recovery kit', { exact: true }).fill(bobsKit.replaceAll('-', ' ').toLowerCase());
    await pageOfBob.getByTestId('bring-keys').getByRole('button', { name: 'Bring my keys', exact: true }).click();
    await pageOfBob.getByTestId('bring-keys').waitFor({ state: 'detached' });
    await pageOfBob.getByTestId('shared-flows').getByText('Three screens').waitFor();
  });

  test('keys that changed are an alarm until somebody confirms them', async () => {
    // The secret of the link has vouched for Bob.
    await openEncryption(pageOfAnn);
    await pageOfAnn.locator('[data-trust=verified]').getByText('Bob Hope').waitFor();
    await pageOfAnn.keyboard.press('Escape');
    await (await bob.client()).keys.beginAnew({ isMeant: true });
    const { fingerprint } = (await (await bob.client()).keys.get()).account;
    await (await ann.client()).keys.refresh({});
    await openHub(pageOfAnn);
    await pageOfAnn.getByText('Something does not fit').first().waitFor();
    await pageOfAnn.keyboard.press('Escape');
    await openEncryption(pageOfAnn);
    await pageOfAnn.getByText('The keys of Bob Hope are not the ones that this device knows').waitFor();
    await shoot(pageOfAnn, 'sealed-alarm');
    await eventually(() => pageOfAnn.getByRole('button', { name: 'Give the key to Bob Hope' }).count()).toBe(0);
    const shown = pageOfAnn.getByTestId('compare').locator('.fingerprint__groups').first().locator('span');
    await eventually(async () => (await shown.allInnerTexts()).join(' ')).toBe(fingerprint);
    await pageOfAnn.getByRole('button', { name: 'Confirm the new keys' }).click();
    await pageOfAnn.locator('[data-trust=verified]').getByText('Bob Hope').waitFor();
    await pageOfAnn.getByText('Something does not fit').waitFor({ state: 'detached' });
    await (await bob.client()).keys.refresh({});
    await openHub(pageOfBob);
    await pageOfBob.getByTestId('shared-flows').getByRole('button', { name: 'Open', exact: true }).click();
    await eventually(() => nodeById(pageOfBob, 'node_1').innerText()).toContain('Only we read this');
  });
});

const reloaded = async (page: Page) => {
  await page.reload();
  return page;
};
