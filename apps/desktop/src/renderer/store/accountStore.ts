import type { AccountView } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

/** Who the app is on a sync server, as the engine tells it; null until it has. */
export interface AccountStore {
  account: AccountView | null;
}

/** Follows the account for the life of the window. */
export function createAccountStore(connection: Connection): StoreApi<AccountStore> {
  const store = createStore<AccountStore>()(() => ({ account: null }));
  followStream(connection, (api, signal) => api.account.watch(undefined, { signal }), { event: (account) => store.setState({ account }) });
  return store;
}
