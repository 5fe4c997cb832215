/** Projects: flows that belong together, and who is in the private ones. */
import { accessProblem } from '../access/errors.ts';
import type { Principal } from '../access/principal.ts';
import { workspaceProblem } from './errors.ts';
import { scopeOf, type FlowFacts, type FlowScope, type ProjectRole } from './flowScope.ts';
import { pageClause, readPage, type Page, type PageQuery, type PageValues } from './paging.ts';
import { changeIn, lookInto, type LockedPlace, type Place, type WorkspaceParts } from './place.ts';
import { planOf, PLANS } from './plans.ts';
import type { NewProject, ProjectChange, ProjectView } from './schema.ts';
import { GRACE_DAYS } from './service.ts';

export interface Projects {
  /** Those that they see; with `deleted` those that wait for their end and that they may bring back. */
  list(principal: Principal, workspaceId: string, options?: { deleted?: boolean } & PageQuery): Promise<Page<ProjectView>>;
  create(principal: Principal, workspaceId: string, wanted: NewProject): Promise<ProjectView>;
  get(principal: Principal, workspaceId: string, projectId: string): Promise<ProjectView>;
  change(principal: Principal, workspaceId: string, projectId: string, change: ProjectChange): Promise<ProjectView>;
  /** It and its flows close at once; until `purgeAt` it can be brought back. */
  remove(principal: Principal, workspaceId: string, projectId: string): Promise<{ purgeAt: number }>;
  restore(principal: Principal, workspaceId: string, projectId: string): Promise<ProjectView>;
  members(principal: Principal, workspaceId: string, projectId: string): Promise<{ userId: string; name: string; role: ProjectRole }[]>;
  setMember(principal: Principal, workspaceId: string, projectId: string, userId: string, role: ProjectRole): Promise<void>;
  removeMember(principal: Principal, workspaceId: string, projectId: string, userId: string): Promise<void>;
}

export interface ProjectRow {
  id: string;
  workspaceId: string;
  name: string | null;
  description: string;
  sealed: string | null;
  visibility: 'private' | 'team';
  createdBy: string;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  purgeAt: Date | null;
  /** Of who asks. */
  role: FlowFacts['role'];
  extra: string[];
  projectRole: ProjectRole | null;
  flows: number;
}

const PROJECTS = `select p.id, p.workspace_id as "workspaceId", p.name, p.description, p.sealed, p.visibility, p.created_by as "createdBy", p.created_at as "createdAt", p.updated_at as "updatedAt",
    p.deleted_at as "deletedAt", p.purge_at as "purgeAt", m.role, m.permissions as extra, pm.role as "projectRole",
    (select count(*) from shared_log s where s.project_id = p.id and s.deleted_at is null)::int as flows
  from project p join member m on m.workspace_id = p.workspace_id and m.user_id = $2 left join project_member pm on pm.project_id = p.id and pm.user_id = $2 where p.workspace_id = $1`;

/** The projects of a database. */
export function createProjects(parts: WorkspaceParts): Projects {
  const { ids, standardPlan } = parts;
  const read = async (place: Place, projectId: string): Promise<ProjectView> => {
    const found = await findProject(place, projectId);
    return viewOf(found.project, found.scope);
  };
  return {
    async list(principal, workspaceId, { deleted = false, ...page } = {}) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_projects' });
      const read = async (values: PageValues) => (await place.sql.query<ProjectRow>(`${PROJECTS} and p.deleted_at is ${deleted ? 'not null' : 'null'} ${pageClause('p.created_at', 'p.id', 3)}`, [workspaceId, principal.userId, ...values])).rows;
      return readPage(page, read, ({ createdAt, id }) => [createdAt, id], (project) => {
        const scope = scopeIn(place, project);
        return scope && (!deleted || maySettle(place, project)) ? viewOf(project, scope) : undefined;
      });
    },
    create: (principal, workspaceId, wanted) =>
      changeIn(parts, principal, workspaceId, { permission: 'create_projects' }, async (place) => {
        const { sql, workspace, actor } = place;
        demandName(place, wanted);
        if (wanted.name === undefined && wanted.sealed === undefined) throw workspaceProblem(workspace.encrypted ? 'NAME_NOT_SEALED' : 'NAME_SEALED');
        await demandProjectRoom(place);
        const id = ids.newId('project');
        const visibility = wanted.visibility ?? workspace.defaultVisibility;
        await sql.query('insert into project (id, workspace_id, name, description, sealed, visibility, created_by) values ($1, $2, $3, $4, $5, $6, $7)', [id, workspaceId, wanted.name ?? null, wanted.description, wanted.sealed ?? null, visibility, actor.userId]);
        // Who makes a project stays in it when it is or becomes private.
        await sql.query(`insert into project_member (project_id, user_id, role, added_by) values ($1, $2, 'editor', $2)`, [id, actor.userId]);
        await place.event({ type: 'PROJECT_CREATED', projectId: id, payload: { visibility } });
        await place.record('PROJECT_CREATED', { projectId: id, visibility });
        return read(place, id);
      }),
    async get(principal, workspaceId, projectId) {
      return read(await lookInto(parts, principal, workspaceId, { permission: 'read_projects' }), projectId);
    },
    change: (principal, workspaceId, projectId, change) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        const { project } = await demandSettling(place, projectId);
        demandName(place, change);
        const next = { name: change.name ?? project.name, sealed: change.sealed ?? project.sealed, description: change.description ?? project.description, visibility: change.visibility ?? project.visibility };
        const fields = (Object.keys(next) as (keyof typeof next)[]).filter((field) => next[field] !== project[field]);
        if (fields.length > 0) {
          await place.sql.query('update project set name = $2, sealed = $3, description = $4, visibility = $5, updated_at = now() where id = $1', [projectId, next.name, next.sealed, next.description, next.visibility]);
          await place.record('PROJECT_CHANGED', { projectId, fields });
          if (fields.includes('visibility')) await place.cut({});
        }
        return read(place, projectId);
      }),
    remove: (principal, workspaceId, projectId) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        await demandSettling(place, projectId, 'delete_own_projects');
        const { rows } = await place.sql.query<{ purgeAt: Date }>(`update project set deleted_at = now(), purge_at = now() + $2 * interval '1 day' where id = $1 returning purge_at as "purgeAt"`, [projectId, GRACE_DAYS]);
        const purgeAt = rows[0]!.purgeAt.getTime();
        await place.record('PROJECT_DELETED', { projectId, purgeAt });
        await place.cut({});
        return { purgeAt };
      }),
    restore: (principal, workspaceId, projectId) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        await demandSettling(place, projectId, 'delete_own_projects', true);
        await demandProjectRoom(place);
        await place.sql.query('update project set deleted_at = null, purge_at = null, updated_at = now() where id = $1', [projectId]);
        await place.record('PROJECT_RESTORED', { projectId });
        return read(place, projectId);
      }),
    async members(principal, workspaceId, projectId) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_members' });
      await findProject(place, projectId);
      const { rows } = await place.sql.query<{ userId: string; name: string; role: ProjectRole }>(`select pm.user_id as "userId", coalesce(u.name, '') as name, pm.role from project_member pm left join app_user u on u.id = pm.user_id where pm.project_id = $1 order by pm.added_at, pm.user_id`, [projectId]);
      return rows;
    },
    setMember: (principal, workspaceId, projectId, userId, role) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        await demandSettling(place, projectId);
        const { rowCount } = await place.sql.query('select 1 from member where workspace_id = $1 and user_id = $2', [workspaceId, userId]);
        if (!rowCount) throw workspaceProblem('MEMBER_NOT_FOUND', { userId });
        await place.sql.query('insert into project_member (project_id, user_id, role, added_by) values ($1, $2, $3, $4) on conflict (project_id, user_id) do update set role = excluded.role', [projectId, userId, role, place.actor.userId]);
        await place.record('PROJECT_MEMBER_SET', { projectId, userId, role });
        await place.cut({ userId });
      }),
    removeMember: (principal, workspaceId, projectId, userId) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_projects' }, async (place) => {
        if (userId === principal.userId && principal.kind === 'user') await findProject(place, projectId);
        else await demandSettling(place, projectId);
        const { rowCount } = await place.sql.query('delete from project_member where project_id = $1 and user_id = $2', [projectId, userId]);
        if (!rowCount) throw workspaceProblem('MEMBER_NOT_FOUND', { userId });
        await place.record('PROJECT_MEMBER_REMOVED', { projectId, userId });
        await place.cut({ userId });
      }),
  };

  async function demandProjectRoom({ sql, workspace }: LockedPlace): Promise<void> {
    const limit = PLANS[await planOf(sql, workspace.ownerId, standardPlan)].projects;
    if (limit === null) return;
    const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from project where workspace_id = $1 and deleted_at is null', [workspace.id]);
    if (rows[0]!.count >= limit) throw workspaceProblem('PROJECT_LIMIT', { limit });
  }
}

/** A project that the actor sees, and what they may do with its flows. Throws PROJECT_NOT_FOUND. */
export async function findProject(place: Place, projectId: string, evenDeleted = false): Promise<{ project: ProjectRow; scope: FlowScope }> {
  const { rows } = await place.sql.query<ProjectRow>(`${PROJECTS} and p.id = $3 ${evenDeleted ? '' : 'and p.deleted_at is null'}`, [place.workspace.id, place.actor.userId, projectId]);
  const [project] = rows;
  const scope = project && scopeIn(place, project);
  if (!scope) throw workspaceProblem('PROJECT_NOT_FOUND', { projectId });
  return { project, scope };
}

/** Throws where a name must be sealed and is not, and the other way round. Nothing given is nothing wrong. */
export function demandName({ workspace }: Place, { name, sealed, description }: { name?: string | undefined; sealed?: string | undefined; description?: string | undefined }): void {
  if (workspace.encrypted && (name !== undefined || description)) throw workspaceProblem('NAME_NOT_SEALED');
  if (!workspace.encrypted && sealed !== undefined) throw workspaceProblem('NAME_SEALED');
}

/** The project, if the actor made it (and the key or role lets them write) or manages projects; PROJECT_NOT_FOUND or PERMISSION_MISSING else. */
async function demandSettling(place: LockedPlace, projectId: string, permission: 'write_projects' | 'delete_own_projects' = 'write_projects', evenDeleted = false): Promise<{ project: ProjectRow; scope: FlowScope }> {
  const found = await findProject(place, projectId, evenDeleted);
  if (!maySettle(place, found.project, permission)) throw accessProblem('PERMISSION_MISSING', { workspaceId: place.workspace.id, permission: 'manage_projects' });
  return found;
}

function maySettle({ actor }: Place, project: ProjectRow, permission: 'write_projects' | 'delete_own_projects' = 'write_projects'): boolean {
  return actor.permissions.has('manage_projects') || (project.createdBy === actor.userId && actor.permissions.has(permission));
}

function scopeIn({ workspace }: Place, { role, extra, visibility, projectRole }: ProjectRow): FlowScope | undefined {
  return scopeOf({ role, extra, allowGuests: workspace.allowGuests, isListed: true, isPrivate: false, isCreator: false, projectVisibility: visibility, projectRole });
}

function viewOf({ role: _role, extra: _extra, projectRole: _projectRole, createdAt, updatedAt, deletedAt, purgeAt, ...project }: ProjectRow, { scope }: FlowScope): ProjectView {
  return { ...project, scope: scope ?? 'read', createdAt: createdAt.getTime(), updatedAt: updatedAt.getTime(), deletedAt: deletedAt?.getTime() ?? null, purgeAt: purgeAt?.getTime() ?? null };
}
