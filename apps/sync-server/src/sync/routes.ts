/** The one thing of sync that is no message of a socket: a log comes to the server. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { AppParts } from '../app.ts';

const id = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
const problem = (description: string) => ({ description, content: { 'application/json': { schema: z.object({ code: z.string() }) } } });

const createLogRoute = createRoute({
  method: 'post',
  path: '/v1/workspaces/{workspaceId}/logs',
  summary: 'Puts a log into a workspace, from where its owner stands',
  description: 'Then join it at `no` and send the snapshot of `no`; until it is there others hear LOG_NOT_READY. Numbers stay equal to those of the owner.',
  request: {
    params: z.object({ workspaceId: id }),
    headers: z.object({ authorization: z.string() }),
    body: {
      required: true,
      content: {
        'application/json': { schema: z.object({ id, kind: z.enum(['main', 'branch', 'catalogue']), no: z.number().int().min(0), chain: z.string().regex(/^([0-9a-f]{64})?$/) }) },
      },
    },
  },
  responses: {
    201: { description: 'It is there.', content: { 'application/json': { schema: z.object({ id: z.string() }) } } },
    401: problem('Nobody is signed in.'),
    403: problem('The role does not allow it, or there is no such workspace.'),
    409: problem('A log of this id is there already.'),
  },
});

/** Adds the routes of logs. */
export function addLogRoutes(app: OpenAPIHono, { access, hub }: Pick<AppParts, 'access' | 'hub'>): void {
  app.openapi(createLogRoute, async (context) => {
    const [scheme, token] = context.req.valid('header').authorization.split(' ');
    const principal = scheme?.toLowerCase() === 'bearer' && token ? await access.authorize(token) : undefined;
    if (!principal) return context.json({ code: 'SESSION_INVALID' }, 401);
    const { workspaceId } = context.req.valid('param');
    if (!(await access.mayCreateLog(principal, workspaceId))) return context.json({ code: 'WORKSPACE_FORBIDDEN' }, 403);
    const log = context.req.valid('json');
    const isNew = await hub.tables.createLog({ ...log, workspaceId, createdBy: principal.userId });
    return isNew ? context.json({ id: log.id }, 201) : context.json({ code: 'LOG_EXISTS' }, 409);
  });
}
