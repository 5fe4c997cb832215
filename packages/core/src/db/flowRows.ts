import type { Database } from './database.ts';
import { storeError } from './storeError.ts';

/** One row of the list of flows. */
export interface FlowRow {
  id: string;
  name: string;
  description?: string;
  /** ms UTC, as are the other times. */
  createdAt: number;
  updatedAt: number;
  openedAt?: number;
  /** Set while the flow is in the bin. */
  deletedAt?: number;
  nodeCount: number;
  edgeCount: number;
  /** The small picture: [x, y, width, height, type] a node. */
  preview: readonly (readonly number[])[];
}

/** What an entry changes of its flow's row; fields that are left out stay. `description: null` takes it away. */
export interface FlowRowChange {
  name?: string;
  description?: string | null;
  updatedAt?: number;
  openedAt?: number;
  nodeCount?: number;
  edgeCount?: number;
  preview?: readonly (readonly number[])[];
}

export type FlowSort = 'updated' | 'opened' | 'created' | 'name';

/** The list of flows. */
export interface FlowRows {
  insert(row: FlowRow): void;
  /** Throws FLOW_NOT_FOUND. */
  update(flowId: string, change: FlowRowChange): void;
  find(flowId: string): FlowRow | undefined;
  /** Flows of the list (or of the bin), sorted; newest first, or by name. `only`: of these ids. */
  list(options: { deleted: boolean; sort: FlowSort }): FlowRow[];
  /** Throws FLOW_NOT_FOUND. */
  setDeletedAt(flowId: string, at: number | null): void;
  /** Deletes the row and everything that hangs on it. Throws FLOW_NOT_FOUND. */
  purge(flowId: string): void;
}

interface RawRow extends Omit<FlowRow, 'description' | 'openedAt' | 'deletedAt' | 'preview'> {
  description: string | null;
  openedAt: number | null;
  deletedAt: number | null;
  preview: string;
}

const COLUMNS = `id, name, description, created_at as createdAt, updated_at as updatedAt, opened_at as openedAt, deleted_at as deletedAt,
  node_count as nodeCount, edge_count as edgeCount, preview`;
const ORDER: Record<FlowSort, string> = {
  updated: 'updated_at desc, id desc',
  opened: 'coalesce(opened_at, created_at) desc, id desc',
  created: 'created_at desc, id desc',
  name: 'name collate nocase, id',
};
const CHANGE_COLUMNS: Record<keyof FlowRowChange, string> = {
  name: 'name', description: 'description', updatedAt: 'updated_at', openedAt: 'opened_at', nodeCount: 'node_count', edgeCount: 'edge_count', preview: 'preview',
};

/** The rows of the list on a store file. */
export function createFlowRows(database: Database): FlowRows {
  const changed = (result: { changes: number }, flowId: string) => {
    if (result.changes === 0) throw storeError('FLOW_NOT_FOUND', { flowId });
  };
  return {
    insert: (row) =>
      database.write(() => {
        database
          .statement(
            `insert into flow (id, name, description, created_at, updated_at, opened_at, deleted_at, node_count, edge_count, preview)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(row.id, row.name, row.description ?? null, row.createdAt, row.updatedAt, row.openedAt ?? null, row.deletedAt ?? null, row.nodeCount, row.edgeCount, JSON.stringify(row.preview));
      }),
    update(flowId, change) {
      const fields = (Object.keys(CHANGE_COLUMNS) as (keyof FlowRowChange)[]).filter((field) => change[field] !== undefined);
      if (fields.length === 0) return;
      const values = fields.map((field) => (field === 'preview' ? JSON.stringify(change.preview) : change[field]));
      // The set of columns is one of few: each text is prepared once.
      const sql = `update flow set ${fields.map((field) => `${CHANGE_COLUMNS[field]} = ?`).join(', ')} where id = ?`;
      database.write(() => changed(database.statement(sql).run(...values, flowId), flowId));
    },
    find: (flowId) =>
      database.read(() => {
        const row = database.statement(`select ${COLUMNS} from flow where id = ?`).get(flowId) as RawRow | undefined;
        return row && toRow(row);
      }),
    list: ({ deleted, sort }) =>
      database.read(() => {
        const sql = `select ${COLUMNS} from flow where deleted_at is ${deleted ? 'not null' : 'null'} order by ${deleted ? 'deleted_at desc, id' : ORDER[sort]}`;
        return (database.statement(sql).all() as RawRow[]).map(toRow);
      }),
    setDeletedAt: (flowId, at) => database.write(() => changed(database.statement('update flow set deleted_at = ? where id = ?').run(at, flowId), flowId)),
    purge: (flowId) =>
      database.write(() => {
        // A branch names its base, and SQLite would refuse to delete a base before its branches.
        database.statement('update log set base_log = null where flow_id = ?').run(flowId);
        changed(database.statement('delete from flow where id = ?').run(flowId), flowId);
      }),
  };
}

function toRow({ description, openedAt, deletedAt, preview, ...row }: RawRow): FlowRow {
  return {
    ...row,
    ...(description === null ? {} : { description }),
    ...(openedAt === null ? {} : { openedAt }),
    ...(deletedAt === null ? {} : { deletedAt }),
    preview: JSON.parse(preview) as number[][],
  };
}
