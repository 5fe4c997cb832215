/** What models cost, as a person sees it: the price before, the cost after, the sums, the files, and a budget that stops. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, startApp, shoot, type AppInBrowser } from './browser.ts';
import { eventually, openFlow } from './flowPage.ts';

let app: AppInBrowser;
const asked: string[] = [];

/** OpenAI as far as this test goes. Everything else that would leave is refused by the gate or ends here. */
const vendor = (async (input: RequestInfo | URL, init?: RequestInit) => {
  const body = JSON.parse(typeof init?.body === 'string' ? init.body : new TextDecoder().decode(init?.body as Uint8Array)) as { model: string };
  asked.push(`${String(input)} ${body.model}`);
  const base = { id: 'c', created: 1, model: body.model, object: 'chat.completion.chunk' };
  const content = JSON.stringify({ answer: 'Name a button by what it does.', principle: 'Clear labels', nodeIds: [] });
  const chunks = [{ choices: [{ index: 0, delta: { role: 'assistant', content }, finish_reason: 'stop' }] }, { choices: [], usage: { prompt_tokens: 40_000, completion_tokens: 2_000, total_tokens: 42_000 } }];
  return new Response(`${chunks.map((chunk) => `data: ${JSON.stringify({ ...base, ...chunk })}\n\n`).join('')}data: [DONE]\n\n`, { headers: { 'content-type': 'text/event-stream' } });
}) as typeof fetch;

beforeAll(async () => {
  if (chromiumPath) app = await startApp({ fetch: vendor });
});
afterAll(() => app?.close());

describe.skipIf(!chromiumPath)('what models cost', () => {
  test('price before, cost after, sums, files, and a budget that stops until there is room', async () => {
    const client = await app.client();
    const openai = (model: string) => ({ provider: 'openai' as const, baseUrl: 'https://api.openai.com/v1', model });
    await client.models.setKey({ baseUrl: 'https://api.openai.com/v1', key: 'sk-test-0123456789' });
    await client.settings.set({ model: openai('gpt-5.4-mini'), proModel: openai('gpt-5.5') });
    const { id } = await client.flows.create({ name: 'Shop' });
    const page = await app.openPage();
    await openFlow(page, id);

    // Before: about a price, which changes with the mode. Nobody is asked for it.
    const input = page.getByTestId('chat-input');
    await input.fill('How should I name the buttons?');
    const estimate = page.getByTestId('estimate');
    await estimate.waitFor();
    const standard = Number((await estimate.textContent())!.replace(/[^\d.]/g, ''));
    await page.getByTestId('quality-pro').click();
    await expect.poll(async () => Number((await estimate.textContent())!.replace(/[^\d.]/g, ''))).toBeGreaterThan(standard * 3);
    expect(asked).toEqual([]);

    // After: the cost of the turn, by the model of the mode.
    await input.press('Enter');
    await page.getByRole('log').getByText('Name a button by what it does.').waitFor();
    await page.getByTestId('turn-cost').getByText('$0.26').waitFor();
    expect(asked).toEqual(['https://api.openai.com/v1/chat/completions gpt-5.5']);

    // A budget that the next call has no room in: the turn stops, what was typed is kept, and it goes on once there is room.
    await client.settings.set({ quality: 'standard', budget: { dayUsd: 0.26, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false } });
    await page.getByTestId('budget-notice').getByText('$0.26 of $0.26').waitFor();
    await input.fill('Where should errors be shown?');
    await input.press('Enter');
    await page.getByRole('log').getByText('The budget for today leaves no room for another call').waitFor();
    await shoot(page, 'usage-budget-stop');
    expect(asked).toHaveLength(1);
    await client.settings.set({ budget: { dayUsd: 10, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false } });
    await page.getByRole('log').getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('turn-cost').nth(1).waitFor();
    expect(asked).toHaveLength(2);

    // The sums, by keyboard too, and the same as a table.
    await page.evaluate(() => void (location.hash = '#/usage'));
    await page.getByTestId('usage-call').nth(2).waitFor();
    await page.getByTestId('usage').getByText('$0.30', { exact: true }).first().waitFor();
    const columns = page.locator('.chart__column');
    await columns.first().focus();
    await page.keyboard.press('End');
    await page.locator('.chart__tip').getByText('openai:gpt-5.4-mini').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.chart__tip').waitFor({ state: 'detached' });
    await page.getByText('Show as a table').click();
    await eventually(() => page.locator('.chart__table tbody tr').last().locator('td').allTextContents()).toEqual(['$0.26', '$0.039', '$0.299']);
    await page.getByLabel('Outcome').selectOption('refused');
    await expect.poll(() => page.getByTestId('usage-call').count()).toBe(1);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    expect((await download).suggestedFilename()).toMatch(/^uxflow-usage-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);

    // A price of the person's own, from the screen.
    await client.settings.set({ model: { ...openai('mystery'), baseUrl: 'https://gateway.example.com/v1' } });
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.locator('.settings__price-in-use').filter({ hasText: 'openai:mystery' }).getByRole('button').click();
    const fields = page.locator('.settings__price-form input');
    for (const [index, value] of [['1', '1.5'], ['3', '6']] as const) await fields.nth(Number(index)).fill(value);
    await page.getByRole('button', { name: 'Keep price' }).click();
    await page.locator('.settings__price-in-use').filter({ hasText: '$1.50 in, $6.00 out' }).waitFor();
    expect((await client.usage.prices()).entries[0]).toMatchObject({ isOwn: true, entry: { pattern: 'openai:mystery', inputUsd: 1.5, outputUsd: 6, source: 'entered' } });
    expect(app.problems).toEqual([]);
  });
});
