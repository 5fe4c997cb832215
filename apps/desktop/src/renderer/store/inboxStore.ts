import type { Inbox } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

/** What waits for the person, as the engine tells it; null until it has. */
export interface InboxStore {
  inbox: Inbox | null;
}

/** Follows the inbox for the life of the window. */
export function createInboxStore(connection: Connection): StoreApi<InboxStore> {
  const store = createStore<InboxStore>()(() => ({ inbox: null }));
  followStream(connection, (api, signal) => api.inbox.watch(undefined, { signal }), { event: (inbox) => store.setState({ inbox }) });
  return store;
}

/** How much of it is new: invitations without an answer, and mentions that were not read. */
export function newsIn(inbox: Inbox | null): number {
  return inbox ? inbox.invitations.length + inbox.mentions.filter(({ isRead }) => !isRead).length : 0;
}
