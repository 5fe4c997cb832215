/** Apps of people with data folders of their own, on a real server: what tests of several apps begin with. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { AccountView } from '@uxflow/core/api';
import type { RunningServer } from '../src/server.ts';
import { GOOD_PASSWORD, registerPerson, type Person } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestApp, type TestApp } from './testApp.ts';
import { until } from './testDevice.ts';

export interface TestApps<Name extends string> {
  readonly server: RunningServer;
  readonly people: Readonly<Record<Name, Person>>;
  /** An app in which nobody is signed in; it ends with the test. */
  app(): Promise<TestApp>;
  signedIn(who: Name): Promise<TestApp>;
  signIn(app: TestApp, who: Name): Promise<AccountView>;
}

/** A server for the tests of a file, and people by their names as they are shown. `isAnew`: other people for each test, whom no device knows. */
export function startTestApps<Name extends string>(names: Readonly<Record<Name, string>>, { variables = {}, isAnew = false }: { variables?: Record<string, string>; isAnew?: boolean } = {}): TestApps<Name> {
  let stage: AccountServer;
  let people: Record<Name, Person>;
  let count = 0;
  const apps: TestApp[] = [];
  const register = async () => {
    count += 1;
    const entries = (Object.entries(names) as [Name, string][]).map(async ([who, name]) => [who, await registerPerson(stage.server, stage.mailbox, { email: `${who}${isAnew ? count : ''}@example.org`, name })] as const);
    people = Object.fromEntries(await Promise.all(entries)) as typeof people;
  };
  beforeAll(async () => {
    stage = await startAccountServer(variables);
    if (!isAnew) await register();
  }, 60_000);
  if (isAnew) beforeEach(register);
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(() => stage.close());

  const self: TestApps<Name> = {
    get server() {
      return stage.server;
    },
    get people() {
      return people;
    },
    async app() {
      const app = await startTestApp();
      apps.push(app);
      return app;
    },
    async signedIn(who) {
      const app = await self.app();
      await self.signIn(app, who);
      return app;
    },
    signIn: (app, who) => app.api.account.signIn({ server: stage.server.url, email: people[who].email, password: GOOD_PASSWORD }),
  };
  return self;
}

/** An op that adds a screen. */
export const node = (id: string, title: string, x = 0) => ({ op: 'add' as const, kind: 'node' as const, id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } });
/** An op that names a screen anew. */
export const retitle = (id: string, from: string, to: string) => ({ op: 'set' as const, kind: 'node' as const, id, field: 'data.title', from, to });

/** Waits until the flow says this in all apps. */
export function isEverywhere(flowId: string, title: string, ...apps: TestApp[]): Promise<void> {
  return until(`everybody has ${title}`, async () => (await Promise.all(apps.map((app) => app.textOf(flowId)))).every((text) => text.includes(title)));
}
