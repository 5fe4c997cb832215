import { Hono } from 'hono';
import type { AccessGate } from './accessGate.ts';
import { readPageFile } from './pageFiles.ts';
import { securityHeaders } from './securityHeaders.ts';

/** What the app needs to know of its own address, which is only known once it listens. */
export interface OwnAddress {
  /** `127.0.0.1:4810` */
  host: string;
}

/**
 * The HTTP side of the local host: the page's files and the trade of a code for the secret. Every request must carry exactly the
 * own Host, and an Origin, where one is sent, must be the own one: another site that resolves to this machine gets nothing.
 */
export function createLocalServerApp(options: { rendererDir: string; gate: AccessGate; own: OwnAddress }): Hono {
  const { rendererDir, gate, own } = options;
  const app = new Hono();

  app.use(async (context, next) => {
    if (!isOwnRequest(context.req.header('host'), context.req.header('origin'), own)) {
      return context.text('This address belongs to UX Flow Engine on this machine and answers only its own page.', 403, securityHeaders("'none'"));
    }
    await next();
    for (const [name, value] of Object.entries(securityHeaders(`'self' ws://${own.host}`))) context.res.headers.set(name, value);
  });

  app.post('/session', async (context) => {
    // A page of another origin cannot send this without a preflight that nobody answers; the Origin is demanded all the same.
    if (context.req.header('origin') !== `http://${own.host}`) return context.json({ code: 'ORIGIN_REFUSED' }, 403);
    const body = (await context.req.json().catch(() => ({}))) as { code?: unknown };
    const secret = typeof body.code === 'string' ? gate.redeem(body.code) : undefined;
    return secret ? context.json({ secret }) : context.json({ code: 'CODE_REFUSED' }, 401);
  });

  app.get('*', async (context) => {
    const file = await readPageFile(rendererDir, new URL(context.req.url).pathname);
    return file ? context.body(file.bytes, 200, { 'content-type': file.mediaType }) : context.text('Not found.', 404);
  });

  return app;
}

/** True when a request names exactly this host and comes from no other origin. */
export function isOwnRequest(host: string | undefined, origin: string | undefined, own: OwnAddress): boolean {
  return host === own.host && (origin === undefined || origin === `http://${own.host}`);
}
