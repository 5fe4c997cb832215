/** Chapter 4: APIs and web services. */
import type { Requirement } from '../requirements.ts';

const source = 'apps/sync-server/src';

export const apiRequirements: readonly Requirement[] = [
  {
    id: '4.1.1', level: 1, title: 'Every body has the media type that it is, text with its charset', applies: true,
    patch: { file: `${source}/pages/routes.ts`, find: `'Content-Type': 'text/css; charset=utf-8'`, replace: `'Content-Type': 'text/css'` },
  },
  {
    id: '4.1.2', level: 2, title: 'The API does not lead from http to https by itself', applies: true,
    patch: { file: `${source}/access/layer.ts`, find: `context.set('address', address);`, replace: `context.set('address', address); if (context.req.header('x-forwarded-proto') === 'http') return context.redirect(parts.site.publicUrl() + context.req.path, 308);` },
    remark: 'the server never redirects to https; a proxy in front may do so for pages',
  },
  {
    id: '4.1.3', level: 2, title: 'Headers of proxies cannot be made up by a client', applies: true,
    patch: { file: `${source}/access/site.ts`, find: 'return seen[Math.max(0, seen.length - 1 - config.TRUST_PROXY_HOPS)]!;', replace: 'return seen[0]!;' },
  },
  {
    id: '4.2.1', level: 2, title: 'The ends of messages are found in one way only', applies: true,
    patch: { file: `${source}/server.ts`, find: 'createServer(getRequestListener(app.fetch))', replace: 'createServer({ insecureHTTPParser: true }, getRequestListener(app.fetch))' },
  },
  { id: '4.3.1', level: 2, title: 'Cost of GraphQL queries', applies: 'there is no GraphQL' },
  { id: '4.3.2', level: 2, title: 'Introspection of GraphQL', applies: 'there is no GraphQL' },
  {
    id: '4.4.1', level: 1, title: 'Sockets go over TLS', applies: true,
    patch: { file: 'packages/core/src/engine/sync/serverApi.ts', find: `if (url.protocol === 'http:' && !isLoopback(url.hostname)`, replace: `if (url.protocol === 'none:' && !isLoopback(url.hostname)` },
    remark: 'TLS ends at a proxy in front; the desktop refuses plain http but for this machine and hosts that its person names as on-premise',
  },
  {
    id: '4.4.2', level: 2, title: 'The origin of a socket is looked at', applies: true,
    patch: { file: `${source}/server.ts`, find: 'if (origin !== undefined && !site.isOwnOrigin(origin) && !site.corsOrigins.includes(origin)) {', replace: 'if (false) {' },
  },
  {
    id: '4.4.3', level: 2, title: 'What a socket is opened with is a session like any other, or as good', applies: true,
    patch: { file: `${source}/sync/memberAccess.ts`, find: '!principal?.sessionId ||', replace: '!principal ||' },
  },
  {
    id: '4.4.4', level: 2, title: 'A socket belongs to a session that was made over HTTP, and ends with it', applies: true,
    patch: { file: `${source}/sync/hub.ts`, find: `connection.end(CLOSE.revoked, 'SESSION_REVOKED');`, replace: ';' },
  },
];
