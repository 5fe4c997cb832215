/**
 * Bundles the server into `out/`: one file starts quicker and needs a quarter of the memory of sources whose types are stripped as they
 * load. With `--if-needed` only when a source is newer than the bundle. Also used for other entries (a benchmark's server).
 */
import { cpSync, existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'vite';
import { ensureViewer } from './buildViewer.ts';
import { webauthnFile } from './src/pages/passkeyFile.ts';

const here = import.meta.dirname;

/** Bundles an entry into a folder as `main.js`, with the migrations beside it. `plugins`: of tests that change what is loaded. */
export async function bundleServer(entry: string, outDir: string, plugins: readonly Plugin[] = []): Promise<void> {
  await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    plugins: [...plugins, oneByteSource],
    ssr: { noExternal: true, target: 'node' },
    build: { ssr: entry, outDir, emptyOutDir: true, target: 'node24', minify: false, rollupOptions: { external: ['pg-native'], output: { format: 'es', entryFileNames: 'main.js' } } },
  });
  cpSync(join(here, 'src/db/migrations'), join(outDir, 'migrations'), { recursive: true });
  cpSync(webauthnFile(), join(outDir, 'assets/webauthn.js'));
}

/** A server loads parts of its bundle when they are first needed: those of one that was begun so lately must be there still. */
const KEEP_MS = 86_400_000;

/** Puts a bundle in the place of the one before. Of older ones the parts go once they are a day old; those of the one before stay for a server that runs from it. */
export function placeBundle(part: string, out: string, now: number = Date.now()): void {
  const before = statSync(join(out, 'main.js'), { throwIfNoEntry: false })?.mtimeMs ?? now;
  for (const name of readdirSync(part).filter((one) => one !== 'main.js')) cpSync(join(part, name), join(out, name), { recursive: true });
  renameSync(join(part, 'main.js'), join(out, 'main.js'));
  for (const name of readdirSync(join(out, 'assets'))) {
    const file = join(out, 'assets', name);
    // The parts of a bundle are put here after its main file was written.
    if (!existsSync(join(part, 'assets', name)) && statSync(file).mtimeMs < Math.min(before, now - KEEP_MS)) rmSync(file);
  }
  rmSync(part, { recursive: true, force: true });
}

/** V8 keeps the text of a program as long as it runs, at two bytes a character as soon as one of them is not Latin: megabytes of a server at rest. */
const oneByteSource: Plugin = {
  name: 'one-byte-source',
  enforce: 'post',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
  },
};

/** Newest change below a path, ms; tests do not count. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return path.endsWith('.test.ts') ? 0 : stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (process.argv[1] === import.meta.filename) {
  await ensureViewer();
  const out = join(here, 'out');
  const bundle = join(out, 'main.js');
  const core = join(here, '../../packages/core/src');
  const sources = [join(here, 'src'), join(here, 'build.ts'), join(here, 'package.json'), join(core, 'base'), join(core, 'sync'), join(here, '../../package-lock.json')];
  const isFresh = existsSync(bundle) && statSync(bundle).mtimeMs >= Math.max(...sources.map(newest));
  if (!(process.argv.includes('--if-needed') && isFresh)) {
    // Beside its place first: of two that build at once, or of one that starts meanwhile, none ever sees half a bundle.
    const part = join(out, `part-${process.pid}`);
    await bundleServer(join(here, 'src/main.ts'), part);
    placeBundle(part, out);
  }
}
