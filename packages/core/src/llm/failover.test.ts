import { expect, it } from 'vitest';
import { AppError } from '../base/error.ts';
import { failoverModel, type FailoverEntry } from './failover.ts';
import type { GenerateRequest, LanguageModel } from './languageModel.ts';
import { modelError, type ModelErrorCode } from './modelError.ts';
import { scriptedModel, type ScriptedAnswer } from './scriptedModel.ts';

const clock = { now: () => Date.now() };
const ask: GenerateRequest = { system: '', messages: [{ role: 'user', content: 'Hello' }] };
const failing = (code: ModelErrorCode, reason?: string): ScriptedAnswer => ({ fail: modelError(code, { provider: 'openai', model: 'm', host: 'h:1', ...(reason ? { reason } : {}) }) });
const made = (id: string, answer: () => ScriptedAnswer) => scriptedModel(answer, { id });
const entry = (model: LanguageModel): FailoverEntry => ({ id: model.id, provider: model.provider, open: () => model });

it('is the first model alone while that one answers', async () => {
  const second = made('anthropic:b', () => 'B');
  const model = failoverModel([entry(made('openai:a', () => 'A')), entry(second)], clock);
  const result = await model.generate(ask);
  expect(result.text).toBe('A');
  expect(result).not.toHaveProperty('failedBefore');
  expect(result).not.toHaveProperty('answeredBy');
  expect(model.id).toBe('openai:a');
  expect(second.questions).toEqual([]);
});

it.each<[ModelErrorCode, string?]>([
  ['MODEL_UNREACHABLE', 'noAnswer'], ['MODEL_PROVIDER_FAILED'], ['MODEL_RATE_LIMITED'], ['MODEL_QUOTA_EXHAUSTED'], ['MODEL_KEY_REJECTED'], ['MODEL_NOT_FOUND', 'model'], ['MODEL_TIMED_OUT'], ['MODEL_CERTIFICATE', 'expired'],
  ['MODEL_PROXY_REFUSED'], ['MODEL_PROXY_UNREACHABLE'], ['MODEL_OUTPUT_TRUNCATED', 'cut'], ['MODEL_OUTPUT_INVALID', 'schema'], ['MODEL_CONTEXT_TOO_LONG'], ['MODEL_CONTEXT_OVERFLOW'], ['MODEL_NO_VISION'], ['MODEL_CIRCUIT_OPEN'], ['MODEL_WRONG_CONTENT_TYPE'],
])('goes on after %s, and says who answered and who failed', async (code, reason) => {
  const model = failoverModel([entry(made('openai:a', () => failing(code, reason))), entry(made('anthropic:b', () => 'B'))], clock);
  expect(await model.generate(ask)).toMatchObject({ text: 'B', answeredBy: 'anthropic:b', failedBefore: [{ model: 'openai:a', error: { code } }] });
});

it.each<[string, ScriptedAnswer]>([
  ['cancelled', failing('MODEL_CANCELLED')], ['a refusal of what was asked', failing('MODEL_REFUSED')], ['a bug', { fail: new AppError('INTERNAL', 'Oops.') }],
])('stops at: %s', async (_what, answer) => {
  const second = made('anthropic:b', () => 'B');
  const model = failoverModel([entry(made('openai:a', () => answer)), entry(second)], clock);
  await expect(model.generate(ask)).rejects.toMatchObject({ code: (answer as { fail: AppError }).fail.code });
  expect(second.questions).toEqual([]);
});

it('throws what the chosen model failed with when all fail, and names the others', async () => {
  const model = failoverModel([entry(made('openai:a', () => failing('MODEL_KEY_REJECTED'))), entry(made('ollama:b', () => failing('MODEL_UNREACHABLE'))), entry(made('gemini:c', () => failing('MODEL_REFUSED')))], clock);
  await expect(model.generate(ask)).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED', params: { alsoFailed: [{ model: 'ollama:b', code: 'MODEL_UNREACHABLE' }, { model: 'gemini:c', code: 'MODEL_REFUSED' }] } });
});

it('goes on to one that costs nothing when the budget is used up, and says that it is when none can', async () => {
  const usedUp: ScriptedAnswer = { fail: new AppError('BUDGET_USED_UP', 'The budget of today is used up.', { stopsTurn: true }) };
  const order = (local: ScriptedAnswer) => failoverModel([entry(made('openai:a', () => usedUp)), entry(made('gemini:b', () => usedUp)), entry(made('ollama:c', () => local))], clock);
  expect(await order('C').generate(ask)).toMatchObject({ text: 'C', answeredBy: 'ollama:c', failedBefore: [{ error: { code: 'BUDGET_USED_UP' } }, { error: { code: 'BUDGET_USED_UP' } }] });
  await expect(order(failing('MODEL_UNREACHABLE')).generate(ask)).rejects.toMatchObject({ code: 'BUDGET_USED_UP', params: { stopsTurn: true } });
});

it('passes over what must not be asked, with a note', async () => {
  const passedOver: FailoverEntry = { id: 'openai:b', provider: 'openai', open: () => Promise.reject(new AppError('EGRESS_REFUSED', 'The app is set to local-only.', { reason: 'localOnly' })) };
  const model = failoverModel([entry(made('ollama:a', () => failing('MODEL_UNREACHABLE'))), passedOver, entry(made('ollama:c', () => 'C'))], clock);
  expect(await model.generate(ask)).toMatchObject({ text: 'C', answeredBy: 'ollama:c', failedBefore: [{ model: 'ollama:a' }, { model: 'openai:b', error: { code: 'EGRESS_REFUSED' } }] });
  await expect(failoverModel([passedOver], clock).generate(ask)).rejects.toMatchObject({ code: 'EGRESS_REFUSED' });
});

it('does not begin anew behind shown text, unless that can be taken back', async () => {
  const cut: ScriptedAnswer = { pieces: ['Half an '], finish: 'cut' };
  const make = () => failoverModel([entry(made('openai:a', () => cut)), entry(made('anthropic:b', () => ({ pieces: ['A whole ', 'answer'] })))], clock);
  let shown = '';
  await expect(make().generate({ ...ask, onToken: (text) => (shown += text) })).rejects.toMatchObject({ code: 'MODEL_OUTPUT_TRUNCATED' });
  expect(shown).toBe('Half an ');
  shown = '';
  const result = await make().generate({ ...ask, onToken: (text) => (shown += text), onRetract: () => (shown = '') });
  expect(result.answeredBy).toBe('anthropic:b');
  expect(shown).toBe('A whole answer');
});

it('leaves time for the others, and asks nobody once cancelled', async () => {
  const model = failoverModel([entry(made('openai:a', () => ({ hang: true }))), entry(made('anthropic:b', () => 'B'))], clock);
  expect(await model.generate({ ...ask, timeoutMs: 120 })).toMatchObject({ text: 'B', failedBefore: [{ error: { code: 'MODEL_TIMED_OUT' } }] });
  const controller = new AbortController();
  const second = made('anthropic:b', () => 'B');
  const stopping = failoverModel([entry(made('openai:a', () => (controller.abort(), failing('MODEL_UNREACHABLE')))), entry(second)], clock);
  await expect(stopping.generate({ ...ask, signal: controller.signal })).rejects.toMatchObject({ code: 'MODEL_CANCELLED' });
  expect(second.questions).toEqual([]);
});
