/** An OpenID Connect issuer, and a GitHub, on one real local server: they ask nobody for a password. */
import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IssuerPerson {
  id: string;
  email: string;
  emailVerified: boolean;
  name: string;
}

export interface TestIssuer {
  url: string;
  /** Who signs in next. */
  person: IssuerPerson;
  /** Changes claims of the next id token, or how it is signed. */
  tamper: { claims?: Record<string, unknown>; badSignature?: boolean; algorithm?: 'none' | 'HS256'; issuerParameter?: string };
  /** Answers every question by leading elsewhere; null: it does not. */
  redirectTo: string | null;
  /** Bytes before its description, to make it too large. */
  padding: number;
  /** Where it says that people sign out; undefined: nowhere. */
  signOutAt: string | undefined;
  close(): Promise<void>;
}

/** Starts the issuer; its client is `client` with the secret `secret`. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const codes = new Map<string, { nonce: string | null; challenge: string | null; redirectUri: string; person: IssuerPerson }>();
  const tokens = new Map<string, IssuerPerson>();
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const issuer: TestIssuer = { url: '', person: { id: '1', email: 'someone@example.org', emailVerified: true, name: 'Some One' }, tamper: {}, redirectTo: null, padding: 0, signOutAt: undefined, close: () => new Promise((done) => { server.close(() => done()); server.closeAllConnections(); }) };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, issuer.url);
    const json = (value: unknown, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    let body = '';
    if (issuer.redirectTo) return response.writeHead(302, { location: issuer.redirectTo + url.pathname }).end();
    for await (const chunk of request) body += String(chunk);
    const fields = new URLSearchParams(body);
    const person = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /i, ''));
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json({ ...(issuer.padding ? { padding: 'x'.repeat(issuer.padding) } : {}), issuer: issuer.url, ...(issuer.signOutAt ? { end_session_endpoint: issuer.signOutAt } : {}), authorization_endpoint: `${issuer.url}/authorize`, token_endpoint: `${issuer.url}/token`, userinfo_endpoint: `${issuer.url}/userinfo`, jwks_uri: `${issuer.url}/keys`, id_token_signing_alg_values_supported: ['RS256'], response_types_supported: ['code'], subject_types_supported: ['public'] });
      case '/keys':
        return json({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
      case '/authorize':
      case '/login/oauth/authorize': {
        const code = randomUUID();
        const back = new URL(url.searchParams.get('redirect_uri')!);
        codes.set(code, { nonce: url.searchParams.get('nonce'), challenge: url.searchParams.get('code_challenge'), redirectUri: back.href, person: { ...issuer.person } });
        back.searchParams.set('code', code);
        back.searchParams.set('state', url.searchParams.get('state')!);
        if (issuer.tamper.issuerParameter) back.searchParams.set('iss', issuer.tamper.issuerParameter);
        return response.writeHead(302, { location: back.href }).end();
      }
      case '/token':
      case '/login/oauth/access_token': {
        const given = codes.get(fields.get('code') ?? '');
        codes.delete(fields.get('code') ?? '');
        const basic = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /i, ''), 'base64').toString();
        const isClient = basic === 'client:secret' || (fields.get('client_id') === 'client' && fields.get('client_secret') === 'secret');
        const proves = !given?.challenge || createHash('sha256').update(fields.get('code_verifier') ?? '').digest('base64url') === given.challenge;
        if (!given || !isClient || !proves || fields.get('redirect_uri') !== given.redirectUri) return json({ error: 'invalid_grant' }, 400);
        const access = randomUUID();
        tokens.set(access, given.person);
        const now = Math.floor(Date.now() / 1000);
        const { algorithm = 'RS256' } = issuer.tamper;
        const head = part({ alg: algorithm, ...(algorithm === 'RS256' ? { kid: 'one' } : {}), typ: 'JWT' });
        const claims = part({ iss: issuer.url, aud: 'client', sub: given.person.id, iat: now, exp: now + 300, ...(given.nonce ? { nonce: given.nonce } : {}), email: given.person.email, email_verified: given.person.emailVerified, name: given.person.name, ...issuer.tamper.claims });
        const signed = Buffer.from(`${head}.${claims}`);
        const signature = algorithm === 'none' ? '' : algorithm === 'HS256' ? createHmac('sha256', 'secret').update(signed).digest('base64url') : sign('sha256', signed, issuer.tamper.badSignature ? other : privateKey).toString('base64url');
        const idToken = `${head}.${claims}.${signature}`;
        return json({ access_token: access, token_type: 'Bearer', expires_in: 300, ...(url.pathname === '/token' ? { id_token: idToken } : {}) });
      }
      case '/userinfo':
        return person ? json({ sub: person.id, email: person.email, email_verified: person.emailVerified, name: person.name }) : json({}, 401);
      case '/api/v3/user':
        return person ? json({ id: Number(person.id), login: 'octo', name: person.name, email: 'made-up@example.org' }) : json({}, 401);
      case '/api/v3/user/emails':
        return person ? json([{ email: person.email, primary: true, verified: person.emailVerified }, { email: 'made-up@example.org', primary: false, verified: false }]) : json({}, 401);
      default:
        return json({}, 404);
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  issuer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return issuer;
}
