/** The description of the API: as OpenAPI for programs, as a page for people. */
import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi';
import type { ServerEnv } from './access/context.ts';
import type { AccessLayer } from './access/layer.ts';
import type { AccessRule } from './access/route.ts';
import { html, page, type Html } from './pages/html.ts';

const INFO = { title: 'UX Flow Engine sync server', version: '1', description: 'Accounts, workspaces and shared flows. Errors are {error: {code, message, params}}.' };

/** Adds /api/v1/openapi.json and /api/v1/docs. */
export function addDocsPage(app: OpenAPIHono<ServerEnv>, layer: AccessLayer): void {
  const describe = () => app.getOpenAPI31Document({ openapi: '3.1.0', info: INFO });
  for (const path of ['/api/v1/openapi.json', '/openapi.json']) {
    layer.addRule('GET', path, { as: 'anyone' });
    app.get(path, (context) => context.json(describe()));
  }
  layer.addRule('GET', '/api/v1/docs', { as: 'anyone' });
  app.get('/api/v1/docs', (context) => {
    const routes = app.openAPIRegistry.definitions.flatMap((definition) => (definition.type === 'route' ? [definition.route as RouteConfig & { 'x-access'?: AccessRule }] : []));
    const tags = [...new Set(routes.map(({ tags: [tag] = [] }) => tag ?? 'other'))];
    return page(context, {
      title: 'API',
      body: html`<h1>${INFO.title}</h1>
        <p>${INFO.description} For programs: <a href="/api/v1/openapi.json">openapi.json</a>.</p>
        ${tags.map((tag) => html`<h2>${tag}</h2>${routes.filter(({ tags: [one] = [] }) => (one ?? 'other') === tag).map(routeRow)}`)}`,
    });
  });
}

function routeRow(route: RouteConfig & { 'x-access'?: AccessRule }): Html {
  return html`<section class="route">
    <h3><code>${route.method.toUpperCase()} ${route.path}</code></h3>
    <p>${route.summary ?? ''}${route.description ? html`<br />${route.description}` : ''}</p>
    <p class="quiet">${accessSentence(route['x-access'])}</p>
    <ul>${Object.entries(route.responses).map(([status, answer]) => html`<li><code>${status}</code> ${'description' in answer ? String(answer.description) : ''}</li>`)}</ul>
  </section>`;
}

function accessSentence(rule: AccessRule = { as: 'person' }): string {
  if (rule.as === 'anyone') return 'Open to everybody.';
  const scope = rule.scope ?? rule.workspace?.permission;
  return [
    rule.as === 'person' ? 'Needs somebody who has signed in.' : `Needs somebody who has signed in, or a key${scope ? ` with the scope ${scope}` : ''}.`,
    rule.workspace?.permission ? `In the workspace: ${rule.workspace.permission}.` : '',
    rule.role ? `Role on the server: ${rule.role}.` : '',
    rule.service ? `Or a key of a program with the scope ${rule.service}.` : '',
    rule.verified === false ? 'The address need not be confirmed yet.' : '',
    rule.freshMinutes ? `Signed in within ${rule.freshMinutes} minutes.` : '',
  ].filter(Boolean).join(' ');
}
