import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PullState } from '../api/index.ts';
import { silentLogger } from '../base/index.ts';
import { openEgress, sendJson, sendLines, startWireServer, type WireServer } from '../llm/testServers.ts';
import { ollamaPull, ollamaTags } from '../llm/wireFixtures.ts';
import { createModelPulls, type ModelPulls } from './modelPulls.ts';
import { createOllamaDisk, type OllamaDisk } from './ollamaDisk.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const half = ollamaPull([{ digest, total: 2_000, completed: [0, 900] }], false);
let folder: string;
let server: WireServer | undefined;
let pulls: ModelPulls;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'uxflow-ollama-'));
  mkdirSync(join(folder, 'blobs'));
});
afterEach(async () => {
  await pulls.close();
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An Ollama whose pulls answer as told, each with its number. */
async function start(answer: (response: ServerResponse, index: number) => unknown, change: { disk?: OllamaDisk; tags?: () => unknown } = {}): Promise<string> {
  let count = 0;
  server = await startWireServer((request, response) => (request.path === '/api/pull' ? answer(response, count++) : sendJson(response, 200, change.tags?.() ?? ollamaTags)));
  pulls = createModelPulls({ connect: async () => ({ egress: openEgress().egress }), disk: change.disk ?? createOllamaDisk([folder]), logger: silentLogger, lookEveryMs: 15 });
  return server.origin;
}

/** The states of a pull, with a hand in at each. */
async function follow(baseUrl: string, at: (state: PullState) => void = () => {}, signal?: AbortSignal): Promise<PullState[]> {
  const states: PullState[] = [];
  for await (const state of pulls.follow(baseUrl, 'llama3.2', signal)) {
    states.push(state);
    at(state);
  }
  return states;
}
const cancelAtHalf = (baseUrl: string) => (state: PullState) => state.phase === 'running' && state.completedBytes === 900 && pulls.cancel(baseUrl, 'llama3.2');
const keepWriting = (everyMs: number) => {
  const file = join(folder, 'blobs', `${digest.replace(':', '-')}-partial`);
  let size = 1;
  writeFileSync(file, 'x');
  const timer = setInterval(() => writeFileSync(file, 'x'.repeat(++size)), everyMs);
  return () => clearInterval(timer);
};

describe('fetching a model', () => {
  test('ends with done, knows the room on the disk, and is forgotten then', async () => {
    const baseUrl = await start((response) => sendLines(response, ollamaPull([{ digest, total: 2_000, completed: [900, 2_000] }])));
    const states = await follow(baseUrl);
    expect(states.at(-1)).toEqual({ phase: 'done', completedBytes: 2_000, totalBytes: 2_000, freeBytes: expect.any(Number) });
    expect(pulls.running()).toEqual([]);
    expect(pulls.cancel(baseUrl, 'llama3.2')).toBe(false);
  });

  test('goes on when a screen leaves, and another joins the same download', async () => {
    let release = () => {};
    const baseUrl = await start((response) => {
      sendLines(response, half, 'open');
      release = () => void response.end('{"status":"success"}\n');
    });
    const leave = new AbortController();
    await follow(baseUrl, (state) => state.phase === 'running' && state.completedBytes === 900 && leave.abort(), leave.signal);
    expect(pulls.running()).toEqual([{ baseUrl, model: 'llama3.2' }]);
    const states = await follow(`${baseUrl}/`, () => release());
    expect(states[0]).toMatchObject({ phase: 'running', completedBytes: 900 });
    expect(states.at(-1)!.phase).toBe('done');
    expect(server!.requests.filter(({ path }) => path === '/api/pull')).toHaveLength(1);
  });

  test('what breaks off says so, and fetching again goes on from there', async () => {
    const baseUrl = await start((response, index) => (index === 0 ? sendLines(response, half, 'cut') : sendLines(response, ollamaPull([{ digest, total: 2_000, completed: [900, 2_000] }]))));
    expect((await follow(baseUrl)).at(-1)).toMatchObject({ phase: 'failed', completedBytes: 900, error: { code: 'MODEL_PULL_FAILED', params: { reason: 'cut' } } });
    expect((await follow(baseUrl)).at(-1)!.phase).toBe('done');
  });

  test('what does not fit is stopped before the disk is full', async () => {
    const baseUrl = await start((response) => sendLines(response, half, 'open'), { disk: { freeBytes: async () => 1_000, lastChange: async () => undefined } });
    const last = (await follow(baseUrl)).at(-1);
    expect(last).toMatchObject({ phase: 'failed', freeBytes: 1_000, error: { code: 'MODEL_PULL_FAILED', params: { reason: 'disk', neededBytes: 2_000, freeBytes: 1_000 } } });
    await server!.dropped(1);
  });

  test('an address that is none fails with its sentence', async () => {
    await start(() => {});
    expect((await follow('ftp://x')).at(-1)).toMatchObject({ phase: 'failed', error: { code: 'MODEL_SETTINGS_INVALID' } });
  });
});

describe('cancelling says what is known', () => {
  test('ended: the unfinished file has stopped growing', async () => {
    const stopWriting = keepWriting(5);
    const baseUrl = await start((response) => {
      sendLines(response, half, 'open');
      response.on('close', stopWriting);
    });
    const states = await follow(baseUrl, cancelAtHalf(baseUrl));
    expect(states.slice(-2)).toMatchObject([{ phase: 'stopping' }, { phase: 'stopped', outcome: 'ended', completedBytes: 900 }]);
  });

  test('goesOn: it still grows, for somebody else follows it', async () => {
    const stopWriting = keepWriting(5);
    const baseUrl = await start((response) => sendLines(response, half, 'open'));
    expect((await follow(baseUrl, cancelAtHalf(baseUrl))).at(-1)).toMatchObject({ phase: 'stopped', outcome: 'goesOn' });
    stopWriting();
  });

  test('finished: it had arrived already', async () => {
    let asked = 0;
    const baseUrl = await start((response) => sendLines(response, half, 'open'), { tags: () => ({ models: asked++ === 0 ? [] : [{ name: 'llama3.2:latest' }] }) });
    expect((await follow(baseUrl, cancelAtHalf(baseUrl))).at(-1)).toMatchObject({ phase: 'stopped', outcome: 'finished' });
  });

  test('unknown: nothing can be seen, and a model that was there before proves nothing', async () => {
    const baseUrl = await start((response) => sendLines(response, half, 'open'), { tags: () => ({ models: [{ name: 'llama3.2:latest' }] }) });
    expect((await follow(baseUrl, cancelAtHalf(baseUrl))).at(-1)).toMatchObject({ phase: 'stopped', outcome: 'unknown' });
  });
});

test('closing ends every download', async () => {
  const baseUrl = await start((response) => sendLines(response, half, 'open'));
  const followed = follow(baseUrl);
  await expect.poll(() => server!.requests.length).toBeGreaterThan(1);
  await pulls.close();
  expect((await followed).at(-1)!.phase).toBe('stopped');
  await server!.dropped(1);
});
