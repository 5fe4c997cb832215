/** Single sign-on over HTTP: what providers speak to, what browsers are led through, and the settings of workspaces. */
import { getCookie } from 'hono/cookie';
import { z } from '@hono/zod-openapi';
import type { ServerApp } from '../access/context.ts';
import type { AccessLayer } from '../access/layer.ts';
import { Problem } from '../access/problem.ts';
import { accessRoute } from '../access/route.ts';
import type { Site } from '../access/site.ts';
import { originOf } from '../accounts/routes.ts';
import type { Accounts } from '../accounts/service.ts';
import type { PageContext } from '../pages/routes.ts';
import type { WorkspaceModule } from '../workspaces/module.ts';
import { addConnectionRoutes } from './connectionRoutes.ts';
import { addSignOnPages, failedPage } from './pages.ts';
import type { SignOn } from './service.ts';
import { addSettingsPages } from './settingsPages.ts';
import { setWayCookie, wayCookieName } from './wayCookie.ts';

export interface SignOnRouteParts {
  signOn: SignOn;
  site: Site;
  workspaces: Pick<WorkspaceModule, 'workspaces'>;
  accounts: Pick<Accounts, 'profile'>;
}

const tags = ['sign-on'];
const base = '/api/v1/sso/{connectionId}';
const params = z.object({ connectionId: z.string().max(100) });
const html = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } });
const onward = { 303: { description: 'On to the next page.' }, 401: html('A page that says what did not fit.'), 404: html('There is no such connection.') };

/** Adds everything of single sign-on. */
export function addSignOnRoutes(app: ServerApp, layer: AccessLayer, parts: SignOnRouteParts): void {
  addProviderRoutes(app, parts);
  addConnectionRoutes(app, parts);
  addSignOnPages(app, layer, parts);
  addSettingsPages(app, layer, parts);
}

/** What providers send browsers to; they answer with pages, because people sit in front of them. */
function addProviderRoutes(app: ServerApp, { signOn, site }: SignOnRouteParts): void {
  const paged = async (context: PageContext, work: () => Promise<Response>): Promise<never> => {
    try {
      return (await work()) as never;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return failedPage(context, error) as never;
    }
  };
  app.openapi(accessRoute({ access: { as: 'anyone' }, method: 'get', path: `${base}/metadata`, tags, summary: 'Our metadata for a SAML provider', request: { params }, responses: { 200: { description: 'They are.', content: { 'application/samlmetadata+xml': { schema: z.string() } } }, 404: html('There is no such connection.') } }), (context) =>
    paged(context, async () => context.body(await signOn.metadata(context.req.param('connectionId')), 200, { 'Content-Type': 'application/samlmetadata+xml; charset=utf-8' })));
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'credential', crossSite: true }, method: 'post', path: `${base}/acs`, tags, summary: 'Takes the answer of a SAML provider', description: 'A form with SAMLResponse, as the POST binding has it. RelayState is not read: where to go on to is kept here.', request: { params }, responses: onward }), (context) =>
    paged(context, async () => {
      const fields = await context.req.parseBody();
      const secret = await signOn.takeSaml(context.req.param('connectionId'), typeof fields.SAMLResponse === 'string' ? fields.SAMLResponse : undefined, originOf(context));
      if (secret) setWayCookie(context, site, secret);
      return context.redirect('/sso/done', 303);
    }));
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'credential' }, method: 'get', path: `${base}/callback`, tags, summary: 'Takes the answer of an OpenID Connect issuer', request: { params }, responses: onward }), (context) =>
    paged(context, async () => {
      await signOn.takeOidc(context.req.param('connectionId'), new URL(context.req.url).searchParams, getCookie(context, wayCookieName(site)), originOf(context));
      return context.redirect('/sso/done', 303);
    }));
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'credential', crossSite: true }, method: 'get', path: `${base}/slo`, tags, summary: 'Takes a SAML message about signing out, by redirect', request: { params }, responses: onward }), (context) =>
    paged(context, async () => context.redirect(await signOn.takeLogout(context.req.param('connectionId'), { query: new URL(context.req.url).search.slice(1) }, originOf(context)), 303)));
  app.openapi(accessRoute({ access: { as: 'anyone', rate: 'credential', crossSite: true }, method: 'post', path: `${base}/slo`, tags, summary: 'Takes a SAML message about signing out, by a form', request: { params }, responses: onward }), (context) =>
    paged(context, async () => {
      const fields = Object.fromEntries(Object.entries(await context.req.parseBody()).filter((one): one is [string, string] => typeof one[1] === 'string'));
      return context.redirect(await signOn.takeLogout(context.req.param('connectionId'), { fields }, originOf(context)), 303);
    }));
}
