/** What the engine does when the store refuses something in the middle of its work, and when flows go and come back under a screen. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Proposal } from '../agents/index.ts';
import type { ApiClient, ViewEvent } from '../api/index.ts';
import { createIdSource, silentLogger, systemClock, systemRandom } from '../base/index.ts';
import { transactionSchema } from '../flow/index.ts';
import { createEngine, type Engine } from './index.ts';

let dataDir: string;
let engine: Engine;
let api: ApiClient;
/** A second hand on the store, which makes it refuse. */
let store: Sqlite.Database;
const ids = createIdSource(systemClock, systemRandom);

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-faults-'));
  engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
  api = createRouterClient(engine.router) as unknown as ApiClient;
  store = new Sqlite(join(dataDir, 'store.sqlite'));
});
afterEach(async () => {
  store.close();
  await engine.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const refuse = (what: string) => store.exec(`create trigger refusal before ${what} begin select raise(abort, 'refused'); end`);
const relent = () => store.exec('drop trigger refusal');
/** What a screen on this flow is told; `logId` comes with `ready`. */
async function look(flowId: string) {
  const stop = new AbortController();
  const events: ViewEvent[] = [];
  const stream = await api.flow.open({ flowId }, { signal: stop.signal });
  void (async () => {
    for await (const event of stream) events.push(event);
  })().catch(() => undefined);
  await expect.poll(() => events.some(({ type }) => type === 'ready')).toBe(true);
  const logId = events.flatMap((event) => (event.type === 'ready' ? [event.logId] : []))[0]!;
  return { logId, patches: () => events.filter(({ type }) => type === 'patch').length, close: () => stop.abort() };
}
const addScreen = (logId: string, id = ids.newId('node')) =>
  transactionSchema.parse({
    id: ids.newId('tx'), logId, author: { kind: 'user', id: 'local', name: '' }, at: 1, schema: 1,
    ops: [{ op: 'add', kind: 'node', id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart' } } }],
  });

test('an entry that is stored is acknowledged and shown, although its proposals cannot be kept up', async () => {
  const flow = await api.flows.create({ name: 'A' });
  const screen = await look(flow.id);
  const { id: turnId } = await api.chat.send({ flowId: flow.id, text: 'The user logs in with email and password, then the dashboard opens.' });
  let proposal: Proposal | undefined;
  await expect
    .poll(async () => {
      await api.chat.approvePlan({ turnId }).catch(() => undefined);
      const body = store.prepare('select body from proposal').pluck().get() as string | undefined;
      return (proposal = body === undefined ? undefined : (JSON.parse(body) as Proposal)) !== undefined;
    }, { timeout: 20_000 })
    .toBe(true);
  // The id of a ghost, taken by somebody else: the proposal has to change.
  const ghost = proposal!.cards.flatMap(({ ops }) => ops).find((op) => op.op === 'add' && op.kind === 'node');
  refuse('update on proposal');
  expect(await api.flow.commit({ flowId: flow.id, transaction: addScreen(screen.logId, (ghost as { id: string }).id) })).toMatchObject({ no: 2 });
  await expect.poll(screen.patches).toBe(1);
  relent();
  screen.close();
});

test('what went out is written down later when the store refuses it now', async () => {
  const ollama = createServer((_request, response) => void response.end('{"models":[]}'));
  await new Promise<void>((resolve) => ollama.listen(0, '127.0.0.1', resolve));
  const failures: unknown[] = [];
  const note = (error: unknown) => void failures.push(error);
  process.on('uncaughtException', note);
  try {
    refuse('insert on egress_record');
    await api.models.list({ provider: 'ollama', baseUrl: `http://127.0.0.1:${(ollama.address() as AddressInfo).port}` });
    // Reading the ledger writes what waits.
    expect(await api.app.egress({ limit: 10 })).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(failures).toEqual([]);
    relent();
    expect(await api.app.egress({ limit: 10 })).toHaveLength(1);
  } finally {
    process.off('uncaughtException', note);
    ollama.close();
  }
});

test('a screen that looks at a flow sees what happens to it after it went to the bin and came back', async () => {
  const flow = await api.flows.create({ name: 'A' });
  const screen = await look(flow.id);
  await api.flows.delete({ flowId: flow.id });
  await api.flows.restore({ flowId: flow.id });
  await api.flow.commit({ flowId: flow.id, transaction: addScreen(screen.logId) });
  await expect.poll(screen.patches).toBe(1);
  screen.close();
});

test('closing frees the folder although the ledger cannot be written', async () => {
  const flow = await api.flows.create({ name: 'A' });
  const ollama = createServer((_request, response) => void response.end('{"models":[]}'));
  await new Promise<void>((resolve) => ollama.listen(0, '127.0.0.1', resolve));
  await api.models.list({ provider: 'ollama', baseUrl: `http://127.0.0.1:${(ollama.address() as AddressInfo).port}` });
  ollama.close();
  refuse('insert on egress_record');
  await engine.close();
  relent();
  engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
  api = createRouterClient(engine.router) as unknown as ApiClient;
  expect((await api.flows.list({})).map(({ id }) => id)).toEqual([flow.id]);
});
