/** Members over HTTP. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute } from '../access/route.ts';
import { answerOf, bodyOf, conflict, inWorkspace, notFound } from './answers.ts';
import type { WorkspaceModule } from './module.ts';
import { nextSchema, pageQuery } from './paging.ts';
import { idSchema, memberChangeSchema, memberSchema } from './schema.ts';

const tags = ['members'];
const base = '/api/v1/workspaces/{workspaceId}/members';
const aMember = inWorkspace.extend({ userId: idSchema });

const listRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'read_members' } },
  method: 'get',
  path: base,
  tags,
  summary: 'Who is in the workspace',
  request: { params: inWorkspace, query: pageQuery },
  responses: { 200: answerOf('They are, in the order in which they came.', z.object({ members: z.array(memberSchema), next: nextSchema })), 404: notFound },
});
const changeRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'manage_members' } },
  method: 'patch',
  path: `${base}/{userId}`,
  tags,
  summary: 'Gives a member another role, or permissions beyond it',
  description: 'Nobody gives or takes more than they have. Open sockets of the member take the new role at once.',
  request: { params: aMember, body: bodyOf(memberChangeSchema) },
  responses: { 200: answerOf('As they are now.', memberSchema), 404: notFound, 409: conflict },
});
const removeRoute = accessRoute({
  // Everybody may leave; to remove others the service asks for `manage_members`.
  access: { as: 'holder', scope: 'manage_members', workspace: { parameter: 'workspaceId' } },
  method: 'delete',
  path: `${base}/{userId}`,
  tags,
  summary: 'Removes a member, or leaves with the own id',
  description: 'Open sockets of the member lose the flows of this workspace within a second. The owner cannot go.',
  request: { params: aMember },
  responses: { 204: { description: 'They are out.' }, 404: notFound, 409: conflict },
});

/** Adds the routes of members. */
export function addMemberRoutes(app: ServerApp, { members }: WorkspaceModule): void {
  app.openapi(listRoute, async (context) => {
    const { rows, next } = await members.list(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('query'));
    return context.json({ members: rows, next }, 200);
  });
  app.openapi(changeRoute, async (context) => {
    const { workspaceId, userId } = context.req.valid('param');
    return context.json(await members.change(context.get('principal'), workspaceId, userId, context.req.valid('json')), 200);
  });
  app.openapi(removeRoute, async (context) => {
    const { workspaceId, userId } = context.req.valid('param');
    await members.remove(context.get('principal'), workspaceId, userId);
    return context.body(null, 204);
  });
}
