import { expect, it } from 'vitest';
import { guardedModel, leastTokens } from './abilityGuard.ts';
import { scriptedModel } from './scriptedModel.ts';

const subject = { provider: 'ollama', model: 'llama3.2', host: '127.0.0.1:11434' };
const ask = (content: string) => ({ system: 'You are brief.', messages: [{ role: 'user' as const, content }] });
const image = { mediaType: 'image/png', base64: 'iVBORw0KGgo=' };

it('shows no picture to a model that was seen to be blind', async () => {
  const inner = scriptedModel(() => 'ok');
  await expect(guardedModel(inner, { vision: 'no' }, subject).generate({ ...ask('What is this?'), images: [image] })).rejects.toMatchObject({ code: 'MODEL_NO_VISION', message: expect.stringContaining('llama3.2 cannot see pictures') });
  expect(inner.questions).toEqual([]);
  expect((await guardedModel(inner, { vision: 'no' }, subject).generate(ask('Hello'))).text).toBe('ok');
  for (const vision of ['yes', 'unknown'] as const) expect((await guardedModel(inner, { vision }, subject).generate({ ...ask('What is this?'), images: [image] })).text).toBe('ok');
});

it('sends nothing that cannot fit, and says by how much', async () => {
  const inner = scriptedModel(() => 'ok');
  const model = guardedModel(inner, { contextTokens: 1_000 }, subject);
  await expect(model.generate(ask('word '.repeat(3_000)))).rejects.toMatchObject({ code: 'MODEL_CONTEXT_OVERFLOW', params: { needed: expect.any(Number), available: 1_000 }, message: expect.stringContaining('at most 1,000') });
  expect(inner.questions).toEqual([]);
  // What may fit is for the provider to say.
  expect((await model.generate(ask('word '.repeat(1_000)))).text).toBe('ok');
});

it('counts low, signs of other scripts apart, and tools too', () => {
  const tokens = (content: string) => leastTokens({ system: '', messages: [{ role: 'user', content }] });
  expect(tokens('')).toBe(0);
  expect(tokens(' '.repeat(10_000))).toBe(0);
  expect(tokens('a'.repeat(800))).toBe(100);
  expect(tokens('好'.repeat(300))).toBe(100);
  expect(tokens('The quick brown fox jumps over the lazy dog.')).toBeLessThan(10);
  const tool = { name: 'find', description: 'x'.repeat(8_000), parameters: { type: 'object' } };
  expect(leastTokens({ system: '', messages: [], tools: [tool] })).toBeGreaterThan(1_000);
});
