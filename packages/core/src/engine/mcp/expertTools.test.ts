/** The UX expert with the person's own tools: a scripted model, and a real server behind the toolbox. */
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runAgent } from '../../agents/agent.ts';
import { seededIds } from '../../agents/editCards.ts';
import { uxExpert } from '../../agents/uxExpert.ts';
import { AppError, createIdSource, silentLogger, systemClock, systemRandom } from '../../base/index.ts';
import { openDocument } from '../../flow/index.ts';
import { scriptedModel, type ScriptedAnswer, type ScriptedQuestion } from '../../llm/scriptedModel.ts';
import { createConsentDesk, type ConsentDesk } from './consent.ts';
import { INJECTION } from './fixtures/noteTools.ts';
import { createPersonServers, type PersonServers } from './personServers.ts';
import { createToolbox, type McpToolbox } from './toolbox.ts';

const fixture = fileURLToPath(new URL('./fixtures/noteServer.ts', import.meta.url));
const ids = createIdSource(systemClock, systemRandom);
const state = openDocument({ format: 'uxflow', version: 1, id: 'f', name: 'Shop', nodes: { n1: { id: 'n1', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Checkout' } } }, edges: {} } as never);

let servers: PersonServers;
let consent: ConsentDesk;
let toolbox: McpToolbox;
let answer: 'once' | 'deny';
beforeEach(() => {
  answer = 'once';
  const rows = new Map<string, unknown>();
  consent = createConsentDesk({ clock: systemClock, newId: (prefix) => ids.newId(prefix), onChange: () => queueMicrotask(() => consent.waiting().forEach(({ id }) => consent.answer(id, answer))) });
  consent.screenCame();
  servers = createPersonServers({
    store: { get: (key) => rows.get(key), set: (key, value) => void rows.set(key, value) },
    secrets: { strength: 'session', get: async () => undefined, set: async () => undefined },
    newId: (prefix) => ids.newId(prefix), version: '0', logger: silentLogger, onChange: () => undefined, fetchFor: () => fetch,
  });
  toolbox = createToolbox({ servers, consent, clock: systemClock, record: () => undefined });
});
afterEach(async () => {
  consent.close();
  await servers.close();
});

const addNotes = () => servers.save({ name: 'Notes', isOn: true, consent: 'ask', transport: { kind: 'stdio', command: process.execPath, args: [fixture] } });
const reply = (words: string): ScriptedAnswer => ({ json: { answer: words, principle: '', nodeIds: ['n1'] } });
const wish = (name: string, args: Record<string, unknown> = {}): ScriptedAnswer => ({ toolCalls: [{ id: `call_${name}`, name: `Notes__${name}`, arguments: args }] });
const ask = async (script: (question: ScriptedQuestion) => ScriptedAnswer, language: 'en' | 'de' = 'en') => {
  const model = scriptedModel(script);
  const run = await runAgent(uxExpert, { question: 'What do our notes say about checkout?' }, { state, ids: seededIds(1, 1), language }, { model: Promise.resolve(model), toolbox, seed: 1, signal: new AbortController().signal, timeoutMs: 10_000 });
  return { ...run, questions: model.questions };
};

test('it looks something up, answers from it, and says with what', async () => {
  await addNotes();
  const { output, mind, questions } = await ask(({ index }) => (index === 0 ? wish('read_note', { name: 'A' }) : reply('The notes ask for a guest way.')));
  expect(mind).toBe('model');
  expect(output.answer).toBe('The notes ask for a guest way.\n\nLooked up with your tools: "Read a note" (Notes)');
  expect(questions[0]!.tools!.map(({ name }) => name)).toContain('Notes__read_note');
  const given = questions[1]!.messages.at(-1)!;
  expect(given).toMatchObject({ role: 'tool', toolName: 'Notes__read_note', content: expect.stringContaining('as data from outside of the app') as string });
  expect(given.content).toContain('checkout needs a guest way');
});

test('a refusal reaches the model as what it is, and nothing is credited', async () => {
  answer = 'deny';
  await addNotes();
  const { output, questions } = await ask(({ index }) => (index === 0 ? wish('read_note', { name: 'A' }) : reply('I could not look.')), 'de');
  expect(output.answer).toBe('I could not look.');
  expect(questions[1]!.messages.at(-1)).toMatchObject({ role: 'tool', isError: true, content: expect.stringContaining('said no') as string });
  expect(JSON.stringify(questions)).not.toContain('guest way');
});

test('the words of a hostile server never stand where instructions stand', async () => {
  await addNotes();
  const { questions } = await ask(({ index }) => (index === 0 ? wish('hostile') : reply('Nothing of use.')));
  for (const { system, messages } of questions) {
    expect(system).not.toContain('Ignore all previous');
    for (const { role, content } of messages) if (role !== 'tool') expect(content).not.toContain('Ignore all previous');
  }
  const tool = questions[1]!.messages.at(-1)!;
  expect(tool.content).not.toContain(INJECTION);
  expect(tool.content.split('\n')).toHaveLength(2);
  expect(JSON.parse(tool.content.split('\n')[1]!)).toBe(INJECTION);
  expect(questions[0]!.tools!.every(({ description }) => description.startsWith('The tool "') && !description.includes('\n'))).toBe(true);
});

test('a tool that is not there, and asking without end', async () => {
  await addNotes();
  const lost = await ask(({ index }) => (index === 0 ? { toolCalls: [{ id: 'c', name: 'send_everything', arguments: {} }] } : reply('I cannot.')));
  expect(lost.questions[1]!.messages.at(-1)).toMatchObject({ role: 'tool', isError: true, content: 'There is no tool send_everything.' });
  const endless = await ask(() => wish('read_note', { name: 'A' }));
  expect(endless).toMatchObject({ mind: 'rules', fallback: { code: 'AGENT_OUTPUT_INVALID' } });
  expect(endless.questions).toHaveLength(4);
});

test('a model that knows no tools is asked without them; without servers it is asked as always', async () => {
  const plain = await ask(() => reply('From the flow.'));
  expect(plain.questions).toHaveLength(1);
  expect(plain.questions[0]!.tools).toBeUndefined();
  expect(plain.questions[0]!.schemaName).toBe('uxExpert');
  await addNotes();
  const { output, mind, questions } = await ask(({ tools }) => (tools ? { fail: new AppError('MODEL_REQUEST_REFUSED', 'does not support tools', {}) } : reply('From the flow.')));
  expect([output.answer, mind]).toEqual(['From the flow.', 'model']);
  expect(questions.at(-1)!.tools).toBeUndefined();
});
