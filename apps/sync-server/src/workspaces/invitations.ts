/**
 * Invitations by mail. Two things let somebody in: the secret of the mail (or the invitation's id, for who is signed in and sees it in the
 * list), and a session whose confirmed address is the invited one. Everything that does not fit gets the same answer.
 */
import { createHash, randomBytes } from 'node:crypto';
import { accessProblem } from '../access/errors.ts';
import { permissionsOf } from '../access/permissions.ts';
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact, type Transaction } from '../db/transaction.ts';
import { workspaceProblem } from './errors.ts';
import { demandMight } from './members.ts';
import { changeIn, lockedPlace, lookInto, WORKSPACE_COLUMNS, type WorkspaceParts, type WorkspaceRow } from './place.ts';
import { planOf, PLANS, type PlanName } from './plans.ts';
import type { InvitationView, Invite } from './schema.ts';
import { demandPerson } from './service.ts';

/** Days until an invitation runs out; sending it again starts them anew. */
export const INVITATION_DAYS = 7;
/** Seconds between two mails of one invitation. */
const RESEND_SECONDS = 60;

export interface Invitations {
  invite(principal: Principal, workspaceId: string, wanted: Invite): Promise<InvitationView>;
  /** Those that nobody has answered, newest first. */
  list(principal: Principal, workspaceId: string): Promise<InvitationView[]>;
  /** A new mail with a new secret; the old one opens nothing any more. */
  resend(principal: Principal, workspaceId: string, invitationId: string): Promise<InvitationView>;
  revoke(principal: Principal, workspaceId: string, invitationId: string): Promise<void>;
  /** Open ones for their confirmed address. */
  mine(principal: Principal): Promise<InvitationView[]>;
  accept(principal: Principal, by: { token: string } | { invitationId: string }): Promise<{ workspaceId: string }>;
  decline(principal: Principal, invitationId: string): Promise<void>;
}

/** What the mail of an invitation needs. */
export interface InvitationMail {
  to: string;
  language: 'en' | 'de';
  workspaceName: string;
  inviterName: string;
  role: string;
  note: string;
  /** Then the key comes by a link that the inviter's app shows, never by this mail. */
  encrypted: boolean;
  /** Goes into the fragment of the link, which browsers send to nobody. */
  token: string;
  expiresAt: number;
}

interface InvitationRow {
  id: string;
  workspaceId: string;
  workspaceName: string;
  email: string;
  role: InvitationView['role'];
  projectId: string | null;
  projectRole: InvitationView['projectRole'];
  note: string;
  invitedBy: string;
  inviterName: string | null;
  createdAt: Date;
  sentAt: Date;
  sent: number;
  expiresAt: Date;
  isExpired: boolean;
}

const INVITATIONS = `select i.id, i.workspace_id as "workspaceId", w.name as "workspaceName", i.email, i.role, i.project_id as "projectId", i.project_role as "projectRole", i.note, i.invited_by as "invitedBy",
    u.name as "inviterName", i.created_at as "createdAt", i.sent_at as "sentAt", i.sent, i.expires_at as "expiresAt", i.expires_at <= now() as "isExpired"
  from invitation i join workspace w on w.id = i.workspace_id and w.deleted_at is null left join app_user u on u.id = i.invited_by where i.state = 'open'`;

/** The invitations of a database. */
export function createInvitations(parts: WorkspaceParts): Invitations {
  const { database, ids, standardPlan } = parts;

  const find = async (sql: Queryable, workspaceId: string, invitationId: string): Promise<InvitationRow> => {
    const { rows } = await sql.query<InvitationRow>(`${INVITATIONS} and i.workspace_id = $1 and i.id = $2`, [workspaceId, invitationId]);
    if (!rows[0]) throw workspaceProblem('INVITATION_NOT_FOUND');
    return rows[0];
  };

  return {
    invite: (principal, workspaceId, { email, role, projectId, projectRole, note, language }) =>
      changeIn(parts, principal, workspaceId, { permission: 'invite_members' }, async (place) => {
        const { sql, workspace, actor } = place;
        demandMight(actor.permissions, role);
        if (role === 'guest' && !workspace.allowGuests) throw workspaceProblem('GUESTS_NOT_ALLOWED');
        if (role === 'guest' && !projectId) throw workspaceProblem('GUEST_NEEDS_PROJECT');
        if (projectId) {
          const { rowCount } = await sql.query(
            `select 1 from project p left join project_member pm on pm.project_id = p.id and pm.user_id = $3
             where p.id = $1 and p.workspace_id = $2 and p.deleted_at is null and (p.visibility = 'team' or pm.role = 'editor' or $4)`,
            [projectId, workspaceId, actor.userId, actor.permissions.has('manage_projects')],
          );
          if (!rowCount) throw workspaceProblem('PROJECT_NOT_FOUND', { projectId });
        }
        const { rowCount: isMember } = await sql.query('select 1 from member m join app_user u on u.id = m.user_id where m.workspace_id = $1 and u.email = $2', [workspaceId, email]);
        if (isMember) throw workspaceProblem('ALREADY_MEMBER');
        // One that ran out makes room for a new one.
        await sql.query(`update invitation set state = 'revoked', ended_at = now() where workspace_id = $1 and state = 'open' and expires_at <= now()`, [workspaceId]);
        const { rows: open } = await sql.query<{ count: number; isInvited: boolean | null }>(`select count(*)::int as count, bool_or(email = $2) as "isInvited" from invitation where workspace_id = $1 and state = 'open'`, [workspaceId, email]);
        if (open[0]!.isInvited) throw workspaceProblem('ALREADY_INVITED');
        const plan = PLANS[await planOf(sql, workspace.ownerId, standardPlan)];
        if (open[0]!.count >= plan.openInvitations) throw workspaceProblem('INVITATION_LIMIT', { limit: plan.openInvitations });
        await demandSeat(sql, workspace, standardPlan);
        const id = ids.newId('invitation');
        await sql.query(
          `insert into invitation (id, workspace_id, email, role, project_id, project_role, token_hash, note, language, invited_by, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now() + $11 * interval '1 day')`,
          [id, workspaceId, email, role, projectId ?? null, projectId ? (projectRole ?? 'viewer') : null, hashToken(newToken()), note, language, actor.userId, INVITATION_DAYS],
        );
        await place.event({ type: 'INVITATION_SENT', payload: { invitationId: id } });
        await place.record('INVITATION_SENT', { invitationId: id, role });
        return viewOf(await find(sql, workspaceId, id));
      }),
    async list(principal, workspaceId) {
      const { sql } = await lookInto(parts, principal, workspaceId, { permission: 'invite_members' });
      const { rows } = await sql.query<InvitationRow>(`${INVITATIONS} and i.workspace_id = $1 order by i.id desc`, [workspaceId]);
      return rows.map(viewOf);
    },
    resend: (principal, workspaceId, invitationId) =>
      changeIn(parts, principal, workspaceId, { permission: 'invite_members' }, async (place) => {
        const { sql } = place;
        const { role } = await find(sql, workspaceId, invitationId);
        demandMight(place.actor.permissions, role);
        const { rows } = await sql.query<{ wait: number }>(`select ceil($2 - extract(epoch from now() - sent_at))::int as wait from invitation where id = $1`, [invitationId, RESEND_SECONDS]);
        if (rows[0]!.wait > 0) throw workspaceProblem('INVITATION_RESENT_LATELY', { retryAfter: rows[0]!.wait });
        await sql.query(`update invitation set token_hash = $2, sent_at = now(), sent = sent + 1, expires_at = now() + $3 * interval '1 day' where id = $1`, [invitationId, hashToken(newToken()), INVITATION_DAYS]);
        await place.event({ type: 'INVITATION_SENT', payload: { invitationId } });
        await place.record('INVITATION_RESENT', { invitationId });
        return viewOf(await find(sql, workspaceId, invitationId));
      }),
    revoke: (principal, workspaceId, invitationId) =>
      changeIn(parts, principal, workspaceId, { permission: 'invite_members' }, async (place) => {
        const { role } = await find(place.sql, workspaceId, invitationId);
        demandMight(place.actor.permissions, role);
        await place.sql.query(`update invitation set state = 'revoked', ended_at = now() where id = $1`, [invitationId]);
        await place.record('INVITATION_REVOKED', { invitationId });
      }),
    async mine(principal) {
      demandAddress(principal);
      const { rows } = await database.pool.query<InvitationRow>(`${INVITATIONS} and i.email = $1 and i.expires_at > now() order by i.id desc`, [principal.email]);
      return rows.map(viewOf);
    },
    async accept(principal, by) {
      demandAddress(principal);
      return transact(database, (transaction) => join(transaction, principal, by));
    },
    async decline(principal, invitationId) {
      demandAddress(principal);
      await transact(database, async (transaction) => {
        const { workspace, invitation } = await take(transaction.sql, principal, { invitationId }, 'declined');
        const place = lockedPlace(parts, transaction, { sql: transaction.sql, workspace, actor: { workspaceId: workspace.id, userId: principal.userId, role: 'guest', permissions: new Set() } });
        await place.record('INVITATION_DECLINED', { invitationId: invitation.id });
      });
    },
  };

  /** Locks the workspace, then closes the invitation if it is still theirs to answer. */
  async function take(sql: Queryable, principal: Principal, by: { token: string } | { invitationId: string }, state: 'accepted' | 'declined'): Promise<{ workspace: WorkspaceRow; invitation: InvitationRow }> {
    const [column, value] = 'token' in by ? ['token_hash', hashToken(by.token)] : ['id', by.invitationId];
    const { rows } = await sql.query<WorkspaceRow>(
      `select ${WORKSPACE_COLUMNS} from workspace w where w.deleted_at is null and w.id = (select workspace_id from invitation where ${column} = $1 and email = $2 and state = 'open' and expires_at > now()) for no key update`,
      [value, principal.email],
    );
    const [workspace] = rows;
    const { rows: found } = workspace ? await sql.query<InvitationRow>(`${INVITATIONS} and i.${column} = $1 and i.email = $2 and i.expires_at > now()`, [value, principal.email]) : { rows: [] };
    const [invitation] = found;
    if (!workspace || !invitation) throw workspaceProblem('INVITATION_NOT_FOUND');
    await sql.query('update invitation set state = $2, ended_at = now() where id = $1', [invitation.id, state]);
    return { workspace, invitation };
  }

  async function join(transaction: Transaction, principal: Principal, by: { token: string } | { invitationId: string }): Promise<{ workspaceId: string }> {
    const { sql } = transaction;
    const { workspace, invitation } = await take(sql, principal, by, 'accepted');
    const { role, projectId, projectRole } = invitation;
    const { rows } = await sql.query<{ role: string }>('select role from member where workspace_id = $1 and user_id = $2', [workspace.id, principal.userId]);
    const earlier = rows[0]?.role;
    if (role === 'guest' && !workspace.allowGuests) throw workspaceProblem('GUESTS_NOT_ALLOWED');
    if (earlier === undefined) {
      await demandSeat(sql, workspace, standardPlan);
      await sql.query('insert into member (workspace_id, user_id, role, invited_by) values ($1, $2, $3, $4)', [workspace.id, principal.userId, role, invitation.invitedBy]);
    } else if (earlier === 'guest') {
      await sql.query('update member set role = $3 where workspace_id = $1 and user_id = $2', [workspace.id, principal.userId, role]);
    }
    if (projectId) {
      await sql.query(
        `insert into project_member (project_id, user_id, role, added_by) select p.id, $2, $3, $4 from project p where p.id = $1 and p.workspace_id = $5 and p.deleted_at is null on conflict do nothing`,
        [projectId, principal.userId, projectRole ?? 'viewer', invitation.invitedBy, workspace.id],
      );
    }
    const place = lockedPlace(parts, transaction, { sql, workspace, actor: { workspaceId: workspace.id, userId: principal.userId, role, permissions: permissionsOf(role) } });
    await place.event({ type: 'MEMBER_JOINED', payload: { role, invitationId: invitation.id } });
    await place.record('MEMBER_JOINED', { role, invitationId: invitation.id, invitedBy: invitation.invitedBy });
    return { workspaceId: workspace.id };
  }
}

/**
 * Gives the invitation a new secret and returns the mail for it; undefined when it is answered or has run out. The secret is made when the
 * mail is: no event and no log ever holds it.
 */
export async function prepareInvitationMail(sql: Queryable, invitationId: string): Promise<InvitationMail | undefined> {
  const token = newToken();
  const { rowCount } = await sql.query(`update invitation set token_hash = $2 where id = $1 and state = 'open' and expires_at > now()`, [invitationId, hashToken(token)]);
  if (!rowCount) return undefined;
  const { rows } = await sql.query<InvitationRow & { language: 'en' | 'de'; encrypted: boolean }>(`select part.*, i.language, w.encrypted from (${INVITATIONS}) as part join invitation i on i.id = part.id join workspace w on w.id = i.workspace_id where part.id = $1`, [invitationId]);
  const [row] = rows;
  if (!row) return undefined;
  const { email, language, workspaceName, inviterName, role, note, encrypted, expiresAt } = row;
  return { to: email, language, workspaceName, inviterName: inviterName ?? '', role, note, encrypted, token, expiresAt: expiresAt.getTime() };
}

/** Throws SEATS_FULL when the locked workspace has no seat left. */
export async function demandSeat(sql: Queryable, workspace: WorkspaceRow, standardPlan: PlanName): Promise<void> {
  const limit = PLANS[await planOf(sql, workspace.ownerId, standardPlan)].members;
  if (limit === null) return;
  const { rows } = await sql.query<{ count: number }>('select count(*)::int as count from member where workspace_id = $1', [workspace.id]);
  if (rows[0]!.count >= limit) throw workspaceProblem('SEATS_FULL', { limit });
}

function demandAddress(principal: Principal): void {
  demandPerson(principal);
  if (!principal.emailVerified) throw accessProblem('EMAIL_UNVERIFIED');
}

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function viewOf({ createdAt, sentAt, expiresAt, inviterName, ...row }: InvitationRow): InvitationView {
  return { ...row, inviterName: inviterName ?? '', createdAt: createdAt.getTime(), sentAt: sentAt.getTime(), expiresAt: expiresAt.getTime() };
}
