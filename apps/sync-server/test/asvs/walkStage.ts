/** Two workspaces that know nothing of one another, and every route with a value for each of its parameters. */
import { createHash, randomUUID } from 'node:crypto';
import type { AccessRule } from '../../src/access/route.ts';
import { hashSecret } from '../../src/access/principal.ts';
import type { RunningServer } from '../../src/server.ts';
import { call, type Answer } from '../testAccounts.ts';
import { makeLink, openLink } from '../testLinks.ts';
import { addKey, addPerson, ask, makeWorkspace, putIn, type TestPerson } from '../testWorkspaces.ts';

export interface WalkRoute {
  /** `METHOD /path` as rules name it. */
  name: string;
  method: string;
  /** With `:name` parameters. */
  path: string;
  rule: AccessRule | undefined;
  /** Schema of the body; undefined: it takes none, or is no route of the document. */
  body: Schema | undefined;
  /** Names of the query's parameters. */
  query: string[];
}

export interface Tenant {
  name: string;
  owner: TestPerson;
  member: TestPerson;
  /** Who came by a link of a flow. */
  visitor: string;
  /** Values of parameters and of fields of bodies, by name. */
  ids: Record<string, string>;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minLength?: number;
  pattern?: string;
  format?: string;
  minimum?: number;
  exclusiveMinimum?: number;
  anyOf?: Schema[];
  additionalProperties?: boolean | Schema;
}

/** A word that stands in everything that a tenant has. */
export const canaryOf = (name: string): string => `canary-${name}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;

/** A workspace with one of everything that a path can name. Whoever adds a parameter to a path adds what it stands for here. */
export async function makeTenant(server: RunningServer, name: string): Promise<Tenant> {
  const { pool } = server.database;
  const canary = canaryOf(name);
  const [owner, member] = [await addPerson(pool, `${canary}-owner`), await addPerson(pool, `${canary}-member`)];
  const { id: workspaceId } = await makeWorkspace(server.url, owner, { name: canary, description: canary });
  await putIn(pool, workspaceId, member, 'member');
  const made = async (path: string, body: unknown): Promise<Record<string, string>> => {
    const answer = await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}${path}`, body);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body as Record<string, string>;
  };
  const projectId = (await made('/projects', { name: canary, description: canary })).id!;
  const logId = `log_${canary}`;
  await made('/flows', { logId, name: canary, projectId });
  await ask(server.url, owner, 'PUT', `/workspaces/${workspaceId}/projects/${projectId}/members/${member.userId}`, { role: 'editor' });
  const invitationId = (await made('/invite', { email: `${canary}-guest@example.test`, note: canary })).id!;
  const link = await makeLink(server, owner, workspaceId, logId, { name: canary });
  const visitor = (await openLink(server, link.address)).body.token as string;
  const connectionId = (await made('/sign-on', { kind: 'oidc', name: canary })).id!;
  const domain = `${canary}.example.org`;
  await made(`/sign-on/${connectionId}/domains`, { domain });
  const [sessionId, passkeyId, codeId] = [randomUUID(), `passkey_${canary}`, createHash('sha256').update(`code ${name}`).digest('base64url')];
  await pool.query(`insert into session (id, token_hash, user_id, expires_at, device_name) values ($1, $2, $3, now() + interval '1 day', $4)`, [sessionId, hashSecret(randomUUID()), owner.userId, canary]);
  await pool.query(`insert into passkey (id, user_id, credential_id, public_key, counter, transports, synced, aaguid, name) values ($1, $2, $3, '\\x00', 0, '{}', false, '', $4)`, [passkeyId, owner.userId, `credential-${canary}`, canary]);
  await pool.query(`insert into device_code (id, user_id, sealed, expires_at) values ($1, $2, $3, now() + interval '1 hour')`, [codeId, owner.userId, canary]);
  await addKey(pool, owner, ['read_projects'], workspaceId);
  const { rows } = await pool.query<{ id: string }>('update api_key set name = $2 where user_id = $1 returning id', [owner.userId, canary]);
  return {
    name, owner, member, visitor,
    ids: { workspaceId, projectId, logId, userId: member.userId, memberId: member.userId, invitationId, linkId: link.id, connectionId, domain, sessionId, passkeyId, codeId, keyId: rows[0]!.id, providerId: 'oidc', provider: 'oidc', address: link.address, file: 'viewer.js', assetName: 'a'.repeat(64), report: 'users', eventId: 'event_unknown' },
  };
}

/** Every route of the server: those of the document with their bodies, and the pages. */
export async function routesOf(server: RunningServer): Promise<WalkRoute[]> {
  const { body } = await call(server, 'GET', '/api/v1/openapi.json');
  const schemas = (body.components as { schemas: Record<string, Schema> }).schemas;
  const paths = body.paths as Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> }; parameters?: { in: string; name: string }[] }>>;
  const described = new Map<string, (typeof paths)[string][string]>(Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, route]) => [`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`, route] as const)));
  return [...new Set(server.routes())].map((name) => {
    const [method, path] = name.split(' ') as [string, string];
    const route = described.get(name);
    const schema = route?.requestBody?.content['application/json']?.schema;
    return { name, method, path, rule: server.rules().get(name), body: schema && resolved(schema, schemas), query: (route?.parameters ?? []).filter((one) => one.in === 'query').map((one) => one.name) };
  });
}

/** Parameters in the path of a route. */
export const parametersOf = ({ path }: WalkRoute): string[] => [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);

/** Asks a route; parameters and the fields of the body that are named like one get the given values, the others ones that fit the schema. */
export async function visit(server: RunningServer, route: WalkRoute, token: string | undefined, ids: Record<string, string>, more: { cookie?: boolean } = {}): Promise<Answer & { text: string }> {
  const path = route.path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => encodeURIComponent(valueOf(route, name, ids)));
  const query = route.query.flatMap((name) => (ids[name] === undefined ? [] : [`${name}=${encodeURIComponent(ids[name])}`]));
  const headers: Record<string, string> = more.cookie && token ? { cookie: `uxflow=${token}`, origin: server.url } : {};
  const isForm = route.body === undefined && route.method === 'POST' && !route.path.startsWith('/api/');
  const response = await fetch(`${server.url}${path}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
    method: route.method,
    redirect: 'manual',
    headers: { ...headers, ...(token && !more.cookie ? { authorization: `Bearer ${token}` } : {}), ...(route.body ? { 'content-type': 'application/json' } : {}) },
    ...(route.body ? { body: JSON.stringify(exampleOf(route.body, ids)) } : isForm ? { body: new URLSearchParams({ ...ids, id: ids.invitationId!, answer: 'accept', code: 'A'.repeat(24), token: 'A'.repeat(24) }) } : {}),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return { status: response.status, headers: response.headers, text: `${text}\n${[...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n')}`, body: (isJson ? JSON.parse(text) : {}) as Record<string, unknown> };
}

/** A value that fits a schema. */
export function exampleOf(schema: Schema, ids: Record<string, string>, name = ''): unknown {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (ids[name] !== undefined && (type === 'string' || schema.anyOf)) return ids[name];
  if (schema.anyOf) return exampleOf(schema.anyOf[0]!, ids, name);
  if (schema.enum) return schema.enum[0];
  switch (type) {
    case 'object':
      return Object.fromEntries(Object.entries(schema.properties ?? {}).filter(([key]) => schema.required?.includes(key) || ids[key] !== undefined || OFTEN.has(key)).map(([key, one]) => [key, exampleOf(one, ids, key)]));
    case 'array':
      return schema.items ? Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () => exampleOf(schema.items!, ids, name.replace(/s$/, ''))) : [];
    case 'integer':
    case 'number':
      return schema.minimum ?? (schema.exclusiveMinimum === undefined ? 1 : Date.now() + 86_400_000);
    case 'boolean':
      return false;
    default:
      return textOf(schema, name);
  }
}

/** Fields that stand for a body whose fields may all be left out. */
const OFTEN = new Set(['name', 'role', 'description', 'visibility', 'status', 'theme', 'password', 'mode', 'mayComment']);

function textOf({ pattern = '', minLength = 1, format }: Schema, name: string): string {
  if (format === 'email' || name === 'email') return 'walker@example.test';
  if (format === 'uri') return 'https://idp.example.org/';
  const lengths = /\{(\d+)(?:,\d+)?\}\$$/.exec(pattern);
  if (pattern.startsWith('^\\d')) return '1'.repeat(Number(lengths?.[1] ?? 6));
  if (pattern.startsWith('^link_')) return `link_${'A'.repeat(Number(lengths?.[1] ?? 16))}`;
  return 'A'.repeat(Math.max(minLength, pattern.includes('{1,100}') ? 1 : Number(lengths?.[1] ?? 1), name === 'sealed' ? 60 : 1));
}

function resolved(schema: Schema, schemas: Record<string, Schema>): Schema {
  if (schema.$ref) return resolved(schemas[schema.$ref.split('/').at(-1)!]!, schemas);
  return {
    ...schema,
    ...(schema.properties ? { properties: Object.fromEntries(Object.entries(schema.properties).map(([key, one]) => [key, resolved(one, schemas)])) } : {}),
    ...(schema.items ? { items: resolved(schema.items, schemas) } : {}),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map((one) => resolved(one, schemas)) } : {}),
  };
}

/** What a parameter stands for. Throws where nobody has said so. */
export function valueOf({ name, path }: Pick<WalkRoute, 'name' | 'path'>, parameter: string, ids: Record<string, string>): string {
  // `name` is a field of many bodies as well.
  const value = parameter === 'name' && path.includes('/assets/:name') ? ids.assetName : ids[parameter];
  if (value !== undefined) return value;
  throw new Error(`${name}: what does :${parameter} stand for? Say so in walkStage.ts, so that this route is tried with what belongs to somebody else.`);
}

/** What the database holds of a tenant: a line for each table with a digest of its rows. What went wrong with a sign-on last is told by whoever tries. */
export async function fingerprint(server: RunningServer, { ids, owner, member }: Tenant): Promise<string[]> {
  const { pool } = server.database;
  const { rows: tables } = await pool.query<{ name: string }>(`select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`);
  const words = [ids.workspaceId!, owner.userId, member.userId].map((word) => `%${word}%`);
  const lines: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<{ n: number; digest: string }>(`select count(*)::int as n, coalesce(md5(string_agg(line, '|' order by line)), '') as digest from (select (to_jsonb(t) - 'last_problem' - 'last_problem_at' - 'updated_at')::text as line from "${name}" t) lines where line like any($1)`, [words]);
    if (rows[0]!.n > 0) lines.push(`${name} ${rows[0]!.n} ${rows[0]!.digest}`);
  }
  return lines;
}

/** A new session of somebody; `columns`: of the session or the account, as they shall be. */
export async function sessionOf(server: RunningServer, userId: string, { age = '0 seconds', expiresIn = '1 day' } = {}): Promise<string> {
  const token = randomUUID();
  await server.database.pool.query(`insert into session (id, token_hash, user_id, expires_at, created_at) values ($1, $2, $3, now() + $4::interval, now() - $5::interval)`, [randomUUID(), hashSecret(token), userId, expiresIn, age]);
  return token;
}

/** Somebody by themselves. */
export async function loner(server: RunningServer, columns: { verified?: boolean; role?: string; twoFactor?: boolean; closing?: boolean } = {}): Promise<TestPerson> {
  const { pool } = server.database;
  const who = await addPerson(pool, `loner-${randomUUID()}`, { verified: columns.verified ?? true });
  await pool.query('update app_user set role = $2, two_factor_enabled = $3, delete_at = $4 where id = $1', [who.userId, columns.role ?? 'user', columns.twoFactor ?? false, columns.closing ? new Date(Date.now() + 1e9) : null]);
  return who;
}
