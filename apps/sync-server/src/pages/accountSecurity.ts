/** The section of everything by which an account is entered. */
import { FRESH_MINUTES } from '../accounts/proof.ts';
import { originOf, setSessionCookie } from '../accounts/routes.ts';
import { emailSchema, nameSchema } from '../accounts/schema.ts';
import { accountProblem } from '../accounts/errors.ts';
import type { PasskeyView } from '../accounts/passkeys.ts';
import { leadPage } from '../signOn/leadPage.ts';
import { card, lonePage, moment, sectionPage, type AccountPages, type ShowConfirm, type ShowSection, type Viewer } from './account.ts';
import { html, type Html } from './html.ts';
import { isElsewhere, passkeyScripts, passkeyWords } from './passkeyParts.ts';
import { qrCode } from './qrCode.ts';
import { parsed, safeNext, type PageParts } from './routes.ts';
import { fill } from './texts.ts';

const fresh = { freshMinutes: FRESH_MINUTES } as const;
const guess = { rate: 'credential' } as const;

/** Shows the section. */
export function showSecurity({ accounts: { passkeys, providers }, site }: PageParts): ShowSection {
  return async (viewer, problem) => {
    const { me, t, words } = viewer;
    const [keys, linked] = [await passkeys.list(me.id), await providers.linked(me.id)];
    const others = providers.list().filter(({ id }) => !linked.some((one) => one.id === id));
    return sectionPage(viewer, 'security', html`
      ${card(t.email, html`<p>${fill(t.emailNow, { email: me.email })}</p>${emailForm(viewer)}`, 'email')}
      ${card(t.password, me.hasPassword
        ? html`<form method="post" action="/account/password">
            <label>${t.currentPassword}<input name="currentPassword" type="password" autocomplete="current-password" required /></label>
            <label>${t.newPassword}<input name="newPassword" type="password" autocomplete="new-password" minlength="12" required aria-describedby="password-hint" /></label>
            <p class="quiet" id="password-hint">${words.passwordHint}</p>
            <button>${t.passwordChange}</button>
          </form>`
        : html`<p>${t.passwordNone}</p><form method="post" action="/forgot"><input type="hidden" name="email" value="${me.email}" /><button>${t.passwordSet}</button></form>`)}
      ${card(t.passkeys, html`<p>${t.passkeysLead}</p>${passkeyList(viewer, keys)}${passkeyAdding(viewer, site)}`, 'passkeys')}
      ${card(t.twoFactor, twoFactorForms(viewer), 'second-factor')}
      ${linked.length + others.length === 0 ? '' : card(t.providers, html`
        <ul class="rows">${linked.map(({ id, name, linkedAt }) => html`<li><p>${fill(t.providerLinked, { provider: name, day: moment(viewer, linkedAt) })}</p><form method="post" action="/account/providers/remove"><input type="hidden" name="id" value="${id}" /><button class="second">${fill(t.providerRemove, { provider: name })}</button></form></li>`)}</ul>
        ${others.map(({ id, name }) => html`<form method="post" action="/account/providers/add"><input type="hidden" name="id" value="${id}" /><button class="second">${fill(t.providerAdd, { provider: name })}</button></form>`)}`, 'providers')}`, { problem, script: passkeyScripts });
  };
}

/** Adds its forms. */
export function addSecurityForms(pages: AccountPages, parts: PageParts, confirm: ShowConfirm): void {
  const { accounts: { emailChange, passwords, proof, passkeys, providers, secondFactor }, site } = parts;
  pages.post('/account/email', 'security', { verified: false, rate: 'mail' }, async ({ principal, context }, { email, password }) => {
    const origin = originOf(context);
    await emailChange.ask(principal, { email: parsed(emailSchema, email), password: password || undefined }, origin);
    return { section: principal.emailVerified ? 'security' : 'profile', done: 'emailAsked' };
  });
  pages.post('/account/password', 'security', guess, async ({ principal, context }, { currentPassword = '', newPassword = '' }) => {
    await passwords.change(principal, { currentPassword, newPassword }, originOf(context));
    return { section: 'security', done: 'passwordDone' };
  });
  pages.post('/account/passkeys/rename', 'security', {}, async ({ principal }, { id = '', name }) => {
    await passkeys.rename(principal, id, parsed(nameSchema, name));
    return { section: 'security', done: 'saved' };
  });
  pages.post('/account/passkeys/remove', 'security', fresh, async ({ principal, context }, { id = '' }) => {
    await passkeys.remove(principal, id, originOf(context));
    return { section: 'security', done: 'passkeyRemoved' };
  });
  pages.post('/account/providers/remove', 'security', fresh, async ({ principal, context }, { id = '' }) => {
    await providers.unlink(principal, id, originOf(context));
    return { section: 'security', done: 'providerRemoved' };
  });
  pages.post('/account/providers/add', 'security', fresh, async ({ context }, { id = '' }) => {
    const { url, cookies } = await providers.beginLink(context.get('secret'), id, originOf(context));
    for (const cookie of cookies) context.header('Set-Cookie', cookie, { append: true });
    return leadPage(context, { url });
  });
  pages.post('/account/second-factor', 'security', guess, async (viewer, { password = '' }) => {
    const { context, principal } = viewer;
    const { uri, backupCodes } = await secondFactor.begin(principal, context.get('secret'), password, originOf(context));
    return twoFactorPage(viewer, uri, backupCodes);
  });
  pages.post('/account/second-factor/confirm', 'security', guess, async ({ principal, context }, { code = '' }) => {
    if (!/^\d{6}$/.test(code.trim())) throw accountProblem('CODE_WRONG');
    const { token, expiresAt } = await secondFactor.confirm(principal, context.get('secret'), code.trim(), originOf(context));
    setSessionCookie(context, site, token, expiresAt);
    return { section: 'security', done: 'twoFactorDone' };
  }, (viewer, problem) => (['CODE_WRONG', 'CODE_USED'].includes(problem.code) ? lonePage(viewer, viewer.t.twoFactorTitle, codeForm(viewer), { problem }) : undefined));
  pages.post('/account/second-factor/end', 'security', guess, async ({ principal, context }, { password = '' }) => {
    const { token, expiresAt } = await secondFactor.end(principal, context.get('secret'), password, originOf(context));
    setSessionCookie(context, site, token, expiresAt);
    return { section: 'security', done: 'twoFactorEnded' };
  });
  pages.post('/account/second-factor/codes', 'security', guess, async (viewer, { password = '' }) => {
    const { context, principal, t } = viewer;
    const codes = await secondFactor.renewCodes(principal, context.get('secret'), password, originOf(context));
    return lonePage(viewer, t.backupCodes, html`${codeList(viewer, codes)}<p><a class="button" href="/account/security">${t.back}</a></p>`);
  });
  pages.post('/account/confirm', 'security', { verified: false, closing: true, rate: 'credential' }, async ({ principal, context }, { password, code, next }) => {
    await proof.give(principal, context.get('secret'), { password: password || undefined, code: code?.trim() || undefined }, originOf(context));
    return { path: safeNext(next), done: 'confirmed' };
  }, (viewer, problem, { next }) => (problem.code === 'PROOF_NEEDED' ? undefined : confirm(viewer, safeNext(next), problem)));
}

/** The form of another address. */
export function emailForm({ me, t }: Viewer): Html {
  return html`<form method="post" action="/account/email">
    <label>${t.newEmail}<input name="email" type="email" autocomplete="email" required aria-describedby="email-hint" /></label>
    <p class="quiet" id="email-hint">${t.emailHint}</p>
    ${me.hasPassword ? html`<label>${t.currentPassword}<input name="password" type="password" autocomplete="current-password" required /></label>` : ''}
    <button>${t.emailChange}</button>
  </form>`;
}

function passkeyList(viewer: Viewer, keys: PasskeyView[]): Html {
  const { t } = viewer;
  if (keys.length === 0) return html`<p class="quiet">${t.passkeysNone}</p>`;
  return html`<ul class="rows">${keys.map(({ id, name, synced, createdAt, lastUsedAt }) => html`<li>
    <p><strong>${name}</strong><br /><span class="quiet">${fill(lastUsedAt === null ? t.passkeyUnused : t.passkeyUsed, { made: moment(viewer, createdAt), used: lastUsedAt === null ? '' : moment(viewer, lastUsedAt) })}${synced ? `, ${t.passkeySynced}` : ''}</span></p>
    <details><summary>${t.passkeyRename}<span class="unseen"> ${name}</span></summary><form method="post" action="/account/passkeys/rename"><input type="hidden" name="id" value="${id}" /><label>${t.passkeyNameIs}<input name="name" required maxlength="100" value="${name}" /></label><button>${t.save}</button></form></details>
    <form method="post" action="/account/passkeys/remove"><input type="hidden" name="id" value="${id}" /><button class="second">${t.passkeyRemove}<span class="unseen"> ${name}</span></button></form>
  </li>`)}</ul>`;
}

function passkeyAdding({ context, t, language }: Viewer, site: PageParts['site']): Html {
  const party = site.relyingParty();
  if (!party) return html`<p class="quiet">${t.passkeysImpossible}</p>`;
  const [address] = party.origins;
  if (isElsewhere(context, party)) return html`<p class="quiet">${fill(t.passkeysElsewhere, { address: address! })} <a href="${address}/account/security">${t.passkeysElsewhereLink}</a></p>`;
  return html`<noscript><p class="quiet">${t.passkeyScript}</p></noscript>
    <form data-passkey="register" data-next="/account/security?done=passkeyAdded" hidden>
      ${passkeyWords(t, language)}
      <label>${t.passkeyName}<input name="name" required maxlength="100" /></label>
      <button>${t.passkeyAdd}</button>
    </form>`;
}

function twoFactorForms({ me, t }: Viewer): Html {
  if (!me.hasPassword) return html`<p>${t.twoFactorNeedsPassword}</p>`;
  const form = (action: string, label: string, kind = '') => html`<form method="post" action="${action}"><label>${t.currentPassword}<input name="password" type="password" autocomplete="current-password" required /></label><button class="${kind}">${label}</button></form>`;
  if (!me.twoFactor) return html`<p>${t.twoFactorOff}</p>${form('/account/second-factor', t.twoFactorBegin)}`;
  return html`<p>${t.twoFactorOn}</p><details><summary>${t.backupRenew}</summary>${form('/account/second-factor/codes', t.backupRenew)}</details><details><summary>${t.twoFactorEnd}</summary>${form('/account/second-factor/end', t.twoFactorEnd, 'second')}</details>`;
}

function twoFactorPage(viewer: Viewer, uri: string, backupCodes: string[]): Response {
  const { t } = viewer;
  return lonePage(viewer, t.twoFactorTitle, html`<p>${t.twoFactorScan}</p>${qrPicture(uri, t.twoFactorQr)}
    <p>${t.twoFactorKey}: <code>${new URL(uri).searchParams.get('secret') ?? ''}</code></p>
    <p><a href="${uri}">${t.twoFactorOpen}</a></p>
    <h2>${t.backupCodes}</h2>${codeList(viewer, backupCodes)}
    ${codeForm(viewer)}`);
}

function codeForm({ t }: Viewer): Html {
  return html`<form method="post" action="/account/second-factor/confirm">
      <label>${t.twoFactorCode}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="\\s*\\d{6}\\s*" required /></label>
      <button>${t.twoFactorConfirm}</button>
    </form>
    <p><a href="/account/security">${t.back}</a></p>`;
}

function codeList({ t }: Viewer, codes: string[]): Html {
  return html`<p>${t.backupLead}</p><ul class="codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>`;
}

/** The code with its quiet zone, black on white in either theme: readers want it so. */
function qrPicture(text: string, label: string): Html {
  const cells = qrCode(text);
  if (!cells) return html``;
  const size = cells.length + 8;
  const path = cells.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : ''))).join('');
  return html`<svg class="qr" role="img" aria-label="${label}" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#ffffff" /><path d="${path}" fill="#000000" /></svg>`;
}
