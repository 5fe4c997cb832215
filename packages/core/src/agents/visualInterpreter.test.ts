import { describe, expect, it } from 'vitest';
import { AppError, createTestClock } from '../base/index.ts';
import { initialState, NODE_TYPES, openDocument, review, type LogState } from '../flow/index.ts';
import { scriptedModel } from '../llm/scriptedModel.ts';
import { runAgent, type AgentContext } from './agent.ts';
import { drawingCards } from './drawingCards.ts';
import { seededIds } from './editCards.ts';
import { toBase64 } from './image/base64.ts';
import type { Drawing } from './image/drawing.ts';
import { jpegOf, LOGIN_SVG, pngOf, svgOf } from './image/imageFixtures.ts';
import { generateFlowFromPicture } from './picturePipeline.ts';
import { acceptAll } from './pipeline.ts';
import { visualInterpreter } from './visualInterpreter.ts';

const context = (state: LogState = initialState('flow_1'), language: 'en' | 'de' = 'en'): AgentContext => ({ state, ids: seededIds(5, 1000), language });
const inputOf = (bytes: Uint8Array, mediaType: 'image/png' | 'image/jpeg' | 'image/svg+xml', wish = '') => ({ image: { mediaType, base64: toBase64(bytes) }, wish });
const options = () => ({ seed: 1, signal: new AbortController().signal, timeoutMs: 5000 });
const PHOTO = jpegOf(400, 300);
const SEEN = {
  status: 'success', description: 'A login with a dashboard behind it.',
  elements: [{ id: 'a', type: 'screen', text: 'Login' }, { id: 'a1', type: 'input', text: 'Email', within: 'a' }, { id: 'a2', type: 'button', text: 'Sign in', within: 'a' }, { id: 'b', type: 'decision', text: 'Password ok?' }, { id: 'c', type: 'screen', text: 'Dashboard' }, { id: 'd', type: 'screen', text: 'Error' }],
  connections: [{ from: 'a', to: 'b' }, { from: 'b', to: 'c', label: 'yes' }, { from: 'b', to: 'd', label: 'no' }, { from: 'd', to: 'a' }, { from: 'a', to: 'nowhere' }],
};
const seen = SEEN as Extract<Drawing, { status: 'success' }>;
const ways = (state: LogState) => [...state.edge.values()].map((edge) => `${state.node.get(edge.source)!.data.title}>${state.node.get(edge.target)!.data.title}`).sort();

describe('without a model', () => {
  it('reads a drawing that the file carries', () => {
    const drawing = visualInterpreter.rules(inputOf(LOGIN_SVG, 'image/svg+xml'), context());
    expect(drawing).toMatchObject({ status: 'success', description: expect.stringContaining('5 steps and 5 arrows') });
  });
  it.each([
    ['en', /Choose one in the settings/],
    ['de', /Wähle eines in den Einstellungen/],
  ] as const)('refuses a photo kindly and says the way on (%s)', (language, way) => {
    expect(visualInterpreter.rules(inputOf(PHOTO, 'image/jpeg'), context(undefined, language))).toEqual({ status: 'error', errorMessage: expect.stringMatching(way) });
  });
  it('says what an SVG without boxes lacks', () => {
    expect(visualInterpreter.rules(inputOf(svgOf('<path d="M0 0L9 9"/>'), 'image/svg+xml'), context())).toEqual({ status: 'error', errorMessage: expect.stringMatching(/boxes/) });
  });
});

describe('with a model that sees', () => {
  it('shows it the picture and the wish, and leaves out arrows to nothing', async () => {
    const model = scriptedModel(() => ({ json: SEEN }));
    const run = await runAgent(visualInterpreter, inputOf(PHOTO, 'image/jpeg', 'only the happy path'), context(), { ...options(), model: Promise.resolve(model) });
    expect(run.mind).toBe('model');
    expect(run.output).toMatchObject({ status: 'success', connections: { length: 4 } });
    expect(model.questions[0]!.images).toEqual([{ mediaType: 'image/jpeg', base64: toBase64(PHOTO) }]);
    expect(model.questions[0]!.messages[0]!.content).toContain('only the happy path');
    // The kinds come from the schema alone.
    const [told] = model.questions[0]!.system.split('Answer with JSON');
    for (const type of NODE_TYPES.filter((each) => /[A-Z]/.test(each) || each === 'popup')) expect(told).not.toContain(type);
    expect(model.questions[0]!.system).toContain('"apiCall"');
  });
  it('passes its refusal on, and makes one of a success without anything seen', async () => {
    for (const [answer, words] of [[{ status: 'error', description: '', elements: [], connections: [], errorMessage: 'I see a cat on a sofa.' }, 'I see a cat on a sofa.'], [{ ...SEEN, elements: [] }, 'I see no flow']] as const) {
      const run = await runAgent(visualInterpreter, inputOf(PHOTO, 'image/jpeg'), context(), { ...options(), model: Promise.resolve(scriptedModel(() => ({ json: answer }))) });
      expect(run.output).toEqual({ status: 'error', errorMessage: expect.stringContaining(words) });
      expect(run.fallback).toBeUndefined();
    }
  });
  it('does not trust ids that stand twice', async () => {
    const twice = { ...SEEN, elements: [SEEN.elements[0], SEEN.elements[0]] };
    const run = await runAgent(visualInterpreter, inputOf(PHOTO, 'image/jpeg'), context(), { ...options(), model: Promise.resolve(scriptedModel(() => ({ json: twice }))) });
    expect(run).toMatchObject({ mind: 'rules', fallback: { code: 'AGENT_OUTPUT_INVALID' } });
  });
});

describe('a drawing as cards', () => {
  it('makes one card a screen, its fields on it, with a start and an end', () => {
    const cards = drawingCards(seen, '', initialState('flow_1'), seededIds(1, 1), 'en');
    const state = acceptAll(initialState('flow_1'), cards, createTestClock());
    expect(ways(state)).toEqual(['Dashboard>End', 'Error>Login', 'Login>Password ok?', 'Password ok?>Dashboard', 'Password ok?>Error', 'Start>Login']);
    const login = [...state.node.values()].find((node) => node.data.title === 'Login')!;
    expect(Object.values(login.elements ?? {}).map(({ type, label }) => [type, label])).toEqual([['input', 'Email'], ['button', 'Sign in']]);
    expect(review(state).filter(({ severity }) => severity === 'error')).toEqual([]);
  });
  it('takes "for mobile" to the screens and does an edit that is asked for', () => {
    const mobile = acceptAll(initialState('flow_1'), drawingCards(seen, 'make this for mobile', initialState('flow_1'), seededIds(1, 1), 'en'), createTestClock());
    expect([...mobile.node.values()].filter(({ type }) => type === 'screen').map(({ device }) => device)).toEqual(['mobile', 'mobile', 'mobile']);
    const edited = acceptAll(initialState('flow_1'), drawingCards(seen, 'rename Dashboard to Home', initialState('flow_1'), seededIds(1, 1), 'en'), createTestClock());
    expect([...edited.node.values()].map(({ data }) => data.title)).toContain('Home');
    const more = acceptAll(initialState('flow_1'), drawingCards(seen, 'add a help screen after Dashboard', initialState('flow_1'), seededIds(1, 1), 'en'), createTestClock());
    expect(ways(more)).toContain('Dashboard>Help');
  });
  it('joins a flow that is there by its titles', () => {
    const there = openDocument({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Shop', nodes: { n_s: { id: 'n_s', type: 'start', position: { x: 0, y: 0 }, data: { title: 'Start' } }, n_l: { id: 'n_l', type: 'screen', position: { x: 200, y: 0 }, data: { title: 'login' } } }, edges: { e1: { id: 'e1', source: 'n_s', target: 'n_l', data: {} } } } as never);
    const state = acceptAll(there, drawingCards(seen, '', there, seededIds(1, 1), 'en'), createTestClock());
    expect([...state.node.values()].filter(({ data }) => /^login$/i.test(data.title))).toHaveLength(1);
    expect(ways(state)).toContain('login>Password ok?');
  });
});

describe('a picture to a flow in one call', () => {
  const dependencies = { clock: createTestClock(), seed: 3 };
  it('takes the rules where they can read it and asks no model then', async () => {
    const model = scriptedModel(() => ({ json: SEEN }));
    const { document } = await generateFlowFromPicture(LOGIN_SVG, '', 'Login', { ...dependencies, model });
    expect(Object.values(document.nodes).map((node) => node.data.title)).toContain('Password ok?');
    expect(model.questions).toHaveLength(0);
  });
  it('asks the model for a photo', async () => {
    const { document } = await generateFlowFromPicture(PHOTO, 'make this for mobile', 'Login', { ...dependencies, model: scriptedModel(() => ({ json: SEEN })) });
    expect(Object.values(document.nodes).filter((node) => node.device === 'mobile')).toHaveLength(3);
  });
  it('says its own failure of each kind', async () => {
    await expect(generateFlowFromPicture(pngOf(20, 20), '', 'x', dependencies)).rejects.toMatchObject({ code: 'NO_FLOW_SEEN' });
    await expect(generateFlowFromPicture(pngOf(20, 20).subarray(0, 40), '', 'x', dependencies)).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    const blind = scriptedModel(() => ({ fail: new AppError('MODEL_NO_VISION', 'It cannot see pictures.', {}) }));
    await expect(generateFlowFromPicture(PHOTO, '', 'x', { ...dependencies, model: blind })).rejects.toMatchObject({ code: 'MODEL_NO_VISION' });
  });
});
