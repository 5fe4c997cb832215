import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../base/index.ts';
import { documentText, openDocument, parseDocument, review } from '../flow/index.ts';
import { readText } from '../language/readText.ts';
import { scriptedModel } from '../llm/scriptedModel.ts';
import { checkEdit, documentOf, type EditCase, type ShortFlow } from './editFixtures.ts';
import { editFlow, generateFlow } from './pipeline.ts';

const read = <T>(name: string): T => JSON.parse(readFileSync(new URL(`./fixtures/edits/${name}.json`, import.meta.url), 'utf8')) as T;
const flows = read<Record<string, ShortFlow>>('flows');
const cases = read<EditCase[]>('cases');
const tools = () => ({ clock: createTestClock(), seed: 1 });

describe('editFlow', () => {
  it.each(cases.map((one) => [one.id, one.instruction, one] as const))('%s: %s', async (_, instruction, one) => {
    const before = documentOf(flows[one.flow]!, one.flow);
    const result = await editFlow(before, instruction, tools());
    expect(checkEdit(before, result, one.expect)).toEqual([]);
    // What came out is a document that can be stored.
    if (result.kind === 'document') expect(() => parseDocument(documentText(result.document))).not.toThrow();
  });

  it.each([
    ['', 'refuse'],
    ['   \n ', 'refuse'],
    ['????', 'refuse'],
    ['remove everything', 'clarify'],
    ['How many screens are there?', 'refuse'],
    [`rename ${'x'.repeat(200_000)} to y`, 'clarify'],
  ])('answers %j with %s', async (instruction, kind) => {
    const before = documentOf(flows['food']!, 'food');
    expect((await editFlow(before, instruction, tools())).kind).toBe(kind);
  });

  it('leaves every other record the very same bytes', async () => {
    const before = documentOf(flows['food']!, 'food');
    const result = await editFlow(before, 'add a "Tip" screen between Payment and Charge card', tools());
    if (result.kind !== 'document') throw new Error(result.kind);
    for (const [id, node] of Object.entries(before.nodes)) expect(result.document.nodes[id]).toBe(node);
    const changed = Object.entries(before.edges).filter(([id, edge]) => result.document.edges[id] !== edge).map(([id]) => id);
    expect(changed).toEqual(['edge_pay-charge']);
  });

  it('tidies up the layout by what it is given, pinned nodes aside', async () => {
    const before = documentOf(flows['food']!, 'food');
    const positions = new Map(Object.keys(before.nodes).map((id, index) => [id, { x: index * 10, y: 5 }]));
    const result = await editFlow(before, 'tidy up the layout', { ...tools(), layWhole: async () => ({ positions }) });
    if (result.kind !== 'document') throw new Error(result.kind);
    expect(Object.values(result.document.nodes).every((node) => node.position.y === 5)).toBe(true);
    expect(result.document.edges).toEqual(before.edges);
  });

  it.each([
    ['mark Payment as done', (flow: Record<string, unknown>) => expect(flow).toMatchObject({ status: 'done' })],
    ['set the priority of Payment to critical', (flow: Record<string, unknown>) => expect(flow).toMatchObject({ priority: 'critical' })],
    ['add a "Remember me" checkbox to Payment', (flow: Record<string, unknown>) => expect(Object.values(flow['elements'] as object)).toMatchObject([{ type: 'toggle', label: 'Remember me' }])],
    ['Payment needs a loading state', (flow: Record<string, unknown>) => expect(Object.values(flow['variants'] as object)).toMatchObject([{ type: 'loading' }])],
  ])('%s', async (instruction, check) => {
    const result = await editFlow(documentOf(flows['food']!, 'food'), instruction, tools());
    if (result.kind !== 'document') throw new Error(result.kind);
    check(result.document.nodes['node_pay'] as unknown as Record<string, unknown>);
  });

  it('has a model design what the rules cannot read', async () => {
    const model = scriptedModel(({ schemaName }) => ({ json: schemaName === 'manager' ? { kind: 'task', text: 'Rename Menu to Dishes', quickReplies: [], route: 'edit' } : { cards: [{ title: 'Rename', reason: 'asked', addNodes: [], addEdges: [], removeEdges: [], removeNodes: [], changeNodes: [{ id: 'node_menu', title: 'Dishes' }], changeEdges: [] }] } }));
    const result = await editFlow(documentOf(flows['food']!, 'food'), 'Make the menu nicer', { ...tools(), model });
    if (result.kind !== 'document') throw new Error(result.kind);
    expect(result.document.nodes['node_menu']!.data.title).toBe('Dishes');
  });
});

describe('generateFlow', () => {
  const text = 'The guest opens the menu and picks a dish. If the dish is sold out, the app shows a hint and the guest picks another one. Otherwise the guest pays. If the payment fails, an error appears and the guest tries again.';
  it('takes every node and edge of the reading over as they are', async () => {
    const reading = readText(text);
    const { document, findings } = await generateFlow(text, tools());
    expect(Object.values(document.nodes).map((node) => `${node.type} ${node.data.title}`).sort()).toEqual(reading.nodes.map((node) => `${node.type} ${node.title}`).sort());
    expect(Object.keys(document.edges)).toHaveLength(reading.edges.length);
    expect(findings).toEqual(review(openDocument(document)));
    expect(() => parseDocument(documentText(document))).not.toThrow();
  });
  it('gives the same document for the same text, seed and time', async () => {
    const [a, b] = [await generateFlow(text, tools()), await generateFlow(text, tools())];
    expect(documentText(a.document)).toBe(documentText(b.document));
  });
  it('puts no two nodes on one place', async () => {
    const { document } = await generateFlow(text, tools());
    const places = Object.values(document.nodes).map((node) => `${node.position.x},${node.position.y}`);
    expect(new Set(places).size).toBe(places.length);
  });
  it.each(['', 'Hello there', '\u0000\u0001binary'])('says so when %j tells of no step', async (nothing) => {
    const { document, reply } = await generateFlow(nothing, tools());
    expect(Object.keys(document.nodes)).toEqual([]);
    expect(reply).toMatch(/no step|keinen Schritt/);
  });
});
