/** The section of name and preferences; also what stands here while an address waits to be confirmed, or an account for its end. */
import { nameSchema, preferencesChangeSchema } from '../accounts/schema.ts';
import { originOf } from '../accounts/routes.ts';
import { card, lonePage, sectionPage, type AccountPages, type ShowSection, type Viewer } from './account.ts';
import { emailForm } from './accountSecurity.ts';
import { html, type Html } from './html.ts';
import { parsed, type PageParts } from './routes.ts';
import { fill } from './texts.ts';

/** Shows the section. */
export function showProfile(): ShowSection {
  return (viewer, problem) => {
    const { me, t } = viewer;
    if (me.deleteAt !== null) return closingPage(viewer, me.deleteAt);
    if (!me.emailVerified) return unverifiedPage(viewer, problem);
    const { language, theme, timezone, notifications } = me.preferences;
    return sectionPage(viewer, 'profile', html`
      ${card(t.sections.profile, html`<p>${me.email}</p>
        <form method="post" action="/account/profile">
          <label>${t.yourName}<input name="name" autocomplete="name" required maxlength="100" value="${me.name}" /></label>
          <button>${t.save}</button>
        </form>`)}
      ${card(t.preferences, html`<form method="post" action="/account/preferences">
          ${choice(t.language, 'language', language, t.languages)}
          ${choice(t.theme, 'theme', theme, t.themes)}
          <label>${t.timezone}<input name="timezone" required maxlength="64" value="${timezone}" aria-describedby="timezone-hint" /></label>
          <p class="quiet" id="timezone-hint">${t.timezoneHint}</p>
          <fieldset><legend>${t.notifications}</legend>
            ${Object.entries(t.notices).map(([name, label]) => html`<label class="check"><input type="checkbox" name="${name}"${notifications[name as keyof typeof notifications] ? html` checked` : ''} />${label}</label>`)}
          </fieldset>
          <button>${t.save}</button>
        </form>`)}`, { problem });
  };
}

/** Adds its forms. */
export function addProfileForms(pages: AccountPages, { accounts: { profile, privacy } }: PageParts): void {
  pages.post('/account/profile', 'profile', { verified: false }, async ({ principal, context }, { name }) => {
    await profile.change(principal, { name: parsed(nameSchema, name) }, originOf(context));
    return { section: 'profile', done: 'saved' };
  });
  pages.post('/account/preferences', 'profile', { verified: false }, async ({ principal, context, t, me }, { language, theme, timezone, ...boxes }) => {
    const notifications = Object.fromEntries(Object.keys(t.notices).map((name) => [name, boxes[name] === 'on']));
    const preferences = parsed(preferencesChangeSchema, { language, theme, timezone: timezone?.trim() || me.preferences.timezone, notifications });
    if (!isTimezone(preferences.timezone!)) parsed(preferencesChangeSchema, { timezone: '' });
    await profile.change(principal, { preferences }, originOf(context));
    return { section: 'profile', done: 'saved' };
  });
  pages.post('/keep', 'profile', { verified: false, closing: true }, async ({ principal, context }) => {
    await privacy.restore(principal, originOf(context));
    return { section: 'profile' };
  });
}

function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format(0);
    return true;
  } catch {
    return false;
  }
}

function choice(label: string, name: string, current: string, options: Record<string, string>): Html {
  return html`<label>${label}<select name="${name}">${Object.entries(options).map(([value, text]) => html`<option value="${value}"${value === current ? html` selected` : ''}>${text}</option>`)}</select></label>`;
}

function unverifiedPage(viewer: Viewer, problem: Parameters<ShowSection>[1]): Response {
  const { me, t, words } = viewer;
  return lonePage(viewer, words.unverified, html`<p>${fill(words.unverifiedLead, { ...me })}</p>
    <form method="post" action="/resend"><input type="hidden" name="email" value="${me.email}" /><button>${words.resend}</button></form>
    <details><summary>${t.emailChange}</summary>${emailForm(viewer)}</details>
    <form method="post" action="/sign-out"><button class="second">${words.signOut}</button></form>`, { problem });
}

function closingPage(viewer: Viewer, deleteAt: number): Response {
  const { t, words } = viewer;
  return lonePage(viewer, t.deletionDone, html`<p>${fill(words.closing, { day: new Date(deleteAt).toISOString().slice(0, 10) })}</p>
    <form method="post" action="/keep"><button>${words.keep}</button></form>
    <p><a class="button second" href="/api/v1/users/me/export" download>${t.exportButton}</a></p>
    <form method="post" action="/sign-out"><button class="second">${words.signOut}</button></form>`);
}
