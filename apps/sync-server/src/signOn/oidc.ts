/** OpenID Connect with openid-client: the way to an issuer, and what comes back of it. */
import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import { groupsOf, nameOf, oneAddress, type Claims } from './claims.ts';
import type { Connection } from './connection.ts';
import { signOnProblem } from './errors.ts';
import type { SignOnNetwork } from './network.ts';

export interface OidcSecrets {
  nonce: string;
  /** Seconds since the issuer last asked the person; more is refused. Undefined: it does not matter. */
  maxAge?: number | undefined;
  /** PKCE */
  verifier: string;
}

export interface Oidc {
  /** Where to lead the browser. Throws SIGN_ON_UNREACHABLE, ADDRESS_REFUSED. */
  request(connection: Connection, clientSecret: string | undefined, callback: string, state: string, secrets: OidcSecrets, loginHint?: string): Promise<string>;
  /** What the way back proves; `url` is our callback with what the issuer put behind it. Throws SIGN_ON_…. */
  answer(connection: Connection, clientSecret: string | undefined, url: URL, state: string, secrets: OidcSecrets): Promise<OidcAnswer>;
  /** Where to lead a browser that signs out at the issuer too, and comes back to `back`; undefined where the issuer has no such place. Throws as `request` does. */
  signOut(connection: Connection, clientSecret: string | undefined, idToken: string, back: string): Promise<string | undefined>;
}

export interface OidcAnswer {
  claims: Claims;
  /** For `signOut`; undefined where the issuer has no place for that. */
  idToken: string | undefined;
}

const KEEP_MS = 5 * 60_000;
const MOST_KEPT = 200;
const SKEW_SECONDS = 60;
/** It stands in an address later, and those have an end. */
const MOST_TOKEN_CHARACTERS = 6000;

/** The part of OpenID Connect; what issuers say of themselves is kept for five minutes. */
export function createOidc(network: SignOnNetwork, isPrivateAllowed: boolean, now: () => number = Date.now): Oidc {
  const kept = new Map<string, { configuration: Promise<Configuration>; until: number }>();

  const configurationOf = async (connection: Connection, clientSecret: string | undefined): Promise<Configuration> => {
    const key = JSON.stringify([connection.issuer, connection.clientId, clientSecret]);
    const found = kept.get(key);
    if (found && found.until > now()) return found.configuration;
    if (kept.size >= MOST_KEPT) kept.clear();
    const configuration = discover(connection, clientSecret);
    kept.set(key, { configuration, until: now() + KEEP_MS });
    configuration.catch(() => kept.delete(key));
    return configuration;
  };
  // Loaded at the first sign-on: most servers need none of it.
  const discover = async ({ issuer, clientId }: Connection, clientSecret: string | undefined): Promise<Configuration> => {
    const client = await import('openid-client');
    const server = network.demandAddress(issuer!);
    const send: CustomFetch = (url, { method, headers, body, signal }) => network.fetch(url, { method, headers, body, signal });
    const authentication = (metadata: Configuration): ClientAuth => {
      if (!clientSecret) return client.None();
      const methods = metadata.serverMetadata().token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return methods.includes('client_secret_basic') ? client.ClientSecretBasic(clientSecret) : client.ClientSecretPost(clientSecret);
    };
    const options = { [client.customFetch]: send, timeout: 10, execute: [client.enableNonRepudiationChecks, ...(isPrivateAllowed ? [client.allowInsecureRequests] : [])] };
    const first = await client.discovery(server, clientId!, undefined, client.None(), options);
    const configuration = new client.Configuration(first.serverMetadata(), clientId!, { [client.clockTolerance]: SKEW_SECONDS, ...(clientSecret ? { client_secret: clientSecret } : {}) }, authentication(first));
    configuration[client.customFetch] = send;
    configuration.timeout = 10;
    for (const each of options.execute) each(configuration);
    return configuration;
  };

  return {
    async request(connection, clientSecret, callback, state, { nonce, verifier, maxAge }, loginHint) {
      try {
        const client = await import('openid-client');
        const configuration = await configurationOf(connection, clientSecret);
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: callback,
          scope: ['openid', 'email', 'profile', ...(connection.groupsAttribute && configuration.serverMetadata().scopes_supported?.includes('groups') ? ['groups'] : [])].join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
          ...(maxAge === undefined ? {} : { prompt: 'login', max_age: String(maxAge) }),
          ...(loginHint ? { login_hint: loginHint } : {}),
        });
        network.demandAddress(url.href);
        return url.href;
      } catch (error) {
        throw problemOf(error, connection.issuer!);
      }
    },
    async answer(connection, clientSecret, url, state, { nonce, verifier, maxAge }) {
      try {
        const client = await import('openid-client');
        const configuration = await configurationOf(connection, clientSecret);
        const tokens = await client.authorizationCodeGrant(configuration, url, { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true, ...(maxAge === undefined ? {} : { maxAge }) });
        const proved = tokens.claims()!;
        const wanted = [connection.emailAttribute ?? 'email', ...(connection.groupsAttribute ? [connection.groupsAttribute] : [])];
        const more = wanted.every((name) => proved[name] !== undefined) || !configuration.serverMetadata().userinfo_endpoint ? {} : await client.fetchUserInfo(configuration, tokens.access_token, proved.sub);
        const isTaken = configuration.serverMetadata().end_session_endpoint !== undefined && tokens.id_token!.length <= MOST_TOKEN_CHARACTERS;
        return { claims: claimsOf(connection, { ...more, ...proved }), idToken: isTaken ? tokens.id_token : undefined };
      } catch (error) {
        throw problemOf(error, connection.issuer!);
      }
    },
    async signOut(connection, clientSecret, idToken, back) {
      try {
        const client = await import('openid-client');
        const configuration = await configurationOf(connection, clientSecret);
        if (!configuration.serverMetadata().end_session_endpoint) return undefined;
        return network.demandAddress(client.buildEndSessionUrl(configuration, { id_token_hint: idToken, post_logout_redirect_uri: back }).href).href;
      } catch (error) {
        throw problemOf(error, connection.issuer!);
      }
    },
  };
}

function claimsOf(connection: Connection, claims: Readonly<Record<string, unknown>>): Claims {
  const named = [claims[connection.emailAttribute ?? 'email'] ?? []].flat().filter((one): one is string => typeof one === 'string');
  const email = oneAddress(named);
  // What another claim holds is nothing that the issuer calls confirmed.
  const isConfirmed = connection.emailAttribute && connection.emailAttribute !== 'email' ? undefined : claims.email_verified;
  if (isConfirmed !== true && (isConfirmed !== undefined || !connection.trustAddresses)) throw signOnProblem('SIGN_ON_UNCONFIRMED');
  return { subject: String(claims.sub), email, name: nameOf(claims.name) ?? nameOf(claims.given_name, claims.family_name), groups: groupsOf([claims[connection.groupsAttribute ?? 'groups'] ?? []].flat()), authenticatedAt: typeof claims.auth_time === 'number' ? claims.auth_time * 1000 : undefined };
}

/** The problem behind what openid-client threw. */
function problemOf(error: unknown, issuer: string): Error {
  const { code, status } = error as { code?: string; status?: number };
  const unreachable = () => signOnProblem('SIGN_ON_UNREACHABLE', { host: URL.canParse(issuer) ? new URL(issuer).host : '' });
  if (status !== undefined && code && !code.startsWith('OAUTH_')) return error as Error;
  const { cause } = error as { cause?: Error & { code?: string; status?: number; cause?: { claim?: string } } };
  if (cause?.status !== undefined && cause.code?.match(/^(ADDRESS|SIGN_ON)_/)) return cause;
  const said = `${(error as Error).message} ${cause?.message ?? ''}`;
  switch (code) {
    case 'OAUTH_AUTHORIZATION_RESPONSE_ERROR':
      return signOnProblem('SIGN_ON_DENIED');
    case 'OAUTH_RESPONSE_BODY_ERROR':
      // The code was used before, or was given to somebody else.
      return (error as { error?: string }).error === 'invalid_grant' ? signOnProblem('SIGN_ON_REPLAYED') : unreachable();
    case 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED':
      return signOnProblem('SIGN_ON_TIME');
    case 'OAUTH_JWT_CLAIM_COMPARISON_FAILED':
      return signOnProblem(cause?.cause?.claim === 'aud' ? 'SIGN_ON_RECEIVER' : cause?.cause?.claim === 'nonce' ? 'SIGN_ON_LATE' : 'SIGN_ON_SENDER');
    case 'OAUTH_KEY_SELECTION_FAILED':
      return signOnProblem('SIGN_ON_SIGNATURE');
    case 'OAUTH_UNSUPPORTED_OPERATION':
      return signOnProblem('SIGN_ON_ALGORITHM');
    case 'OAUTH_INVALID_RESPONSE':
      if (/signature/i.test(said)) return signOnProblem('SIGN_ON_SIGNATURE');
      if (/\balg\b/i.test(said)) return signOnProblem('SIGN_ON_ALGORITHM');
      if (/"iss"|issuer/i.test(said)) return signOnProblem('SIGN_ON_SENDER');
      return signOnProblem('SIGN_ON_MALFORMED');
    default:
      return code?.startsWith('OAUTH_') || code === undefined ? unreachable() : (error as Error);
  }
}
