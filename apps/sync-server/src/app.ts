/** The HTTP side: the access layer, health, the routes of the modules, and their description. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from '@uxflow/core/base';
import type { ServerEnv } from './access/context.ts';
import { accessProblem } from './access/errors.ts';
import { answerError, answerInvalid, guardHeaders } from './access/headers.ts';
import { createAccessLayer, type AccessLayer, type AccessParts } from './access/layer.ts';
import { accessRoute } from './access/route.ts';
import { addServerAdminRoutes } from './admin/routes.ts';
import { addAdminRoutes } from './accounts/adminRoutes.ts';
import { addAccountRoutes } from './accounts/routes.ts';
import type { Accounts } from './accounts/service.ts';
import type { ServerDatabase } from './db/database.ts';
import { addDocsPage } from './docsPage.ts';
import { addAssetRoutes, ASSET_PATH } from './assets/routes.ts';
import { ASSET_BYTES, createAssets } from './assets/service.ts';
import { createKeyModule } from './keys/module.ts';
import { addKeyRoutes } from './keys/routes.ts';
import { addPages } from './pages/routes.ts';
import type { Monitor } from './monitoring/monitor.ts';
import type { SharingModule } from './sharing/module.ts';
import { addLinkRoutes } from './sharing/routes.ts';
import { addViewerPage } from './sharing/viewerPage.ts';
import { addSignOnRoutes } from './signOn/routes.ts';
import type { SignOn } from './signOn/service.ts';
import type { SyncAccess } from './sync/access.ts';
import type { Hub } from './sync/hub.ts';
import type { WorkspaceModule } from './workspaces/module.ts';
import { addWorkspaceRoutes } from './workspaces/routes.ts';

export interface AppParts extends AccessParts {
  database: ServerDatabase;
  access: SyncAccess;
  hub: Hub;
  accounts: Accounts;
  workspaces: WorkspaceModule;
  signOn: SignOn;
  sharing: SharingModule;
  logger: Logger;
  monitor: Monitor;
  /** False while the server is going: a balancer sends nobody new. */
  isReady(): boolean;
}

/** Bytes of a body; what is larger goes by the socket. */
const BODY_BYTES = 1024 * 1024;

const text = (description: string) => ({ description, content: { 'application/json': { schema: z.object({ status: z.string() }) } } });

/** The Hono app of one instance, and its access layer. */
export function createApp(parts: AppParts): { app: OpenAPIHono<ServerEnv>; layer: AccessLayer } {
  const app = new OpenAPIHono<ServerEnv>({ defaultHook: answerInvalid });
  const layer = createAccessLayer(app, parts);
  app.onError(answerError(parts.logger));
  app.notFound(() => {
    throw accessProblem('ROUTE_UNKNOWN');
  });
  app.use(parts.monitor.middleware);
  app.use(guardHeaders(parts.site));
  app.use(layer.middleware);
  const limited = (bytes: number) => bodyLimit({ maxSize: bytes, onError: () => { throw accessProblem('BODY_TOO_LARGE', { bytes }); } });
  const [ordinary, ofAsset] = [limited(BODY_BYTES), limited(ASSET_BYTES)];
  app.use((context, next) => (context.req.method === 'PUT' && ASSET_PATH.test(context.req.path) ? ofAsset : ordinary)(context, next));
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', description: 'Secret of a session (desktop) or an API key.' });
  app.openAPIRegistry.registerComponent('securitySchemes', 'cookie', { type: 'apiKey', in: 'cookie', name: parts.site.cookieName, description: 'Session of a browser.' });

  app.openapi(accessRoute({ access: { as: 'anyone' }, method: 'get', path: '/health', tags: ['server'], summary: 'The process lives', responses: { 200: text('It does.') } }), (context) => context.json({ status: 'ok' }, 200));
  app.openapi(accessRoute({ access: { as: 'anyone' }, method: 'get', path: '/ready', tags: ['server'], summary: 'The server takes connections', responses: { 200: text('It does.'), 503: text('It is going, or its database is away.') } }), async (context) => {
    if (!parts.isReady()) return context.json({ status: 'closing' }, 503);
    try {
      await parts.database.pool.query('select 1');
      return context.json({ status: 'ok' }, 200);
    } catch {
      return context.json({ status: 'database unreachable' }, 503);
    }
  });
  addAccountRoutes(app, parts);
  addAdminRoutes(app, parts.accounts);
  addServerAdminRoutes(app, parts);
  addPages(app, layer, parts);
  addWorkspaceRoutes(app, parts.workspaces);
  addSignOnRoutes(app, layer, parts);
  addLinkRoutes(app, parts.sharing);
  addViewerPage(app, layer, parts.site);
  addKeyRoutes(app, createKeyModule(parts.workspaces.parts));
  addAssetRoutes(app, createAssets(parts.workspaces.parts));
  addDocsPage(app, layer);
  return { app, layer };
}
