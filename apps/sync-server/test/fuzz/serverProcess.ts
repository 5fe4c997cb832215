/** The server as a process of its own, to be killed: its address changes with every life. */
import { fork, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { bundleServer } from '../../build.ts';
import { faultNamed, withFault } from './sabotage/faults.ts';

export interface ServerProcess {
  readonly port: number;
  /** ms that a server was there, over all lives. */
  readonly upMs: number;
  /** kill -9, then (after `between`) a new life. Whoever asks while it is dying waits for the same one. */
  kill(between?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  databaseUrl: string;
  /** Name of its connections to the database, whatever it calls them itself. */
  name: string;
  /** Runs after every death, before the next life. */
  onDead?: () => Promise<void>;
  env?: Record<string, string>;
}

const OUT = join(import.meta.dirname, '../../out/fuzz');
const START_TRIES = 30;
const START_AGAIN_MS = 1000;

/** Starts a server on a database. */
export async function startServerProcess({ databaseUrl, name, onDead, env = {} }: ServerProcessOptions): Promise<ServerProcess> {
  // Bundled, it is there again in a fraction of the time.
  const folder = `${OUT}-${process.pid}`;
  const address = new URL(databaseUrl);
  address.searchParams.set('application_name', name);
  const fault = faultNamed(process.env.FUZZ_FAULT);
  await bundleServer(join(import.meta.dirname, 'standbyServer.ts'), folder, fault?.side === 'server' ? [{ name: 'fault', enforce: 'pre', transform: (code, id) => withFault(fault, id, code) }] : []);
  let child: ChildProcess;
  let standby: ChildProcess | undefined;
  let isDying = false;
  let isOver = false;
  let port = 0;
  let upMs = 0;
  /** When this life began; undefined while there is none. */
  let upSince: number | undefined;
  let running: Promise<void> = Promise.resolve();

  const prepare = () =>
    fork(join(folder, 'main.js'), {
      env: { ...process.env, PORT: '0', DATABASE_URL: address.href, LOG_LEVEL: 'error', SYNC_POLL_MS: '200', SYNC_SNAPSHOT_EVERY: '10', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [],
    });
  const startOnce = () =>
    new Promise<boolean>((done) => {
      child = standby ?? prepare();
      standby = undefined;
      child.once('message', (message) => {
        port = (message as { port: number }).port;
        child.removeAllListeners('exit');
        done(true);
      });
      child.once('exit', () => done(false));
      child.send('start', () => {});
    });
  /** As whatever watches over a server would, it starts it again where it did not come up. */
  const start = async () => {
    for (let tries = 1; !(await startOnce()); tries++) {
      if (tries === START_TRIES) throw new Error('the server does not start');
      await new Promise((done) => setTimeout(done, START_AGAIN_MS));
    }
    upSince = performance.now();
    if (!isOver) standby = prepare();
  };
  const end = async (process: ChildProcess, signal: NodeJS.Signals) => {
    process.removeAllListeners('exit');
    const ended = new Promise((done) => process.once('exit', done));
    process.kill(signal);
    await ended;
  };
  await start();
  return {
    get port() {
      return port;
    },
    get upMs() {
      return upMs + (upSince === undefined ? 0 : performance.now() - upSince);
    },
    kill(between) {
      // Who only wants it dead has what they want while it dies; who does something meanwhile gets a death of their own.
      if (isDying && !between) return running;
      isDying = true;
      running = running.then(async () => {
        upMs += performance.now() - upSince!;
        upSince = undefined;
        await end(child, 'SIGKILL');
        await onDead?.();
        await between?.();
        await start();
        isDying = false;
      });
      return running;
    },
    async stop() {
      isOver = true;
      await running.catch(() => {});
      if (standby) await end(standby, 'SIGKILL');
      await end(child, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
