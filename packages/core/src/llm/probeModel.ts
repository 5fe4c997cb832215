import { z } from 'zod';
import { isAppError } from '../base/error.ts';
import { createModel, type ModelDependencies, type ModelSettings } from './createModel.ts';
import type { GenerateRequest, LanguageModel } from './languageModel.ts';
import { providerAdapters } from './providerAdapters.ts';
import { systemTiming } from './retry.ts';

/** What a model was seen to do, not what it is said to do. */
export interface ModelProbe {
  /** Whether it answers in a given form: at once, after one correction, or not. */
  structured: 'yes' | 'repaired' | 'no';
  /** Whether it sees what is on a picture; 'unknown' where the question failed for another reason. */
  vision: 'yes' | 'no' | 'unknown';
  /** Whether it asks for a tool that it is given, with the arguments that it needs. */
  tools: 'yes' | 'no' | 'unknown';
  /** Most tokens that it reads at once, as the provider says; absent where it does not. */
  contextTokens?: number;
  /** Of its answer, from its first to its last piece; absent where the provider counts no tokens or sent everything at once. */
  tokensPerSecond?: number;
}

/**
 * Four small questions to a model, and one to its provider. Rejects with a model AppError where nothing can be learned: a wrong key, no
 * such model, nobody there, cancelled.
 */
export async function probeModel(settings: ModelSettings, dependencies: ModelDependencies & { signal?: AbortSignal; timeoutMs?: number; wrap?(model: LanguageModel): LanguageModel }): Promise<ModelProbe> {
  const { clock } = dependencies.timing ?? systemTiming;
  const bare = createModel(settings, dependencies);
  const model = dependencies.wrap?.(bare) ?? bare;
  const limits = { purpose: { agent: 'probe', promptVersion: '2' }, timeoutMs: dependencies.timeoutMs ?? 120_000, ...(dependencies.signal ? { signal: dependencies.signal } : {}) };
  const structured = await probeForm(model, limits);
  const vision = await probeVision(model, limits);
  const tools = await probeTools(model, limits);
  const tokensPerSecond = await probeSpeed(model, limits, () => clock.now());
  const contextTokens = await readContext(settings, dependencies);
  return { structured, vision, tools, ...(contextTokens === undefined ? {} : { contextTokens }), ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }) };
}

type Limits = Pick<GenerateRequest, 'purpose' | 'timeoutMs' | 'signal'>;

async function probeForm(model: LanguageModel, limits: Limits): Promise<ModelProbe['structured']> {
  const schema = z.object({ steps: z.array(z.object({ kind: z.enum(['screen', 'decision']), title: z.string().min(1), minutes: z.number().int().optional() })).min(2) });
  try {
    const { repaired } = await model.generate({
      ...limits, system: 'You answer in JSON.', temperature: 0, maxTokens: 1_500, schema: { name: 'steps', schema },
      messages: [{ role: 'user', content: 'Give two steps of a sign-in: a screen with the title "Login" and a decision with the title "Password right?".' }],
    });
    return repaired ? 'repaired' : 'yes';
  } catch (error) {
    if (isAppError(error) && (isFormProblem(error.code, error.params['reason']) || error.code === 'MODEL_REQUEST_REJECTED')) return 'no';
    throw error;
  }
}

/** Answers that are no answers say something of the model; everything else says something of the connection. */
function isFormProblem(code: string, reason: unknown): boolean {
  return (code === 'MODEL_OUTPUT_INVALID' && (reason === 'schema' || reason === 'empty')) || (code === 'MODEL_OUTPUT_TRUNCATED' && reason === 'length');
}

async function probeVision(model: LanguageModel, limits: Limits): Promise<ModelProbe['vision']> {
  const colour = z.enum(['red', 'green', 'blue', 'yellow', 'black', 'white', 'unknown']);
  try {
    const { object } = await model.generate({
      ...limits, system: 'You answer in JSON. Where you see no picture, say unknown.', temperature: 0, maxTokens: 1_500, images: [{ mediaType: 'image/png', base64: RED_LEFT_BLUE_RIGHT }],
      schema: { name: 'colours', schema: z.object({ left: colour, right: colour }) },
      messages: [{ role: 'user', content: 'Which colour has the left half of the picture, and which the right half?' }],
    });
    const { left, right } = object as { left: string; right: string };
    return left === 'red' && right === 'blue' ? 'yes' : 'no';
  } catch (error) {
    if (!isAppError(error) || error.code === 'MODEL_CANCELLED') throw error;
    return error.code === 'MODEL_REQUEST_REJECTED' || error.code === 'MODEL_NO_VISION' || isFormProblem(error.code, error.params['reason']) ? 'no' : 'unknown';
  }
}

async function probeTools(model: LanguageModel, limits: Limits): Promise<ModelProbe['tools']> {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false };
  try {
    const { toolCalls } = await model.generate({
      ...limits, system: 'You answer questions. You do not know any weather: ask the tool.', temperature: 0, maxTokens: 1_500,
      tools: [{ name: 'weather_now', description: 'Gives the weather of a city at this moment.', parameters }],
      messages: [{ role: 'user', content: 'What is the weather in Bern at this moment?' }],
    });
    return toolCalls?.some(({ name, arguments: given }) => name === 'weather_now' && /bern/i.test(String(given['city']))) ? 'yes' : 'no';
  } catch (error) {
    if (!isAppError(error) || error.code === 'MODEL_CANCELLED') throw error;
    return error.code === 'MODEL_REQUEST_REJECTED' || isFormProblem(error.code, error.params['reason']) ? 'no' : 'unknown';
  }
}

async function probeSpeed(model: LanguageModel, limits: Limits, now: () => number): Promise<number | undefined> {
  let firstAt: number | undefined;
  let lastAt = 0;
  const rate = (outputTokens: number | undefined) => {
    const ms = firstAt === undefined ? 0 : lastAt - firstAt;
    // The first piece was there when the time began.
    return outputTokens !== undefined && outputTokens > 1 && ms >= 20 ? Math.round(((outputTokens - 1) / ms) * 10_000) / 10 : undefined;
  };
  try {
    const { usage } = await model.generate({
      ...limits, system: 'You are brief.', temperature: 0, maxTokens: 1_000,
      messages: [{ role: 'user', content: 'Count from 1 to 60, with commas and nothing else.' }],
      onToken: () => {
        lastAt = now();
        firstAt ??= lastAt;
      },
    });
    return rate(usage.outputTokens);
  } catch (error) {
    if (!isAppError(error) || error.code === 'MODEL_CANCELLED') throw error;
    return error.code === 'MODEL_OUTPUT_TRUNCATED' ? rate((error.params['usage'] as { outputTokens?: number } | undefined)?.outputTokens) : undefined;
  }
}

async function readContext(settings: ModelSettings, dependencies: ModelDependencies & { signal?: AbortSignal }): Promise<number | undefined> {
  const adapter = providerAdapters[settings.provider];
  const options = { ...settings, egress: dependencies.egress, ...(dependencies.timing ? { timing: dependencies.timing } : {}), ...(dependencies.signal ? { signal: dependencies.signal } : {}) };
  try {
    if (adapter.readContextTokens) return await adapter.readContextTokens(settings.model, options);
    return (await adapter.list(options)).find(({ name }) => name === settings.model)?.contextTokens;
  } catch (error) {
    if (isAppError(error) && error.code === 'MODEL_CANCELLED') throw error;
    // An endpoint without a list of models answers questions all the same.
    return undefined;
  }
}

/** A picture of 64 x 32 pixels. */
const RED_LEFT_BLUE_RIGHT = 'iVBORw0KGgoAAAANSUhEUgAAAEAAAAAgCAIAAAAt/+nTAAAAOUlEQVR42u3PMQ0AAAzDsPLHWDDDsKOfpdyRnCbTxvsGAAAAAAAAAAAAAAAAAAAAAAAAAAAAAODbAfRO4FtrDIfYAAAAAElFTkSuQmCC';
