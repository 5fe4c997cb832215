/** The engine as people wait for it: starting on a folder of 200 flows, and a page of text to a reviewed, laid out proposal. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { silentLogger } from '@uxflow/core';
import type { ApiClient } from '@uxflow/core/api';
import { createEngine } from '@uxflow/core/engine';

const emit = (n: number, metric: string, values: number[], unit: string) => {
  const sorted = [...values].sort((a, b) => a - b);
  const round = (value: number) => Math.round(value * 100) / 100;
  process.stdout.write(`${JSON.stringify({ bench: 'engine', peer: 'ours', n, metric, value: round(sorted[sorted.length >> 1]!), unit, min: round(sorted[0]!), max: round(sorted.at(-1)!), runs: values.length })}\n`);
};
const secrets = { strength: 'session' as const, get: async () => undefined, set: async () => {} };
const open = (dataDir: string) => createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets });

const PAGE = `A visitor opens the shop and sees the home page. She searches for a product, filters the results and opens a product page.
If the product is sold out, the system shows a form for the waiting list; she enters her email address and the flow ends. Otherwise she
picks a size and puts the product into the cart. When she opens the cart, she can change quantities or enter a voucher code. If the voucher
is not valid, a message is shown and she can try another one. She taps checkout. If she is not signed in, the sign-in screen appears, where
she enters email and password or continues as a guest. She enters the delivery address and chooses a delivery method. The system checks the
address; if it cannot be found, the address screen shows suggestions and she corrects it. Then she chooses how to pay. When she pays by card,
the bank asks for a confirmation; if the payment fails, an error message is shown and she goes back to the payment screen, and after three
attempts the order is put aside. When she pays by invoice, the system checks her rating first. After the payment the order is saved, a receipt is
sent by email and meanwhile the warehouse is informed. The confirmation screen shows the order number. She can optionally create an account.
Finally she returns to the home page.`;

/** Time from a message to its proposal, plan approved at once, ms; each on a flow of its own and with words of its own. */
async function proposalTimes(client: ApiClient, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const flow = await client.flows.create({ name: `Text ${run}` });
    const stop = new AbortController();
    const events = await client.chat.open({ flowId: flow.id }, { signal: stop.signal });
    // The engine warms up once a conversation is on screen; a person types for longer than that.
    await events.next();
    if (run === 0) await new Promise((resolve) => setTimeout(resolve, 5000));
    const started = performance.now();
    // Readings are remembered by text: each run has a text that was not read before.
    await client.chat.send({ flowId: flow.id, text: PAGE.replace('home page', `home page ${run}`) });
    for await (const event of events) {
      const turn = event.type === 'turn' ? event.turn : event.type === 'past' ? event.turns[0] : undefined;
      if (turn?.status === 'awaitingApproval') await client.chat.approvePlan({ turnId: turn.id });
      if (turn?.status === 'failed') throw new Error(turn.error?.message);
      if (turn?.status === 'proposed') break;
    }
    times.push(performance.now() - started);
    stop.abort();
  }
  return times;
}

const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-bench-'));
try {
  const engine = await open(dataDir);
  const api = createRouterClient(engine.router) as unknown as ApiClient;
  for (let flow = 0; flow < 200; flow++) {
    const nodes = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`n${i}`, { id: `n${i}`, type: 'screen', position: { x: (i % 6) * 320, y: Math.floor(i / 6) * 200 }, data: { title: `Screen ${i} of flow ${flow}` } }]));
    const edges = Object.fromEntries(Array.from({ length: 29 }, (_, i) => [`e${i}`, { id: `e${i}`, source: `n${i}`, target: `n${i + 1}`, data: {} }]));
    await api.flows.import({ text: JSON.stringify({ format: 'uxflow', version: 1, id: 'f', name: `Flow ${flow}`, nodes, edges }), fileName: 'x.uxflow' });
  }
  emit(PAGE.split(/\s+/).length, 'page of text to reviewed, laid out proposal', await proposalTimes(api, 21), 'ms');
  await engine.close();

  const runs = Array.from({ length: 7 }, () => JSON.parse(spawnSync(process.execPath, [join(import.meta.dirname, 'engineStartCase.ts'), dataDir], { encoding: 'utf8' }).stdout) as { opened: number; sinceProcessStart: number }).slice(1);
  emit(200, 'engine start on 200 flows', runs.map((run) => run.opened), 'ms');
  emit(200, 'process start to open engine, from source', runs.map((run) => run.sinceProcessStart), 'ms');
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
