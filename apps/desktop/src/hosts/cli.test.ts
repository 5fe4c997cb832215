import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FlowDocument } from '@uxflow/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const STORY = 'Login with email and password; if the password is wrong show an error and let them retry; the first time, show a tutorial, otherwise the dashboard';
/** The built command line, as packages run it; the first test goes through `bin` and the source. */
const built = fileURLToPath(new URL('../../out/main/cli.js', import.meta.url));
const bin = fileURLToPath(new URL('../../../../bin/uxflow.cjs', import.meta.url));

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'uxflow-cli-'))));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const run = (program: string, args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: dir, encoding: 'utf8', env: { ...process.env, UXFLOW_DATA: join(dir, 'data') } });
  return { status, out: stdout, err: stderr };
};
const uxflow = (...args: string[]) => run(built, args);
const read = (file: string) => JSON.parse(readFileSync(join(dir, file), 'utf8')) as FlowDocument;
const titles = (document: FlowDocument) => Object.values(document.nodes).map((node) => node.data.title);
const write = (file: string, value: unknown) => writeFileSync(join(dir, file), typeof value === 'string' ? value : JSON.stringify(value));

test('the story from words to a checked flow, without any data folder', () => {
  expect(run(bin, ['generate', '--text', STORY, '--out', 'story.uxflow'])).toMatchObject({ status: 0 });
  const story = read('story.uxflow');
  expect(titles(story)).toEqual(expect.arrayContaining(['Login', 'Password correct?', 'First time?', 'Dashboard']));
  expect(readFileSync(join(dir, 'story.uxflow'), 'utf8')).toBe(`${JSON.stringify(story, null, 2)}\n`);
  expect(uxflow('validate', 'story.uxflow').status).toBe(0);

  expect(uxflow('edit', 'story.uxflow', '--text', 'rename Login to Sign in', '--out', 'edited.uxflow').status).toBe(0);
  const login = Object.values(story.nodes).find((node) => node.data.title === 'Login')!;
  expect(read('edited.uxflow')).toEqual({ ...story, nodes: { ...story.nodes, [login.id]: { ...login, data: { ...login.data, title: 'Sign in' } } } });

  const diff = uxflow('diff', 'story.uxflow', 'edited.uxflow', '--json');
  expect(diff.status).toBe(1);
  write('change.json', diff.out);
  expect(uxflow('apply', 'story.uxflow', 'change.json', '--out', 'applied.uxflow').status).toBe(0);
  expect(uxflow('diff', 'applied.uxflow', 'edited.uxflow')).toMatchObject({ status: 0, out: '' });

  expect(uxflow('layout', 'story.uxflow', '--direction', 'right', '--out', 'laid.uxflow').status).toBe(0);
  expect(titles(read('laid.uxflow')).sort()).toEqual(titles(story).sort());
  expect(uxflow('export', 'story.uxflow', '--format', 'mermaid').out).toMatch(/^flowchart LR\n[\s\S]*"Password correct\?"/);
  expect(uxflow('export', 'story.uxflow', '--format', 'markdown').out).toContain('### 2. Login');
  expect(uxflow('export', 'story.uxflow', '--format', 'json').out).toBe(readFileSync(join(dir, 'story.uxflow'), 'utf8'));
  expect(readdirSync(dir)).not.toContain('data');
});

test('a folder of texts, and a folder of edits that ask back or refuse', () => {
  mkdirSync(join(dir, 'texts'));
  write('texts/a.txt', 'The user opens the app. Then she sees the home screen.');
  write('texts/b.json', { id: 'b', text: STORY });
  write('texts/c.json', { other: true });
  write('texts/d.md', 'not read');
  expect(uxflow('generate', '--dir', 'texts', '--out', 'flows')).toMatchObject({ status: 0 });
  expect(readdirSync(join(dir, 'flows')).sort()).toEqual(['a.uxflow', 'b.uxflow']);

  const flow = read('flows/b.uxflow');
  mkdirSync(join(dir, 'cases'));
  write('cases/rename.json', { flow, instruction: 'rename Dashboard to Home' });
  write('cases/unknown.json', { flow, instruction: 'rename the billing page to Invoices' });
  write('cases/other.json', { flow, instruction: 'book me a flight to Rome' });
  expect(uxflow('edit', '--dir', 'cases', '--out', 'results').status).toBe(0);
  expect(readdirSync(join(dir, 'results')).sort()).toEqual(['other.json', 'rename.uxflow', 'unknown.json']);
  expect(titles(read('results/rename.uxflow'))).toContain('Home');
  expect(JSON.parse(readFileSync(join(dir, 'results/unknown.json'), 'utf8'))).toMatchObject({ clarify: true, question: expect.any(String) as string });
  expect(JSON.parse(readFileSync(join(dir, 'results/other.json'), 'utf8'))).toMatchObject({ refuse: true, reason: expect.any(String) as string });
});

test('a drawing becomes a flow without a model, and every agent runs alone', () => {
  write('sketch.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 80"><rect x="10" y="20" width="120" height="40"/><text x="70" y="44" text-anchor="middle">Basket</text><line x1="130" y1="40" x2="250" y2="40"/><rect x="250" y="20" width="120" height="40"/><text x="310" y="44" text-anchor="middle">Payment</text></svg>');
  expect(uxflow('generate', '--image', 'sketch.svg', '--text', 'for mobile', '--out', 'sketch.uxflow').status).toBe(0);
  const flow = read('sketch.uxflow');
  expect(titles(flow)).toEqual(expect.arrayContaining(['Basket', 'Payment']));
  expect(Object.values(flow.nodes).filter((node) => node.device === 'mobile')).toHaveLength(2);

  const names = uxflow('agent').out.split('\n').filter(Boolean).map((line) => line.split(' ')[0]!);
  expect(names).toHaveLength(10);
  write('question.json', { question: 'What comes after Basket?' });
  expect(JSON.parse(uxflow('agent', 'uxExpert', '--input', 'question.json', '--flow', 'sketch.uxflow').out)).toMatchObject({ answer: expect.stringContaining('Payment') as string });
  expect(JSON.parse(uxflow('agent', 'planner', '--json').out)).toMatchObject({ mind: 'rules', output: { steps: expect.any(Array) as unknown[] } });
  expect(uxflow('agent', 'architect', '--prompt').out).toMatch(/^# system\nYou design UX flows\.[^]*# message/);
});

describe('what is wrong is said in a sentence, and nothing is written', () => {
  const flow = { format: 'uxflow', version: 1, id: 'f', name: 'F', nodes: { n1: { id: 'n1', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'One' } } }, edges: {} };
  test.each<[string, string[], number, RegExp]>([
    ['no command', ['bogus'], 2, /no command "bogus"/],
    ['no text', ['generate', '--out', 'x'], 2, /exactly one of/],
    ['an empty text', ['generate', '--text', ' ', '--out', 'x.uxflow'], 1, /is empty/],
    ['no step', ['generate', '--text', 'The weather is nice.', '--out', 'x.uxflow'], 1, /no step/],
    ['binary', ['generate', '--file', 'binary', '--out', 'x.uxflow'], 1, /is not text/],
    ['a missing file', ['generate', '--file', 'nowhere.txt', '--out', 'x.uxflow'], 1, /nowhere\.txt cannot be read/],
    ['a text as a picture', ['generate', '--image', 'flow.uxflow', '--out', 'x.uxflow'], 1, /no picture that can be read/],
    ['a picture that only a model sees', ['generate', '--image', 'icon.svg', '--out', 'x.uxflow'], 1, /no steps in this SVG/],
    ['a picture and a folder', ['generate', '--image', 'icon.svg', '--dir', 'empty', '--out', 'x'], 2, /exactly one of/],
    ['an unknown agent', ['agent', 'magician'], 1, /no agent "magician"/],
    ['an input of the wrong shape', ['agent', 'planner', '--input', 'unknown.json'], 1, /planner cannot work on this: task/],
    ['an input that is no JSON', ['agent', 'planner', '--input', 'binary'], 1, /is no JSON/],
    ['an empty folder', ['generate', '--dir', 'empty', '--out', 'x'], 1, /holds nothing/],
    ['an unknown model', ['generate', '--text', 'a -> b', '--out', 'x.uxflow', '--model', 'magic'], 2, /--model takes/],
    ['a truncated flow', ['edit', 'truncated.uxflow', '--text', 'rename One to Two', '--out', 'x.uxflow'], 1, /breaks off/],
    ['an unknown format', ['export', 'flow.uxflow', '--format', 'gif', '--out', 'x'], 2, /--format takes/],
    ['an unknown id', ['apply', 'flow.uxflow', 'unknown.json', '--out', 'x.uxflow'], 1, /op 0: There is no node nope/],
    ['a changed field', ['apply', 'flow.uxflow', 'changed.json', '--out', 'x.uxflow'], 1, /op 0: .*has changed/],
    ['no transaction', ['apply', 'flow.uxflow', 'binary', '--out', 'x.uxflow'], 1, /is no JSON/],
    ['a folder that cannot be written', ['generate', '--text', 'open the app', '--out', 'flow.uxflow/x.uxflow'], 1, /cannot be written/],
  ])('%s', (_, args, status, sentence) => {
    mkdirSync(join(dir, 'empty'));
    write('flow.uxflow', flow);
    write('icon.svg', '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M3 12l9-9 9 9"/></svg>');
    write('truncated.uxflow', JSON.stringify(flow).slice(0, 60));
    write('unknown.json', { ops: [{ op: 'set', kind: 'node', id: 'nope', field: 'data.title', to: 'x' }] });
    write('changed.json', { ops: [{ op: 'set', kind: 'node', id: 'n1', field: 'data.title', from: 'Other', to: 'x' }] });
    writeFileSync(join(dir, 'binary'), new Uint8Array([0, 255, 254, 1, 2, 0]));
    const before = readdirSync(dir).sort();
    const result = uxflow(...args);
    expect(result.status).toBe(status);
    expect(result.err).toMatch(sentence);
    expect(result.err).not.toMatch(/\n {4}at /);
    expect(readdirSync(dir).sort()).toEqual(before);
  });

  test('findings name their ids, and an error makes exit 1', () => {
    write('flow.uxflow', flow);
    const { status, out } = uxflow('validate', 'flow.uxflow', '--json');
    const [report] = JSON.parse(out) as { ok: boolean; findings: { code: string; nodeIds: string[] }[] }[];
    expect(status).toBe(1);
    expect(report!.ok).toBe(false);
    expect(report!.findings.flatMap((finding) => finding.nodeIds)).toContain('n1');
  });
});

describe('usage', () => {
  test('shows a folder that nobody has open, and writes its calls', () => {
    const shown = uxflow('usage', '--from', '2026-11-01', '--to', '2026-11-23');
    expect(shown).toMatchObject({ status: 0, err: '' });
    expect(shown.out).toContain('2026-11-01 to 2026-11-23');
    expect(shown.out).toMatch(/^total\s+0\s/m);
    expect(uxflow('usage', '--csv').out).toMatch(/^start_time,duration_ms,gen_ai\.operation\.name,[^\n]*\r\n$/);
    expect(JSON.parse(uxflow('usage', '--otlp').out)).toMatchObject({ resourceSpans: [{ scopeSpans: [{ spans: [] }] }] });
    expect(uxflow('usage', '--from', '2026-11-24', '--to', '2026-11-23').status).toBe(2);
    expect(uxflow('usage', '--csv', '--otlp').status).toBe(2);
  });
});

describe('prompts', () => {
  test('lists the wordings, shows one, and writes them all', () => {
    const listed = uxflow('prompts');
    expect(listed).toMatchObject({ status: 0, err: '' });
    expect(listed.out).toMatch(/^architect\n\s+1\s+builtIn\s+not counted yet\s+\(in use\)$/m);
    expect(uxflow('prompts', 'show', 'architect').out).toContain('{{route}}');
    expect(JSON.parse(uxflow('prompts', 'export').out)).toMatchObject({ isLearning: true });
    expect(uxflow('prompts', 'show', 'architect', '7').status).toBe(2);
    expect(uxflow('prompts', 'nonsense').status).toBe(2);
  });
});
