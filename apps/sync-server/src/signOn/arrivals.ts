/**
 * Who comes by a connection, and what becomes of them here: an account, a place in the workspace, an arrival to which sessions go back.
 * A connection speaks for addresses of its proven domains and for nobody else, and an account that somebody made with an address which they
 * never confirmed is not handed over together with what they put into it.
 */
import { createHash } from 'node:crypto';
import { WORKSPACE_ROLES } from '../access/permissions.ts';
import { Problem } from '../access/problem.ts';
import { writeAudit, type Origin } from '../accounts/audit.ts';
import { accountProblem } from '../accounts/errors.ts';
import { reservedUntil } from '../accounts/reservedEmail.ts';
import type { Queryable } from '../db/database.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { writeEvent } from '../jobs/outbox.ts';
import { demandSeat } from '../workspaces/invitations.ts';
import { lockedPlace, WORKSPACE_COLUMNS, type WorkspaceParts, type WorkspaceRow } from '../workspaces/place.ts';
import { permissionsOf } from '../access/permissions.ts';
import type { Claims } from './claims.ts';
import type { Connection, JoinRole } from './connection.ts';
import { signOnProblem } from './errors.ts';

export interface Arrival {
  id: string;
  userId: string;
  twoFactor: boolean;
  /** Sessions that go back to it end then. */
  expiresAt: Date;
}

/** Takes somebody in; everything or nothing. Throws SIGN_ON_FOREIGN, SIGN_ON_ACCOUNT, SIGN_ON_RESERVED, SIGN_ON_NO_ROLE, SEATS_FULL. */
export async function takeIn(parts: WorkspaceParts, connection: Connection, claims: Claims, origin: Origin): Promise<Arrival> {
  return transact(parts.database, async (transaction) => {
    const { sql } = transaction;
    // The workspace first, as everybody does who changes its members.
    const { rows } = await sql.query<WorkspaceRow>(`select ${WORKSPACE_COLUMNS} from workspace w where w.id = $1 and w.deleted_at is null for no key update`, [connection.workspaceId]);
    const [workspace] = rows;
    if (!workspace) throw signOnProblem('SIGN_ON_OFF');
    await demandOwnDomain(sql, connection, claims.email);
    const person = await findPerson(sql, connection, claims, origin);
    if (person.status !== 'active') throw accountProblem('ACCOUNT_SUSPENDED');
    await giveRole(parts, transaction, workspace, connection, claims, person);
    const until = Math.min(claims.until ?? Infinity, Date.now() + connection.sessionDays * 86_400_000);
    const arrival: Arrival = { id: newId('arrival'), userId: person.id, twoFactor: person.twoFactor, expiresAt: new Date(until) };
    await sql.query(`insert into sign_on_identity (connection_id, subject, user_id) values ($1, $2, $3) on conflict (connection_id, subject) do update set last_at = now()`, [connection.id, claims.subject, person.id]);
    await sql.query(`insert into sign_on_arrival (id, connection_id, user_id, subject, name_id, session_index, expires_at, authenticated_at, id_token_sealed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, [arrival.id, connection.id, person.id, claims.subject, claims.nameId ? JSON.stringify(claims.nameId) : null, claims.sessionIndex ?? null, arrival.expiresAt, claims.authenticatedAt === undefined ? null : new Date(Math.min(claims.authenticatedAt, Date.now())), claims.idTokenSealed ?? null]);
    return arrival;
  });
}

/** What would keep somebody out; undefined: all is well. Changes nothing. Throws what is no answer to that: a database that does not answer refuses nobody. */
export async function problemOfTakingIn(parts: WorkspaceParts, connection: Connection, claims: Claims, origin: Origin): Promise<Problem | undefined> {
  const undo = new Error('undo');
  try {
    await transact(parts.database, async (transaction) => {
      const { rows } = await transaction.sql.query<WorkspaceRow>(`select ${WORKSPACE_COLUMNS} from workspace w where w.id = $1 and w.deleted_at is null for no key update`, [connection.workspaceId]);
      if (!rows[0]) throw signOnProblem('SIGN_ON_OFF');
      await demandOwnDomain(transaction.sql, connection, claims.email);
      await giveRole(parts, transaction, rows[0], connection, claims, await findPerson(transaction.sql, connection, claims, origin));
      throw undo;
    });
  } catch (error) {
    if (error instanceof Problem) return error;
    if (error !== undo) throw error;
  }
  return undefined;
}

/** The part behind the last @. */
export function domainOf(email: string): string {
  return email.slice(email.lastIndexOf('@') + 1).toLowerCase();
}

async function demandOwnDomain(sql: Queryable, connection: Connection, email: string): Promise<void> {
  const { rowCount } = await sql.query('select 1 from sign_on_domain where connection_id = $1 and domain = $2 and proven_at is not null and suspended_at is null', [connection.id, domainOf(email)]);
  if (!rowCount) throw signOnProblem('SIGN_ON_FOREIGN');
}

interface Person {
  id: string;
  status: string;
  email: string;
  emailVerified: boolean;
  twoFactor: boolean;
}

const PERSON = `u.status, u.id, u.email, u.email_verified as "emailVerified", u.two_factor_enabled as "twoFactor"`;

async function findPerson(sql: Queryable, connection: Connection, claims: Claims, origin: Origin): Promise<Person> {
  const known = (await sql.query<Person>(`select ${PERSON} from sign_on_identity i join app_user u on u.id = i.user_id where i.connection_id = $1 and i.subject = $2`, [connection.id, claims.subject])).rows[0];
  if (known) {
    // Who has taken the account elsewhere is out of this provider's reach.
    await demandOwnDomain(sql, connection, known.email);
    return known;
  }
  const holder = (await sql.query<{ id: string }>('select id from app_user where email = $1', [claims.email])).rows[0];
  const reserved = await reservedUntil(sql, claims.email, holder?.id);
  if (reserved) throw signOnProblem('SIGN_ON_RESERVED', { day: reserved.toISOString().slice(0, 10) });
  const made = (
    await sql.query<Person>(`insert into app_user as u (id, name, email, email_verified) values ($1, $2, $3, true) on conflict (email) do nothing returning ${PERSON}`, [newId('user'), claims.name ?? claims.email.split('@')[0]!.slice(0, 100), claims.email])
  ).rows[0];
  if (made) {
    await writeEvent(sql, { type: 'USER_REGISTERED', userId: made.id });
    await writeAudit(sql, 'ACCOUNT_REGISTERED', made.id, origin, { by: 'signOn', connectionId: connection.id });
    return made;
  }
  const same = (await sql.query<Person>(`select ${PERSON} from app_user u where u.email = $1`, [claims.email])).rows[0]!;
  if (!same.emailVerified) throw signOnProblem('SIGN_ON_ACCOUNT');
  await writeAudit(sql, 'AUTH_PROVIDER_LINKED', same.id, origin, { by: 'signOn', connectionId: connection.id });
  return same;
}

/** The mightiest role that a group of theirs has in the map; undefined when none has. */
export function mappedRole({ roleMap }: Pick<Connection, 'roleMap'>, groups: readonly string[]): JoinRole | undefined {
  const roles = roleMap.filter(({ group }) => groups.includes(group)).map(({ role }) => role);
  return WORKSPACE_ROLES.find((role): role is JoinRole => roles.includes(role as JoinRole));
}

async function giveRole(parts: WorkspaceParts, transaction: Transaction, workspace: WorkspaceRow, connection: Connection, claims: Claims, person: Person): Promise<void> {
  const { sql } = transaction;
  const mapped = mappedRole(connection, claims.groups);
  const earlier = (await sql.query<{ role: string }>('select role from member where workspace_id = $1 and user_id = $2', [workspace.id, person.id])).rows[0]?.role;
  // Groups decide wherever there is a map; nobody but the owner hands a workspace over.
  const role = mapped ?? (earlier === undefined ? connection.defaultRole : undefined);
  if (earlier === 'owner' || (earlier !== undefined && (role === undefined || role === earlier))) return;
  if (!role) throw signOnProblem('SIGN_ON_NO_ROLE');
  const place = lockedPlace(parts, transaction, { sql, workspace, actor: { workspaceId: workspace.id, userId: person.id, role, permissions: permissionsOf(role) } });
  if (earlier === undefined) {
    await demandSeat(sql, workspace, parts.standardPlan);
    await sql.query('insert into member (workspace_id, user_id, role) values ($1, $2, $3)', [workspace.id, person.id, role]);
    await place.event({ type: 'MEMBER_JOINED', payload: { role, connectionId: connection.id } });
    await place.record('MEMBER_JOINED', { role, connectionId: connection.id });
    return;
  }
  await sql.query('update member set role = $3 where workspace_id = $1 and user_id = $2', [workspace.id, person.id, role]);
  await place.event({ type: 'MEMBER_CHANGED', payload: { userId: person.id, from: earlier, to: role } });
  await place.record('MEMBER_CHANGED', { userId: person.id, from: earlier, to: role, connectionId: connection.id });
  await place.cut({ userId: person.id });
}

/** Takes an id of a provider for this once; false when it was taken before, on whichever instance. */
export async function takeOnce(sql: Queryable, connectionId: string, id: string, expiresAt: number): Promise<boolean> {
  const { rowCount } = await sql.query('insert into sign_on_used (id_hash, expires_at) values ($1, $2) on conflict do nothing', [createHash('sha256').update(`${connectionId} ${id}`).digest('hex'), new Date(expiresAt)]);
  return rowCount === 1;
}
