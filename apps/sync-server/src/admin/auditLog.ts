/** What was done to accounts and workspaces, looked at by administrators, and by people for themselves. */
import type { Queryable } from '../db/database.ts';

export interface AuditLine {
  id: string;
  at: number;
  kind: string;
  userId: string | null;
  workspaceId: string | null;
  address: string | null;
  userAgent: string | null;
  data: Record<string, unknown>;
}

export interface AuditSearch {
  /** A kind, or its family: `AUTH` finds all that begin with `AUTH_`. */
  kind?: string | undefined;
  userId?: string | undefined;
  workspaceId?: string | undefined;
  /** ms UTC */
  since?: number | undefined;
  until?: number | undefined;
  /** Id of the last line that the asker has. */
  after?: string | undefined;
  limit: number;
}

/** Lines that fit, newest first. Ids sort by time. */
export async function readAudit(sql: Queryable, { kind, userId, workspaceId, since, until, after, limit }: AuditSearch): Promise<AuditLine[]> {
  const { rows } = await sql.query<Omit<AuditLine, 'at'> & { at: Date }>(
    `select id, at, kind, user_id as "userId", workspace_id as "workspaceId", ip_address as address, user_agent as "userAgent", data from audit_event
     where ($1::text is null or kind = $1 or starts_with(kind, $1 || '_')) and ($2::text is null or user_id = $2) and ($3::text is null or workspace_id = $3)
       and ($4::bigint is null or at >= to_timestamp($4 / 1000.0)) and ($5::bigint is null or at < to_timestamp($5 / 1000.0)) and ($6::text is null or id < $6)
     order by id desc limit $7`,
    [kind ?? null, userId ?? null, workspaceId ?? null, since ?? null, until ?? null, after ?? null, limit],
  );
  return rows.map(({ at, ...row }) => ({ ...row, at: at.getTime() }));
}
