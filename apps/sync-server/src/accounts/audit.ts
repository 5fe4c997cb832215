/** What was done to accounts and workspaces, for the people themselves and for administrators. */
import type { Queryable } from '../db/database.ts';
import { newId } from '../ids.ts';

export const AUDIT_KINDS = [
  'ACCOUNT_REGISTERED', 'ACCOUNT_VERIFIED', 'ACCOUNT_CHANGED', 'ACCOUNT_DELETION_ASKED', 'ACCOUNT_RESTORED', 'ACCOUNT_DELETED', 'ACCOUNT_ROLE_CHANGED', 'ACCOUNT_SUSPENDED', 'ACCOUNT_UNLOCKED',
  'AUTH_SIGNED_IN', 'AUTH_FAILED', 'AUTH_LOCKED', 'AUTH_SIGNED_OUT', 'AUTH_PASSWORD_CHANGED', 'AUTH_RESET_ASKED', 'AUTH_PASSWORD_RESET', 'AUTH_PROVIDER_LINKED', 'AUTH_PROVIDER_UNLINKED',
  'TWO_FACTOR_ENABLED', 'TWO_FACTOR_DISABLED', 'TWO_FACTOR_CODES_RENEWED', 'SESSION_REVOKED', 'API_KEY_CREATED', 'API_KEY_REVOKED', 'DATA_EXPORTED', 'SECURITY_CODE_REPLAYED', 'SECURITY_PASSKEY_COPIED',
  'PASSKEY_ADDED', 'PASSKEY_REMOVED', 'AUTH_CONFIRMED', 'ACCOUNT_EMAIL_ASKED', 'ACCOUNT_EMAIL_CHANGED', 'ACCOUNT_EMAIL_UNDONE', 'SUBSCRIPTION_CHANGED', 'SERVICE_KEY_CREATED', 'SERVICE_KEY_REVOKED', 'OUTBOX_RETRIED', 'OUTBOX_DROPPED', 'NOTICE_SENT', 'REPORT_EXPORTED',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

/** Where a request came from. */
export interface Origin {
  address: string;
  userAgent: string;
  /** The session that it was made in. */
  sessionId?: string | undefined;
}

/** Writes one event; `data` holds no secrets and no content. */
export async function writeAudit(sql: Queryable, kind: AuditKind, userId: string | null, origin: Origin, data: Record<string, unknown> = {}): Promise<void> {
  await sql.query('insert into audit_event (id, kind, user_id, ip_address, user_agent, data) values ($1, $2, $3, $4, $5, $6)', [newId('audit'), kind, userId, origin.address, origin.userAgent.slice(0, 300), JSON.stringify(data)]);
}
