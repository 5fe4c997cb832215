import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Builds the page: static files with relative addresses, for Electron's own scheme and for the local server alike. */
export default defineConfig({
  root: new URL('src/renderer', import.meta.url).pathname,
  base: './',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: new URL('out/renderer', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
  },
});
