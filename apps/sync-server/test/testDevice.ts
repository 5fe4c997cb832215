/** A device as the desktop will be one: a replica, a client over a real socket, and a disk that survives its restarts. */
import { hash, randomUUID } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { createPlainCodec, createSyncClient, currentVersions, initialState, Replica, type LogKeeper, type LogSnapshot, type OpenLog, type SocketEvents, type SyncClient, type SyncCodec, type SyncSocket, type Transaction, type Versions } from '@uxflow/core';
import { encodeDown } from '@uxflow/core/protocol';
import type { Member } from './testServer.ts';

export const sha256 = (bytes: Uint8Array) => hash('sha256', bytes);
export const plainCodec: SyncCodec = createPlainCodec({
  deflate: (bytes) => deflateRawSync(bytes),
  inflate: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }),
});

/** First byte of the frames by which the server says that a device has what it has not. */
const RESET_KIND = encodeDown({ type: 'reset', log: 'log', reason: 'CHAIN_DIFFERS', state: false })[0];

/** What a device has on disk. */
export interface Disk {
  /** The snapshot below the entries. */
  base: LogSnapshot | undefined;
  confirmed: { no: number; entry: Transaction; sha256: string }[];
  pending: Transaction[];
  denied: { entry: Transaction; code: string }[];
  /** Ids that were ever denied, those too that have a number since. */
  everDenied: Set<string>;
  /** Ids of all that was made on this device. */
  written: Set<string>;
  /** Own entries that had a number here, with the last one that they had. */
  own: Map<string, { no: number; entry: Transaction }>;
}

export function emptyDisk(): Disk {
  return { base: undefined, confirmed: [], pending: [], denied: [], everDenied: new Set(), written: new Set(), own: new Map() };
}

export interface DeviceOptions {
  url: () => string;
  member: Member;
  logId: string;
  flowId: string;
  disk?: Disk;
  versions?: Versions;
  codec?: SyncCodec;
  /** Stands between socket and client: drops, delays, repeats. */
  wire?: (events: SocketEvents, connect: (events: SocketEvents) => SyncSocket) => SyncSocket;
  random?: () => number;
  now?: () => number;
  /** Hears of every number that this device is told, in its order. */
  onTold?: (entries: readonly { no: number; id: string; sha256: string }[]) => void;
  /** The server says that what this device has up to `no` is not what the server has. */
  onReset?: (no: number) => void;
  /** Divides the client's waits, for tests that live through many of them. */
  hurry?: number;
}

export interface Device {
  member: Member;
  disk: Disk;
  replica: Replica;
  client: SyncClient;
  open: OpenLog;
  stop(): void;
}

/** A device that starts from its disk and connects at once. */
export function startDevice({ url, member, logId, flowId, disk = emptyDisk(), versions = currentVersions, codec = plainCodec, wire, random = Math.random, now = Date.now, onTold, onReset, hurry = 1 }: DeviceOptions): Device {
  const replica = disk.base
    ? Replica.fromSnapshot(structuredClone(disk.base), { sha256, versions, pending: [] })
    : new Replica(initialState(flowId), { sha256, versions });
  replica.receive(disk.confirmed.map(({ no, entry, sha256: digest }) => ({ no, id: entry.id, sha256: digest, entry: copy(entry) })));
  for (const entry of disk.pending) {
    disk.written.add(entry.id);
    replica.addPending(copy(entry));
  }
  replica.subscribe(({ own }) => {
    if (!own) return;
    disk.written.add(own.entry.id);
    if (!disk.pending.some(({ id }) => id === own.entry.id)) disk.pending.push(copy(own.entry));
  });
  const keep = (pending: readonly Transaction[]) => {
    const kept = new Map(disk.pending.map((entry) => [entry.id, entry]));
    disk.pending = pending.map((entry) => kept.get(entry.id) ?? copy(entry));
  };
  const keeper: LogKeeper = {
    confirmed(entries) {
      for (const { no, entry: whole, sha256: digest } of entries) {
        const entry = copy(whole);
        disk.confirmed.push({ no, entry, sha256: digest });
        disk.denied = disk.denied.filter((one) => one.entry.id !== entry.id);
        // Not by what the entry says of its author: nobody has checked that.
        if (disk.written.has(entry.id)) disk.own.set(entry.id, { no, entry });
      }
      keep(replica.pending);
      onTold?.(entries.map(({ no, entry: { id }, sha256: digest }) => ({ no, id, sha256: digest })));
    },
    settled(entries) {
      for (const entry of entries) disk.own.set(entry.id, { no: replica.confirmed.no, entry: copy(entry) });
      keep(replica.pending);
    },
    replaced(snapshot, pending) {
      disk.base = copy(snapshot);
      disk.confirmed = [];
      keep(pending);
    },
    denied(refused) {
      for (const { entry, code } of refused) {
        disk.everDenied.add(entry.id);
        disk.denied.push({ entry: copy(entry), code });
      }
      keep(replica.pending);
    },
    ownConfirmed: (no) => [...disk.own.values()].filter((one) => one.no > no).sort((a, b) => a.no - b.no).map(({ entry }) => copy(entry)),
  };
  const hear = (frame: Uint8Array) => {
    if (frame[0] === RESET_KIND) onReset?.(replica.confirmed.no);
  };
  const connect = (events: SocketEvents) =>
    openSocket(url(), {
      ...events,
      frame: (frame) => {
        hear(frame);
        events.frame(frame);
      },
    });
  const client = createSyncClient({
    connect: wire ? (events) => wire(events, connect) : connect,
    token: async () => member.token,
    device: `device_${randomUUID()}`,
    schemas: 1,
    rules: 1,
    sha256,
    clock: { now },
    timer: (ms, task) => {
      const timer = setTimeout(task, ms / hurry);
      return () => clearTimeout(timer);
    },
    random,
  });
  const open = client.open({ logId, replica, keeper, codec });
  client.start();
  return { member, disk, replica, client, open, stop: () => client.stop() };
}

/** A real socket as the client wants it. */
export function openSocket(url: string, events: SocketEvents): SyncSocket {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.binaryType = 'nodebuffer';
  socket.on('open', () => events.opened());
  socket.on('message', (data: Buffer) => events.frame(data));
  socket.on('error', () => {});
  socket.on('close', (code, reason) => events.closed(code, reason.toString()));
  return {
    send: (frame) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.terminate(),
  };
}

/** Waits until something holds; throws with `what` when it does not within `ms` (by `now`). */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>, ms = 30_000, now = () => performance.now()): Promise<void> {
  const end = now() + ms;
  while (!(await isTrue())) {
    if (now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
