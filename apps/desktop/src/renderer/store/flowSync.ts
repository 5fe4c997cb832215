import type { FlowSyncEvent, FlowSyncStatus, PeerView, Shown } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { followStream } from './followStream.ts';
import type { Services } from './services.ts';

/** Who touched something last, and until when its frame is shown. */
export interface Touch {
  name: string;
  /** What its colour comes from. */
  key: string;
  isAgent: boolean;
  /** ms, on the window's clock. */
  until: number;
}

/** How a flow stands with its server, who else is in it, and what they have just changed. */
export interface FlowSync {
  status: FlowSyncStatus | null;
  peers: readonly PeerView[];
  touched: ReadonlyMap<string, Touch>;
  /** The peer whose view this window follows. */
  following: string | null;
  follow(peer: string | null): void;
  /** Shows the others what this person does; sent a few times a second at most. */
  show(part: Partial<Shown>): void;
  close(): void;
}

/** A frame stays this long, ms. */
const TOUCH_MS = 4000;
/** Between two messages of what one shows, ms. */
const SHOW_MS = 60;
const NOTHING: Shown = { cursor: null, selection: [], viewport: null };

/** Follows the sync of a flow while its screen is open. */
export function createFlowSync({ connection }: Pick<Services, 'connection'>, flowId: string): StoreApi<FlowSync> {
  let shown = NOTHING;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isClosed = false;
  const isAlone = () => {
    const { status } = store.getState();
    return !status || status.state === 'local' || status.state === 'signedOut';
  };
  const send = () => {
    timer = undefined;
    if (isAlone() || connection.status() !== 'connected') return;
    // Where nobody answers, the next movement tells it all again.
    void connection.api.sync.show({ flowId, shown: isClosed ? null : shown }).catch(() => undefined);
  };
  const store = createStore<FlowSync>()((set) => ({
    status: null,
    peers: [],
    touched: new Map(),
    following: null,
    follow: (following) => set({ following }),
    show(part) {
      shown = { ...shown, ...part };
      // Nobody looks: a pointer that moves costs nothing then. The next one who comes is shown the last.
      if (!isAlone()) timer ??= setTimeout(send, SHOW_MS);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
      send();
      stop();
    },
  }));
  const stop = followStream<FlowSyncEvent>(connection, (api, signal) => api.sync.watchFlow({ flowId }, { signal }), {
    event(event) {
      if (event.type === 'status') {
        const wasAlone = isAlone();
        store.setState({ status: event.status });
        if (wasAlone && !isAlone()) send();
      } else if (event.type === 'peers') {
        const { following } = store.getState();
        store.setState({ peers: event.peers, ...(following && !event.peers.some(({ peer }) => peer === following) ? { following: null } : {}) });
      } else touch(event);
    },
    broken: () => store.setState({ peers: [] }),
  });
  const touch = ({ author, ids }: Extract<FlowSyncEvent, { type: 'touched' }>) => {
    const until = Date.now() + TOUCH_MS;
    const touched = new Map(store.getState().touched);
    const isAgent = author.kind === 'agent';
    for (const id of ids) touched.set(id, { name: author.name, key: isAgent ? 'agent' : author.id, isAgent, until });
    store.setState({ touched });
    setTimeout(() => {
      const now = Date.now();
      store.setState({ touched: new Map([...store.getState().touched].filter(([, { until: end }]) => end > now)) });
    }, TOUCH_MS + 20);
  };
  return store;
}
