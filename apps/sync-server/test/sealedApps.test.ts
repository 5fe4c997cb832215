/** Apps as people use them in an encrypted workspace, each with a data folder of its own, on a real server. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { GOOD_PASSWORD, registerPerson, type Person } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestApp, type TestApp } from './testApp.ts';
import { until } from './testDevice.ts';

let stage: AccountServer;
type Name = 'ann' | 'bob' | 'cleo';
const NAMES: Name[] = ['ann', 'bob', 'cleo'];
let people: Record<Name, Person>;
const apps: TestApp[] = [];
beforeAll(async () => {
  stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
}, 60_000);
afterAll(() => stage.close());
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

let count = 0;
const node = (id: string, title: string, x = 0) => ({ op: 'add' as const, kind: 'node' as const, id, value: { type: 'screen', position: { x, y: 0 }, data: { title } } });
const retitle = (id: string, from: string, to: string) => ({ op: 'set' as const, kind: 'node' as const, id, field: 'data.title', from, to });

/** People of this test alone: their keys are those of its devices. */
async function newPeople(): Promise<void> {
  const { server, mailbox } = stage;
  count += 1;
  const entries = await Promise.all(NAMES.map(async (name) => [name, await registerPerson(server, mailbox, { email: `${name}${count}@example.org`, name: name[0]!.toUpperCase() + name.slice(1) })] as const));
  people = Object.fromEntries(entries) as typeof people;
}
async function signedIn(who: Name): Promise<TestApp> {
  const app = await startTestApp();
  apps.push(app);
  await app.api.account.signIn({ server: stage.server.url, email: people[who].email, password: GOOD_PASSWORD });
  return app;
}
/** An app whose account has keys. */
async function withKeys(who: Name): Promise<{ app: TestApp; kit: string }> {
  const app = await signedIn(who);
  const { kit } = await app.api.keys.setUp();
  return { app, kit };
}
const stateOf = async (app: TestApp, workspaceId: string) => (await app.api.keys.get()).workspaces.find((one) => one.workspaceId === workspaceId)!;
const isEverywhere = (flowId: string, title: string, ...at: TestApp[]) => until(`everybody has ${title}`, async () => (await Promise.all(at.map((app) => app.textOf(flowId)))).every((text) => text.includes(title)));
const hasSnapshot = (workspaceId: string) => until('the server has the snapshot', async () => (await stage.server.database.pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount === 1);

/** Ann has an encrypted workspace, and a flow with one screen in it. */
async function started(name = 'Checkout') {
  await newPeople();
  const { app: ann, kit } = await withKeys('ann');
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: `Team ${count}`, encrypted: true });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', isOpen: true, epoch: 1 });
  const flow = await ann.api.flows.create({ name });
  await ann.edit(flow.id, 'tx_first', [node('node_1', 'Cart')]);
  await ann.api.sync.share({ flowId: flow.id, workspaceId });
  await hasSnapshot(workspaceId);
  return { ann, kit, workspaceId, flowId: flow.id };
}
/** Somebody comes by the link that Ann's app shows. */
async function comesByLink(ann: TestApp, workspaceId: string, who: Name, role: 'admin' | 'member' = 'member'): Promise<TestApp> {
  const { link } = await ann.api.keys.invite({ workspaceId, email: people[who].email, role, language: 'en' });
  const { app } = await withKeys(who);
  expect(await app.api.keys.join({ link })).toEqual({ workspaceId, isOpen: true });
  return app;
}
async function opens(app: TestApp, workspaceId: string): Promise<string> {
  const listed = (await app.api.sync.flows()).find((one) => one.workspaceId === workspaceId)!;
  const { id } = await app.api.sync.open({ logId: listed.logId, workspaceId });
  return id;
}

test('who comes by the link of an invitation reads, edits and is seen; the server has no word of it', async () => {
  const { ann, workspaceId, flowId } = await started();
  const bob = await comesByLink(ann, workspaceId, 'bob');
  expect((await bob.api.sync.flows()).find((one) => one.workspaceId === workspaceId)).toMatchObject({ name: 'Checkout', encrypted: true, isLocked: false });
  expect(await opens(bob, workspaceId)).toBe(flowId);
  await bob.edit(flowId, 'tx_bob', [retitle('node_1', 'Cart', 'Basket')]);
  await ann.edit(flowId, 'tx_ann', [node('node_2', 'Pay', 300)]);
  await isEverywhere(flowId, 'Basket', ann, bob);
  await isEverywhere(flowId, 'Pay', ann, bob);
  expect(await ann.textOf(flowId)).toBe(await bob.textOf(flowId));
  await until('synced', async () => (await bob.statusOf(flowId)).state === 'synced');
  expect(await bob.statusOf(flowId)).toMatchObject({ waiting: 0, workspace: { encrypted: true } });
  const atAnn = ann.watch(flowId);
  await bob.api.sync.show({ flowId, shown: { cursor: { x: 12, y: 34 }, selection: ['node_1'], viewport: null } });
  await until('ann sees bob', () => atAnn.peers().length === 1);
  expect(atAnn.peers()[0]).toMatchObject({ userId: people.bob.userId, cursor: { x: 12, y: 34 } });
});
