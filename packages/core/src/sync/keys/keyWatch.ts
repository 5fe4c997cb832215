/** Keeps open logs going when the key of their workspace is replaced: fetches the new one, and lets what stopped for it go on. */
import type { SyncClient, OpenLog } from '../client.ts';

export interface KeyWatchOptions {
  client: SyncClient;
  /** Open logs of the workspace. */
  logs: () => Iterable<OpenLog>;
  keyring: { readonly epoch: number; refresh(): Promise<unknown> };
  /** Runs a task once after `ms`; the returned function calls it off. */
  timer(ms: number, task: () => void): () => void;
  /** What a refresh threw (KEY_CHANGED, WRAP_REFUSED…): for the screen, loudly. */
  onProblem(error: unknown): void;
}

/** Reasons for which a log waits for a key. */
const WAITS_FOR_KEY = new Set(['REKEY', 'LOG_KEY_MISSING']);
/** ms until the server is asked again where no member has given the key yet. */
const AGAIN_MS = 15_000;

/** Watches until the returned function is called. */
export function watchKeys({ client, logs, keyring, timer, onProblem }: KeyWatchOptions): () => void {
  let isAsking = false;
  let isOver = false;
  let cancel: (() => void) | undefined;
  const waiting = () => [...logs()].filter((log) => {
    const { state, reason } = log.status();
    return state === 'stopped' && reason !== undefined && WAITS_FOR_KEY.has(reason.code);
  });
  const look = () => {
    if (isAsking || isOver || cancel || waiting().length === 0) return;
    void fetchKey();
  };
  const fetchKey = async () => {
    isAsking = true;
    const before = keyring.epoch;
    try {
      await keyring.refresh();
    } catch (error) {
      onProblem(error);
    }
    isAsking = false;
    if (isOver) return;
    for (const log of waiting()) {
      const wanted = log.status().reason?.params.epoch;
      if (typeof wanted === 'number' ? wanted <= keyring.epoch : keyring.epoch > before) log.log.resume();
    }
    // What still lacks its key is asked for later, not in a circle.
    if (waiting().length === 0) return;
    cancel = timer(AGAIN_MS, () => {
      cancel = undefined;
      for (const { log } of waiting()) log.resume();
      look();
    });
  };
  const end = client.subscribe(look);
  look();
  return () => {
    isOver = true;
    cancel?.();
    end();
  };
}
