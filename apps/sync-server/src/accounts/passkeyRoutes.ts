/** /api/v1/users/…/passkeys, and proving again that it is oneself. */
import { z } from '@hono/zod-openapi';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import type { ServerApp } from '../access/context.ts';
import { accessRoute, problemAnswer, type AccessRule } from '../access/route.ts';
import type { Site } from '../access/site.ts';
import { FRESH_MINUTES } from './proof.ts';
import { handOver, originOf } from './routes.ts';
import { deviceNameSchema, nameSchema, passwordSchema, sessionFormSchema, signedInSchema } from './schema.ts';
import type { Accounts } from './service.ts';

const tags = ['users'];
const base = '/api/v1/users';
const guess: AccessRule = { as: 'anyone', rate: 'credential' };
const person: AccessRule = { as: 'person', factor: false };
const fresh: AccessRule = { as: 'person', factor: false, freshMinutes: FRESH_MINUTES, rate: 'credential' };

const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { 'application/json': { schema } } });
const base64url = (most: number) => z.string().min(1).max(most).regex(/^[A-Za-z0-9_-]+$/);
/** Whatever else a browser tells is not looked at. */
const told = { id: base64url(1400), rawId: base64url(1400), type: z.literal('public-key'), clientExtensionResults: z.record(z.string(), z.unknown()).default({}), authenticatorAttachment: z.string().max(30).nullish() };
const attestationSchema = z
  .object({ ...told, response: z.object({ clientDataJSON: base64url(8000), attestationObject: base64url(40_000), transports: z.array(z.string().max(30)).max(10).optional() }) })
  .openapi('PasskeyAttestation');
const assertionSchema = z
  .object({ ...told, response: z.object({ clientDataJSON: base64url(8000), authenticatorData: base64url(8000), signature: base64url(8000), userHandle: base64url(200).nullish() }) })
  .openapi('PasskeyAssertion');
/** As WebAuthn has them in JSON. */
const optionsSchema = z.record(z.string(), z.unknown()).openapi('PasskeyOptions');
const passkeySchema = z.object({ id: z.string(), name: z.string(), synced: z.boolean(), createdAt: z.number().int(), lastUsedAt: z.number().int().nullable() }).openapi('Passkey');
const ofPasskey = z.object({ passkeyId: z.string().max(100) });
const options = { 200: answer('For the browser: `navigator.credentials`, user verification required; good for five minutes and once.', optionsSchema), 409: problemAnswer('PASSKEYS_IMPOSSIBLE or PASSKEYS_FULL') };
const proofKinds = z.array(z.enum(['password', 'code', 'passkey']));

/** Adds the routes of passkeys and proofs. */
export function addPasskeyRoutes(app: ServerApp, { accounts: { passkeys, proof }, site }: { accounts: Accounts; site: Site }): void {
  const path = `${base}/me/passkeys`;
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/login/passkey/options`, tags, summary: 'Begins a sign-in by a passkey', description: 'The same for everybody: nobody is named.', responses: options }), async (context) => context.json({ ...(await passkeys.beginSignIn()) }, 200));
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/login/passkey`, tags, summary: 'Signs in by a passkey, which is two factors', request: { body: body(z.strictObject({ response: assertionSchema, remember: z.boolean().default(true), deviceName: deviceNameSchema, as: sessionFormSchema })) }, responses: { 200: answer('Signed in.', signedInSchema), 401: problemAnswer('PASSKEY_FAILED'), 429: problemAnswer('SIGN_IN_LOCKED or RATE_LIMITED, with Retry-After.') } }), async (context) => {
    const { response, remember, deviceName, as } = context.req.valid('json');
    const result = await passkeys.signIn({ response: response as AuthenticationResponseJSON, remember }, { kind: as === 'cookie' ? 'web' : 'desktop', name: deviceName }, originOf(context));
    return context.json(handOver(context, site, result, as === 'cookie', remember), 200);
  });
  app.openapi(accessRoute({ access: person, method: 'get', path, tags, summary: 'Your passkeys', responses: { 200: answer('They are. `possible` is false where browsers allow none.', z.object({ passkeys: z.array(passkeySchema), possible: z.boolean() })) } }), async (context) =>
    context.json({ passkeys: await passkeys.list(context.get('principal').userId), possible: passkeys.isPossible() }, 200));
  app.openapi(accessRoute({ access: fresh, method: 'post', path: `${path}/options`, tags, summary: 'Begins to make a passkey', responses: options }), async (context) => context.json({ ...(await passkeys.beginRegister(context.get('principal'))) }, 200));
  app.openapi(accessRoute({ access: fresh, method: 'post', path, tags, summary: 'Keeps a passkey that the browser made', request: { body: body(z.strictObject({ name: nameSchema, response: attestationSchema })) }, responses: { 201: answer('It is kept.', passkeySchema), 401: problemAnswer('PASSKEY_FAILED'), 409: problemAnswer('PASSKEYS_FULL') } }), async (context) => {
    const { name, response } = context.req.valid('json');
    return context.json(await passkeys.register(context.get('principal'), { name, response: response as RegistrationResponseJSON }, originOf(context)), 201);
  });
  app.openapi(accessRoute({ access: person, method: 'patch', path: `${path}/{passkeyId}`, tags, summary: 'Gives a passkey another name', request: { params: ofPasskey, body: body(z.strictObject({ name: nameSchema })) }, responses: { 200: answer('As it is now.', passkeySchema), 404: problemAnswer('PASSKEY_NOT_FOUND') } }), async (context) =>
    context.json(await passkeys.rename(context.get('principal'), context.req.valid('param').passkeyId, context.req.valid('json').name), 200));
  app.openapi(accessRoute({ access: fresh, method: 'delete', path: `${path}/{passkeyId}`, tags, summary: 'Removes a passkey', request: { params: ofPasskey }, responses: { 204: { description: 'It is removed.' }, 404: problemAnswer('PASSKEY_NOT_FOUND'), 409: problemAnswer('LAST_WAY_IN') } }), async (context) => {
    await passkeys.remove(context.get('principal'), context.req.valid('param').passkeyId, originOf(context));
    return context.body(null, 204);
  });

  const confirmPath = `${base}/me/confirm`;
  const again: AccessRule = { as: 'person', verified: false, closing: true, rate: 'credential' };
  app.openapi(accessRoute({ access: again, method: 'post', path: `${confirmPath}/options`, tags, summary: 'By what you can prove again that it is you', responses: { 200: answer('The ways; for a passkey also what the browser is to sign.', z.object({ kinds: proofKinds, passkey: optionsSchema.optional() })) } }), async (context) => {
    const principal = context.get('principal');
    const kinds = await proof.kindsOf(principal.userId);
    return context.json({ kinds, ...(kinds.includes('passkey') ? { passkey: { ...(await passkeys.beginConfirm(principal)) } } : {}) }, 200);
  });
  app.openapi(accessRoute({ access: again, method: 'post', path: confirmPath, tags, summary: 'Proves again that it is you', description: 'From then on this session counts as freshly signed in. One of the three.', request: { body: body(z.strictObject({ password: passwordSchema.optional(), code: z.string().trim().regex(/^\d{6}$/).optional(), passkey: assertionSchema.optional() })) }, responses: { 204: { description: 'It is proved.' }, 401: problemAnswer('CODE_WRONG, CODE_USED, PASSKEY_FAILED, or nobody is signed in.'), 403: problemAnswer('PASSWORD_WRONG or PROOF_NEEDED') } }), async (context) => {
    const { passkey, ...given } = context.req.valid('json');
    await proof.give(context.get('principal'), context.get('secret'), { ...given, passkey: passkey as AuthenticationResponseJSON | undefined }, originOf(context));
    return context.body(null, 204);
  });
}
