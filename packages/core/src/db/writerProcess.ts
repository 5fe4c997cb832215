import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A running `crashWriter.ts`; for tests. */
export interface WriterProcess {
  /** Resolves when its code is loaded; it has not touched the folder then. */
  ready: Promise<void>;
  /** Lets it open the folder and write. */
  start(): void;
  /** Resolves when it has the folder and the first records are in it. */
  opened: Promise<void>;
  /** Lets it end without touching the folder; resolves when it has filled the compile cache and is gone. */
  dismiss(): Promise<void>;
  /** Kills it with SIGKILL; gives every line that it got out, whole ones only. Rejects when it had died by itself. */
  kill(): Promise<string[]>;
}

/** Starts a writer on a data folder; for tests. `cache`: folder for Node's compile cache, so that a start takes little. */
export function startWriter(folder: string, seed: number, cache: string): WriterProcess {
  const script = fileURLToPath(new URL('./crashWriter.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, folder, String(seed)], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, NODE_COMPILE_CACHE: cache, NODE_OPTIONS: '' } });
  let text = '';
  let complaint = '';
  const ready = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<NodeJS.Signals | null>();
  child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    if (text.startsWith('ready\n')) ready.resolve();
    if (text.startsWith('ready\nopen\n')) opened.resolve();
  });
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => (complaint += piece));
  child.stdin!.on('error', () => undefined);
  child.on('close', (_code, signal) => {
    ended.resolve(signal);
    const error = new Error(`The writer with seed ${seed} ended by itself: ${complaint}`);
    ready.reject(error);
    opened.reject(error);
  });
  // Whoever waits for them gets the rejection; nobody has to.
  ready.promise.catch(() => undefined);
  opened.promise.catch(() => undefined);
  return {
    ready: ready.promise,
    start: () => void child.stdin!.write('go\n'),
    opened: opened.promise,
    async dismiss() {
      child.stdin!.end();
      await ended.promise;
    },
    async kill() {
      child.kill('SIGKILL');
      const signal = await ended.promise;
      if (signal !== 'SIGKILL') throw new Error(`The writer with seed ${seed} ended by itself: ${complaint}`);
      return text.split('\n').slice(1, -1).filter((line) => line !== 'open');
    },
  };
}
