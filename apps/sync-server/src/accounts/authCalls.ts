/** How better-auth is called from our own routes, and how its answers are read. */
import type { Origin } from './audit.ts';

/** Days that a session lasts when its holder wants to stay signed in. */
export const SESSION_DAYS = 30;
/** Our own header: what proxies say was judged before. */
export const ADDRESS_HEADER = 'x-uxflow-address';

/** Headers for a call: where it came from, and the secret of the session or the cookies of a sign-in that waits. */
export function authHeaders(origin: Origin, { secret, cookies }: { secret?: string; cookies?: string } = {}): Headers {
  const headers = new Headers({ 'user-agent': origin.userAgent, [ADDRESS_HEADER]: origin.address });
  if (secret) headers.set('authorization', `Bearer ${secret}`);
  if (cookies) headers.set('cookie', cookies);
  return headers;
}

/** The cookies that a call set, as a browser would send them back; those that it took away are left out. */
export function cookiesOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .filter((line) => !/;\s*max-age=0/i.test(line) && !/^[^=]+=;/.test(line))
    .map((line) => line.split(';')[0]!)
    .join('; ');
}

/** Code of an error that better-auth answers on purpose; undefined for anything else. */
export function authCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || error.name !== 'APIError') return undefined;
  const { body, status } = error as Error & { body?: { code?: string }; status?: string };
  return String(body?.code ?? status);
}
