/** Chapter 6.8: identity providers, against a real local issuer. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { call, registerPerson } from '../testAccounts.ts';
import { startAccountServer, type AccountServer } from '../testAccountServer.ts';
import { totp } from '../testAuthenticator.ts';
import { startTestIssuer, type TestIssuer } from '../testIssuer.ts';
import { requirement, tellMatrix } from './requirement.ts';

let stage: AccountServer;
let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startTestIssuer();
  stage = await startAccountServer({ OIDC_ISSUER: issuer.url, OIDC_CLIENT_ID: 'client', OIDC_CLIENT_SECRET: 'secret', OAUTH_GITHUB_ID: 'client', OAUTH_GITHUB_SECRET: 'secret', OAUTH_GITHUB_URL: issuer.url });
});
beforeEach(() => {
  issuer.tamper = {};
});
afterAll(async () => {
  await stage.close();
  await issuer.close();
});

/** Goes there and back as a browser does; the secret of the session that came of it, or nothing. */
async function goBy(provider: string): Promise<{ session: string | undefined; status: number; text: string }> {
  const begun = await fetch(`${stage.server.url}/sign-in/with/${provider}?next=%2Faccount`, { redirect: 'manual' });
  const cookie = begun.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const there = await fetch(begun.headers.get('location')!, { redirect: 'manual' });
  const back = await fetch(there.headers.get('location')!, { redirect: 'manual', headers: { cookie } });
  return { status: back.status, session: back.headers.getSetCookie().map((line) => /^uxflow=([^;]+)/.exec(line)?.[1]).find(Boolean), text: await back.text() };
}
const idOf = async (session: string | undefined) => (session ? ((await call(stage.server, 'GET', '/api/v1/users/me', { token: session })).body.id as string) : undefined);

requirement('6.8.1', 'the same number at two providers is two people', async () => {
  issuer.person = { id: '4711', email: 'first-4711@example.org', emailVerified: true, name: 'First' };
  const one = await idOf((await goBy('oidc')).session);
  issuer.person = { id: '4711', email: 'second-4711@example.org', emailVerified: true, name: 'Second' };
  const two = await idOf((await goBy('github')).session);
  expect([one !== undefined, two !== undefined, one === two]).toEqual([true, true, false]);
});

requirement('6.8.1', 'an address that a provider has not confirmed opens no account of that address', async () => {
  const known = await registerPerson(stage.server, stage.mailbox, { email: 'spoofed@example.org' });
  for (const [provider, id] of [['oidc', '501'], ['github', '502']] as const) {
    issuer.person = { id, email: known.email, emailVerified: false, name: 'Somebody else' };
    const { session } = await goBy(provider);
    expect([provider, await idOf(session)]).not.toEqual([provider, known.userId]);
  }
});

requirement('6.8.2', 'an assertion with another signature, for another client, of another issuer or run out opens nothing', async () => {
  issuer.person = { id: '601', email: 'signed@example.org', emailVerified: true, name: 'Signed' };
  const past = Math.floor(Date.now() / 1000) - 3600;
  for (const tamper of [{ badSignature: true }, { claims: { aud: 'somebody-else' } }, { claims: { iss: 'https://evil.example' } }, { claims: { exp: past, iat: past - 60 } }, { claims: { nonce: 'another' } }]) {
    issuer.tamper = tamper;
    expect([tamper, (await goBy('oidc')).session]).toEqual([tamper, undefined]);
  }
  issuer.tamper = {};
  expect((await goBy('oidc')).session).toBeDefined();
});

requirement('6.8.4', 'who has a second factor here is asked for it after a provider as well, whatever the provider says of its own', async () => {
  const who = await registerPerson(stage.server, stage.mailbox, { email: 'strong@example.org' });
  const { body } = await call(stage.server, 'POST', '/api/v1/users/me/second-factor', { token: who.token, body: { password: who.password } });
  await call(stage.server, 'POST', '/api/v1/users/me/second-factor/confirm', { token: who.token, body: { code: totp(new URL(body.uri as string).searchParams.get('secret')!) } });
  issuer.person = { id: '701', email: who.email, emailVerified: true, name: 'Strong' };
  issuer.tamper = { claims: { amr: ['mfa', 'hwk'], acr: 'urn:very-strong' } };
  const { session, text } = await goBy('oidc');
  expect([session, text.includes('name="challenge"')]).toEqual([undefined, true]);
});

tellMatrix();
