/** The programs of the project as people start them, each a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RunningCommand {
  process: ChildProcess;
  /** What the pattern that was waited for has found. */
  found: RegExpExecArray;
  /** Everything it has written so far. */
  text(): string;
  /** The next line of this pattern; throws when the program ends without it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Asks it to end, as Ctrl+C does; gives its exit code. */
  stop(): Promise<number | null>;
  /** Ends it and whatever it has started in its own group, as a power cut does. */
  kill(): Promise<void>;
}

const ROOT = join(import.meta.dirname, '../../..');
const DESKTOP = join(ROOT, 'apps/desktop');

/** Starts a program and waits until it writes what the pattern wants. Throws what it wrote when it ends before. */
export async function startCommand(command: string, args: readonly string[], variables: Record<string, string>, wanted: RegExp, uid?: number): Promise<RunningCommand> {
  // A group of its own: npm starts the program behind a shell, and a power cut takes all of them.
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, ...variables }, stdio: ['ignore', 'pipe', 'pipe'], detached: process.platform !== 'win32', ...(uid === undefined ? {} : { uid, gid: uid }) });
  let text = '';
  const listeners = new Set<() => void>();
  const hear = (chunk: Buffer) => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const ended = new Promise<number | null>((done) => child.once('close', (code) => done(code)));
  const says = (pattern: RegExp, from = 0) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(text.slice(from));
        if (!match) return;
        listeners.delete(look);
        resolve(match);
      };
      listeners.add(look);
      void ended.then((code) => reject(new Error(`${command} ${args.join(' ')} ended with ${code} and had said:\n${text}`)));
      look();
    });
  const signal = (name: NodeJS.Signals) => {
    try {
      if (process.platform === 'win32') child.kill(name);
      else process.kill(-child.pid!, name);
    } catch {
      // It has ended already.
    }
  };
  return {
    process: child,
    found: await says(wanted),
    text: () => text,
    says: (pattern) => says(pattern, text.length),
    stop() {
      signal('SIGINT');
      return ended;
    },
    async kill() {
      signal('SIGKILL');
      await ended;
    },
  };
}

/** `npm run server`, as another account where `uid` is given; `found[1]` is its address. */
export function startServerCommand(variables: Record<string, string>, uid?: number): Promise<RunningCommand> {
  return startCommand('npm', ['run', '--silent', 'server'], { PORT: '0', ...variables }, /The sync server listens on (http:\/\/[\w.:]+)/, uid);
}

/** The program behind `npm start`, on a data folder; `found[0]` is an address that opens its page once. `UXFLOW_RENDERER` names another built page. */
export function startAppCommand(dataDir: string, variables: Record<string, string> = {}, port = 0): Promise<RunningCommand> {
  const page = process.env.UXFLOW_RENDERER;
  const bundle = join(DESKTOP, 'out/main/start.js');
  if (!page && !existsSync(bundle)) throw new Error('The app is not built: npm run build');
  const program = page ? [join(DESKTOP, 'src/hosts/start.ts'), '--renderer', page] : [bundle];
  return startCommand(process.execPath, [...program, '--no-open', '--port', String(port), '--data', dataDir], variables, /http:\/\/127\.0\.0\.1:\d+\/#code=[\w-]+/);
}

/** True for a process that runs; what has ended and was not fetched by its parent yet does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
