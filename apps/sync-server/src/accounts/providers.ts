/** Identity providers by configuration: Google, Microsoft, GitHub (Enterprise too) and any OpenID Connect issuer. */
import type { BetterAuthOptions } from 'better-auth';
import type { GenericOAuthConfig } from 'better-auth/plugins';
import type { Config } from '../config.ts';

export interface Providers {
  social: NonNullable<BetterAuthOptions['socialProviders']>;
  generic: GenericOAuthConfig[];
}

/** Those that are configured, as better-auth takes them. */
export function providersOf(config: Config): Providers {
  const { OAUTH_GOOGLE_ID, OAUTH_GOOGLE_SECRET, OAUTH_MICROSOFT_ID, OAUTH_MICROSOFT_SECRET, OAUTH_GITHUB_ID, OAUTH_GITHUB_SECRET, OIDC_ISSUER, OIDC_CLIENT_ID } = config;
  return {
    social: {
      ...(OAUTH_GOOGLE_ID && OAUTH_GOOGLE_SECRET ? { google: { clientId: OAUTH_GOOGLE_ID, clientSecret: OAUTH_GOOGLE_SECRET } } : {}),
      ...(OAUTH_MICROSOFT_ID && OAUTH_MICROSOFT_SECRET ? { microsoft: { clientId: OAUTH_MICROSOFT_ID, clientSecret: OAUTH_MICROSOFT_SECRET, tenantId: config.OAUTH_MICROSOFT_TENANT } } : {}),
    },
    generic: [
      ...(OAUTH_GITHUB_ID && OAUTH_GITHUB_SECRET ? [gitHub(config.OAUTH_GITHUB_URL, OAUTH_GITHUB_ID, OAUTH_GITHUB_SECRET)] : []),
      ...(OIDC_ISSUER && OIDC_CLIENT_ID
        ? [{ providerId: 'oidc', name: config.OIDC_NAME, discoveryUrl: `${OIDC_ISSUER.replace(/\/+$/, '')}/.well-known/openid-configuration`, clientId: OIDC_CLIENT_ID, clientSecret: config.OIDC_CLIENT_SECRET, scopes: ['openid', 'email', 'profile'], pkce: true, requireIdTokenVerification: true }]
        : []),
    ],
  };
}

/** What the buttons say. */
export function providerNames({ social, generic }: Providers): { id: string; name: string }[] {
  const known: Record<string, string> = { google: 'Google', microsoft: 'Microsoft' };
  return [...Object.keys(social).map((id) => ({ id, name: known[id] ?? id })), ...generic.map(({ providerId, name }) => ({ id: providerId, name: name ?? providerId }))];
}

function gitHub(url: string, clientId: string, clientSecret: string): GenericOAuthConfig {
  const base = url.replace(/\/+$/, '');
  const api = base === 'https://github.com' ? 'https://api.github.com' : `${base}/api/v3`;
  return {
    providerId: 'github',
    name: 'GitHub',
    authorizationUrl: `${base}/login/oauth/authorize`,
    tokenUrl: `${base}/login/oauth/access_token`,
    clientId,
    clientSecret,
    scopes: ['read:user', 'user:email'],
    pkce: true,
    // The address in the profile may be any; only the list says which ones are confirmed.
    async getUserInfo({ accessToken }) {
      const read = async (path: string) => {
        const response = await fetch(api + path, { headers: { authorization: `Bearer ${accessToken}`, accept: 'application/vnd.github+json', 'user-agent': 'uxflow-sync' }, signal: AbortSignal.timeout(10_000) });
        return response.ok ? ((await response.json()) as unknown) : undefined;
      };
      const profile = (await read('/user')) as { id: number; login: string; name?: string; avatar_url?: string } | undefined;
      const emails = (await read('/user/emails')) as { email: string; primary: boolean; verified: boolean }[] | undefined;
      const email = emails?.find(({ primary, verified }) => primary && verified);
      if (!profile || !email) return null;
      return { id: profile.id, name: profile.name || profile.login, email: email.email.toLowerCase(), emailVerified: true, ...(profile.avatar_url ? { image: profile.avatar_url } : {}) };
    },
  };
}
