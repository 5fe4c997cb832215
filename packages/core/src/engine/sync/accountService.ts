import { z } from 'zod';
import type { AccountView } from '../../api/index.ts';
import { AppError, errorInfo, type Clock, type Logger } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import { createBroadcast, type Broadcast } from '../broadcast.ts';
import type { SecretStore } from '../dependencies.ts';
import { startBrowserSignIn, type BrowserSignIn } from './browserSignIn.ts';
import { createServerApi, readServerAddress, type ServerApi, type Session } from './serverApi.ts';

/** The account of this data folder on a server. */
export interface AccountService {
  get(): AccountView;
  changes: Broadcast<AccountView>;
  signIn(entered: { server: string; email: string; password: string; code?: string }): Promise<AccountView>;
  signInByBrowser(server: string): Promise<{ address: string }>;
  cancelSignIn(): void;
  signOut(): Promise<void>;
  /** The session's secret, or undefined. */
  token(): Promise<string | undefined>;
  /** The server's API in the name of the account. Throws SIGNED_OUT. */
  api(): ServerApi;
  /** The server has ended the session: the person must sign in again. */
  ended(): void;
  /** Tells whether the socket stands. */
  setConnected(isConnected: boolean): void;
  onSwitch(listener: () => void): void;
  close(): void;
}

export interface AccountServiceOptions {
  folder: DataFolder;
  secrets: SecretStore;
  /** The gate's fetch for one host. */
  fetchFor(server: string): typeof globalThis.fetch;
  /** True for hosts that count as local. */
  isTrusted(host: string): boolean;
  /** What the list of devices at the server calls this one. */
  deviceName: string;
  clock: Clock;
  logger: Logger;
}

const KEY = 'account';
const SIGN_IN_WITHIN_MS = 10 * 60_000;
const keptSchema = z.object({ server: z.string(), user: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable() });
const userSchema = z.object({ id: z.string(), name: z.string(), email: z.string() });
const sessionSchema = z.looseObject({ token: z.string(), user: userSchema });
const loginSchema = z.union([sessionSchema, z.looseObject({ status: z.literal('secondFactor'), challenge: z.string(), methods: z.array(z.string()).default([]) })]);
const tokenName = (server: string) => `sync-token:${server}`;

export function createAccountService(options: AccountServiceOptions): AccountService {
  const { folder, secrets, fetchFor, isTrusted, deviceName, clock, logger } = options;
  let { server, user } = keptSchema.catch({ server: '', user: null }).parse(folder.settings.get(KEY) ?? {});
  let pending: { signIn: BrowserSignIn; until: number; timer: NodeJS.Timeout } | undefined;
  let failure: AccountView['failure'] = null;
  let isConnected = false;
  const changes = createBroadcast<AccountView>((_, next) => next);
  const listeners: (() => void)[] = [];

  const view = (): AccountView => ({ server, user, signingIn: pending ? { address: pending.signIn.address, until: pending.until } : null, failure, isConnected });
  const tell = () => changes.send(view());
  const anonymous = (origin: string) => createServerApi({ server: origin, fetch: fetchFor(origin) });
  const take = async (origin: string, session: Session) => {
    await secrets.set(tokenName(origin), session.token);
    server = origin;
    user = session.user;
    failure = null;
    folder.settings.set(KEY, { server, user });
    for (const listener of listeners) listener();
    tell();
  };
  const stopWaiting = () => {
    if (!pending) return;
    clearTimeout(pending.timer);
    const { signIn } = pending;
    pending = undefined;
    signIn.cancel();
  };

  return {
    get: view,
    changes,
    async signIn({ server: entered, email, password, code }) {
      const origin = readServerAddress(entered, isTrusted);
      const api = anonymous(origin);
      let answer = await api.send('POST', '/users/login', { email, password, deviceName }, loginSchema);
      if ('challenge' in answer) {
        if (!code) throw new AppError('SECOND_FACTOR_NEEDED', 'This account has a second factor. Nothing was changed; enter the code of your app, or one of the backup codes.', { methods: answer.methods });
        answer = await api.send('POST', '/users/login/second-factor', { challenge: answer.challenge, code, kind: /^\d{6}$/.test(code) ? 'totp' : 'backup', deviceName }, sessionSchema);
      }
      stopWaiting();
      await take(origin, readSession(answer));
      return view();
    },
    async signInByBrowser(entered) {
      const origin = readServerAddress(entered, isTrusted);
      stopWaiting();
      const signIn = await startBrowserSignIn(({ redirectUri, state, codeChallenge }) => `${origin}/desktop?${new URLSearchParams({ redirect_uri: redirectUri, state, code_challenge: codeChallenge, code_challenge_method: 'S256', device: deviceName })}`);
      failure = null;
      const mine = { signIn, until: clock.now() + SIGN_IN_WITHIN_MS, timer: setTimeout(() => signIn.cancel(), SIGN_IN_WITHIN_MS).unref() };
      pending = mine;
      void signIn.answer
        .then(async ({ code, codeVerifier, redirectUri }) => {
          const session = await anonymous(origin).send('POST', '/users/token', { code, codeVerifier, redirectUri }, sessionSchema);
          if (pending === mine) await take(origin, readSession(session));
        })
        .catch((error: unknown) => {
          if (pending !== mine) return;
          const { code, params } = errorInfo(error);
          failure = { code, params };
        })
        .finally(() => {
          clearTimeout(mine.timer);
          if (pending === mine) pending = undefined;
          tell();
        });
      tell();
      return { address: signIn.address };
    },
    cancelSignIn() {
      stopWaiting();
      tell();
    },
    async signOut() {
      stopWaiting();
      const origin = server;
      const secret = user ? await secrets.get(tokenName(origin)) : undefined;
      user = null;
      failure = null;
      folder.settings.set(KEY, { server, user });
      if (origin) await secrets.set(tokenName(origin), null);
      for (const listener of listeners) listener();
      tell();
      if (secret === undefined) return;
      // Whoever is signed out here is signed out, also where the server cannot be asked.
      await createServerApi({ server: origin, fetch: fetchFor(origin), token: async () => secret })
        .send('POST', '/users/logout', {}, z.unknown())
        .catch((error: unknown) => logger.info('the server did not hear of the sign-out', { error: String(error) }));
    },
    token: async () => (user ? secrets.get(tokenName(server)) : undefined),
    api() {
      if (!user) throw new AppError('SIGNED_OUT', 'Nobody is signed in to a server. Nothing was changed; sign in first.', {});
      const origin = server;
      return createServerApi({ server: origin, fetch: fetchFor(origin), token: () => secrets.get(tokenName(origin)) });
    },
    ended() {
      if (!user) return;
      user = null;
      failure = { code: 'SESSION_INVALID', params: {} };
      folder.settings.set(KEY, { server, user });
      void secrets.set(tokenName(server), null).catch((error: unknown) => logger.warn('an ended session was not forgotten', { error: String(error) }));
      for (const listener of listeners) listener();
      tell();
    },
    setConnected(now) {
      if (isConnected === now) return;
      isConnected = now;
      tell();
    },
    onSwitch: (listener) => void listeners.push(listener),
    close() {
      stopWaiting();
      changes.close();
    },
  };
}

function readSession({ token, user }: z.infer<typeof sessionSchema>): Session {
  return { token, user: { ...user, name: user.name.trim() || user.email.replace(/@.*/, '') } };
}
