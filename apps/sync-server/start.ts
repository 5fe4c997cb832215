/** `npm run server`: bundles the server if need be and becomes it. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';

// Bundling takes much memory, which the server must not keep.
const built = spawnSync(process.execPath, [join(import.meta.dirname, 'build.ts'), '--if-needed'], { stdio: ['ignore', 'inherit', 'inherit'] });
if (built.status !== 0) {
  process.stderr.write(`SERVER_NOT_BUILT: The server is newer than its bundle, and a new one could not be made; the reason stands above. Nothing was started. Where this account may not write in ${join(import.meta.dirname, 'out')}, run it once as the one that the folder belongs to; where a package is missing, npm ci.\n`);
  process.exit(1);
}

// Few and early collections: what is on its way to a commit outlives a small young heap, and a late large one keeps memory that nobody uses (docs/sync-protocol.md, Measured).
const args = ['--max-semi-space-size=16', '--heap-growing-percent=100', join(import.meta.dirname, 'out/main.js'), ...process.argv.slice(2)];
if (process.platform !== 'win32' && process.execve) {
  // Node calls this an experiment, at every start.
  process.removeAllListeners('warning');
  process.execve(process.execPath, [process.execPath, ...args], process.env);
}
const child = spawn(process.execPath, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.once('exit', (code) => process.exit(code ?? 1));
