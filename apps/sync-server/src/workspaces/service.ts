/** Workspaces themselves: made, listed, changed, handed over, deleted and brought back. */
import { accessProblem } from '../access/errors.ts';
import { linksAllowed } from '../sharing/linkScope.ts';
import { permissionsOf, type Permission, type WorkspaceRole } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { workspaceProblem } from './errors.ts';
import { pageClause, readPage, type Page, type PageQuery } from './paging.ts';
import { changeIn, lockedPlace, lookInto, WORKSPACE_COLUMNS, type WorkspaceParts, type WorkspaceRow } from './place.ts';
import { planOf, PLANS, plansOf, type PlanName } from './plans.ts';
import type { NewWorkspace, WorkspaceChange, WorkspaceView } from './schema.ts';

/** Days between deleting a workspace, project or flow and its end. */
export const GRACE_DAYS = 30;

export interface Workspaces {
  /** Those that they are in, oldest first; with `deleted` those of their own that wait for their end. */
  list(principal: Principal, options?: { deleted?: boolean } & PageQuery): Promise<Page<WorkspaceView>>;
  create(principal: Principal, wanted: NewWorkspace): Promise<WorkspaceView>;
  get(principal: Principal, workspaceId: string): Promise<WorkspaceView>;
  change(principal: Principal, workspaceId: string, change: WorkspaceChange): Promise<WorkspaceView>;
  /** From now on nobody gets in; the owner may bring it back until `purgeAt`. */
  remove(principal: Principal, workspaceId: string): Promise<{ purgeAt: number }>;
  restore(principal: Principal, workspaceId: string): Promise<WorkspaceView>;
  /** The member becomes owner, the owner admin. */
  transfer(principal: Principal, workspaceId: string, userId: string): Promise<WorkspaceView>;
}

interface ListedRow extends WorkspaceRow {
  role: WorkspaceRole;
  extra: string[];
  members: number;
}

const LISTED = `select ${WORKSPACE_COLUMNS}, m.role, m.permissions as extra, (select count(*) from member all_of where all_of.workspace_id = w.id)::int as members
  from member m join workspace w on w.id = m.workspace_id where m.user_id = $1`;

/** The workspaces of a database. */
export function createWorkspaces(parts: WorkspaceParts): Workspaces {
  const { database, ids, standardPlan } = parts;

  const read = async (sql: Queryable, principal: Principal, workspaceId: string): Promise<WorkspaceView> => {
    const { rows } = await sql.query<ListedRow>(`${LISTED} and w.id = $2`, [principal.userId, workspaceId]);
    const [row] = rows;
    if (!row) throw accessProblem('WORKSPACE_NOT_FOUND', { workspaceId });
    return viewOf(row, await planOf(sql, row.ownerId, standardPlan));
  };

  return {
    async list(principal, { deleted = false, ...page } = {}) {
      const which = `${deleted ? `w.deleted_at is not null and m.role = 'owner'` : 'w.deleted_at is null'} and ($2::text is null or w.id = $2)`;
      const { rows, next } = await readPage(page, async (values) => (await database.pool.query<ListedRow>(`${LISTED} and ${which} ${pageClause('w.created_at', 'w.id', 3)}`, [principal.userId, principal.workspaceId ?? null, ...values])).rows, ({ createdAt, id }) => [createdAt, id], (row) => row);
      const planFor = await plansOf(database.pool, rows.map(({ ownerId }) => ownerId), standardPlan);
      return { rows: rows.map((row) => viewOf(row, planFor(row.ownerId))), next };
    },
    create: (principal, { name, description, encrypted, settings }) =>
      transact(database, async (transaction) => {
        const { sql } = transaction;
        demandPerson(principal);
        await demandRoomForOne(sql, principal.userId, standardPlan);
        const id = ids.newId('ws');
        const { rows } = await sql.query<WorkspaceRow>(
          `insert into workspace as w (id, name, description, owner_id, encrypted, allow_guests, default_visibility, allow_links) values ($1, $2, $3, $4, $5, $6, $7, $8) returning ${WORKSPACE_COLUMNS}`,
          [id, name, description, principal.userId, encrypted, settings.allowGuestAccess ?? false, settings.defaultProjectVisibility ?? 'team', settings.allowLinks ?? null],
        );
        await sql.query(`insert into member (workspace_id, user_id, role) values ($1, $2, 'owner')`, [id, principal.userId]);
        const place = lockedPlace(parts, transaction, { sql, workspace: rows[0]!, actor: { workspaceId: id, userId: principal.userId, role: 'owner', permissions: permissionsOf('owner') } });
        await place.event({ type: 'WORKSPACE_CREATED', payload: { encrypted } });
        await place.record('WORKSPACE_CREATED');
        return read(sql, principal, id);
      }),
    async get(principal, workspaceId) {
      const { sql } = await lookInto(parts, principal, workspaceId, { permission: 'read_projects' });
      return read(sql, principal, workspaceId);
    },
    change: (principal, workspaceId, { name, description, settings = {} }) =>
      changeIn(parts, principal, workspaceId, { permission: 'manage_settings' }, async (place) => {
        const { sql, workspace } = place;
        const next = {
          name: name ?? workspace.name,
          description: description ?? workspace.description,
          allowGuests: settings.allowGuestAccess ?? workspace.allowGuests,
          defaultVisibility: settings.defaultProjectVisibility ?? workspace.defaultVisibility,
          allowLinks: settings.allowLinks === undefined ? workspace.allowLinks : settings.allowLinks,
        };
        const fields = (Object.keys(next) as (keyof typeof next)[]).filter((field) => next[field] !== workspace[field]);
        if (fields.length > 0) {
          await sql.query('update workspace set name = $2, description = $3, allow_guests = $4, default_visibility = $5, allow_links = $6, updated_at = now() where id = $1', [workspaceId, next.name, next.description, next.allowGuests, next.defaultVisibility, next.allowLinks]);
          await place.record('WORKSPACE_CHANGED', { fields });
          if ((workspace.allowGuests && !next.allowGuests) || (workspace.allowLinks !== next.allowLinks && !next.allowLinks)) await place.cut({});
        }
        return read(sql, principal, workspaceId);
      }),
    remove: (principal, workspaceId) =>
      changeIn(parts, principal, workspaceId, { permission: 'delete_workspace' }, async (place) => {
        demandPerson(principal);
        const { rows } = await place.sql.query<{ purgeAt: Date }>(`update workspace set deleted_at = now(), purge_at = now() + $2 * interval '1 day' where id = $1 returning purge_at as "purgeAt"`, [workspaceId, GRACE_DAYS]);
        const purgeAt = rows[0]!.purgeAt.getTime();
        await place.sql.query(`update invitation set state = 'revoked', ended_at = now() where workspace_id = $1 and state = 'open'`, [workspaceId]);
        await place.record('WORKSPACE_DELETED', { purgeAt });
        await place.event({ type: 'WORKSPACE_DELETED', payload: { purgeAt } });
        await place.cut({});
        return { purgeAt };
      }),
    restore: (principal, workspaceId) =>
      changeIn(parts, principal, workspaceId, { permission: 'delete_workspace', evenDeleted: true }, async (place) => {
        demandPerson(principal);
        if (!place.workspace.deletedAt) throw workspaceProblem('WORKSPACE_NOT_DELETED', { workspaceId });
        await demandRoomForOne(place.sql, place.workspace.ownerId, standardPlan);
        await place.sql.query('update workspace set deleted_at = null, purge_at = null, updated_at = now() where id = $1', [workspaceId]);
        await place.record('WORKSPACE_RESTORED');
        await place.event({ type: 'WORKSPACE_RESTORED' });
        return read(place.sql, principal, workspaceId);
      }),
    transfer: (principal, workspaceId, userId) =>
      changeIn(parts, principal, workspaceId, { permission: 'transfer_ownership' }, async (place) => {
        demandPerson(principal);
        const { sql } = place;
        const { rows } = await sql.query<{ role: WorkspaceRole; isReady: boolean }>(
          `select m.role, u.email_verified and u.status = 'active' and u.delete_at is null as "isReady" from member m join app_user u on u.id = m.user_id where m.workspace_id = $1 and m.user_id = $2`,
          [workspaceId, userId],
        );
        const [target] = rows;
        if (!target) throw workspaceProblem('MEMBER_NOT_FOUND', { userId });
        if (!target.isReady || target.role === 'guest' || target.role === 'owner') throw workspaceProblem('TRANSFER_TARGET', { userId });
        await demandRoomForOne(sql, userId, standardPlan);
        // In this order: a workspace never has two owners, not even in between.
        await sql.query(`update member set role = 'admin' where workspace_id = $1 and role = 'owner'`, [workspaceId]);
        await sql.query(`update member set role = 'owner', permissions = '{}' where workspace_id = $1 and user_id = $2`, [workspaceId, userId]);
        await sql.query('update workspace set owner_id = $2, updated_at = now() where id = $1', [workspaceId, userId]);
        await place.record('OWNERSHIP_TRANSFERRED', { from: principal.userId, to: userId });
        await place.event({ type: 'OWNERSHIP_TRANSFERRED', payload: { from: principal.userId, to: userId } });
        // Nobody loses anything, but whoever only read may write now.
        await place.cut({ userId });
        return read(sql, principal, workspaceId);
      }),
  };
}

/** Throws SESSION_NEEDED for keys: what founds, ends or moves a workspace is done by a person. */
export function demandPerson(principal: Principal): void {
  if (principal.kind !== 'user') throw accessProblem('SESSION_NEEDED');
}

/** Throws WORKSPACE_LIMIT when they own as many as their plan allows. Whoever asks for the same person waits until this transaction ends. */
async function demandRoomForOne(sql: Queryable, userId: string, standardPlan: PlanName): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`workspaces of ${userId}`]);
  const limit = PLANS[await planOf(sql, userId, standardPlan)].workspaces;
  if (limit === null) return;
  const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from workspace where owner_id = $1 and deleted_at is null', [userId]);
  if (rows[0]!.count >= limit) throw workspaceProblem('WORKSPACE_LIMIT', { limit });
}

function viewOf(row: ListedRow, plan: PlanName): WorkspaceView {
  const { workspaces, members, projects, storageBytes } = PLANS[plan];
  const permissions: Permission[] = [...permissionsOf(row.role, row.extra)];
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    ownerId: row.ownerId,
    role: row.role,
    permissions,
    encrypted: row.encrypted,
    epoch: row.epoch,
    rotationWanted: row.rotationWantedAt !== null,
    settings: { allowGuestAccess: row.allowGuests, defaultProjectVisibility: row.defaultVisibility, allowLinks: row.allowLinks },
    linksAllowed: linksAllowed({ ...row, plan }, plan),
    subscription: { plan, limits: { workspaces, members, projects, storageBytes } },
    members: row.members,
    createdAt: row.createdAt.getTime(),
    updatedAt: row.updatedAt.getTime(),
    deletedAt: row.deletedAt?.getTime() ?? null,
    purgeAt: row.purgeAt?.getTime() ?? null,
  };
}
