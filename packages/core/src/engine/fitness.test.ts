import { expect, it } from 'vitest';
import type { FitnessState, ModelChoice } from '../api/index.ts';
import { MODEL_HOST, openModelTestEngine } from './modelTestKit.ts';

const choice: ModelChoice = { provider: 'ollama', baseUrl: `http://${MODEL_HOST}`, model: 'scripted' };

it('checks a model with rows in the ledger, keeps what came of it, and forgets a check that was left', async () => {
  const kit = await openModelTestEngine(() => 'Nothing but talk.');
  try {
    await kit.api.settings.set({ keepsAnswers: true });
    expect(await kit.api.fitness.kept(choice)).toEqual({});
    for await (const state of await kit.api.fitness.run(choice)) if (state.phase === 'running' && state.done === 1) break;
    expect(await kit.api.fitness.kept(choice)).toEqual({});
    const states: FitnessState[] = [];
    for await (const state of await kit.api.fitness.run(choice)) states.push(state);
    const last = states.at(-1)!;
    expect(states.slice(0, -1).every((state) => state.phase === 'running')).toBe(true);
    if (last.phase !== 'done') throw new Error(`it ended as ${JSON.stringify(last)}`);
    expect(last.report.tasks).toHaveLength(8);
    // A model on this machine costs nothing, also where its answer is of no use.
    expect(last.report.tasks[0]!.model).toMatchObject({ isValid: false, calls: 2, error: { code: 'MODEL_OUTPUT_INVALID' } });
    expect(await kit.api.fitness.kept(choice)).toEqual({ report: last.report });
    expect(await kit.api.fitness.kept({ ...choice, model: 'other' })).toEqual({});
    expect(kit.rows("select distinct outcome from model_call where agent = 'planner'")).toEqual(expect.arrayContaining([{ outcome: 'failed' }]));
    const rules: FitnessState[] = [];
    for await (const state of await kit.api.fitness.run({ provider: 'rules' })) rules.push(state);
    expect(rules).toEqual([]);
  } finally {
    await kit.close();
  }
});

it('says why it could not even begin', async () => {
  const kit = await openModelTestEngine(() => '');
  try {
    const states: FitnessState[] = [];
    for await (const state of await kit.api.fitness.run({ provider: 'ollama', baseUrl: 'http://nobody.test:1', model: 'm' })) states.push(state);
    expect(states.at(-1)).toMatchObject({ phase: 'failed', error: { code: 'MODEL_NOT_FOUND' } });
  } finally {
    await kit.close();
  }
});
