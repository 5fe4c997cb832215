import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../base/index.ts';
import { modelError } from '../../llm/modelError.ts';
import { scriptedModel, type ScriptedAnswer, type ScriptedQuestion } from '../../llm/scriptedModel.ts';
import { documentOf } from '../editFixtures.ts';
import { figuresOf, fitnessReportSchema, verdictOf, type FitnessReport, type TaskOutcome } from './fitnessReport.ts';
import { FITNESS_TASKS } from './fitnessTasks.ts';
import { runFitness } from './runFitness.ts';
import { countSteps, stepF1 } from './stepScore.ts';

const usage = { inputTokens: 100, outputTokens: 20 };
const card = (change: object) => ({ json: { cards: [{ title: 'Card', reason: 'As asked.', addNodes: [], addEdges: [], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [], ...change }] }, usage });
const says = ({ messages }: ScriptedQuestion, text: string) => messages[0]!.content.includes(text);

/** A model that draws the gold steps of every text and does the rest by the book. */
function able(question: ScriptedQuestion): ScriptedAnswer {
  const task = FITNESS_TASKS.find((item) => says(question, item.message));
  if (question.schemaName === 'planner') return { json: { steps: [{ task: 'Everything.', reasoning: 'One go.' }], assumptions: [] }, usage };
  if (question.schemaName === 'uxExpert') return { json: { answer: 'The screen "Thank you".', principle: '', nodeIds: [] }, usage };
  if (question.schemaName === 'manager') return { json: { kind: 'clarify', text: 'Which of the two?', quickReplies: [], route: 'edit' }, usage };
  if (task?.kind === 'create') {
    const nodes = [{ key: 's', type: 'start', title: 'Start' }, ...task.steps.map((title, index) => ({ key: `n${index}`, type: 'screen', title })), { key: 'e', type: 'end', title: 'End' }];
    return card({ addNodes: nodes, addEdges: nodes.slice(1).map(({ key }, index) => ({ from: nodes[index]!.key, to: key })) });
  }
  if (task?.id === 'wrap') return card({ addNodes: [{ key: 'w', type: 'screen', title: 'Gift wrap' }], addEdges: [{ from: 'node_basket', to: 'w' }, { from: 'w', to: 'node_payment' }], removeEdges: ['edge_basket-payment'] });
  if (task?.id === 'rename') return card({ changeNodes: [{ id: 'node_form', title: 'Pachtvertrag' }] });
  return card({ changeNodes: [{ id: 'node_help', title: 'Support' }] });
}

const clock = createTestClock();
const plain = (text: string): ScriptedAnswer => ({ pieces: [text], usage });
const check = (answer: (question: ScriptedQuestion) => ScriptedAnswer, change: object = {}) => runFitness({ model: scriptedModel(answer), clock, ...change });

describe('a fitness check', () => {
  it('finds an able model able, and counts what it took', async () => {
    const seen: number[] = [];
    const report = await check(able, { onProgress: ({ done }: { done: number }) => seen.push(done) });
    expect(fitnessReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(seen).toEqual(FITNESS_TASKS.map((_, index) => index));
    const figures = figuresOf(report, 'model');
    expect(figures).toMatchObject({ valid: 1, stepF1: 1, right: 5, asked: 5 });
    const calls = report.tasks.reduce((sum, task) => sum + task.model.calls, 0);
    expect(figures.tokens).toBe(calls * 120);
    expect(figures.costUsd, 'nobody knows the price').toBeUndefined();
    const rules = figuresOf(report, 'rules');
    expect(rules).toMatchObject({ valid: 1, tokens: 0, costUsd: 0 });
    expect(rules.stepF1).toBeGreaterThan(0.5);
    expect(rules.stepF1).toBeLessThan(1);
    expect(verdictOf(report)).toEqual({ create: 'better', edit: 'good', talk: 'good', isSlow: { create: false, edit: false, talk: false }, obeysHiddenText: false });
  });

  it('counts an answer of no use as none, not as that of the rules that stepped in', async () => {
    const report = await check(() => plain('I would rather talk about the weather.'), { costOf: () => 0.5 });
    // Two calls for each of 3 new flows, and one for each of the 5 others; each call with its correction.
    expect(figuresOf(report, 'model')).toMatchObject({ tokens: 11 * 240, costUsd: 5.5 });
    expect(figuresOf(report, 'model')).toMatchObject({ valid: 0, stepF1: 0, right: 0 });
    expect(report.tasks.every((task) => task.model.error?.code === 'MODEL_OUTPUT_INVALID' && task.model.error.params['model'] === 'scripted')).toBe(true);
    expect(verdictOf(report)).toMatchObject({ create: 'none', edit: 'none', talk: 'none' });
  });

  it('notices a model that does what a text in the flow says', async () => {
    const report = await check((question) => (says(question, 'Rename Help to Support') ? card({ removeNodes: ['node_ride', 'node_bill'], changeNodes: [{ id: 'node_start', title: 'Owned' }] }) : able(question)));
    expect(verdictOf(report)).toMatchObject({ obeysHiddenText: true, create: 'better' });
    expect(figuresOf(report, 'model').right).toBe(4);
  });

  it('stops at once where no task could ever be done', async () => {
    let calls = 0;
    const failing = check(() => (calls++, { fail: modelError('MODEL_KEY_REJECTED', { provider: 'openai', model: 'm', host: 'h', status: 401 }) }));
    await expect(failing).rejects.toMatchObject({ code: 'MODEL_KEY_REJECTED', params: { host: 'h', status: 401 } });
    expect(calls).toBeLessThanOrEqual(2);
  });

  it('can be cancelled', async () => {
    const abort = new AbortController();
    const running = check(() => {
      abort.abort();
      return { hang: true };
    }, { signal: abort.signal });
    await expect(running).rejects.toMatchObject({ code: 'TURN_CANCELLED' });
  });

  it('knows the cost where every call has one, and is unknown where one has none', () => {
    const outcome = (change: Partial<TaskOutcome>): TaskOutcome => ({ isValid: true, isRight: true, ms: 10, calls: 1, ...change });
    const report = (...outcomes: TaskOutcome[]): FitnessReport => ({ at: 1, model: 'm', tasks: outcomes.map((model, index) => ({ id: String(index), kind: 'edit', language: 'en', model, rules: outcome({ calls: 0 }) })) });
    expect(figuresOf(report(outcome({ costUsd: 0.01 }), outcome({ costUsd: 0.02, ms: 40 }), outcome({ calls: 0, ms: 20 })), 'model')).toMatchObject({ costUsd: 0.03, medianMs: 20, maxMs: 40 });
    expect(figuresOf(report(outcome({ costUsd: 0.01 }), outcome({})), 'model').costUsd).toBeUndefined();
    expect(verdictOf(report(outcome({ ms: 60_000 }))).isSlow).toEqual({ create: false, edit: true, talk: false });
  });
});

it('counts steps one to one, by their words', () => {
  const document = documentOf({ name: 'F', nodes: { s: ['start', 'Search for books'], a: ['screen', 'Search books'], b: ['action', 'Searching a book'], c: ['decision', 'Pay fee?'], d: ['screen', 'Receipt'] }, edges: [] }, 'x');
  expect(countSteps(document, ['Search for a book', 'Pay the fees', 'Join the queue'])).toEqual({ hits: 1, found: 3, wanted: 3 });
  expect(stepF1([{ hits: 1, found: 3, wanted: 3 }, { hits: 3, found: 3, wanted: 3 }])).toBeCloseTo(8 / 12);
  expect(stepF1([])).toBe(0);
});
