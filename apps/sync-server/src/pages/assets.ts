/** The style, the mark and the one script of the server's own pages. */

const DARK = '--ground: #14161a; --card: #1d2026; --ink: #eceef2; --quiet: #a9b0bd; --line: #737b8a; --accent: #9aa6ff; --on-accent: #10121c; --bad: #ffb3b3; --bad-ground: #3a1d20; --good: #a5e3bf; --good-ground: #16301f; --faint: #31363f;';

/** The mark of the product, as the app has it. */
export const PAGES_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#4a56d2"/><rect x="5" y="7" width="9" height="7" rx="2" fill="#fff"/><path d="M22.5 6 28 10.500 22.500 15 17 10.500z" fill="#ffd27a"/><rect x="18" y="19" width="9" height="7" rx="2" fill="#fff"/><path d="M14 10.500h3M22.500 15v4" stroke="#fff" stroke-width="1.600" fill="none"/></svg>`;

export const PAGES_CSS = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #ffffff; --ink: #16191f; --quiet: #565d6b; --line: #868d9c; --accent: #3b4cca; --on-accent: #ffffff; --bad: #a3161c; --bad-ground: #fdecec; --good: #135c34; --good-ground: #e6f4ec; --faint: #dfe2e8; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${DARK} } }
:root[data-theme="light"] { color-scheme: light; }
:root[data-theme="dark"] { color-scheme: dark; ${DARK} }
[hidden] { display: none !important; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.brand { display: flex; align-items: center; justify-content: center; gap: 0.5rem; margin-top: max(2rem, 8vh); font-weight: 600; }
.brand img { display: block; }
main { max-width: 26rem; margin: 1.25rem auto 4rem; padding: 2rem; background: var(--card); border: 1px solid var(--faint); border-radius: 12px; }
main > :last-child { margin-bottom: 0; }
main:has(.route) { max-width: 56rem; }
.brand:has(+ main .account), .brand:has(+ main .route) { margin-top: 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
form { display: grid; gap: 1rem; margin: 0 0 1rem; }
label { display: grid; gap: 0.25rem; font-weight: 600; }
label.check { grid-template-columns: auto 1fr; align-items: start; gap: 0.5rem; font-weight: 400; }
input:not([type="checkbox"], [type="radio"]) { width: 100%; min-height: 44px; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); font: inherit; font-weight: 400; }
input[type="checkbox"], input[type="radio"] { width: 20px; height: 20px; margin: 2px 0 0; accent-color: var(--accent); }
button, a.button { display: block; width: 100%; min-height: 44px; padding: 0.5rem 1rem; border: 1px solid transparent; border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
button.second, a.second { background: transparent; color: var(--ink); border-color: var(--line); }
a { color: var(--accent); }
.links { display: grid; gap: 0.5rem; }
.links a { padding: 0.25rem 0; }
.quiet { color: var(--quiet); font-weight: 400; font-size: 0.875rem; }
.problem { padding: 0.75rem 1rem; border-radius: 8px; background: var(--bad-ground); color: var(--bad); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
.done { padding: 0.75rem 1rem; border-radius: 8px; background: var(--good-ground); color: var(--good); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
select { width: 100%; min-height: 44px; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); font: inherit; font-weight: 400; }
fieldset { display: grid; gap: 0.5rem; margin: 0; padding: 0; border: 0; min-width: 0; }
legend { padding: 0 0 0.5rem; font-weight: 600; }
fieldset.columns { grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); }
.account .card form:has(> .columns) { max-width: none; }
.account .card form:has(> .columns) > label { max-width: 28rem; }
.offer { padding: 1rem 0; border-top: 1px solid var(--faint); }
.offer p { margin-bottom: 0.5rem; }
.answers { grid-template-columns: 1fr 1fr; gap: 0.75rem; margin: 0.75rem 0 0; }
.offer + form { margin-top: 0.5rem; padding-top: 0.5rem; border-top: 1px solid var(--faint); }
main > form > button.plain { justify-self: start; padding-inline: 0; }
details { margin: 0 0 1rem; }
summary { min-height: 32px; padding: 0.25rem 0; color: var(--accent); cursor: pointer; }
details[open] > summary { margin-bottom: 0.75rem; }
button:disabled { opacity: 0.5; cursor: default; }
button.danger { background: var(--bad); color: var(--card); }
button.plain { width: auto; min-height: 0; padding: 0.5rem 0.75rem; background: transparent; color: var(--quiet); font-weight: 400; text-align: left; }
.mark { padding: 0.125rem 0.5rem; border-radius: 999px; background: var(--good-ground); color: var(--good); font-size: 0.8125rem; }
.mark.bad { background: var(--bad-ground); color: var(--bad); }
.codes { display: grid; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); gap: 0.5rem; margin: 0 0 1rem; padding: 0; list-style: none; }
.qr { display: block; width: min(15rem, 100%); margin: 0 auto 1rem; border-radius: 8px; }
main:has(.account) { max-width: 60rem; margin: 1.5rem auto 4rem; padding: 0 1rem; border: 0; background: none; }
.brand:has(+ main .account) { justify-content: flex-start; max-width: 60rem; margin-inline: auto; padding: 0 1.75rem; }
.account { display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 2rem; align-items: start; }
.account nav { position: sticky; top: 2rem; display: grid; gap: 0.25rem; }
.account nav a { padding: 0.5rem 0.75rem; border-radius: 8px; color: var(--ink); text-decoration: none; }
.account nav a:hover { background: var(--faint); }
.account nav a[aria-current] { background: var(--card); font-weight: 600; }
.account nav form { margin: 0.5rem 0 0; }
.account .card { margin: 0 0 1rem; padding: 1.5rem; border: 1px solid var(--faint); border-radius: 12px; background: var(--card); }
.account .card > :last-child, .account .card form:last-child { margin-bottom: 0; }
.account .card form { max-width: 28rem; }
.account .card form > button { justify-self: start; width: auto; min-width: 10rem; }
.account .card p > a.button { display: inline-block; width: auto; min-width: 10rem; }
form > p { margin: 0; }
form > p.quiet { margin-top: -0.5rem; }
[data-passkey] { margin: 0 0 1rem; }
h2 { margin: 0 0 0.75rem; font-size: 1.125rem; line-height: 1.3; }
.rows { margin: 0 0 1rem; padding: 0; list-style: none; }
.rows:empty { display: none; }
.rows li { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; padding: 0.75rem 0; border-top: 1px solid var(--faint); }
.rows li:first-child { border-top: 0; }
.rows p { flex: 1 1 16rem; margin: 0; }
.rows form, .rows details { margin: 0; }
.rows details[open] { order: 1; flex: 1 1 100%; }
.account .rows button.second { width: auto; }
@media (max-width: 46rem) {
  .account { grid-template-columns: minmax(0, 1fr); gap: 1rem; }
  .account nav { position: static; display: flex; margin: 0 -1rem; padding: 3px 1rem; overflow-x: auto; }
  .account nav a, .account nav button { white-space: nowrap; }
  .account nav a[aria-current] { order: -1; }
  .account .card form > button { width: 100%; }
  .account nav form { margin: 0; }
  .account .card { padding: 1.25rem; }
}
@media (max-width: 30rem) {
  body:not(:has(.account, .route)) { background: var(--card); }
  main { margin-top: 0; padding: 1.5rem 1.25rem; border: 0; border-radius: 0; }
}
.facts { display: grid; gap: 0.25rem; margin: 0 0 1rem; }
.facts dt { color: var(--quiet); font-size: 0.875rem; }
.facts dd { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
.copied { display: block; padding: 0.5rem 0.75rem; border-radius: 8px; background: var(--ground); user-select: all; }
textarea { width: 100%; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); font: 0.875rem/1.4 ui-monospace, monospace; resize: vertical; }
.route { border-top: 1px solid var(--line); padding: 0.75rem 0; }
.route h3 { margin: 0; font-size: 1rem; }
`;

/** Takes the secret from behind the # into its field and out of the address, so that no history keeps it. */
export const PAGES_JS = `
const field = document.querySelector('input[name="token"]');
const secret = location.hash.slice(1);
if (field && secret) {
  field.value = secret;
  history.replaceState(null, '', location.pathname + location.search);
}
`;
