/** What the brief of this server asks for beyond the four chapters at levels 1 and 2: browsers, logs, input, and some of level 3. */
import type { Requirement } from '../requirements.ts';

const access = 'apps/sync-server/src/access';
const accounts = 'apps/sync-server/src/accounts';
const beyond = true as const;

export const beyondRequirements: readonly Requirement[] = [
  {
    id: '1.3.11', level: 2, title: 'What people type does not become headers of mails', applies: true, beyond,
    patch: { file: `${accounts}/schema.ts`, find: 'export const nameSchema = z.string().trim().min(1).max(100).regex(/^[^\\p{Cc}]*$/u);', replace: 'export const nameSchema = z.string().min(1).max(100);' },
  },
  {
    id: '1.3.6', level: 2, title: 'Nobody makes the server ask addresses inside of its network', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/signOn/network.ts', find: 'isPrivateAllowed ? !isMetadataAddress(address) : isPublicAddress(address)', replace: 'isPrivateAllowed || isPublicAddress(address)' },
    remark: 'a workspace names the addresses of its identity provider; where the operator allows private ones, those where clouds hand out keys stay closed',
  },
  {
    id: '2.2.1', level: 1, title: 'Input is of the expected shape and size, or refused', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/app.ts', find: 'const BODY_BYTES = 1024 * 1024;', replace: 'const BODY_BYTES = 1024 * 1024 * 1024;' },
  },
  {
    id: '3.3.1', level: 1, title: 'Cookies go over TLS only', applies: true, beyond,
    patch: { file: `${accounts}/auth.ts`, find: 'useSecureCookies: site.isHttps', replace: 'useSecureCookies: false' },
    remark: 'over plain http, on this machine, a cookie has neither the flag nor the prefix',
  },
  {
    id: '3.3.2', level: 2, title: 'Cookies stay here when a page elsewhere sends', applies: true, beyond,
    patch: { file: `${accounts}/routes.ts`, find: `sameSite: 'Lax',`, replace: `sameSite: 'None',` },
  },
  {
    id: '3.3.3', level: 2, title: 'Cookies are for this host alone', applies: true, beyond,
    patch: { file: `${access}/site.ts`, find: `isHttps ? '__Host-uxflow' : 'uxflow'`, replace: `isHttps ? 'uxflow' : 'uxflow'` },
  },
  {
    id: '3.3.4', level: 2, title: 'No script reads the cookie of a session', applies: true, beyond,
    patch: { file: `${accounts}/routes.ts`, find: `path: '/', httpOnly: true,`, replace: `path: '/', httpOnly: false,` },
  },
  {
    id: '3.4.1', level: 1, title: 'Browsers are told to come by TLS for a year', applies: true, beyond,
    patch: { file: `${access}/headers.ts`, find: `if (site.isHttps) headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');`, replace: '' },
  },
  {
    id: '3.4.2', level: 1, title: 'Pages elsewhere read answers only where they are allowed by name', applies: true, beyond,
    patch: { file: `${access}/headers.ts`, find: 'const isAllowed = origin !== undefined && site.corsOrigins.includes(origin);', replace: 'const isAllowed = origin !== undefined;' },
  },
  {
    id: '3.4.3', level: 2, title: 'A content policy on everything lets nothing in but our own', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/pages/html.ts', find: `"default-src 'none'", `, replace: '' },
  },
  {
    id: '3.4.4', level: 2, title: 'Browsers guess no media types', applies: true, beyond,
    patch: { file: `${access}/headers.ts`, find: `headers.set('X-Content-Type-Options', 'nosniff');`, replace: '' },
  },
  {
    id: '3.4.5', level: 2, title: 'Addresses are told to nobody elsewhere', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/pages/html.ts', find: `context.header('Referrer-Policy', 'same-origin');`, replace: `context.header('Referrer-Policy', 'unsafe-url');` },
  },
  {
    id: '3.4.6', level: 2, title: 'Nothing is shown inside of other pages', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/pages/html.ts', find: `"frame-ancestors 'none'", `, replace: '' },
  },
  {
    id: '3.5.1', level: 1, title: 'A page elsewhere changes nothing with the cookie of a visitor', applies: true, beyond,
    patch: { file: `${access}/layer.ts`, find: `if (isCookie ? !fromHere :`, replace: `if (isCookie ? false :` },
  },
  {
    id: '3.5.2', level: 1, title: 'What a browser sends without asking first is refused as well', applies: true, beyond,
    patch: { file: `${access}/layer.ts`, find: 'if (SAFE.has(context.req.method)) return;', replace: `if (SAFE.has(context.req.method) || context.req.header('content-type')?.startsWith('text/plain')) return;` },
  },
  {
    id: '3.5.3', level: 1, title: 'Looking changes nothing', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/pages/routes.ts', find: `get('/verify', (context) => tokenPage(context, 'verify', {}));`, replace: `get('/verify', async (context) => { const one = context.get('principal'); if (one?.sessionId) await accounts.sessions.end(one, one.sessionId, originOf(context)); return tokenPage(context, 'verify', {}); });` },
  },
  {
    id: '3.7.2', level: 2, title: 'Nobody is led to another site by an address', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/pages/routes.ts', find: 'return next && /^\\/(?![/\\\\])[^\\s\\\\]*$/.test(next) ? next : \'/account\';', replace: `return next || '/account';` },
  },
  {
    id: '4.1.4', level: 3, title: 'Other methods do nothing, and none takes the place of another', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/server.ts', find: 'createServer(getRequestListener(app.fetch))', replace: `createServer(getRequestListener((request, env) => { const method = request.headers.get('x-http-method-override'); return app.fetch(method ? new Request(request.url, { method, headers: request.headers }) : request, env); }))` },
  },
  {
    id: '6.3.5', level: 3, title: 'People hear of sign-ins that look odd, and of too many attempts', applies: true, beyond,
    patch: { file: `${accounts}/signIn.ts`, find: 'if (row && notify &&', replace: 'if (false && row && notify &&' },
  },
  {
    id: '6.3.7', level: 3, title: 'People hear when something about how they sign in was changed', applies: true, beyond,
    patch: { file: `${accounts}/passwords.ts`, find: `await mailer.send(sql, { kind: 'passwordChanged'`, replace: `if (false) await mailer.send(sql, { kind: 'passwordChanged'` },
  },
  {
    id: '6.3.8', level: 3, title: 'No answer, and not the work behind it, tells whether somebody has an account', applies: true, beyond,
    patch: { file: `${accounts}/registration.ts`, find: 'if (rowCount === 0) {', replace: `if (rowCount === 0) { throw accountProblem('SIGN_UP_CLOSED');` },
  },
  {
    id: '8.3.2', level: 3, title: 'Who loses a right loses it at once', applies: true, beyond,
    patch: { file: 'apps/sync-server/src/sync/hub.ts', find: `if (!role) leave(member, 'ACCESS_REVOKED');`, replace: `if (!role) continue;` },
  },
  {
    id: '14.2.1', level: 1, title: 'No secret stands in an address', applies: true, beyond,
    patch: { file: `${accounts}/emailChange.ts`, find: '/email#${token}`', replace: '/email?token=${token}`' },
    remark: 'a desktop gets the code of its sign-in in the query of an address on its own machine, as RFC 8252 has it: for a minute, once, with PKCE',
  },
  {
    id: '16.2.5', level: 2, title: 'No secret stands in a line of the log', applies: true, beyond,
    patch: { file: `${access}/headers.ts`, find: 'route: context.req.routePath,', replace: 'route: context.req.routePath, headers: JSON.stringify(context.req.header()),' },
  },
];
