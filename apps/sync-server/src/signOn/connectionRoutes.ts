/** /api/v1/workspaces/{workspaceId}/sign-on: setting up connections. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, type AccessRule } from '../access/route.ts';
import { answerOf, bodyOf, conflict, inWorkspace, notFound, overLimit } from '../workspaces/answers.ts';
import { connectionViewOf } from './connections.ts';
import type { SignOnRouteParts } from './routes.ts';
import { connectionChangeSchema, connectionSchema, domainNameSchema, domainSchema, newConnectionSchema } from './schema.ts';

const tags = ['sign-on'];
const base = '/api/v1/workspaces/{workspaceId}/sign-on';
const manage: AccessRule = { as: 'person', workspace: { parameter: 'workspaceId', permission: 'manage_sign_on' } };
/** Whoever changes who may come in has shown lately that it is them. */
export const SIGN_ON_FRESH_MINUTES = 60;
const manageFresh: AccessRule = { ...manage, freshMinutes: SIGN_ON_FRESH_MINUTES };
const withId = inWorkspace.extend({ connectionId: z.string().max(100) });
const withDomain = withId.extend({ domain: z.string().max(300) });

/** Adds the routes by which apps and pages set up connections. */
export function addConnectionRoutes(app: ServerApp, { signOn: { connections, domains }, site }: SignOnRouteParts): void {
  const view = async (context: { get(name: 'principal'): Parameters<typeof connections.find>[0] }, workspaceId: string, connectionId: string) => {
    const found = await connections.find(context.get('principal'), workspaceId, connectionId);
    return connectionViewOf(site, found.connection, found.domains);
  };
  app.openapi(accessRoute({ access: manage, method: 'get', path: base, tags, summary: 'The connections of a workspace to identity providers', request: { params: inWorkspace }, responses: { 200: answerOf('They are.', z.object({ connections: z.array(connectionSchema) })), 404: notFound } }), async (context) => {
    const all = await connections.list(context.get('principal'), context.req.param('workspaceId'));
    return context.json({ connections: all.map((one) => connectionViewOf(site, one.connection, one.domains)) }, 200);
  });
  app.openapi(accessRoute({ access: manageFresh, method: 'post', path: base, tags, summary: 'Makes a connection; it is off', request: { params: inWorkspace, body: bodyOf(newConnectionSchema) }, responses: { 201: answerOf('It is there.', connectionSchema), 402: overLimit, 404: notFound, 409: conflict } }), async (context) => {
    const { id } = await connections.create(context.get('principal'), context.req.param('workspaceId'), context.req.valid('json'));
    return context.json(await view(context, context.req.param('workspaceId'), id), 201);
  });
  app.openapi(accessRoute({ access: manage, method: 'get', path: `${base}/{connectionId}`, tags, summary: 'One connection', request: { params: withId }, responses: { 200: answerOf('It is.', connectionSchema), 404: notFound } }), async (context) =>
    context.json(await view(context, context.req.param('workspaceId'), context.req.param('connectionId')), 200));
  app.openapi(accessRoute({ access: manageFresh, method: 'patch', path: `${base}/{connectionId}`, tags, summary: 'Changes a connection; what is left out stays', request: { params: withId, body: bodyOf(connectionChangeSchema) }, responses: { 200: answerOf('As it is now.', connectionSchema), 404: notFound, 409: conflict } }), async (context) => {
    await connections.change(context.get('principal'), context.req.param('workspaceId'), context.req.param('connectionId'), context.req.valid('json'));
    return context.json(await view(context, context.req.param('workspaceId'), context.req.param('connectionId')), 200);
  });
  app.openapi(accessRoute({ access: manageFresh, method: 'delete', path: `${base}/{connectionId}`, tags, summary: 'Deletes a connection; nobody comes by it any more', request: { params: withId }, responses: { 204: { description: 'It is gone.' }, 404: notFound } }), async (context) => {
    await connections.remove(context.get('principal'), context.req.param('workspaceId'), context.req.param('connectionId'));
    return context.body(null, 204);
  });
  app.openapi(accessRoute({ access: manageFresh, method: 'post', path: `${base}/{connectionId}/domains`, tags, summary: 'Claims a domain; the answer says how to prove it', request: { params: withId, body: bodyOf(z.strictObject({ domain: domainNameSchema })) }, responses: { 201: answerOf('It waits for its proof.', domainSchema), 404: notFound, 409: conflict } }), async (context) =>
    context.json(await domains.add(context.get('principal'), context.req.param('workspaceId'), context.req.param('connectionId'), context.req.valid('json').domain), 201));
  app.openapi(accessRoute({ access: { ...manageFresh, rate: 'credential' }, method: 'post', path: `${base}/{connectionId}/domains/{domain}/prove`, tags, summary: 'Looks for the proof of a domain', request: { params: withDomain }, responses: { 200: answerOf('It is proved.', domainSchema), 404: notFound, 409: conflict } }), async (context) =>
    context.json(await domains.prove(context.get('principal'), context.req.param('workspaceId'), context.req.param('connectionId'), context.req.param('domain')), 200));
  app.openapi(accessRoute({ access: manageFresh, method: 'delete', path: `${base}/{connectionId}/domains/{domain}`, tags, summary: 'Lets go of a domain', request: { params: withDomain }, responses: { 204: { description: 'It is gone.' }, 404: notFound, 409: conflict } }), async (context) => {
    await domains.remove(context.get('principal'), context.req.param('workspaceId'), context.req.param('connectionId'), context.req.param('domain'));
    return context.body(null, 204);
  });
}
