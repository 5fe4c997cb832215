/** The one thing of sync that is no message of a socket: a log comes to the server. */
import { z } from '@hono/zod-openapi';
import { problemsOf } from '../access/problem.ts';
import { accessRoute, problemAnswer } from '../access/route.ts';
import type { ServerApp } from '../access/context.ts';
import type { AppParts } from '../app.ts';

const id = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
const problem = problemsOf({
  WORKSPACE_FORBIDDEN: [403, 'The role does not allow it, or there is no such workspace. Nothing was changed; ask to be invited as a member.'],
  LOG_EXISTS: [409, 'A log of this id is there already. Nothing was changed; join it.'],
});

const createLogRoute = accessRoute({
  access: { as: 'person' },
  tags: ['sync'],
  method: 'post',
  path: '/v1/workspaces/{workspaceId}/logs',
  summary: 'Puts a log into a workspace, from where its owner stands',
  description: 'Then join it at `no` and send the snapshot of `no`; until it is there others hear LOG_NOT_READY. Numbers stay equal to those of the owner.',
  request: {
    params: z.object({ workspaceId: id }),
    body: {
      required: true,
      content: {
        'application/json': { schema: z.object({ id, kind: z.enum(['main', 'branch', 'catalogue']), no: z.number().int().min(0), chain: z.string().regex(/^([0-9a-f]{64})?$/) }) },
      },
    },
  },
  responses: {
    201: { description: 'It is there.', content: { 'application/json': { schema: z.object({ id: z.string() }) } } },
    403: problemAnswer('The role does not allow it, or there is no such workspace.'),
    409: problemAnswer('A log of this id is there already.'),
  },
});

/** Adds the routes of logs. */
export function addLogRoutes(app: ServerApp, { access, hub }: Pick<AppParts, 'access' | 'hub'>): void {
  app.openapi(createLogRoute, async (context) => {
    const { userId, sessionId = '', expiresAt } = context.get('principal');
    const { workspaceId } = context.req.valid('param');
    if (!(await access.mayCreateLog({ userId, sessionId, expiresAt }, workspaceId))) throw problem('WORKSPACE_FORBIDDEN');
    const log = context.req.valid('json');
    if (!(await hub.tables.createLog({ ...log, workspaceId, createdBy: userId }))) throw problem('LOG_EXISTS');
    return context.json({ id: log.id }, 201);
  });
}
