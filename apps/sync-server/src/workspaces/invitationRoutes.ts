/** Invitations over HTTP: for who invites, and for who is invited. */
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, problemAnswer } from '../access/route.ts';
import { answerOf, bodyOf, conflict, inWorkspace, notFound, overLimit } from './answers.ts';
import type { WorkspaceModule } from './module.ts';
import { acceptSchema, idSchema, invitationSchema, inviteSchema } from './schema.ts';

const tags = ['invitations'];
const base = '/api/v1/workspaces/{workspaceId}';
const ofWorkspace = inWorkspace.extend({ invitationId: idSchema });
const ofMine = z.object({ invitationId: idSchema });
const joined = answerOf('You are in.', z.object({ workspaceId: z.string() }));
const many = z.object({ invitations: z.array(invitationSchema) });

const inviteRoute = accessRoute({
  access: { as: 'holder', rate: 'mail', workspace: { parameter: 'workspaceId', permission: 'invite_members' } },
  method: 'post',
  path: `${base}/invite`,
  tags,
  summary: 'Invites an address by mail',
  description: 'For seven days. The answer is the same whether or not somebody has an account with this address.',
  request: { params: inWorkspace, body: bodyOf(inviteSchema) },
  responses: { 201: answerOf('The mail is on its way.', invitationSchema), 402: overLimit, 404: notFound, 409: conflict },
});
const listRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'invite_members' } },
  method: 'get',
  path: `${base}/invitations`,
  tags,
  summary: 'Invitations that nobody has answered',
  request: { params: inWorkspace },
  responses: { 200: answerOf('They are, newest first.', many), 404: notFound },
});
const resendRoute = accessRoute({
  access: { as: 'holder', rate: 'mail', workspace: { parameter: 'workspaceId', permission: 'invite_members' } },
  method: 'post',
  path: `${base}/invitations/{invitationId}/resend`,
  tags,
  summary: 'Sends an invitation again, for seven more days',
  request: { params: ofWorkspace },
  responses: { 200: answerOf('The mail is on its way; the link of the one before opens nothing any more.', invitationSchema), 404: notFound, 429: problemAnswer('It was sent less than a minute ago.') },
});
const revokeRoute = accessRoute({
  access: { as: 'holder', workspace: { parameter: 'workspaceId', permission: 'invite_members' } },
  method: 'delete',
  path: `${base}/invitations/{invitationId}`,
  tags,
  summary: 'Takes an invitation back',
  request: { params: ofWorkspace },
  responses: { 204: { description: 'Its link opens nothing any more.' }, 404: notFound },
});
const mineRoute = accessRoute({
  access: { as: 'person' },
  method: 'get',
  path: '/api/v1/invitations',
  tags,
  summary: 'Open invitations for your confirmed address',
  responses: { 200: answerOf('They are.', many) },
});
const acceptTokenRoute = accessRoute({
  access: { as: 'person', rate: 'credential' },
  method: 'post',
  path: '/api/v1/invitations/accept',
  tags,
  summary: 'Accepts an invitation by the secret of its mail',
  description: 'Only for who has confirmed the invited address. Everything that does not fit gets the same answer.',
  request: { body: bodyOf(acceptSchema) },
  responses: { 200: joined, 402: overLimit, 404: notFound, 409: conflict },
});
const acceptRoute = accessRoute({
  access: { as: 'person' },
  method: 'post',
  path: '/api/v1/invitations/{invitationId}/accept',
  tags,
  summary: 'Accepts an invitation from your list',
  request: { params: ofMine },
  responses: { 200: joined, 402: overLimit, 404: notFound, 409: conflict },
});
const declineRoute = accessRoute({
  access: { as: 'person' },
  method: 'post',
  path: '/api/v1/invitations/{invitationId}/decline',
  tags,
  summary: 'Declines an invitation',
  request: { params: ofMine },
  responses: { 204: { description: 'It is closed.' }, 404: notFound },
});

/** Adds the routes of invitations. */
export function addInvitationRoutes(app: ServerApp, { invitations }: WorkspaceModule): void {
  app.openapi(inviteRoute, async (context) => context.json(await invitations.invite(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json')), 201));
  app.openapi(listRoute, async (context) => context.json({ invitations: await invitations.list(context.get('principal'), context.req.valid('param').workspaceId) }, 200));
  app.openapi(resendRoute, async (context) => {
    const { workspaceId, invitationId } = context.req.valid('param');
    return context.json(await invitations.resend(context.get('principal'), workspaceId, invitationId), 200);
  });
  app.openapi(revokeRoute, async (context) => {
    const { workspaceId, invitationId } = context.req.valid('param');
    await invitations.revoke(context.get('principal'), workspaceId, invitationId);
    return context.body(null, 204);
  });
  app.openapi(mineRoute, async (context) => context.json({ invitations: await invitations.mine(context.get('principal')) }, 200));
  app.openapi(acceptTokenRoute, async (context) => context.json(await invitations.accept(context.get('principal'), context.req.valid('json')), 200));
  app.openapi(acceptRoute, async (context) => context.json(await invitations.accept(context.get('principal'), context.req.valid('param')), 200));
  app.openapi(declineRoute, async (context) => {
    await invitations.decline(context.get('principal'), context.req.valid('param').invitationId);
    return context.body(null, 204);
  });
}
