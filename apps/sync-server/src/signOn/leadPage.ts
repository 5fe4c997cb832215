/** The page from which a browser goes on to a provider. */
import type { Context } from 'hono';
import { html, page } from '../pages/html.ts';
import { fill, languageOfRequest } from '../pages/texts.ts';
import type { Lead, LeadOut } from './service.ts';
import { signOnTexts } from './texts.ts';

/** The last step before a provider: it goes on by itself where an address is enough, and by a button in any case. */
export function leadPage(context: Context, { url, fields }: Pick<Lead, 'url' | 'fields'>): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  const { host, origin } = new URL(url);
  // A form of ours may not lead to another site by a redirect, so the browser is sent on by this page.
  if (!fields) context.header('Refresh', `0; url=${url}`);
  return page(context, {
    title: t.leading, language, formTargets: fields ? [origin] : [],
    body: html`<h1>${t.leading}</h1><p>${fill(t.leadingLead, { host })}</p>
      ${fields ? html`<form method="post" action="${url}">${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}<button>${t.onward}</button></form>` : html`<p><a class="button" href="${url}">${t.onward}</a></p>`}`,
  });
}

/** Says that the session here is over, and offers to end that of the provider, which other programs may be in need of. */
export function signedOutHerePage(context: Context, { url, name }: LeadOut): Response {
  const language = languageOfRequest(context);
  const t = signOnTexts(language);
  return page(context, { title: t.signedOut, language, body: html`<h1>${t.signedOut}</h1><p>${fill(t.signedOutLead, { name, host: new URL(url).host })}</p><p><a class="button" href="${url}">${t.signOutThere}</a></p><p><a href="/sign-in">${t.signInAgain}</a></p>` });
}
