/** The app's engine as a desktop runs it, on a data folder of its own, with a plug that can be pulled. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { silentLogger } from '@uxflow/core/base';
import type { ApiClient, FlowSyncEvent, FlowSyncStatus, PeerView } from '@uxflow/core/api';
import { createEngine, type Engine } from '@uxflow/core/engine';
import type { Op } from '@uxflow/core';

export interface TestApp {
  api: ApiClient;
  /** Cuts every connection and lets none come; or mends it. */
  pull(): void;
  plugIn(): void;
  /** Requests to addresses that end so are lost on the way; null: none. */
  lose(ending: string | null): void;
  /** Commits ops in the name of this app's person. */
  edit(flowId: string, id: string, ops: Op[]): Promise<void>;
  /** The flow as a file. */
  textOf(flowId: string): Promise<string>;
  statusOf(flowId: string): Promise<FlowSyncStatus>;
  /** Follows the sync of a flow; ends with the app. */
  watch(flowId: string): { events: FlowSyncEvent[]; status(): FlowSyncStatus | undefined; peers(): readonly PeerView[] };
  /** The program ends and starts again on the same folder. */
  restart(): Promise<void>;
  close(): Promise<void>;
  /** What lies in the secret store of its machine. */
  readonly secrets: ReadonlyMap<string, string>;
}

/** What an app sends, as it leaves it. */
export interface Sent {
  by: 'request' | 'socket';
  bytes: Uint8Array;
}

/** Starts an app; nobody is signed in. */
export async function startTestApp({ onSent }: { onSent?: (sent: Sent) => void } = {}): Promise<TestApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-app-'));
  const secrets = new Map<string, string>();
  let isCut = false;
  let lost: string | null = null;
  const sockets = new Set<WebSocket>();
  class Cable extends WebSocket {
    constructor(url: string | URL) {
      // Nobody listens on port 1: the connection is refused, as without a network.
      super(isCut ? 'ws://127.0.0.1:1/' : url);
      sockets.add(this);
      this.addEventListener('close', () => sockets.delete(this));
    }

    override send(frame: Parameters<WebSocket['send']>[0]) {
      if (frame instanceof Uint8Array) onSent?.({ by: 'socket', bytes: Uint8Array.from(frame) });
      super.send(frame);
    }
  }
  let engine: Engine;
  let stop = new AbortController();
  const start = async () => {
    stop = new AbortController();
    engine = await createEngine({
      dataDir,
      host: 'test',
      version: '0',
      logger: silentLogger,
      WebSocket: Cable as typeof WebSocket,
      fetch: (...request) => {
        onSent?.({ by: 'request', bytes: Buffer.concat([Buffer.from(`${String(request[0])}\n`), Buffer.from((request[1]?.body ?? '') as string | Uint8Array)]) });
        return isCut || (lost && String(request[0]).endsWith(lost)) ? Promise.reject(new TypeError('fetch failed')) : fetch(...request);
      },
      secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) },
    });
    app.api = createRouterClient(engine.router) as unknown as ApiClient;
  };
  const app: TestApp = {
    api: undefined as unknown as ApiClient,
    secrets,
    pull() {
      isCut = true;
      for (const socket of sockets) socket.close();
    },
    plugIn() {
      isCut = false;
      void app.api.sync.retry();
    },
    lose: (ending) => void (lost = ending),
    async edit(flowId, id, ops) {
      let logId = '';
      for await (const event of await app.api.flow.open({ flowId })) {
        if (event.type !== 'ready') continue;
        logId = event.logId;
        break;
      }
      await app.api.flow.commit({ flowId, transaction: { id, logId, author: { kind: 'user', id: 'person', name: 'Person' }, at: 1, schema: 1, ops } });
    },
    textOf: async (flowId) => (await app.api.flow.export({ flowId, format: 'json' })).text,
    async statusOf(flowId) {
      for await (const event of await app.api.sync.watchFlow({ flowId })) if (event.type === 'status') return event.status;
      throw new Error('the stream ended without a status');
    },
    watch(flowId) {
      const events: FlowSyncEvent[] = [];
      void (async () => {
        for await (const event of await app.api.sync.watchFlow({ flowId }, { signal: stop.signal })) events.push(event);
      })().catch(() => undefined);
      const last = <T extends FlowSyncEvent['type']>(type: T) => events.findLast((event) => event.type === type) as Extract<FlowSyncEvent, { type: T }> | undefined;
      return { events, status: () => last('status')?.status, peers: () => last('peers')?.peers ?? [] };
    },
    async restart() {
      stop.abort();
      await engine.close();
      await start();
    },
    async close() {
      stop.abort();
      await engine.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await start();
  return app;
}
