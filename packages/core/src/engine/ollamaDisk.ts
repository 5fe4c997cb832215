import { stat, statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What can be seen of the disk where an Ollama of this machine keeps its models. */
export interface OllamaDisk {
  /** Bytes that are free there; undefined where no such folder can be seen. */
  freeBytes(): Promise<number | undefined>;
  /** When the unfinished files of these parts ('sha256:…') last changed, ms UTC; undefined when there are none or none can be seen. */
  lastChange(digests: readonly string[]): Promise<number | undefined>;
}

/** Looks into the folders that are there; the least room counts when there are several. Never throws. */
export function createOllamaDisk(folders: readonly string[] = ollamaFolders()): OllamaDisk {
  return {
    async freeBytes() {
      const found = await Promise.all(folders.map((folder) => statfs(folder).then(({ bavail, bsize }) => bavail * bsize, () => undefined)));
      const known = found.filter((bytes) => bytes !== undefined);
      return known.length ? Math.min(...known) : undefined;
    },
    async lastChange(digests) {
      const files = folders.flatMap((folder) => digests.filter((digest) => /^sha256:[0-9a-f]+$/.test(digest)).map((digest) => join(folder, 'blobs', `${digest.replace(':', '-')}-partial`)));
      const found = await Promise.all(files.map((file) => stat(file).then(({ mtimeMs }) => mtimeMs, () => undefined)));
      const known = found.filter((at) => at !== undefined);
      return known.length ? Math.max(...known) : undefined;
    },
  };
}

/** OLLAMA_MODELS, the folder of a person's Ollama, and the one of the Linux service. */
function ollamaFolders(): string[] {
  const own = process.env.OLLAMA_MODELS;
  return own ? [own] : [join(homedir(), '.ollama', 'models'), '/usr/share/ollama/.ollama/models'];
}
