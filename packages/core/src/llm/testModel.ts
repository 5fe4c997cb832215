import { errorInfo, isAppError, type ErrorInfo } from '../base/error.ts';
import { createModel, type ModelDependencies, type ModelSettings } from './createModel.ts';
import type { LanguageModel } from './languageModel.ts';
import { systemTiming } from './retry.ts';

/** The outcome of a test call: what the test button of the settings shows. */
export interface ModelTest {
  ok: boolean;
  ms: number;
  /** The first words that the model said. */
  reply?: string;
  /** What failed, exactly; absent when `ok`. */
  error?: ErrorInfo;
}

/** Asks the model for one word and says how that went; never throws. A reply that was cut short is a working model too. */
export async function testModel(settings: ModelSettings, dependencies: ModelDependencies & { signal?: AbortSignal; timeoutMs?: number; wrap?(model: LanguageModel): LanguageModel }): Promise<ModelTest> {
  const { clock } = dependencies.timing ?? systemTiming;
  const startedAt = clock.now();
  try {
    const model = createModel(settings, dependencies);
    const { text } = await (dependencies.wrap?.(model) ?? model).generate({
      purpose: { agent: 'test', promptVersion: '1' },
      system: 'You check a connection. Answer with the single word: ready',
      messages: [{ role: 'user', content: 'Are you there?' }],
      maxTokens: 256, timeoutMs: dependencies.timeoutMs ?? 60_000, signal: dependencies.signal,
    });
    return { ok: true, ms: clock.now() - startedAt, reply: text.slice(0, 200) };
  } catch (error) {
    const ms = clock.now() - startedAt;
    if (isAppError(error) && error.code === 'MODEL_OUTPUT_TRUNCATED' && error.params['reason'] === 'length') return { ok: true, ms, reply: '' };
    return { ok: false, ms, error: errorInfo(error) };
  }
}
