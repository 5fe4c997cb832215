/**
 * Turns with a model: what the engine adds to the model's own time, how soon a first token is forwarded, and whether the screen misses a frame
 * while 50 turns run beside it. The model is a local server that speaks Ollama's protocol in a process of its own.
 */
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:net';
import { RPCLink } from '@orpc/client/websocket';
import { createRouterClient } from '@orpc/server';
import { silentLogger } from '@uxflow/core';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import { createEngine } from '@uxflow/core/engine';
import { chromium, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { socketPathOf } from '../apps/desktop/src/hosts/engineHost.ts';
import type { ServedCall } from './agentsModelCase.ts';

const TURNS = 50;
const root = join(import.meta.dirname, '..');
const now = () => performance.timeOrigin + performance.now();

const emit = (metric: string, values: number[], unit: string, n = values.length) => {
  const sorted = [...values].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 100) / 100;
  process.stdout.write(`${JSON.stringify({ bench: 'agents', peer: 'ours', n, metric, value: round(sorted[sorted.length >> 1]!), unit, min: round(sorted[0]!), max: round(sorted.at(-1)!) })}\n`);
};

interface ModelServer {
  baseUrl: string;
  /** The calls since the last time, oldest first. */
  calls(): Promise<ServedCall[]>;
  close(): void;
}

async function startModel(pieceMs: number): Promise<ModelServer> {
  const child: ChildProcess = fork(join(import.meta.dirname, 'agentsModelCase.ts'), [String(pieceMs)]);
  const answer = () => new Promise<Record<string, unknown>>((resolve) => child.once('message', (message) => resolve(message as Record<string, unknown>)));
  const { port } = await answer();
  return {
    baseUrl: `http://127.0.0.1:${String(port)}`,
    async calls() {
      const reply = answer();
      child.send('calls');
      return ((await reply) as { calls: ServedCall[] }).calls;
    },
    close: () => child.disconnect(),
  };
}

const TALES = {
  edit: { text: 'Add a screen "Help RUN" after "Screen 3".', calls: 1 },
  question: { text: 'Why is the way to payment RUN so long?', calls: 1 },
  creation: { text: 'People search for product RUN, put it into the basket and pay.', calls: 2 },
} as const;

/** One turn from the message to its proposal or reply; the plan is approved at once. */
async function runTurn(client: ApiClient, flowId: string, text: string): Promise<{ ms: number; rulesMs: number; firstTokenAt?: number }> {
  const stop = new AbortController();
  const events = await client.chat.open({ flowId }, { signal: stop.signal });
  await events.next();
  const started = now();
  let firstTokenAt: number | undefined;
  let rulesMs = 0;
  const { id } = await client.chat.send({ flowId, text });
  try {
    for await (const event of events) {
      if (event.type === 'token' && event.turnId === id) firstTokenAt ??= now();
      if (event.type === 'step' && event.turnId === id && event.status === 'done' && event.mind === 'rules') rulesMs += event.ms ?? 0;
      if (event.type !== 'turn' || event.turn.id !== id) continue;
      const { status, error, fallbacks } = event.turn;
      if (fallbacks.length) throw new Error(`The rules answered: ${fallbacks[0]!.error.message}`);
      if (status === 'awaitingApproval') await client.chat.approvePlan({ turnId: id });
      if (status === 'awaitingClarification') throw new Error('The turn asks back.');
      if (status === 'failed') throw new Error(error?.message);
      if (status === 'proposed' || status === 'done') return { ms: now() - started, rulesMs, ...(firstTokenAt === undefined ? {} : { firstTokenAt }) };
    }
    throw new Error('The conversation ended.');
  } finally {
    stop.abort();
  }
}

async function makeFlow(client: ApiClient, name: string, nodeCount: number): Promise<string> {
  const ids = Array.from({ length: nodeCount }, (_, index) => `n${index}`);
  const type = (index: number) => (index === 0 ? 'start' : index === nodeCount - 1 ? 'end' : 'screen');
  const document = {
    format: 'uxflow', version: 1, id: 'flow_bench', name,
    nodes: Object.fromEntries(ids.map((id, index) => [id, { id, type: type(index), position: { x: (index % 6) * 320, y: Math.floor(index / 6) * 200 }, data: { title: `Screen ${index}` } }])),
    edges: Object.fromEntries(ids.slice(1).map((id, index) => [`e${index}`, { id: `e${index}`, source: ids[index], target: id, data: {} }])),
  };
  return (await client.flows.import({ text: JSON.stringify(document), fileName: `${name}.uxflow` })).id;
}

async function measureOverhead(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-bench-'));
  const model = await startModel(0);
  const engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
  try {
    const client = createRouterClient(engine.router) as unknown as ApiClient;
    await client.settings.set({ model: { provider: 'ollama', baseUrl: model.baseUrl, model: 'bench' }, keepsAnswers: false });
    for (const [kind, tale] of Object.entries(TALES)) {
      const own: number[] = [];
      const overhead: number[] = [];
      const forwarded: number[] = [];
      for (let run = 0; run < 25; run++) {
        const flowId = kind === 'creation' ? (await client.flows.create({ name: `${kind} ${run}` })).id : await makeFlow(client, `${kind} ${run}`, 30);
        if (run === 0) {
          // The engine warms up once a conversation is on screen; a person types for longer than that.
          const stop = new AbortController();
          await (await client.chat.open({ flowId }, { signal: stop.signal })).next();
          await new Promise((resolve) => setTimeout(resolve, 4000));
          stop.abort();
        }
        const turn = await runTurn(client, flowId, tale.text.replace('RUN', String(run)));
        const calls = await model.calls();
        if (calls.length !== tale.calls) throw new Error(`A ${kind} took ${calls.length} calls in sequence, not ${tale.calls}: ${calls.map((call) => call.agent).join(', ')}.`);
        if (run < 5) continue;
        own.push(turn.ms - calls.reduce((sum, call) => sum + call.endedAt - call.receivedAt, 0));
        overhead.push(own.at(-1)! - turn.rulesMs);
        if (turn.firstTokenAt !== undefined) forwarded.push(turn.firstTokenAt - calls[0]!.firstPieceAt);
      }
      emit(`engine's own time in a turn with a model: ${kind} (${tale.calls} ${tale.calls === 1 ? 'call' : 'calls in sequence'})`, own, 'ms');
      emit(`of it orchestration, without what agents do by code (reading, placing, routing, reviewing): ${kind}`, overhead, 'ms');
      if (forwarded.length) emit(`first token from the model's write to the screen's channel: ${kind}`, forwarded, 'ms');
    }
  } finally {
    await engine.close();
    model.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The running app's engine, as a second host on its folder reaches it. */
async function openGuest(dataDir: string): Promise<WebSocket> {
  const socket = new WebSocket('ws://localhost/rpc', { createConnection: () => connect(socketPathOf(dataDir)) });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

/** Gaps between frames in ms, for as long as `work` runs. */
async function framesDuring(page: Page, work: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(() => {
    const gaps: number[] = [];
    let last = performance.now();
    const tick = (at: number) => {
      gaps.push(at - last);
      last = at;
      (window as unknown as { frameLoop: number }).frameLoop = requestAnimationFrame(tick);
    };
    Object.assign(window, { frameGaps: gaps, frameLoop: requestAnimationFrame((at) => ((last = at), requestAnimationFrame(tick))) });
  });
  await work();
  return page.evaluate(() => {
    cancelAnimationFrame((window as unknown as { frameLoop: number }).frameLoop);
    return (window as unknown as { frameGaps: number[] }).frameGaps;
  });
}

async function measureFrames(): Promise<void> {
  const executablePath = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
  if (!executablePath) return void process.stderr.write('Left out: the frames, because no Chromium was found (set CHROME_PATH).\n');
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-bench-'));
  const model = await startModel(20);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
  const app = spawn('npm', ['start', '--silent', '--', '--no-open', '--port', '0', '--data', dataDir], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  try {
    const address = await new Promise<string>((resolve) => {
      let text = '';
      app.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /http:\/\/\S+/.exec(text);
        if (found) resolve(found[0]);
      });
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(address);
    await page.getByTestId('flow-list').waitFor();
    const socket = await openGuest(dataDir);
    const client = createApiClient(new RPCLink({ websocket: socket as never }));
    await client.settings.set({ model: { provider: 'ollama', baseUrl: model.baseUrl, model: 'bench' }, keepsAnswers: false });
    const flowIds: string[] = [];
    for (let index = 0; index < TURNS; index++) flowIds.push(await makeFlow(client, `Beside ${index}`, 30));
    await page.evaluate((id) => (location.hash = `#/flow/${id}`), flowIds[0]!);
    await page.getByTestId('chat').waitFor();
    await page.waitForTimeout(3000);
    const missed = (gaps: number[]) => gaps.slice(1).filter((gap) => gap > 25).length;
    const idle = await framesDuring(page, () => page.waitForTimeout(3000));
    const times: number[] = [];
    const busy = await framesDuring(page, async () => {
      await Promise.all(flowIds.map(async (flowId) => times.push((await runTurn(client, flowId, TALES.question.text)).ms)));
    });
    emit(`${TURNS} turns at once: each from message to reply`, times, 'ms');
    emit('frames missed while nothing runs (of the frames of 3 s)', [missed(idle)], 'frames', idle.length);
    emit(`frames missed on the open editor while ${TURNS} turns run`, [missed(busy)], 'frames', busy.length);
    emit('longest frame while they run', [Math.max(...busy.slice(1))], 'ms', busy.length);
    socket.terminate();
  } finally {
    await browser.close();
    process.kill(-app.pid!, 'SIGTERM');
    await new Promise((resolve) => app.once('exit', resolve));
    model.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

await measureOverhead();
await measureFrames();
