/**
 * Another address for an account. The new mailbox confirms it, the old one can undo it for a week, and for that week nobody else can have the
 * old address. Whether the new one has an account already hears its mailbox alone.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { hashSecret, type Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { transact } from '../db/transaction.ts';
import { newId } from '../ids.ts';
import { followAddress } from './administrators.ts';
import { writeAudit, type Origin } from './audit.ts';
import { accountProblem } from './errors.ts';
import { demandLeavable } from './heldEmail.ts';
import type { AccountParts } from './parts.ts';
import type { Passwords } from './passwords.ts';
import { languageOf } from './profile.ts';
import { FRESH_MINUTES, type Proof } from './proof.ts';
import { mayMail } from './registration.ts';
import { reservedUntil } from './reservedEmail.ts';
import { tellSecurity } from './securityMail.ts';
import { endSessions } from './sessions.ts';

export interface EmailChange {
  /** Sends the mails; the same for every address. Throws PASSWORD_WRONG, PROOF_NEEDED, EMAIL_SAME, EMAIL_HELD. */
  ask(principal: Principal, given: { email: string; password?: string | undefined }, origin: Origin): Promise<void>;
  /** Makes the change; every session but the one that asked ends. Throws TOKEN_INVALID, EMAIL_HELD. */
  confirm(token: string, origin: Origin): Promise<{ email: string }>;
  /** Calls the change off or takes it back; every session ends, and so do keys, passkeys and providers that came since it was asked for. Throws TOKEN_INVALID. */
  undo(token: string, origin: Origin): Promise<{ email: string }>;
}

const CONFIRM_HOURS = 24;
const UNDO_DAYS = 7;

interface PersonRow {
  email: string;
  name: string;
  emailVerified: boolean;
  preferences: unknown;
}
interface ChangeRow {
  id: string;
  userId: string;
  oldEmail: string;
  newEmail: string;
  sessionId: string;
  canUndo: boolean;
  done: boolean;
  createdAt: Date;
}
const CHANGE = `id, user_id as "userId", old_email as "oldEmail", new_email as "newEmail", session_id as "sessionId", undo_hash is not null as "canUndo", done, created_at as "createdAt"`;

/** The part of changes of addresses; `key` makes the secrets of undoing. */
export function createEmailChange(parts: AccountParts, key: Buffer, passwords: Passwords, proof: Proof): EmailChange {
  const { database, site, mailer, principals } = parts;
  // Made from the id, so that both mails to the old address hold the same link.
  const undoTokenOf = (id: string) => createHmac('sha256', key).update(id).digest('base64url');
  const lockPerson = async (sql: Queryable, userId: string): Promise<PersonRow> =>
    (await sql.query<PersonRow>(`select email, name, email_verified as "emailVerified", preferences from app_user where id = $1 for update`, [userId])).rows[0]!;
  /** The password, or in its place a proof or a sign-in by a passkey of the last minutes. */
  const demandProof = async ({ userId, sessionId, byPasskey }: Principal, password: string | undefined, origin: Origin) => {
    const kinds = await proof.kindsOf(userId);
    if (password !== undefined && kinds.includes('password')) return passwords.demand(userId, password, origin);
    const { rowCount } = await database.pool.query(`select 1 from session where id = $1 and (confirmed_at > now() - make_interval(mins => $2) or ($3 and created_at > now() - make_interval(mins => $2)))`, [sessionId, FRESH_MINUTES, byPasskey || kinds.length === 0]);
    if (rowCount === 0) throw accountProblem('PROOF_NEEDED', { kinds });
  };
  const revokeAll = async ({ userId, sessionIds }: { userId: string; sessionIds: string[] }) => {
    await principals.revoke({ userId });
    for (const sessionId of sessionIds) await principals.revoke({ userId, sessionId });
  };
  /** Links that went to another mailbox than the one that counts from now on. */
  const forgetMailTokens = (sql: Queryable, userId: string) => sql.query(`delete from verification where (identifier like 'reset:%' or identifier like 'verify:%') and split_part(value, ' ', 1) = $1`, [userId]);

  return {
    async ask(principal, { email, password }, origin) {
      const { userId } = principal;
      await demandProof(principal, password, origin);
      await transact(database, async ({ sql }) => {
        const person = await lockPerson(sql, userId);
        if (email === person.email) throw accountProblem('EMAIL_SAME');
        await demandLeavable(sql, userId, person.email, email);
        await sql.query('delete from email_change where user_id = $1 and not done', [userId]);
        const { rows: owners } = await sql.query<{ name: string; preferences: unknown }>('select name, preferences from app_user where email = $1', [email]);
        const isFree = owners.length === 0 && (await reservedUntil(sql, email, userId)) === undefined;
        const id = newId('change');
        const token = randomBytes(20).toString('base64url');
        const undoToken = person.emailVerified ? undoTokenOf(id) : undefined;
        await sql.query(`insert into email_change (id, user_id, old_email, new_email, confirm_hash, undo_hash, session_id, expires_at) values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(hours => $8))`, [
          id, userId, person.email, email, isFree ? hashSecret(token) : null, undoToken ? hashSecret(undoToken) : null, principal.sessionId, CONFIRM_HOURS,
        ]);
        await writeAudit(sql, 'ACCOUNT_EMAIL_ASKED', userId, origin);
        const language = languageOf(person.preferences);
        if (isFree && await mayMail(parts, 'emailConfirm', email)) await mailer.send(sql, { kind: 'emailConfirm', to: email, language, params: { name: person.name, link: `${site.publicUrl()}/email#${token}`, code: token } });
        const [owner] = owners;
        if (owner && await mayMail(parts, 'exists', email)) await mailer.send(sql, { kind: 'exists', to: email, language: languageOf(owner.preferences), params: { name: owner.name, link: `${site.publicUrl()}/sign-in` } });
        if (undoToken && await mayMail(parts, 'emailAsked', person.email)) await mailer.send(sql, { kind: 'emailAsked', to: person.email, language, params: { name: person.name, newEmail: email, link: `${site.publicUrl()}/email-undo#${undoToken}`, code: undoToken } });
      });
    },
    async confirm(token, origin) {
      const made = await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<ChangeRow>(`update email_change set confirm_hash = null where confirm_hash = $1 and not done and expires_at > now() returning ${CHANGE}`, [hashSecret(token)]);
        const [change] = rows;
        if (!change) throw accountProblem('TOKEN_INVALID');
        const { id, userId, oldEmail, newEmail, sessionId, canUndo } = change;
        const person = await lockPerson(sql, userId);
        // It may be required since this was asked for.
        await demandLeavable(sql, userId, oldEmail, newEmail);
        const { rowCount } = await sql.query(
          `update app_user set email = $2, email_verified = true, updated_at = now()
           where id = $1 and email = $3 and not exists (select 1 from app_user other where other.email = $2) and delete_at is null`,
          [userId, newEmail, oldEmail],
        );
        if (rowCount === 0) throw accountProblem('TOKEN_INVALID');
        await followAddress(parts, sql, userId, { from: person.emailVerified ? oldEmail : undefined, to: newEmail }, origin);
        const { rows: kept } = await sql.query<{ until: Date }>(`update email_change set done = true, expires_at = now() + make_interval(days => $2) where id = $1 returning expires_at as until`, [id, canUndo ? UNDO_DAYS : 0]);
        await forgetMailTokens(sql, userId);
        await writeAudit(sql, 'ACCOUNT_EMAIL_CHANGED', userId, origin);
        if (canUndo) {
          const code = undoTokenOf(id);
          await mailer.send(sql, { kind: 'emailChanged', to: oldEmail, language: languageOf(person.preferences), params: { name: person.name, newEmail, day: kept[0]!.until.toISOString().slice(0, 10), link: `${site.publicUrl()}/email-undo#${code}`, code } });
        }
        return { email: newEmail, ...(await endSessions(sql, userId, sessionId)) };
      }).catch(refuseTaken);
      await revokeAll(made);
      return { email: made.email };
    },
    async undo(token, origin) {
      const undone = await transact(database, async ({ sql }) => {
        const { rows } = await sql.query<ChangeRow>(`delete from email_change where undo_hash = $1 and expires_at > now() returning ${CHANGE}`, [hashSecret(token)]);
        const [change] = rows;
        if (!change) throw accountProblem('TOKEN_INVALID');
        const { userId, oldEmail, done, createdAt } = change;
        const { email: from } = await lockPerson(sql, userId);
        if (done) {
          await sql.query('update app_user set email = $2, email_verified = true, updated_at = now() where id = $1', [userId, oldEmail]);
          await followAddress(parts, sql, userId, { from, to: oldEmail }, origin);
        }
        // Whoever holds the mailbox of before says that somebody else was at it: what that one began since is called off as well.
        await sql.query('delete from email_change where user_id = $1 and (not done or old_email <> $2)', [userId, oldEmail]);
        await forgetWaysSince(sql, userId, createdAt);
        await forgetMailTokens(sql, userId);
        await writeAudit(sql, 'ACCOUNT_EMAIL_UNDONE', userId, origin);
        await tellSecurity(parts, sql, userId, 'emailUndone');
        return { email: oldEmail, ...(await endSessions(sql, userId)) };
      }).catch(refuseTaken);
      await revokeAll(undone);
      return { email: undone.email };
    },
  };
}

/** What somebody else may have left behind to come back by. A second factor stays: this mailbox alone must not be enough to get around it; a password is set anew by it. */
async function forgetWaysSince(sql: Queryable, userId: string, since: Date): Promise<void> {
  await sql.query('delete from passkey where user_id = $1 and created_at >= $2', [userId, since]);
  await sql.query(`delete from credential where user_id = $1 and provider_id <> 'credential' and created_at >= $2`, [userId, since]);
  await sql.query('update api_key set revoked_at = now() where user_id = $1 and created_at >= $2 and revoked_at is null', [userId, since]);
}

/** Somebody else was quicker with the same address. */
function refuseTaken(error: unknown): never {
  throw (error as { code?: string }).code === '23505' ? accountProblem('TOKEN_INVALID') : error;
}
