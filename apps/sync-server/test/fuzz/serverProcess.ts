/** The server as a process of its own, to be killed: its address changes with every life. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

export interface ServerProcess {
  readonly port: number;
  readonly kills: number;
  /** kill -9, then (after `between`) a new life. Whoever asks while it is dying waits for the same one. */
  kill(between?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const MAIN = join(import.meta.dirname, '../../src/main.ts');

/** Starts a server on a database. */
export async function startServerProcess(databaseUrl: string, more: Record<string, string> = {}): Promise<ServerProcess> {
  let child: ChildProcess;
  let port = 0;
  let kills = 0;
  let running: Promise<void> = Promise.resolve();

  const start = () =>
    new Promise<void>((done, fail) => {
      const next = fork(MAIN, { env: { ...process.env, PORT: '0', DATABASE_URL: databaseUrl, LOG_LEVEL: 'error', SYNC_POLL_MS: '200', SYNC_SNAPSHOT_EVERY: '25', ...more }, stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] });
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
    kill(between = async () => {}) {
      // One death after the other; each has its own between.
      running = running.then(async () => {
        child.removeAllListeners('exit');
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGKILL');
        await ended;
        kills += 1;
        await between();
        await start();
      });
      return running;
    },
    async stop() {
      await running;
      child.removeAllListeners('exit');
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    },
  };
}
