/** The HTTP side: health, the routes of the modules, and their description. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { ServerDatabase } from './db/database.ts';
import { addLogRoutes } from './sync/routes.ts';
import type { SyncAccess } from './sync/access.ts';
import type { Hub } from './sync/hub.ts';

export interface AppParts {
  database: ServerDatabase;
  access: SyncAccess;
  hub: Hub;
  /** False while the server is going: a balancer sends nobody new. */
  isReady(): boolean;
}

const text = (description: string) => ({ description, content: { 'application/json': { schema: z.object({ status: z.string() }) } } });

/** The Hono app of one instance. */
export function createApp(parts: AppParts): OpenAPIHono {
  const app = new OpenAPIHono();
  app.openapi(createRoute({ method: 'get', path: '/health', summary: 'The process lives', responses: { 200: text('It does.') } }), (context) => context.json({ status: 'ok' }, 200));
  app.openapi(createRoute({ method: 'get', path: '/ready', summary: 'The server takes connections', responses: { 200: text('It does.'), 503: text('It is going, or its database is away.') } }), async (context) => {
    if (!parts.isReady()) return context.json({ status: 'closing' }, 503);
    try {
      await parts.database.pool.query('select 1');
      return context.json({ status: 'ok' }, 200);
    } catch {
      return context.json({ status: 'database unreachable' }, 503);
    }
  });
  addLogRoutes(app, parts);
  app.doc31('/openapi.json', { openapi: '3.1.0', info: { title: 'UX Flow Engine sync server', version: '1' } });
  return app;
}
