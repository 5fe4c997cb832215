/** /api/v1/admin/users: for administrators of the server, who need a second factor. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, problemAnswer, type AccessRule } from '../access/route.ts';
import { originOf } from './routes.ts';
import type { Accounts } from './service.ts';

const tags = ['admin'];
const path = '/api/v1/admin/users';
const access: AccessRule = { as: 'person', role: 'admin' };
const json = <T extends z.ZodType>(schema: T) => ({ content: { 'application/json': { schema } } });
const role = z.enum(['user', 'admin', 'super_admin']);
const status = z.enum(['active', 'suspended']);
const userSchema = z
  .object({ id: z.string(), email: z.string(), name: z.string(), role, status, emailVerified: z.boolean(), twoFactor: z.boolean(), createdAt: z.number().int(), deleteAt: z.number().int().nullable() })
  .openapi('User');
const userId = z.object({ userId: z.string().max(100) });

/** Adds the routes of administration. */
export function addAdminRoutes(app: ServerApp, { administration }: Accounts): void {
  app.openapi(accessRoute({ access, method: 'get', path, tags, summary: 'Accounts of the server', request: { query: z.object({ text: z.string().max(100).optional(), after: z.string().max(100).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }) }, responses: { 200: { description: 'Oldest first.', ...json(z.object({ users: z.array(userSchema) })) } } }), async (context) =>
    context.json({ users: await administration.list(context.req.valid('query')) }, 200));
  app.openapi(accessRoute({ access: { ...access, freshMinutes: 60 }, method: 'patch', path: `${path}/{userId}`, tags, summary: 'Changes the role or the status of an account; its sessions end', description: 'Roles are given and taken by a super_admin only.', request: { params: userId, body: { required: true, ...json(z.strictObject({ role: role.optional(), status: status.optional() })) } }, responses: { 200: { description: 'As it is now.', ...json(userSchema) }, 404: problemAnswer('USER_NOT_FOUND'), 409: problemAnswer('LAST_SUPER_ADMIN') } }), async (context) =>
    context.json(await administration.change(context.get('principal'), context.req.valid('param').userId, context.req.valid('json'), originOf(context)), 200));
  app.openapi(accessRoute({ access, method: 'delete', path: `${path}/{userId}/sessions`, tags, summary: 'Signs somebody out everywhere', request: { params: userId }, responses: { 200: { description: 'How many sessions ended.', ...json(z.object({ ended: z.number().int() })) }, 404: problemAnswer('USER_NOT_FOUND') } }), async (context) =>
    context.json({ ended: await administration.signOut(context.get('principal'), context.req.valid('param').userId, originOf(context)) }, 200));
  app.openapi(accessRoute({ access, method: 'post', path: `${path}/{userId}/unlock`, tags, summary: 'Lifts the lock after too many failed sign-ins', request: { params: userId }, responses: { 204: { description: 'It is lifted.' }, 404: problemAnswer('USER_NOT_FOUND') } }), async (context) => {
    await administration.unlock(context.get('principal'), context.req.valid('param').userId, originOf(context));
    return context.body(null, 204);
  });
}
