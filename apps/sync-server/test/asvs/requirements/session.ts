/** Chapter 7: sessions. */
import type { Requirement } from '../requirements.ts';

const accounts = 'apps/sync-server/src/accounts';
const principal = 'apps/sync-server/src/access/principal.ts';

export const sessionRequirements: readonly Requirement[] = [
  {
    id: '7.1.1', level: 2, title: 'How long sessions last, used and unused, is documented', applies: true,
    patch: { file: principal, find: 'web: 7, desktop: 14', replace: 'web: 70, desktop: 140' },
  },
  {
    id: '7.1.2', level: 2, title: 'How many sessions an account may have, and what happens beyond, is documented', applies: true,
    patch: { file: `${accounts}/signIn.ts`, find: 'const MOST_SESSIONS = 20;', replace: 'const MOST_SESSIONS = 200;' },
  },
  {
    id: '7.1.3', level: 2, title: 'How sessions here and at a provider hang together is documented', applies: true,
    patch: { file: 'apps/sync-server/src/signOn/arrivals.ts', find: 'connection.sessionDays * 86_400_000', replace: '30 * 86_400_000' },
  },
  {
    id: '7.2.1', level: 1, title: 'Whether a session is valid is decided by the server alone', applies: true,
    patch: { file: principal, find: `createHash('sha256').update(secret).digest('hex')`, replace: `createHash('sha256').update(secret.slice(0, 20)).digest('hex')` },
  },
  {
    id: '7.2.2', level: 1, title: 'Sessions have secrets of their own, and no fixed key stands for one', applies: true,
    patch: { file: 'apps/sync-server/src/access/layer.ts', find: `if (rule.as === 'person' || rule.role) throw accessProblem('SESSION_NEEDED');`, replace: 'return;' },
  },
  {
    id: '7.2.3', level: 1, title: 'Secrets of sessions are unique and cannot be guessed', applies: true,
    patch: { file: `${accounts}/desktopSignIn.ts`, find: `const token = randomBytes(32).toString('base64url');`, replace: `const token = randomBytes(8).toString('base64url');` },
  },
  {
    id: '7.2.4', level: 1, title: 'Signing in makes a new session and ends the one that was there', applies: true,
    patch: { file: `${accounts}/signIn.ts`, find: 'if (origin.sessionId && origin.sessionId !== row.id) {', replace: 'if (false) {' },
  },
  {
    id: '7.3.1', level: 2, title: 'A session that nobody uses ends', applies: true,
    patch: { file: principal, find: 'and s.last_seen_at > now() - make_interval(', replace: "and s.last_seen_at > now() - interval '10 years' - make_interval(" },
  },
  {
    id: '7.3.2', level: 2, title: 'A session ends after a time, however much it is used', applies: true,
    patch: { file: principal, find: `where s.token_hash = $1 and s.expires_at > now() and u.status = 'active'`, replace: `where s.token_hash = $1 and u.status = 'active'` },
  },
  {
    id: '7.4.1', level: 1, title: 'A session that was ended opens nothing', applies: true,
    patch: { file: `${accounts}/sessions.ts`, find: `await pool.query('delete from session where id = $1 and user_id = $2', [sessionId, principal.userId]);`, replace: `await pool.query('select 1 from session where id = $1 and user_id = $2', [sessionId, principal.userId]);` },
  },
  {
    id: '7.4.2', level: 1, title: 'An account that is suspended or leaves loses its sessions', applies: true,
    patch: { file: `${accounts}/administration.ts`, find: 'return { row: rows[0]!, ...(await endSessions(sql, userId)) };', replace: 'return { row: rows[0]!, sessionIds: [] as string[] };' },
  },
  {
    id: '7.4.3', level: 2, title: 'A changed or removed factor can end all other sessions', applies: true,
    patch: { file: `${accounts}/passwords.ts`, find: 'return endSessions(sql, principal.userId, principal.sessionId);', replace: `return { userId: '', sessionIds: [] as string[] };` },
    remark: 'they are always ended; a second factor renews the own session, and signing out everywhere else is one more press',
  },
  {
    id: '7.4.4', level: 2, title: 'Signing out is in sight wherever somebody is signed in', applies: true,
    patch: { file: 'apps/sync-server/src/pages/invitationPage.ts', find: `<form method="post" action="/sign-out"><button class="plain">\${t.otherAccount}</button></form>`, replace: '' },
  },
  {
    id: '7.4.5', level: 2, title: 'Administrators can end the sessions of one account, or of all', applies: true,
    patch: { file: `${accounts}/administration.ts`, find: 'const { sessionIds } = await endSessions(database.pool, userId);', replace: 'const sessionIds: string[] = [];' },
    remark: 'those of all accounts: restoring a backup with `--sign-out`, or one account after the other',
  },
  {
    id: '7.5.1', level: 2, title: 'What changes how an account is entered asks for a new proof first', applies: true,
    patch: { file: 'apps/sync-server/src/access/layer.ts', find: `if (rule.freshMinutes !== undefined && now - principal.signedInAt > rule.freshMinutes * 60_000)`, replace: 'if (false)' },
  },
  {
    id: '7.5.2', level: 2, title: 'People see their sessions and, after a new proof, end any of them', applies: true,
    patch: { file: `${accounts}/routes.ts`, find: 'const endsOthers: AccessRule = { ...selfClosing, freshMinutes: 60 };', replace: 'const endsOthers: AccessRule = { ...selfClosing };' },
  },
  {
    id: '7.6.1', level: 2, title: 'Sessions by a provider last and end as documented', applies: true,
    patch: { file: 'apps/sync-server/src/signOn/service.ts', find: 'await endArrivals(connectionId, told, origin);', replace: '' },
  },
  {
    id: '7.6.2', level: 2, title: 'No session comes to be without an act of its holder', applies: true,
    patch: { file: 'apps/sync-server/src/pages/desktopPages.ts', find: `if (fields.answer !== 'yes') {`, replace: `if (fields.answer === 'no') {` },
  },
];
