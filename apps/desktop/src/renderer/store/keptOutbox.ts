import { transactionSchema, type Transaction } from '@uxflow/core';
import { z } from 'zod';

const key = (flowId: string) => `uxflow.outbox.${flowId}`;

/** Keeps entries that the engine has not acknowledged, so that closing the window while it is away loses nothing. */
export function keepOutbox(flowId: string, entries: readonly Transaction[]): void {
  try {
    if (entries.length === 0) localStorage.removeItem(key(flowId));
    else localStorage.setItem(key(flowId), JSON.stringify(entries));
  } catch {
    // Storage is full or off: the entries live on in this window as long as it is open.
  }
}

/** Entries that an earlier window could not deliver, oldest first. The engine knows those that it has already by their ids. */
export function takeOutbox(flowId: string): Transaction[] {
  try {
    const kept = localStorage.getItem(key(flowId));
    return kept ? (z.array(transactionSchema).parse(JSON.parse(kept)) as Transaction[]) : [];
  } catch {
    return [];
  }
}
