import type { SecuritySignal } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

/** Suspicious texts, newest first. */
export interface SignalsStore {
  signals: readonly SecuritySignal[];
  /** Calls one harmless. */
  dismiss(id: string): Promise<void>;
  clear(): Promise<void>;
}

/** Signals that a screen holds at most. */
const MOST = 200;

/** Follows the engine's list for the life of the window. */
export function createSignalsStore(connection: Connection): StoreApi<SignalsStore> {
  const store = createStore<SignalsStore>()(() => ({
    signals: [],
    dismiss: async (id) => void (await connection.api.security.dismiss({ id })),
    clear: async () => void (await connection.api.security.clear()),
  }));
  const read = async () => store.setState({ signals: await connection.api.security.signals({ limit: MOST }) });
  followStream(
    connection,
    async (api, signal) => {
      const changes = await api.security.watch(undefined, { signal });
      await read();
      return changes;
    },
    { event: () => void read().catch(connection.report) },
  );
  return store;
}
