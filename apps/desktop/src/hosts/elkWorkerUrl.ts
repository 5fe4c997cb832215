import { existsSync } from 'node:fs';

/** Where the built layout worker lies beside this bundle; nothing when running from source, where core finds its own. */
export function withElkWorker(): { elkWorkerUrl?: URL } {
  const built = new URL('./elkWorker.js', import.meta.url);
  return existsSync(built) ? { elkWorkerUrl: built } : {};
}
