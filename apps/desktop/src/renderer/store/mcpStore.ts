import type { McpState } from '@uxflow/core/api';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Connection } from '../../bridge.ts';
import { followStream } from './followStream.ts';

/** Connections to other agents and servers, as the engine tells them; null until it has. */
export interface McpStore {
  mcp: McpState | null;
}

/** Follows the engine's connections for the life of the window: any screen may be asked for consent. */
export function createMcpStore(connection: Connection): StoreApi<McpStore> {
  const store = createStore<McpStore>()(() => ({ mcp: null }));
  followStream(connection, (api, signal) => api.mcp.watch(undefined, { signal }), {
    event: (mcp) => store.setState({ mcp }),
    // A question that was open when the line broke may have been answered meanwhile.
    broken: () => store.setState(({ mcp }) => ({ mcp: mcp && { ...mcp, questions: [] } })),
  });
  return store;
}
