/** A server in this process on a database of its own, and people who are members of its workspace. */
import { randomUUID } from 'node:crypto';
import { silentLogger, type Logger } from '@uxflow/core/base';
import { readConfig } from '../src/config.ts';
import { SYNC_PATH, startServer, type RunningServer } from '../src/server.ts';
import { hashSecret } from '../src/access/principal.ts';
import type pg from 'pg';

export interface Member {
  userId: string;
  token: string;
}

export type MemberRole = 'owner' | 'admin' | 'member' | 'commenter' | 'viewer';

/** Address of the socket of a server. */
export function socketUrl(port: number): string {
  return `ws://127.0.0.1:${port}${SYNC_PATH}`;
}

/** A server on a database; it listens on a free port. Where the run has a Redis, its instances use it. */
export function startTestServer(databaseUrl: string, more: Record<string, string> = {}, logger: Logger = silentLogger): Promise<RunningServer> {
  return startServer(readConfig({ PORT: '0', DATABASE_URL: databaseUrl, DATABASE_POOL: '4', REDIS_URL: process.env.REDIS_URL, ...more }), logger);
}

/** Somebody with a session, in a workspace. */
export async function addMember(pool: Pick<pg.Pool, 'query'>, userId: string, role: MemberRole = 'member', workspaceId = 'ws_1'): Promise<Member> {
  const token = randomUUID();
  await pool.query(`insert into app_user (id, name, email, email_verified) values ($1, $1, lower($1) || '@example.test', true) on conflict do nothing`, [userId]);
  await pool.query(`insert into session (id, token_hash, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')`, [randomUUID(), hashSecret(token), userId]);
  await pool.query(`insert into workspace (id, name, owner_id) values ($1, 'Workspace', 'user_test') on conflict do nothing`, [workspaceId]);
  await pool.query('insert into member (workspace_id, user_id, role) values ($1, $2, $3) on conflict (workspace_id, user_id) do update set role = excluded.role', [workspaceId, userId, role]);
  return { userId, token };
}

/** An empty log in the workspace. */
export async function addLog(pool: Pick<pg.Pool, 'query'>, logId: string, { no = 0, chain = '', workspaceId = 'ws_1' } = {}): Promise<void> {
  await pool.query(`insert into log (id, workspace_id, kind, base_no, base_chain, head_no, head_chain, created_by) values ($1, $2, 'main', $3, $4, $3, $4, 'user_test')`, [logId, workspaceId, no, chain]);
}
