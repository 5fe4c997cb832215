/** Builds the bundles; with `--if-needed` only when a source is newer than the last build. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const desktop = join(root, 'apps/desktop');
const stamp = join(desktop, 'out/.built');
const inputs = ['packages/core/src', 'packages/ui/src', 'apps/desktop/src', 'apps/desktop/electron.vite.config.ts', 'apps/desktop/package.json', 'package-lock.json'];

/** Newest change below a path, ms; tests do not count. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => (name === 'node_modules' || name === 'fixtures' ? 0 : newest(join(path, name)))));
}

const source = Math.max(...inputs.map((path) => newest(join(root, path))));
const isFresh = existsSync(stamp) && Number(readFileSync(stamp, 'utf8')) >= source;
if (process.argv.includes('--if-needed') && isFresh) process.exit(0);

const vite = spawnSync(process.execPath, [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn'], { cwd: desktop, encoding: 'utf8' });
if (vite.status !== 0) {
  process.stderr.write(vite.stdout + vite.stderr);
  process.exit(vite.status ?? 1);
}
writeFileSync(stamp, String(source));
process.stdout.write('Built.\n');
