/** The agents' instructions as a person meets them: a wording written by hand, tried, proposed with its evidence, used, taken back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { eventually } from './flowPage.ts';
import { storePastTurns } from './promptTurns.ts';

let app: AppInBrowser;
beforeAll(async () => {
  if (chromiumPath) app = await startApp();
});
afterAll(() => app?.close());

/** A connection of before a restart may still be tried once. */
const client = () => app.client().catch(() => app.client());
const architect = async () => (await (await client()).prompts.get()).agents.find(({ agent }) => agent === 'architect')!;
/** Writes turns while the app is away. */
async function live(wordings: Parameters<typeof storePastTurns>[1], seed: number): Promise<void> {
  await app.stop();
  await storePastTurns(app.dataDir, wordings, seed);
  await app.start();
}
async function openSettings(options: Parameters<AppInBrowser['openPage']>[0] = {}) {
  const page = await app.openPage({ viewport: { width: 1200, height: 1400 }, ...options });
  await page.evaluate(() => void (location.hash = '#/settings'));
  await page.getByTestId('prompt-agent').waitFor();
  return { page, section: page.locator('.settings__section:has(#settings-prompts)') };
}

test.skipIf(!chromiumPath)('written by hand, tried, proposed with evidence, used, taken back, forgotten', { timeout: 120_000 }, async () => {
  await (await client()).flows.create({ name: 'Shop' });
  const builtIn = (await architect()).inUse;
  await live([{ variantId: builtIn, count: 120, acceptance: 0.55, agoMs: 86_400_000 }], 11);

  const first = await openSettings();
  await first.section.getByRole('button', { name: 'Write one', exact: true }).click();
  const dialog = first.page.locator('dialog');
  await dialog.locator('textarea').fill('Draw the flow as you like it best.');
  await dialog.getByText('The placeholder {{route}} is missing.').waitFor();
  await eventually(() => dialog.getByRole('button', { name: 'Keep and try it' }).isDisabled()).toBe(true);
  await dialog.locator('textarea').fill(`${(await architect()).variants[0]!.text} Use the words of the person.`);
  await dialog.locator('ins').waitFor();
  await dialog.getByRole('button', { name: 'Keep and try it' }).click();
  await first.page.getByTestId('prompt-trial').getByText('100 earlier turns').waitFor();
  await first.page.context().close();

  const now = await architect();
  const { variantId } = now.trial!;
  await live([{ variantId: builtIn, count: 30, acceptance: 0.5, agoMs: -1000 }, { variantId, count: 45, acceptance: 0.95, agoMs: -1000 }], 12);
  expect((await architect()).proposed?.evidence).toMatchObject({ turns: 75, before: 100, challenger: { n: 45 } });

  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await openSettings({ colorScheme, locale: 'de-DE' });
    await page.getByTestId('prompt-proposal').getByRole('heading', { name: 'Fassung 2 wird öfter angenommen' }).waitFor();
    await page.getByTestId('prompt-proposal').scrollIntoViewIfNeeded();
    await shoot(page, `prompt-proposal-${colorScheme}`);
    await page.context().close();
  }

  const { page, section } = await openSettings();
  const card = page.getByTestId('prompt-proposal');
  await eventually(() => card.locator('tbody tr').count()).toBe(2);
  await eventually(() => card.locator('.prompts__examples li').count()).toBe(6);
  await card.getByRole('button', { name: 'Use version 2' }).click();
  await card.waitFor({ state: 'detached' });
  expect((await architect()).inUse).toBe(variantId);
  await page.getByTestId('prompt-version').filter({ hasText: 'Version 2' }).getByText('In use').waitFor();
  await page.getByTestId('prompt-change').getByRole('button', { name: 'Take back' }).click();
  await page.getByTestId('prompt-version').filter({ hasText: 'Version 1' }).getByText('In use').waitFor();
  expect((await architect()).inUse).toBe(builtIn);
  await page.getByTestId('prompt-change').getByText('Version 2 was taken back').waitFor();

  await section.getByRole('button', { name: 'Forget what was counted' }).click();
  await section.getByRole('button', { name: 'Forget it' }).click();
  await section.getByText('not used yet').first().waitFor();
  await eventually(async () => (await architect()).variants.every(({ standing }) => standing.n === 0)).toBe(true);
  await section.getByRole('switch', { name: /Count what I accept/ }).click();
  await expect.poll(async () => (await (await client()).prompts.get()).isLearning).toBe(false);
  await eventually(() => section.getByRole('button', { name: /^Try version/ }).count()).toBe(0);
  expect(app.problems).toEqual([]);
});
