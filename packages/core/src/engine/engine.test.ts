import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ApiClient, ViewEvent } from '../api/index.ts';
import { createIdSource, silentLogger, systemClock, systemRandom } from '../base/index.ts';
import { documentText, toDocument, transactionSchema, viewOfDocument, type FlowDocument, type Op } from '../flow/index.ts';
import { createEngine, type Engine, type SecretStore } from './index.ts';

let dataDir: string;
let engine: Engine;
let api: ApiClient;
const ids = createIdSource(systemClock, systemRandom);
const secrets = (): SecretStore & { all: Map<string, string> } => {
  const all = new Map<string, string>();
  return { all, strength: 'session', get: async (name) => all.get(name), set: async (name, value) => void (value === null ? all.delete(name) : all.set(name, value)) };
};

const start = async () => {
  engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: secrets() });
  api = createRouterClient(engine.router) as unknown as ApiClient;
};
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-engine-'));
  await start();
});
afterEach(async () => {
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** An open flow as a screen would follow it. */
async function follow(flowId: string) {
  const stop = new AbortController();
  const events: ViewEvent[] = [];
  const stream = await api.flow.open({ flowId }, { signal: stop.signal });
  let wake = () => {};
  const reading = (async () => {
    for await (const event of stream) {
      events.push(event);
      wake();
    }
  })().catch(() => undefined);
  const until = async <T extends ViewEvent['type']>(type: T, test: (event: Extract<ViewEvent, { type: T }>) => boolean = () => true) => {
    for (;;) {
      const found = events.find((event) => event.type === type && test(event as never));
      if (found) return found as Extract<ViewEvent, { type: T }>;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return { events, until, close: async () => (stop.abort(), reading) };
}
const transaction = (logId: string, ops: Op[], id = ids.newId('tx')) => transactionSchema.parse({ id, logId, author: { kind: 'user', id: 'local', name: '' }, at: 1, schema: 1, ops });
const screen = (title: string, x = 0): { id: string; op: Op } => {
  const id = ids.newId('node');
  return { id, op: { op: 'add', kind: 'node', id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } } };
};

describe('the list of flows', () => {
  test('create, rename, duplicate, bin and back, for ever', async () => {
    const flow = await api.flows.create({ name: '  Checkout  ' });
    expect(flow.name).toBe('Checkout');
    expect((await api.flows.rename({ flowId: flow.id, name: 'Payment' })).name).toBe('Payment');
    const copy = await api.flows.duplicate({ flowId: flow.id, name: 'Payment copy' });
    expect((await api.flows.list({})).map(({ name }) => name).sort()).toEqual(['Payment', 'Payment copy']);
    await api.flows.delete({ flowId: flow.id });
    expect((await api.flows.list({})).map(({ id }) => id)).toEqual([copy.id]);
    expect((await api.flows.list({ deleted: true })).map(({ id }) => id)).toEqual([flow.id]);
    await expect(api.flows.purge({ flowId: copy.id })).rejects.toMatchObject({ code: 'FLOW_NOT_DELETED' });
    await api.flows.restore({ flowId: flow.id });
    await api.flows.delete({ flowId: copy.id });
    await api.flows.purge({ flowId: copy.id });
    expect((await api.flows.list({ deleted: true })).length).toBe(0);
    await expect(api.flows.create({ name: '   ' })).rejects.toMatchObject({ code: 'NAME_EMPTY' });
  });

  test('a copy has everything but the history, under a name of its own', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    const node = screen('Login');
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [node.op, { op: 'version.add', id: ids.newId('version'), name: 'first' }]) });
    const copy = await api.flows.duplicate({ flowId: flow.id, name: 'B' });
    const document = JSON.parse((await api.flow.export({ flowId: copy.id, format: 'json' })).text) as FlowDocument;
    expect(document.name).toBe('B');
    expect(document.id).toBe(copy.id);
    expect(Object.values(document.nodes).map((each) => each.data.title)).toEqual(['Login']);
    expect(document.versions ?? {}).toEqual({});
    await view.close();
  });

  test('search finds names and titles of nodes', async () => {
    const flow = await api.flows.create({ name: 'Shop' });
    await api.flows.create({ name: 'Other' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [screen('Bezahlübersicht').op]) });
    await expect.poll(async () => (await api.flows.list({ search: 'bezahl' })).map(({ name }) => name)).toEqual(['Shop']);
    expect((await api.flows.list({ search: 'sho' })).map(({ name }) => name)).toEqual(['Shop']);
    expect(await api.flows.list({ search: 'nowhere' })).toEqual([]);
    await view.close();
  });
});

describe('an open flow', () => {
  test('chunks, ready, patches that say which entries they include', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId, rev } = await view.until('ready');
    expect(rev).toBe(0);
    const node = screen('Login');
    const entry = transaction(logId, [node.op]);
    const answer = await api.flow.commit({ flowId: flow.id, transaction: entry });
    expect(await api.flow.commit({ flowId: flow.id, transaction: entry })).toEqual(answer);
    const patch = await view.until('patch', (event) => event.includes.includes(entry.id));
    expect(patch.put).toEqual([{ kind: 'node', record: { id: node.id, type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Login' } } }]);
    expect(patch.rev).toBe(1);
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [{ op: 'remove', kind: 'node', id: node.id, from: { id: node.id, type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Login' } } }]) });
    expect((await view.until('patch', (event) => event.gone.length > 0)).gone).toEqual([{ kind: 'node', id: node.id }]);
    await view.close();
  });

  test('many entries become few patches with the last state, and no entry is forgotten', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    const node = screen('0');
    const entries = [transaction(logId, [node.op])];
    for (let i = 1; i <= 300; i++) entries.push(transaction(logId, [{ op: 'set', kind: 'node', id: node.id, field: 'data.title', from: String(i - 1), to: String(i) }]));
    await Promise.all(entries.map((entry) => api.flow.commit({ flowId: flow.id, transaction: entry })));
    await view.until('patch', (event) => event.includes.includes(entries[300]!.id));
    const patches = view.events.filter((event) => event.type === 'patch');
    expect(patches.flatMap((patch) => patch.includes)).toEqual(entries.map(({ id }) => id));
    expect(patches.map(({ rev }) => rev)).toEqual(patches.map((_, index) => index + 1));
    expect(patches.length).toBeLessThan(150);
    expect(patches.at(-1)!.put[0]!.record).toMatchObject({ data: { title: '300' } });
    await view.close();
  });

  test('a large flow comes in chunks of at most 256 KB, what is in view first', async () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index) => {
        const id = `node_${String(index).padStart(5, '0')}`;
        return [id, { id, type: 'screen', position: { x: (index % 60) * 400, y: Math.floor(index / 60) * 300 }, data: { title: `Screen ${index}`, ...(index % 4 ? {} : { description: 'Wörter '.repeat(100) }) } }];
      }),
    );
    const document = { format: 'uxflow', version: 1, id: 'flow_large', name: 'Large', nodes, edges: {} };
    const flow = await api.flows.import({ text: JSON.stringify(document), fileName: 'large.uxflow' });
    const stop = new AbortController();
    const chunks: Extract<ViewEvent, { type: 'chunk' }>[] = [];
    for await (const event of await api.flow.open({ flowId: flow.id, view: { x: 8000, y: 9000, width: 1000, height: 600 } }, { signal: stop.signal })) {
      if (event.type === 'chunk') chunks.push(event);
      if (event.type === 'ready') break;
    }
    stop.abort();
    expect(chunks.length).toBeGreaterThan(2);
    for (const chunk of chunks) expect(Buffer.byteLength(JSON.stringify(chunk.put))).toBeLessThanOrEqual(256 * 1024);
    expect(chunks.flatMap((chunk) => chunk.put).length).toBe(3000);
    const first = chunks[0]!.put[0]!.record as unknown as { position: { x: number; y: number } };
    expect(Math.abs(first.position.x - 8400)).toBeLessThan(1200);
  });

  test('findings follow the flow, a fix is one entry, and it is gone', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    const node = screen('Login');
    const startId = ids.newId('node');
    const edge: Op = { op: 'add', kind: 'edge', id: ids.newId('edge'), value: { source: startId, target: node.id, data: {} } };
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [{ op: 'add', kind: 'node', id: startId, value: { type: 'start', position: { x: -400, y: 0 }, data: { title: 'Start' } } }, node.op, edge]) });
    const { findings } = await view.until('findings', (event) => event.findings.some((finding) => finding.code === 'DEAD_END'));
    const finding = findings.find((each) => each.code === 'DEAD_END')!;
    expect(finding.nodeIds).toContain(node.id);
    expect(finding.fix).toBeDefined();
    await api.flow.applyFix({ flowId: flow.id, findingKey: finding.key });
    await expect.poll(() => view.events.filter((event) => event.type === 'findings').at(-1)?.findings.some((each) => each.key === finding.key)).toBe(false);
    await expect(api.flow.applyFix({ flowId: flow.id, findingKey: finding.key })).rejects.toMatchObject({ code: 'FINDING_GONE' });
    await view.close();
  });

  test('a refused entry says why and changes nothing', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    await expect(api.flow.commit({ flowId: flow.id, transaction: transaction('log_other', [screen('x').op]) })).rejects.toMatchObject({ code: 'ENTRY_OF_OTHER_LOG' });
    await expect(api.flow.commit({ flowId: flow.id, transaction: { ...transaction(logId, [screen('x').op]), author: { kind: 'agent', id: 'a', name: 'a' } } })).rejects.toMatchObject({ code: 'AUTHOR_REFUSED' });
    const noise = Array.from({ length: 6 * 1024 * 1024 }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');
    await expect(api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [screen(noise).op]) })).rejects.toMatchObject({ code: 'ENTRY_TOO_LARGE' });
    expect((await api.flow.history({ flowId: flow.id, limit: 10 })).length).toBe(1);
    await view.close();
  });
});

describe('history', () => {
  test('undo of an own entry, redo of it, and what others changed stays', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    const node = screen('One');
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [node.op]) });
    const renamed = transaction(logId, [{ op: 'set', kind: 'node', id: node.id, field: 'data.title', from: 'One', to: 'Two' }]);
    await api.flow.commit({ flowId: flow.id, transaction: renamed });
    const title = async () => (JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text) as FlowDocument).nodes[node.id]?.data.title;
    const undone = await api.flow.undo({ flowId: flow.id, entryId: renamed.id });
    expect(await title()).toBe('One');
    await api.flow.undo({ flowId: flow.id, entryId: undone.entryId! });
    expect(await title()).toBe('Two');
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [{ op: 'set', kind: 'node', id: node.id, field: 'data.title', from: 'Two', to: 'Theirs' }]) });
    expect(await api.flow.undo({ flowId: flow.id, entryId: renamed.id })).toMatchObject({ kept: [{ kind: 'node', id: node.id, field: 'data.title' }] });
    expect(await title()).toBe('Theirs');
    await expect(api.flow.undo({ flowId: flow.id, entryId: 'tx_none' })).rejects.toMatchObject({ code: 'ENTRY_NOT_FOUND' });
    await view.close();
  });

  test('every entry is listed with its counts, and an old state comes back as a new entry', async () => {
    const flow = await api.flows.create({ name: 'A' });
    const view = await follow(flow.id);
    const { logId } = await view.until('ready');
    const [a, b] = [screen('A'), screen('B', 400)];
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [a.op, b.op]) });
    await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [{ op: 'set', kind: 'node', id: a.id, field: 'data.title', from: 'A', to: 'A2' }]) });
    const history = await api.flow.history({ flowId: flow.id, limit: 10 });
    expect(history.map(({ no, counts }) => ({ no, node: counts.node }))).toEqual([
      { no: 3, node: [0, 1, 0] },
      { no: 2, node: [2, 0, 0] },
      { no: 1, node: undefined },
    ]);
    await api.flow.restoreVersion({ flowId: flow.id, no: 1 });
    expect(JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text)).toMatchObject({ nodes: {} });
    await api.flow.restoreVersion({ flowId: flow.id, no: 3 });
    expect(Object.values((JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text) as FlowDocument).nodes).map((node) => node.data.title).sort()).toEqual(['A2', 'B']);
    await expect(api.flow.restoreVersion({ flowId: flow.id, no: 99 })).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
    await view.close();
  });
});

test('everything is there after the engine was closed and opened again, to the byte', async () => {
  const flow = await api.flows.create({ name: 'Kept' });
  const view = await follow(flow.id);
  const { logId } = await view.until('ready');
  for (let i = 0; i < 30; i++) await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [screen(`Screen ${i}`, i * 300).op]) });
  const before = (await api.flow.export({ flowId: flow.id, format: 'json' })).text;
  await view.close();
  await engine.close();
  await start();
  expect((await api.flow.export({ flowId: flow.id, format: 'json' })).text).toBe(before);
  const [row] = await api.flows.list({});
  expect(row).toMatchObject({ name: 'Kept', nodeCount: 30 });
  expect(row!.preview.length).toBe(30);
});

test('an imported file is the flow of the file; a broken one is refused with its problems and leaves nothing', async () => {
  const document: FlowDocument = { format: 'uxflow', version: 1, id: 'flow_x', name: 'From file', nodes: { n1: { id: 'n1', type: 'screen', position: { x: 1, y: 2 }, data: { title: 'Ünï ✓' } } }, edges: {} };
  const flow = await api.flows.import({ text: documentText(document), fileName: 'x.uxflow' });
  const out = JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text) as FlowDocument;
  expect(out.nodes).toEqual(document.nodes);
  expect(toDocument(viewOfDocument(out))).toEqual(out);
  for (const [text, code] of [
    ['{"format":"uxflow"', 'DOCUMENT_TRUNCATED'],
    ['hello', 'DOCUMENT_NOT_JSON'],
    ['{"format":"uxflow","version":99,"nodes":{},"edges":{}}', 'DOCUMENT_VERSION_UNKNOWN'],
    [JSON.stringify({ ...document, edges: { e1: { id: 'e1', source: 'n1', target: 'gone', data: {} } } }), 'DOCUMENT_INVALID'],
  ]) {
    await expect(api.flows.import({ text: text!, fileName: 'x' })).rejects.toMatchObject({ code });
  }
  expect((await api.flows.list({})).length).toBe(1);
});

test('layout moves what may move, as one entry that undo takes back', async () => {
  const flow = await api.flows.create({ name: 'A' });
  const view = await follow(flow.id);
  const { logId } = await view.until('ready');
  const [a, b, c] = [screen('A'), screen('B'), screen('C')];
  const edge = (source: string, target: string): Op => ({ op: 'add', kind: 'edge', id: ids.newId('edge'), value: { source, target, data: {} } });
  await api.flow.commit({ flowId: flow.id, transaction: transaction(logId, [a.op, b.op, c.op, edge(a.id, b.id), edge(b.id, c.id)]) });
  const laid = await api.flow.layout({ flowId: flow.id });
  expect(laid.entryId).toBeDefined();
  const positions = async () => Object.values((JSON.parse((await api.flow.export({ flowId: flow.id, format: 'json' })).text) as FlowDocument).nodes).map((node) => `${node.position.x},${node.position.y}`);
  expect(new Set(await positions()).size).toBe(3);
  await api.flow.undo({ flowId: flow.id, entryId: laid.entryId! });
  expect(new Set(await positions())).toEqual(new Set(['0,0']));
  await view.close();
});

test('settings keep what was set and fill in the rest; a key goes to the secret store and never comes back', async () => {
  expect((await api.settings.get()).model).toEqual({ provider: 'rules' });
  await api.settings.set({ theme: 'dark', userName: 'Ada' });
  await api.models.setKey({ baseUrl: 'https://models.example/v1', key: 'sk-secret' });
  expect(await api.models.keyStatus({ baseUrl: 'https://models.example/v1/' })).toEqual({ present: true, strength: 'session' });
  expect(JSON.stringify(await api.settings.get())).not.toContain('sk-secret');
  await api.models.setKey({ baseUrl: 'https://models.example/v1', key: null });
  expect((await api.models.keyStatus({ baseUrl: 'https://models.example/v1' })).present).toBe(false);
  await engine.close();
  await start();
  expect(await api.settings.get()).toMatchObject({ theme: 'dark', userName: 'Ada', localOnly: false });
});

test('local only refuses a model elsewhere before anything is sent, and the ledger shows it', async () => {
  await api.settings.set({ localOnly: true });
  const result = await api.models.test({ provider: 'openai', baseUrl: 'https://models.example/v1', model: 'any' });
  expect(result).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED' } });
  expect(await api.app.egress({ limit: 5 })).toMatchObject([{ host: 'models.example', outcome: 'refused', requestBytes: expect.any(Number) as number }]);
});
