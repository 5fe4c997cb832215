/** What the pages of an account share: who looks, the frame around the sections, what was done, what went wrong. */
import type { ServerEnv } from '../access/context.ts';
import type { Context } from 'hono';
import { demandRule } from '../access/layer.ts';
import type { Principal } from '../access/principal.ts';
import type { Problem } from '../access/problem.ts';
import type { AccessRule } from '../access/route.ts';
import type { Me } from '../accounts/schema.ts';
import type { Language } from '../mail/templates.ts';
import { accountTextsOf, type AccountTexts } from './accountTexts.ts';
import { html, page, type Html, type PageOptions } from './html.ts';
import { problemNote, type AddGet, type AddPost, type PageParts } from './routes.ts';
import { textsOf, type Texts } from './texts.ts';

export type Section = keyof AccountTexts['sections'];
export const SECTION_PATHS: Record<Section, string> = { profile: '/account', security: '/account/security', devices: '/account/devices', keys: '/account/keys', data: '/account/data' };

/** Whoever looks at their account. */
export interface Viewer {
  context: Context<ServerEnv>;
  principal: Principal;
  me: Me;
  language: Language;
  /** True for who looks after a workspace. */
  administers: boolean;
  t: AccountTexts;
  /** The words of all pages. */
  words: Texts;
}

/** What a form did: said on top of the section that comes next. */
export type Done = { [Key in keyof AccountTexts]: AccountTexts[Key] extends string ? Key : never }[keyof AccountTexts];
/** Where to go on after a form, and what to say there; or a page of its own. */
export type Outcome = { section: Section; done?: Done } | { path: string; done?: Done } | Response;
export type ShowSection = (viewer: Viewer, problem?: Problem) => Response | Promise<Response>;
/** Asks for a proof, to go on to `next`. */
export type ShowConfirm = (viewer: Viewer, next: string, problem?: Problem) => Response | Promise<Response>;

export interface AccountPages {
  /** A page at a path for who has signed in; others are led to the sign-in and back. */
  get(path: string, rule: Partial<AccessRule>, show: ShowSection): void;
  /** A form of a section; what goes wrong is said on that section's page, or on one that `again` gives. */
  post(path: string, section: Section, rule: Partial<AccessRule>, act: (viewer: Viewer, fields: Record<string, string>) => Promise<Outcome>, again?: (viewer: Viewer, problem: Problem, fields: Record<string, string>) => Response | Promise<Response> | undefined): void;
}

/** The two ways to add pages of an account; `sections` shows each section, `confirm` asks for a proof. */
export function accountPages(get: AddGet, post: AddPost, { accounts, workspaces }: PageParts, sections: Record<Section, ShowSection>, confirm: ShowConfirm): AccountPages {
  const viewerOf = async (context: Context<ServerEnv>): Promise<Viewer | undefined> => {
    const principal = context.get('principal');
    if (principal?.kind !== 'user') return undefined;
    const me = await accounts.profile.me(principal.userId);
    const { language } = me.preferences;
    const mine = me.emailVerified && me.deleteAt === null ? (await workspaces.workspaces.list(principal)).rows : [];
    return { context, principal, me, language, administers: mine.some(({ role }) => role === 'owner' || role === 'admin'), t: accountTextsOf(language), words: textsOf(language) };
  };
  // Here a second factor is set up; a key would go around it.
  const demand = ({ principal }: Viewer, rule: Partial<AccessRule>, section?: Section) => demandRule(principal, { as: 'person', ...(section === 'keys' ? {} : { factor: false }), ...rule });
  const refuse = (viewer: Viewer, problem: Problem, section: Section | undefined, path: string): Response | Promise<Response> => {
    if (problem.code === 'SIGN_IN_AGAIN' || problem.code === 'PROOF_NEEDED') return confirm(viewer, section ? SECTION_PATHS[section] : path);
    if (!section || problem.code === 'EMAIL_UNVERIFIED' || problem.code === 'ACCOUNT_CLOSING') return viewer.context.redirect('/account', 303);
    return sections[section](viewer, problem);
  };
  return {
    get: (path, rule, show) =>
      get(path, async (context) => {
        const viewer = await viewerOf(context);
        if (!viewer) return context.redirect(`/sign-in?next=${encodeURIComponent(path)}`, 303);
        try {
          demand(viewer, rule);
        } catch (error) {
          return refuse(viewer, error as Problem, undefined, path);
        }
        return show(viewer);
      }),
    post: (path, section, rule, act, again) =>
      post(path, rule.rate, async (context, fields) => {
        const viewer = await viewerOf(context);
        if (!viewer) return context.redirect(`/sign-in?next=${encodeURIComponent(SECTION_PATHS[section])}`, 303);
        demand(viewer, rule, section);
        const outcome = await act(viewer, fields);
        if (outcome instanceof Response) return outcome;
        const target = 'path' in outcome ? outcome.path : SECTION_PATHS[outcome.section];
        return context.redirect(outcome.done ? `${target}${target.includes('?') ? '&' : '?'}done=${outcome.done}` : target, 303);
      }, async (context, problem, fields) => {
        const viewer = await viewerOf(context);
        if (!viewer) return context.redirect('/sign-in', 303);
        return (await again?.(viewer, problem, fields)) ?? refuse(viewer, problem, section, path);
      }),
  };
}

/** A page with the sections of an account beside it. */
export function sectionPage({ context, me, language, administers, t, words }: Viewer, section: Section, body: Html, { problem, script }: { problem?: Problem | undefined; script?: PageOptions['script'] } = {}): Response {
  const done = t[(context.req.query('done') ?? '') as Done];
  const title = section === 'profile' ? words.account : t.sections[section];
  return page(context, {
    title,
    language,
    theme: me.preferences.theme,
    status: problem ? (problem.status as PageOptions['status']) : 200,
    ...(script ? { script } : {}),
    body: html`<div class="account">
      ${accountNav(language, section, administers)}
      <div>
        <h1>${title}</h1>
        ${problemNote(problem, language)}${!problem && typeof done === 'string' ? html`<p class="done" role="status">${done}</p>` : ''}
        ${body}
      </div>
    </div>`,
  });
}

/** The way to every section. `current`: the one that is open, single sign-on of workspaces included; `administers`: shows that one. */
export function accountNav(language: Language, current: Section | 'signOn', administers: boolean): Html {
  const [t, words] = [accountTextsOf(language), textsOf(language)];
  const link = (path: string, name: string, isCurrent: boolean) => html`<a href="${path}"${isCurrent ? html` aria-current="page"` : ''}>${name}</a>`;
  return html`<nav aria-label="${t.nav}">
    ${Object.entries(SECTION_PATHS).map(([name, path]) => link(path, t.sections[name as Section], name === current))}
    ${administers ? link('/sso/settings', words.signOn, current === 'signOn') : ''}
    <form method="post" action="/sign-out"><button class="plain">${words.signOut}</button></form>
  </nav>`;
}

/** A page of an account that stands alone. */
export function lonePage({ context, me, language }: Viewer, title: string, body: Html, { problem, script, status = 200 }: { problem?: Problem | undefined; script?: PageOptions['script']; status?: PageOptions['status'] } = {}): Response {
  return page(context, { title, language, theme: me.preferences.theme, status: problem ? (problem.status as PageOptions['status']) : status, ...(script ? { script } : {}), body: html`<h1>${title}</h1>${problemNote(problem, language)}${body}` });
}

/** A part of a section. */
export function card(title: string, body: Html, id?: string): Html {
  return html`<section class="card"${id ? html` id="${id}"` : ''}><h2>${title}</h2>${body}</section>`;
}

/** A moment as the person reads it. */
export function moment({ language, me }: Viewer, at: number): string {
  const shape = { dateStyle: 'medium', timeStyle: 'short' } as const;
  try {
    return new Intl.DateTimeFormat(language, { ...shape, timeZone: me.preferences.timezone }).format(at);
  } catch {
    return `${new Intl.DateTimeFormat(language, { ...shape, timeZone: 'UTC' }).format(at)} UTC`;
  }
}
