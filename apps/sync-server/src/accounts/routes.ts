/** /api/v1/users: registration, signing in, and what people do with their own account. */
import { z } from '@hono/zod-openapi';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { Context } from 'hono';
import type { ServerApp, ServerEnv } from '../access/context.ts';
import type { Principal } from '../access/principal.ts';
import { accessRoute, problemAnswer, type AccessRule } from '../access/route.ts';
import type { Site } from '../access/site.ts';
import type { Origin } from './audit.ts';
import { addPasskeyRoutes } from './passkeyRoutes.ts';
import { FRESH_MINUTES } from './proof.ts';
import { challengeSchema, emailSchema, keySchema, loginSchema, meSchema, nameSchema, newKeySchema, passwordSchema, preferencesChangeSchema, preferencesSchema, registerSchema, secondFactorSchema, sessionSchema, signedInSchema, tokenSchema } from './schema.ts';
import type { Accounts } from './service.ts';
import type { Challenge, SignedIn } from './signIn.ts';

const tags = ['users'];
const base = '/api/v1/users';
const person: AccessRule = { as: 'person' };
const self: AccessRule = { as: 'person', verified: false };
const selfClosing: AccessRule = { as: 'person', verified: false, closing: true };
const guess: AccessRule = { as: 'anyone', rate: 'credential' };
const selfGuess: AccessRule = { ...self, rate: 'credential' };
/** Whoever took a session over must not throw its holder out of the others. */
const endsOthers: AccessRule = { ...selfClosing, freshMinutes: 60 };

const body = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });
const answer = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { 'application/json': { schema } } });
const done = { 204: { description: 'It is done.' } };
const accepted = { 202: answer('If it applies, a mail is on its way. The same for every address.', z.object({ status: z.literal('mailed') })) };
const mailed = { status: 'mailed' as const };
const idParameter = (name: string) => z.object({ [name]: z.string().max(100) });
const signInAnswers = { 200: answer('Signed in, or a second factor is needed.', z.union([signedInSchema, challengeSchema])), 401: problemAnswer('SIGN_IN_FAILED'), 429: problemAnswer('SIGN_IN_LOCKED or RATE_LIMITED, with Retry-After.') };
const renewedAnswers = { 200: answer('It is done; this secret takes the place of the one that asked.', z.object({ token: z.string().optional(), expiresAt: z.number().int() })), 403: problemAnswer('PASSWORD_WRONG'), 401: problemAnswer('CODE_WRONG, CODE_USED, or nobody is signed in.'), 409: problemAnswer('TWO_FACTOR_ON or TWO_FACTOR_OFF') };

/** Adds the routes of accounts. */
export function addAccountRoutes(app: ServerApp, { accounts, site }: { accounts: Accounts; site: Site }): void {
  addRegistrationRoutes(app, accounts);
  addSignInRoutes(app, accounts, site);
  addSelfRoutes(app, accounts, site);
  addSecondFactorRoutes(app, accounts, site);
  addKeyRoutes(app, accounts);
  addPasskeyRoutes(app, { accounts, site });
}

function addRegistrationRoutes(app: ServerApp, { registration, passwords }: Accounts): void {
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'mail' }, method: 'post', path: `${base}/register`, tags, summary: 'Makes an account', description: 'The address hears by mail how to go on; a known address hears that it has an account already.', request: { body: body(registerSchema) }, responses: accepted }), async (context) => {
    await registration.register(context.req.valid('json'), originOf(context));
    return context.json(mailed, 202);
  });
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/verify-email`, tags, summary: 'Confirms an address by the secret of the mail', request: { body: body(z.strictObject({ token: tokenSchema })) }, responses: { 200: answer('It is confirmed.', z.object({ email: z.string() })), 400: problemAnswer('TOKEN_INVALID') } }), async (context) => {
    const { email } = await registration.verify(context.req.valid('json').token, originOf(context));
    return context.json({ email }, 200);
  });
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'mail' }, method: 'post', path: `${base}/resend-verification`, tags, summary: 'Sends the mail of confirmation again', request: { body: body(z.strictObject({ email: emailSchema })) }, responses: accepted }), async (context) => {
    await registration.resend(context.req.valid('json').email);
    return context.json(mailed, 202);
  });
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'mail' }, method: 'post', path: `${base}/forgot-password`, tags, summary: 'Sends a link to set a new password', request: { body: body(z.strictObject({ email: emailSchema })) }, responses: accepted }), async (context) => {
    await passwords.forgot(context.req.valid('json').email, originOf(context));
    return context.json(mailed, 202);
  });
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/reset-password`, tags, summary: 'Sets a new password by the secret of the mail; every device is signed out', request: { body: body(z.strictObject({ token: tokenSchema, password: passwordSchema })) }, responses: { ...done, 400: problemAnswer('TOKEN_INVALID') } }), async (context) => {
    await passwords.reset(context.req.valid('json'), originOf(context));
    return context.body(null, 204);
  });
}

function addSignInRoutes(app: ServerApp, { signIn, sessions, desktop }: Accounts, site: Site): void {
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/login`, tags, summary: 'Signs in by address and password', request: { body: body(loginSchema) }, responses: signInAnswers }), async (context) => {
    const { deviceName, as, ...given } = context.req.valid('json');
    const result = await signIn.withPassword(given, { kind: as === 'cookie' ? 'web' : 'desktop', name: deviceName }, originOf(context));
    return context.json(handOver(context, site, result, as === 'cookie', given.remember), 200);
  });
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/login/second-factor`, tags, summary: 'Finishes a sign-in by a code', request: { body: body(secondFactorSchema) }, responses: signInAnswers }), async (context) => {
    const { deviceName, as, ...given } = context.req.valid('json');
    const result = await signIn.withSecondFactor(given, { kind: as === 'cookie' ? 'web' : 'desktop', name: deviceName }, originOf(context));
    return context.json(handOver(context, site, result, as === 'cookie', true), 200);
  });
  app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/token`, tags, summary: 'Trades the code of a browser sign-in (PKCE) for a session', request: { body: body(z.strictObject({ code: tokenSchema, codeVerifier: z.string().min(43).max(128), redirectUri: z.string().max(500) })) }, responses: { 200: answer('Signed in.', signedInSchema), 400: problemAnswer('TOKEN_INVALID') } }), async (context) => {
    const { code, codeVerifier, redirectUri } = context.req.valid('json');
    return context.json(await desktop.redeem({ code, verifier: codeVerifier, redirectUri }, originOf(context)), 200);
  });
  app.openapi(accessRoute({ access: { as: 'anyone' }, method: 'get', path: `${base}/status`, tags, summary: 'Whether somebody is signed in here, and what still keeps them from going on', responses: { 200: answer('As it is.', z.object({ signedIn: z.boolean(), emailVerified: z.boolean(), closing: z.boolean() })) } }), (context) => {
    const principal = context.get('principal') as Principal | undefined;
    return context.json(principal?.kind === 'user' ? { signedIn: true, emailVerified: principal.emailVerified, closing: principal.closing } : { signedIn: false, emailVerified: false, closing: false }, 200);
  });
  app.openapi(accessRoute({ access: selfClosing, method: 'post', path: `${base}/logout`, tags, summary: 'Ends this session', responses: done }), async (context) => {
    const principal = context.get('principal');
    await sessions.end(principal, principal.sessionId!, originOf(context));
    deleteCookie(context, site.cookieName, { path: '/', secure: site.isHttps });
    return context.body(null, 204);
  });
}

function addSelfRoutes(app: ServerApp, { profile, passwords, sessions, privacy, emailChange, providers }: Accounts, site: Site): void {
  app.openapi(accessRoute({ access: selfClosing, method: 'get', path: `${base}/me`, tags, summary: 'Your account', responses: { 200: answer('It is.', meSchema) } }), async (context) => context.json(await profile.me(context.get('principal').userId), 200));
  app.openapi(accessRoute({ access: self, method: 'patch', path: `${base}/me`, tags, summary: 'Changes your name', request: { body: body(z.strictObject({ name: nameSchema.optional() })) }, responses: { 200: answer('As it is now.', meSchema) } }), async (context) =>
    context.json(await profile.change(context.get('principal'), context.req.valid('json'), originOf(context)), 200));
  app.openapi(accessRoute({ access: { ...self, freshMinutes: FRESH_MINUTES, rate: 'mail' }, method: 'post', path: `${base}/me/email`, tags, summary: 'Asks for another address', description: 'The new address confirms it, the old one can undo it for a week. With the password, or after a proof of the last minutes.', request: { body: body(z.strictObject({ email: emailSchema, password: passwordSchema.optional() })) }, responses: { 202: accepted[202], 403: problemAnswer('PASSWORD_WRONG, PROOF_NEEDED or SIGN_IN_AGAIN'), 409: problemAnswer('EMAIL_SAME or EMAIL_HELD') } }), async (context) => {
    await emailChange.ask(context.get('principal'), context.req.valid('json'), originOf(context));
    return context.json(mailed, 202);
  });
  for (const step of ['confirm', 'undo'] as const) {
    app.openapi(accessRoute({ access: guess, method: 'post', path: `${base}/email/${step}`, tags, summary: step === 'confirm' ? 'Makes the change of an address by the secret of the mail to the new one; other devices are signed out' : 'Calls the change off, or takes it back, by the secret of the mail to the old one; every device is signed out', request: { body: body(z.strictObject({ token: tokenSchema })) }, responses: { 200: answer('The address that holds now.', z.object({ email: z.string() })), 400: problemAnswer('TOKEN_INVALID') } }), async (context) =>
      context.json({ email: (await emailChange[step](context.req.valid('json').token, originOf(context))).email }, 200));
  }
  app.openapi(accessRoute({ access: person, method: 'get', path: `${base}/me/providers`, tags, summary: 'By which identity providers you sign in', description: 'One is added on the page /account.', responses: { 200: answer('Yours, and those that this server knows.', z.object({ linked: z.array(z.object({ id: z.string(), name: z.string(), linkedAt: z.number().int() })), available: z.array(z.object({ id: z.string(), name: z.string() })) })) } }), async (context) =>
    context.json({ linked: await providers.linked(context.get('principal').userId), available: providers.list() }, 200));
  app.openapi(accessRoute({ access: { ...person, freshMinutes: FRESH_MINUTES }, method: 'delete', path: `${base}/me/providers/{providerId}`, tags, summary: 'Takes an identity provider away', request: { params: idParameter('providerId') }, responses: { ...done, 404: problemAnswer('PROVIDER_NOT_LINKED'), 409: problemAnswer('LAST_WAY_IN') } }), async (context) => {
    await providers.unlink(context.get('principal'), context.req.param('providerId'), originOf(context));
    return context.body(null, 204);
  });
  app.openapi(accessRoute({ access: selfClosing, method: 'get', path: `${base}/me/preferences`, tags, summary: 'Your preferences', responses: { 200: answer('They are.', preferencesSchema) } }), async (context) => context.json((await profile.me(context.get('principal').userId)).preferences, 200));
  app.openapi(accessRoute({ access: self, method: 'patch', path: `${base}/me/preferences`, tags, summary: 'Changes preferences; what is left out stays', request: { body: body(preferencesChangeSchema) }, responses: { 200: answer('As they are now.', preferencesSchema) } }), async (context) =>
    context.json((await profile.change(context.get('principal'), { preferences: context.req.valid('json') }, originOf(context))).preferences, 200));
  app.openapi(accessRoute({ access: selfGuess, method: 'post', path: `${base}/change-password`, tags, summary: 'Changes the password; every other device is signed out', request: { body: body(z.strictObject({ currentPassword: passwordSchema, newPassword: passwordSchema })) }, responses: { ...done, 403: problemAnswer('PASSWORD_WRONG') } }), async (context) => {
    await passwords.change(context.get('principal'), context.req.valid('json'), originOf(context));
    return context.body(null, 204);
  });
  app.openapi(accessRoute({ access: selfClosing, method: 'get', path: `${base}/me/sessions`, tags, summary: 'Where you are signed in', responses: { 200: answer('Newest use first.', z.object({ sessions: z.array(sessionSchema) })) } }), async (context) => context.json({ sessions: await sessions.list(context.get('principal')) }, 200));
  app.openapi(accessRoute({ access: endsOthers, method: 'delete', path: `${base}/me/sessions/{sessionId}`, tags, summary: 'Signs one device out', request: { params: idParameter('sessionId') }, responses: { ...done, 404: problemAnswer('SESSION_NOT_FOUND') } }), async (context) => {
    await sessions.end(context.get('principal'), context.req.param('sessionId'), originOf(context));
    return context.body(null, 204);
  });
  app.openapi(accessRoute({ access: endsOthers, method: 'delete', path: `${base}/me/sessions`, tags, summary: 'Signs out everywhere', request: { query: z.object({ keepCurrent: z.enum(['true', 'false']).default('true') }) }, responses: { 200: answer('How many sessions ended.', z.object({ ended: z.number().int() })) } }), async (context) =>
    context.json({ ended: await sessions.endAll(context.get('principal'), { keepCurrent: context.req.valid('query').keepCurrent === 'true' }, originOf(context)) }, 200));
  app.openapi(accessRoute({ access: selfClosing, method: 'get', path: `${base}/me/export`, tags, summary: 'Everything that the server knows of you', responses: { 200: answer('As one JSON file.', z.record(z.string(), z.unknown())) } }), async (context) => {
    context.header('Content-Disposition', 'attachment; filename="uxflow-account.json"');
    return context.json(await privacy.exportAll(context.get('principal'), originOf(context)), 200);
  });
  app.openapi(accessRoute({ access: { ...selfGuess, freshMinutes: 60 }, method: 'delete', path: `${base}/me`, tags, summary: 'Deletes your account in thirty days; all devices are signed out', request: { body: body(z.strictObject({ password: passwordSchema.optional(), withoutExport: z.boolean().default(false) })) }, responses: { 200: answer('When it will be gone.', z.object({ deleteAt: z.number().int() })), 409: problemAnswer('EXPORT_FIRST or WORKSPACES_OWNED') } }), async (context) => {
    const deleteAt = await privacy.askDeletion(context.get('principal'), context.req.valid('json'), originOf(context));
    deleteCookie(context, site.cookieName, { path: '/', secure: site.isHttps });
    return context.json({ deleteAt }, 200);
  });
  app.openapi(accessRoute({ access: selfClosing, method: 'post', path: `${base}/me/restore`, tags, summary: 'Keeps an account that is about to be deleted', responses: { ...done, 409: problemAnswer('NOT_CLOSING') } }), async (context) => {
    await privacy.restore(context.get('principal'), originOf(context));
    return context.body(null, 204);
  });
}

function addSecondFactorRoutes(app: ServerApp, { secondFactor }: Accounts, site: Site): void {
  const path = `${base}/me/second-factor`;
  const withPassword = body(z.strictObject({ password: passwordSchema }));
  app.openapi(accessRoute({ access: { ...person, factor: false, rate: 'credential' }, method: 'post', path, tags, summary: 'Begins to set up a second factor', request: { body: withPassword }, responses: { 200: answer('For the app, and ten codes; shown this once.', z.object({ uri: z.string(), backupCodes: z.array(z.string()) })), 409: problemAnswer('TWO_FACTOR_ON') } }), async (context) =>
    context.json(await secondFactor.begin(context.get('principal'), context.get('secret'), context.req.valid('json').password, originOf(context)), 200));
  app.openapi(accessRoute({ access: { ...person, factor: false, rate: 'credential' }, method: 'post', path: `${path}/confirm`, tags, summary: 'Switches the second factor on by its first code', request: { body: body(z.strictObject({ code: z.string().trim().regex(/^\d{6}$/) })) }, responses: renewedAnswers }), async (context) => {
    const renewed = await secondFactor.confirm(context.get('principal'), context.get('secret'), context.req.valid('json').code, originOf(context));
    return context.json(handRenewed(context, site, renewed), 200);
  });
  app.openapi(accessRoute({ access: { ...person, rate: 'credential' }, method: 'delete', path, tags, summary: 'Switches the second factor off', request: { body: withPassword }, responses: renewedAnswers }), async (context) => {
    const renewed = await secondFactor.end(context.get('principal'), context.get('secret'), context.req.valid('json').password, originOf(context));
    return context.json(handRenewed(context, site, renewed), 200);
  });
  app.openapi(accessRoute({ access: { ...person, rate: 'credential' }, method: 'post', path: `${path}/backup-codes`, tags, summary: 'Makes ten new codes; the old ones are worth nothing', request: { body: withPassword }, responses: { 200: answer('Shown this once.', z.object({ backupCodes: z.array(z.string()) })), 409: problemAnswer('TWO_FACTOR_OFF') } }), async (context) =>
    context.json({ backupCodes: await secondFactor.renewCodes(context.get('principal'), context.get('secret'), context.req.valid('json').password, originOf(context)) }, 200));
}

function addKeyRoutes(app: ServerApp, { apiKeys }: Accounts): void {
  const path = `${base}/me/api-keys`;
  app.openapi(accessRoute({ access: person, method: 'get', path, tags, summary: 'Your keys for programs', responses: { 200: answer('They are.', z.object({ apiKeys: z.array(keySchema) })) } }), async (context) => context.json({ apiKeys: await apiKeys.list(context.get('principal')) }, 200));
  app.openapi(accessRoute({ access: { ...person, freshMinutes: 60 * 24 }, method: 'post', path, tags, summary: 'Makes a key', request: { body: body(newKeySchema) }, responses: { 201: answer('Its secret is shown this once.', keySchema.extend({ secret: z.string() })), 402: problemAnswer('API_KEYS_FULL') } }), async (context) =>
    context.json(await apiKeys.create(context.get('principal'), context.req.valid('json'), originOf(context)), 201));
  app.openapi(accessRoute({ access: person, method: 'delete', path: `${path}/{keyId}`, tags, summary: 'Revokes a key at once', request: { params: idParameter('keyId') }, responses: { ...done, 404: problemAnswer('API_KEY_NOT_FOUND') } }), async (context) => {
    await apiKeys.revoke(context.get('principal'), context.req.param('keyId'), originOf(context));
    return context.body(null, 204);
  });
}

/** Where a request came from, for the records. */
export function originOf(context: Context<ServerEnv>): Origin {
  return { address: context.get('address'), userAgent: context.req.header('user-agent') ?? '', sessionId: (context.get('principal') as Principal | undefined)?.sessionId };
}

/** Puts the secret of a session into the cookie that only this server reads. */
export function setSessionCookie(context: Context<ServerEnv>, site: Site, token: string, expiresAt: number, remember = true): void {
  setCookie(context, site.cookieName, token, { path: '/', httpOnly: true, secure: site.isHttps, sameSite: 'Lax', ...(remember ? { expires: new Date(expiresAt) } : {}) });
}

/** What a sign-in answers with: its secret, or a cookie that holds it. */
export function handOver<Result extends SignedIn | Challenge>(context: Context<ServerEnv>, site: Site, result: Result, asCookie: boolean, remember: boolean): Exclude<Result, SignedIn> | (Omit<SignedIn, 'token'> & { token?: string }) {
  if (result.status !== 'signedIn' || !asCookie) return result as Exclude<Result, SignedIn> | SignedIn;
  setSessionCookie(context, site, result.token, result.expiresAt, remember);
  const { token: _, ...rest } = result as SignedIn;
  return rest;
}

/** The new secret goes where the old one came from. */
function handRenewed(context: Context<ServerEnv>, site: Site, { token, expiresAt }: { token: string; expiresAt: number }): { token?: string; expiresAt: number } {
  if (context.req.header('authorization')) return { token, expiresAt };
  setSessionCookie(context, site, token, expiresAt);
  return { expiresAt };
}
