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

const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-bench-'));
try {
  const engine = await open(dataDir);
  const api = createRouterClient(engine.router) as unknown as ApiClient;
  for (let flow = 0; flow < 200; flow++) {
    const nodes = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`n${i}`, { id: `n${i}`, type: 'screen', position: { x: (i % 6) * 320, y: Math.floor(i / 6) * 200 }, data: { title: `Screen ${i} of flow ${flow}` } }]));
    const edges = Object.fromEntries(Array.from({ length: 29 }, (_, i) => [`e${i}`, { id: `e${i}`, source: `n${i}`, target: `n${i + 1}`, data: {} }]));
    await api.flows.import({ text: JSON.stringify({ format: 'uxflow', version: 1, id: 'f', name: `Flow ${flow}`, nodes, edges }), fileName: 'x.uxflow' });
  }
  await engine.close();

  const runs = Array.from({ length: 7 }, () => JSON.parse(spawnSync(process.execPath, [join(import.meta.dirname, 'engineStartCase.ts'), dataDir], { encoding: 'utf8' }).stdout) as { opened: number; sinceProcessStart: number }).slice(1);
  emit(200, 'engine start on 200 flows', runs.map((run) => run.opened), 'ms');
  emit(200, 'process start to open engine, from source', runs.map((run) => run.sinceProcessStart), 'ms');
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
