import { settings } from './settingsScenes.ts';
import { local, type Scene, type Stage } from './stage.ts';

const usage = async (stage: Stage): Promise<undefined> => {
  const { page, client } = stage;
  await client.settings.set({ telemetry: { endpoint: stage.ollama, isOn: false } });
  await client.models.test(local(stage));
  await page.evaluate(() => void (location.hash = '#/usage'));
  await page.getByTestId('usage-call').first().waitFor();
  // Something for the sums to find.
  await client.models.test(local(stage));
};
const modes = async (stage: Stage): Promise<undefined> => {
  await stage.client.settings.set({ model: local(stage), proModel: local(stage, 'large'), modes: { standard: {}, pro: { planner: local(stage, 'own') } } });
  await settings(stage);
};
const costs = async (stage: Stage): Promise<undefined> => {
  for (const pattern of ['openai:gpt-5.4', 'openai:mystery']) await stage.client.usage.removePrice({ pattern });
  await stage.client.settings.set({ model: { provider: 'openai', baseUrl: 'https://gateway.example.com/v1', model: 'mystery' }, proModel: null, modes: { standard: {}, pro: {} }, fallbacks: [] });
  await settings(stage);
  await stage.page.locator('.settings__price-in-use').waitFor();
};

/** What models cost: the page of usage, and what the settings say of it. */
export const USAGE_SCENES: readonly Scene[] = [
  { name: 'usage', root: '[data-testid=usage]', enter: usage },
  { name: 'quality modes', root: '.settings__section:has(#settings-modes)', group: 'settings', enter: modes },
  {
    name: 'another model for a mode',
    root: 'dialog',
    enter: async (stage) => {
      await modes(stage);
      await stage.page.locator('.settings__section:has(#settings-modes) select').first().selectOption('other');
      const fields = stage.page.locator('dialog input');
      await fields.first().fill(`${stage.ollama}/v1`);
      await fields.nth(1).fill('one');
      await fields.nth(1).press('Enter');
      return undefined;
    },
  },
  { name: 'costs', root: '.settings__section:has(#settings-costs)', group: 'settings', enter: costs },
  { name: 'prices', root: '.settings__price-list tbody tr:nth-child(1)', enter: async (stage) => { await costs(stage); await stage.page.locator('.settings__price-list summary').click(); return undefined; } },
  {
    name: 'entering a price',
    root: '.settings__price-form',
    enter: async (stage) => {
      await costs(stage);
      await stage.page.locator('.settings__price-in-use .button').click();
      const fields = stage.page.locator('.settings__price-form input');
      for (const [index, value] of ['1', '0.5', '2'].entries()) await fields.nth(index + 1).fill(value);
      return undefined;
    },
  },
];
