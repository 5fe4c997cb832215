/**
 * The sync server under many sockets, beside Hocuspocus in the same run: joins, latency, processor and memory at one edit a second of
 * each client, throughput, an idle server, and a device that comes back after a week. Clients are in a process of their own.
 *
 * The peer stands in a folder of its own, named by UXFLOW_SYNC_PEER: server.mjs and client.mjs that speak the same commands. Without
 * it ours runs alone. Arguments: [clients, comma-separated] [runs] [seconds] [parts: load,max,idle,week]
 */
import { fork, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleServer } from '../apps/sync-server/build.ts';

type Peer = 'ours' | 'hocuspocus';

interface Session {
  server: ChildProcess;
  clients: ChildProcess;
  join: Joined;
  joinCpu: number;
  rssBefore: number;
  heapBefore: number;
  /** Process ids of the database now, for its share. */
  database(): number[];
}

interface Joined {
  total: number;
  p99: number;
  joinBytes: number;
}

interface Load {
  sent: number;
  recv: number;
  expected: number;
  rate: number;
  clientCpu: number;
  p50: number | null;
  p99: number | null;
  ack99?: number | null;
}

const [counts = '1000', runs = '3', seconds = '10', parts = 'load,max,idle,week'] = process.argv.slice(2);
const peerFolder = process.env.UXFLOW_SYNC_PEER;
const peers: Peer[] = peerFolder ? ['hocuspocus', 'ours'] : ['ours'];
const PER_ROOM = 10;
/** As `npm run server` starts it. */
const SERVER_ARGS = (process.env.SERVER_ARGS ?? '--max-semi-space-size=16 --heap-growing-percent=100').split(' ');
const LADDER = (process.env.LADDER ?? '2000,4000,6000,8000,10000,13000,16000,20000').split(',').map(Number);
const folder = mkdtempSync(join(tmpdir(), 'uxflow-bench-sync-'));
// The server runs as it ships: bundled.
const serverBundle = join(import.meta.dirname, '../apps/sync-server/out/bench/main.js');
await bundleServer(join(import.meta.dirname, 'syncServerCase.ts'), join(serverBundle, '..'));
// The account that Postgres runs under must get in.
chmodSync(folder, 0o755);
const sleep = (ms: number) => new Promise((done) => setTimeout(done, ms));
const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;

if (parts.includes('load')) for (const count of counts.split(',').map(Number)) await measureLoad(count);
if (parts.includes('max')) await measureThroughput();
if (parts.includes('idle')) await measureIdle();
if (parts.includes('week')) await measureWeek();
rmSync(folder, { recursive: true, force: true });

async function measureLoad(count: number): Promise<void> {
  const figures = new Map<string, number[]>();
  for (let run = 0; run < Number(runs); run++) {
    for (const peer of peers) {
      await withSession(peer, count, async ({ server, clients, join: joined, joinCpu, rssBefore, heapBefore, database }) => {
        const note = (what: string, value: number | null | undefined) => {
          if (value === null || value === undefined) return;
          const key = `${peer} ${what}`;
          figures.set(key, [...(figures.get(key) ?? []), value]);
        };
        note('join storm ms', joined.total);
        note('join p99 ms', joined.p99);
        note('join server cpu ms', joinCpu * 1000);
        note('join bytes', joined.joinBytes);
        await ask(clients, { load: { rate: 1, secs: 2 } }, 'load');
        const backends = database();
        const [cpu, databaseCpu] = [cpuSeconds(server.pid!), sum(backends, cpuSeconds)];
        const load = await ask<Load>(clients, { load: { rate: 1, secs: Number(seconds) } }, 'load');
        note('server cpu %', ((cpuSeconds(server.pid!) - cpu) / Number(seconds)) * 100);
        if (backends.length > 0) note('database cpu %', ((sum(backends, cpuSeconds) - databaseCpu) / Number(seconds)) * 100);
        note('client cpu %', load.clientCpu);
        note('edit to other p50 ms', load.p50);
        note('edit to other p99 ms', load.p99);
        note('edit to acknowledgement p99 ms', load.ack99);
        note('delivered %', (100 * load.recv) / load.expected);
        note('rss KB a client', (rss(server.pid!) - rssBefore) / count / 1024);
        const memory = await ask<NodeJS.MemoryUsage>(server, { gc: 1 }, 'mem');
        note('heap and external after gc KB a client', (memory.heapUsed + memory.external - heapBefore) / count / 1024);
        note('server rss MB', rss(server.pid!) / 1e6);
      });
    }
  }
  for (const [key, values] of figures) emit(key.split(' ')[0] as Peer, count, key.slice(key.indexOf(' ') + 1), values);
}

/** Edits a second of 100 clients until the 99th percentile passes 250 ms. */
async function measureThroughput(): Promise<void> {
  for (const peer of peers) {
    const best: number[] = [];
    for (let run = 0; run < Number(runs); run++) {
      await withSession(peer, 100, async ({ clients }) => {
        let reached = 0;
        for (const rate of LADDER) {
          let isGood = false;
          for (let attempt = 0; attempt < 2 && !isGood; attempt++) {
            const load = await ask<Load>(clients, { load: { rate: rate / 100, secs: 3 } }, 'load');
            isGood = load.p99 !== null && load.p99 <= 250 && load.recv >= load.expected * 0.99 && load.rate >= rate * 0.93;
            if (process.env.VERBOSE) process.stderr.write(`${peer} ${rate} ${JSON.stringify(load)}\n`);
          }
          if (!isGood) break;
          reached = rate;
          await sleep(300);
        }
        best.push(reached);
      });
    }
    emit(peer, 100, 'most edits a second at p99 <= 250 ms', best);
  }
}

/** Memory of a server that nobody uses, with its database: PSS, so that what processes share counts once. */
async function measureIdle(): Promise<void> {
  const server = fork(serverBundle, [join(folder, 'idle'), '0'], { execArgv: ['--expose-gc', ...SERVER_ARGS], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await answerOf(server, 'port');
  // Nobody came for longer than the pool keeps connections.
  await sleep(40_000);
  await ask(server, { gc: 1 }, 'mem');
  await sleep(1000);
  const database = postgresProcesses(join(folder, 'idle'));
  emit('ours', 0, 'idle server PSS MB', [pss(server.pid!) / 1e6]);
  emit('ours', 0, 'idle database PSS MB', [sum(database, pss) / 1e6]);
  await end(server);
}

async function measureWeek(): Promise<void> {
  const values: number[] = [];
  for (let run = 0; run < Number(runs); run++) {
    const server = fork(serverBundle, [join(folder, 'week'), '0'], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const { port, token } = await firstMessage<{ port: number; token: string }>(server, 'port');
    const device = fork(join(import.meta.dirname, 'syncWeekCase.ts'), [String(port), token, join(folder, 'week')], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    values.push((await firstMessage<{ ms: number }>(device, 'ms')).ms);
    await end(device);
    await end(server);
  }
  emit('ours', 10_000, 'back after a week: 5,000 own and 5,000 foreign edits merged, ms', values);
}

async function withSession(peer: Peer, count: number, measure: (session: Session) => Promise<void>): Promise<void> {
  const home = join(folder, `${peer}-${count}`);
  const isOurs = peer === 'ours';
  const server = isOurs
    ? fork(serverBundle, [home, String(Math.ceil(count / PER_ROOM))], { execArgv: ['--expose-gc', ...SERVER_ARGS], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    : fork('server.mjs', [peer], { cwd: peerFolder, execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { port, token = '' } = await firstMessage<{ port: number; token?: string }>(server, 'port');
  await sleep(500);
  const before = await ask<NodeJS.MemoryUsage>(server, { gc: 1 }, 'mem');
  const rssBefore = rss(server.pid!);
  const clients = isOurs
    ? fork(join(import.meta.dirname, 'syncClientsCase.ts'), [String(port), String(count), String(PER_ROOM), token], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    : fork('client.mjs', [peer, String(port), String(count), String(PER_ROOM)], { cwd: peerFolder, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  await answerOf(clients, 'ready');
  try {
    const cpu = cpuSeconds(server.pid!);
    const joined = await ask<Joined>(clients, { join: 1 }, 'join');
    const joinCpu = cpuSeconds(server.pid!) - cpu;
    await sleep(1000);
    await measure({ server, clients, join: joined, joinCpu, rssBefore, heapBefore: before.heapUsed + before.external, database: () => (isOurs ? postgresProcesses(home) : []) });
  } finally {
    await end(clients);
    await end(server);
    if (isOurs) rmSync(home, { recursive: true, force: true });
  }
}

function emit(peer: Peer, clients: number, metric: string, values: readonly number[]): void {
  const round = (value: number) => Number(value.toPrecision(4));
  process.stdout.write(`${JSON.stringify({ bench: 'sync', peer, clients, metric, value: round(median(values)), min: round(Math.min(...values)), max: round(Math.max(...values)), runs: values.length })}\n`);
}

function ask<T>(child: ChildProcess, message: object, key: string): Promise<T> {
  const answer = answerOf<T>(child, key);
  child.send(message);
  return answer;
}

async function answerOf<T>(child: ChildProcess, key: string): Promise<T> {
  return ((await firstMessage(child, key)) as Record<string, T>)[key]!;
}

function firstMessage<T>(child: ChildProcess, key: string): Promise<T> {
  return new Promise((done, fail) => {
    const exited = (code: number | null) => fail(new Error(`a process of the benchmark ended: ${code}`));
    const hear = (message: Record<string, unknown>) => {
      if (!(key in message) && !('error' in message)) return;
      child.off('message', hear);
      child.off('exit', exited);
      if (key in message) done(message as T);
      else fail(new Error(String(message.error)));
    };
    child.on('message', hear);
    child.once('exit', exited);
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.send({ bye: 1 });
  const late = setTimeout(() => child.kill('SIGKILL'), 8000);
  await ended;
  clearTimeout(late);
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}

function cpuSeconds(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return 0;
  }
}

function rss(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024;
}

function pss(pid: number): number {
  return Number(/Pss:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))![1]) * 1024;
}

/** The postmaster of a folder and its children. */
function postgresProcesses(home: string): number[] {
  const postmaster = Number(readFileSync(join(home, 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
      return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]) === postmaster;
    } catch {
      return false;
    }
  });
  return [postmaster, ...children];
}
