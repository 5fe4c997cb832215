import { expect, it } from 'vitest';
import { choiceOf, isSameChoice, type ModelDrafts } from './modelDrafts.ts';

const drafts: ModelDrafts = { ollama: { baseUrl: ' http://127.0.0.1:11434 ', model: ' llama3 ' }, openai: { baseUrl: 'https://api.openai.com/v1', model: '  ' }, azure: { baseUrl: '', model: '' }, anthropic: { baseUrl: '', model: 'claude' }, gemini: { baseUrl: 'https://generativelanguage.googleapis.com', model: '' } };

it('is no choice while no model is named', () => {
  expect(choiceOf('openai', drafts)).toBeNull();
  expect(choiceOf('anthropic', drafts)).toBeNull();
  expect(choiceOf('ollama', drafts)).toEqual({ provider: 'ollama', baseUrl: 'http://127.0.0.1:11434', model: 'llama3' });
  expect(choiceOf('rules', drafts)).toEqual({ provider: 'rules' });
});

it('compares what was chosen, whatever the order of the keys', () => {
  expect(isSameChoice({ model: 'a', baseUrl: 'b', provider: 'ollama' }, { provider: 'ollama', baseUrl: 'b', model: 'a' })).toBe(true);
  expect(isSameChoice({ provider: 'openai', baseUrl: 'b', model: 'a' }, { provider: 'ollama', baseUrl: 'b', model: 'a' })).toBe(false);
  expect(isSameChoice({ provider: 'rules' }, null)).toBe(false);
});
