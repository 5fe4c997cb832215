/** Flows that are shared: a log is registered before anybody joins it, and belongs to a project or to the workspace as a whole. */
import { accessProblem } from '../access/errors.ts';
import { hasScope } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { keyProblem } from '../keys/errors.ts';
import { workspaceProblem } from './errors.ts';
import { scopeOf, type FlowFacts, type FlowScope, type ProjectRole } from './flowScope.ts';
import { pageClause, readPage, type Page, type PageQuery, type PageValues } from './paging.ts';
import { changeIn, lookInto, type LockedPlace, type Place, type WorkspaceParts } from './place.ts';
import { planOf, PLANS } from './plans.ts';
import { demandName, findProject } from './projects.ts';
import type { FlowChange, FlowView, NewFlow } from './schema.ts';
import { GRACE_DAYS } from './service.ts';
import { storageOf } from './usage.ts';

export interface Flows {
  /** Those that they see, oldest first; with `deleted` those that they may bring back. */
  list(principal: Principal, workspaceId: string, options?: { projectId?: string | undefined; deleted?: boolean } & PageQuery): Promise<Page<FlowView>>;
  /** Puts a log into the workspace, from where its owner stands; then join it at `no` and send the snapshot of `no`. */
  share(principal: Principal, workspaceId: string, wanted: NewFlow): Promise<FlowView>;
  change(principal: Principal, workspaceId: string, logId: string, change: FlowChange): Promise<FlowView>;
  /** Nobody joins it any more; what people have on their devices stays there. Until `purgeAt` it can be brought back. */
  remove(principal: Principal, workspaceId: string, logId: string): Promise<{ purgeAt: number }>;
  restore(principal: Principal, workspaceId: string, logId: string): Promise<FlowView>;
}

interface FlowRow {
  logId: string;
  workspaceId: string;
  projectId: string | null;
  name: string | null;
  sealed: string | null;
  kind: FlowView['kind'];
  visibility: 'project' | 'private';
  no: number;
  createdBy: string;
  createdByName: string;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  purgeAt: Date | null;
  role: FlowFacts['role'];
  extra: string[];
  projectVisibility: 'private' | 'team' | null;
  projectRole: ProjectRole | null;
}

const FLOWS = `select s.log_id as "logId", s.workspace_id as "workspaceId", s.project_id as "projectId", s.name, s.sealed, l.kind, s.visibility, l.head_no as no, s.created_by as "createdBy", coalesce(u.name, '') as "createdByName", s.created_at as "createdAt",
    s.updated_at as "updatedAt", s.deleted_at as "deletedAt", s.purge_at as "purgeAt", m.role, m.permissions as extra, p.visibility as "projectVisibility", pm.role as "projectRole"
  from shared_log s join log l on l.id = s.log_id join member m on m.workspace_id = s.workspace_id and m.user_id = $2
  left join app_user u on u.id = s.created_by left join project p on p.id = s.project_id left join project_member pm on pm.project_id = p.id and pm.user_id = $2
  where s.workspace_id = $1 and p.deleted_at is null`;

/** The shared flows of a database. */
export function createFlows(parts: WorkspaceParts): Flows {
  const { standardPlan } = parts;

  const find = async (place: Place, logId: string, evenDeleted = false): Promise<{ flow: FlowRow; scope: FlowScope }> => {
    const { rows } = await place.sql.query<FlowRow>(`${FLOWS} and s.log_id = $3 ${evenDeleted ? '' : 'and s.deleted_at is null'}`, [place.workspace.id, place.actor.userId, logId]);
    const [flow] = rows;
    const scope = flow && scopeIn(place, flow);
    if (!scope) throw workspaceProblem('FLOW_NOT_FOUND', { logId });
    return { flow, scope };
  };
  const read = async (place: Place, logId: string): Promise<FlowView> => {
    const { flow, scope } = await find(place, logId);
    return viewOf(flow, scope);
  };

  return {
    async list(principal, workspaceId, { projectId, deleted = false, ...page } = {}) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_projects' });
      const which = `($3::text is null or s.project_id = $3) and s.deleted_at is ${deleted ? 'not null' : 'null'}`;
      const read = async (values: PageValues) => (await place.sql.query<FlowRow>(`${FLOWS} and ${which} ${pageClause('s.created_at', 's.log_id', 4)}`, [workspaceId, principal.userId, projectId ?? null, ...values])).rows;
      return readPage(page, read, ({ createdAt, logId }) => [createdAt, logId], (flow) => {
        const scope = scopeIn(place, flow);
        return scope && (!deleted || maySettle(place, flow)) ? viewOf(flow, scope) : undefined;
      });
    },
    share: (principal, workspaceId, wanted) =>
      // Who may write in the project may share there, a guest too.
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        const { sql, workspace, actor } = place;
        const { logId, name, sealed, projectId, kind, no, chain, visibility } = wanted;
        demandName(place, wanted);
        if (name === undefined && sealed === undefined) throw workspaceProblem(workspace.encrypted ? 'NAME_NOT_SEALED' : 'NAME_SEALED');
        // Without a key its entries would come in plain words.
        if (workspace.encrypted && workspace.epoch === 0) throw keyProblem('WORKSPACE_KEY_MISSING', { workspaceId });
        if (projectId) demandEdit(place, (await findProject(place, projectId)).scope);
        else if (!actor.permissions.has('write_projects')) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission: 'write_projects' });
        demandKeyMayWrite(principal);
        const limit = PLANS[await planOf(sql, workspace.ownerId, standardPlan)].storageBytes;
        if (limit !== null && (await storageOf(sql, workspaceId)) >= limit) throw workspaceProblem('STORAGE_FULL', { limit });
        if (kind === 'catalogue') {
          const { rowCount } = await sql.query(`select 1 from log where workspace_id = $1 and kind = 'catalogue' and id <> $2`, [workspaceId, logId]);
          if (rowCount) throw workspaceProblem('CATALOGUE_EXISTS', { workspaceId });
        }
        const { rowCount } = await sql.query(
          `insert into log (id, workspace_id, kind, base_no, base_chain, head_no, head_chain, epoch, created_by) values ($1, $2, $3, $4, $5, $4, $5, $6, $7) on conflict do nothing`,
          [logId, workspaceId, kind, no, chain, workspace.epoch, actor.userId],
        );
        if (!rowCount) {
          // The same again after an answer that was lost: it is there as it was asked for.
          const { rowCount: isSame } = await sql.query(
            `select 1 from log l join shared_log s on s.log_id = l.id and s.deleted_at is null where l.id = $1 and l.workspace_id = $2 and l.created_by = $3 and l.kind = $4 and l.base_no = $5 and l.base_chain = $6`,
            [logId, workspaceId, actor.userId, kind, no, chain],
          );
          if (isSame) return read(place, logId);
          // Nothing is said about where it is: it may be in a workspace that the asker knows nothing of.
          throw workspaceProblem('FLOW_EXISTS', { logId });
        }
        await sql.query('insert into shared_log (log_id, workspace_id, project_id, name, sealed, visibility, created_by) values ($1, $2, $3, $4, $5, $6, $7)', [logId, workspaceId, projectId, name ?? null, sealed ?? null, visibility, actor.userId]);
        await place.record('FLOW_SHARED', { logId, ...(projectId ? { projectId } : {}) });
        return read(place, logId);
      }),
    change: (principal, workspaceId, logId, change) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        demandKeyMayWrite(principal);
        const { flow, scope } = await find(place, logId);
        demandEdit(place, scope);
        demandName(place, change);
        const next = { name: change.name ?? flow.name, sealed: change.sealed ?? flow.sealed, projectId: change.projectId === undefined ? flow.projectId : change.projectId, visibility: change.visibility ?? flow.visibility };
        const fields = (Object.keys(next) as (keyof typeof next)[]).filter((field) => next[field] !== flow[field]);
        const moves = fields.includes('projectId') || fields.includes('visibility');
        if (moves && !maySettle(place, flow)) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission: 'manage_projects' });
        if (fields.includes('projectId')) {
          if (next.projectId) demandEdit(place, (await findProject(place, next.projectId)).scope);
          else if (!place.actor.permissions.has('write_projects')) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission: 'write_projects' });
        }
        if (fields.length > 0) {
          await place.sql.query('update shared_log set name = $2, sealed = $3, project_id = $4, visibility = $5, updated_at = now() where log_id = $1', [logId, next.name, next.sealed, next.projectId, next.visibility]);
          await place.record('FLOW_CHANGED', { logId, fields });
          if (moves) await place.cut({});
        }
        return read(place, logId);
      }),
    remove: (principal, workspaceId, logId) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        demandKeyMayWrite(principal);
        await demandSettling(place, logId);
        const { rows } = await place.sql.query<{ purgeAt: Date }>(`update shared_log set deleted_at = now(), purge_at = now() + $2 * interval '1 day' where log_id = $1 returning purge_at as "purgeAt"`, [logId, GRACE_DAYS]);
        const purgeAt = rows[0]!.purgeAt.getTime();
        await place.record('FLOW_DELETED', { logId, purgeAt });
        await place.cut({});
        return { purgeAt };
      }),
    restore: (principal, workspaceId, logId) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        demandKeyMayWrite(principal);
        await demandSettling(place, logId, true);
        await place.sql.query('update shared_log set deleted_at = null, purge_at = null, updated_at = now() where log_id = $1', [logId]);
        await place.record('FLOW_RESTORED', { logId });
        return read(place, logId);
      }),
  };

  async function demandSettling(place: LockedPlace, logId: string, evenDeleted = false): Promise<void> {
    const { flow } = await find(place, logId, evenDeleted);
    if (!maySettle(place, flow)) throw accessProblem('PERMISSION_MISSING', { workspaceId: place.workspace.id, permission: 'manage_projects' });
  }
}

/** A flow's rules look at the person; what a key may of it is for its scopes to say. */
function demandKeyMayWrite(principal: Principal): void {
  if (!hasScope(principal, 'write_projects')) throw accessProblem('SCOPE_MISSING', { scope: 'write_projects' });
}

/** Throws PERMISSION_MISSING where the flows of a place may not be edited. */
function demandEdit({ workspace }: Place, { scope }: FlowScope): void {
  if (scope !== 'edit') throw accessProblem('PERMISSION_MISSING', { workspaceId: workspace.id, permission: 'write_projects' });
}

/** Moving, hiding and deleting a flow is for who shared it (while they may write) and for who manages projects. */
function maySettle(place: Place, flow: FlowRow): boolean {
  return place.actor.permissions.has('manage_projects') || (flow.createdBy === place.actor.userId && scopeIn(place, flow)?.scope === 'edit');
}

function scopeIn({ workspace, actor }: Place, { role, extra, visibility, createdBy, projectVisibility, projectRole }: FlowRow): FlowScope | undefined {
  return scopeOf({ role, extra, allowGuests: workspace.allowGuests, isListed: true, isPrivate: visibility === 'private', isCreator: createdBy === actor.userId, projectVisibility, projectRole });
}

function viewOf({ role: _role, extra: _extra, projectVisibility: _visibility, projectRole: _projectRole, createdAt, updatedAt, deletedAt, purgeAt, ...flow }: FlowRow, { scope }: FlowScope): FlowView {
  return { ...flow, scope: scope ?? 'read', createdAt: createdAt.getTime(), updatedAt: updatedAt.getTime(), deletedAt: deletedAt?.getTime() ?? null, purgeAt: purgeAt?.getTime() ?? null };
}
