/** Plays the fuzz once with every fault: it must turn red within a fixed number of seeds. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { FAULTS, type Fault } from './faults.ts';

export interface SabotageResult {
  fault: string;
  /** The first seed that found it; undefined: none did. */
  seed: number | undefined;
  /** What was wrong there. */
  message: string;
  histories: number;
  seconds: number;
}

/** Seeds that a fault may live through before the fuzz counts as blind. */
export const SABOTAGE_SEEDS = 300;

/** One fault after the other, or those of the given names. */
export async function runSabotage(names: readonly string[], onDone: (result: SabotageResult) => void): Promise<SabotageResult[]> {
  const results: SabotageResult[] = [];
  for (const fault of FAULTS) {
    if (names.length > 0 && !names.includes(fault.name)) continue;
    const result = await playWith(fault);
    results.push(result);
    onDone(result);
  }
  return results;
}

/** The fuzz with a fault in it, in a process of its own. Throws where it ended without a result: that is no proof. */
async function playWith(fault: Fault): Promise<SabotageResult> {
  const started = performance.now();
  const env = { ...process.env, FUZZ_FAULT: fault.name, FUZZ_DEATHS: '1.5', FUZZ_SETTLE_MS: '20000', FUZZ_PARALLEL: '3', FUZZ_CLIENTS: '5', FUZZ_OPERATIONS: '60' };
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'loadHook.ts'), join(import.meta.dirname, '../runFuzz.ts'), String(SABOTAGE_SEEDS), '1'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => (out += String(data)));
  child.stderr.on('data', (data) => (err += String(data)));
  await new Promise((done) => child.once('close', done));
  const last = out.trim().split('\n').at(-1) ?? '';
  const summary = readSummary(last);
  if (!summary) throw new Error(`the fuzz with the fault ${fault.name} ended without a result:\n${out.slice(-2000)}\n${err.slice(-2000)}`);
  const found = [...out.matchAll(/^seed (\d+) failed: (?:Error: )?(.*)$/gm)].find(([, , message]) => fault.shows.test(message!));
  return { fault: fault.name, seed: found ? Number(found[1]) : undefined, message: found?.[2] ?? '', histories: summary.histories + summary.failures.length, seconds: Math.round((performance.now() - started) / 1000) };
}

function readSummary(line: string): { histories: number; failures: number[] } | undefined {
  try {
    return JSON.parse(line) as { histories: number; failures: number[] };
  } catch {
    return undefined;
  }
}
