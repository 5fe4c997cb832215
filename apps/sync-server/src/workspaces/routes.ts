/** Workspaces and what people pay for, over HTTP. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute } from '../access/route.ts';
import { ACTIVITY_CODES } from './activityCodes.ts';
import { answerOf, bodyOf, conflict, deletedQuery, graceSchema, inWorkspace, notFound, overLimit } from './answers.ts';
import { addInvitationRoutes } from './invitationRoutes.ts';
import { addMemberRoutes } from './memberRoutes.ts';
import type { WorkspaceModule } from './module.ts';
import { nextSchema, pageQuery } from './paging.ts';
import { addProjectRoutes } from './projectRoutes.ts';
import { PLAN_NAMES } from './plans.ts';
import { activitySchema, idSchema, newWorkspaceSchema, subscriptionSchema, transferSchema, usageLineSchema, usageSchema, workspaceChangeSchema, workspaceSchema } from './schema.ts';

const tags = ['workspaces'];
const base = '/api/v1/workspaces/{workspaceId}';

const listRoute = accessRoute({
  access: { as: 'holder', scope: 'read_projects' },
  method: 'get',
  path: '/api/v1/workspaces',
  tags,
  summary: 'The workspaces that you are in',
  request: { query: deletedQuery.extend(pageQuery.shape) },
  responses: { 200: answerOf('They are, oldest first.', z.object({ workspaces: z.array(workspaceSchema), next: nextSchema })) },
});
const createRoute = accessRoute({
  access: { as: 'person' },
  method: 'post',
  path: '/api/v1/workspaces',
  tags,
  summary: 'Makes a workspace that you own',
  description: 'Whether it is encrypted is chosen here and never changes.',
  request: { body: bodyOf(newWorkspaceSchema) },
  responses: { 201: answerOf('It is there.', workspaceSchema), 402: overLimit },
});
const getRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'read_projects' } },
  method: 'get',
  path: base,
  tags,
  summary: 'One workspace, and what you may do there',
  request: { params: inWorkspace },
  responses: { 200: answerOf('It is.', workspaceSchema), 404: notFound },
});
const changeRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'manage_settings' } },
  method: 'patch',
  path: base,
  tags,
  summary: 'Changes name, description and settings',
  request: { params: inWorkspace, body: bodyOf(workspaceChangeSchema) },
  responses: { 200: answerOf('As it is now.', workspaceSchema), 404: notFound },
});
const deleteRoute = accessRoute({
  access: { as: 'person', workspace: { parameter: 'workspaceId', permission: 'delete_workspace' } },
  method: 'delete',
  path: base,
  tags,
  summary: 'Deletes a workspace',
  description: 'Nobody gets in from now on. The owner can bring it back for 30 days; then it is gone.',
  request: { params: inWorkspace },
  responses: { 200: answerOf('It is closed.', graceSchema), 404: notFound },
});
const restoreRoute = accessRoute({
  // The layer knows only workspaces that are open; the service asks for the permission itself.
  access: { as: 'person' },
  method: 'post',
  path: `${base}/restore`,
  tags,
  summary: 'Brings a deleted workspace back',
  request: { params: inWorkspace },
  responses: { 200: answerOf('It is open again.', workspaceSchema), 402: overLimit, 404: notFound, 409: conflict },
});
const transferRoute = accessRoute({
  access: { as: 'person', workspace: { parameter: 'workspaceId', permission: 'transfer_ownership' } },
  method: 'post',
  path: `${base}/transfer-ownership`,
  tags,
  summary: 'Hands the workspace to another member',
  description: 'They become owner, you become admin.',
  request: { params: inWorkspace, body: bodyOf(transferSchema) },
  responses: { 200: answerOf('It is theirs.', workspaceSchema), 402: overLimit, 404: notFound, 409: conflict },
});
const usageRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'view_usage' } },
  method: 'get',
  path: `${base}/usage`,
  tags,
  summary: 'How much of its plan the workspace uses',
  description: '`warning` is `near` from 80 % of a limit, `critical` from 95 %, `full` at it.',
  request: { params: inWorkspace },
  responses: { 200: answerOf('As of now; the bytes as of a minute ago at most.', usageSchema), 404: notFound },
});
const activityQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  actorId: idSchema.optional(),
  codes: z.string().transform((text) => text.split(',')).pipe(z.array(z.enum(ACTIVITY_CODES)).max(ACTIVITY_CODES.length)).optional(),
});
const activityRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'view_activity' } },
  method: 'get',
  path: `${base}/activity`,
  tags,
  summary: 'What happened in the workspace, newest first',
  description: '`before`: the id of the last line that you have. `codes`: kinds, with commas between them. `names`: of people, and addresses of invitations for who may invite, by id.',
  request: { params: inWorkspace, query: activityQuery },
  responses: { 200: answerOf('A page of it.', z.object({ activity: z.array(activitySchema), names: z.record(z.string(), z.string()) })), 404: notFound },
});
const subscriptionRoute = accessRoute({
  access: { as: 'person' },
  method: 'get',
  path: '/api/v1/subscriptions',
  tags,
  summary: 'Your own plan and its limits',
  responses: { 200: answerOf('It is.', subscriptionSchema) },
});

const upgradeRoute = accessRoute({
  access: { as: 'person', freshMinutes: 60 * 24 },
  method: 'post',
  path: '/api/v1/subscriptions/upgrade',
  tags,
  summary: 'Takes a larger plan for yourself',
  description: 'Where PLAN_CHANGES is `self`; else plans are given by who runs the server.',
  request: { body: bodyOf(z.strictObject({ plan: z.enum(PLAN_NAMES) })) },
  responses: { 200: answerOf('As it is now.', subscriptionSchema), 409: conflict },
});
const ownUsageRoute = accessRoute({
  access: { as: 'person' },
  method: 'get',
  path: '/api/v1/usage',
  tags,
  summary: 'How much of your plan each of your own workspaces uses',
  responses: { 200: answerOf('As of now; the bytes as of a minute ago at most.', z.object({ workspaces: z.array(usageLineSchema) })) },
});

/** Adds the routes of the module. */
export function addWorkspaceRoutes(app: ServerApp, module: WorkspaceModule): void {
  const { workspaces, usage, activity } = module;
  app.openapi(listRoute, async (context) => {
    const { deleted, ...page } = context.req.valid('query');
    const { rows, next } = await workspaces.list(context.get('principal'), { deleted: deleted === 'true', ...page });
    return context.json({ workspaces: rows, next }, 200);
  });
  app.openapi(createRoute, async (context) => context.json(await workspaces.create(context.get('principal'), context.req.valid('json')), 201));
  app.openapi(getRoute, async (context) => context.json(await workspaces.get(context.get('principal'), context.req.valid('param').workspaceId), 200));
  app.openapi(changeRoute, async (context) => context.json(await workspaces.change(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json')), 200));
  app.openapi(deleteRoute, async (context) => context.json(await workspaces.remove(context.get('principal'), context.req.valid('param').workspaceId), 200));
  app.openapi(restoreRoute, async (context) => context.json(await workspaces.restore(context.get('principal'), context.req.valid('param').workspaceId), 200));
  app.openapi(transferRoute, async (context) => context.json(await workspaces.transfer(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json').userId), 200));
  app.openapi(usageRoute, async (context) => context.json(await usage.usage(context.get('principal'), context.req.valid('param').workspaceId), 200));
  app.openapi(activityRoute, async (context) => context.json(await activity.list(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('query')), 200));
  app.openapi(subscriptionRoute, async (context) => context.json(await usage.subscription(context.get('principal')), 200));
  app.openapi(upgradeRoute, async (context) => {
    await usage.upgrade(context.get('principal'), context.req.valid('json').plan);
    return context.json(await usage.subscription(context.get('principal')), 200);
  });
  app.openapi(ownUsageRoute, async (context) => context.json({ workspaces: await usage.ownUsage(context.get('principal')) }, 200));
  addMemberRoutes(app, module);
  addInvitationRoutes(app, module);
  addProjectRoutes(app, module);
}
