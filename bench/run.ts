/** `npm run bench [-- NAME…]`: runs every benchmark program (or the named ones), one after the other, each in a process of its own. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const programs = readdirSync(here).filter((file) => /^[a-z][A-Za-z]*\.ts$/.test(file) && file !== 'run.ts' && !file.endsWith('Case.ts'));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !programs.includes(`${name}.ts`));
if (unknown.length) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}; there are ${programs.map((file) => file.slice(0, -3)).join(', ')}.\n`);
  process.exit(2);
}
let failed = 0;
for (const file of programs) {
  if (wanted.length && !wanted.includes(file.slice(0, -3))) continue;
  const run = spawnSync(process.execPath, ['--expose-gc', join(here, file)], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (run.status !== 0) failed++;
}
process.exit(failed ? 1 : 0);
