/** The style and the one script of the server's own pages. */

export const PAGES_CSS = `
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #ffffff; --ink: #16191f; --quiet: #565d6b; --line: #868d9c; --accent: #3b4cca; --on-accent: #ffffff; --bad: #a3161c; --bad-ground: #fdecec; }
@media (prefers-color-scheme: dark) { :root { --ground: #14161a; --card: #1d2026; --ink: #eceef2; --quiet: #a9b0bd; --line: #737b8a; --accent: #9aa6ff; --on-accent: #10121c; --bad: #ffb3b3; --bad-ground: #3a1d20; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 26rem; margin: 10vh auto 4rem; padding: 2rem; background: var(--card); border-radius: 12px; }
main:has(.route) { max-width: 56rem; margin-top: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
p { margin: 0 0 1rem; overflow-wrap: anywhere; }
form { display: grid; gap: 1rem; margin: 0 0 1rem; }
label { display: grid; gap: 0.25rem; font-weight: 600; }
label.check { grid-template-columns: auto 1fr; align-items: center; gap: 0.5rem; font-weight: 400; }
input:not([type="checkbox"]) { width: 100%; min-height: 44px; padding: 0.5rem 0.75rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); font: inherit; font-weight: 400; }
input[type="checkbox"] { width: 20px; height: 20px; accent-color: var(--accent); }
button, a.button { display: block; width: 100%; min-height: 44px; padding: 0.5rem 1rem; border: 1px solid transparent; border-radius: 8px; background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
button.second, a.second { background: transparent; color: var(--ink); border-color: var(--line); }
a { color: var(--accent); }
.links { display: grid; gap: 0.5rem; }
.links a { padding: 0.25rem 0; }
.quiet { color: var(--quiet); font-weight: 400; font-size: 0.875rem; }
.problem { padding: 0.75rem 1rem; border-radius: 8px; background: var(--bad-ground); color: var(--bad); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
code { font-size: 0.9em; overflow-wrap: anywhere; }
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
