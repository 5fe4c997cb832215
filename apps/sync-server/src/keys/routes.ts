/** Keys over HTTP. Everything here is public or sealed: the server can hand it out, and read none of it. */
import { z } from '@hono/zod-openapi';
import { accountKeysSchema, deviceCodeSchema, invitationKeySchema, keyStateSchema, linkKeySchema, newEpochSchema, wrapSchema } from '@uxflow/core/keyMessages';
import type { ServerApp } from '../access/context.ts';
import { accessRoute } from '../access/route.ts';
import { answerOf, bodyOf, conflict, inWorkspace, notFound } from '../workspaces/answers.ts';
import { idSchema } from '../workspaces/schema.ts';
import type { AccountKeyStore } from './accountKeys.ts';
import type { WorkspaceKeyStore } from './workspaceKeys.ts';

export interface KeyModule {
  accountKeys: AccountKeyStore;
  workspaceKeys: WorkspaceKeyStore;
}

const tags = ['keys'];
const account = '/api/v1/users/me/keys';
const base = '/api/v1/workspaces/{workspaceId}';
const person = { as: 'person' } as const;
const member = { as: 'person', workspace: { parameter: 'workspaceId', permission: 'read_members' } } as const;
const done = { description: 'It is done.' };
const ofInvitation = inWorkspace.extend({ invitationId: idSchema });
const ofLink = inWorkspace.extend({ linkId: idSchema });
const binary32 = accountKeysSchema.shape.keys.shape.box;

const getAccountRoute = accessRoute({ access: person, method: 'get', path: account, tags, summary: 'Your keys; the private half is sealed under your recovery kit', responses: { 200: answerOf('They are.', accountKeysSchema), 404: notFound } });
const createAccountRoute = accessRoute({ access: person, method: 'post', path: account, tags, summary: 'Stores the first keys of your account', request: { body: bodyOf(accountKeysSchema) }, responses: { 204: done, 409: conflict } });
const replaceAccountRoute = accessRoute({
  access: { as: 'person', freshMinutes: 15 },
  method: 'put',
  path: account,
  tags,
  summary: 'Puts your keys under a new recovery kit, or begins with new keys',
  description: 'New keys raise `version` by one. Colleagues see that they changed, and must confirm them before they give you a key.',
  request: { body: bodyOf(accountKeysSchema) },
  responses: { 204: done, 409: conflict },
});
const putCodeRoute = accessRoute({ access: person, method: 'post', path: `${account}/codes`, tags, summary: 'Leaves your keys for another device, under a code, for ten minutes', request: { body: bodyOf(deviceCodeSchema) }, responses: { 204: done, 409: conflict } });
const takeCodeRoute = accessRoute({
  access: { as: 'person', rate: 'credential' },
  method: 'post',
  path: `${account}/codes/{codeId}/take`,
  tags,
  summary: 'Takes them on the other device, once',
  request: { params: z.object({ codeId: binary32 }) },
  responses: { 200: answerOf('They are, sealed under the code.', deviceCodeSchema.pick({ sealed: true })), 404: notFound },
});

const stateRoute = accessRoute({ access: member, method: 'get', path: `${base}/keys`, tags, summary: 'Where the keys of an encrypted workspace stand, for you', request: { params: inWorkspace }, responses: { 200: answerOf('So.', keyStateSchema), 404: notFound, 409: conflict } });
const epochRoute = accessRoute({
  access: { as: 'person', workspace: { parameter: 'workspaceId', permission: 'manage_members' } },
  method: 'post',
  path: `${base}/keys/epochs`,
  tags,
  summary: 'Makes the first key of an encrypted workspace, or the next one',
  description: 'Taken only while the workspace stands just before it (EPOCH_CHANGED). From then on pushes under an older key get REKEY.',
  request: { params: inWorkspace, body: bodyOf(newEpochSchema) },
  responses: { 204: done, 404: notFound, 409: conflict },
});
const wrapsRoute = accessRoute({ access: member, method: 'post', path: `${base}/keys/wraps`, tags, summary: 'Gives the newest key to members', request: { params: inWorkspace, body: bodyOf(z.object({ wraps: z.array(wrapSchema).min(1).max(2000) })) }, responses: { 204: done, 404: notFound, 409: conflict } });
const proofRoute = accessRoute({ access: member, method: 'post', path: `${base}/keys/proof`, tags, summary: 'Shows by which invitation you came', request: { params: inWorkspace, body: bodyOf(z.object({ invitationId: idSchema, proof: binary32 })) }, responses: { 204: done, 404: notFound } });
const putInvitationRoute = accessRoute({
  access: { as: 'person', workspace: { parameter: 'workspaceId', permission: 'invite_members' } },
  method: 'put',
  path: `${base}/invitations/{invitationId}/key`,
  tags,
  summary: 'Leaves the key for who is invited, under the secret of the link that you send them',
  request: { params: ofInvitation, body: bodyOf(invitationKeySchema) },
  responses: { 204: done, 404: notFound, 409: conflict },
});
const takeInvitationRoute = accessRoute({
  access: { as: 'person', rate: 'credential' },
  method: 'post',
  path: '/api/v1/invitations/{invitationId}/key/take',
  tags,
  summary: 'Takes the key of an accepted invitation, once',
  description: 'Only with the confirmed address that was invited. Everything that does not fit gets the same answer.',
  request: { params: z.object({ invitationId: idSchema }) },
  responses: { 200: answerOf('It is, sealed under the secret of the link.', invitationKeySchema.extend({ workspaceId: z.string() })), 404: notFound },
});
const sharer = { as: 'person', workspace: { parameter: 'workspaceId', permission: 'share_links' } } as const;
const putLinkRoute = accessRoute({ access: sharer, method: 'put', path: `${base}/keys/links/{linkId}`, tags, summary: 'Puts the newest key of a flow under the secret of a link to it', request: { params: ofLink, body: bodyOf(linkKeySchema.omit({ linkId: true })) }, responses: { 204: done, 404: notFound, 409: conflict } });
const oldLinksRoute = accessRoute({ access: sharer, method: 'get', path: `${base}/keys/links`, tags, summary: 'Flows of links that lack the newest key', request: { params: inWorkspace }, responses: { 200: answerOf('They are.', z.object({ links: z.array(linkKeySchema) })), 404: notFound } });

/** Adds the routes of keys. */
export function addKeyRoutes(app: ServerApp, { accountKeys, workspaceKeys }: KeyModule): void {
  app.openapi(getAccountRoute, async (context) => context.json(await accountKeys.get(context.get('principal')), 200));
  app.openapi(createAccountRoute, async (context) => {
    await accountKeys.create(context.get('principal'), context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(replaceAccountRoute, async (context) => {
    await accountKeys.replace(context.get('principal'), context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(putCodeRoute, async (context) => {
    await accountKeys.putCode(context.get('principal'), context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(takeCodeRoute, async (context) => context.json(await accountKeys.takeCode(context.get('principal'), context.req.valid('param').codeId), 200));
  app.openapi(stateRoute, async (context) => context.json(await workspaceKeys.state(context.get('principal'), context.req.valid('param').workspaceId), 200));
  app.openapi(epochRoute, async (context) => {
    await workspaceKeys.addEpoch(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(wrapsRoute, async (context) => {
    await workspaceKeys.addWraps(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json').wraps);
    return context.body(null, 204);
  });
  app.openapi(proofRoute, async (context) => {
    await workspaceKeys.showProof(context.get('principal'), context.req.valid('param').workspaceId, context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(putInvitationRoute, async (context) => {
    const { workspaceId, invitationId } = context.req.valid('param');
    await workspaceKeys.putInvitation(context.get('principal'), workspaceId, invitationId, context.req.valid('json'));
    return context.body(null, 204);
  });
  app.openapi(takeInvitationRoute, async (context) => context.json(await workspaceKeys.takeInvitation(context.get('principal'), context.req.valid('param').invitationId), 200));
  app.openapi(putLinkRoute, async (context) => {
    const { workspaceId, linkId } = context.req.valid('param');
    await workspaceKeys.putLink(context.get('principal'), workspaceId, { ...context.req.valid('json'), linkId });
    return context.body(null, 204);
  });
  app.openapi(oldLinksRoute, async (context) => context.json({ links: await workspaceKeys.oldLinks(context.get('principal'), context.req.valid('param').workspaceId) }, 200));
}
