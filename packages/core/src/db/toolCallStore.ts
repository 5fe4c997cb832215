import type { IdSource } from '../base/id.ts';
import type { Database } from './database.ts';

/** One call of a tool over MCP. */
export interface ToolCallRecord {
  /** ms UTC. */
  at: number;
  /** `in`: somebody called us; `out`: our agent called a tool of the person. */
  direction: 'in' | 'out';
  peer: string;
  tool: string;
  outcome: 'ok' | 'failed' | 'denied' | 'timedOut';
  ms: number;
  flowId?: string;
  /** What went wrong, or what was asked; at most 300 characters are kept. */
  note: string;
}

/** The readable log of calls over MCP. */
export interface ToolCallStore {
  add(record: ToolCallRecord): void;
  /** Newest first. */
  list(limit?: number): (ToolCallRecord & { id: string })[];
  clear(): void;
}

/** Rows that are kept: what came long ago helps nobody, and a client that calls without end must not fill the disk. */
const MOST = 1000;

/** The ToolCallStore on a store file. */
export function createToolCallStore(database: Database, ids: IdSource): ToolCallStore {
  return {
    add(record) {
      database.write(() => {
        database
          .statement('insert into tool_call (id, at, direction, peer, tool, outcome, ms, flow_id, note) values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
          .run(ids.newId('toolcall'), record.at, record.direction, record.peer, record.tool, record.outcome, Math.round(record.ms), record.flowId ?? null, record.note.slice(0, 300));
        database.statement('delete from tool_call where rowid <= (select max(rowid) from tool_call) - ?').run(MOST);
      });
    },
    list: (limit = 100) =>
      database.read(() => {
        const rows = database.statement('select id, at, direction, peer, tool, outcome, ms, flow_id as flowId, note from tool_call order by rowid desc limit ?').all(limit) as (ToolCallRecord & { id: string; flowId: string | null })[];
        return rows.map(({ flowId, ...row }) => ({ ...row, ...(flowId === null ? {} : { flowId }) }));
      }),
    clear: () => database.write(() => void database.statement('delete from tool_call').run()),
  };
}
