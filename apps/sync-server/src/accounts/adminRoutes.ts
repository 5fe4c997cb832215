/** /api/v1/admin/users: for administrators of the server, who need a second factor. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { Problem } from '../access/problem.ts';
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
const detailsSchema = userSchema.extend({ sessions: z.number().int(), passkeys: z.number().int(), lastSignInAt: z.number().int().nullable(), workspaces: z.array(z.object({ id: z.string(), role: z.string(), owned: z.boolean() })) }).openapi('UserDetails');
const userId = z.object({ userId: z.string().max(100) });

/** Adds the routes of administration. */
export function addAdminRoutes(app: ServerApp, { administration }: Accounts): void {
  app.openapi(accessRoute({ access: { ...access, service: 'read_users' }, method: 'get', path, tags, summary: 'Accounts of the server', request: { query: z.object({ text: z.string().max(100).optional(), role: role.optional(), status: z.enum(['active', 'suspended', 'closing']).optional(), verified: z.enum(['true', 'false']).optional(), after: z.string().max(100).optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }) }, responses: { 200: { description: 'Oldest first.', ...json(z.object({ users: z.array(userSchema), next: z.string().nullable() })) } } }), async (context) => {
    const { verified, ...search } = context.req.valid('query');
    const users = await administration.list({ ...search, verified: verified && verified === 'true' });
    return context.json({ users, next: users.length < search.limit ? null : users.at(-1)!.id }, 200);
  });
  app.openapi(accessRoute({ access: { ...access, service: 'read_users' }, method: 'get', path: `${path}/{userId}`, tags, summary: 'One account', request: { params: userId }, responses: { 200: { description: 'It is.', ...json(detailsSchema) }, 404: problemAnswer('USER_NOT_FOUND') } }), async (context) => context.json(await administration.get(context.req.valid('param').userId), 200));
  app.openapi(accessRoute({ access: { ...access, freshMinutes: 60 }, method: 'delete', path: `${path}/{userId}`, tags, summary: 'Marks an account for its end in thirty days; its sessions end', description: 'Who owns workspaces in which others are members is kept until that is settled.', request: { params: userId }, responses: { 200: { description: 'As it is now.', ...json(userSchema) }, 404: problemAnswer('USER_NOT_FOUND'), 409: problemAnswer('LAST_SUPER_ADMIN') } }), async (context) =>
    context.json(await administration.remove(context.get('principal'), context.req.valid('param').userId, originOf(context)), 200));
  for (const [step, summary] of [['restore', 'Keeps an account that was marked for its end'], ['verify', 'Confirms the address for somebody whose mail does not come']] as const) {
    app.openapi(accessRoute({ access, method: 'post', path: `${path}/{userId}/${step === 'verify' ? 'verify-email' : step}`, tags, summary, request: { params: userId }, responses: { 200: { description: 'As it is now.', ...json(userSchema) }, 404: problemAnswer('USER_NOT_FOUND'), 409: problemAnswer('NOT_CLOSING') } }), async (context) =>
      context.json(await administration[step](context.get('principal'), context.req.valid('param').userId, originOf(context)), 200));
  }
  app.openapi(accessRoute({ access: { ...access, freshMinutes: 60 }, method: 'post', path: `${path}/bulk-actions`, tags, summary: 'Does the same to many accounts', description: 'Each for itself: what fails for one says so and holds up no other.', request: { body: { required: true, ...json(z.strictObject({ userIds: z.array(z.string().max(100)).min(1).max(100), action: z.enum(['activate', 'suspend', 'delete', 'restore', 'verifyEmail']) })) } }, responses: { 200: { description: 'Per account: null, or the code of what kept it.', ...json(z.object({ results: z.record(z.string(), z.string().nullable()) })) } } }), async (context) => {
    const { userIds, action } = context.req.valid('json');
    const [actor, origin] = [context.get('principal'), originOf(context)];
    const act = { activate: (id: string) => administration.change(actor, id, { status: 'active' }, origin), suspend: (id: string) => administration.change(actor, id, { status: 'suspended' }, origin), delete: (id: string) => administration.remove(actor, id, origin), restore: (id: string) => administration.restore(actor, id, origin), verifyEmail: (id: string) => administration.verify(actor, id, origin) }[action];
    const results: Record<string, string | null> = {};
    for (const id of new Set(userIds)) {
      try {
        await act(id);
        results[id] = null;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        results[id] = error.code;
      }
    }
    return context.json({ results }, 200);
  });
  app.openapi(accessRoute({ access: { ...access, freshMinutes: 60 }, method: 'patch', path: `${path}/{userId}`, tags, summary: 'Changes the role or the status of an account; its sessions end', description: 'Roles are given and taken by a super_admin only.', request: { params: userId, body: { required: true, ...json(z.strictObject({ role: role.optional(), status: status.optional() })) } }, responses: { 200: { description: 'As it is now.', ...json(userSchema) }, 404: problemAnswer('USER_NOT_FOUND'), 409: problemAnswer('LAST_SUPER_ADMIN') } }), async (context) =>
    context.json(await administration.change(context.get('principal'), context.req.valid('param').userId, context.req.valid('json'), originOf(context)), 200));
  app.openapi(accessRoute({ access, method: 'delete', path: `${path}/{userId}/sessions`, tags, summary: 'Signs somebody out everywhere', request: { params: userId }, responses: { 200: { description: 'How many sessions ended.', ...json(z.object({ ended: z.number().int() })) }, 404: problemAnswer('USER_NOT_FOUND') } }), async (context) =>
    context.json({ ended: await administration.signOut(context.get('principal'), context.req.valid('param').userId, originOf(context)) }, 200));
  app.openapi(accessRoute({ access, method: 'post', path: `${path}/{userId}/unlock`, tags, summary: 'Lifts the lock after too many failed sign-ins', request: { params: userId }, responses: { 204: { description: 'It is lifted.' }, 404: problemAnswer('USER_NOT_FOUND') } }), async (context) => {
    await administration.unlock(context.get('principal'), context.req.valid('param').userId, originOf(context));
    return context.body(null, 204);
  });
}
