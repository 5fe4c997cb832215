/** The section of keys for programs. */
import { originOf } from '../accounts/routes.ts';
import { API_SCOPES, newKeySchema } from '../accounts/schema.ts';
import { card, lonePage, moment, sectionPage, type AccountPages, type ShowSection } from './account.ts';
import { html } from './html.ts';
import { parsed, type PageParts } from './routes.ts';
import { fill } from './texts.ts';

const DAYS = [30, 90, 180, 365];
const STANDARD_SCOPES = ['read_projects'];

/** Shows the section. */
export function showKeys({ accounts: { apiKeys }, workspaces: { workspaces } }: PageParts): ShowSection {
  return async (viewer, problem) => {
    const { t, principal } = viewer;
    const [keys, places] = [await apiKeys.list(principal), (await workspaces.list(principal)).rows];
    const scopeName = (scope: string) => t.scopes[scope] ?? scope;
    return sectionPage(viewer, 'keys', html`
      ${card(t.keysOwn, html`<p>${t.keysLead}</p>
        ${keys.length === 0 ? html`<p class="quiet">${t.keysNone}</p>` : ''}
        <ul class="rows">${keys.map(({ id, name, start, scopes, createdAt, expiresAt, uses }) => html`<li>
          <p><strong>${name}</strong> <code>${start}…</code><br /><span class="quiet">${fill(t.keyLine, { scopes: scopes.map(scopeName).join(', '), made: moment(viewer, createdAt), ends: expiresAt === null ? t.keyNever : moment(viewer, expiresAt), uses })}</span></p>
          <form method="post" action="/account/keys/revoke"><input type="hidden" name="id" value="${id}" /><button class="second">${t.keyRevoke}<span class="unseen"> ${name}</span></button></form>
        </li>`)}</ul>`)}
      ${card(t.keyMake, html`<form method="post" action="/account/keys/make">
        <label>${t.keyName}<input name="name" required maxlength="100" /></label>
        <label>${t.keyWorkspace}<select name="workspaceId"><option value="">${t.keyEverywhere}</option>${places.map(({ id, name }) => html`<option value="${id}">${name}</option>`)}</select></label>
        <label>${t.keyDays}<select name="days">${DAYS.map((days) => html`<option value="${days}"${days === 90 ? html` selected` : ''}>${fill(t.keyDaysChoice, { days })}</option>`)}</select></label>
        <fieldset class="columns"><legend>${t.keyScopes}</legend>${[...API_SCOPES].reverse().map((scope) => html`<label class="check"><input type="checkbox" name="scope-${scope}"${STANDARD_SCOPES.includes(scope) ? html` checked` : ''} />${scopeName(scope)}</label>`)}</fieldset>
        <button>${t.keyMake}</button>
      </form>`)}`, { problem });
  };
}

/** Adds its forms. */
export function addKeyForms(pages: AccountPages, { accounts: { apiKeys } }: PageParts): void {
  pages.post('/account/keys/make', 'keys', { freshMinutes: 60 * 24 }, async (viewer, { name, workspaceId, days, ...boxes }) => {
    const { principal, context, t } = viewer;
    const scopes = API_SCOPES.filter((scope) => boxes[`scope-${scope}`] === 'on');
    const made = await apiKeys.create(principal, parsed(newKeySchema, { name, scopes, expiresInDays: Number(days), ...(workspaceId ? { workspaceId } : {}) }), originOf(context));
    return lonePage(viewer, fill(t.keyMade, { name: made.name }), html`<p>${t.keyMadeLead}</p><p>${t.keySecret}: <code class="copied">${made.secret}</code></p><p><a class="button" href="/account/keys">${t.back}</a></p>`);
  });
  pages.post('/account/keys/revoke', 'keys', {}, async ({ principal, context }, { id = '' }) => {
    await apiKeys.revoke(principal, id, originOf(context));
    return { section: 'keys', done: 'keyRevoked' };
  });
}
