/** People who come in by the front door: registered, confirmed by a caught mail, signed in. */
import type { RunningServer } from '../src/server.ts';
import { secretOf, type TestMailbox } from './testMailbox.ts';

export interface Person {
  userId: string;
  email: string;
  password: string;
  token: string;
}

export interface Answer<T = Record<string, unknown>> {
  status: number;
  body: T;
  headers: Headers;
}

/** Variables of a server under test that are about accounts: cheap hashes, no limits of requests, mails to the mailbox, the smallest plan. */
export const accountVariables = (mailbox: Pick<TestMailbox, 'url'>): Record<string, string> => ({ SMTP_URL: mailbox.url, PASSWORD_MEMORY_KIB: '7168', RATE_FACTOR: '1000', DEFAULT_PLAN: 'free', AUTH_SECRET: 'a secret of the tests, which is long enough' });

export const GOOD_PASSWORD = 'violet-tractor-91-hums';

/** Sends JSON to a path of a server; `token` is a session's secret or a key. Tests look into answers freely: what is not there fails the expectation. */
// oxlint-disable-next-line typescript/no-explicit-any
export async function call<T = Record<string, any>>(server: Pick<RunningServer, 'url'>, method: string, path: string, { token, body, headers = {} }: { token?: string; body?: unknown; headers?: Record<string, string> } = {}): Promise<Answer<T>> {
  const response = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : { text }) as T };
}

/** Registers, confirms and signs somebody in, all over HTTP and mail. */
export async function registerPerson(server: Pick<RunningServer, 'url'>, mailbox: TestMailbox, { email, name = email.split('@')[0]!, password = GOOD_PASSWORD }: { email: string; name?: string; password?: string }): Promise<Person> {
  const registered = await call(server, 'POST', '/api/v1/users/register', { body: { email, password, name } });
  if (registered.status !== 202) throw new Error(`register: ${registered.status} ${JSON.stringify(registered.body)}`);
  const token = secretOf(await mailbox.take(email, 'Confirm'));
  const verified = await call(server, 'POST', '/api/v1/users/verify-email', { body: { token } });
  if (verified.status !== 200) throw new Error(`verify: ${verified.status} ${JSON.stringify(verified.body)}`);
  const signedIn = await call(server, 'POST', '/api/v1/users/login', { body: { email, password } });
  if (signedIn.status !== 200) throw new Error(`login: ${signedIn.status} ${JSON.stringify(signedIn.body)}`);
  return { userId: signedIn.body.user.id as string, email, password, token: signedIn.body.token as string };
}
