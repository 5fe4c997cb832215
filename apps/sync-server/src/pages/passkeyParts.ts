/** What pages need for passkeys: the one thing here that does not go without a script. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from 'hono';
import type { ServerEnv } from '../access/context.ts';
import type { RelyingParty, Site } from '../access/site.ts';
import type { Language } from '../mail/templates.ts';
import { accountTextsOf, type AccountTexts } from './accountTexts.ts';
import { html, type Html } from './html.ts';
import { webauthnFile } from './passkeyFile.ts';
import { sentencesOf } from './texts.ts';

/** Paths of the scripts, in this order. */
export const passkeyScripts = ['/assets/webauthn.js', '/assets/passkeys.js'] as const;

let library: string | undefined;
/** The browser's half of the library: beside the bundle of the server, else in its package. */
export function webauthnScript(): string {
  if (library === undefined) {
    const bundled = join(import.meta.dirname, 'assets/webauthn.js');
    library = readFileSync(existsSync(bundled) ? bundled : webauthnFile(), 'utf8');
  }
  return library;
}

/** What the script says, hidden in the page: it has no words of its own. */
export function passkeyWords(t: AccountTexts, language: Language): Html {
  const words = { CANCELLED: t.passkeyCancelled, KNOWN: t.passkeyKnown, UNSUPPORTED: t.passkeyUnsupported, ...sentencesOf(['PASSKEY_FAILED', 'PASSKEYS_FULL', 'SIGN_IN_LOCKED', 'RATE_LIMITED', 'ACCOUNT_SUSPENDED', 'INPUT_INVALID', 'PASSKEYS_IMPOSSIBLE'], language) };
  return html`<p class="problem" role="alert" hidden></p>${Object.entries(words).map(([code, text]) => html`<span data-code="${code}" hidden>${text}</span>`)}`;
}

/** A button that signs in or proves by a passkey; a link to where browsers allow it, or nothing. */
export function passkeyButton(context: Context<ServerEnv>, site: Site, t: AccountTexts, language: Language, what: 'signIn' | 'confirm', next: string): Html {
  const party = site.relyingParty();
  if (!party) return html``;
  const label = what === 'signIn' ? t.passkeySignIn : t.passkeyConfirm;
  if (isElsewhere(context, party)) return what === 'signIn' ? html`<p><a class="button second" href="${party.origins[0]}/sign-in?next=${encodeURIComponent(next)}">${label}</a></p>` : html``;
  return html`<div data-passkey="${what}" data-next="${next}" hidden>${passkeyWords(t, language)}<button type="button" class="second">${label}</button></div>`;
}

/** True on a page of this machine that was opened by its number: browsers want the name. Whatever a proxy in front makes of the host does not count. */
export function isElsewhere(context: Context<ServerEnv>, { id }: RelyingParty): boolean {
  return id === 'localhost' && new URL(context.req.url).hostname !== id;
}

/** The same with the words of a language. */
export function passkeySignInButton(context: Context<ServerEnv>, site: Site, language: Language, next: string): Html {
  return passkeyButton(context, site, accountTextsOf(language), language, 'signIn', next);
}

/** Runs in the browser; CSP lets in nothing but our own files. */
export const PASSKEYS_JS = `
const webauthn = window.SimpleWebAuthnBrowser;
const ask = async (path, body = {}) => {
  const response = await fetch('/api/v1/users' + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw Object.assign(new Error(answer.error.message), { answered: answer.error });
  return answer;
};
const ways = {
  async signIn() {
    const optionsJSON = await ask('/login/passkey/options');
    const response = await webauthn.startAuthentication({ optionsJSON });
    const remember = document.querySelector('[name="remember"]');
    await ask('/login/passkey', { response, as: 'cookie', remember: remember ? (remember.type === 'hidden' ? remember.value === 'on' : remember.checked) : true });
  },
  async confirm() {
    const { passkey } = await ask('/me/confirm/options');
    await ask('/me/confirm', { passkey: await webauthn.startAuthentication({ optionsJSON: passkey }) });
  },
  async register(place) {
    const name = place.elements.namedItem('name').value;
    const response = await webauthn.startRegistration({ optionsJSON: await ask('/me/passkeys/options') });
    await ask('/me/passkeys', { name, response });
  },
};
for (const place of document.querySelectorAll('[data-passkey]')) {
  const note = place.querySelector('[role="alert"]');
  const button = place.querySelector('button');
  const words = (code) => place.querySelector('[data-code="' + code + '"]')?.textContent;
  const run = async () => {
    button.disabled = true;
    note.hidden = true;
    try {
      await ways[place.dataset.passkey](place);
      location.assign(place.dataset.next || '/account');
    } catch (error) {
      button.disabled = false;
      const { answered } = error;
      if (answered && (answered.code === 'SIGN_IN_AGAIN' || answered.code === 'PROOF_NEEDED')) {
        location.assign('/account/confirm?next=' + encodeURIComponent(location.pathname));
        return;
      }
      const known = error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED';
      const text = answered ? words(answered.code) || answered.message : words(known ? 'KNOWN' : 'CANCELLED');
      note.textContent = text.replace(/\\{(\\w+)\\}/g, (_, name) => (answered?.params[name] ?? ''));
      note.hidden = false;
    }
  };
  if (place.tagName === 'FORM') place.addEventListener('submit', (event) => { event.preventDefault(); void run(); });
  else button.addEventListener('click', () => void run());
  place.hidden = false;
  if (!webauthn || !webauthn.browserSupportsWebAuthn()) {
    button.disabled = true;
    note.textContent = words('UNSUPPORTED');
    note.hidden = false;
  }
}
`;
