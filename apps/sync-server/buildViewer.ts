/** Builds the page that links open into `out/viewer`: hashed files, each also as Brotli, and the page that names them. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const here = import.meta.dirname;
const packages = join(here, '../../packages');
/** Where the server looks for it. */
export const VIEWER_OUT = join(here, 'out/viewer');
const KEEP_MS = 86_400_000;
const SOURCES = [join(here, 'viewer'), join(here, 'buildViewer.ts'), join(packages, 'ui/src'), join(packages, 'core/src'), join(here, '../../package-lock.json')];

/** Builds it into a folder, whatever is there. */
export async function buildViewer(outDir: string = VIEWER_OUT): Promise<void> {
  // Beside its place first: a server that runs hands out whole pages only. Hashed files of the page before stay for a day, for who has it open.
  const part = `${outDir}-part-${process.pid}`;
  const environment = process.env.NODE_ENV;
  // Tests build it, too, and theirs must not be another one.
  process.env.NODE_ENV = 'production';
  try {
    await build({
      root: join(here, 'viewer'),
      base: '/viewer/',
      configFile: false,
      logLevel: 'warn',
      mode: 'production',
      plugins: [react()],
      build: { outDir: part, emptyOutDir: true, assetsDir: '', assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023', reportCompressedSize: false, chunkSizeWarningLimit: 2000 },
    });
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = environment;
  }
  for (const name of readdirSync(part)) {
    if (!/\.(js|css|svg)$/.test(name)) continue;
    const bytes = readFileSync(join(part, name));
    writeFileSync(join(part, `${name}.br`), brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  mkdirSync(outDir, { recursive: true });
  for (const name of readdirSync(part).filter((one) => one !== 'index.html')) cpSync(join(part, name), join(outDir, name), { recursive: true });
  renameSync(join(part, 'index.html'), join(outDir, 'index.html'));
  for (const name of readdirSync(outDir)) if (!existsSync(join(part, name)) && name !== 'index.html' && statSync(join(outDir, name)).mtimeMs < Date.now() - KEEP_MS) rmSync(join(outDir, name));
  rmSync(part, { recursive: true, force: true });
}

/** Builds it when a source is newer than what is there. */
export async function ensureViewer(outDir: string = VIEWER_OUT): Promise<void> {
  const page = join(outDir, 'index.html');
  if (existsSync(page) && statSync(page).mtimeMs >= Math.max(...SOURCES.map(newest))) return;
  await buildViewer(outDir);
}

/** Newest change below a path, ms; tests do not count. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return /\.test\.tsx?$/.test(path) ? 0 : stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
