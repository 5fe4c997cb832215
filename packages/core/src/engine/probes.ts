import { modelProbeSchema, type ConnectedChoice, type KeptProbe } from '../api/index.ts';
import type { Clock, Logger } from '../base/index.ts';
import { isAppError } from '../base/index.ts';
import type { ModelProbe } from '../llm/index.ts';

/** What models were seen to do, kept by model and address. */
export interface Probes {
  /** Tries a model out and keeps what came of it. Rejects with a model AppError. */
  run(choice: ConnectedChoice, signal?: AbortSignal): Promise<KeptProbe>;
  kept(choice: ConnectedChoice): KeptProbe | undefined;
  /** A model has just answered: one that nobody has tried out yet is tried behind the work, one model at a time, each once a day at most. */
  noteUse(choice: ConnectedChoice): void;
  /** Stops what runs. */
  close(): Promise<void>;
}

/** Where probes are kept. */
export interface ProbeStore {
  isReadOnly: boolean;
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

const DAY_MS = 86_400_000;

/** Probes over a store; `probe` asks the model. Without `byThemselves` only `run` asks anybody; with it the work that has just begun goes first for so long. */
export function createProbes(options: {
  store: ProbeStore; clock: Clock; logger: Logger; byThemselves: { afterMs: number } | false;
  probe(choice: ConnectedChoice, signal?: AbortSignal): Promise<ModelProbe>;
}): Probes {
  const { store, clock, logger } = options;
  const waiting = new Map<string, ConnectedChoice>();
  const closing = new AbortController();
  let working: Promise<void> | undefined;

  const run: Probes['run'] = async (choice, signal) => {
    const probe: KeptProbe = { at: clock.now(), ...(await options.probe(choice, signal)) };
    if (!store.isReadOnly) store.set(probeKey(choice), probe);
    return probe;
  };
  const kept: Probes['kept'] = (choice) => modelProbeSchema.optional().catch(undefined).parse(store.get(probeKey(choice)));
  const wasTriedToday = (choice: ConnectedChoice): boolean => {
    const at = store.get(triedKey(choice));
    return typeof at === 'number' && clock.now() - at < DAY_MS;
  };
  const work = async () => {
    await rest(options.byThemselves ? options.byThemselves.afterMs : 0, closing.signal);
    for (const [key, choice] of waiting) {
      waiting.delete(key);
      if (closing.signal.aborted || kept(choice) || wasTriedToday(choice)) continue;
      store.set(triedKey(choice), clock.now());
      try {
        await run(choice, closing.signal);
      } catch (error) {
        // Nobody waits for it; the settings show a probe that the person asks for themselves with its failure.
        logger.info('model not tried out', { model: key, code: isAppError(error) ? error.code : 'INTERNAL' });
      }
    }
    working = undefined;
  };

  return {
    run,
    kept,
    noteUse(choice) {
      if (!options.byThemselves || store.isReadOnly || closing.signal.aborted || kept(choice) || wasTriedToday(choice)) return;
      waiting.set(probeKey(choice), choice);
      working ??= work().catch((error: unknown) => {
        working = undefined;
        logger.error('trying models out failed', { error: String(error) });
      });
    },
    async close() {
      closing.abort();
      await working;
    },
  };
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}

function probeKey(choice: ConnectedChoice): string {
  return `probe:${choice.provider}:${choice.baseUrl.replace(/\/+$/, '')}:${choice.model}`;
}

function triedKey(choice: ConnectedChoice): string {
  return `probe-tried:${probeKey(choice).slice('probe:'.length)}`;
}
