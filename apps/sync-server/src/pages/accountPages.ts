/** /account and its sections, and the pages behind the links of a changed address. */
import { originOf } from '../accounts/routes.ts';
import { tokenSchema } from '../accounts/schema.ts';
import { accountPages, lonePage, SECTION_PATHS, type Section, type ShowConfirm, type ShowSection, type Viewer } from './account.ts';
import { addDataForms, showData } from './accountData.ts';
import { addDeviceForms, showDevices } from './accountDevices.ts';
import { addKeyForms, showKeys } from './accountKeys.ts';
import { addProfileForms, showProfile } from './accountProfile.ts';
import { addSecurityForms, showSecurity } from './accountSecurity.ts';
import { accountTextsOf } from './accountTexts.ts';
import { html, page, type PageOptions } from './html.ts';
import { passkeyButton, passkeyScripts } from './passkeyParts.ts';
import { messagePage, parsed, problemNote, safeNext, TOKEN_SCRIPT, type AddGet, type AddPost, type PageContext, type PageParts } from './routes.ts';
import { fill, languageOfRequest, textsOf } from './texts.ts';
import type { Problem } from '../access/problem.ts';

/** Adds them all. */
export function addAccountPages(get: AddGet, post: AddPost, parts: PageParts): void {
  const sections: Record<Section, ShowSection> = { profile: showProfile(), security: showSecurity(parts), devices: showDevices(parts), keys: showKeys(parts), data: showData() };
  const confirm: ShowConfirm = (viewer, next, problem) => confirmPage(viewer, next, problem, parts);
  const pages = accountPages(get, post, parts, sections, confirm);
  for (const [name, path] of Object.entries(SECTION_PATHS)) pages.get(path, name === 'profile' ? { verified: false, closing: true } : {}, sections[name as Section]);
  pages.get('/account/confirm', { verified: false, closing: true }, (viewer) => confirm(viewer, safeNext(viewer.context.req.query('next'))));
  pages.get('/account/linked', {}, ({ context }) => context.redirect('/account/security?done=providerAdded', 303));
  addProfileForms(pages, parts);
  addSecurityForms(pages, parts, confirm);
  addDeviceForms(pages, parts);
  addKeyForms(pages, parts);
  addDataForms(pages, parts);
  addAddressPage(get, post, parts, 'confirm');
  addAddressPage(get, post, parts, 'undo');
}

/** Asks for a proof, and goes on. */
async function confirmPage(viewer: Viewer, next: string, problem: Problem | undefined, { accounts: { proof }, site }: PageParts): Promise<Response> {
  const { me, t, words, context, language } = viewer;
  const kinds = await proof.kindsOf(me.id);
  return lonePage(viewer, t.confirm, html`<p>${t.confirmLead}</p>
    ${kinds.includes('passkey') ? passkeyButton(context, site, t, language, 'confirm', next) : ''}
    ${kinds.includes('password') ? html`<form method="post" action="/account/confirm"><input type="hidden" name="next" value="${next}" /><label>${t.currentPassword}<input name="password" type="password" autocomplete="current-password" required /></label><button>${words.go}</button></form>` : ''}
    ${kinds.includes('code') ? html`<form method="post" action="/account/confirm"><input type="hidden" name="next" value="${next}" /><label>${t.twoFactorCode}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="\\s*\\d{6}\\s*" required /></label><button class="second">${words.go}</button></form>` : ''}
    ${viewer.principal.signOnId ? html`<p><a class="button ${kinds.length > 0 ? 'second' : ''}" href="/sso/to/${viewer.principal.signOnId}?anew=1&amp;next=${encodeURIComponent(next)}">${words.signOn}</a></p>` : ''}
    ${kinds.length === 0 && !viewer.principal.signOnId ? html`<p>${t.confirmAnew}</p><form method="post" action="/sign-out"><button>${words.signOut}</button></form>` : ''}
    <p><a href="${next}">${t.back}</a></p>`, { script: passkeyScripts, problem });
}

/** The page behind a link of a mail about a changed address; it waits for a press of the button. */
function addAddressPage(get: AddGet, post: AddPost, { accounts: { emailChange } }: PageParts, step: 'confirm' | 'undo'): void {
  const path = step === 'confirm' ? '/email' : '/email-undo';
  const show = (context: PageContext, problem?: Problem): Response => {
    const language = languageOfRequest(context);
    const [t, words] = [accountTextsOf(language), textsOf(language)];
    const title = step === 'confirm' ? t.emailTitle : t.emailUndoTitle;
    return page(context, {
      title, language, script: TOKEN_SCRIPT, status: problem ? (problem.status as PageOptions['status']) : 200,
      body: html`<h1>${title}</h1><p>${step === 'confirm' ? words.verifyLead : t.emailUndoLead}</p>${problemNote(problem, language)}
        <form method="post" action="${path}"><label>${words.code}<input name="token" autocomplete="off" autocapitalize="none" spellcheck="false" required /></label><button>${step === 'confirm' ? words.verifyButton : t.emailUndoButton}</button></form>`,
    });
  };
  get(path, (context) => show(context));
  post(path, 'credential', async (context, fields) => {
    const { email } = await emailChange[step](parsed(tokenSchema, fields.token), originOf(context));
    return messagePage(context, (words, language) => {
      const t = accountTextsOf(language);
      return step === 'confirm'
        ? { title: t.emailDone, lead: fill(t.emailDoneLead, { email }), more: html`<a class="button" href="/account">${words.go}</a>` }
        : { title: t.emailUndone, lead: fill(t.emailUndoneLead, { email }), more: html`<a class="button" href="/forgot">${words.forgotTitle}</a>` };
    });
  }, show);
}
