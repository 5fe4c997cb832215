/** The pages of a sign-on: the address, the way there, and what came of it. */
import { getCookie } from 'hono/cookie';
import type { ServerApp } from '../access/context.ts';
import type { AccessLayer } from '../access/layer.ts';
import type { Site } from '../access/site.ts';
import { Problem } from '../access/problem.ts';
import { emailSchema } from '../accounts/schema.ts';
import { originOf } from '../accounts/routes.ts';
import { html, page, type PageOptions } from '../pages/html.ts';
import { arrive, parsed, safeNext, type PageContext } from '../pages/routes.ts';
import { fill, languageOfRequest, problemSentence } from '../pages/texts.ts';
import { leadPage } from './leadPage.ts';
import type { SignOnRouteParts } from './routes.ts';
import type { Lead, Outcome } from './service.ts';
import { signOnTexts } from './texts.ts';
import { setWayCookie, wayCookieName } from './wayCookie.ts';

/** Adds /sso, /sso/to/{connection} and /sso/done. */
export function addSignOnPages(app: ServerApp, layer: AccessLayer, { signOn, site }: SignOnRouteParts): void {
  const get = (path: string, handle: (context: PageContext) => Promise<Response> | Response) => {
    layer.addRule('GET', path, { as: 'anyone' });
    app.get(path, (context) => paged(context, handle));
  };
  const post = (path: string, handle: (context: PageContext, fields: Record<string, unknown>) => Promise<Response>) => {
    layer.addRule('POST', path, { as: 'anyone', rate: 'credential' });
    app.post(path, async (context) => paged(context, async () => handle(context, await context.req.parseBody())));
  };
  get('/sso', (context) => addressPage(context, { next: safeNext(context.req.query('next')) }));
  post('/sso', async (context, fields) => {
    const next = safeNext(typeof fields.next === 'string' ? fields.next : undefined);
    try {
      const email = parsed(emailSchema, fields.email);
      const connection = await signOn.connectionOf(email);
      return leadOn(context, site, await signOn.begin(connection.id, { next, loginHint: email }, originOf(context)), true);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return addressPage(context, { next, email: String(fields.email ?? ''), problem: error });
    }
  });
  layer.addRule('GET', '/sso/to/:connectionId', { as: 'anyone', rate: 'credential' });
  app.get('/sso/to/:connectionId', (context) => paged(context, async () => {
    // A page elsewhere could sign its visitors in as whom it likes, by a provider of its own.
    if (context.req.header('sec-fetch-site') === 'cross-site') return askedPage(context);
    return leadOn(context, site, await signOn.begin(context.req.param('connectionId'), { next: safeNext(context.req.query('next')), isAnew: context.req.query('anew') === '1' }, originOf(context)), false);
  }));
  const finish = async (context: PageContext, confirmed: boolean): Promise<Response> => {
    const outcome = await signOn.finish(getCookie(context, wayCookieName(site)), { confirmed, principal: context.get('principal') }, originOf(context));
    if (outcome.status === 'confirm') return unaskedPage(context, outcome);
    setWayCookie(context, site, '');
    if (outcome.status === 'tested') return testedPage(context, outcome);
    return arrive(context, { site }, outcome.result, { next: outcome.next, remember: true });
  };
  get('/sso/done', (context) => finish(context, false));
  post('/sso/done', (context) => finish(context, true));
}

/** Leads the browser to a provider, by an address, or by a page whose button posts there. */
export function leadOn(context: PageContext, site: Site, lead: Lead, isAfterForm: boolean): Response {
  setWayCookie(context, site, lead.browserSecret);
  return lead.fields || isAfterForm ? leadPage(context, lead) : context.redirect(lead.url, 303);
}

/** Says what did not fit, in the language of the browser. */
export function failedPage(context: PageContext, problem: Problem): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  return page(context, { title: t.failed, language, status: problem.status as PageOptions['status'], body: html`<h1>${t.failed}</h1><p class="problem" role="alert">${problemSentence(problem, language)}</p><p><a class="button" href="/sign-in">${t.back}</a></p>` });
}

async function paged(context: PageContext, work: (context: PageContext) => Promise<Response> | Response): Promise<Response> {
  try {
    return await work(context);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return failedPage(context, error);
  }
}

function addressPage(context: PageContext, { next, email = '', problem }: { next: string; email?: string; problem?: Problem }): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  return page(context, {
    title: t.signOn, language, status: (problem?.status ?? 200) as PageOptions['status'],
    body: html`<h1>${t.signOn}</h1><p>${t.signOnLead}</p>${problem ? html`<p class="problem" role="alert">${problemSentence(problem, language)}</p>` : ''}
      <form method="post" action="/sso"><input type="hidden" name="next" value="${next}" /><label>${t.email}<input name="email" type="email" autocomplete="username" required value="${email}" /></label><button>${t.go}</button></form>
      <div class="links"><a href="/sign-in?next=${encodeURIComponent(next)}">${t.otherWay}</a></div>`,
  });
}

/** Goes on to a provider by a press of the button. */
function askedPage(context: PageContext): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  const { pathname, search } = new URL(context.req.url);
  return page(context, { title: t.unasked, language, body: html`<h1>${t.unasked}</h1><p>${t.askedLead}</p><p><a class="button" href="${pathname + search}">${t.go}</a></p><p><a class="button second" href="/sign-in">${t.cancel}</a></p>` });
}

function unaskedPage(context: PageContext, { email, name }: Extract<Outcome, { status: 'confirm' }>): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  return page(context, { title: t.unasked, language, body: html`<h1>${t.unasked}</h1><p>${fill(t.unaskedLead, { email, name })}</p><form method="post" action="/sso/done"><button>${t.go}</button></form><p><a class="button second" href="/sign-in">${t.cancel}</a></p>` });
}

function testedPage(context: PageContext, { connection, claims, problem }: Extract<Outcome, { status: 'tested' }>): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  const rows: [string, string][] = [[t.subject, claims.subject], [t.email, claims.email], [t.name, claims.name ?? '–'], [t.groups, claims.groups.join(', ') || '–']];
  return page(context, {
    title: problem ? t.testFailed : t.tested, language,
    body: html`<h1>${problem ? t.testFailed : t.tested}</h1>${problem ? html`<p class="problem" role="alert">${problemSentence(problem, language)}</p>` : html`<p>${t.testedLead}</p>`}
      <dl class="facts">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
      <p><a class="button" href="/sso/settings/${connection.workspaceId}/${connection.id}">${t.back}</a></p>`,
  });
}
