/** The pages by which people come in: they work without a script, in English and German. */
import type { Context } from 'hono';
import type { ServerApp, ServerEnv } from '../access/context.ts';
import { accessProblem } from '../access/errors.ts';
import type { AccessLayer } from '../access/layer.ts';
import { Problem } from '../access/problem.ts';
import type { AccessRule } from '../access/route.ts';
import type { Site } from '../access/site.ts';
import { originOf, setSessionCookie } from '../accounts/routes.ts';
import { accountProblem } from '../accounts/errors.ts';
import { emailSchema, loginSchema, registerSchema, secondFactorSchema, tokenSchema } from '../accounts/schema.ts';
import type { Accounts } from '../accounts/service.ts';
import type { Challenge, SignedIn } from '../accounts/signIn.ts';
import type { Language } from '../mail/templates.ts';
import { leadPage, signedOutHerePage } from '../signOn/leadPage.ts';
import type { SignOn } from '../signOn/service.ts';
import type { WorkspaceModule } from '../workspaces/module.ts';
import { addAccountPages } from './accountPages.ts';
import { PAGES_CSS, PAGES_ICON, PAGES_JS } from './assets.ts';
import { addDesktopPages } from './desktopPages.ts';
import { html, page, type Html, type PageOptions } from './html.ts';
import { addInvitationPage } from './invitationPage.ts';
import { PASSKEYS_JS, passkeyScripts, passkeySignInButton, webauthnScript } from './passkeyParts.ts';
import { fill, languageOfRequest, problemSentence, textsOf } from './texts.ts';

export type PageContext = Context<ServerEnv>;
export interface PageParts {
  accounts: Accounts;
  workspaces: Pick<WorkspaceModule, 'invitations' | 'workspaces'>;
  site: Site;
  signOn: Pick<SignOn, 'beginLogout'>;
}

export const TOKEN_SCRIPT = '/assets/pages.js';
const open: AccessRule = { as: 'anyone' };

/** Adds the pages and what they load. */
export function addPages(app: ServerApp, layer: AccessLayer, parts: PageParts): void {
  const { accounts, site } = parts;
  const get = (path: string, handle: (context: PageContext) => Response | Promise<Response>) => {
    layer.addRule('GET', path, open);
    app.get(path, handle);
  };
  const post = (path: string, rate: AccessRule['rate'], handle: (context: PageContext, fields: Record<string, string>) => Response | Promise<Response>, again: (context: PageContext, problem: Problem, fields: Record<string, string>) => Response | Promise<Response>) => {
    layer.addRule('POST', path, { as: 'anyone', ...(rate ? { rate } : {}) });
    app.post(path, async (context) => {
      const fields = await fieldsOf(context);
      try {
        return await handle(context, fields);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return again(context, error, fields);
      }
    });
  };

  get('/assets/pages.css', (context) => context.body(PAGES_CSS, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=300' }));
  get('/assets/icon.svg', (context) => context.body(PAGES_ICON, 200, { 'Content-Type': 'image/svg+xml; charset=utf-8', 'Cache-Control': 'public, max-age=86400' }));
  const script = (path: string, text: () => string) => get(path, (context) => context.body(text(), 200, { 'Content-Type': 'text/javascript; charset=utf-8', 'Cache-Control': 'public, max-age=300' }));
  script(TOKEN_SCRIPT, () => PAGES_JS);
  script(passkeyScripts[0], webauthnScript);
  script(passkeyScripts[1], () => PASSKEYS_JS);

  get('/', (context) => context.redirect(context.get('principal') ? '/account' : '/sign-in', 303));
  const providers = accounts.providers.list();
  get('/sign-in', (context) => signInPage(context, site, { next: context.req.query('next'), providers, ...(context.req.query('error') ? { problem: accountProblem('PROVIDER_FAILED') } : {}) }));
  get('/sign-in/with/:provider', async (context) => {
    try {
      const { url, cookies } = await accounts.providers.begin(context.req.param('provider')!, safeNext(context.req.query('next')), originOf(context));
      for (const cookie of cookies) context.header('Set-Cookie', cookie, { append: true });
      return context.redirect(url, 303);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return signInPage(context, site, { next: context.req.query('next'), providers, problem: error });
    }
  });
  get('/api/v1/auth/callback/:provider', async (context) => {
    try {
      const { result, next, cookies } = await accounts.providers.finish(context.req.raw, originOf(context));
      for (const cookie of cookies) context.header('Set-Cookie', cookie, { append: true });
      return result ? arrive(context, parts, result, { next, remember: true }) : context.redirect(next, 303);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === 'LINK_FAILED') return messagePage(context, (t, language) => ({ title: t.account, lead: problemSentence(error, language), more: html`<a class="button" href="/account">${t.go}</a>` }), 409);
      return signInPage(context, site, { providers, problem: error });
    }
  });
  post('/sign-in', 'credential', async (context, fields) => {
    const { email, password } = parsed(loginSchema.pick({ email: true, password: true }).strip(), fields);
    const remember = fields.remember === 'on';
    return arrive(context, parts, await accounts.signIn.withPassword({ email, password, remember }, { kind: 'web' }, originOf(context)), { next: fields.next, remember });
  }, (context, problem, fields) => signInPage(context, site, { next: fields.next, email: fields.email, providers, problem }));
  post('/sign-in/second-factor', 'credential', async (context, fields) => {
    const { challenge, code } = parsed(secondFactorSchema.pick({ challenge: true, code: true }).strip(), fields);
    const remember = fields.remember === 'on';
    return arrive(context, parts, await accounts.signIn.withSecondFactor({ challenge, code, kind: /^\d{6}$/.test(code) ? 'totp' : 'backup' }, { kind: 'web' }, originOf(context)), { next: fields.next, remember });
  }, (context, problem, fields) => (problem.code === 'CHALLENGE_INVALID' ? signInPage(context, site, { next: fields.next, providers, problem }) : secondFactorPage(context, site, { challenge: fields.challenge ?? '', next: fields.next, remember: fields.remember === 'on', problem })));
  post('/sign-out', undefined, async (context) => {
    const principal = context.get('principal');
    // Asked first: a session that is gone says nothing of the provider.
    const onward = principal?.sessionId ? await parts.signOn.beginLogout(principal).catch(() => undefined) : undefined;
    if (principal?.sessionId) await accounts.sessions.end(principal, principal.sessionId, originOf(context));
    setSessionCookie(context, site, '', 0);
    if (!onward) return context.redirect('/sign-in', 303);
    return onward.isDemanded ? leadPage(context, onward) : signedOutHerePage(context, onward);
  }, (context) => context.redirect('/sign-in', 303));

  get('/sign-up', (context) => signUpPage(context, {}));
  post('/sign-up', 'mail', async (context, fields) => {
    const { email, password, name } = parsed(registerSchema.pick({ email: true, password: true, name: true }).strip(), fields);
    await accounts.registration.register({ email, password, name, language: languageOfRequest(context) }, originOf(context));
    return mailedPage(context, email);
  }, (context, problem, fields) => signUpPage(context, { email: fields.email, name: fields.name, problem }));

  get('/verify', (context) => tokenPage(context, 'verify', {}));
  post('/verify', 'credential', async (context, fields) => {
    await accounts.registration.verify(parsed(tokenSchema, fields.token), originOf(context));
    return messagePage(context, (t) => ({ title: t.verified, lead: t.verifiedLead, more: html`<a class="button" href="/account">${t.go}</a>` }));
  }, (context, problem) => tokenPage(context, 'verify', { problem }));
  post('/resend', 'mail', async (context, fields) => {
    const email = parsed(emailSchema, fields.email);
    await accounts.registration.resend(email);
    return mailedPage(context, email);
  }, (context, problem) => messagePage(context, (t, language) => ({ title: t.unverified, lead: problemSentence(problem, language) }), problem.status as never));

  get('/forgot', (context) => forgotPage(context, {}));
  post('/forgot', 'mail', async (context, fields) => {
    const email = parsed(emailSchema, fields.email);
    await accounts.passwords.forgot(email, originOf(context));
    return mailedPage(context, email);
  }, (context, problem, fields) => forgotPage(context, { email: fields.email, problem }));
  get('/reset', (context) => tokenPage(context, 'reset', {}));
  post('/reset', 'credential', async (context, fields) => {
    await accounts.passwords.reset({ token: parsed(tokenSchema, fields.token), password: fields.password ?? '' }, originOf(context));
    return messagePage(context, (t) => ({ title: t.resetDone, lead: t.resetDoneLead, more: html`<a class="button" href="/sign-in">${t.signIn}</a>` }));
  }, (context, problem, fields) => tokenPage(context, 'reset', { problem, token: fields.token }));

  addAccountPages(get, post, parts);
  addDesktopPages(get, post, parts);
  addInvitationPage(get, post, parts);
}
export type AddGet = (path: string, handle: (context: PageContext) => Response | Promise<Response>) => void;
export type AddPost = (path: string, rate: AccessRule['rate'], handle: (context: PageContext, fields: Record<string, string>) => Response | Promise<Response>, again: (context: PageContext, problem: Problem, fields: Record<string, string>) => Response | Promise<Response>) => void;

/** A page of a title, a sentence and perhaps more. */
export function messagePage(context: PageContext, say: (texts: ReturnType<typeof textsOf>, language: Language) => { title: string; lead: string; more?: Html }, status: PageOptions['status'] = 200, formTargets: readonly string[] = []): Response {
  const language = languageOfRequest(context);
  const { title, lead, more } = say(textsOf(language), language);
  return page(context, { title, language, status, formTargets, body: html`<h1>${title}</h1><p>${lead}</p>${more}` });
}

/** A path of this server to go on to; anything else leads to the account. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])[^\s\\]*$/.test(next) ? next : '/account';
}

/** The value, or INPUT_INVALID. */
export function parsed<T>(schema: { safeParse(value: unknown): { success: true; data: T } | { success: false } }, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw accessProblem('INPUT_INVALID', { fields: [] });
  return result.data;
}

/** Ends a sign-in: with the session's cookie and the page to go on to, or with the question for the second factor. */
export function arrive(context: PageContext, { site }: Pick<PageParts, 'site'>, result: SignedIn | Challenge, { next, remember }: { next: string | undefined; remember: boolean }): Response {
  if (result.status === 'secondFactor') return secondFactorPage(context, site, { challenge: result.challenge, next, remember });
  setSessionCookie(context, site, result.token, result.expiresAt, remember);
  return context.redirect(safeNext(next), 303);
}

async function fieldsOf(context: PageContext): Promise<Record<string, string>> {
  const fields = await context.req.parseBody();
  return Object.fromEntries(Object.entries(fields).filter((one): one is [string, string] => typeof one[1] === 'string'));
}

/** What went wrong, on top of a page; nothing when nothing did. */
export function problemNote(problem: Problem | undefined, language: Language): Html {
  return problem ? html`<p class="problem" role="alert">${problemSentence(problem, language)}</p>` : html``;
}

function signInPage(context: PageContext, site: Site, { next = '', email = '', providers, problem }: { next?: string | undefined; email?: string | undefined; providers: { id: string; name: string }[]; problem?: Problem }): Response {
  const language = languageOfRequest(context);
  const t = textsOf(language);
  return page(context, {
    title: t.signIn, language, status: statusOf(problem), script: passkeyScripts,
    body: html`<h1>${t.signIn}</h1>${problemNote(problem, language)}
      <form method="post" action="/sign-in">
        <input type="hidden" name="next" value="${next}" />
        <label>${t.email}<input name="email" type="email" autocomplete="username" required value="${email}" /></label>
        <label>${t.password}<input name="password" type="password" autocomplete="current-password" required /></label>
        <label class="check"><input name="remember" type="checkbox" checked />${t.remember}</label>
        <button>${t.signIn}</button>
      </form>
      ${passkeySignInButton(context, site, language, safeNext(next))}
      ${providers.map(({ id, name }) => html`<p><a class="button second" href="/sign-in/with/${id}?next=${encodeURIComponent(next)}">${fill(t.with, { provider: name })}</a></p>`)}
      <p><a class="button second" href="/sso?next=${encodeURIComponent(next)}">${t.signOn}</a></p>
      <div class="links"><a href="/forgot">${t.forgot}</a><a href="/sign-up">${t.noAccount}</a></div>`,
  });
}

function secondFactorPage(context: PageContext, site: Site, { challenge, next = '', remember, problem }: { challenge: string; next?: string | undefined; remember: boolean; problem?: Problem }): Response {
  const language = languageOfRequest(context);
  const t = textsOf(language);
  return page(context, {
    title: t.secondFactor, language, status: statusOf(problem), script: passkeyScripts,
    body: html`<h1>${t.secondFactor}</h1><p>${t.secondFactorLead}</p>${problemNote(problem, language)}
      <form method="post" action="/sign-in/second-factor">
        <input type="hidden" name="challenge" value="${challenge}" /><input type="hidden" name="next" value="${next}" /><input type="hidden" name="remember" value="${remember ? 'on' : ''}" />
        <label>${t.code}<input name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required maxlength="32" /></label>
        <button>${t.go}</button>
      </form>
      ${passkeySignInButton(context, site, language, safeNext(next))}`,
  });
}

function signUpPage(context: PageContext, { email = '', name = '', problem }: { email?: string | undefined; name?: string | undefined; problem?: Problem }): Response {
  const language = languageOfRequest(context);
  const t = textsOf(language);
  return page(context, {
    title: t.signUp, language, status: statusOf(problem),
    body: html`<h1>${t.signUp}</h1>${problemNote(problem, language)}
      <form method="post" action="/sign-up">
        <label>${t.name}<input name="name" autocomplete="name" required maxlength="100" value="${name}" /></label>
        <label>${t.email}<input name="email" type="email" autocomplete="username" required value="${email}" /></label>
        <label>${t.password}<input name="password" type="password" autocomplete="new-password" minlength="12" required aria-describedby="hint" /></label>
        <p class="quiet" id="hint">${t.passwordHint}</p>
        <button>${t.signUp}</button>
      </form>
      <div class="links"><a href="/sign-in">${t.haveAccount}</a></div>`,
  });
}

function forgotPage(context: PageContext, { email = '', problem }: { email?: string | undefined; problem?: Problem }): Response {
  const language = languageOfRequest(context);
  const t = textsOf(language);
  return page(context, {
    title: t.forgotTitle, language, status: statusOf(problem),
    body: html`<h1>${t.forgotTitle}</h1><p>${t.forgotLead}</p>${problemNote(problem, language)}
      <form method="post" action="/forgot"><label>${t.email}<input name="email" type="email" autocomplete="username" required value="${email}" /></label><button>${t.forgotButton}</button></form>
      <div class="links"><a href="/sign-in">${t.signIn}</a></div>`,
  });
}

/** The page behind a link of a mail. It waits for a press of the button: programs that look into mails open links too. */
function tokenPage(context: PageContext, kind: 'verify' | 'reset', { problem, token = '' }: { problem?: Problem; token?: string | undefined }): Response {
  const language = languageOfRequest(context);
  const t = textsOf(language);
  const title = kind === 'verify' ? t.verify : t.forgotTitle;
  return page(context, {
    title, language, script: TOKEN_SCRIPT, status: statusOf(problem),
    body: html`<h1>${title}</h1>${kind === 'verify' ? html`<p>${t.verifyLead}</p>` : ''}${problemNote(problem, language)}
      <form method="post" action="/${kind}">
        <label>${t.code}<input name="token" autocomplete="off" autocapitalize="none" spellcheck="false" required value="${token}" /></label>
        ${kind === 'reset' ? html`<label>${t.newPassword}<input name="password" type="password" autocomplete="new-password" minlength="12" required aria-describedby="hint" /></label><p class="quiet" id="hint">${t.passwordHint}</p>` : ''}
        <button>${kind === 'verify' ? t.verifyButton : t.go}</button>
      </form>`,
  });
}

function mailedPage(context: PageContext, email: string): Response {
  return messagePage(context, (t) => ({ title: t.mailed, lead: fill(t.mailedLead, { email }), more: html`<div class="links"><a href="/sign-in">${t.signIn}</a></div>` }));
}

function statusOf(problem: Problem | undefined): PageOptions['status'] {
  return problem ? (problem.status as PageOptions['status']) : 200;
}
