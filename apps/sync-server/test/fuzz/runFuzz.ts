/**
 * `npm run fuzz [-- SEEDS [FROM]]`: the long fuzz of sync. Environment: DATABASE_URL (else the built-in Postgres), FUZZ_CLIENTS,
 * FUZZ_OPERATIONS, FUZZ_PARALLEL. Prints one line of JSON, and every seed that failed; pin those in pinnedSeeds.ts.
 */
import { runFuzz } from './fuzz.ts';
import { PINNED_SEEDS } from './pinnedSeeds.ts';

const [count = 5000, from = 1] = process.argv.slice(2).map(Number);
const setting = (name: string, standard: number) => Number(process.env[name] ?? standard);
const seeds = [...PINNED_SEEDS, ...Array.from({ length: count }, (_, index) => from + index)];
const started = performance.now();
let done = 0;
const { totals, failures } = await runFuzz({
  seeds,
  clients: setting('FUZZ_CLIENTS', 6),
  operations: setting('FUZZ_OPERATIONS', 200),
  killOneIn: setting('FUZZ_KILL_ONE_IN', 12),
  parallel: setting('FUZZ_PARALLEL', 6),
  onDone: (seed, report) => {
    done += 1;
    if (report instanceof Error) process.stdout.write(`seed ${seed} failed: ${report.message}\n`);
    if (done % 50 === 0) process.stderr.write(`${done} of ${seeds.length}\n`);
  },
});
process.stdout.write(`${JSON.stringify({ ...totals, failures: failures.map(({ seed }) => seed), seconds: Math.round((performance.now() - started) / 1000), database: process.env.DATABASE_URL ? 'DATABASE_URL' : 'embedded' })}\n`);
process.exit(failures.length ? 1 : 0);
