/** Binary content of shared flows: stored once a flow under a name that follows from it, read by whoever reads the flow. The server looks at no content. */
import { createHash } from 'node:crypto';
import { isSealedForm } from '@uxflow/core/keyMessages';
import { accessProblem } from '../access/errors.ts';
import type { Principal } from '../access/principal.ts';
import { workspaceProblem } from '../workspaces/errors.ts';
import { scopesOf } from '../workspaces/flowScope.ts';
import { changeIn, lookInto, type Place, type WorkspaceParts } from '../workspaces/place.ts';
import { planOf, PLANS } from '../workspaces/plans.ts';
import { storageOf } from '../workspaces/usage.ts';
import { assetProblem } from './errors.ts';

export interface Assets {
  /** Names and sizes of what a flow has here, oldest first. Throws FLOW_NOT_FOUND. */
  list(principal: Principal, workspaceId: string, logId: string): Promise<{ name: string; size: number }[]>;
  /** Throws FLOW_NOT_FOUND, ASSET_NOT_FOUND. */
  read(principal: Principal, workspaceId: string, logId: string, name: string): Promise<Uint8Array<ArrayBuffer>>;
  /** Stores it; the same name again changes nothing. Throws FLOW_NOT_FOUND, PERMISSION_MISSING, ASSET_NAME_WRONG, ASSET_NOT_SEALED, ASSET_TOO_LARGE, STORAGE_FULL. */
  store(principal: Principal, workspaceId: string, logId: string, name: string, bytes: Uint8Array): Promise<void>;
}

/** Bytes of one asset as it travels: 10 MB of a picture, and what sealing adds. */
export const ASSET_BYTES = 10 * 1024 * 1024 + 1024;
/** Assets that a list names at most. */
const LIST_LIMIT = 10_000;
const SEALED_NAME = /^[A-Za-z0-9_-]{43}$/;

/** The assets of a database. */
export function createAssets(parts: WorkspaceParts): Assets {
  const { standardPlan } = parts;
  return {
    async list(principal, workspaceId, logId) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_projects' });
      await demandFlow(place, logId);
      const { rows } = await place.sql.query<{ name: string; size: number }>('select name, size from asset where log_id = $1 order by created_at, name limit $2', [logId, LIST_LIMIT]);
      return rows;
    },
    async read(principal, workspaceId, logId, name) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_projects' });
      await demandFlow(place, logId);
      const { rows } = await place.sql.query<{ bytes: Buffer }>('select bytes from asset where log_id = $1 and name = $2', [logId, name]);
      if (!rows[0]) throw assetProblem('ASSET_NOT_FOUND');
      return new Uint8Array(rows[0].bytes);
    },
    store: (principal, workspaceId, logId, name, bytes) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        const { sql, workspace, actor } = place;
        if ((await demandFlow(place, logId)) !== 'edit') throw accessProblem('PERMISSION_MISSING', { workspaceId, permission: 'write_projects' });
        if (bytes.length > ASSET_BYTES) throw assetProblem('ASSET_TOO_LARGE', { limit: ASSET_BYTES });
        if (workspace.encrypted) {
          if (!isSealedForm(bytes)) throw assetProblem('ASSET_NOT_SEALED');
          if (!SEALED_NAME.test(name)) throw assetProblem('ASSET_NAME_WRONG');
        } else if (createHash('sha256').update(bytes).digest('hex') !== name) throw assetProblem('ASSET_NAME_WRONG');
        const { rowCount: isThere } = await sql.query('select 1 from asset where log_id = $1 and name = $2', [logId, name]);
        if (isThere) return;
        const limit = PLANS[await planOf(sql, workspace.ownerId, standardPlan)].storageBytes;
        if (limit !== null && (await storageOf(sql, workspaceId)) + bytes.length > limit) throw workspaceProblem('STORAGE_FULL', { limit });
        await sql.query('insert into asset (log_id, name, bytes, size, created_by) values ($1, $2, $3, $4, $5)', [logId, name, bytes, bytes.length, actor.userId]);
        // The measurement of this minute counts what came within it: many pictures at once do not slip through.
        await sql.query('update workspace_storage set bytes = bytes + $2 where workspace_id = $1', [workspaceId, bytes.length]);
      }),
  };
}

/** What the actor may do with a flow of the workspace. Throws FLOW_NOT_FOUND where that is nothing. */
async function demandFlow({ sql, workspace, actor }: Place, logId: string): Promise<'edit' | 'comment' | 'read'> {
  const { rowCount } = await sql.query('select 1 from log where id = $1 and workspace_id = $2', [logId, workspace.id]);
  const [scope] = rowCount ? await scopesOf(sql, [{ userId: actor.userId, logId }]) : [];
  if (!scope) throw workspaceProblem('FLOW_NOT_FOUND', { logId });
  return scope.scope ?? 'read';
}
