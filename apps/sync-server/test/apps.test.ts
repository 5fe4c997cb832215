/** Two apps as people use them, on a real server: sign in, share, open, edit together and apart, and what is refused. */
import { expect, test } from 'vitest';
import { GOOD_PASSWORD, type Person } from './testAccounts.ts';
import type { TestApp } from './testApp.ts';
import { isEverywhere, node, retitle, startTestApps } from './testApps.ts';
import { until } from './testDevice.ts';

const at = startTestApps({ ann: 'Ann Arbor', bob: 'Bob' });
const { signedIn } = at;
let count = 0;

/** Ann shares a flow with one screen in a workspace of hers; Bob is there in this role and has opened it. */
async function shared(role: 'member' | 'viewer' | 'commenter' = 'member') {
  const [ann, bob] = [await signedIn('ann'), await signedIn('bob')];
  const { pool } = at.server.database;
  const workspaceId = `ws_test_${++count}`;
  await pool.query(`insert into workspace (id, name, owner_id) values ($1, 'Team', $2)`, [workspaceId, at.people.ann.userId]);
  await pool.query(`insert into member (workspace_id, user_id, role) values ($1, $2, 'owner'), ($1, $3, $4)`, [workspaceId, at.people.ann.userId, at.people.bob.userId, role]);
  const flow = await ann.api.flows.create({ name: 'Checkout' });
  await ann.edit(flow.id, `tx_first_${count}`, [node('node_1', 'Cart')]);
  await ann.api.sync.share({ flowId: flow.id, workspaceId });
  await until('the server has the snapshot', async () => (await pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount === 1);
  const [listed] = (await bob.api.sync.flows()).filter((one) => one.workspaceId === workspaceId);
  expect(listed).toMatchObject({ name: 'Checkout', workspaceName: 'Team', scope: role === 'viewer' ? 'read' : role === 'commenter' ? 'comment' : 'edit' });
  const opened = await bob.api.sync.open({ logId: listed!.logId, workspaceId });
  expect(opened).toMatchObject({ id: flow.id, name: 'Checkout', nodeCount: 1 });
  return { ann, bob, flowId: flow.id, logId: listed!.logId, workspaceId };
}

test('what one edits, the other has; both say when they were synced, and the list names what is shared', async () => {
  const { ann, bob, flowId, logId } = await shared();
  await bob.edit(flowId, 'tx_bob', [retitle('node_1', 'Cart', 'Basket')]);
  await ann.edit(flowId, 'tx_ann', [node('node_2', 'Pay', 300)]);
  await isEverywhere(flowId, 'Basket', ann, bob);
  await isEverywhere(flowId, 'Pay', ann, bob);
  expect(await ann.textOf(flowId)).toBe(await bob.textOf(flowId));
  await until('synced', async () => (await bob.statusOf(flowId)).state === 'synced');
  expect(await bob.statusOf(flowId)).toMatchObject({ waiting: 0, scope: 'edit', asides: 0, workspace: { name: 'Team' } });
  expect((await bob.api.flows.list({}))[0]).toMatchObject({ id: flowId, isShared: true, nodeCount: 2 });
  // The history of the one who came later begins with what was shared; numbers are the same on both sides.
  const numbers = async (app: TestApp) => Object.fromEntries((await app.api.flow.history({ flowId, limit: 20 })).map(({ id, no }) => [id, no]));
  expect(Object.keys(await numbers(ann)).length - Object.keys(await numbers(bob)).length).toBe(2);
  expect((await numbers(ann))['tx_bob']).toBe((await numbers(bob))['tx_bob']);
  // Opened anew from the disk, the chain is that of the server.
  await bob.restart();
  await until('synced again', async () => (await bob.statusOf(flowId)).state === 'synced');
  const { rows } = await at.server.database.pool.query('select head_no as head from log where id = $1', [logId]);
  expect(Number(rows[0].head)).toBe(4);
});

test('with the plug pulled both go on, also through an end of the program, and nothing is lost', async () => {
  const { ann, bob, flowId } = await shared();
  bob.pull();
  await until('offline', async () => (await bob.statusOf(flowId)).state === 'offline');
  await bob.edit(flowId, 'tx_off_1', [node('node_b', 'Offline step', 300)]);
  await bob.edit(flowId, 'tx_off_2', [retitle('node_1', 'Cart', 'Bag')]);
  await ann.edit(flowId, 'tx_on', [node('node_a', 'Online step', 600), retitle('node_1', 'Cart', 'Trolley')]);
  expect(await bob.statusOf(flowId)).toMatchObject({ state: 'offline', waiting: 2, reason: { code: 'CONNECTION_LOST' } });
  expect((await bob.api.flow.history({ flowId, limit: 3 })).map(({ id }) => id)).toEqual(['tx_off_2', 'tx_off_1']);
  await bob.restart();
  expect(await bob.statusOf(flowId)).toMatchObject({ waiting: 2 });
  bob.plugIn();
  await isEverywhere(flowId, 'Offline step', ann, bob);
  await isEverywhere(flowId, 'Online step', ann, bob);
  await until('equal', async () => (await ann.textOf(flowId)) === (await bob.textOf(flowId)));
  expect(await ann.textOf(flowId)).toContain('Bag');
  await until('nothing waits', async () => (await bob.statusOf(flowId)).waiting === 0);
});

test('an own change that waits is undone like any other', async () => {
  const { ann, bob, flowId } = await shared();
  bob.pull();
  await bob.edit(flowId, 'tx_wait', [retitle('node_1', 'Cart', 'Mistake')]);
  expect(await bob.api.flow.undo({ flowId, entryId: 'tx_wait' })).toMatchObject({ kept: [] });
  expect(await bob.textOf(flowId)).toContain('Cart');
  bob.plugIn();
  await bob.edit(flowId, 'tx_after', [node('node_9', 'After', 900)]);
  await isEverywhere(flowId, 'After', ann, bob);
  expect(await ann.textOf(flowId)).toContain('Cart');
});

test('who may only read is told so, and cannot write', async () => {
  const { ann, bob, flowId } = await shared('viewer');
  await until('synced', async () => (await bob.statusOf(flowId)).state === 'synced');
  expect(await bob.statusOf(flowId)).toMatchObject({ scope: null });
  await expect(bob.edit(flowId, 'tx_viewer', [retitle('node_1', 'Cart', 'No')])).rejects.toMatchObject({ code: 'ROLE_READS_ONLY' });
  await ann.edit(flowId, 'tx_owner', [retitle('node_1', 'Cart', 'Yes')]);
  await isEverywhere(flowId, 'Yes', bob);
});

test('who may comment comments, and nothing else', async () => {
  const { ann, bob, flowId } = await shared('commenter');
  await until('synced', async () => (await bob.statusOf(flowId)).state === 'synced');
  await expect(bob.edit(flowId, 'tx_no', [retitle('node_1', 'Cart', 'No')])).rejects.toMatchObject({ code: 'OP_OUT_OF_SCOPE' });
  await bob.edit(flowId, 'tx_comment', [{ op: 'add', kind: 'comment', id: 'comment_1', value: { body: 'Is this clear?', authorId: at.people.bob.userId, authorName: 'Bob', at: 1, nodeId: 'node_1' } }]);
  await isEverywhere(flowId, 'Is this clear?', ann, bob);
  expect((await bob.statusOf(flowId)).asides).toBe(0);
});

test('what was written before the role was taken away is kept aside, and can be tried again or kept as a flow', async () => {
  const { bob, flowId, workspaceId } = await shared();
  const setRole = async (role: string) => {
    await at.server.database.pool.query('update member set role = $3 where workspace_id = $1 and user_id = $2', [workspaceId, at.people.bob.userId, role]);
    await at.server.access.revoke({ userId: at.people.bob.userId, workspaceId });
  };
  bob.pull();
  await bob.edit(flowId, 'tx_late_1', [node('node_l', 'Late step', 300)]);
  await setRole('viewer');
  bob.plugIn();
  await until('reads only', async () => (await bob.statusOf(flowId)).scope === null);
  // Nothing of it is lost while the role is what it is, and once it is back it goes out.
  expect(await bob.textOf(flowId)).toContain('Late step');
  expect((await bob.statusOf(flowId)).waiting).toBe(1);
  await setRole('member');
  await until('sent', async () => (await bob.statusOf(flowId)).waiting === 0);
  // A commenter's edits of before are refused one by one, and put aside.
  bob.pull();
  await bob.edit(flowId, 'tx_late_2', [node('node_m', 'Refused step', 600)]);
  await setRole('commenter');
  bob.plugIn();
  await until('aside', async () => (await bob.statusOf(flowId)).asides === 1);
  expect(await bob.textOf(flowId)).not.toContain('Refused step');
  const [aside] = await bob.api.sync.asides({ flowId });
  expect(aside).toMatchObject({ code: 'ROLE_COMMENTS_ONLY', entries: 1 });
  const { copyId } = await bob.api.sync.settleAside({ flowId, asideId: aside!.id, how: 'copy', name: 'Mine' });
  expect(await bob.textOf(copyId!)).toContain('Refused step');
  expect(await bob.api.sync.asides({ flowId })).toEqual([]);
  expect((await bob.api.flows.list({})).find(({ id }) => id === copyId)?.isShared).toBeUndefined();
});

test('who is removed hears it, keeps the flow, and can go on alone', async () => {
  const { bob, flowId, workspaceId } = await shared();
  await at.server.database.pool.query('delete from member where workspace_id = $1 and user_id = $2', [workspaceId, at.people.bob.userId]);
  await at.server.access.revoke({ userId: at.people.bob.userId, workspaceId });
  await until('stopped', async () => (await bob.statusOf(flowId)).state === 'stopped');
  expect((await bob.statusOf(flowId)).reason?.code).toMatch(/ACCESS_REVOKED|LOG_NOT_FOUND/);
  await bob.edit(flowId, 'tx_alone', [node('node_z', 'Alone', 900)]);
  expect(await bob.statusOf(flowId)).toMatchObject({ state: 'stopped', waiting: 1 });
  await bob.api.sync.detach({ flowId });
  expect(await bob.statusOf(flowId)).toMatchObject({ state: 'local', waiting: 0 });
  expect(await bob.textOf(flowId)).toContain('Alone');
  await bob.restart();
  expect(await bob.textOf(flowId)).toContain('Alone');
});

test('people see each other, and what was just changed', async () => {
  const { ann, bob, flowId } = await shared();
  const [atAnn, atBob] = [ann.watch(flowId), bob.watch(flowId)];
  await until('both synced', () => atAnn.status()?.state === 'synced' && atBob.status()?.state === 'synced');
  await bob.api.sync.show({ flowId, shown: { cursor: { x: 12, y: 34 }, selection: ['node_1'], viewport: { x: 0, y: 0, width: 800, height: 600 } } });
  await until('ann sees bob', () => atAnn.peers().length === 1);
  expect(atAnn.peers()[0]).toMatchObject({ userId: at.people.bob.userId, name: 'Bob', cursor: { x: 12, y: 34 }, selection: ['node_1'] });
  expect(atBob.peers()).toEqual([]);
  await bob.edit(flowId, 'tx_touch', [retitle('node_1', 'Cart', 'Touched')]);
  await until('ann is told', () => atAnn.events.some((event) => event.type === 'touched' && event.ids.includes('node_1')));
  await until('bob has his answer', () => atBob.status()?.waiting === 0);
  expect(atBob.events.filter(({ type }) => type === 'touched')).toEqual([]);
  await bob.api.sync.show({ flowId, shown: null });
  await until('bob is gone', () => atAnn.peers().length === 0);
});

test('after an older copy of the server everybody brings back what it lost', async () => {
  const { ann, bob, flowId, logId } = await shared();
  const { pool } = at.server.database;
  const { rows: start } = await pool.query<{ no: number }>('select head_no::int as no from log where id = $1', [logId]);
  for (const [n, app] of [ann, bob, ann, bob].entries()) {
    await app.edit(flowId, `tx_turn_${n}`, [node(`node_t${n}`, `Turn ${n}`, n * 200)]);
    await isEverywhere(flowId, `Turn ${n}`, ann, bob);
  }
  const kept = start[0]!.no + 1;
  await until('numbered', async () => (await pool.query('select 1 from entry where log_id = $1 and no = $2', [logId, kept + 3])).rowCount === 1);
  // While nobody is connected, as when a server is put back.
  ann.pull();
  bob.pull();
  await until('alone', async () => (await ann.statusOf(flowId)).state === 'offline' && (await bob.statusOf(flowId)).state === 'offline');
  await pool.query('delete from entry where log_id = $1 and no > $2', [logId, kept]);
  await pool.query('delete from snapshot where log_id = $1 and no > $2', [logId, kept]);
  await pool.query('update log set head_no = $2, head_chain = (select encode(chain, \'hex\') from entry where log_id = $1 and no = $2) where id = $1', [logId, kept]);
  ann.plugIn();
  bob.plugIn();
  await until('all four are there again', async () => (await pool.query('select 1 from entry where log_id = $1', [logId])).rowCount === 4, 20_000);
  await until('nothing waits', async () => (await ann.statusOf(flowId)).state === 'synced' && (await bob.statusOf(flowId)).state === 'synced', 20_000);
  for (let n = 0; n < 4; n++) expect(await ann.textOf(flowId)).toContain(`Turn ${n}`);
  expect(await ann.textOf(flowId)).toBe(await bob.textOf(flowId));
  await bob.restart();
  expect(await bob.textOf(flowId)).toBe(await ann.textOf(flowId));
});

test('a backlog of many conflicts waits for its person, who may keep it as a flow of their own', async () => {
  const { ann, bob, flowId } = await shared();
  const titles = Array.from({ length: 25 }, (_, n) => `node_m${n}`);
  await ann.edit(flowId, 'tx_many', titles.map((id, n) => node(id, 'Old', n * 200)));
  await until('bob has them', async () => (await bob.textOf(flowId)).includes('node_m24'));
  bob.pull();
  await bob.edit(flowId, 'tx_mine', titles.map((id) => retitle(id, 'Old', 'Mine')));
  await ann.edit(flowId, 'tx_theirs', titles.map((id) => retitle(id, 'Old', 'Theirs')));
  await until('sent', async () => (await ann.statusOf(flowId)).waiting === 0);
  bob.plugIn();
  await until('asked', async () => (await bob.statusOf(flowId)).state === 'choosing');
  expect((await bob.statusOf(flowId)).backlog).toEqual({ entries: 1, conflicts: 25 });
  const { copyId } = await bob.api.sync.chooseBacklog({ flowId, choice: 'copy', name: 'Mine' });
  expect(await bob.textOf(copyId!)).toContain('"Mine"');
  await until('equal', async () => (await ann.textOf(flowId)) === (await bob.textOf(flowId)));
  expect(await bob.statusOf(flowId)).toMatchObject({ state: 'synced', waiting: 0 });
});

test('a browser signs the app in; nobody else can with what it saw', async () => {
  const app = await at.app();
  const { server } = at;
  const { address } = await app.api.account.signInByBrowser({ server: server.url });
  const asked = Object.fromEntries(new URL(address).searchParams);
  expect(new URL(asked.redirect_uri!).hostname).toBe('127.0.0.1');
  // What the page of the server does when the person presses the button.
  const cookie = await cookieOf(at.people.ann);
  const approved = await fetch(`${server.url}/desktop`, { method: 'POST', redirect: 'manual', headers: { cookie, origin: server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ ...asked, answer: 'yes' }) });
  expect(approved.status).toBe(303);
  const back = new URL(approved.headers.get('location')!);
  const wrong = new URL(back);
  wrong.searchParams.set('state', 'somebody-elses');
  expect((await fetch(wrong)).status).toBe(404);
  expect((await fetch(back)).status).toBe(200);
  await until('signed in', async () => (await app.api.account.get()).user !== null);
  expect((await app.api.account.get()).user).toMatchObject({ id: at.people.ann.userId, name: 'Ann Arbor' });
  expect(JSON.stringify(await app.api.app.egress({ limit: 50 }))).not.toContain(back.searchParams.get('code'));
  await app.api.account.signOut();
  expect(await app.api.account.get()).toMatchObject({ user: null, server: server.url });
});

test('addresses of no server, plain http abroad and wrong passwords are refused with their reason', async () => {
  const app = await at.app();
  const signIn = (server: string, password = GOOD_PASSWORD) => app.api.account.signIn({ server, email: at.people.bob.email, password });
  await expect(signIn('ftp://x')).rejects.toMatchObject({ code: 'SERVER_ADDRESS_INVALID' });
  await expect(signIn('http://sync.example.com')).rejects.toMatchObject({ code: 'SERVER_ADDRESS_INSECURE' });
  await expect(signIn('127.0.0.1:1')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  await expect(signIn(at.server.url, 'not-this-one')).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  await app.api.settings.set({ localOnly: true });
  await expect(signIn('https://sync.example.com')).rejects.toMatchObject({ code: 'EGRESS_REFUSED' });
  await expect(app.api.sync.workspaces()).rejects.toMatchObject({ code: 'SIGNED_OUT' });
});

test('a flow whose sharing was cut off is shared after the next start, with what was changed meanwhile', async () => {
  const ann = await signedIn('ann');
  const { pool } = at.server.database;
  await pool.query(`insert into workspace (id, name, owner_id) values ('ws_cut', 'Cut', $1)`, [at.people.ann.userId]);
  await pool.query(`insert into member (workspace_id, user_id, role) values ('ws_cut', $1, 'owner'), ('ws_cut', $2, 'member')`, [at.people.ann.userId, at.people.bob.userId]);
  const flow = await ann.api.flows.create({ name: 'Cut off' });
  ann.lose('/ws_cut/flows');
  await expect(ann.api.sync.share({ flowId: flow.id, workspaceId: 'ws_cut' })).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  await ann.edit(flow.id, 'tx_meanwhile', [node('node_1', 'Meanwhile')]);
  expect(await ann.statusOf(flow.id)).toMatchObject({ state: 'sharing', waiting: 1 });
  ann.lose(null);
  await ann.restart();
  await until('shared', async () => (await ann.statusOf(flow.id)).state === 'synced');
  const bob = await signedIn('bob');
  const listed = (await bob.api.sync.flows()).find(({ workspaceId }) => workspaceId === 'ws_cut')!;
  await bob.api.sync.open({ logId: listed.logId, workspaceId: 'ws_cut' });
  await isEverywhere(flow.id, 'Meanwhile', ann, bob);
  expect(await ann.textOf(flow.id)).toBe(await bob.textOf(flow.id));
});

test('a flow that the server refuses stays as it was', async () => {
  const ann = await signedIn('ann');
  const flow = await ann.api.flows.create({ name: 'Mine alone' });
  await expect(ann.api.sync.share({ flowId: flow.id, workspaceId: 'ws_of_others' })).rejects.toMatchObject({ code: 'WORKSPACE_NOT_WRITABLE' });
  expect(await ann.statusOf(flow.id)).toMatchObject({ state: 'local' });
  // Ann has the one workspace that her plan allows.
  await at.server.database.pool.query(`insert into workspace (id, name, owner_id) values ('ws_hers', 'Hers', $1) on conflict do nothing`, [at.people.ann.userId]);
  await expect(ann.api.sync.createWorkspace({ name: 'One more' })).rejects.toMatchObject({ code: 'WORKSPACE_LIMIT' });
  await ann.edit(flow.id, 'tx_local', [node('node_1', 'Local')]);
  expect(await ann.statusOf(flow.id)).toMatchObject({ state: 'local', waiting: 0 });
});

async function cookieOf({ email, password }: Person): Promise<string> {
  const response = await fetch(`${at.server.url}/sign-in`, { method: 'POST', redirect: 'manual', headers: { origin: at.server.url, 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ email, password }) });
  return response.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
}

test('what one account left waiting on a device, another account there does not send; what was left whole, it goes on with', async () => {
  const { ann, bob, flowId, logId, workspaceId } = await shared();
  await ann.api.account.signOut();
  await ann.edit(flowId, 'tx_left', [retitle('node_1', 'Cart', 'Left by Ann')]);
  const signIn = (who: 'ann' | 'bob') => at.signIn(ann, who);
  expect((await signIn('bob')).user).toMatchObject({ id: at.people.bob.userId, email: at.people.bob.email });
  expect(await ann.api.sync.open({ logId, workspaceId })).toMatchObject({ id: flowId });
  expect(await ann.statusOf(flowId)).toMatchObject({ state: 'signedOut', waiting: 1, reason: { code: 'OTHER_ACCOUNT' } });
  await ann.api.account.signOut();
  await signIn('ann');
  await isEverywhere(flowId, 'Left by Ann', bob);
  expect((await at.server.database.pool.query(`select author_id as author from entry where log_id = $1 and id = 'tx_left'`, [logId])).rows).toEqual([{ author: at.people.ann.userId }]);
  await until('nothing waits', async () => (await ann.statusOf(flowId)).waiting === 0);

  await ann.api.account.signOut();
  await signIn('bob');
  expect(await ann.statusOf(flowId)).toMatchObject({ state: 'signedOut', reason: { code: 'OTHER_ACCOUNT' } });
  await ann.api.sync.open({ logId, workspaceId });
  await ann.edit(flowId, 'tx_taken_on', [retitle('node_1', 'Left by Ann', 'Taken on by Bob')]);
  await isEverywhere(flowId, 'Taken on by Bob', bob);
});
