/** Binary content of flows over HTTP. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, problemAnswer } from '../access/route.ts';
import { answerOf, inWorkspace, notFound, overLimit } from '../workspaces/answers.ts';
import { idSchema } from '../workspaces/schema.ts';
import type { Assets } from './service.ts';

const tags = ['assets'];
const base = '/api/v1/workspaces/{workspaceId}/flows/{logId}/assets';
const member = { as: 'person', workspace: { parameter: 'workspaceId', permission: 'read_projects' } } as const;
const ofFlow = inWorkspace.extend({ logId: idSchema });
const ofAsset = ofFlow.extend({ name: z.string().regex(/^([0-9a-f]{64}|[A-Za-z0-9_-]{43})$/) });
const binary = { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } };

/** Addresses whose bodies may be as large as an asset. */
export const ASSET_PATH = /^\/api\/v1\/workspaces\/[^/]+\/flows\/[^/]+\/assets\/[^/]+$/;

const listRoute = accessRoute({ access: member, method: 'get', path: base, tags, summary: 'Pictures of a flow that are here', request: { params: ofFlow }, responses: { 200: answerOf('They are, oldest first.', z.object({ assets: z.array(z.object({ name: z.string(), size: z.number().int() })) })), 404: notFound } });
const readRoute = accessRoute({ access: member, method: 'get', path: `${base}/{name}`, tags, summary: 'One picture', request: { params: ofAsset }, responses: { 200: { description: 'It is, as it was sent.', content: binary }, 404: notFound } });
const storeRoute = accessRoute({
  access: member,
  method: 'put',
  path: `${base}/{name}`,
  tags,
  summary: 'Stores a picture that the flow names',
  description: 'For who may edit the flow. `name` is the SHA-256 of the bytes in hex; in an encrypted workspace bytes and name come sealed. The same again changes nothing.',
  request: { params: ofAsset, body: { required: true, content: binary } },
  responses: { 204: { description: 'It is stored.' }, 402: overLimit, 404: notFound, 413: problemAnswer('It is larger than a picture may be.') },
});

/** Adds the routes of assets. */
export function addAssetRoutes(app: ServerApp, assets: Assets): void {
  app.openapi(listRoute, async (context) => {
    const { workspaceId, logId } = context.req.valid('param');
    return context.json({ assets: await assets.list(context.get('principal'), workspaceId, logId) }, 200);
  });
  app.openapi(readRoute, async (context) => {
    const { workspaceId, logId, name } = context.req.valid('param');
    const bytes = await assets.read(context.get('principal'), workspaceId, logId, name);
    // Whatever somebody called a picture: no browser shows it as a page of ours. The name follows from the content, so it never changes.
    return context.body(bytes, 200, { 'content-type': 'application/octet-stream', 'content-disposition': 'attachment', 'x-content-type-options': 'nosniff', 'cache-control': 'private, max-age=31536000, immutable' });
  });
  app.openapi(storeRoute, async (context) => {
    const { workspaceId, logId, name } = context.req.valid('param');
    await assets.store(context.get('principal'), workspaceId, logId, name, new Uint8Array(await context.req.arrayBuffer()));
    return context.body(null, 204);
  });
}
