import { z } from 'zod';
import type { Aside } from '../../api/index.ts';
import { canonicalJson } from '../../base/index.ts';
import { parseEntry, type DataFolder } from '../../db/index.ts';
import { foldWithEffect, type LogState, type Transaction } from '../../flow/index.ts';
import type { DeniedEntry } from '../../sync/index.ts';
import { toStored } from './sharedLog.ts';

/** Own entries that a server refused, each lot on a branch of its flow until the person decides. */
export interface Asides {
  list(flowId: string): Aside[];
  /** Puts entries aside; those of one reason and one hour's work stay together. */
  add(flowId: string, logId: string, head: number, denied: readonly DeniedEntry[]): void;
  /** Takes out what the server took after all: another copy of it was on its way. */
  withdraw(flowId: string, entryIds: ReadonlySet<string>): void;
  /** The entries of a lot, in their order. */
  entries(asideId: string): Transaction[];
  /** Ends a lot. That its entries were made here stays known: a server may still take one of which another copy was on its way. */
  drop(asideId: string): void;
}

const aboutSchema = z.object({ code: z.string(), params: z.record(z.string(), z.unknown()), at: z.number() });
const TOGETHER_MS = 60 * 60_000;

export function createAsides({ folder, newId, now }: { folder: DataFolder; newId(prefix: string): string; now(): number }): Asides {
  const { flows, settings } = folder;
  const about = (id: string) => aboutSchema.safeParse(settings.get(`aside:${id}`)).data;
  const list = (flowId: string): Aside[] =>
    flows.logsOf(flowId).flatMap(({ id, kind }) => {
      const told = kind === 'branch' ? about(id) : undefined;
      return told ? [{ id, ...told, entries: [...flows.readEntries(id)].length }] : [];
    });
  /** A branch from where its log stands: the number that an older one began at may lie below the server's snapshot by now. */
  const branchFrom = (baseLog: string, id: string) => flows.createBranch({ id, baseLog, baseNo: flows.headOf(baseLog) });
  return {
    list,
    add(flowId, logId, head, denied) {
      for (const [code, lot] of Map.groupBy(denied, (one) => one.code)) {
        const last = list(flowId).findLast((one) => one.code === code && now() - one.at < TOGETHER_MS);
        const id = last?.id ?? newId('aside');
        if (!last) {
          flows.createBranch({ id, baseLog: logId, baseNo: head });
          settings.set(`aside:${id}`, { code, params: lot[0]!.params, at: now() });
        }
        flows.appendMany(id, lot.map(({ entry }) => toStored(entry)));
      }
    },
    withdraw(flowId, entryIds) {
      for (const { id, entries } of list(flowId)) {
        const left = [...flows.readEntries(id)].filter((entry) => !entryIds.has(entry.id));
        if (left.length === entries) continue;
        const { baseLog } = flows.getLog(id);
        flows.dropBranch(id);
        if (left.length === 0) settings.remove(`aside:${id}`);
        else {
          branchFrom(baseLog!, id);
          flows.appendMany(id, left.map(({ no: _, ...entry }) => entry));
        }
      }
    },
    entries: (id) => [...flows.readEntries(id)].map(({ bytes }) => parseEntry(bytes)),
    drop: (id) =>
      folder.withTransaction(() => {
        const { baseLog } = flows.getLog(id);
        const made = `made_${baseLog}`;
        if (!flows.findLog(made)) branchFrom(baseLog!, made);
        // Their ids alone: what a person threw away is not kept.
        flows.appendMany(made, [...flows.readEntries(id)].map(({ id: entryId, author, at }) => ({ id: entryId, author, at, bytes: new Uint8Array(0) })));
        flows.dropBranch(id);
        settings.remove(`aside:${id}`);
      }),
  };
}

/** The state with entries on top that no log holds. */
export function withEntries(state: LogState, entries: readonly Transaction[]): LogState {
  return entries.reduce((at, entry) => foldWithEffect(at, JSON.parse(canonicalJson(entry)) as Transaction).state, state);
}
