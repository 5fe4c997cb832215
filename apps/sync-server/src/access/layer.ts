/**
 * The one place where requests are let in: the limiter, who it is, what the rule of the route demands. Whatever comes after may take the
 * principal in its context for true. Sockets ask the same principals (sync/memberAccess.ts) and the same limiter.
 */
import { matchedRoutes } from 'hono/route';
import { getCookie } from 'hono/cookie';
import type { Context, MiddlewareHandler } from 'hono';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ServerDatabase } from '../db/database.ts';
import type { ServerEnv } from './context.ts';
import { accessProblem } from './errors.ts';
import { hasScope, requireWorkspace } from './permissions.ts';
import type { GlobalRole, Principal, Principals } from './principal.ts';
import { countedAddress, type Allowance, type RateLimiter } from './rateLimiter.ts';
import type { AccessRule } from './route.ts';
import type { Site } from './site.ts';

export interface AccessParts {
  database: Pick<ServerDatabase, 'pool'>;
  principals: Principals;
  limiter: RateLimiter;
  site: Site;
}

/** Allowances by address, and by account once it is known; `credential` and `mail` hold over all instances together. */
export const ALLOWANCES = {
  address: { burst: 300, perSecond: 20 },
  account: { burst: 300, perSecond: 20 },
  credential: { burst: 20, perSecond: 0.2 },
  mail: { burst: 10, perSecond: 1 / 60 },
  link: { burst: 60, perSecond: 1 },
  // A whole office behind one address comes back at once after a restart.
  socket: { burst: 1000, perSecond: 100 },
} as const satisfies Record<string, Allowance>;

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);
const RANK: Record<GlobalRole, number> = { user: 0, admin: 1, super_admin: 2 };

export interface AccessLayer {
  middleware: MiddlewareHandler<ServerEnv>;
  /** A rule for a route that is not in the OpenAPI document (pages). */
  addRule(method: string, path: string, rule: AccessRule): void;
  /** Every rule by `METHOD /path`, those of the document included. */
  rules(): ReadonlyMap<string, AccessRule>;
}

/** The layer of an app; routes may be added to the app until the first request. */
export function createAccessLayer(app: OpenAPIHono<ServerEnv>, parts: AccessParts): AccessLayer {
  const added = new Map<string, AccessRule>();
  let all: Map<string, AccessRule> | undefined;
  const rules = () => (all ??= new Map([...rulesOfDocument(app), ...added]));
  return {
    rules,
    addRule(method, path, rule) {
      added.set(`${method.toUpperCase()} ${path}`, rule);
      all = undefined;
    },
    async middleware(context, next) {
      const address = parts.site.addressOf(context.env?.incoming?.socket.remoteAddress, context.req.header('x-forwarded-for'));
      context.set('address', address);
      const counted = countedAddress(address);
      demandAllowance(parts.limiter, `address:${counted}`, ALLOWANCES.address);
      const found = ruleOf(context, rules());
      if (!found) throw accessProblem('ROUTE_UNKNOWN');
      const { rule, path } = found;
      if (rule.rate) await demandShared(parts.limiter, `${rule.rate}:${counted}`, ALLOWANCES[rule.rate]);
      const shown = rule.crossSite ? undefined : secretOf(context, parts.site.cookieName);
      if (!rule.crossSite) demandOrigin(context, parts.site, shown?.isCookie ?? false);
      const principal = shown && (await parts.principals.ofSecret(shown.secret));
      if (principal) {
        demandAllowance(parts.limiter, allowanceKeyOf(principal), ALLOWANCES.account);
        context.set('principal', principal);
        context.set('secret', shown.secret);
      }
      if (rule.as !== 'anyone') {
        if (!principal) throw accessProblem('SESSION_INVALID');
        demandRule(principal, rule);
        if (rule.workspace) {
          const workspaceId = parameterOf(path, context.req.path, rule.workspace.parameter);
          context.set('membership', await requireWorkspace(parts.database.pool, principal, workspaceId, rule.workspace.permission));
        }
      }
      await next();
    },
  };
}

/** Throws what keeps this principal from a route of this rule; workspaces aside. */
export function demandRule(principal: Principal, rule: AccessRule, now = Date.now()): void {
  if (principal.kind === 'service' && rule.service) {
    if (hasScope(principal, rule.service)) return;
    throw accessProblem('SCOPE_MISSING', { scope: rule.service });
  }
  if (principal.kind !== 'user') {
    if (rule.as === 'person' || rule.role) throw accessProblem('SESSION_NEEDED');
    const scope = rule.scope ?? rule.workspace?.permission;
    if (!scope || !hasScope(principal, scope)) throw accessProblem('SCOPE_MISSING', { scope: scope ?? '' });
  }
  if (principal.closing && !rule.closing) throw accessProblem('ACCOUNT_CLOSING');
  if (!principal.emailVerified && rule.verified !== false) throw accessProblem('EMAIL_UNVERIFIED');
  if (principal.lacksFactor && rule.factor !== false && rule.verified !== false) throw accessProblem('TWO_FACTOR_NEEDED');
  if (rule.role) {
    if (RANK[principal.role] < RANK[rule.role]) throw accessProblem('ROLE_MISSING');
    if (!principal.twoFactor && !principal.byPasskey) throw accessProblem('TWO_FACTOR_NEEDED');
  }
  if (rule.freshMinutes !== undefined && now - principal.signedInAt > rule.freshMinutes * 60_000) throw accessProblem('SIGN_IN_AGAIN', { minutes: rule.freshMinutes });
}

/** Under which name a principal's allowance is counted: strangers use up nothing of one another's. */
export function allowanceKeyOf({ userId, apiKeyId, link }: Pick<Principal, 'userId' | 'apiKeyId' | 'link'>): string {
  return `account:${userId || apiKeyId || link?.visitorId}`;
}

/** Throws RATE_LIMITED when nothing is left. */
export function demandAllowance(limiter: RateLimiter, key: string, allowance: Allowance): void {
  const retryAfter = limiter.take(key, allowance);
  if (retryAfter > 0) throw accessProblem('RATE_LIMITED', { retryAfter });
}

/** The same over all instances: guesses and mails are not cheaper where there are more of them. */
async function demandShared(limiter: RateLimiter, key: string, allowance: Allowance): Promise<void> {
  const retryAfter = await limiter.takeShared(key, allowance);
  if (retryAfter > 0) throw accessProblem('RATE_LIMITED', { retryAfter });
}

/** Requests that change something must come from our own pages, from a page that is allowed by name, or from no page at all. */
function demandOrigin(context: Context<ServerEnv>, site: Site, isCookie: boolean): void {
  if (SAFE.has(context.req.method)) return;
  const origin = context.req.header('origin');
  const fromHere = origin !== undefined ? site.isOwnOrigin(origin) : context.req.header('sec-fetch-site') === 'same-origin';
  if (isCookie ? !fromHere : origin !== undefined && !fromHere && !site.corsOrigins.includes(origin)) throw accessProblem('ORIGIN_REFUSED');
}

function secretOf(context: Context<ServerEnv>, cookieName: string): { secret: string; isCookie: boolean } | undefined {
  const [scheme, token, ...rest] = (context.req.header('authorization') ?? '').split(' ');
  if (scheme?.toLowerCase() === 'bearer' && token && rest.length === 0) return { secret: token, isCookie: false };
  const cookie = getCookie(context, cookieName);
  return cookie ? { secret: cookie, isCookie: true } : undefined;
}

/** Rule and path pattern of the route that will answer; a route without a rule is for persons. Nothing when there is no such route. */
function ruleOf(context: Context<ServerEnv>, rules: ReadonlyMap<string, AccessRule>): { rule: AccessRule; path: string } | undefined {
  const method = context.req.method === 'HEAD' ? 'GET' : context.req.method;
  const route = matchedRoutes(context).find(({ method: one, path }) => one === method && !path.endsWith('*'));
  return route && { path: route.path, rule: rules.get(`${method} ${route.path}`) ?? { as: 'person' } };
}

function rulesOfDocument(app: OpenAPIHono<ServerEnv>): [string, AccessRule][] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return [];
    const rule = (definition.route as { 'x-access'?: AccessRule })['x-access'];
    return rule ? [[`${definition.route.method.toUpperCase()} ${definition.route.path.replace(/\{(\w+)\}/g, ':$1')}`, rule] as [string, AccessRule]] : [];
  });
}

/** Value of `:name` where the pattern has it. */
function parameterOf(pattern: string, path: string, name: string): string {
  const at = pattern.split('/').findIndex((part) => part.split('{')[0] === `:${name}`);
  const value = path.split('/')[at];
  try {
    return value === undefined ? '' : decodeURIComponent(value);
  } catch {
    return '';
  }
}
