/**
 * The log against Yjs: edits, opening and memory of one flow, both sides in one run, each measurement in a child process of its
 * own; figures are medians. Arguments: [nodes] [runs]
 *
 * A Yjs edit gives its update bytes, ours the bytes of its entry. Opening goes from bytes to plain readable records. 'yjs' keeps
 * a position and an edge as nested maps, 'yjs-flat' as single values.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as Y from 'yjs';
import { commit, fold, openDocument, snapshotOf, stateOfSnapshot, type FlowDocument, type LogState } from '../packages/core/src/flow/index.ts';

type Peer = 'ours' | 'yjs' | 'yjs-flat';
type Phase = 'edit' | 'open' | 'memory';

interface Edit {
  id: string;
  move?: { x: number; y: number };
  title?: string;
}

interface Flow {
  nodes: { id: string; type: string; position: { x: number; y: number }; data: Record<string, unknown> }[];
  edges: { id: string; source: string; target: string; label: string }[];
}

const PEERS: readonly Peer[] = ['ours', 'yjs', 'yjs-flat'];
const EDITS = 10_000;
const WORDS =
  'user opens screen taps button confirm order payment error retry settings profile search filter result detail cart login signup verify email code welcome share upload photo edit cancel back next done'.split(' ');

/** Random numbers 0..1 from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function makeFlow(n: number): Flow {
  const random = randomFrom(1);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const words = (count: number) => Array.from({ length: count }, () => WORDS[upTo(WORDS.length)]).join(' ');
  const nodes = Array.from({ length: n }, (_, i) => ({
    id: `n${i}`,
    type: ['screen', 'action', 'decision', 'note'][upTo(4)]!,
    position: { x: upTo(10_000), y: upTo(10_000) },
    data: { title: words(3), description: words(16), f1: words(2), f2: upTo(1000), f3: random() < 0.5, f4: words(1), f5: `#${upTo(0xffffff).toString(16)}` },
  }));
  const edges = Array.from({ length: Math.round(n * 1.3) }, (_, i) => {
    const source = upTo(n);
    const target = upTo(n);
    return { id: `e${i}`, source: `n${source}`, target: `n${target === source ? (source + 1) % n : target}`, label: random() < 0.3 ? words(1) : '' };
  });
  return { nodes, edges };
}

function makeEdits(n: number, count: number): Edit[] {
  const random = randomFrom(7);
  const upTo = (limit: number) => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const id = `n${upTo(n)}`;
    return random() < 0.8 ? { id, move: { x: upTo(10_000), y: upTo(10_000) } } : { id, title: `${WORDS[upTo(WORDS.length)]} ${WORDS[upTo(WORDS.length)]}` };
  });
}

function documentOf(flow: Flow): FlowDocument {
  const nodes = Object.fromEntries(flow.nodes.map((node) => [node.id, node]));
  const edges = Object.fromEntries(flow.edges.map(({ label, ...edge }) => [edge.id, { ...edge, data: { label } }]));
  return { format: 'uxflow', version: 1, id: 'flow_bench', name: 'Bench', nodes, edges } as unknown as FlowDocument;
}

/** The document as a Yjs one. */
function yjsOf(flow: Flow, isFlat: boolean): Y.Doc {
  const doc = new Y.Doc();
  const map = (object: Record<string, unknown>): Y.Map<unknown> => {
    const out = new Y.Map<unknown>();
    for (const [key, value] of Object.entries(object)) {
      const isNested = typeof value === 'object' && value !== null && !(isFlat && key === 'position');
      out.set(key, isNested ? map(value as Record<string, unknown>) : value);
    }
    return out;
  };
  doc.transact(() => {
    for (const node of flow.nodes) doc.getMap('nodes').set(node.id, map(node));
    for (const edge of flow.edges) doc.getMap('edges').set(edge.id, isFlat ? edge : map({ ...edge }));
  });
  return doc;
}

const encoder = new TextEncoder();

/** Starts a stopwatch; it gives the milliseconds that went by, and those that this thread really worked. */
function startWatch(): () => [wall: number, cpu: number] {
  const cpu = process.threadCpuUsage();
  const start = process.hrtime.bigint();
  return () => {
    const wall = Number(process.hrtime.bigint() - start) / 1e6;
    const used = process.threadCpuUsage(cpu);
    return [wall, (used.user + used.system) / 1000];
  };
}

function editOurs(state: LogState, edits: Edit[]): { state: LogState; bytes: number } {
  const author = { kind: 'user' as const, id: 'user_bench', name: 'Bench' };
  let bytes = 0;
  for (let i = 0; i < edits.length; i++) {
    const { id, move, title } = edits[i]!;
    const op = move ? { op: 'set' as const, kind: 'node' as const, id, field: 'position', to: move } : { op: 'set' as const, kind: 'node' as const, id, field: 'data.title', to: title };
    if (title !== undefined && state.node.get(id)!.data.title === title) continue;
    const entry = commit(state, { ops: [op] }, { id: `tx_${i}`, logId: 'log_bench', author, at: i });
    state = fold(state, entry);
    bytes += encoder.encode(JSON.stringify(entry)).length;
  }
  return { state, bytes };
}

function editYjs(doc: Y.Doc, edits: Edit[], isFlat: boolean): number {
  let bytes = 0;
  doc.on('update', (update: Uint8Array) => {
    bytes += update.length;
  });
  for (const { id, move, title } of edits) {
    doc.transact(() => {
      const node = doc.getMap('nodes').get(id) as Y.Map<unknown>;
      if (!move) (node.get('data') as Y.Map<unknown>).set('title', title);
      else if (isFlat) node.set('position', move);
      else {
        const position = node.get('position') as Y.Map<unknown>;
        position.set('x', move.x);
        position.set('y', move.y);
      }
    });
  }
  return bytes;
}

function measure(peer: Peer, phase: Phase, n: number, stored: string): [value: number, cpu: number] {
  const isFlat = peer === 'yjs-flat';
  const gc = () => {
    globalThis.gc!();
    globalThis.gc!();
  };
  if (phase === 'edit') {
    const flow = makeFlow(n);
    const edits = makeEdits(n, EDITS);
    if (peer === 'ours') {
      const state = openDocument(documentOf(flow));
      gc();
      const stop = startWatch();
      const done = editOurs(state, edits);
      const took = stop();
      if (done.state.no < EDITS * 0.9 || done.bytes === 0) throw new Error('The edits were not made');
      return took;
    }
    const doc = yjsOf(flow, isFlat);
    gc();
    const stop = startWatch();
    const bytes = editYjs(doc, edits, isFlat);
    const took = stop();
    if (bytes === 0) throw new Error('The edits were not made');
    return took;
  }
  // What a store holds, made by another process: nothing of the making is left in this heap.
  const bytes = readFileSync(stored);
  // Both sides run once on a tiny flow, so that code and its caches are not counted as memory of the document.
  read(peer, phase, peer === 'ours' ? encodeOurs(makeFlow(5)) : Y.encodeStateAsUpdate(yjsOf(makeFlow(5), isFlat)));
  gc();
  const heap = process.memoryUsage().heapUsed;
  const stop = startWatch();
  const kept = read(peer, phase, bytes);
  if (phase === 'open') return stop();
  gc();
  const grown = process.memoryUsage().heapUsed - heap;
  return [kept ? grown / 1e6 : 0, 0];
}

function encodeOurs(flow: Flow): Uint8Array {
  return encoder.encode(JSON.stringify(snapshotOf(openDocument(documentOf(flow)))));
}

/** From bytes to a flow: readable as plain records (open), or as each side keeps an open one (memory). */
function read(peer: Peer, phase: Phase, bytes: Uint8Array): unknown {
  if (peer === 'ours') {
    const state = stateOfSnapshot(JSON.parse(new TextDecoder().decode(bytes)));
    if (state.node.get('n1')!.data.title === '' || state.references['edge.source']!.size === 0) throw new Error('Not readable');
    return state;
  }
  const doc = new Y.Doc();
  Y.applyUpdate(doc, bytes);
  const maps = [doc.getMap('nodes'), doc.getMap('edges')];
  return phase === 'open' ? [doc, maps.map((map) => map.toJSON())] : doc;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

function print(peer: string, n: number, metric: string, value: number, unit: string): void {
  process.stdout.write(`${JSON.stringify({ bench: 'log', peer, n, metric, value: Number(value.toPrecision(4)), unit })}\n`);
}

const file = fileURLToPath(import.meta.url);

/** Runs this file again with other arguments and gives what it printed. */
function runChild(...args: string[]): string {
  const child = spawnSync(process.execPath, ['--expose-gc', file, ...args], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(child.stderr);
  return child.stdout;
}

if (process.argv[2] === '--one') {
  const [peer, phase, n, stored] = process.argv.slice(3) as [Peer, Phase, string, string];
  process.stdout.write(JSON.stringify(measure(peer, phase, Number(n), stored)));
} else if (process.argv[2] === '--store') {
  const [peer, n, stored] = process.argv.slice(3) as [Peer, string, string];
  const flow = makeFlow(Number(n));
  writeFileSync(stored, peer === 'ours' ? encodeOurs(flow) : Y.encodeStateAsUpdate(yjsOf(flow, peer === 'yjs-flat')));
} else {
  const n = Number(process.argv[2] ?? 10_000);
  const runs = Number(process.argv[3] ?? 5);
  const folder = mkdtempSync(join(tmpdir(), 'bench-log-'));
  const metrics: Record<Phase, [string, string]> = { edit: [`${EDITS} edits`, 'ms'], open: ['open from bytes', 'ms'], memory: ['heap of the open flow', 'MB'] };
  for (const peer of PEERS) runChild('--store', peer, String(n), join(folder, peer));
  for (const phase of ['edit', 'open', 'memory'] as const) {
    const rounds: Record<Peer, [value: number, cpu: number]>[] = [];
    // Interleaved, and compared round by round, so that whatever else the machine does meets all of them.
    for (let i = 0; i < runs; i++) {
      const one = (peer: Peer) => JSON.parse(runChild('--one', peer, phase, String(n), join(folder, peer))) as [number, number];
      rounds.push({ ours: one('ours'), yjs: one('yjs'), 'yjs-flat': one('yjs-flat') });
    }
    const [metric, unit] = metrics[phase];
    for (const peer of PEERS) print(peer, n, metric, median(rounds.map((round) => round[peer][0])), unit);
    for (const peer of ['yjs', 'yjs-flat'] as const) {
      print('ours', n, `${metric}: ratio to ${peer}`, median(rounds.map((round) => round.ours[0] / round[peer][0])), 'ratio');
      if (phase !== 'memory') print('ours', n, `${metric}: ratio to ${peer} in processor time`, median(rounds.map((round) => round.ours[1] / round[peer][1])), 'ratio');
    }
  }
  rmSync(folder, { recursive: true });
}
