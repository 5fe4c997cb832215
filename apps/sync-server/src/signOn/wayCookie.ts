/** The cookie by which a way to a provider and back is known. */
import { setCookie } from 'hono/cookie';
import type { Site } from '../access/site.ts';
import type { PageContext } from '../pages/routes.ts';

const WAY_SECONDS = 600;

/** The secret by which the way back is known, for this browser alone. */
export function setWayCookie(context: PageContext, site: Site, secret: string): void {
  setCookie(context, wayCookieName(site), secret, { path: '/', httpOnly: true, secure: site.isHttps, sameSite: 'Lax', maxAge: secret === '' ? 0 : WAY_SECONDS });
}

/** Its name. */
export function wayCookieName(site: Pick<Site, 'isHttps'>): string {
  return site.isHttps ? '__Host-uxflow-way' : 'uxflow-way';
}
