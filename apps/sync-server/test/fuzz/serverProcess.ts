/** The server as a process of its own, to be killed: its address changes with every life. */
import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleServer } from '../../build.ts';

export interface ServerProcess {
  readonly port: number;
  readonly kills: number;
  /** kill -9, then (after `between`) a new life. Whoever asks while it is dying waits for the same one. */
  kill(between?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const OUT = join(import.meta.dirname, '../../out/fuzz');

/** Starts a server on a database. */
export async function startServerProcess(databaseUrl: string, more: Record<string, string> = {}): Promise<ServerProcess> {
  // Bundled, it is there again in a fraction of the time.
  const folder = `${OUT}-${process.pid}`;
  await bundleServer(join(import.meta.dirname, '../../src/main.ts'), folder);
  let child: ChildProcess;
  let isDying = false;
  let port = 0;
  let kills = 0;
  let running: Promise<void> = Promise.resolve();

  const start = () =>
    new Promise<void>((done, fail) => {
      const next = fork(join(folder, 'main.js'), { env: { ...process.env, PORT: '0', DATABASE_URL: databaseUrl, LOG_LEVEL: 'error', SYNC_POLL_MS: '200', SYNC_SNAPSHOT_EVERY: '25', ...more }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
      child = next;
      next.once('message', (message) => {
        port = (message as { port: number }).port;
        done();
      });
      next.once('exit', (code) => fail(new Error(`the server ended by itself: ${code}`)));
    });
  await start();
  return {
    get port() {
      return port;
    },
    get kills() {
      return kills;
    },
    kill(between) {
      // Who only wants it dead has what they want while it dies; who does something meanwhile gets a death of their own.
      if (isDying && !between) return running;
      isDying = true;
      running = running.then(async () => {
        child.removeAllListeners('exit');
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        await ended;
        kills += 1;
        await between?.();
        await start();
        isDying = false;
      });
      return running;
    },
    async stop() {
      await running;
      child.removeAllListeners('exit');
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
