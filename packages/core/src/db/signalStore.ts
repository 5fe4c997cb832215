import type { IdSource } from '../base/id.ts';
import type { Database } from './database.ts';

/** A text that looks like an attack on prompts. */
export interface SignalRecord {
  /** ms UTC. */
  at: number;
  source: 'message' | 'flow' | 'import' | 'tool' | 'image' | 'other';
  /** The weightiest family. */
  family: string;
  turnId?: string;
  flowId?: string;
  /** 0 to 100. */
  score: number;
  /** The words that gave it away. */
  excerpt: string;
}

/** A stored signal; `dismissedAt` is set once a person has called it harmless. */
export type StoredSignal = SignalRecord & { id: string; dismissedAt?: number };

/** The log of signals that people can read. */
export interface SignalStore {
  /** Stores a signal; undefined where the same words are known for this place already, or were called harmless anywhere. */
  add(record: SignalRecord): StoredSignal | undefined;
  /** Newest first. */
  list(options?: { flowId?: string; limit?: number }): StoredSignal[];
  /** Notes that a person calls it harmless. */
  dismiss(id: string, at: number): void;
  clear(): void;
}

/** Rows that are kept: an attacker must not fill the disk. */
const MOST = 1000;
const COLUMNS = 'id, at, source, family, turn_id as turnId, flow_id as flowId, score, excerpt, dismissed_at as dismissedAt';

/** The SignalStore on a store file. */
export function createSignalStore(database: Database, ids: IdSource): SignalStore {
  return {
    add(record) {
      const excerpt = record.excerpt.slice(0, 300);
      return database.write(() => {
        const isKnown = database
          .statement('select 1 from security_signal where family = ? and excerpt = ? and (dismissed_at is not null or (source = ? and flow_id is ? and (source <> ? or turn_id is ?))) limit 1')
          .get(record.family, excerpt, record.source, record.flowId ?? null, 'message', record.turnId ?? null);
        if (isKnown) return undefined;
        const id = ids.newId('signal');
        database
          .statement('insert into security_signal (id, at, source, family, turn_id, flow_id, score, excerpt) values (?, ?, ?, ?, ?, ?, ?, ?)')
          .run(id, record.at, record.source, record.family, record.turnId ?? null, record.flowId ?? null, Math.round(record.score), excerpt);
        database.statement('delete from security_signal where rowid <= (select max(rowid) from security_signal) - ?').run(MOST);
        return { ...record, excerpt, id };
      });
    },
    list: ({ flowId, limit = 100 } = {}) =>
      database.read(() => {
        const rows = database.statement(`select ${COLUMNS} from security_signal ${flowId === undefined ? '' : 'where flow_id = ?'} order by rowid desc limit ?`).all(...(flowId === undefined ? [] : [flowId]), limit) as Record<string, unknown>[];
        return rows.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as unknown as StoredSignal);
      }),
    dismiss: (id, at) => database.write(() => void database.statement('update security_signal set dismissed_at = ? where id = ? and dismissed_at is null').run(at, id)),
    clear: () => database.write(() => void database.statement('delete from security_signal').run()),
  };
}
