/**
 * `npm run fuzz [-- COUNT [FROM]] [--journal FILE]`: the long fuzz of sync. With a journal it goes on where it was ended: a line of JSON for every
 * seed, and seeds that stand there are not played again; `npm run fuzz -- --sum FILE…` adds journals up. `npm run fuzz -- --sabotage [FAULT…]` proves that the fuzz sees faults.
 * Environment: DATABASE_URL (else the built-in Postgres), FUZZ_CLIENTS and FUZZ_OPERATIONS (the largest size), FUZZ_FULL=1 (nothing but
 * that size), FUZZ_PARALLEL, FUZZ_DEATHS (of the server in a history, on average). Prints one line of JSON with all counts, and every seed
 * that failed; pin those in pinnedSeeds.ts.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runFuzz } from './fuzz.ts';
import { PINNED_SEEDS } from './pinnedSeeds.ts';
import { addReport, emptyReport, type HistoryReport } from './report.ts';
import { faultNamed } from './sabotage/faults.ts';
import { runSabotage } from './sabotage/runSabotage.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { journal: { type: 'string' }, sabotage: { type: 'boolean' }, sum: { type: 'boolean' } } });
const say = (text: string) => process.stdout.write(`${text}\n`);
process.exit(values.sum ? sum() : values.sabotage ? await proveSight() : await play());

async function proveSight(): Promise<number> {
  const results = await runSabotage(positionals, ({ fault, seed, message, histories, seconds }) => say(`${seed === undefined ? 'NOT SEEN' : 'seen'}  ${fault}: ${seed === undefined ? '' : `seed ${seed}, `}${histories} histories, ${seconds} s  ${message}`));
  const blind = results.filter(({ seed }) => seed === undefined);
  say(JSON.stringify({ faults: results.length, seen: results.length - blind.length, notSeen: blind.map(({ fault }) => fault) }));
  return blind.length > 0 ? 1 : 0;
}

async function play(): Promise<number> {
  const [count = 5000, from = 1] = positionals.map(Number);
  const setting = (name: string, standard: number) => Number(process.env[name] ?? standard);
  const fault = faultNamed(process.env.FUZZ_FAULT);
  const { total: earlier, played } = readJournals(values.journal ? [values.journal] : []);
  const seeds = [...new Set([...PINNED_SEEDS, ...Array.from({ length: count }, (_, index) => from + index)])].filter((seed) => !played.has(seed));
  const started = performance.now();
  let done = 0;
  const { totals, failures } = await runFuzz({
    seeds,
    clients: setting('FUZZ_CLIENTS', 6),
    operations: setting('FUZZ_OPERATIONS', 200),
    isFull: setting('FUZZ_FULL', 0) === 1,
    deaths: setting('FUZZ_DEATHS', 0.25),
    settleMs: setting('FUZZ_SETTLE_MS', 60_000),
    ...(fault ? { stopAt: fault.shows } : {}),
    parallel: setting('FUZZ_PARALLEL', 6),
    onDone: (seed, report) => {
      done += 1;
      if (report instanceof Error) say(`seed ${seed} failed: ${report.message}`);
      if (values.journal) appendFileSync(values.journal, `${JSON.stringify(report instanceof Error ? { seed, error: report.message } : { seed, report })}\n`);
      if (done % 50 === 0) process.stderr.write(`${done} of ${seeds.length}\n`);
    },
  });
  addReport(totals, earlier);
  const failed = [...failures.map(({ seed }) => seed), ...[...played].filter(([, isGood]) => !isGood).map(([seed]) => seed)];
  const good = totals.histories + [...played.values()].filter(Boolean).length;
  say(JSON.stringify({ ...totals, histories: good, failures: failed, seconds: Math.round((performance.now() - started) / 1000), database: process.env.DATABASE_URL ? 'DATABASE_URL' : 'embedded' }));
  return failed.length > 0 ? 1 : 0;
}

function sum(): number {
  const { total, played } = readJournals(positionals);
  const failed = [...played].flatMap(([seed, isGood]) => (isGood ? [] : [seed]));
  say(JSON.stringify({ histories: played.size - failed.length, ...total, failures: failed }));
  return failed.length > 0 ? 1 : 0;
}

/** What stands in journals: the counts of all, and which seeds ended well. */
function readJournals(files: readonly string[]): { total: HistoryReport; played: Map<number, boolean> } {
  const total = emptyReport();
  const played = new Map<number, boolean>();
  for (const file of files) {
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const { seed, error, report } = JSON.parse(line) as { seed: number; error?: string; report?: HistoryReport };
      played.set(seed, error === undefined);
      if (report) addReport(total, { ...emptyReport(), ...report });
    }
  }
  return { total, played };
}
