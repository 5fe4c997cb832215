/** What instances say to one another. Only hints: whoever misses one finds out by reading rows. */
import type pg from 'pg';
import type { Logger } from '@uxflow/core/base';
import type { ServerDatabase } from '../db/database.ts';

export interface Bus {
  /** Tells every instance, this one too. Never throws: a hint that is lost is made up for by the polls. */
  publish(channel: string, text: string): Promise<void>;
  subscribe(channel: string, listener: (text: string) => void): () => void;
  /** Called after the connection was lost and is there again: whatever was said meanwhile is lost. */
  onGap(listener: () => void): () => void;
  close(): Promise<void>;
}

/** Bytes that one NOTIFY may carry; longer texts are left to the polls. */
export const BUS_TEXT_BYTES = 7500;
const CHANNEL = 'uxflow_sync';
const RECONNECT_MS = 500;

/** The bus on LISTEN and NOTIFY of the server's own database. */
export async function createPostgresBus(database: ServerDatabase, logger: Logger): Promise<Bus> {
  const listeners = createListeners();
  let client: pg.Client | undefined;
  let closed = false;

  const open = async (isFirst: boolean): Promise<void> => {
    while (!closed) {
      try {
        // Hints of several parts at once are sent one behind the other.
        const next = await database.connect({ pipeline: true });
        next.on('notification', ({ payload = '' }) => listeners.tell(payload));
        next.on('error', () => {});
        next.on('end', () => {
          if (client === next) client = undefined;
          if (!closed) setTimeout(() => void open(false), RECONNECT_MS);
        });
        // A hint need not survive a power cut, so nobody waits for the disk.
        await next.query('set synchronous_commit = off');
        await next.query(`listen ${CHANNEL}`);
        client = next;
        if (!isFirst) listeners.tellGap();
        return;
      } catch (error) {
        if (isFirst) throw error;
        logger.warn('the bus is not connected', { error: String(error) });
        await new Promise((done) => setTimeout(done, RECONNECT_MS));
      }
    }
  };
  await open(true);
  return {
    ...listeners.api,
    async publish(channel, text) {
      const payload = `${channel} ${text}`;
      if (Buffer.byteLength(payload) > BUS_TEXT_BYTES) return;
      await client?.query({ name: 'notify', text: `select pg_notify('${CHANNEL}', $1)`, values: [payload] }).catch((error: unknown) => logger.warn('a hint was lost', { error: String(error) }));
    },
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}

/** The listeners of a bus; `tell` takes `channel text`. */
export function createListeners() {
  const byChannel = new Map<string, Set<(text: string) => void>>();
  const gaps = new Set<() => void>();
  return {
    tell(payload: string): void {
      const at = payload.indexOf(' ');
      for (const listener of byChannel.get(payload.slice(0, at)) ?? []) listener(payload.slice(at + 1));
    },
    tellGap(): void {
      for (const listener of gaps) listener();
    },
    api: {
      subscribe(channel: string, listener: (text: string) => void) {
        let set = byChannel.get(channel);
        if (!set) byChannel.set(channel, (set = new Set()));
        set.add(listener);
        return () => void set.delete(listener);
      },
      onGap(listener: () => void) {
        gaps.add(listener);
        return () => void gaps.delete(listener);
      },
    },
  };
}
