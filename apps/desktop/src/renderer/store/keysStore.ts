import type { KeysView } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

/** The keys of the account and of its encrypted workspaces, as the engine tells them; null until it has. */
export interface KeysStore {
  keys: KeysView | null;
}

/** Follows the keys for the life of the window. */
export function createKeysStore(connection: Connection): StoreApi<KeysStore> {
  const store = createStore<KeysStore>()(() => ({ keys: null }));
  followStream(connection, (api, signal) => api.keys.watch(undefined, { signal }), { event: (keys) => store.setState({ keys }) });
  return store;
}
