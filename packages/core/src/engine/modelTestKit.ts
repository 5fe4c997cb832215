/** A real engine (SQLite, turn runner, egress gate, Ollama's wire) whose model is a function, for tests that ask what a model can bring about. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import BetterSqlite from 'better-sqlite3';
import type { Proposal, Turn } from '../agents/index.ts';
import type { ApiClient, ChatEvent } from '../api/index.ts';
import { silentLogger } from '../base/index.ts';
import type { ElkRunner } from '../layout/index.ts';
import { createEngine, type EngineDependencies } from './index.ts';

/** A question as it arrived at the model's own host. */
export interface WireQuestion {
  /** Every word of the prompt. */
  system: string;
  messages: { role: string; content: string }[];
  /** The JSON schema that the answer must have. */
  schema: unknown;
  /** How many questions came before. */
  index: number;
}

/** What the model sends back. */
export type WireAnswer = string | { text: string; finish: 'stop' | 'length' };

/** The engine and what a test asks of it. */
export interface ModelTestEngine {
  api: ApiClient;
  /** Questions so far. */
  questions: WireQuestion[];
  /** Every address that anything asked for, with the body that was sent. */
  sent: { url: string; body: string; headers: Record<string, string> }[];
  /** Follows a flow's conversation. */
  follow(flowId: string): Promise<FollowedChat>;
  /** Every entry of every log, byte by byte: equal texts are equal logs. */
  logBytes(): string;
  /** Rows of a table of the store. */
  rows(sql: string): Record<string, unknown>[];
  close(): Promise<void>;
}

/** The last state of the turns and proposals of a flow. */
export interface FollowedChat {
  turns: ReadonlyMap<string, Turn>;
  proposals: ReadonlyMap<string, Proposal>;
  messages: string[];
  /** Resolves when the turn neither runs nor waits to run: bounded by what the turn does, not by a clock. */
  settled(turnId: string): Promise<Turn>;
  close(): Promise<void>;
}

/** Where the model of the kit is said to be; nothing listens there. */
export const MODEL_HOST = 'model.test:11434';

/** Thousands of turns write there: whether a disk keeps them is the subject of other tests. */
const MEMORY = '/dev/shm';

/** Opens an engine on a fresh folder with a model that `answer` plays. `runElk` may be shared between engines. */
export async function openModelTestEngine(answer: (question: WireQuestion) => WireAnswer, options: { runElk?: ElkRunner; secrets?: Record<string, string>; engine?: Partial<EngineDependencies> } = {}): Promise<ModelTestEngine> {
  const dataDir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'uxflow-model-'));
  const questions: WireQuestion[] = [];
  const sent: ModelTestEngine['sent'] = [];
  const playedFetch = (async (input: RequestInfo | URL, init?: RequestInit) => {
    const url = String(input instanceof Request ? input.url : input);
    const body = typeof init?.body === 'string' ? init.body : init?.body ? new TextDecoder().decode(init.body as Uint8Array) : '';
    sent.push({ url, body, headers: Object.fromEntries(new Headers(init?.headers)) });
    if (url !== `http://${MODEL_HOST}/api/chat`) return new Response('{}', { status: 404, headers: { 'content-type': 'application/json' } });
    const { messages, format } = JSON.parse(body) as { messages: { role: string; content: string }[]; format: unknown };
    const question: WireQuestion = { system: messages.find(({ role }) => role === 'system')?.content ?? '', messages: messages.filter(({ role }) => role !== 'system'), schema: format, index: questions.length };
    questions.push(question);
    const given = answer(question);
    const { text, finish } = typeof given === 'string' ? { text: given, finish: 'stop' } : given;
    const lines = [
      { model: 'scripted', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: text }, done: false },
      { model: 'scripted', created_at: '2026-01-01T00:00:00Z', message: { role: 'assistant', content: '' }, done: true, done_reason: finish, prompt_eval_count: 10, eval_count: 10 },
    ];
    return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { status: 200, headers: { 'content-type': 'application/x-ndjson' } });
  }) as typeof fetch;
  const secrets = new Map(Object.entries(options.secrets ?? {}));
  const engine = await createEngine({
    dataDir, host: 'test', version: '0', logger: silentLogger, fetch: playedFetch,
    secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) },
    ...(options.runElk ? { runElk: options.runElk } : {}), ...options.engine,
  });
  const api = createRouterClient(engine.router) as unknown as ApiClient;
  await api.settings.set({ model: { provider: 'ollama', baseUrl: `http://${MODEL_HOST}`, model: 'scripted' }, keepsAnswers: false });
  const reader = new BetterSqlite(join(dataDir, 'store.sqlite'), { readonly: true });
  const bodyOf = reader.prepare('select body from turn where id = ?').pluck();
  return {
    api, questions, sent,
    follow: (flowId) => follow(api, flowId, (turnId) => JSON.parse(bodyOf.get(turnId) as string) as Turn),
    logBytes: () => JSON.stringify(reader.prepare('select * from entry order by rowid').all().map((row) => Object.values(row as object).map((value) => (Buffer.isBuffer(value) ? value.toString('base64') : value)))),
    rows: (sql) => reader.prepare(sql).all() as Record<string, unknown>[],
    async close() {
      reader.close();
      await engine.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function follow(api: ApiClient, flowId: string, storedTurn: (turnId: string) => Turn): Promise<FollowedChat> {
  const stop = new AbortController();
  const turns = new Map<string, Turn>();
  const proposals = new Map<string, Proposal>();
  const messages: string[] = [];
  const waiting = new Set<() => void>();
  const stream = await api.chat.open({ flowId }, { signal: stop.signal });
  const read = (event: ChatEvent) => {
    if (event.type === 'past') {
      for (const turn of event.turns) turns.set(turn.id, turn);
      for (const proposal of event.proposals) proposals.set(proposal.id, proposal);
    }
    if (event.type === 'turn') turns.set(event.turn.id, event.turn);
    if (event.type === 'proposal') proposals.set(event.proposal.id, event.proposal);
    if (event.type === 'message') messages.push(event.message.text);
    for (const wake of waiting) wake();
  };
  const reading = (async () => {
    for await (const event of stream) read(event);
  })().catch(() => undefined);
  return {
    turns, proposals, messages,
    settled: (turnId) =>
      new Promise((resolve) => {
        const look = () => {
          // The stored state is the true one; the stream may still bring older ones.
          const turn = storedTurn(turnId);
          if (turn.status === 'queued' || turn.status === 'running') return;
          const seen = turns.get(turnId);
          if (seen?.status !== turn.status || seen.updatedAt !== turn.updatedAt) return;
          waiting.delete(look);
          resolve(turn);
        };
        waiting.add(look);
        look();
      }),
    async close() {
      stop.abort();
      await reading;
    },
  };
}
