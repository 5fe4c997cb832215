/** People at work in an encrypted workspace, each with an app of their own on a real server: coming, waiting, leaving, names, pictures, links. */
import { expect, test } from 'vitest';
import { openLink, readLinkFragment } from '@uxflow/core/keys';
import { opens, stateOf, startSealedStage } from './sealedStage.ts';
import type { TestApp } from './testApp.ts';
import { isEverywhere, node, retitle } from './testApps.ts';
import { until } from './testDevice.ts';
import { testCipher } from './testKeyDevice.ts';

const at = startSealedStage();
const { started, withKeys, signedIn, comesByLink } = at;

/** Who is invited accepts from the app's list, without the link. */
async function acceptByList(app: TestApp): Promise<void> {
  const { invitations } = await app.api.inbox.refresh();
  await app.api.inbox.accept({ invitationId: invitations[0]!.id });
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
  expect(atAnn.peers()[0]).toMatchObject({ userId: at.people.bob.userId, cursor: { x: 12, y: 34 } });
});

test('a colleague without the key waits, shares and sends nothing, and reads everything once it is given', async () => {
  const { ann, workspaceId, flowId } = await started();
  await ann.edit(flowId, 'tx_more', [node('node_2', 'Earlier step', 300)]);
  const { app: bob } = await withKeys('bob');
  await ann.api.keys.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'de' });
  await acceptByList(bob);
  await bob.api.keys.refresh({});
  expect(await stateOf(bob, workspaceId)).toMatchObject({ state: 'waiting', isOpen: false, epoch: 0 });
  const [listed] = (await bob.api.sync.flows()).filter((one) => one.workspaceId === workspaceId);
  expect(listed).toMatchObject({ name: '', encrypted: true, isLocked: true });
  await expect(bob.api.sync.open({ logId: listed!.logId, workspaceId })).rejects.toMatchObject({ code: 'LOG_KEY_MISSING' });
  const own = await bob.api.flows.create({ name: 'Of Bob' });
  await expect(bob.api.sync.share({ flowId: own.id, workspaceId })).rejects.toMatchObject({ code: 'LOG_KEY_MISSING' });
  expect(await bob.statusOf(own.id)).toMatchObject({ state: 'local' });
  await expect(bob.api.sync.createProject({ workspaceId, name: 'Plain words' })).rejects.toMatchObject({ code: 'LOG_KEY_MISSING' });

  await ann.api.keys.refresh({ workspaceId });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', lacking: 1 });
  const seen = (await ann.api.keys.members({ workspaceId })).find(({ userId }) => userId === at.people.bob.userId)!;
  expect(seen).toMatchObject({ trust: 'new', hasKey: false, isGuest: false, email: at.people.bob.email });
  expect(seen.fingerprint).toBe((await bob.api.keys.get()).account.fingerprint);
  const after = await ann.api.keys.give({ workspaceId, userIds: [at.people.bob.userId] });
  expect(after.find(({ userId }) => userId === at.people.bob.userId)).toMatchObject({ trust: 'pinned', hasKey: true });
  await bob.api.keys.refresh({});
  expect(await stateOf(bob, workspaceId)).toMatchObject({ state: 'ok', isOpen: true, epoch: 1 });
  expect(await opens(bob, workspaceId)).toBe(flowId);
  await isEverywhere(flowId, 'Earlier step', bob);
  await bob.api.sync.share({ flowId: own.id, workspaceId });
  await until('ann sees it', async () => (await ann.api.sync.flows()).some(({ name }) => name === 'Of Bob'));
});

test('a colleague who waits has the key as soon as it is given, and who can give it hears of them, without anybody asking', async () => {
  const { ann, workspaceId, flowId } = await started();
  const { app: bob } = await withKeys('bob');
  await ann.api.keys.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'en' });
  // The clock of Ann's app is a minute from its next look, that of Bob's ten seconds: what they know before that they were told.
  await ann.api.keys.refresh({});
  await acceptByList(bob);
  await until('ann hears that bob came', async () => (await stateOf(ann, workspaceId)).lacking === 1, 5000);
  await bob.api.keys.refresh({});
  // No flow of the workspace is here yet: the key alone is what it is connected for.
  await until('bob is connected', async () => (await bob.api.account.get()).isConnected);
  await bob.api.keys.refresh({});
  expect(await stateOf(bob, workspaceId)).toMatchObject({ state: 'waiting' });
  await ann.api.keys.give({ workspaceId, userIds: [at.people.bob.userId] });
  await until('bob has the key', async () => (await stateOf(bob, workspaceId)).isOpen, 5000);
  expect(await opens(bob, workspaceId)).toBe(flowId);
  await bob.api.account.signOut();
  expect(await bob.api.account.get()).toMatchObject({ user: null, isConnected: false });
});

test('after a removal the next key is made, and what waited offline goes out under it', async () => {
  const { ann, workspaceId, flowId } = await started();
  const bob = await comesByLink(ann, workspaceId, 'bob');
  const cleo = await comesByLink(ann, workspaceId, 'cleo');
  await opens(bob, workspaceId);
  await opens(cleo, workspaceId);
  await ann.api.keys.refresh({ workspaceId });
  // Who came by the link was vouched for by its secret.
  expect((await ann.api.keys.members({ workspaceId })).map(({ trust }) => trust).sort()).toEqual(['own', 'verified', 'verified']);
  await until('cleo is there', async () => (await cleo.statusOf(flowId)).state === 'synced');
  cleo.pull();
  await until('offline', async () => (await cleo.statusOf(flowId)).state === 'offline');
  await cleo.edit(flowId, 'tx_off_1', [node('node_c', 'Offline step', 600)]);
  await cleo.edit(flowId, 'tx_off_2', [retitle('node_1', 'Cart', 'Trolley')]);
  await ann.api.workspaces.removeMember({ workspaceId, userId: at.people.bob.userId });
  await ann.api.keys.refresh({ workspaceId });
  expect(await stateOf(ann, workspaceId)).toMatchObject({ state: 'ok', epoch: 2, isStale: false, notes: [{ code: 'KEY_ROTATED', params: { epoch: 2 } }] });
  await until('bob is out', async () => (await bob.statusOf(flowId)).state === 'stopped');
  await ann.edit(flowId, 'tx_after', [node('node_a', 'After removal', 300)]);
  await until('sent', async () => (await ann.statusOf(flowId)).waiting === 0);
  // Also through an end of the program.
  await cleo.restart();
  expect(await cleo.statusOf(flowId)).toMatchObject({ waiting: 2 });
  cleo.plugIn();
  await isEverywhere(flowId, 'Offline step', ann, cleo);
  await isEverywhere(flowId, 'After removal', ann, cleo);
  expect(await ann.textOf(flowId)).toContain('Trolley');
  expect(await cleo.statusOf(flowId)).toMatchObject({ asides: 0 });
  expect((await stateOf(cleo, workspaceId)).epoch).toBe(2);
  const { rows } = await at.server.database.pool.query<{ record: Buffer }>('select record from entry e join log l on l.id = e.log_id where l.workspace_id = $1 order by no', [workspaceId]);
  expect(rows.map(({ record }) => /"epoch":(\d)/.exec(record.toString('latin1'))![1])).toEqual(['2', '2', '2']);
  expect(await bob.textOf(flowId)).not.toContain('After removal');
  const [note] = (await stateOf(ann, workspaceId)).notes;
  await ann.api.keys.dismissNote({ workspaceId, noteId: note!.id });
  expect((await stateOf(ann, workspaceId)).notes).toEqual([]);
});

test('an open app goes on by itself when another device makes the next key', async () => {
  const { ann, workspaceId, flowId } = await started();
  const cleo = await comesByLink(ann, workspaceId, 'cleo', 'admin');
  await opens(cleo, workspaceId);
  await until('cleo is there', async () => (await cleo.statusOf(flowId)).state === 'synced');
  expect(await ann.api.keys.rotate({ workspaceId })).toMatchObject({ epoch: 2, state: 'ok' });
  await cleo.edit(flowId, 'tx_cleo', [node('node_c', 'Of Cleo', 300)]);
  await isEverywhere(flowId, 'Of Cleo', ann, cleo);
  await until('sent', async () => (await cleo.statusOf(flowId)).waiting === 0);
  expect((await stateOf(cleo, workspaceId)).epoch).toBe(2);
  // Both at once: one makes it, the other takes it.
  await Promise.all([ann.api.keys.rotate({ workspaceId }), cleo.api.keys.rotate({ workspaceId })]);
  await Promise.all([ann.api.keys.refresh({ workspaceId }), cleo.api.keys.refresh({ workspaceId })]);
  expect((await stateOf(cleo, workspaceId)).epoch).toBe((await stateOf(ann, workspaceId)).epoch);
  await ann.edit(flowId, 'tx_last', [node('node_l', 'Last', 600)]);
  await isEverywhere(flowId, 'Last', cleo);
});

test('names of projects and flows are sealed where they go, and open in the lists of members', async () => {
  const { ann, workspaceId, flowId } = await started('First name');
  const bob = await comesByLink(ann, workspaceId, 'bob');
  const project = await ann.api.sync.createProject({ workspaceId, name: 'Secret project' });
  expect(project).toMatchObject({ name: 'Secret project', encrypted: true, isLocked: false });
  const flow = await ann.api.flows.create({ name: 'In the project' });
  await ann.api.sync.share({ flowId: flow.id, workspaceId, projectId: project.id });
  expect((await bob.api.sync.projects({ workspaceId })).map(({ name, flows }) => [name, flows])).toEqual([['Secret project', 1]]);
  expect((await bob.api.sync.flows()).find(({ name }) => name === 'In the project')).toMatchObject({ projectId: project.id });
  await ann.api.flows.rename({ flowId, name: 'Second name' });
  await until('the list has the new name', async () => (await bob.api.sync.flows()).some(({ name }) => name === 'Second name'));
  const { rows } = await at.server.database.pool.query<{ name: string | null; sealed: string | null }>('select name, sealed from shared_log where workspace_id = $1 union all select name, sealed from project where workspace_id = $1', [workspaceId]);
  expect(rows).toHaveLength(3);
  expect(rows.every(({ name, sealed }) => name === null && sealed !== null)).toBe(true);
});

test('pictures that a flow names come sealed, also from offline and across a rotation; a changed one is not shown', async () => {
  const { ann, workspaceId, flowId } = await started();
  const { pool } = at.server.database;
  const bob = await comesByLink(ann, workspaceId, 'bob');
  await opens(bob, workspaceId);
  const pictured = async (app: TestApp, n: number) => {
    const base64 = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><text>${n}</text></svg>`).toString('base64');
    const { assetId } = await app.api.assets.add({ base64 });
    await app.edit(flowId, `tx_picture_${n}`, [{ op: 'add', kind: 'node', id: `node_p${n}`, value: { type: 'screen', position: { x: n * 300, y: 300 }, data: { title: `Pictured ${n}` }, variants: { variant_1: { order: 'a0', type: 'empty', name: 'Empty', assetId } } } }]);
    return { assetId, base64 };
  };
  const stored = async () => (await pool.query<{ name: string }>('select a.name from asset a join log l on l.id = a.log_id where l.workspace_id = $1', [workspaceId])).rows.length;
  const one = await pictured(ann, 1);
  await until('one is there', async () => (await stored()) === 1);
  bob.pull();
  const two = await pictured(bob, 2);
  await ann.api.keys.rotate({ workspaceId });
  bob.plugIn();
  await until('two are there', async () => (await stored()) === 2);
  await until('ann has it', async () => (await ann.textOf(flowId)).includes(two.assetId));
  expect(await ann.api.assets.get({ flowId, assetId: two.assetId })).toEqual({ mediaType: 'image/svg+xml', base64: two.base64 });
  // Under the key before: the name follows from that, and is found.
  const cleo = await comesByLink(ann, workspaceId, 'cleo');
  await opens(cleo, workspaceId);
  await until('cleo has the flow', async () => (await cleo.textOf(flowId)).includes(two.assetId));
  expect((await cleo.api.assets.get({ flowId, assetId: one.assetId })).base64).toBe(one.base64);
  await expect(cleo.api.assets.get({ flowId, assetId: 'a'.repeat(64) })).rejects.toMatchObject({ code: 'ASSET_NOT_NAMED' });
  await pool.query(`update asset set bytes = set_byte(bytes, size - 1, (get_byte(bytes, size - 1) + 1) % 256) from log l where l.id = asset.log_id and l.workspace_id = $1`, [workspaceId]);
  await expect(cleo.api.assets.get({ flowId, assetId: two.assetId })).rejects.toMatchObject({ code: 'ASSET_DAMAGED' });
  // What was fetched once needs no server any more.
  cleo.pull();
  expect((await cleo.api.assets.get({ flowId, assetId: one.assetId })).base64).toBe(one.base64);
  await expect(cleo.api.assets.get({ flowId, assetId: two.assetId })).rejects.toMatchObject({ code: expect.stringMatching(/SERVER_UNREACHABLE|LOG_KEY_MISSING/) });
});

test('links that are no invitation, are of another server or were used are told apart; nothing is accepted without keys', async () => {
  const { ann, workspaceId } = await started();
  const { link, invitationId } = await ann.api.keys.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'en' });
  expect(await ann.api.keys.invitationLink({ workspaceId, invitationId })).toEqual({ link, invitationId });
  const bob = await signedIn('bob');
  await expect(bob.api.keys.join({ link })).rejects.toMatchObject({ code: 'KEYS_NOT_HERE' });
  expect((await at.server.database.pool.query('select 1 from member where workspace_id = $1 and user_id = $2', [workspaceId, at.people.bob.userId])).rowCount).toBe(0);
  await bob.api.keys.setUp();
  await expect(bob.api.keys.join({ link: link.slice(0, -3) })).rejects.toMatchObject({ code: 'INVITATION_LINK_INVALID' });
  await expect(bob.api.keys.join({ link: link.replace(at.server.url, 'https://sync.example.com') })).rejects.toMatchObject({ code: 'INVITATION_OTHER_SERVER', data: { host: 'sync.example.com' } });
  const { app: cleo } = await withKeys('cleo');
  await expect(cleo.api.keys.join({ link })).rejects.toMatchObject({ code: 'INVITATION_NOT_FOUND' });
  // The next key comes before he does: the link still opens the newest.
  await ann.api.keys.rotate({ workspaceId });
  expect(await bob.api.keys.join({ link })).toEqual({ workspaceId, isOpen: true });
  expect(await stateOf(bob, workspaceId)).toMatchObject({ state: 'ok', epoch: 2 });
  await expect(bob.api.keys.join({ link })).rejects.toMatchObject({ code: 'INVITATION_NOT_FOUND' });
});

test('a join that is cut off is taken up again, also after a start: the key that was handed out once is not lost', async () => {
  const { ann, workspaceId, flowId } = await started();
  // The invitation is there and its key is not: the link is made again.
  ann.lose('/key');
  await expect(ann.api.keys.invite({ workspaceId, email: at.people.bob.email, role: 'member', language: 'en' })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  ann.lose(null);
  const [open] = (await ann.api.workspaces.get({ workspaceId })).invitations;
  const { link } = await ann.api.keys.invitationLink({ workspaceId, invitationId: open!.id });
  const { app: bob } = await withKeys('bob');
  bob.lose('/keys/proof');
  await expect(bob.api.keys.join({ link })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  expect(await stateOf(bob, workspaceId)).toMatchObject({ state: 'waiting', isOpen: false });
  await bob.restart();
  bob.lose(null);
  expect(await bob.api.keys.join({ link })).toEqual({ workspaceId, isOpen: true });
  expect(await opens(bob, workspaceId)).toBe(flowId);
  expect([...bob.secrets.keys()].filter((name) => name.startsWith('invitation'))).toEqual([]);
  // Once he is verified the inviter's device forgets the secret, too.
  await ann.api.keys.refresh({ workspaceId });
  expect((await ann.api.keys.members({ workspaceId })).find(({ userId }) => userId === at.people.bob.userId)).toMatchObject({ trust: 'verified', hasKey: true });
  expect([...ann.secrets.keys()].filter((name) => name.startsWith('invitation'))).toEqual([]);
});

test('links to a flow open after a rotation under the address that they had, with and without a password', async () => {
  const { ann, workspaceId, flowId } = await started();
  const { pool } = at.server.database;
  const cipher = await testCipher();
  const { logId } = (await ann.api.sync.flows()).find((one) => one.workspaceId === workspaceId)!;
  const wanted = { mayComment: false, expiresAt: null };
  await ann.api.links.allow({ flowId, allowed: true });
  const links = [await ann.api.links.create({ flowId, name: 'For the client', ...wanted }), await ann.api.links.create({ flowId, name: 'With a word', password: 'open sesame', ...wanted })];
  await ann.api.keys.rotate({ workspaceId });
  await ann.edit(flowId, 'tx_new', [node('node_n', 'New', 300)]);
  for (const [n, { id, address }] of links.entries()) {
    const { rows } = await pool.query<{ epoch: number; salt: string | null; sealed: string; forMembers: string }>(`select epoch, salt, sealed, for_members as "forMembers" from link_key where link_id = $1`, [id]);
    const { salt, ...row } = rows[0]!;
    expect(row.epoch).toBe(2);
    const opened = openLink(cipher, { linkId: id, logId, ...row, ...(salt === null ? {} : { salt }) }, readLinkFragment(new URL(address!).hash)!, n === 0 ? undefined : 'open sesame');
    expect([opened.epoch, opened.logKey(logId, 1) !== undefined, opened.logKey(logId, 2) !== undefined]).toEqual([2, true, true]);
  }
});
