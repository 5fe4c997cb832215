import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const here = import.meta.dirname;

/** The built desktop app on the stand-in for Electron's runtime. */
export interface StubbedApp {
  /** What the stub reported so far: windows, engine processes, page errors, links that went to the browser. */
  events: { event: string; [key: string]: unknown }[];
  until(event: string, count?: number): Promise<Record<string, unknown>>;
  evaluate<T>(script: string): Promise<T>;
  waitFor(selector: string): Promise<void>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  headers(): Promise<Record<string, string>>;
  openWindow(url: string): Promise<{ action: string }>;
  screenshot(file: string): Promise<void>;
  quit(): Promise<number | null>;
  /** Ends the app if it still runs, as after a failed test. */
  end(): Promise<void>;
}

/** Starts `out/main/main.js` on a data folder. */
export function startStubbedApp(dataDir: string, chromium: string): StubbedApp {
  const child: ChildProcess = fork(join(here, '../out/main/main.js'), [], {
    execArgv: ['--import', join(here, 'electronStub.mjs')],
    env: { ...process.env, UXFLOW_DATA: dataDir, CHROME_PATH: chromium },
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const events: StubbedApp['events'] = [];
  const answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let wake = () => {};
  let next = 1;
  child.on('message', (message: { id?: number; result?: unknown; error?: string; event?: string }) => {
    if (message.event !== undefined) {
      events.push(message as StubbedApp['events'][number]);
      wake();
    } else if (message.id !== undefined) {
      const answer = answers.get(message.id);
      answers.delete(message.id);
      if (message.error === undefined) answer?.resolve(message.result);
      else answer?.reject(new Error(message.error));
    }
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const run = <T>(name: string, argument?: unknown) =>
    new Promise<T>((resolve, reject) => {
      const id = next++;
      answers.set(id, { resolve: resolve as (value: unknown) => void, reject });
      child.send({ id, run: name, argument });
    });
  return {
    events,
    async until(event, count = 1) {
      for (;;) {
        const found = events.filter((each) => each.event === event);
        if (found.length >= count) return found[count - 1]!;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    evaluate: (script) => run('evaluate', script),
    waitFor: async (selector) => void (await run('waitFor', selector)),
    click: async (selector) => void (await run('click', selector)),
    fill: async (selector, text) => void (await run('fill', { selector, text })),
    headers: () => run('headers'),
    openWindow: (url) => run('openWindow', url),
    screenshot: async (file) => void (await run('screenshot', file)),
    async quit() {
      void run('quit').catch(() => undefined);
      return exited;
    },
    async end() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}
