/**
 * `npm run eval -- PATH [--model rules|PROVIDER:MODEL]`: scores the command line against a folder of sample sets. PATH holds
 * `text-to-flow`, `ux-briefs` and `edits`, each with cases in `dev` (or the cases themselves), and the scorers
 * `text-to-flow/score.mjs` and `edits/score.mjs`. Prints one JSON line a set.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

interface SampleSet {
  name: string;
  command: 'generate' | 'edit';
  scorer: string;
}
const sets: SampleSet[] = [
  { name: 'text-to-flow', command: 'generate', scorer: 'text-to-flow/score.mjs' },
  { name: 'ux-briefs', command: 'generate', scorer: 'text-to-flow/score.mjs' },
  { name: 'edits', command: 'edit', scorer: 'edits/score.mjs' },
];

const [path, ...rest] = process.argv.slice(2);
if (!path || !existsSync(path)) {
  process.stderr.write('Usage: npm run eval -- PATH [--model rules|PROVIDER:MODEL]   (PATH holds text-to-flow, ux-briefs and edits)\n');
  process.exit(2);
}
const uxflow = join(import.meta.dirname, '../bin/uxflow.cjs');
const run = (args: string[]) => spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

let scored = 0;
for (const set of sets) {
  const folder = join(resolve(path), set.name);
  if (!existsSync(folder)) continue;
  const cases = readdirSync(folder).includes('dev') ? join(folder, 'dev') : folder;
  const out = mkdtempSync(join(tmpdir(), 'uxflow-eval-'));
  const started = performance.now();
  const made = run([uxflow, set.command, '--dir', cases, '--out', out, ...rest]);
  const ms = Math.round(performance.now() - started);
  if (made.status !== 0) process.stderr.write(made.stderr);
  const score = run([join(resolve(path), set.scorer), cases, out, '--json']);
  if (score.status !== 0) process.stderr.write(score.stderr);
  else {
    const { perText: _, rows, ...figures } = JSON.parse(score.stdout) as Record<string, unknown>;
    process.stdout.write(`${JSON.stringify({ set: set.name, ...figures, ms })}\n`);
    const failed = (rows as { id: string; pass: boolean; why: string }[] | undefined)?.filter((row) => !row.pass) ?? [];
    for (const row of failed) process.stdout.write(`  ${row.id}: ${row.why}\n`);
    scored++;
  }
  rmSync(out, { recursive: true, force: true });
}
process.exit(scored ? 0 : 1);
