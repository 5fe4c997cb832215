/** The whole way, as two people go it: register, confirm by mail, invite, accept, share a flow, edit it together, and part. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stateText } from '@uxflow/core';
import { accountVariables, registerPerson, type Person } from '../../test/testAccounts.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startDevice, until, type Device } from '../../test/testDevice.ts';
import { secretOf, startTestMailbox, type TestMailbox } from '../../test/testMailbox.ts';
import { socketUrl, startTestServer } from '../../test/testServer.ts';
import { ask } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let mailbox: TestMailbox;
let server: RunningServer;
const devices: Device[] = [];

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  mailbox = await startTestMailbox();
  server = await startTestServer(database.url, accountVariables(mailbox));
});
afterAll(async () => {
  for (const device of devices) device.stop();
  await server.close();
  await mailbox.close();
  await database.drop();
  await postgres.close();
});

function open(person: Person, logId: string): Device {
  const device = startDevice({ url: () => socketUrl(server.port), member: person, logId, flowId: 'flow_1', hurry: 10 });
  devices.push(device);
  return device;
}

let count = 0;
function rename(device: Device, name: string): string {
  const id = `tx_together_${++count}`;
  device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, { id, logId: 'log_together', author: { kind: 'user', id: device.member.userId, name }, at: 1 });
  return id;
}

test('two people share a flow from nothing, lose no edit, and one of them is put out', async () => {
  const [ann, bob] = [await registerPerson(server, mailbox, { email: 'ann@example.test' }), await registerPerson(server, mailbox, { email: 'bob@example.test' })];
  const { body: workspace } = await ask(server.url, ann, 'POST', '/workspaces', { name: 'Team' });
  await ask(server.url, ann, 'POST', `/workspaces/${workspace.id}/invite`, { email: bob.email });
  const token = secretOf(await mailbox.take(bob.email, 'Team'));
  const accepted = await ask(server.url, bob, 'POST', '/invitations/accept', { token });
  expect(accepted.body).toEqual({ workspaceId: workspace.id });
  const { body: project } = await ask(server.url, ann, 'POST', `/workspaces/${workspace.id}/projects`, { name: 'Web' });
  expect((await ask(server.url, ann, 'POST', `/workspaces/${workspace.id}/flows`, { logId: 'log_together', name: 'Sign up', projectId: project.id })).status).toBe(201);
  // Bob finds it in his list and opens it.
  const { body: list } = await ask(server.url, bob, 'GET', `/workspaces/${workspace.id}/flows`);
  expect(list.flows).toMatchObject([{ logId: 'log_together', name: 'Sign up', scope: 'edit', createdByName: 'ann' }]);
  const [a, b] = [open(ann, list.flows[0].logId), open(bob, list.flows[0].logId)];
  for (const device of [a, b]) await until('synced', () => device.open.status().state === 'synced');
  rename(a, 'One');
  await until('bob sees it', () => b.replica.confirmed.flow.name === 'One');
  b.client.stop();
  rename(a, 'Ann');
  rename(b, 'Bob');
  b.client.start();
  await until('both have both', () => a.replica.confirmed.no === 3 && b.replica.confirmed.no === 3 && b.replica.pending.length === 0);
  expect([stateText(a.replica.confirmed), a.replica.confirmed.conflict.size]).toEqual([stateText(b.replica.confirmed), 1]);
  // Out: the next edit goes nowhere, and stays with him.
  expect((await ask(server.url, ann, 'DELETE', `/workspaces/${workspace.id}/members/${bob.userId}`)).status).toBe(204);
  await until('bob is out', () => b.open.status().state !== 'synced', 1000);
  rename(b, 'Bob again');
  rename(a, 'Ann again');
  await until('ann has it', () => a.replica.confirmed.flow.name === 'Ann again');
  expect([b.replica.confirmed.no, b.replica.pending.length + b.disk.denied.length, a.replica.confirmed.no]).toEqual([3, 1, 4]);
  const { body: history } = await ask(server.url, ann, 'GET', `/workspaces/${workspace.id}/activity`);
  expect(history.activity.map(({ code }: { code: string }) => code)).toEqual(['MEMBER_REMOVED', 'FLOW_SHARED', 'PROJECT_CREATED', 'MEMBER_JOINED', 'INVITATION_SENT', 'WORKSPACE_CREATED']);
  const { rows } = await server.database.pool.query<{ type: string }>(`select distinct type from outbox order by type`);
  expect(rows.map(({ type }) => type)).toEqual(['ACCESS_NARROWED', 'INVITATION_SENT', 'MEMBER_JOINED', 'MEMBER_REMOVED', 'PROJECT_CREATED', 'USER_ACTIVITY_LOGGED', 'USER_REGISTERED', 'WORKSPACE_CREATED']);
});
