import { describe, expect, it } from 'vitest';
import { ELEMENT_TYPES, initialState, NODE_TYPES, openDocument } from '../flow/index.ts';
import { scriptedModel } from '../llm/scriptedModel.ts';
import { runAgent, type AgentContext } from './agent.ts';
import { seededIds } from './editCards.ts';
import { checkedInput, agents, listAgents, promptOf } from './registry.ts';
import { jsonSchemaOf } from '../llm/jsonSchema.ts';
import { AGENT_NAMES, type AgentName } from './turnSchema.ts';

const shop = openDocument({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop', nodes: { n_s: { id: 'n_s', type: 'start', position: { x: 0, y: 0 }, data: { title: 'Start' } }, n_l: { id: 'n_l', type: 'screen', position: { x: 200, y: 0 }, data: { title: 'Login' } } }, edges: { e1: { id: 'e1', source: 'n_s', target: 'n_l', data: {} } } } as never);
const context = (language: 'en' | 'de' = 'en'): AgentContext => ({ state: shop, ids: seededIds(5, 1000), language });
const options = () => ({ seed: 1, signal: new AbortController().signal, timeoutMs: 5000 });

/** What a model might well say, for each agent. */
const ANSWERS: Record<AgentName, unknown> = {
  classifier: { intent: 'edit', sentiment: 'neutral', tasks: ['Rename Login to Sign in.'], questions: ['How many screens are there?'] },
  manager: { kind: 'task', text: 'Add a help screen after Login', quickReplies: [], route: 'edit' },
  planner: { steps: [{ task: 'People log in.', reasoning: 'It was asked for.' }], assumptions: [] },
  architect: { cards: [{ title: 'Help', reason: 'asked', addNodes: [{ key: 'h', type: 'screen', title: 'Help' }], addEdges: [{ from: 'n_l', to: 'h' }], removeEdges: [], removeNodes: [], changeNodes: [], changeEdges: [] }] },
  validator: { issues: ['"Help" leads nowhere.'] },
  synthesizer: { reply: 'I propose a help screen. Accept it on the canvas.' },
  uxExpert: { answer: 'A way back is missing.', principle: 'User control and freedom', nodeIds: ['n_l', 'n_gone'] },
  visualInterpreter: { status: 'success', description: 'A login.', elements: [{ id: 'a', type: 'screen', text: 'Login' }], connections: [] },
  analyst: { sourceAgent: 'architect', problemCategory: 'clarity', detectedProblem: 'p', rootCause: 'r', recommendation: 'c', confidence: 0.5, priority: 'low', implementationHint: '' },
  promptOptimizer: { optimizedPrompt: `${agents.architect.agent.instructions.text} Quote names.`, improvementAnalysis: '', improvementType: 'clarity', confidence: 0.5, reasoning: '' },
};

describe.each(AGENT_NAMES)('%s', (name) => {
  const { agent, example } = agents[name];

  it('is itself, takes its example and answers it by rules in both languages', async () => {
    expect(agent.name).toBe(name);
    const { input } = checkedInput(name, example);
    for (const language of ['en', 'de'] as const) {
      const run = await runAgent(agent, input, context(language), options());
      expect(run.mind).toBe('rules');
      expect(agent.output.safeParse(run.output).success).toBe(true);
    }
    // An empty flow is as good as any.
    await runAgent(agent, input, { ...context(), state: initialState('flow_2') }, options());
  });

  it('answers by a model in the same shape', async () => {
    const model = scriptedModel(() => ({ json: ANSWERS[name] }));
    const run = await runAgent(agent, checkedInput(name, example).input, context(), { ...options(), model: Promise.resolve(model) });
    expect(run.fallback).toBeUndefined();
    expect(run).toMatchObject({ mind: 'model', call: { model: 'scripted:model' } });
    expect(agent.output.safeParse(run.output).success).toBe(true);
    expect(model.questions[0]).toMatchObject({ schemaName: name, temperature: 0 });
  });

  it('goes on with its rules when the model talks nonsense', async () => {
    const run = await runAgent(agent, checkedInput(name, example).input, context(), { ...options(), model: Promise.resolve(scriptedModel(() => 'nonsense')) });
    expect(run).toMatchObject({ mind: 'rules', fallback: { code: 'MODEL_OUTPUT_INVALID' } });
  });

  it('has its lists of types from the schema alone', () => {
    const { system, message } = promptOf(agent, checkedInput(name, example).input, context());
    const schema = jsonSchemaOf(agent.answer).text;
    expect(system).toContain(schema);
    expect(system).not.toContain('{{language}}');
    const told = system.replace(schema, '');
    const listed = (types: readonly string[]) => types.filter((type) => new RegExp(`\\b${type}\\b`).test(told)).length;
    // A word of the language may be a type as well ("screen"); a list of them is a second copy.
    expect(listed(NODE_TYPES)).toBeLessThan(NODE_TYPES.length / 2 + 1);
    expect(told).not.toMatch(/apiCall|subflow/);
    expect(listed(ELEMENT_TYPES)).toBeLessThan(ELEMENT_TYPES.length / 2 + 1);
    expect(system.length + message.length).toBeLessThan(16_000);
  });
});

it('lists every agent with what it takes', () => {
  const all = listAgents();
  expect(all.map(({ name }) => name)).toEqual([...AGENT_NAMES]);
  for (const info of all) {
    expect(info.input).toMatchObject({ type: 'object', properties: expect.any(Object) });
    expect(info.description).toMatch(/^[A-Z].*\.$/);
    expect(JSON.parse(JSON.stringify(info))).toEqual(info);
  }
});

it('says what is wrong with an input', () => {
  expect(() => checkedInput('planner', { feedback: 'none' })).toThrowError(expect.objectContaining({ code: 'AGENT_INPUT_INVALID', message: expect.stringMatching(/task.*feedback/) }));
  expect(() => checkedInput('constructor', {})).toThrowError(expect.objectContaining({ code: 'AGENT_UNKNOWN' }));
});

describe('what each mind adds', () => {
  const ask = async (name: AgentName, input: unknown, answer: unknown) => (await runAgent(agents[name].agent, checkedInput(name, input).input, context(), { ...options(), model: Promise.resolve(scriptedModel(() => ({ json: answer }))) })).output;
  it('the validator takes the findings of its rules and the issues of its model together', async () => {
    const verdict = await ask('validator', { task: 'x', cards: [{ title: 'No', reason: '', ops: [{ op: 'remove', kind: 'node', id: 'n_gone', from: {} }] }] }, { issues: ['It removes too much.'] });
    expect(verdict).toMatchObject({ status: 'error', issues: [expect.stringContaining('OP_RECORD_MISSING'), 'It removes too much.'] });
    expect(await ask('validator', agents.validator.example, { issues: [] })).toMatchObject({ status: 'ok', issues: [] });
  });
  it('the UX expert names only steps that are there', async () => {
    expect(await ask('uxExpert', { question: 'What is missing?' }, ANSWERS.uxExpert)).toMatchObject({ nodeIds: ['n_l'] });
  });
  it('the manager asks once and never twice', async () => {
    const classification = { intent: 'edit', sentiment: 'neutral', tasks: ['x'], questions: [] };
    const unsure = { kind: 'clarify', text: 'Which one?', quickReplies: ['a', 'b', 'c', 'd', 'e'], route: 'edit' };
    expect(await ask('manager', { message: 'x', classification }, unsure)).toMatchObject({ kind: 'clarify', quickReplies: ['a', 'b', 'c', 'd'] });
    expect(await ask('manager', { message: 'x', classification, answer: 'hm' }, unsure)).toMatchObject({ kind: 'reply', code: 'STILL_UNCLEAR' });
  });
});
