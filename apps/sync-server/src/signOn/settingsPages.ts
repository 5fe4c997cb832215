/** The pages on which owners and admins set up, try out and require single sign-on; they work without a script. */
import type { ServerApp } from '../access/context.ts';
import { demandRule, type AccessLayer } from '../access/layer.ts';
import type { Principal } from '../access/principal.ts';
import { Problem } from '../access/problem.ts';
import type { AccessRule } from '../access/route.ts';
import { nameSchema, type Me } from '../accounts/schema.ts';
import { originOf } from '../accounts/routes.ts';
import type { Accounts } from '../accounts/service.ts';
import { accountNav } from '../pages/account.ts';
import { html, page, type Html, type PageOptions } from '../pages/html.ts';
import { parsed, type PageContext } from '../pages/routes.ts';
import { fill, problemSentence } from '../pages/texts.ts';
import { connectionCards } from './connectionCards.ts';
import { SIGN_ON_FRESH_MINUTES } from './connectionRoutes.ts';
import { connectionViewOf } from './connections.ts';
import { leadOn } from './pages.ts';
import { changeOfForm } from './settingsForms.ts';
import type { SignOnRouteParts } from './routes.ts';
import { domainNameSchema } from './schema.ts';
import { settingsTexts, type SettingsTexts } from './settingsTexts.ts';

/** Whoever sets up sign-on. */
export interface Settler {
  context: PageContext;
  principal: Principal;
  me: Me;
  t: SettingsTexts;
}

interface SettingsParts extends SignOnRouteParts {
  accounts: Pick<Accounts, 'profile'>;
}

const LIST = '/sso/settings';
type Fields = Record<string, string | File>;

/** Adds /sso/settings and what lies below. */
export function addSettingsPages(app: ServerApp, layer: AccessLayer, parts: SettingsParts): void {
  const { signOn: { connections, domains }, signOn, site, workspaces, accounts } = parts;
  const add = (method: 'GET' | 'POST', path: string, work: (settler: Settler, fields: Fields) => Promise<Response>, again: (settler: Settler, problem: Problem) => Promise<Response>) => {
    layer.addRule(method, path, { as: 'anyone', ...(method === 'POST' ? { rate: 'credential' } : {}) });
    app.on(method, path, async (context: PageContext) => {
      const principal = context.get('principal');
      const here = method === 'GET' ? context.req.path : LIST;
      if (principal?.kind !== 'user') return context.redirect(`/sign-in?next=${encodeURIComponent(here)}`, 303);
      const me = await accounts.profile.me(principal.userId);
      const settler: Settler = { context, principal, me, t: settingsTexts(me.preferences.language) };
      const rule: AccessRule = { as: 'person', ...(method === 'POST' ? { freshMinutes: SIGN_ON_FRESH_MINUTES } : {}) };
      try {
        demandRule(principal, rule);
        return await work(settler, method === 'POST' ? ((await context.req.parseBody()) as Fields) : {});
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.code === 'SIGN_IN_AGAIN') return context.redirect(`/account/confirm?next=${encodeURIComponent(context.req.path)}`, 303);
        return again(settler, error);
      }
    });
  };
  const showList = async (settler: Settler, problem?: Problem): Promise<Response> => {
    const mine = (await workspaces.workspaces.list(settler.principal)).rows.filter(({ role }) => role === 'owner' || role === 'admin');
    const { t } = settler;
    const cards = await Promise.all(
      mine.map(async ({ id, name }) => {
        // One that wants sign-on of its admins too is shown, and says so when it is opened.
        const all = await connections.list(settler.principal, id).catch((error: unknown) => {
          if (error instanceof Problem) return [];
          throw error;
        });
        return html`<section class="card"><h2>${name}</h2>
          ${all.length > 0 ? html`<ul class="rows">${all.map(({ connection: one }) => html`<li><p><a href="${LIST}/${id}/${one.id}">${one.name}</a><br /><span class="quiet">${t.kinds[one.kind]} · ${t.modes[one.mode]}</span></p></li>`)}</ul>` : html`<p class="quiet">${t.none}</p>`}
          <details><summary>${t.add}</summary><form method="post" action="${LIST}/${id}">
            <label>${t.connectionName}<input name="name" required maxlength="100" placeholder="${t.connectionNameHint}" /></label>
            <label>${t.kind}<select name="kind"><option value="saml">${t.kinds.saml}</option><option value="oidc">${t.kinds.oidc}</option></select></label>
            <button>${t.make}</button></form></details></section>`;
      }),
    );
    return shell(settler, t.title, html`<p>${t.lead}</p>${cards.length > 0 ? cards : html`<section class="card"><p>${t.noWorkspace}</p></section>`}`, { problem });
  };
  const showConnection = async (settler: Settler, problem?: Problem): Promise<Response> => {
    const { context, principal, t } = settler;
    const [workspaceId, connectionId] = [context.req.param('workspaceId')!, context.req.param('connectionId')!];
    const { connection, domains: rows } = await connections.find(principal, workspaceId, connectionId);
    return shell(settler, connection.name, connectionCards(settler, connectionViewOf(site, connection, rows), `${LIST}/${workspaceId}/${connectionId}`), { problem, done: t.done[context.req.query('done') as keyof SettingsTexts['done']] });
  };
  const orList = async (settler: Settler, problem: Problem): Promise<Response> => {
    // What is not there, or not theirs, is told on the list; what a form lacked, beside the form.
    if (settler.context.req.param('connectionId') && !['WORKSPACE_NOT_FOUND', 'CONNECTION_NOT_FOUND', 'PERMISSION_MISSING', 'SIGN_ON_REQUIRED', 'EMAIL_UNVERIFIED'].includes(problem.code)) {
      try {
        return await showConnection(settler, problem);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
      }
    }
    return showList(settler, problem);
  };

  add('GET', LIST, (settler) => showList(settler), (settler, problem) => showList(settler, problem));
  add('GET', `${LIST}/:workspaceId`, async ({ context }) => context.redirect(LIST, 303), orList);
  add('POST', `${LIST}/:workspaceId`, async ({ context, principal }, fields) => {
    const workspaceId = context.req.param('workspaceId')!;
    const { id } = await connections.create(principal, workspaceId, { kind: fields.kind === 'oidc' ? 'oidc' : 'saml', name: parsed(nameSchema, fields.name) });
    return context.redirect(`${LIST}/${workspaceId}/${id}`, 303);
  }, orList);
  add('GET', `${LIST}/:workspaceId/:connectionId`, (settler) => showConnection(settler), orList);
  add('POST', `${LIST}/:workspaceId/:connectionId`, async ({ context, principal }, fields) => {
    const [workspaceId, connectionId] = [context.req.param('workspaceId')!, context.req.param('connectionId')!];
    const here = `${LIST}/${workspaceId}/${connectionId}`;
    const back = (done: keyof SettingsTexts['done'], part: string) => context.redirect(`${here}?done=${done}#${part}`, 303);
    switch (fields.act) {
      case 'addDomain':
        await domains.add(principal, workspaceId, connectionId, parsed(domainNameSchema, fields.domain));
        return back('claimed', 'domains');
      case 'proveDomain':
        await domains.prove(principal, workspaceId, connectionId, parsed(domainNameSchema, fields.domain));
        return back('proved', 'domains');
      case 'removeDomain':
        await domains.remove(principal, workspaceId, connectionId, parsed(domainNameSchema, fields.domain));
        return back('saved', 'domains');
      case 'test':
        await connections.find(principal, workspaceId, connectionId);
        return leadOn(context, site, await signOn.begin(connectionId, { next: here, testedBy: principal.userId }, originOf(context)), true);
      case 'remove':
        await connections.remove(principal, workspaceId, connectionId);
        return context.redirect(LIST, 303);
      default:
        await connections.change(principal, workspaceId, connectionId, await changeOfForm(fields));
        return back('saved', String(fields.act ?? ''));
    }
  }, orList);
}

function shell({ context, me, t }: Settler, title: string, body: Html | readonly Html[], { problem, done }: { problem?: Problem | undefined; done?: string | undefined } = {}): Response {
  const { language, theme } = me.preferences;
  const sentence = problem && (problem.code === 'CONNECTION_INCOMPLETE' ? fill(t.incomplete, { missing: String(problem.params.missing).split(', ').map((one) => t.missing[one as keyof SettingsTexts['missing']] ?? one).join(', ') }) : problemSentence(problem, language));
  return page(context, {
    title, language, theme, status: (problem?.status ?? 200) as PageOptions['status'],
    body: html`<div class="account">
      ${accountNav(language, 'signOn', true)}
      <div><h1>${title}</h1>${sentence ? html`<p class="problem" role="alert">${sentence}</p>` : done ? html`<p class="done" role="status">${done}</p>` : ''}${body}</div>
    </div>`,
  });
}
