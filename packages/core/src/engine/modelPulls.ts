import type { PullState } from '../api/index.ts';
import { errorInfo, isAppError, type Logger } from '../base/index.ts';
import { isLoopback, modelError, providerAdapters, pullOllamaModel, type Egress, type PullProgress } from '../llm/index.ts';
import { createBroadcast, type Broadcast } from './broadcast.ts';
import type { OllamaDisk } from './ollamaDisk.ts';

/** The models that Ollama is fetching for this engine, each once however many screens follow it. */
export interface ModelPulls {
  /** Starts fetching, or joins in; the states until the last one. Aborting `signal` leaves, and stops nothing. */
  follow(baseUrl: string, model: string, signal?: AbortSignal): AsyncGenerator<PullState, void, void>;
  /** Stops fetching; false when nothing is being fetched. */
  cancel(baseUrl: string, model: string): boolean;
  running(): { baseUrl: string; model: string }[];
  /** Stops everything. */
  close(): Promise<void>;
}

/** The way to an Ollama. */
type PullConnection = { egress: Egress; headers?: Record<string, string> };

interface Pull {
  baseUrl: string;
  model: string;
  state: PullState;
  states: Broadcast<PullState>;
  abort: AbortController;
  ended: Promise<void>;
}

/** After a stop the unfinished file is looked at so often, ms. */
const LOOK_EVERY_MS = 500;
/** So many looks in a row at an unchanged file mean that nobody writes it any more; Ollama writes several times a second. */
const QUIET_LOOKS = 4;
/** So many looks at most. */
const MOST_LOOKS = 14;

/** Pulls over the egress gate; `disk` is asked for an Ollama of this machine only. */
export function createModelPulls(options: { connect(baseUrl: string): Promise<PullConnection>; disk: OllamaDisk; logger: Logger; lookEveryMs?: number }): ModelPulls {
  const pulls = new Map<string, Pull>();
  const keyOf = (baseUrl: string, model: string) => `${baseUrl.trim().replace(/\/+$/, '')} ${model.trim()}`;

  const start = (baseUrl: string, model: string): Pull => {
    const pull: Pull = {
      baseUrl, model, abort: new AbortController(), ended: Promise.resolve(), state: { phase: 'running', step: 'manifest', completedBytes: 0 },
      // A slow screen needs the newest state only.
      states: createBroadcast<PullState>((waiting, next) => (waiting.phase === 'running' ? next : undefined)),
    };
    pulls.set(keyOf(baseUrl, model), pull);
    pull.ended = run(pull, options)
      .catch((error: unknown) => {
        options.logger.error('pull failed unexpectedly', { error: String(error) });
        tell(pull, { phase: 'failed', error: errorInfo(error), ...bytesOf(pull.state) });
      })
      .finally(() => {
        pulls.delete(keyOf(baseUrl, model));
        pull.states.close();
      });
    return pull;
  };

  return {
    async *follow(baseUrl, model, signal) {
      const pull = pulls.get(keyOf(baseUrl, model)) ?? start(baseUrl.trim(), model.trim());
      const states = pull.states.subscribe(signal);
      yield pull.state;
      yield* states;
    },
    cancel(baseUrl, model) {
      const pull = pulls.get(keyOf(baseUrl, model));
      if (!pull) return false;
      if (pull.state.phase === 'running') {
        tell(pull, { phase: 'stopping', ...bytesOf(pull.state) });
        pull.abort.abort();
      }
      return true;
    },
    running: () => [...pulls.values()].map(({ baseUrl, model }) => ({ baseUrl, model })),
    async close() {
      const all = [...pulls.values()];
      for (const pull of all) pull.abort.abort(CLOSING);
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

/** Why a pull was aborted when the engine closes: nobody waits for what became of it. */
const CLOSING = 'closing';

async function run(pull: Pull, { connect, disk, lookEveryMs = LOOK_EVERY_MS }: Parameters<typeof createModelPulls>[0]): Promise<void> {
  const { baseUrl, model, abort } = pull;
  let digests: readonly string[] = [];
  // What was there before says nothing of this download.
  let wasAbsent = false;
  let lack: { neededBytes: number; freeBytes: number } | undefined;
  try {
    const address = providerAdapters.ollama.readBaseUrl(baseUrl);
    const isHere = isLoopback(new URL(address.url).hostname);
    const connection = await connect(baseUrl);
    const [freeBytes, isThere] = await Promise.all([isHere ? disk.freeBytes() : undefined, isListed(pull, connection, abort.signal)]);
    wasAbsent = isThere === false;
    if (freeBytes !== undefined && pull.state.phase === 'running') tell(pull, { ...pull.state, freeBytes });
    const onProgress = (progress: PullProgress) => {
      const isNewPart = progress.digests.length > digests.length;
      ({ digests } = progress);
      if (pull.state.phase !== 'running') return;
      const { digests: _parts, ...rest } = progress;
      const room = pull.state.freeBytes;
      tell(pull, { phase: 'running', ...rest, ...(room === undefined ? {} : { freeBytes: room }) });
      if (isNewPart && isHere) void checkRoom(progress);
    };
    // The size of a part is known when Ollama begins with it: what does not fit is stopped then, not when the disk is full.
    const checkRoom = async ({ totalBytes = 0, completedBytes }: PullProgress) => {
      const room = await disk.freeBytes();
      if (room === undefined || pull.state.phase !== 'running') return;
      tell(pull, { ...pull.state, freeBytes: room });
      if (totalBytes - completedBytes <= room) return;
      lack = { neededBytes: totalBytes - completedBytes, freeBytes: room };
      abort.abort();
    };
    await pullOllamaModel({ baseUrl, model, ...connection, signal: abort.signal, onProgress });
    tell(pull, { phase: 'done', ...bytesOf(pull.state) });
  } catch (error) {
    const bytes = bytesOf(pull.state);
    if (lack) tell(pull, { phase: 'failed', error: errorInfo(modelError('MODEL_PULL_FAILED', { provider: 'ollama', model, reason: 'disk', ...lack })), ...bytes });
    else if (!isAppError(error) || error.code !== 'MODEL_CANCELLED') tell(pull, { phase: 'failed', error: errorInfo(error), ...bytes });
    else tell(pull, { phase: 'stopped', outcome: abort.signal.reason === CLOSING ? 'unknown' : await outcomeOf(pull, { digests, wasAbsent, connect, disk, lookEveryMs }), ...bytes });
  }
}

/** What is known of a download that was let go: Ollama has no way to stop one, it ends it when the last connection that follows it is gone. */
async function outcomeOf(
  pull: Pull, about: { digests: readonly string[]; wasAbsent: boolean; connect(baseUrl: string): Promise<PullConnection>; disk: OllamaDisk; lookEveryMs: number },
): Promise<'ended' | 'goesOn' | 'finished' | 'unknown'> {
  const { disk, digests } = about;
  const address = providerAdapters.ollama.readBaseUrl(pull.baseUrl);
  if (isLoopback(new URL(address.url).hostname)) {
    let last = await disk.lastChange(digests);
    for (let look = 0, quiet = 0; last !== undefined && look < MOST_LOOKS; look++) {
      await new Promise((resolve) => setTimeout(resolve, about.lookEveryMs));
      const now = await disk.lastChange(digests);
      if (now === undefined) break;
      quiet = now === last ? quiet + 1 : 0;
      if (quiet >= QUIET_LOOKS) return 'ended';
      if (look === MOST_LOOKS - 1) return 'goesOn';
      last = now;
    }
  }
  const isThere = await isListed(pull, await about.connect(pull.baseUrl));
  return about.wasAbsent && isThere ? 'finished' : 'unknown';
}

/** Whether Ollama has the model; undefined when it does not say. */
async function isListed(pull: Pull, connection: PullConnection, signal?: AbortSignal): Promise<boolean | undefined> {
  const name = /:[^/]*$/.test(pull.model) ? pull.model : `${pull.model}:latest`;
  try {
    return (await providerAdapters.ollama.list({ baseUrl: pull.baseUrl, ...connection, timeoutMs: 3_000, ...(signal ? { signal } : {}) })).some((model) => model.name === name);
  } catch {
    return undefined;
  }
}

function tell(pull: Pull, state: PullState): void {
  pull.state = state;
  pull.states.send(state);
}

function bytesOf({ completedBytes, totalBytes, freeBytes }: PullState): Pick<PullState, 'completedBytes' | 'totalBytes' | 'freeBytes'> {
  return { completedBytes, ...(totalBytes === undefined ? {} : { totalBytes }), ...(freeBytes === undefined ? {} : { freeBytes }) };
}
