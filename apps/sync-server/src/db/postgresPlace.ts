/** Where the server's own Postgres lies: a folder of its own, binaries that its account can enter, and a cluster that is made whole or not at all. */
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, chmodSync, chownSync, constants, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '@uxflow/core/base';

interface Owner {
  uid: number;
  gid: number;
}

interface Binaries {
  postgres: string;
  initdb: string;
}

/** Where a Postgres of ours lies, and as whom it runs. */
export interface PostgresPlace {
  binaries: Binaries;
  data: string;
  socket: string;
  log: string;
  /** Undefined: as the server itself. */
  owner: Owner | undefined;
}

/** The account that Postgres runs under when the server runs as root, which Postgres refuses. */
export const SYSTEM_USER = 'postgres';
/** What a server has in its folder. */
const OWN_NAMES = /^(data(\.\d+)?|socket|postgres\.log|mail|native-.*)$/;

/** The place in a folder, with a cluster in it. Throws EMBEDDED_POSTGRES_FAILED, EMBEDDED_POSTGRES_MISSING, DATA_FOLDER_CLOSED, DATA_FOLDER_TAKEN, DATA_FOLDER_UNUSABLE, DATA_FOLDER_OTHER_VERSION. */
export async function makePlace(folder: string): Promise<PostgresPlace> {
  const owner = process.getuid?.() === 0 ? findOwner() : undefined;
  const home = ownFolder(folder, owner);
  if (owner && run('test', ['-x', home], owner).status !== 0) {
    throw new AppError('DATA_FOLDER_CLOSED', `Postgres does not run as root but as "${SYSTEM_USER}", which cannot enter ${home}. Nothing was started; open the folders above it (chmod o+x), or set DATA_DIR to another folder.`, { folder: home, user: SYSTEM_USER });
  }
  const binaries = reachable(await findBinaries(), home, owner);
  const data = join(home, 'data');
  const socket = socketFolder(home, owner);
  const place = { binaries, data, socket, log: join(home, 'postgres.log'), owner };
  demandVersion(place);
  initialise(place);
  return place;
}

/** Where a server without DATA_DIR keeps its data: a folder that the account of Postgres can enter. */
export function defaultDataFolder(): string {
  if (process.getuid?.() === 0) return '/var/lib/uxflow-sync';
  return join(process.env.XDG_DATA_HOME ?? join(userInfo().homedir, '.local/share'), 'uxflow-sync');
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
function demandVersion({ binaries, data, owner }: PostgresPlace): void {
  const marker = join(data, 'PG_VERSION');
  if (!existsSync(marker)) return;
  const made = readFileSync(marker, 'utf8').trim();
  const [, ours] = /(\d+)/.exec(run(binaries.postgres, ['--version'], owner).stdout.toString()) ?? [];
  if (ours === undefined || ours === made) return;
  throw new AppError('DATA_FOLDER_OTHER_VERSION', `The data in ${data} were made by Postgres ${made}; this server brings Postgres ${ours}. Nothing was started or changed. Make a backup with the version of the server from before, and restore it with this one into another DATA_DIR.`, { folder: data, made, ours });
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
function initialise({ binaries, data, owner, log }: PostgresPlace): void {
  if (existsSync(join(data, 'PG_VERSION'))) return;
  const part = `${data}.${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  const made = run(binaries.initdb, ['-D', part, '-U', SYSTEM_USER, '--auth-local=trust', '--auth-host=reject', '--encoding=UTF8', '--locale=C', '--no-instructions'], owner);
  if (made.status !== 0) {
    rmSync(part, { recursive: true, force: true });
    throw placeFailure(`initdb said: ${made.stderr.toString().trim() || made.error?.message}`, log);
  }
  try {
    renameSync(part, data);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(join(data, 'PG_VERSION'))) throw placeFailure(`In ${data} stands something that is no data of Postgres (${(error as NodeJS.ErrnoException).code}).`, log);
  }
}

function run(command: string, args: readonly string[], owner?: Owner): SpawnSyncReturns<Buffer> {
  return spawnSync(command, args, { ...owner, cwd: '/', env: { PATH: process.env.PATH, LC_ALL: 'C' } });
}

/** EMBEDDED_POSTGRES_FAILED, with the last lines of the log. */
export function placeFailure(reason: string, log: string): AppError {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').slice(-5).join('\n') : '';
  const isFull = /No space left on device/.test(`${reason}\n${lines}`);
  return new AppError('EMBEDDED_POSTGRES_FAILED', `The built-in Postgres did not start. ${isFull ? 'The disk of DATA_DIR is full.' : reason} Nothing was lost; its log is ${log}. ${isFull ? 'Free some space, or set DATA_DIR to a folder on another disk.' : 'Another folder can be set by DATA_DIR, another Postgres by DATABASE_URL.'}${lines && `\n${lines}`}`, { reason, log });
}
