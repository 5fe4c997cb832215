import { hash } from 'node:crypto';
import { canonicalJson } from '../../base/index.ts';
import { parseEntry, readState, type DataFolder, type FlowRowChange, type NewEntry } from '../../db/index.ts';
import { fold, snapshotOf, type Effect, type LogState, type Transaction } from '../../flow/index.ts';
import { Replica, type DeniedEntry, type LogKeeper, type LogSnapshot } from '../../sync/index.ts';

/** A log that a server numbers, on this device: what it confirmed, what waits, and where both lie. */
export interface SharedLog {
  readonly replica: Replica;
  readonly keeper: LogKeeper;
  /** Number of the newest snapshot in the store. */
  readonly snapshotNo: number;
  /** Stores an own entry as waiting, durable when this returns; then it is in the view. */
  add(transaction: Transaction, together?: () => void): void;
  /** Writes a snapshot of what is confirmed. */
  writeSnapshot(): void;
}

export interface SharedLogOptions {
  folder: DataFolder;
  flowId: string;
  logId: string;
  /** The flow's row of the list after a change of the state. */
  rowChange(before: LogState, after: LogState): FlowRowChange;
  /** Puts entries that were denied somewhere else; runs inside the SQL transaction that takes them out of what waits. */
  onDenied(denied: readonly DeniedEntry[]): void;
  /** The server has these own or foreign entries; runs inside the SQL transaction that stores them. */
  onConfirmed(entryIds: ReadonlySet<string>): void;
}

const encoder = new TextEncoder();
const bytesOf = (value: unknown) => encoder.encode(canonicalJson(value));

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes);
}

/** The shared log of the store; throws LOG_NOT_FOUND and what reading the store throws. */
export function openSharedLog({ folder, flowId, logId, rowChange, onDenied, onConfirmed }: SharedLogOptions): SharedLog {
  const { flows } = folder;
  const opened = readState(flows, logId);
  const replica = new Replica(opened.state, { sha256, chain: flows.chainOf(logId, opened.state.no), pending: flows.listPending(logId).map(({ bytes }) => parseEntry(bytes)) });
  if (opened.stoppedBefore !== undefined) replica.stop({ code: 'LOG_VERSION_UNKNOWN', params: { no: opened.stoppedBefore } });
  /** Own entries that the server has, but that lie below its snapshot here: a branch keeps them for the day on which it loses them. */
  const ownBranch = `own_${logId}`;
  const keepOwn = (entries: readonly NewEntry[]) => {
    if (entries.length === 0) return;
    if (!flows.findLog(ownBranch)) flows.createBranch({ id: ownBranch, baseLog: logId, baseNo: flows.headOf(logId) });
    flows.appendMany(ownBranch, entries.map(({ id, author, at, bytes }) => ({ id, author, at, bytes })));
  };
  let snapshotNo = flows.latestSnapshot(logId)?.no ?? 0;
  /** The view that the flow's row tells of. */
  let told = replica.view;
  const tellRow = () => {
    flows.updateFlow(flowId, rowChange(told, replica.view));
    told = replica.view;
  };

  return {
    replica,
    get snapshotNo() {
      return snapshotNo;
    },
    add(transaction, together) {
      const after = fold(replica.view, transaction);
      folder.withTransaction(() => {
        flows.addPending(logId, toStored(transaction));
        flows.updateFlow(flowId, rowChange(told, after));
        together?.();
      });
      told = after;
      replica.addPending(transaction);
    },
    writeSnapshot() {
      const { confirmed } = replica;
      if (confirmed.no <= snapshotNo) return;
      flows.writeSnapshot(logId, { no: confirmed.no, rules: confirmed.rules, schema: confirmed.schema, bytes: bytesOf(snapshotOf(confirmed)) });
      snapshotNo = confirmed.no;
    },
    keeper: {
      confirmed(entries) {
        folder.withTransaction(() => {
          flows.receiveConfirmed(logId, entries.map(({ no, entry, effect, sha256: digest }) => ({ ...toStored(entry), no, digest, effect: bytesOf(effect) })));
          onConfirmed(new Set(entries.map(({ entry }) => entry.id)));
          tellRow();
        });
      },
      replaced(snapshot, pending) {
        folder.withTransaction(() => {
          keepOwn(flows.ownEntries(logId, 0));
          const waits = new Set(pending.map(({ id }) => id));
          const gone = new Set(flows.listPending(logId).flatMap(({ id }) => (waits.has(id) ? [] : [id])));
          flows.replaceFromSnapshot(logId, storedSnapshot(snapshot), pending.map(toStored), gone);
          tellRow();
        });
        snapshotNo = snapshot.no;
      },
      settled(entries) {
        folder.withTransaction(() => {
          keepOwn(entries.map(toStored));
          for (const { id } of entries) flows.removePending(logId, id);
        });
      },
      denied(refused) {
        folder.withTransaction(() => {
          onDenied(refused);
          for (const { entry } of refused) flows.removePending(logId, entry.id);
          tellRow();
        });
      },
      ownConfirmed: (no) => [...(flows.findLog(ownBranch) ? flows.readEntries(ownBranch) : []), ...flows.ownEntries(logId, no)].map(({ bytes }) => parseEntry(bytes)),
    },
  };
}

/** A snapshot of a server as the store keeps it. */
export function storedSnapshot({ no, chain, state }: LogSnapshot): { no: number; chain: string; rules: number; schema: number; bytes: Uint8Array } {
  return { no, chain, rules: state.rules, schema: state.schema, bytes: bytesOf(state) };
}

/** An entry as the store keeps it; one that nobody can read has an id and nothing else. */
export function toStored(entry: Transaction): NewEntry {
  return { id: entry.id, author: entry.author ?? { kind: 'user', id: '', name: '' }, at: entry.at ?? 0, bytes: bytesOf(entry) };
}

/** The effects of what waits, by entry. */
export function pendingEffects(replica: Replica, effectOf: (state: LogState, entry: Transaction) => { state: LogState; effect: Effect }): { no: number; entry: Transaction; effect: Effect }[] {
  let state = replica.confirmed;
  return replica.pending.map((entry) => {
    const folded = effectOf(state, entry);
    state = folded.state;
    return { no: state.no, entry, effect: folded.effect };
  });
}
