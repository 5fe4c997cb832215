/** The section of taking one's data along, and of leaving. */
import { originOf, setSessionCookie } from '../accounts/routes.ts';
import { card, lonePage, sectionPage, type AccountPages, type ShowSection } from './account.ts';
import { html } from './html.ts';
import type { PageParts } from './routes.ts';
import { fill } from './texts.ts';

/** Shows the section. */
export function showData(): ShowSection {
  return (viewer, problem) => {
    const { t, me } = viewer;
    const owned = problem?.code === 'WORKSPACES_OWNED' ? (problem.params.workspaces as { name: string }[]) : [];
    return sectionPage(viewer, 'data', html`
      ${card(t.export, html`<p>${t.exportLead}</p><p><a class="button second" href="/api/v1/users/me/export" download>${t.exportButton}</a></p>`)}
      ${card(t.deletion, html`<p>${t.deletionLead}</p>${owned.length > 0 ? html`<p>${fill(t.workspacesOwned, { names: owned.map(({ name }) => name).join(', ') })}</p>` : ''}
        <details${problem ? html` open` : ''}><summary>${t.deletion}</summary><form method="post" action="/account/delete">
          ${me.hasPassword ? html`<label>${t.currentPassword}<input name="password" type="password" autocomplete="current-password" required /></label>` : ''}
          <label class="check"><input type="checkbox" name="withoutExport" />${t.deletionWithout}</label>
          <button class="danger">${t.deletionButton}</button>
        </form></details>`)}`, { problem });
  };
}

/** Adds its form. */
export function addDataForms(pages: AccountPages, { accounts: { privacy }, site }: PageParts): void {
  pages.post('/account/delete', 'data', { verified: false, freshMinutes: 60, rate: 'credential' }, async (viewer, { password, withoutExport }) => {
    const { principal, context, t } = viewer;
    const deleteAt = await privacy.askDeletion(principal, { password: password || undefined, withoutExport: withoutExport === 'on' }, originOf(context));
    setSessionCookie(context, site, '', 0);
    return lonePage(viewer, t.deletionDone, html`<p>${fill(t.deletionDoneLead, { day: new Date(deleteAt).toISOString().slice(0, 10) })}</p><p><a class="button" href="/sign-in">${viewer.words.signIn}</a></p>`);
  });
}
