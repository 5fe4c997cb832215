import type { Logger } from '../../base/index.ts';
import type { OpenLog, SyncClient } from '../../sync/index.ts';
import { watchKeys } from '../../sync/keys/index.ts';
import type { KeyService } from './keyService.ts';

/** The watches of encrypted workspaces: each fetches the next key when a log needs it. */
export interface KeyWatches {
  /** Begins to watch, once. */
  watch(workspaceId: string): void;
  /** Ends all. */
  end(): void;
}

export interface KeyWatchesOptions {
  client: SyncClient;
  keys: Pick<KeyService, 'epochOf' | 'refresh'>;
  /** Open logs of a workspace. */
  logsIn(workspaceId: string): OpenLog[];
  logger: Logger;
}

export function createKeyWatches({ client, keys, logsIn, logger }: KeyWatchesOptions): KeyWatches {
  const watches = new Map<string, () => void>();
  return {
    watch(workspaceId) {
      if (watches.has(workspaceId)) return;
      const keyring = {
        get epoch() {
          return keys.epochOf(workspaceId);
        },
        refresh: () => keys.refresh(workspaceId),
      };
      watches.set(workspaceId, watchKeys({ client, logs: () => logsIn(workspaceId), keyring, timer: laterBy, onProblem: (error) => logger.warn('a key was not fetched', { workspaceId, error: String(error) }) }));
    },
    end() {
      for (const end of watches.values()) end();
      watches.clear();
    },
  };
}

/** Runs a task later; the returned function calls it off. */
function laterBy(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
