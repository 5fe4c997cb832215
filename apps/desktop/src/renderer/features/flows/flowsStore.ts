import type { FlowSummary } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../../bridge.ts';
import { followStream } from '../../store/followStream.ts';

export interface FlowsStore {
  flows: readonly FlowSummary[] | null;
  search: string;
  /** Shows flows whose name or text matches; asks the engine. */
  setSearch(search: string): void;
  reload(): Promise<void>;
  close(): void;
}

/** The list of flows (or of the bin), kept true while it is on the screen. */
export function createFlowsStore(connection: Connection, isBin: boolean, onError: (error: unknown) => void): StoreApi<FlowsStore> {
  let asked = 0;
  const store = createStore<FlowsStore>()((set, get) => ({
    flows: null,
    search: '',
    setSearch(search) {
      set({ search });
      void get().reload();
    },
    async reload() {
      const mine = ++asked;
      try {
        const search = get().search.trim();
        const flows = await connection.api.flows.list({ deleted: isBin, ...(search ? { search } : {}) });
        // A slower answer to an older question must not replace a newer one.
        if (mine === asked) set({ flows: [...flows].sort((a, b) => (b.deletedAt ?? b.updatedAt) - (a.deletedAt ?? a.updatedAt)) });
      } catch (error) {
        if (connection.status() === 'connected') onError(error);
      }
    },
    close: () => stop(),
  }));
  const stop = followStream(connection, async (api, signal) => {
    const events = await api.flows.watch(undefined, { signal });
    await store.getState().reload();
    return events;
  }, { event: () => void store.getState().reload() });
  return store;
}
