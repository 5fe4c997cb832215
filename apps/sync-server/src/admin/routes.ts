/** /api/v1/admin: what the people who run the server see and do, and the programs that they give keys to. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { SERVICE_SCOPES, type ServiceScope } from '../access/permissions.ts';
import { accessRoute, problemAnswer, type AccessRule } from '../access/route.ts';
import { by } from '../accounts/administration.ts';
import { writeAudit } from '../accounts/audit.ts';
import { originOf } from '../accounts/routes.ts';
import { keySchema, nameSchema } from '../accounts/schema.ts';
import type { Accounts } from '../accounts/service.ts';
import type { ServerDatabase } from '../db/database.ts';
import type { PeriodicTask } from '../jobs/periodic.ts';
import type { WorkspaceModule } from '../workspaces/module.ts';
import { PLAN_NAMES } from '../workspaces/plans.ts';
import { subscriptionSchema } from '../workspaces/schema.ts';
import { readAudit } from './auditLog.ts';
import { csvOf } from './csv.ts';
import { adminProblem } from './errors.ts';
import { listAllWorkspaces, readStatistics } from './statistics.ts';

export interface AdminParts {
  database: Pick<ServerDatabase, 'pool'>;
  accounts: Accounts;
  workspaces: WorkspaceModule;
}

const tags = ['admin'];
const base = '/api/v1/admin';
const admin = (service?: ServiceScope): AccessRule => ({ as: 'person', role: 'admin', ...(service ? { service } : {}) });
const chief: AccessRule = { as: 'person', role: 'super_admin', freshMinutes: 60 };
const json = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { 'application/json': { schema } } });
const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });
const done = { description: 'It is done.' };
const time = z.number().int();
const after = z.string().max(100).optional();
const next = z.string().nullable();
const limit = (most: number, standard: number) => z.coerce.number().int().min(1).max(most).default(standard);
/** Where the next page begins: the id of the last row of a full one. */
const nextOf = (rows: readonly { id: string }[], most: number): string | null => (rows.length < most ? null : rows.at(-1)!.id);

const auditSchema = z.object({ id: z.string(), at: time, kind: z.string(), userId: z.string().nullable(), workspaceId: z.string().nullable(), address: z.string().nullable(), userAgent: z.string().nullable(), data: z.record(z.string(), z.unknown()) }).openapi('AuditLine');
const auditQuery = z.object({ kind: z.string().max(60).optional(), userId: z.string().max(100).optional(), workspaceId: z.string().max(100).optional(), since: z.coerce.number().int().optional(), until: z.coerce.number().int().optional(), after, limit: limit(500, 100) });
const deadSchema = z.object({ id: z.string(), type: z.string(), attempts: z.number().int(), lastError: z.string().nullable(), at: time }).openapi('DeadEvent');
const count = z.number().int();
const statisticsSchema = z
  .object({
    users: z.object({ total: count, verified: count, suspended: count, closing: count, twoFactor: count, passkeys: count, activeToday: count, active30Days: count }),
    workspaces: z.object({ total: count, encrypted: count, deleted: count, members: count, projects: count, flows: count }),
    plans: z.partialRecord(z.enum(PLAN_NAMES), count),
    days: z.array(z.object({ day: z.string(), registered: count, signedIn: count })),
  })
  .openapi('Statistics');
const workspaceLine = z.object({ id: z.string(), ownerId: z.string().nullable(), plan: z.string().nullable(), encrypted: z.boolean(), members: count, projects: count, flows: count, createdAt: time, deletedAt: time.nullable() }).openapi('WorkspaceLine');
const planChange = z.strictObject({ plan: z.enum(PLAN_NAMES), status: z.enum(['active', 'past_due', 'cancelled']).default('active'), currentPeriodEnd: time.optional() });
const serviceKey = keySchema.omit({ workspaceId: true });

/** Adds the routes of administration that are not about single accounts. */
export function addServerAdminRoutes(app: ServerApp, parts: AdminParts): void {
  addWatching(app, parts);
  addEvents(app, parts);
  addPlans(app, parts);
  addServiceKeys(app, parts);
  addWork(app, parts);
}

function addWatching(app: ServerApp, { database: { pool }, accounts, workspaces }: AdminParts): void {
  app.openapi(accessRoute({ access: admin('read_statistics'), method: 'get', path: `${base}/stats`, tags, summary: 'How many there are of what', responses: { 200: json('As of now.', statisticsSchema) } }), async (context) => context.json(await readStatistics(pool), 200));
  app.openapi(accessRoute({ access: admin('read_statistics'), method: 'get', path: `${base}/health`, tags, summary: 'How the server does, in one look', responses: { 200: json('As of now.', z.object({ database: z.object({ answersInMs: z.number() }), events: z.object({ waiting: count, dead: count, oldestAt: time.nullable() }), uptimeSeconds: z.number() })) } }), async (context) => {
    const begun = performance.now();
    await pool.query('select 1');
    const answersInMs = Math.round((performance.now() - begun) * 10) / 10;
    return context.json({ database: { answersInMs }, events: await workspaces.parts.outbox.state(), uptimeSeconds: Math.floor(process.uptime()) }, 200);
  });
  app.openapi(accessRoute({ access: admin('read_statistics'), method: 'get', path: `${base}/workspaces`, tags, summary: 'Workspaces of the server, without names and contents', request: { query: z.object({ after, limit: limit(500, 100) }) }, responses: { 200: json('Oldest first.', z.object({ workspaces: z.array(workspaceLine), next })) } }), async (context) => {
    const query = context.req.valid('query');
    const rows = await listAllWorkspaces(pool, query);
    return context.json({ workspaces: rows, next: nextOf(rows, query.limit) }, 200);
  });
  app.openapi(accessRoute({ access: admin('read_audit'), method: 'get', path: `${base}/audit-log`, tags, summary: 'What was done', description: '`kind` may be a family: `AUTH` finds all that begin with `AUTH_`.', request: { query: auditQuery }, responses: { 200: json('Newest first.', z.object({ audit: z.array(auditSchema), next })) } }), async (context) => {
    const query = context.req.valid('query');
    const audit = await readAudit(pool, query);
    return context.json({ audit, next: nextOf(audit, query.limit) }, 200);
  });
  app.openapi(accessRoute({ access: { as: 'person', verified: false, closing: true }, method: 'get', path: '/api/v1/users/me/activity', tags: ['users'], summary: 'What was done to your account', request: { query: auditQuery.pick({ kind: true, after: true, limit: true }) }, responses: { 200: json('Newest first.', z.object({ audit: z.array(auditSchema), next })) } }), async (context) => {
    const query = context.req.valid('query');
    const audit = await readAudit(pool, { ...query, userId: context.get('principal').userId });
    return context.json({ audit, next: nextOf(audit, query.limit) }, 200);
  });
  const columns = {
    users: ['id', 'email', 'name', 'role', 'status', 'emailVerified', 'twoFactor', 'createdAt', 'deleteAt'],
    workspaces: ['id', 'ownerId', 'plan', 'encrypted', 'members', 'projects', 'flows', 'createdAt', 'deletedAt'],
    activity: ['id', 'at', 'kind', 'userId', 'workspaceId', 'address', 'userAgent', 'data'],
  } as const;
  app.openapi(accessRoute({ access: admin(), method: 'get', path: `${base}/reports/{report}`, tags, summary: 'A report as JSON or CSV', description: 'X-Next names where the next page begins, as `after`.', request: { params: z.object({ report: z.enum(['users', 'workspaces', 'activity']) }), query: z.object({ format: z.enum(['json', 'csv']).default('json'), after, limit: limit(10_000, 10_000) }) }, responses: { 200: { description: 'The rows.', content: { 'application/json': { schema: z.array(z.record(z.string(), z.unknown())) }, 'text/csv': { schema: z.string() } } } } }), async (context) => {
    const { report } = context.req.valid('param');
    const { format, ...page } = context.req.valid('query');
    const rows = report === 'users' ? await accounts.administration.list(page) : report === 'workspaces' ? await listAllWorkspaces(pool, page) : await readAudit(pool, page);
    await writeAudit(pool, 'REPORT_EXPORTED', context.get('principal').userId, originOf(context), { report });
    const following = nextOf(rows, page.limit);
    if (following) context.header('X-Next', following);
    if (format === 'json') return context.json(rows as unknown as Record<string, unknown>[], 200);
    context.header('Content-Disposition', `attachment; filename="uxflow-${report}.csv"`);
    return context.body(csvOf(rows, columns[report]), 200, { 'Content-Type': 'text/csv; charset=utf-8' });
  });
}

function addEvents(app: ServerApp, { database: { pool }, workspaces: { parts: { outbox } } }: AdminParts): void {
  const path = `${base}/events`;
  const anEvent = z.object({ eventId: z.string().max(100) });
  const settled = { 204: done, 404: problemAnswer('EVENT_NOT_FOUND') };
  app.openapi(accessRoute({ access: admin('manage_events'), method: 'get', path, tags, summary: 'Events that were given up: some consumer failed too often', request: { query: z.object({ after, limit: limit(500, 100) }) }, responses: { 200: json('Oldest first.', z.object({ events: z.array(deadSchema), next })) } }), async (context) => {
    const query = context.req.valid('query');
    const events = await outbox.dead(query);
    return context.json({ events, next: nextOf(events, query.limit) }, 200);
  });
  app.openapi(accessRoute({ access: admin('manage_events'), method: 'post', path: `${path}/{eventId}/retry`, tags, summary: 'Lets an event try again', description: 'Consumers that have had it do not get it twice.', request: { params: anEvent }, responses: settled }), async (context) => {
    const { eventId } = context.req.valid('param');
    if (!(await outbox.revive(eventId))) throw adminProblem('EVENT_NOT_FOUND');
    await writeAudit(pool, 'OUTBOX_RETRIED', context.get('principal').userId || null, originOf(context), { eventId, ...by(context.get('principal')) });
    return context.body(null, 204);
  });
  app.openapi(accessRoute({ access: admin('manage_events'), method: 'delete', path: `${path}/{eventId}`, tags, summary: 'Deletes an event: whoever has not had it never will', request: { params: anEvent }, responses: settled }), async (context) => {
    const { eventId } = context.req.valid('param');
    if (!(await outbox.drop(eventId))) throw adminProblem('EVENT_NOT_FOUND');
    await writeAudit(pool, 'OUTBOX_DROPPED', context.get('principal').userId || null, originOf(context), { eventId, ...by(context.get('principal')) });
    return context.body(null, 204);
  });
}

function addPlans(app: ServerApp, { database: { pool }, accounts, workspaces: { usage } }: AdminParts): void {
  const change = { access: admin('manage_plans'), method: 'put', tags, request: { body: body(planChange) } } as const;
  const give = async (context: Parameters<typeof originOf>[0], userId: string, given: z.output<typeof planChange>) => {
    await usage.setSubscription(userId, given);
    await writeAudit(pool, 'SUBSCRIPTION_CHANGED', userId, originOf(context), { plan: given.plan, status: given.status, ...by(context.get('principal')) });
    return usage.subscription({ ...context.get('principal'), userId });
  };
  app.openapi(accessRoute({ ...change, path: `${base}/users/{userId}/subscription`, summary: 'Gives a person another plan', description: 'All workspaces that they own have it from then on. Nobody loses what is over a smaller plan’s limits; there is only no more of it. Says USER_SUBSCRIPTION_CHANGED.', request: { ...change.request, params: z.object({ userId: z.string().max(100) }) }, responses: { 200: json('As it is now.', subscriptionSchema), 404: problemAnswer('USER_NOT_FOUND') } }), async (context) => {
    const { userId } = context.req.valid('param');
    await accounts.administration.get(userId);
    return context.json(await give(context, userId, context.req.valid('json')), 200);
  });
  app.openapi(accessRoute({ ...change, path: `${base}/workspaces/{workspaceId}/subscription`, summary: 'Gives a workspace another plan: its owner gets it', request: { ...change.request, params: z.object({ workspaceId: z.string().max(100) }) }, responses: { 200: json('As it is now, the owner’s.', subscriptionSchema), 404: problemAnswer('USER_NOT_FOUND: there is no such workspace.') } }), async (context) => {
    const { rows } = await pool.query<{ ownerId: string }>('select owner_id as "ownerId" from workspace where id = $1 and deleted_at is null', [context.req.valid('param').workspaceId]);
    const ownerId = rows[0]?.ownerId ?? '';
    await accounts.administration.get(ownerId);
    return context.json(await give(context, ownerId, context.req.valid('json')), 200);
  });
}

function addServiceKeys(app: ServerApp, { accounts: { apiKeys } }: AdminParts): void {
  const path = `${base}/service-keys`;
  const scope = z.enum(SERVICE_SCOPES);
  app.openapi(accessRoute({ access: { as: 'person', role: 'super_admin' }, method: 'get', path, tags, summary: 'Keys of programs, which belong to nobody', responses: { 200: json('They are.', z.object({ serviceKeys: z.array(serviceKey) })) } }), async (context) =>
    context.json({ serviceKeys: (await apiKeys.listServices()).map(({ workspaceId: _, ...key }) => key) }, 200));
  app.openapi(accessRoute({ access: chief, method: 'post', path, tags, summary: 'Makes a key for a program', description: 'It may do what its scopes say on the server as a whole; it is a member of nothing.', request: { body: body(z.strictObject({ name: nameSchema, scopes: z.array(scope).min(1).max(SERVICE_SCOPES.length), expiresInDays: z.number().int().min(1).max(365).default(90) })) }, responses: { 201: json('Its secret is shown this once.', serviceKey.extend({ secret: z.string() })) } }), async (context) => {
    const { workspaceId: _, ...key } = await apiKeys.createService(context.get('principal'), context.req.valid('json'), originOf(context));
    return context.json(key, 201);
  });
  app.openapi(accessRoute({ access: chief, method: 'delete', path: `${path}/{keyId}`, tags, summary: 'Revokes a key of a program at once', request: { params: z.object({ keyId: z.string().max(100) }) }, responses: { 204: done, 404: problemAnswer('SERVICE_KEY_NOT_FOUND') } }), async (context) => {
    if (!(await apiKeys.revokeService(context.get('principal'), context.req.valid('param').keyId, originOf(context)))) throw adminProblem('SERVICE_KEY_NOT_FOUND');
    return context.body(null, 204);
  });
}

function addWork(app: ServerApp, { accounts, workspaces }: AdminParts): void {
  const tasks: readonly PeriodicTask[] = [...accounts.tasks, ...workspaces.tasks];
  app.openapi(accessRoute({ access: { ...admin(), freshMinutes: 60 }, method: 'post', path: `${base}/maintenance`, tags, summary: 'Cleans up now what is otherwise cleaned up each hour', description: tasks.map(({ name }) => name).join('; '), responses: { 200: json('What was done.', z.object({ done: z.array(z.string()) })) } }), async (context) => {
    for (const task of tasks) await task.run();
    return context.json({ done: tasks.map(({ name }) => name) }, 200);
  });
  app.openapi(accessRoute({ access: chief, method: 'post', path: `${base}/notifications/broadcast`, tags, summary: 'Writes a mail to everybody, or to those who want news', request: { body: body(z.strictObject({ subject: z.string().trim().min(1).max(150).regex(/^[^\p{Cc}]*$/u), text: z.string().trim().min(1).max(5000), to: z.enum(['everyone', 'news']).default('news') })) }, responses: { 202: json('How many mails are on their way.', z.object({ mails: count })) } }), async (context) =>
    context.json({ mails: await accounts.administration.broadcast(context.get('principal'), context.req.valid('json'), originOf(context)) }, 202));
}
