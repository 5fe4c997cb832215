/**
 * The store: durable appends (synchronous=FULL, one commit each) against better-sqlite3 writing the same rows into the same tables, block
 * about in one run, and the opening of a data folder of 200 flows. Arguments: [appends a side] [flows]
 */
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { canonicalJson, silentLogger, systemClock } from '../packages/core/src/base/index.ts';
import { openDataFolder, type DataFolder } from '../packages/core/src/db/index.ts';
import { MIGRATIONS } from '../packages/core/src/db/migrations.generated.ts';
import { commit, foldWithEffect, initialState, snapshotOf, type IntentOp, type LogState } from '../packages/core/src/flow/index.ts';

const APPENDS = Number(process.argv[2] ?? 6_000);
const FLOWS = Number(process.argv[3] ?? 200);
const BLOCK = 100;
const AUTHOR = { kind: 'user', id: 'me', name: 'Me' } as const;

interface Row {
  id: string;
  bytes: Uint8Array;
  effect: Uint8Array;
  nodeCount: number;
}
type Append = (rows: readonly Row[]) => void;

const root = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'uxflow-bench-store-'));
try {
  const rows = makeRows(APPENDS * 3);
  const ours = await openDataFolder(join(root, 'ours'), { logger: silentLogger, clock: systemClock });
  ours.flows.createFlow({ flow: emptyFlow('flow_1'), logId: 'log_1' });
  const raw = openRaw(join(root, 'raw.sqlite'));
  const oneByOne = (append: (row: Row) => void) => (block: readonly Row[]) => block.forEach(append);

  compare('log row', 1, {
    ours: oneByOne((row) => void ours.flows.append('log_1', entryOf(row))),
    raw: oneByOne((row) => raw.append(row, false)),
    rows: rows.slice(0, APPENDS),
  });
  compare('log row, effect and list row', 1, {
    ours: oneByOne((row) => void ours.flows.append('log_1', entryOf(row), { effect: row.effect, flow: { nodeCount: row.nodeCount, updatedAt: row.nodeCount } })),
    raw: oneByOne((row) => raw.append(row, true)),
    rows: rows.slice(APPENDS, APPENDS * 2),
  });
  compare(`log rows, ${BLOCK} a commit`, BLOCK, {
    ours: (block) => void ours.flows.appendMany('log_1', block.map(entryOf)),
    raw: (block) => raw.appendMany(block),
    rows: rows.slice(APPENDS * 2),
  });
  await measureReading(ours);
  await ours.close();
  raw.close();
  await measureOpening();
} finally {
  rmSync(root, { recursive: true, force: true });
}

/** Both sides in turn, a block each; the ratio is the median over the pairs of blocks, which ran within milliseconds of each other. */
function compare(metric: string, rowsACommit: number, sides: { ours: Append; raw: Append; rows: readonly Row[] }): void {
  const times = { ours: [] as number[], raw: [] as number[] };
  const single = { ours: [] as number[], raw: [] as number[] };
  const measure = (side: 'ours' | 'raw', block: readonly Row[]) => {
    const before = performance.now();
    if (rowsACommit > 1) sides[side](block);
    else {
      for (const row of block) {
        const start = performance.now();
        sides[side]([row]);
        single[side].push(performance.now() - start);
      }
    }
    times[side].push(performance.now() - before);
  };
  for (let start = 0; start < sides.rows.length; start += BLOCK) {
    const block = sides.rows.slice(start, start + BLOCK);
    const order = (start / BLOCK) % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const);
    for (const side of order) measure(side, block);
  }
  // The first blocks are spent on compiling.
  for (const list of [times.ours, times.raw]) list.splice(0, Math.min(4, list.length - 1));
  const ratios = times.ours.map((ms, index) => times.raw[index]! / ms);
  const n = sides.rows.length;
  for (const side of ['ours', 'raw'] as const) {
    const peer = side === 'ours' ? 'ours' : 'better-sqlite3';
    report(peer, n, `${metric}: rate`, (BLOCK * 1000) / median(times[side]), 'entries/s');
    if (rowsACommit === 1) {
      report(peer, n, `${metric}: median`, median(single[side]), 'ms');
      report(peer, n, `${metric}: p99`, quantile(single[side], 0.99), 'ms');
    }
  }
  report('ours', n, `${metric}: rate to better-sqlite3`, median(ratios), 'ratio');
}

/** better-sqlite3 with prepared statements on the same tables, doing nothing but the inserts. */
function openRaw(path: string) {
  const file = new Sqlite(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.pragma('foreign_keys = ON');
  for (const { sql } of MIGRATIONS) file.exec(sql);
  file.exec(`insert into flow (id, name, created_at, updated_at) values ('flow_1', 'flow_1', 1, 1); insert into log (id, flow_id, kind) values ('log_1', 'flow_1', 'main')`);
  const author = JSON.stringify(AUTHOR);
  const chain = hash('sha256', 'any');
  const entry = file.prepare('insert into entry (log_id, no, id, author, at, bytes, chain) values (?, ?, ?, ?, ?, ?, ?)');
  const effect = file.prepare('insert into effect (log_id, no, bytes) values (?, ?, ?)');
  const flow = file.prepare('update flow set updated_at = ?, node_count = ? where id = ?');
  let no = 0;
  const insert = (row: Row) => void entry.run('log_1', ++no, row.id, author, 5, row.bytes, chain);
  const whole = file.transaction((row: Row) => {
    insert(row);
    effect.run('log_1', no, row.effect);
    flow.run(row.nodeCount, row.nodeCount, 'flow_1');
  });
  const many = file.transaction((rows: readonly Row[]) => rows.forEach(insert));
  return { append: (row: Row, isWhole: boolean) => (isWhole ? whole(row) : insert(row)), appendMany: (rows: readonly Row[]) => many(rows), close: () => file.close() };
}

async function measureReading({ flows }: DataFolder): Promise<void> {
  const count = flows.headOf('log_1');
  const ms = repeated(5, () => {
    let bytes = 0;
    for (const entry of flows.readEntries('log_1')) bytes += entry.bytes.length;
    if (bytes === 0) throw new Error('The log is empty.');
  });
  report('ours', count, 'entries read in order', (count * 1000) / ms, 'entries/s');
}

/** Opens a folder whose flows have entries and snapshots, as the engine does at its start: lock, files, list. */
async function measureOpening(): Promise<void> {
  const path = join(root, 'many');
  const open = () => openDataFolder(path, { logger: silentLogger, clock: systemClock });
  let folder = await open();
  for (let flow = 0; flow < FLOWS; flow++) {
    const [flowId, logId] = [`flow_${flow}`, `log_${flow}`];
    folder.flows.createFlow({ flow: { ...emptyFlow(flowId), preview: Array.from({ length: 40 }, (_, i) => [i * 200, i * 100, 160, 80, 2]) }, logId });
    let state = initialState(flowId);
    const entries = Array.from({ length: 30 }, (_, index) => {
      const made = nextRow(state, logId, `entry_${flow}_${index}`, addNode(`node_${flow}_${index}`));
      state = made.state;
      return { ...entryOf(made.row), effect: made.row.effect };
    });
    folder.flows.appendMany(logId, entries, { nodeCount: 30 });
    folder.flows.writeSnapshot(logId, { no: state.no, rules: state.rules, schema: state.schema, bytes: Buffer.from(canonicalJson(snapshotOf(state))) });
  }
  await folder.searchIdle();
  await folder.close();
  const times: number[] = [];
  for (let run = 0; run < 9; run++) {
    const before = performance.now();
    folder = await open();
    if (folder.flows.listFlows().length !== FLOWS) throw new Error('A flow is missing.');
    times.push(performance.now() - before);
    if (run < 8) await folder.close();
  }
  report('ours', FLOWS, 'open folder and list flows', median(times), 'ms');
  report('ours', FLOWS, 'search of all flows', repeated(20, () => folder.flows.listFlows({ search: 'nod 17' })), 'ms');
  await folder.close();
}

function makeRows(count: number): Row[] {
  const rows: Row[] = [];
  let state = initialState('flow_1');
  for (let index = 0; index < count; index++) {
    // An edit as people make them: mostly moves and titles on a flow of 200 nodes.
    const id = `node_${index % 200}`;
    const op: IntentOp = index < 200 ? addNode(id) : index % 3 ? { op: 'set', kind: 'node', id, field: 'position', to: { x: index, y: index / 2 } } : { op: 'set', kind: 'node', id, field: 'data.title', to: `Title ${index}` };
    const made = nextRow(state, 'log_1', `entry_${String(index).padStart(8, '0')}-0000-7000-8000-000000000000`, op);
    rows.push(made.row);
    state = made.state;
  }
  return rows;
}

function nextRow(state: LogState, logId: string, id: string, op: IntentOp): { row: Row; state: LogState } {
  const transaction = commit(state, { ops: [op] }, { id, logId, author: AUTHOR, at: 5 });
  const folded = foldWithEffect(state, transaction);
  return { row: { id, bytes: Buffer.from(canonicalJson(transaction)), effect: Buffer.from(canonicalJson(folded.effect)), nodeCount: folded.state.no }, state: folded.state };
}

function addNode(id: string): IntentOp {
  return { op: 'add', kind: 'node', id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: `Node ${id}`, description: 'A screen that says what a person can do here, in a sentence or two.' } } };
}

function entryOf({ id, bytes }: Row) {
  return { id, author: AUTHOR, at: 5, bytes };
}

function emptyFlow(id: string) {
  return { id, name: `Flow ${id}`, createdAt: 1, updatedAt: 1, nodeCount: 0, edgeCount: 0, preview: [] };
}

/** Median milliseconds of `run`. */
function repeated(times: number, run: () => void): number {
  return median(
    Array.from({ length: times }, () => {
      const before = performance.now();
      run();
      return performance.now() - before;
    }),
  );
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;
}

function report(peer: string, n: number, metric: string, value: number, unit: string): void {
  console.log(JSON.stringify({ bench: 'store', peer, n, metric, value: Number(value.toPrecision(4)), unit }));
}
