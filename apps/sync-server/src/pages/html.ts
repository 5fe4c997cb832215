/** Pages that the server itself serves: plain HTML that works without a script, and a policy that lets nothing else in. */
import type { Context } from 'hono';

/** Markup that is safe to send: everything put into it was escaped. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | readonly Part[];

/** Markup; every value is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: strings.reduce((all, text, at) => all + markupOf(parts[at - 1]) + text) };
}

export interface PageOptions {
  title: string;
  language?: 'en' | 'de';
  body: Html;
  /** Paths of scripts of our own; the policy allows no other. */
  script?: string | readonly string[];
  /** Without one the device says which. */
  theme?: 'system' | 'light' | 'dark';
  /** Origins that a form of this page may lead to beside our own. */
  formTargets?: readonly string[];
  status?: 200 | 400 | 401 | 403 | 404 | 409 | 422 | 429;
}

/** Answers with a whole page. */
export function page(context: Context, { title, language = 'en', theme = 'system', body, script, formTargets = [], status = 200 }: PageOptions): Response {
  const policy = ["default-src 'none'", "style-src 'self'", "img-src 'self'", `script-src ${script ? "'self'" : "'none'"}`, `connect-src ${script ? "'self'" : "'none'"}`, `form-action 'self' ${formTargets.join(' ')}`.trim(), "frame-ancestors 'none'", "base-uri 'none'"];
  context.header('Content-Security-Policy', policy.join('; '));
  // With no referrer at all, browsers would send `Origin: null` with our own forms.
  context.header('Referrer-Policy', 'same-origin');
  const { markup } = html`<!doctype html>
<html lang="${language}"${theme === 'system' ? '' : html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>${title} – UX Flow Engine</title>
<link rel="icon" href="/assets/icon.svg" />
<link rel="stylesheet" href="/assets/pages.css" />
${[script ?? []].flat().map((path) => html`<script src="${path}" defer></script>`)}
</head>
<body>
<header class="brand"><img src="/assets/icon.svg" alt="" width="28" height="28" />UX Flow Engine</header>
<main>${body}</main>
</body>
</html>
`;
  return context.html(markup, status);
}

function markupOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  return 'markup' in part ? part.markup : part.map(markupOf).join('');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
