import { existsSync } from 'node:fs';

/** Where the built layout worker lies; nothing when running from source, where core finds its own. */
export function withElkWorker(): { elkWorkerUrl?: URL } {
  // The bundler may put this module into a chunk, one folder below the entries.
  const built = ['./elkWorker.js', '../elkWorker.js'].map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  return built ? { elkWorkerUrl: built } : {};
}
