/** The keys of accounts in real apps: changed, begun anew, brought to new devices, kept apart; and servers that are away or lie. */
import { expect, test } from 'vitest';
import { opens, stateOf, startSealedStage } from './sealedStage.ts';
import { isEverywhere, node, retitle } from './testApps.ts';
import { until } from './testDevice.ts';

const at = startSealedStage();
const { started, signedIn, comesByLink } = at;

test('keys that changed are an alarm: nothing is given until a person has confirmed what they compared', async () => {
  const { ann, workspaceId, flowId } = await started();
  const bob = await comesByLink(ann, workspaceId, 'bob');
  await opens(bob, workspaceId);
  await ann.api.keys.refresh({ workspaceId });
  const before = (await bob.api.keys.get()).account.fingerprint!;
  // A device that lost everything: the account begins anew.
  const other = await signedIn('bob');
  await other.api.keys.refresh({});
  expect((await other.api.keys.get()).account).toMatchObject({ state: 'elsewhere', fingerprint: before });
  await other.api.keys.beginAnew({ isMeant: true });
  expect((await other.api.keys.get()).account).toMatchObject({ state: 'here', version: 2 });
  expect(await stateOf(other, workspaceId)).toMatchObject({ state: 'waiting', isOpen: false });
  // The old device hears that its keys count no more.
  await bob.api.keys.refresh({});
  expect((await bob.api.keys.get()).account.state).toBe('replaced');
  await until('the flow stands still there', async () => (await bob.statusOf(flowId)).state === 'stopped');
  await bob.edit(flowId, 'tx_wait', [retitle('node_1', 'Cart', 'Waits')]);
  expect(await bob.statusOf(flowId)).toMatchObject({ state: 'stopped', waiting: 1 });

  await ann.api.keys.refresh({ workspaceId });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'alarm', isOpen: true, alarms: 1 });
  const changed = (await ann.api.keys.members({ workspaceId })).find(({ userId }) => userId === at.people.bob.userId)!;
  expect(changed).toMatchObject({ trust: 'changed', hasKey: false, earlierFingerprint: before });
  await expect(ann.api.keys.give({ workspaceId, userIds: [at.people.bob.userId] })).rejects.toMatchObject({ code: 'KEY_CHANGED' });
  await expect(ann.api.keys.confirm({ workspaceId, userId: at.people.bob.userId, fingerprint: before })).rejects.toMatchObject({ code: 'KEY_CHANGED' });
  // Also a rotation leaves them out.
  await ann.api.keys.rotate({ workspaceId });
  await other.api.keys.refresh({});
  expect((await stateOf(other, workspaceId)).state).toBe('waiting');
  const confirmed = await ann.api.keys.confirm({ workspaceId, userId: at.people.bob.userId, fingerprint: changed.fingerprint! });
  expect(confirmed.find(({ userId }) => userId === at.people.bob.userId)).toMatchObject({ trust: 'verified', hasKey: true });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', alarms: 0, notes: [{ code: 'KEY_GIVEN' }] });
  await other.api.keys.refresh({});
  expect(await opens(other, workspaceId)).toBe(flowId);
});

test('who begins anew where the keys still are keeps what is open there', async () => {
  const { ann, kit, workspaceId, flowId } = await started();
  const { kit: newer } = await ann.api.keys.beginAnew({ isMeant: true });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', isOpen: true, epoch: 1 });
  await ann.edit(flowId, 'tx_anew', [node('node_2', 'Goes on', 300)]);
  await until('sent', async () => (await ann.statusOf(flowId)).waiting === 0);
  const second = await signedIn('ann');
  await expect(second.api.keys.bringByKit({ kit })).rejects.toMatchObject({ code: 'KEYS_NOT_OPENED' });
  await second.api.keys.bringByKit({ kit: newer });
  expect(await opens(second, workspaceId)).toBe(flowId);
  await isEverywhere(flowId, 'Goes on', second);
});

test('two accounts on one device keep their keys apart', async () => {
  const { ann, workspaceId, flowId } = await started();
  await ann.api.account.signOut();
  expect(await ann.api.keys.get()).toMatchObject({ account: { state: 'signedOut' }, workspaces: [] });
  expect(await ann.statusOf(flowId)).toMatchObject({ state: 'signedOut' });
  await at.signIn(ann, 'bob');
  await ann.api.keys.refresh({});
  expect((await ann.api.keys.get()).account.state).toBe('none');
  await ann.api.keys.setUp();
  expect((await ann.api.keys.get()).workspaces).toEqual([]);
  await ann.edit(flowId, 'tx_other', [node('node_2', 'While Bob sat here', 300)]);
  expect(await ann.statusOf(flowId)).toMatchObject({ state: 'signedOut', waiting: 1, reason: { code: 'OTHER_ACCOUNT' } });
  await ann.api.account.signOut();
  await at.signIn(ann, 'ann');
  await until('sent', async () => (await ann.statusOf(flowId)).state === 'synced');
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok' });
});

test('a new device gets the keys by the kit or by a code; slips are told, and old kits and used codes open nothing', async () => {
  const { ann, kit, workspaceId, flowId } = await started();
  const second = await signedIn('ann');
  await second.api.keys.refresh({});
  expect(await stateOf(second, workspaceId)).toMatchObject({ state: 'locked', isOpen: false });
  const slip = kit.replace(/.$/, (last) => (last === '7' ? '8' : '7'));
  expect(await second.api.keys.checkTyped({ kind: 'kit', text: slip })).toEqual({ problem: 'CHECKSUM' });
  expect(await second.api.keys.checkTyped({ kind: 'kit', text: kit.slice(0, 20) })).toEqual({ problem: 'LENGTH' });
  await expect(second.api.keys.bringByKit({ kit: slip })).rejects.toMatchObject({ code: 'KEY_TEXT_MISTYPED', data: { kind: 'kit', problem: 'CHECKSUM' } });
  expect(await second.api.keys.bringByKit({ kit: kit.toLowerCase().replaceAll('-', ' ') })).toMatchObject({ state: 'here', version: 1 });
  expect(await opens(second, workspaceId)).toBe(flowId);
  await second.edit(flowId, 'tx_second', [node('node_s', 'On the second', 300)]);
  await isEverywhere(flowId, 'On the second', ann);
  await second.restart();
  await until('synced', async () => (await second.statusOf(flowId)).state === 'synced');

  const { kit: newer } = await second.api.keys.newKit();
  const third = await signedIn('ann');
  await expect(third.api.keys.bringByKit({ kit })).rejects.toMatchObject({ code: 'KEYS_NOT_OPENED' });
  const { code, until: ends } = await ann.api.keys.showCode();
  expect(ends).toBeGreaterThan(Date.now());
  expect(await third.api.keys.bringByCode({ code })).toMatchObject({ state: 'here' });
  const fourth = await signedIn('ann');
  await expect(fourth.api.keys.bringByCode({ code })).rejects.toMatchObject({ code: 'DEVICE_CODE_UNKNOWN' });
  await expect(fourth.api.keys.setUp()).rejects.toMatchObject({ code: 'KEYS_EXIST' });
  expect(await fourth.api.keys.bringByKit({ kit: newer })).toMatchObject({ state: 'here' });
  // A borrowed machine: what was shared stays here, and stands still.
  await opens(fourth, workspaceId);
  await fourth.api.keys.forgetHere();
  expect((await fourth.api.keys.get()).account.state).toBe('elsewhere');
  await fourth.edit(flowId, 'tx_fourth', [node('node_f', 'On the fourth', 900)]);
  expect(await fourth.statusOf(flowId)).toMatchObject({ state: 'stopped', waiting: 1, reason: { code: 'KEYS_NOT_HERE' } });
  await fourth.api.keys.bringByKit({ kit: newer });
  await isEverywhere(flowId, 'On the fourth', ann);
});

test('with no network an app starts, is edited and says that it is offline; then it goes on', async () => {
  const { ann, workspaceId, flowId } = await started();
  ann.pull();
  await ann.restart();
  await ann.edit(flowId, 'tx_off', [node('node_o', 'In the tunnel', 300)]);
  await until('offline', async () => (await ann.statusOf(flowId)).state === 'offline');
  expect(await ann.statusOf(flowId)).toMatchObject({ waiting: 1, reason: { code: 'SERVER_UNREACHABLE' } });
  expect((await ann.api.keys.get()).account.state).toBe('unknown');
  ann.plugIn();
  await until('synced', async () => (await ann.statusOf(flowId)).state === 'synced');
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok' });
});

test('a server that says that an encrypted workspace is plain, or that its key is an older one, gets nothing', async () => {
  const { ann, workspaceId, flowId } = await started();
  const { pool } = at.server.database;
  const entries = async () => Number((await pool.query('select count(*) as n from entry e join log l on l.id = e.log_id where l.workspace_id = $1', [workspaceId])).rows[0].n);
  await ann.edit(flowId, 'tx_sent', [node('node_2', 'Sent', 300)]);
  await until('sent', async () => (await ann.statusOf(flowId)).waiting === 0);
  const stood = await entries();
  await pool.query('update workspace set encrypted = false where id = $1', [workspaceId]);
  await ann.api.keys.refresh({ workspaceId });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'alarm', isOpen: false, reason: { code: 'KEY_EPOCH_BACK' } });
  expect((await ann.api.sync.workspaces()).find(({ id }) => id === workspaceId)).toMatchObject({ encrypted: true });
  await ann.edit(flowId, 'tx_kept', [node('node_3', 'Kept here', 600)]);
  expect(await ann.statusOf(flowId)).toMatchObject({ state: 'stopped', waiting: 1, reason: { code: 'KEY_EPOCH_BACK' } });
  const flow = await ann.api.flows.create({ name: 'Another' });
  await expect(ann.api.sync.share({ flowId: flow.id, workspaceId })).rejects.toMatchObject({ code: 'KEY_EPOCH_BACK' });
  await expect(ann.api.sync.createProject({ workspaceId, name: 'Project' })).rejects.toMatchObject({ code: 'KEY_EPOCH_BACK' });
  // The same after a start: it is remembered on the disk.
  await ann.restart();
  await until('stopped', async () => (await ann.statusOf(flowId)).state === 'stopped');
  expect((await ann.statusOf(flowId)).reason?.code).toBe('KEY_EPOCH_BACK');
  expect(await entries()).toBe(stood);
  await pool.query('update workspace set encrypted = true where id = $1', [workspaceId]);
  await ann.api.sync.retry();
  await until('sent', async () => (await ann.statusOf(flowId)).waiting === 0);

  await ann.api.keys.rotate({ workspaceId });
  await pool.query('update workspace set epoch = 1 where id = $1', [workspaceId]);
  await ann.api.keys.refresh({ workspaceId });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'alarm', isOpen: false, reason: { code: 'KEY_EPOCH_BACK' } });
});
