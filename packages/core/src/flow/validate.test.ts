import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../base/index.ts';
import { sketchDocument } from './fixtures/sketchFlow.ts';
import { scanJson } from './jsonScan.ts';
import { problemText } from './problemText.ts';
import { parseDocument, validateDocument, type Problem } from './validate.ts';

const good = () => sketchDocument(`
  a:start Start
  b:screen Sign in
  c:end Done
  a -> b
  b -> c`);
const text = (document: unknown) => JSON.stringify(document, null, 2);

function failure(source: string | Uint8Array): { code: string; message: string; params: Record<string, unknown> } {
  try {
    parseDocument(source);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
}
const problemsOf = (source: string) => failure(source).params.problems as Problem[];

describe('parseDocument', () => {
  it('returns a good document with its unknown fields, from text, bytes and with a byte order mark', () => {
    const document = { ...good(), futureField: { a: [1, null] }, meta: { author: 'Ada' } };
    expect(parseDocument(text(document))).toEqual(document);
    expect(parseDocument(new TextEncoder().encode(`\uFEFF${text(document)}`))).toEqual(document);
    const wide = Buffer.from(`\uFEFF${text(document)}`, 'utf16le');
    expect(parseDocument(new Uint8Array(wide))).toEqual(document);
  });

  it('says DOCUMENT_TRUNCATED for every cut of a file, with the records that are whole', () => {
    const whole = text({ ...good(), name: 'Grüße — 流れ' });
    const bytes = new TextEncoder().encode(whole);
    for (let length = 0; length < bytes.length; length++) {
      const error = failure(bytes.subarray(0, length));
      expect(error.code, `cut at ${length}`).toBe('DOCUMENT_TRUNCATED');
    }
    const cut = failure(whole.slice(0, whole.indexOf('"c": {') + 10));
    expect(cut.params).toMatchObject({ complete: 2, records: { nodes: 2, edges: 0 } });
    expect(cut.message).toContain('2 records');
  });

  it('says DOCUMENT_TRUNCATED for a file whose end is zeros', () => {
    const bytes = new TextEncoder().encode(text(good()));
    bytes.fill(0, bytes.length - 40);
    expect(failure(bytes).code).toBe('DOCUMENT_TRUNCATED');
  });

  it.each([
    ['binary', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13, 1, 2, 3]), 'DOCUMENT_NOT_TEXT'],
    ['invalid UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x80, 0x22, 0x22, 0x22, 0x7d]), 'DOCUMENT_NOT_TEXT'],
    ['prose', 'Login with email and password', 'DOCUMENT_NOT_JSON'],
    ['a trailing comma', '{"format": "uxflow",}', 'DOCUMENT_NOT_JSON'],
    ['a bad escape', '{"format": "\\x"}', 'DOCUMENT_NOT_JSON'],
    ['two values', '{} {}', 'DOCUMENT_NOT_JSON'],
    ['an array', '[]', 'DOCUMENT_NOT_A_FLOW'],
    ['null', 'null', 'DOCUMENT_NOT_A_FLOW'],
    ['another format', '{"format":"bpmn","version":1}', 'DOCUMENT_NOT_A_FLOW'],
    ['no version', '{"format":"uxflow"}', 'DOCUMENT_VERSION_UNKNOWN'],
    ['a version as text', '{"format":"uxflow","version":"1"}', 'DOCUMENT_VERSION_UNKNOWN'],
    ['a deep nest', `{"format":"uxflow","version":1,"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'DOCUMENT_INVALID'],
  ] as const)('names what %s is', (_name, source, code) => {
    expect(failure(source as string).code).toBe(code);
  });

  it('says of a newer version that it is newer', () => {
    expect(failure(text({ ...good(), version: 7 })).params).toEqual({ version: 7, newest: 1, newer: true });
    expect(failure(text({ ...good(), version: 0 })).params).toMatchObject({ newer: false });
  });

  it('finds the line and column of a syntax error', () => {
    expect(failure('{\n  "format": "uxflow",\n  oops\n}').params).toMatchObject({ line: 3, column: 3 });
  });

  it('finds ids and keys that stand there twice', () => {
    const doubled = text(good()).replace('"c": {', '"a": {"id":"a","type":"end","position":{"x":0,"y":0},"data":{"title":"t"}}, "c": {');
    expect(problemsOf(doubled)).toContainEqual({ code: 'DUPLICATE_ID', path: 'nodes.a', ids: ['a'], detail: 'two records of nodes have the id "a"' });
    const escaped = text(good()).replace('"title": "Sign in"', '"title": "Sign in", "t\\u0069tle": "Other"');
    expect(problemsOf(escaped)).toEqual([expect.objectContaining({ code: 'DUPLICATE_KEY', path: 'nodes.b.data.title', ids: ['b'] })]);
  });

  it('refuses keys that change what an object is', () => {
    expect(problemsOf(text(good()).replace('"edges": {', '"edges": {"__proto__": {"id":"x"},'))).toContainEqual(expect.objectContaining({ code: 'KEY_FORBIDDEN', path: 'edges.__proto__' }));
    expect(({} as Record<string, unknown>).id).toBeUndefined();
    expect(problemsOf(text(good()).replace('"data": {}', '"data": {"__proto__": {"label":"x"}}'))[0]).toMatchObject({ code: 'KEY_FORBIDDEN' });
  });

  it('loads 50,000 nodes', () => {
    const document = good();
    for (let i = 0; i < 50_000; i++) {
      document.nodes[`n${i}`] = { id: `n${i}`, type: 'screen', position: { x: 0, y: i }, data: { title: `Screen ${i}` } };
      document.edges[`e${i}`] = { id: `e${i}`, source: i ? `n${i - 1}` : 'a', target: `n${i}`, data: {} };
    }
    expect(Object.keys(parseDocument(JSON.stringify(document)).nodes)).toHaveLength(50_003);
  });

  it('lists at most 200 problems and counts all', () => {
    const document = good();
    for (let i = 0; i < 300; i++) document.edges[`e${i}`] = { id: `e${i}`, source: 'a', target: 'nowhere', data: {} };
    const { params } = failure(text(document));
    expect([(params.problems as Problem[]).length, params.count]).toEqual([200, 300]);
  });
});

describe('validateDocument', () => {
  const cases: [string, (document: any) => void, Partial<Problem>][] = [
    ['a dangling edge', (d) => (d.edges['a-b'].target = 'gone'), { code: 'REFERENCE_MISSING', path: 'edges.a-b.target', ids: ['a-b', 'gone'] }],
    ['an edge to an inherited name', (d) => (d.edges['a-b'].target = 'toString'), { code: 'REFERENCE_MISSING', ids: ['a-b', 'toString'] }],
    ['a missing frame', (d) => (d.nodes.b.frameId = 'f'), { code: 'REFERENCE_MISSING', path: 'nodes.b.frameId' }],
    ['a missing persona', (d) => (d.nodes.b.personaIds = { p: true }), { code: 'REFERENCE_MISSING', path: 'nodes.b.personaIds.p' }],
    ['a missing goal', (d) => (d.edges['a-b'].data.goalIds = { g: true }), { code: 'REFERENCE_MISSING', path: 'edges.a-b.data.goalIds.g' }],
    ['an unknown type', (d) => (d.nodes.b.type = 'widget'), { code: 'FIELD_INVALID', path: 'nodes.b.type', ids: ['b'] }],
    ['no title', (d) => delete d.nodes.b.data.title, { code: 'FIELD_MISSING', path: 'nodes.b.data.title' }],
    ['no position', (d) => delete d.nodes.b.position, { code: 'FIELD_MISSING', path: 'nodes.b.position' }],
    ['a position that is no number', (d) => (d.nodes.b.position.x = Number.NaN), { code: 'FIELD_INVALID', path: 'nodes.b.position.x' }],
    ['an id that is not its key', (d) => (d.nodes.b.id = 'other'), { code: 'ID_MISMATCH', ids: ['b', 'other'] }],
    ['an id with a dot', (d) => (d.nodes['x.y'] = { ...d.nodes.b, id: 'x.y' }), { code: 'ID_INVALID', path: 'nodes.x.y' }],
    ['a record that is none', (d) => (d.nodes.b = 'screen'), { code: 'FIELD_INVALID', path: 'nodes.b' }],
    ['nodes as a list', (d) => (d.nodes = []), { code: 'FIELD_INVALID', path: 'nodes' }],
    ['no edges', (d) => delete d.edges, { code: 'FIELD_MISSING', path: 'edges' }],
    ['no name', (d) => delete d.name, { code: 'FIELD_MISSING', path: 'name' }],
    ['an item without order', (d) => (d.nodes.b.elements = { e1: { type: 'button', label: 'Go' } }), { code: 'FIELD_MISSING', path: 'nodes.b.elements.e1.order' }],
    ['an item with a dotted key', (d) => (d.nodes.b.links = { l1: { order: 'a', url: 'u', 'x.y': 1 } }), { code: 'KEY_FORBIDDEN' }],
    ['null for absence', (d) => (d.nodes.b.future = null), { code: 'FIELD_INVALID', path: 'nodes.b.future' }],
    ['an unknown key with a dot', (d) => (d.nodes.b.data['x.y'] = 1), { code: 'KEY_FORBIDDEN', path: 'nodes.b.data.x.y' }],
  ];
  it.each(cases)('finds %s, and nothing else', (_name, harm, expected) => {
    const document = good();
    harm(document);
    const problems = validateDocument(document).filter((problem) => !(problem.code === 'REFERENCE_MISSING' && expected.path === 'nodes'));
    expect(problems).toEqual([expect.objectContaining(expected)]);
    for (const language of ['en', 'de'] as const) expect(problemText(problems[0]!, language)).not.toMatch(/[{}?]/);
  });

  it('accepts inherited names as ordinary ids', () => {
    const document = sketchDocument('constructor:start Begin\ntoString:end Done\nconstructor -> toString');
    expect(validateDocument(document)).toEqual([]);
  });
});

describe('scanJson', () => {
  it('agrees with JSON.parse about what is JSON, and calls every proper prefix of an object truncated', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), fc.nat(), (json, at) => {
        expect(scanJson(json).end).toBe('complete');
        if (json.startsWith('{') || json.startsWith('[')) expect(scanJson(json.slice(0, at % json.length)).end).toBe('truncated');
      }),
    );
  });

  it('never calls something complete that JSON.parse refuses for its structure, nor the other way round', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"b"', '1', '-', '0', '1.5e3', 'true', 'nul', 'null', ' ', '\n', '"', '\\"');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const json = pieces.join('');
        let isJson = true;
        try {
          JSON.parse(json);
        } catch {
          isJson = false;
        }
        expect([json, scanJson(json).end === 'complete']).toEqual([json, isJson]);
      }),
      { numRuns: 3000 },
    );
  });
});
