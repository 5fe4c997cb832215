/** Apps of three people with data folders of their own, in an encrypted workspace on a real server. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { RunningServer } from '../src/server.ts';
import { GOOD_PASSWORD, registerPerson, type Person } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestApp, type TestApp } from './testApp.ts';
import { until } from './testDevice.ts';

export type Name = 'ann' | 'bob' | 'cleo';

export interface SealedStage {
  readonly server: RunningServer;
  /** Of this test alone: their keys are those of its devices. */
  readonly people: Readonly<Record<Name, Person>>;
  signedIn(who: Name): Promise<TestApp>;
  /** An app whose account has keys. */
  withKeys(who: Name): Promise<{ app: TestApp; kit: string }>;
  /** Ann has an encrypted workspace, and a flow with one screen in it. */
  started(name?: string): Promise<{ ann: TestApp; kit: string; workspaceId: string; flowId: string }>;
  /** Somebody comes by the link that Ann's app shows. */
  comesByLink(ann: TestApp, workspaceId: string, who: Name, role?: 'admin' | 'member'): Promise<TestApp>;
}

const NAMES: Name[] = ['ann', 'bob', 'cleo'];

/** A stage for the tests of a file; its apps end with each test. */
export function startSealedStage(): SealedStage {
  let stage: AccountServer;
  let people: Record<Name, Person>;
  let count = 0;
  const apps: TestApp[] = [];
  beforeAll(async () => {
    stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
  }, 60_000);
  afterAll(() => stage.close());
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  const newPeople = async () => {
    const { server, mailbox } = stage;
    count += 1;
    const entries = await Promise.all(NAMES.map(async (name) => [name, await registerPerson(server, mailbox, { email: `${name}${count}@example.org`, name: name[0]!.toUpperCase() + name.slice(1) })] as const));
    people = Object.fromEntries(entries) as typeof people;
  };
  const self: SealedStage = {
    get server() {
      return stage.server;
    },
    get people() {
      return people;
    },
    async signedIn(who) {
      const app = await startTestApp();
      apps.push(app);
      await app.api.account.signIn({ server: stage.server.url, email: people[who].email, password: GOOD_PASSWORD });
      return app;
    },
    async withKeys(who) {
      const app = await self.signedIn(who);
      const { kit } = await app.api.keys.setUp();
      return { app, kit };
    },
    async started(name = 'Checkout') {
      await newPeople();
      const { app: ann, kit } = await self.withKeys('ann');
      const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: `Team ${count}`, encrypted: true });
      expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', isOpen: true, epoch: 1 });
      const flow = await ann.api.flows.create({ name });
      await ann.edit(flow.id, 'tx_first', [node('node_1', 'Cart')]);
      await ann.api.sync.share({ flowId: flow.id, workspaceId });
      await until('the server has the snapshot', async () => (await stage.server.database.pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount === 1);
      return { ann, kit, workspaceId, flowId: flow.id };
    },
    async comesByLink(ann, workspaceId, who, role = 'member') {
      const { link } = await ann.api.keys.invite({ workspaceId, email: people[who].email, role, language: 'en' });
      const { app } = await self.withKeys(who);
      expect(await app.api.keys.join({ link })).toEqual({ workspaceId, isOpen: true });
      return app;
    },
  };
  return self;
}

export const node = (id: string, title: string, x = 0) => ({ op: 'add' as const, kind: 'node' as const, id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } });
export const retitle = (id: string, from: string, to: string) => ({ op: 'set' as const, kind: 'node' as const, id, field: 'data.title', from, to });

/** What an app says of the keys of a workspace. */
export async function stateOf(app: TestApp, workspaceId: string) {
  return (await app.api.keys.get()).workspaces.find((one) => one.workspaceId === workspaceId)!;
}

/** Waits until the flow says this in all apps. */
export function isEverywhere(flowId: string, title: string, ...apps: TestApp[]): Promise<void> {
  return until(`everybody has ${title}`, async () => (await Promise.all(apps.map((app) => app.textOf(flowId)))).every((text) => text.includes(title)));
}

/** Opens the first flow of a workspace; its id here. */
export async function opens(app: TestApp, workspaceId: string): Promise<string> {
  const listed = (await app.api.sync.flows()).find((one) => one.workspaceId === workspaceId)!;
  return (await app.api.sync.open({ logId: listed.logId, workspaceId })).id;
}
