import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Clock } from '../../base/index.ts';
import { currentVersions, highestRules, highestSchema } from '../../flow/index.ts';
import { openGatedSocket, socketAddress, type Egress, type EgressRecord, type GatedSocket } from '../../llm/index.ts';
import { createPlainCodec, createSyncClient, type Deflater, type SyncClient, type SyncCodec } from '../../sync/index.ts';
import { sha256 } from './sharedLog.ts';

/** Where a server takes the sync connection. */
const SYNC_PATH = '/v1/sync';

/** Deflate as this host has it. */
export const nodeDeflater: Deflater = { deflate: (bytes) => deflateRawSync(bytes), inflate: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) }) };

/** The form of entries in workspaces that are not encrypted. */
export const plainCodec: SyncCodec = createPlainCodec(nodeDeflater);

export interface SyncLineOptions {
  server(): string;
  token(): Promise<string | undefined>;
  device: string;
  egressFor(server: string): Egress;
  onRecord(record: EgressRecord): void;
  /** The keys of a workspace may have changed. */
  onKeysChanged(workspaceId: string): void;
  WebSocket: typeof WebSocket;
  clock: Clock;
}

/** The connection to the server, through the egress gate. `recheck`: the rules of the gate have changed. */
export interface SyncLine {
  client: SyncClient;
  recheck(): void;
}

/** Makes the line; it connects when its client is started. */
export function createSyncLine({ server, token, device, egressFor, onRecord, onKeysChanged, WebSocket, clock }: SyncLineOptions): SyncLine {
  let socket: GatedSocket | undefined;
  const client = createSyncClient({
    connect: (events) => (socket = openGatedSocket({ url: socketAddress(server(), SYNC_PATH), purpose: 'sync', egress: egressFor(server()), WebSocket, onRecord, clock, events })),
    token,
    device,
    schemas: highestSchema(currentVersions),
    rules: highestRules(currentVersions),
    sha256,
    onKeysChanged,
    clock,
    timer(ms, task) {
      const timer = setTimeout(task, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    random: Math.random,
  });
  return {
    client,
    recheck() {
      socket?.recheck();
      client.retryNow();
    },
  };
}
