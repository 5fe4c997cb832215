/**
 * The usage screen's sums: 100,000 calls of models over a month, summed by day, agent and model with p50 and p95, side by side with the
 * plainest SQL sum over the same rows. Arguments: [calls] [runs]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daysBetween, seededRandom, silentLogger, systemClock } from '../packages/core/src/base/index.ts';
import { openDataFolder } from '../packages/core/src/db/index.ts';

const CALLS = Number(process.argv[2] ?? 100_000);
const RUNS = Number(process.argv[3] ?? 21);
const AGENTS = ['classifier', 'manager', 'planner', 'architect', 'validator', 'synthesizer', 'uxExpert'];
const MODELS = ['openai:gpt-5.4', 'openai:gpt-5.4-mini', 'anthropic:claude-sonnet-5', 'ollama:llama3.2'];
const MONTH_MS = 30 * 86_400_000;

const dir = mkdtempSync(join(process.env['BENCH_DIR'] ?? tmpdir(), 'uxflow-bench-usage-'));
try {
  const folder = await openDataFolder(dir, { logger: silentLogger, clock: systemClock });
  const end = Date.UTC(2026, 10, 30);
  const random = seededRandom(7);
  const next = () => new DataView(random(4).buffer).getUint32(0) / 2 ** 32;
  folder.withTransaction(() => {
    for (let index = 0; index < CALLS; index++) {
      const startedAt = end - MONTH_MS + Math.floor((index * MONTH_MS) / CALLS);
      const record = { agent: AGENTS[Math.floor(next() * AGENTS.length)]!, model: MODELS[Math.floor(next() * MODELS.length)]!, promptVersion: '1', operation: 'chat' as const, ms: 0, outcome: 'open' as const, startedAt };
      const id = folder.ledger.calls.open(record) as string;
      folder.ledger.calls.close(id, { ...record, ms: next() * 9_000, outcome: next() < 0.95 ? 'ok' : 'failed', inputTokens: 2_000, outputTokens: 400, ...(next() < 0.9 ? { costUsd: next() / 100 } : {}) });
    }
  });
  const spans = daysBetween(end - MONTH_MS, end - 1, 'Europe/Berlin');
  measure(`usage of ${CALLS} calls by day, agent and model`, () => folder.ledger.usage(spans).total.calls);
  measure(`spent since the month began`, () => folder.ledger.spentSince(end - MONTH_MS).costUsd);
  await folder.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function measure(name: string, run: () => number): void {
  const times: number[] = [];
  let result = 0;
  for (let index = 0; index < RUNS; index++) {
    const startedAt = performance.now();
    result = run();
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  process.stdout.write(`${JSON.stringify({ bench: 'usage', metric: name, medianMs: Number(times[Math.floor(RUNS / 2)]!.toFixed(1)), worstMs: Number(times[RUNS - 1]!.toFixed(1)), result })}\n`);
}
