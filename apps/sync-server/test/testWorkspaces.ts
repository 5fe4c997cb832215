/** People with sessions, and what they ask of a server over HTTP. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { hashSecret } from '../src/access/principal.ts';
import type { WorkspaceRole } from '../src/access/permissions.ts';
import type { WorkspaceView } from '../src/workspaces/schema.ts';

export interface TestPerson {
  userId: string;
  email: string;
  token: string;
}

/** Somebody with a session; the address is confirmed unless it is said otherwise. */
export async function addPerson(pool: Pick<pg.Pool, 'query'>, name: string, { verified = true } = {}): Promise<TestPerson> {
  const [userId, email, token] = [`user_${name}`, `${name}@example.test`, randomUUID()];
  await pool.query('insert into app_user (id, name, email, email_verified) values ($1, $2, $3, $4) on conflict do nothing', [userId, name, email, verified]);
  await pool.query(`insert into session (id, token_hash, user_id, expires_at) values ($1, $2, $3, now() + interval '1 day')`, [randomUUID(), hashSecret(token), userId]);
  return { userId, email, token };
}

/** An API key of a person with scopes. */
export async function addKey(pool: Pick<pg.Pool, 'query'>, { userId, email }: TestPerson, scopes: string[], workspaceId?: string): Promise<TestPerson> {
  const token = `uxk_${randomUUID()}`;
  await pool.query('insert into api_key (id, user_id, workspace_id, name, start, secret_hash, scopes) values ($1, $2, $3, $4, $5, $6, $7)', [randomUUID(), userId, workspaceId ?? null, 'key', token.slice(0, 8), hashSecret(token), scopes]);
  return { userId, email, token };
}

export interface TestAnswer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- the shapes of answers are what these tests look at
  body: any;
}

/** Asks a server; nobody asks when `who` is undefined. */
export async function ask(url: string, who: TestPerson | undefined, method: string, path: string, body?: unknown): Promise<TestAnswer> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { ...(who ? { authorization: `Bearer ${who.token}` } : {}), ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : undefined };
}

/** The code of an answer that is an error; undefined for one that is not. */
export function codeOf({ body }: TestAnswer): string | undefined {
  return body?.error?.code as string | undefined;
}

/** A workspace of an owner, made by the real route. */
export async function makeWorkspace(url: string, owner: TestPerson, more: Record<string, unknown> = {}): Promise<WorkspaceView> {
  const { status, body } = await ask(url, owner, 'POST', '/workspaces', { name: 'Team', settings: { allowGuestAccess: true }, ...more });
  if (status !== 201) throw new Error(`no workspace: ${JSON.stringify(body)}`);
  return body as WorkspaceView;
}

/** Puts somebody into a workspace without an invitation. */
export async function putIn(pool: Pick<pg.Pool, 'query'>, workspaceId: string, { userId }: TestPerson, role: Exclude<WorkspaceRole, 'owner'>, permissions: string[] = []): Promise<void> {
  await pool.query('insert into member (workspace_id, user_id, role, permissions) values ($1, $2, $3, $4) on conflict (workspace_id, user_id) do update set role = excluded.role, permissions = excluded.permissions', [workspaceId, userId, role, permissions]);
}
