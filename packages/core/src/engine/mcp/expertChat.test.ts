/** A question in the chat of a real engine: a model behind a real wire, a real server of the person's, and the person who is asked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Turn } from '../../agents/index.ts';
import type { ApiClient } from '../../api/index.ts';
import { silentLogger } from '../../base/index.ts';
import { sendJson, sendLines, startWireServer, type WireServer } from '../../llm/testServers.ts';
import { ollamaChat, ollamaShow, ollamaToolCall } from '../../llm/wireFixtures.ts';
import { createEngine, type Engine } from '../index.ts';

const NOTES = fileURLToPath(new URL('./fixtures/noteServer.ts', import.meta.url));

let dataDir: string;
let engine: Engine;
let api: ApiClient;
let ollama: WireServer;
let asked: { messages: { role: string; content: string }[]; tools?: unknown[] }[];
beforeEach(async () => {
  asked = [];
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-expert-'));
  engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async () => undefined, set: async () => {} } });
  api = createRouterClient(engine.router) as unknown as ApiClient;
  ollama = await startWireServer((request, response) => {
    if (request.path === '/api/show') return sendJson(response, 200, ollamaShow);
    if (request.path !== '/api/chat') return sendJson(response, 404, { error: 'not here' });
    const body = request.body as (typeof asked)[number];
    // What the engine tries out by itself behind the work is none of this test's questions.
    if (!JSON.stringify(body.messages).includes('research notes')) return sendLines(response, ollamaChat(['{"ok":true}']));
    asked.push(body);
    const answered = body.messages.at(-1)!.role === 'tool';
    return sendLines(response, body.tools && !answered ? ollamaToolCall('Notes__read_note', { name: 'checkout' }) : ollamaChat([JSON.stringify({ answer: answered ? 'They ask for a guest way.' : 'I have nothing to look at.', principle: '', nodeIds: [] })]));
  });
  await api.settings.set({ model: { provider: 'ollama', baseUrl: ollama.origin, model: 'llama3.2' } });
});
afterEach(async () => {
  await engine.close();
  await ollama.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Asks in a new flow's chat, with a screen that answers questions for consent; gives the reply. */
const ask = async (answer: 'once' | 'deny') => {
  const flow = await api.flows.create({ name: 'Shop' });
  const stop = new AbortController();
  const peers: string[] = [];
  const screen = (async () => {
    for await (const { questions } of await api.mcp.watch(undefined, { signal: stop.signal })) {
      for (const { id, peer, tool, direction } of questions) {
        peers.push(`${direction} ${peer} ${tool}`);
        await api.mcp.answer({ questionId: id, answer });
      }
    }
  })().catch(() => undefined);
  let turn: Turn = await api.chat.send({ flowId: flow.id, text: 'What do our research notes say about checkout?' });
  for await (const event of await api.chat.open({ flowId: flow.id }, { signal: stop.signal })) {
    for (const next of event.type === 'past' ? event.turns : event.type === 'turn' ? [event.turn] : []) turn = next;
    if (turn.status === 'done' || turn.status === 'failed') break;
  }
  stop.abort();
  await screen;
  return { turn, peers };
};

test('the expert looks it up with consent, and says with what', async () => {
  await api.mcp.saveServer({ name: 'Notes', isOn: true, consent: 'ask', transport: { kind: 'stdio', command: process.execPath, args: [NOTES] } });
  const { turn, peers } = await ask('once');
  expect(turn).toMatchObject({ status: 'done', fallbacks: [], reply: 'They ask for a guest way.\n\nLooked up with your tools: "Read a note" (Notes)' });
  expect(peers).toContain('out Notes Read a note');
  expect(asked.at(-1)!.messages.at(-1)!.content).toContain('checkout needs a guest way');
  expect((await api.mcp.get()).calls).toMatchObject([{ direction: 'out', peer: 'Notes', tool: 'Read a note', outcome: 'ok' }]);
});

test('refused, the server is not asked, and the answer claims nothing', async () => {
  await api.mcp.saveServer({ name: 'Notes', isOn: true, consent: 'ask', transport: { kind: 'stdio', command: process.execPath, args: [NOTES] } });
  const { turn } = await ask('deny');
  expect(turn.reply).not.toContain('Looked up');
  expect(JSON.stringify(asked)).not.toContain('guest way.\\"');
  expect((await api.mcp.get()).calls).toMatchObject([{ outcome: 'denied' }]);
});

test('without a server nothing is offered', async () => {
  const { turn } = await ask('once');
  expect(turn.reply).toBe('I have nothing to look at.');
  expect(asked.every(({ tools }) => tools === undefined)).toBe(true);
});
