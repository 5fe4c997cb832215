import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

const source = (path: string) => resolve(import.meta.dirname, 'src', path);
/** What cannot be bundled: native modules and what Electron brings along. Everything else goes into the bundles. */
const native = ['electron', 'better-sqlite3', 'sqlite-vec', 'bufferutil', 'utf-8-validate'];

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: false,
      rollupOptions: {
        external: native,
        input: {
          main: source('main/main.ts'),
          utilityProcess: source('hosts/utilityProcess.ts'),
          start: source('hosts/start.ts'),
          cli: source('hosts/cli.ts'),
          elkWorker: resolve(import.meta.dirname, '../../packages/core/src/engine/elkWorker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rollupOptions: { external: ['electron'], input: { preload: source('preload/preload.ts') }, output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: source('renderer'),
    plugins: [react()],
    build: { outDir: resolve(import.meta.dirname, 'out/renderer'), emptyOutDir: true, minify: true, rollupOptions: { input: { index: source('renderer/index.html') } } },
  },
});
