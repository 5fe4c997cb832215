/**
 * A workspace as somebody acts in it. Whatever changes its members, projects, flows or limits runs inside one transaction that locks the
 * workspace's row first and looks at the actor's role only then: two admins who remove each other come one after the other, and the second
 * is no admin any more.
 */
import type { IdSource, Logger } from '@uxflow/core/base';
import { hasScope, requireWorkspace, type Membership, type Permission } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import { accessProblem } from '../access/errors.ts';
import type { Queryable, ServerDatabase } from '../db/database.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import { concernedBy } from '../keys/concerned.ts';
import { writeEvent, type NewEvent, type Outbox } from '../jobs/outbox.ts';
import { linksChangedBy } from '../sharing/linkChanges.ts';
import type { Revocation } from '../sync/access.ts';
import type { LinksChanged } from '../sync/linkNotices.ts';
import type { ActivityCode } from './activityCodes.ts';
import type { PlanName } from './plans.ts';

/** What the services of this folder share. */
export interface WorkspaceParts {
  database: ServerDatabase;
  outbox: Outbox;
  ids: IdSource;
  logger: Logger;
  /** Says on every instance that somebody lost something. */
  revoke(revocation: Revocation): Promise<void>;
  /** Tells the apps of these people, on every instance, that the keys of a workspace have changed. Never throws. */
  sayKeysChanged(workspaceId: string, userIds: Iterable<string>): Promise<void>;
  /** Tells open pages of links, on every instance, that they may show something else now. Never throws. */
  sayLinksChanged(changed: LinksChanged): Promise<void>;
  /** Plan of who pays for none. */
  standardPlan: PlanName;
  /** Who gives plans; without it the operator. */
  planChanges?: 'operator' | 'self';
}

export interface WorkspaceRow {
  id: string;
  name: string;
  description: string;
  ownerId: string;
  allowGuests: boolean;
  defaultVisibility: 'private' | 'team';
  /** Null: as the plan says. */
  allowLinks: boolean | null;
  encrypted: boolean;
  epoch: number;
  rotationWantedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
  deletedAt: Date | null;
  purgeAt: Date | null;
}

export const WORKSPACE_COLUMNS = `w.id, w.name, w.description, w.owner_id as "ownerId", w.allow_guests as "allowGuests", w.default_visibility as "defaultVisibility", w.allow_links as "allowLinks", w.encrypted, w.epoch,
  w.rotation_wanted_at as "rotationWantedAt", w.created_at as "createdAt", w.updated_at as "updatedAt", w.deleted_at as "deletedAt", w.purge_at as "purgeAt"`;

/** A workspace, who acts, and what they may. */
export interface Place {
  sql: Queryable;
  workspace: WorkspaceRow;
  actor: Membership & { userId: string };
}

/** A place inside a transaction that holds the workspace's lock. */
export interface LockedPlace extends Place, Transaction {
  event(event: Omit<NewEvent, 'workspaceId' | 'userId'> & { userId?: string }): Promise<void>;
  /** Writes a line of the activity list, and its event. `params` hold ids and roles, never names. */
  record(code: ActivityCode, params?: Record<string, unknown>): Promise<void>;
  /** Takes effect on open sockets as soon as this is committed; the event makes up for a process that dies in between. */
  cut(revocation: { userId?: string; linkId?: string }): Promise<void>;
}

export interface PlaceOptions {
  permission?: Permission | undefined;
  /** Also one that is deleted and waits to be purged. */
  evenDeleted?: boolean;
}

/** A place to read from. Throws WORKSPACE_NOT_FOUND for who is no member, PERMISSION_MISSING for a member who may not. */
export async function lookInto({ database }: Pick<WorkspaceParts, 'database'>, principal: Principal, workspaceId: string, options: PlaceOptions = {}): Promise<Place> {
  return enter(database.pool, principal, workspaceId, '', options);
}

/** Runs `work` in the locked workspace; throws as `lookInto` does, and nothing is changed then. */
export async function changeIn<T>(parts: WorkspaceParts, principal: Principal, workspaceId: string, options: PlaceOptions, work: (place: LockedPlace) => Promise<T>): Promise<T> {
  return transact(parts.database, async (transaction) => {
    // Against each other, not against rows that merely name the workspace: else a counter's insert and a change here could wait for one another.
    const place = await enter(transaction.sql, principal, workspaceId, 'for no key update of w', options);
    return work(lockedPlace(parts, transaction, place));
  });
}

/** The place of a transaction that has the lock already. */
export function lockedPlace(parts: WorkspaceParts, { sql, after }: Transaction, place: Place): LockedPlace {
  const workspaceId = place.workspace.id;
  after(() => parts.outbox.kick());
  const event: LockedPlace['event'] = async (given) => void (await writeEvent(sql, { userId: place.actor.userId, ...given, workspaceId }));
  return {
    ...place,
    sql,
    after,
    event,
    async record(code, params = {}) {
      await sql.query('insert into activity (workspace_id, actor_id, code, params) values ($1, $2, $3, $4)', [workspaceId, place.actor.userId, code, JSON.stringify(params)]);
      if (place.workspace.encrypted) {
        const concerned = await concernedBy(sql, workspaceId, code, params);
        if (concerned.length > 0) after(() => parts.sayKeysChanged(workspaceId, concerned));
      }
      const shown = linksChangedBy(workspaceId, code, params);
      if (shown) after(() => parts.sayLinksChanged(shown));
      await event({ type: 'USER_ACTIVITY_LOGGED', ...(typeof params.projectId === 'string' ? { projectId: params.projectId } : {}), payload: { code } });
    },
    async cut({ userId, linkId }) {
      const revocation = { workspaceId, ...(userId === undefined ? {} : { userId }), ...(linkId === undefined ? {} : { linkId }) };
      await event({ type: 'ACCESS_NARROWED', payload: revocation });
      after(() => parts.revoke(revocation).catch((error: unknown) => parts.logger.warn('sockets are cut a little later', { error: String(error) })));
    },
  };
}

async function enter(sql: Queryable, principal: Principal, workspaceId: string, lock: string, { permission, evenDeleted = false }: PlaceOptions): Promise<Place> {
  // Strangers lock nothing.
  const { rows } = await sql.query<WorkspaceRow>(`select ${WORKSPACE_COLUMNS} from workspace w join member m on m.workspace_id = w.id and m.user_id = $2 where w.id = $1 ${lock}`, [workspaceId, principal.userId]);
  const [workspace] = rows;
  if (!workspace || (workspace.deletedAt && !evenDeleted)) throw accessProblem('WORKSPACE_NOT_FOUND', { workspaceId });
  // Asked after the lock is held: the role may have changed while this waited for it.
  const membership = await requireWorkspace(sql, principal, workspaceId, permission, { evenDeleted });
  // A key gives away no more than it may itself.
  const permissions = new Set([...membership.permissions].filter((one) => hasScope(principal, one)));
  return { sql, workspace, actor: { ...membership, permissions, userId: principal.userId } };
}
