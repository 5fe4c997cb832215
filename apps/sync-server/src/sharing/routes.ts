/** Links to flows over HTTP: for members who share, and for whoever comes by one. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, problemAnswer } from '../access/route.ts';
import { answerOf, bodyOf, conflict, inWorkspace, notFound, overLimit } from '../workspaces/answers.ts';
import { pageQuery } from '../workspaces/paging.ts';
import { idSchema } from '../workspaces/schema.ts';
import type { SharingModule } from './module.ts';
import { linkChangeSchema, linkListSchema, linkSchema, madeLinkSchema, newLinkSchema, openedLinkSchema, openLinkSchema } from './schema.ts';

const tags = ['links'];
const base = '/api/v1/workspaces/{workspaceId}/links';
const sharer = { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'share_links' } } as const;
const aLink = inWorkspace.extend({ linkId: idSchema });

const listRoute = accessRoute({ access: sharer, method: 'get', path: base, tags, summary: 'Links to flows that you see', request: { params: inWorkspace, query: z.object({ logId: idSchema.optional(), after: pageQuery.shape.after, limit: pageQuery.shape.limit.openapi({ description: 'Most that one page holds; 500 without it.' }) }) }, responses: { 200: answerOf('They are, newest first.', linkListSchema), 404: notFound } });
const createRoute = accessRoute({
  access: sharer,
  method: 'post',
  path: base,
  tags,
  summary: 'Makes a link to a flow',
  description: 'Whoever has the address can read the flow as it is and becomes, without an account. A link may never more than who made it. In an encrypted workspace it comes with the flow’s keys, sealed under a secret that is never sent here.',
  request: { params: inWorkspace, body: bodyOf(newLinkSchema) },
  responses: { 201: answerOf('It is there; the address is told this once.', madeLinkSchema), 402: overLimit, 404: notFound, 409: conflict },
});
const changeRoute = accessRoute({ access: sharer, method: 'patch', path: `${base}/{linkId}`, tags, summary: 'Changes name, end, password or whether one may comment', description: 'For who made it and who manages projects. It takes effect on everybody who looks by it at once.', request: { params: aLink, body: bodyOf(linkChangeSchema) }, responses: { 200: answerOf('As it is now.', linkSchema), 402: overLimit, 404: notFound, 409: conflict } });
const revokeRoute = accessRoute({ access: sharer, method: 'delete', path: `${base}/{linkId}`, tags, summary: 'Revokes a link', description: 'Whoever looks by it is cut within a second.', request: { params: aLink }, responses: { 204: { description: 'It shows nothing any more.' }, 404: notFound } });
const openRoute = accessRoute({
  access: { as: 'anyone', rate: 'link' },
  method: 'post',
  path: '/api/v1/links/open',
  tags,
  summary: 'Opens a link',
  description: 'Gives a token for the socket, for an hour at most; with the token of a running visit it goes on. A link that is unknown, expired, revoked or held gets one answer.',
  request: { body: bodyOf(openLinkSchema) },
  responses: { 200: answerOf('It is open.', openedLinkSchema), 401: problemAnswer('It asks for a password. `salt`: what the proof of an encrypted flow is made with.'), 404: problemAnswer('It shows nothing.') },
});

/** Adds the routes of links. */
export function addLinkRoutes(app: ServerApp, { links, visits }: SharingModule): void {
  app.openapi(listRoute, async (context) => context.json(await links.list(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('query')), 200));
  app.openapi(createRoute, async (context) => context.json(await links.create(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json')), 201));
  app.openapi(changeRoute, async (context) => {
    const { workspaceId, linkId } = context.req.valid('param');
    return context.json(await links.change(context.get('principal'), workspaceId, linkId, context.req.valid('json')), 200);
  });
  app.openapi(revokeRoute, async (context) => {
    const { workspaceId, linkId } = context.req.valid('param');
    await links.revoke(context.get('principal'), workspaceId, linkId);
    return context.body(null, 204);
  });
  app.openapi(openRoute, async (context) => context.json(await visits.open(context.req.valid('json'), context.get('address'), context.get('principal')), 200));
}
