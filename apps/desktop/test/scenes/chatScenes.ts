import { LOGIN_STORY, openFlow, openPlan } from '../flowPage.ts';
import { bring, EVERYTHING, everything, local, press, remembered, WORDS, type Scene, type Stage } from './stage.ts';

const asked = async (stage: Stage, words: string): Promise<string> => {
  const { id } = await stage.client.flows.create({ name: 'Asked' });
  await stage.client.chat.send({ flowId: id, text: words });
  await openFlow(stage.page, id);
  return id;
};
/** Two boxes and an arrow, as a drawing program saves them. */
export const SKETCH = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 80"><rect x="10" y="20" width="120" height="40" fill="none" stroke="#333"/><text x="70" y="44" text-anchor="middle">Basket</text><line x1="130" y1="40" x2="250" y2="40" stroke="#333"/><rect x="250" y="20" width="120" height="40" fill="none" stroke="#333"/><text x="310" y="44" text-anchor="middle">Payment</text></svg>';
const pictured = async (stage: Stage): Promise<string> => {
  const { id } = await stage.client.flows.create({ name: 'Pictured' });
  await stage.client.chat.send({ flowId: id, text: 'make this for mobile', image: { base64: Buffer.from(SKETCH).toString('base64'), name: 'sketch.svg' } });
  await openFlow(stage.page, id);
  await stage.page.locator('.picture__open:enabled img').waitFor();
  await stage.page.getByTestId('proposal-bar').waitFor();
  return id;
};
/** A flow with a proposal of several cards. */
const proposed = async (stage: Stage): Promise<string> => {
  const id = await asked(stage, LOGIN_STORY);
  await openPlan(stage.page).locator('.plan__actions .button--primary').click();
  await stage.page.getByTestId('proposal-bar').waitFor();
  await stage.page.locator('#tab-proposal[aria-selected=true]').waitFor();
  await stage.page.locator('.node__ghost-actions').nth(7).waitFor();
  return id;
};

/** The conversation with plans, questions and proposals. */
export const CHAT_SCENES: readonly Scene[] = [
  WORDS,
  { name: 'plan', root: '.plan', enter: async (stage) => { const id = await asked(stage, LOGIN_STORY); await openPlan(stage.page).waitFor(); return id; } },
  { name: 'feedback on a plan', root: '.plan__feedback', enter: async (stage) => { const id = await asked(stage, LOGIN_STORY); await openPlan(stage.page).locator('.plan__actions .button').nth(1).click(); await stage.page.locator('.plan__feedback textarea').fill('Fewer steps'); return id; } },
  { name: 'question', root: '[data-testid=clarification], .composer', enter: async (stage) => { const id = await bring(stage, EVERYTHING); await stage.client.chat.send({ flowId: id, text: 'remove everything' }); await stage.page.getByTestId('clarification').waitFor(); return id; } },
  { name: 'proposal', root: '[data-testid=proposal], .node__ghost-actions', enter: proposed },
  { name: 'proposal beside other things', root: '[data-testid=proposal-bar], [data-testid=chat]', enter: (stage) => press(stage, proposed(stage), '#tab-comments', '[data-testid=comments]') },
  { name: 'what goes along', root: '[data-testid=proposal-question]', enter: async (stage) => { const id = await proposed(stage); await stage.page.locator('.node').filter({ hasText: 'Dashboard' }).locator('.node__accept').click(); await stage.page.getByTestId('proposal-question').waitFor(); return id; } },
  { name: 'quality of the next message', root: '.quality', enter: async (stage) => { await stage.client.settings.set({ model: local(stage) }); return bring(stage, EVERYTHING); } },
  { name: 'a budget that is used up', root: '[data-testid=budget-notice]', enter: async (stage) => { await stage.client.settings.set({ model: local(stage), budget: { dayUsd: 0, monthUsd: null, whenUsedUp: 'stop', refuseUnknown: false } }); const id = await bring(stage, EVERYTHING); await stage.page.getByTestId('budget-notice').waitFor(); return id; } },
  { name: 'a picture beside the words', root: '.composer', enter: async (stage) => { const id = await everything(stage); await stage.page.getByTestId('chat-file').setInputFiles({ name: 'sketch.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(SKETCH) }); await stage.page.getByTestId('chat-attached').waitFor(); return id; } },
  { name: 'a picture in the conversation', root: '.picture__open', enter: pictured },
  { name: 'a picture shown whole', root: 'dialog', enter: (stage) => press(stage, pictured(stage), '.picture__open', 'dialog') },
  { name: 'an answer from memory', root: '.memory-note', enter: async (stage) => { const id = await remembered(stage); await stage.client.chat.send({ flowId: id, text: 'What comes after the shop?' }); await stage.page.getByTestId('memory-note').waitFor(); return id; } },
  { name: 'a long conversation', root: '.chat__earlier', enter: async (stage) => { const { id } = await stage.client.flows.create({ name: 'Talk' }); for (let n = 0; n < 31; n++) await stage.client.chat.send({ flowId: id, text: 'What is a modal good for?' }); await openFlow(stage.page, id); await stage.page.locator('.chat__earlier').waitFor(); return id; } },
  { name: 'another model answered', root: '.turn__why', enter: async (stage) => {
      await stage.client.settings.set({ model: { provider: 'openai', baseUrl: `${stage.ollama}/nowhere`, model: 'away' }, fallbacks: [{ provider: 'ollama', baseUrl: stage.ollama, model: 'answers' }] });
      const id = await bring(stage, EVERYTHING);
      await stage.client.chat.send({ flowId: id, text: 'What is a modal good for?' });
      await stage.page.locator('.turn__why').waitFor();
      return id;
    },
  },
];
