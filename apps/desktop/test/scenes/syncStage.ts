/** A sync server for scenes in which somebody is signed in. */
import { call, GOOD_PASSWORD, type Person } from '../../../sync-server/test/testAccounts.ts';
import { startTestApp, type TestApp } from '../../../sync-server/test/testApp.ts';
import { startSyncServer, type SyncServerProcess } from '../syncServer.ts';

export interface SyncStage {
  server: SyncServerProcess;
  /** Who sits at the app. */
  ann: Person;
  /** A colleague. */
  bob: Person;
  /** The app of the colleague, with keys of his; started by the first who asks. */
  bobsApp(): Promise<TestApp>;
  /** Somebody who has only just registered: no keys, no workspaces. With the plan `free` they meet its limits, and can take larger ones. */
  newcomer(plan?: 'free' | 'enterprise'): Promise<Person>;
  /** Asks the server's API in somebody's name; throws where it refuses. */
  // oxlint-disable-next-line typescript/no-explicit-any -- scenes take from answers what they need
  ask(who: Person, method: string, path: string, body?: unknown): Promise<any>;
}

/** The server and its people; started by the first `get`. */
export function openSyncStage(): { get(): Promise<SyncStage>; close(): Promise<void> } {
  let started: Promise<SyncStage> | undefined;
  let app: Promise<TestApp> | undefined;
  let newcomers = 0;
  const start = async (): Promise<SyncStage> => {
    const server = await startSyncServer({ DEFAULT_PLAN: 'free', PLAN_CHANGES: 'self' });
    const ask: SyncStage['ask'] = async (who, method, path, body) => {
      const answer = await call(server, method, `/api/v1${path}`, { token: who.token, ...(body === undefined ? {} : { body }) });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };
    const register = async (email: string, name: string, plan: 'free' | 'enterprise' = 'enterprise') => {
      const person = await server.register(email, name);
      if (plan !== 'free') await ask(person, 'POST', '/subscriptions/upgrade', { plan });
      return person;
    };
    const [ann, bob] = [await register('ann@example.org', 'Ann Arbor'), await register('bob@example.org', 'Bob Hope')];
    return {
      server,
      ann,
      bob,
      bobsApp: () =>
        (app ??= (async () => {
          const his = await startTestApp();
          await his.api.account.signIn({ server: server.url, email: bob.email, password: GOOD_PASSWORD });
          await his.api.keys.setUp();
          return his;
        })()),
      newcomer: (plan) => register(`ann${++newcomers}@example.org`, 'Ann Arbor', plan),
      ask,
    };
  };
  return {
    get: () => (started ??= start()),
    async close() {
      await (await app?.catch(() => undefined))?.close();
      await (await started?.catch(() => undefined))?.server.close();
    },
  };
}
