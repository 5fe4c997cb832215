/** Keys over the real routes on a real Postgres: what is handed to whom, how often, and what is refused. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { epochStep, isPublicKeys, makeWrap, newAccountKeys, newDeviceCode, newInvitationSecret, newLink, newRecoveryKit, nextEpoch, openAccountKeys, openLink, publicKeysOf, readDeviceCode, readRecoveryKit, renewLink, sealAccountKeys, sealInvitation, type Cipher, type WorkspaceKeys } from '@uxflow/core/keys';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { deviceOf, keyApiOf, keyDevice, testCipher, type KeyDevice } from '../../test/testKeyDevice.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addKey, addPerson, ask, codeOf, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';
import { findLinkKeys } from './workspaceKeys.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let server: RunningServer;
let cipher: Cipher;
let pool: RunningServer['database']['pool'];
let count = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  server = await startTestServer(database.url, { RATE_FACTOR: '1000', DEFAULT_PLAN: 'enterprise' });
  pool = server.database.pool;
  cipher = await testCipher();
});
afterAll(async () => {
  await server.close();
  await postgres.close();
});

let [ann, bob, cleo]: [KeyDevice, KeyDevice, KeyDevice] = [] as never;
let workspaceId = '';

/** Ann owns an encrypted workspace, Bob is a member and Cleo an admin; all have keys, the workspace has none yet. */
beforeEach(async () => {
  count += 1;
  [ann, bob, cleo] = (await Promise.all(['ann', 'bob', 'cleo'].map(async (name) => keyDevice(server.url, await addPerson(pool, `${name}${count}`))))) as [KeyDevice, KeyDevice, KeyDevice];
  ({ id: workspaceId } = await makeWorkspace(server.url, ann.person, { encrypted: true }));
  await putIn(pool, workspaceId, bob.person, 'member');
  await putIn(pool, workspaceId, cleo.person, 'admin');
});

const refusal = (promise: Promise<unknown>) => promise.then(() => 'DONE', (error: { code?: string; message: string }) => error.code ?? error.message);
const newest = (keyring: { keys: { newest: { key: Uint8Array } } | undefined }) => keyring.keys && Buffer.from(keyring.keys.newest.key).toString('hex');
async function begun(given: KeyDevice[] = [bob, cleo]) {
  const keyring = ann.keyring(workspaceId);
  await keyring.refresh();
  await keyring.begin();
  if (given.length > 0) await keyring.give(given.map(({ person }) => person.userId));
  return keyring;
}
/** An invitation that was made over the real route. */
async function invite(email: string, role = 'member'): Promise<string> {
  const { status, body } = await ask(server.url, ann.person, 'POST', `/workspaces/${workspaceId}/invite`, { email, role });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return (body as { id: string }).id;
}

describe('account keys', () => {
  test('come back to a new device by the recovery kit, and to nobody else', async () => {
    const stored = await ann.api.accountKeys();
    expect(isPublicKeys(cipher, stored!.keys)).toBe(true);
    expect(openAccountKeys(cipher, stored!, readRecoveryKit(cipher, ann.kit) as Uint8Array).userId).toBe(ann.person.userId);
    expect(await keyApiOf(server.url, await addPerson(pool, `new${count}`)).accountKeys()).toBeUndefined();
    expect(await refusal(ann.api.createAccountKeys(stored!))).toBe('KEYS_EXIST');
    expect(await refusal(bob.api.replaceAccountKeys({ ...stored!, version: 2 }))).toBe('KEYS_NOT_OWN');
  });

  test('go under a new kit, and are replaced by one device at a time', async () => {
    const kit = newRecoveryKit(cipher);
    await ann.api.replaceAccountKeys(sealAccountKeys(cipher, ann.account, kit.secret, 1));
    expect(openAccountKeys(cipher, (await ann.api.accountKeys())!, kit.secret).seeds).toEqual(ann.account.seeds);
    const fresh = () => sealAccountKeys(cipher, newAccountKeys(cipher, ann.person.userId), kit.secret, 2);
    const done = await Promise.all([refusal(ann.api.replaceAccountKeys(fresh())), refusal(ann.api.replaceAccountKeys(fresh()))]);
    expect(done.sort()).toEqual(['DONE', 'KEYS_CHANGED']);
    expect((await ann.api.accountKeys())!.version).toBe(2);
    await pool.query(`update session set created_at = now() - interval '1 hour' where user_id = $1`, [bob.person.userId]);
    await server.access.revoke({ userId: bob.person.userId });
    expect(await refusal(bob.api.replaceAccountKeys(sealAccountKeys(cipher, bob.account, kit.secret, 1)))).toBe('SIGN_IN_AGAIN');
  });

  test('pass by a code once, to the same account, while it is fresh', async () => {
    const code = newDeviceCode(cipher, ann.account);
    await ann.api.putDeviceCode(code.message);
    const read = readDeviceCode(cipher, code.text);
    if (typeof read === 'string') throw new Error(read);
    expect(await refusal(bob.api.takeDeviceCode(read.id))).toBe('DEVICE_CODE_UNKNOWN');
    const sealed = await ann.api.takeDeviceCode(read.id);
    expect(read.open((await ann.api.accountKeys())!.keys, sealed).seeds).toEqual(ann.account.seeds);
    expect(await refusal(ann.api.takeDeviceCode(read.id))).toBe('DEVICE_CODE_UNKNOWN');
    const late = newDeviceCode(cipher, ann.account);
    await ann.api.putDeviceCode(late.message);
    await pool.query(`update device_code set expires_at = now() where id = $1`, [late.message.id]);
    expect(await refusal(ann.api.takeDeviceCode(late.message.id))).toBe('DEVICE_CODE_UNKNOWN');
    for (let i = 0; i < 5; i++) await ann.api.putDeviceCode(newDeviceCode(cipher, ann.account).message);
    expect(await refusal(ann.api.putDeviceCode(newDeviceCode(cipher, ann.account).message))).toBe('DEVICE_CODE_LIMIT');
  });
});

describe('a workspace', () => {
  test('begins, is given, opened on another device, and replaced when somebody was removed', async () => {
    const keyring = await begun();
    const [bobs, cleos] = [bob.keyring(workspaceId), cleo.keyring(workspaceId)];
    expect(await bobs.refresh()).toMatchObject({ state: 'ready', epoch: 1, isStale: false });
    expect(await cleos.refresh()).toMatchObject({ state: 'ready' });
    const phone = (await deviceOf(server.url, bob.person, bob.account)).keyring(workspaceId);
    await phone.refresh();
    expect([newest(bobs), newest(phone)]).toEqual([newest(keyring), newest(keyring)]);
    expect((await ask(server.url, ann.person, 'DELETE', `/workspaces/${workspaceId}/members/${bob.person.userId}`)).status).toBeLessThan(300);
    expect(await refusal(bob.api.state(workspaceId))).toBe('WORKSPACE_NOT_FOUND');
    // The next admin's device makes the next key, whoever removed him.
    expect(await cleos.refresh()).toMatchObject({ isStale: true });
    expect(await cleos.rotate()).toMatchObject({ isStale: false, epoch: 2, waiting: [] });
    await keyring.refresh();
    expect([newest(keyring), keyring.logKey('log_1', 1) !== undefined]).toEqual([newest(cleos), true]);
    expect((await pool.query('select 1 from key_wrap where member_id = $1', [bob.person.userId])).rowCount).toBe(0);
  });

  test('is stale however somebody left, and not when nobody did', async () => {
    const keyring = await begun();
    expect(await keyring.refresh()).toMatchObject({ isStale: false });
    await pool.query(`update member set role = 'guest' where workspace_id = $1 and user_id = $2`, [workspaceId, bob.person.userId]);
    expect(await keyring.refresh()).toMatchObject({ isStale: true });
    expect(await keyring.rotate()).toMatchObject({ isStale: false, epoch: 2 });
    await pool.query('delete from member where workspace_id = $1 and user_id = $2', [workspaceId, cleo.person.userId]);
    expect(await keyring.refresh()).toMatchObject({ isStale: true });
  });

  test('moves on by one step for one device: twenty at once', async () => {
    const keyring = await begun([cleo]);
    const rings = await Promise.all(Array.from({ length: 20 }, async (_, at) => (await deviceOf(server.url, (at % 2 ? ann : cleo).person, (at % 2 ? ann : cleo).account)).keyring(workspaceId)));
    await Promise.all(rings.map((ring) => ring.refresh()));
    const before = rings.map((ring) => ring.keys!.newest);
    const done = await Promise.all(rings.map((_, at) => {
      const [device, next] = [at % 2 ? ann : cleo, nextEpoch(cipher, before[at]!)];
      return refusal(device.api.addEpoch(workspaceId, { ...epochStep(cipher, workspaceId, next, before[at]), wraps: [ann, cleo].map(({ account }) => makeWrap(cipher, workspaceId, next, publicKeysOf(cipher, account), device.account)) }));
    }));
    expect(done.sort()).toEqual(['DONE', ...Array.from({ length: 19 }, () => 'EPOCH_CHANGED')]);
    await keyring.refresh();
    expect(await rings[0]!.refresh()).toMatchObject({ epoch: 2, state: 'ready' });
    expect(newest(rings[0]!)).toBe(newest(keyring));
  });

  test('that has no key takes no flow, and one that is not encrypted takes no key', async () => {
    const flow = { logId: `log_${workspaceId}`, sealed: 'AAAA', kind: 'main', no: 0, chain: '' };
    expect(codeOf(await ask(server.url, ann.person, 'POST', `/workspaces/${workspaceId}/flows`, flow))).toBe('WORKSPACE_KEY_MISSING');
    await begun();
    expect((await ask(server.url, ann.person, 'POST', `/workspaces/${workspaceId}/flows`, flow)).status).toBe(201);
    expect((await pool.query('select epoch from log where id = $1', [flow.logId])).rows).toEqual([{ epoch: 1 }]);
    const plain = await makeWorkspace(server.url, bob.person);
    expect(await bob.api.state(plain.id)).toBeUndefined();
    expect(await refusal(bob.keyring(plain.id).begin())).toBe('WORKSPACE_NOT_ENCRYPTED');
  });
});

describe('wraps', () => {
  test('are taken only for present keys of present members, of the newest key and by their maker', async () => {
    const keyring = await begun([]);
    const key = keyring.keys!.newest;
    const stranger = await keyDevice(server.url, await addPerson(pool, `stranger${count}`));
    const wrapFor = (member: KeyDevice, maker = ann, epochKey = key) => makeWrap(cipher, workspaceId, epochKey, publicKeysOf(cipher, member.account), maker.account);
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(stranger)]))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(bob, cleo)]))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(bob), wrapFor(bob)]))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [{ ...wrapFor(bob), box: publicKeysOf(cipher, cleo.account).box }]))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(bob, ann, { epoch: 1, key: cipher.random(32) })]))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(bob, ann, { epoch: 2, key: key.key })]))).toBe('EPOCH_CHANGED');
    expect(await refusal(stranger.api.addWraps(workspaceId, [wrapFor(stranger, stranger)]))).toBe('WORKSPACE_NOT_FOUND');
    const next = nextEpoch(cipher, key);
    expect(await refusal(ann.api.addEpoch(workspaceId, { ...epochStep(cipher, workspaceId, next, key), wraps: [wrapFor(bob, ann, next)] }))).toBe('WRAPS_REFUSED');
    expect(await refusal(ann.api.addWraps(workspaceId, [wrapFor(bob)]))).toBe('DONE');
  });

  test('for an earlier key of a person count for nothing', async () => {
    const keyring = await begun();
    const account = newAccountKeys(cipher, bob.person.userId);
    await bob.api.replaceAccountKeys(sealAccountKeys(cipher, account, newRecoveryKit(cipher).secret, 2));
    const again = (await deviceOf(server.url, bob.person, account)).keyring(workspaceId);
    expect(await again.refresh()).toMatchObject({ state: 'waiting' });
    expect(await keyring.refresh()).toMatchObject({ alarms: [{ trust: 'changed', member: { userId: bob.person.userId, wrappedEpoch: null } }] });
    await keyring.confirm(publicKeysOf(cipher, account));
    await keyring.give([bob.person.userId]);
    expect(await again.refresh()).toMatchObject({ state: 'ready' });
  });
});

describe('an invitation', () => {
  test('hands its key to the invited address, after it joined, and once', async () => {
    const keyring = await begun();
    const dana = await keyDevice(server.url, await addPerson(pool, `dana${count}`));
    const secret = newInvitationSecret(cipher);
    const invitationId = await invite(dana.person.email);
    const place = { workspaceId, invitationId };
    await ann.api.putInvitation(workspaceId, invitationId, sealInvitation(cipher, place, keyring.keys!.newest, ann.account, secret));
    expect(await refusal(dana.api.takeInvitation(invitationId))).toBe('INVITATION_KEY_UNKNOWN');
    expect((await ask(server.url, dana.person, 'POST', `/invitations/${invitationId}/accept`)).status).toBe(200);
    for (const other of [ann, bob]) expect(await refusal(other.api.takeInvitation(invitationId))).toBe('INVITATION_KEY_UNKNOWN');
    const taken = await dana.api.takeInvitation(invitationId);
    expect(taken.workspaceId).toBe(workspaceId);
    expect(await refusal(dana.api.takeInvitation(invitationId))).toBe('INVITATION_KEY_UNKNOWN');
    expect(await refusal(ann.api.putInvitation(workspaceId, invitationId, sealInvitation(cipher, place, keyring.keys!.newest, ann.account, secret)))).toBe('INVITATION_NOT_FOUND');
    const danas = dana.keyring(workspaceId);
    expect(await danas.join(place, taken, secret)).toMatchObject({ state: 'ready', epoch: 1 });
    expect(newest(danas)).toBe(newest(keyring));
    expect(dana.memory.pins[ann.person.userId]?.verifiedAt).toBeDefined();
    await keyring.refresh();
    await keyring.verifyJoined(() => secret);
    expect(ann.memory.pins[dana.person.userId]?.verifiedAt).toBeDefined();
  });

  test('of who took the key and left before they had a wrap makes it stale', async () => {
    const keyring = await begun();
    const eve = await keyDevice(server.url, await addPerson(pool, `eve${count}`));
    const invitationId = await invite(eve.person.email);
    await ann.api.putInvitation(workspaceId, invitationId, sealInvitation(cipher, { workspaceId, invitationId }, keyring.keys!.newest, ann.account, newInvitationSecret(cipher)));
    await ask(server.url, eve.person, 'POST', `/invitations/${invitationId}/accept`);
    await eve.api.takeInvitation(invitationId);
    expect(await keyring.refresh()).toMatchObject({ isStale: false });
    await pool.query('delete from member where workspace_id = $1 and user_id = $2', [workspaceId, eve.person.userId]);
    expect(await keyring.refresh()).toMatchObject({ isStale: true });
  });

  test('of a guest carries no key, and nobody gives one to a guest', async () => {
    await ask(server.url, ann.person, 'PATCH', `/workspaces/${workspaceId}`, { settings: { allowGuestAccess: true } });
    const keyring = await begun();
    const guest = await keyDevice(server.url, await addPerson(pool, `guest${count}`));
    await putIn(pool, workspaceId, guest.person, 'guest');
    expect(await refusal(guest.api.state(workspaceId))).toBe('PERMISSION_MISSING');
    expect(await refusal(ann.api.addWraps(workspaceId, [makeWrap(cipher, workspaceId, keyring.keys!.newest, publicKeysOf(cipher, guest.account), ann.account)]))).toBe('WRAPS_REFUSED');
    expect((await keyring.refresh()).waiting).toEqual([]);
  });
});

describe('links', () => {
  /** A link by the real route, of a flow of ann's. */
  async function shared(keyring: WorkspaceKeys, name: string, more: Record<string, unknown> = {}) {
    const logId = `log_${name}_${count}`;
    expect((await ask(server.url, ann.person, 'PATCH', `/workspaces/${workspaceId}`, { settings: { allowLinks: true } })).status).toBe(200);
    expect((await ask(server.url, ann.person, 'POST', `/workspaces/${workspaceId}/flows`, { logId, sealed: 'AAAA', kind: 'main', no: 0, chain: '', ...more })).status).toBe(201);
    const link = newLink(cipher, `link_${name}_${count}_0123456789`, logId, keyring);
    const { linkId: id, logId: _, ...key } = link.stored;
    expect((await ask(server.url, ann.person, 'POST', `/workspaces/${workspaceId}/links`, { logId, id, sealed: 'AAAA', key, expiresAt: Date.now() + 86_400_000 })).status).toBe(201);
    return link;
  }
  test('are renewed by who sees their flow', async () => {
    const keyring = await begun();
    const open = await shared(keyring.keys!, 'open');
    const hidden = await shared(keyring.keys!, 'hidden', { visibility: 'private' });
    await keyring.rotate();
    const bobs = bob.keyring(workspaceId);
    await bobs.refresh();
    expect((await bob.api.oldLinks(workspaceId)).map(({ linkId }) => linkId)).toEqual([open.stored.linkId]);
    expect(await refusal(bob.api.putLink(workspaceId, renewLink(cipher, hidden.stored, bobs.keys!)))).toBe('LINK_KEY_UNKNOWN');
    const renewed = renewLink(cipher, open.stored, bobs.keys!);
    expect(await refusal(bob.api.putLink(workspaceId, { ...renewed, linkId: 'link_made_up' }))).toBe('LINK_KEY_UNKNOWN');
    await bob.api.putLink(workspaceId, renewed);
    // Once a key: whoever comes second changes nothing, and hears of no fault.
    await bob.api.putLink(workspaceId, { ...renewed, sealed: Buffer.alloc(100).toString('base64url') });
    expect((await findLinkKeys(pool, open.stored.linkId)).get(open.stored.logId)?.sealed).toBe(renewed.sealed);
  });
  test('hold the flow\'s keys for their address, and follow a new key', async () => {
    const keyring = await begun();
    const link = await shared(keyring.keys!, 'first');
    const { logId } = link.stored;
    expect(await refusal(ann.api.putLink(workspaceId, { ...link.stored, logId: 'log_none' }))).toBe('LINK_KEY_UNKNOWN');
    await keyring.rotate();
    const [old] = await cleo.api.oldLinks(workspaceId);
    const cleos = cleo.keyring(workspaceId);
    await cleos.refresh();
    await cleo.api.putLink(workspaceId, renewLink(cipher, old!, cleos.keys!));
    expect(await cleo.api.oldLinks(workspaceId)).toEqual([]);
    const found = (await findLinkKeys(pool, link.stored.linkId)).get(logId);
    expect(Buffer.from(openLink(cipher, found!, link.secret).logKey(logId, 2)!)).toEqual(Buffer.from(keyring.logKey(logId, 2)!));
    await ask(server.url, ann.person, 'DELETE', `/workspaces/${workspaceId}/links/${link.stored.linkId}`);
    expect((await findLinkKeys(pool, link.stored.linkId)).size).toBe(0);
  });
});

test('every route refuses nobody, strangers, keys without a person, and roles that may not', async () => {
  const keyring = await begun([]);
  const stranger = await keyDevice(server.url, await addPerson(pool, `stranger${count}`));
  const viewer = await addPerson(pool, `viewer${count}`);
  await putIn(pool, workspaceId, viewer, 'viewer');
  const invitationId = await invite(`somebody${count}@example.test`);
  const next = nextEpoch(cipher, keyring.keys!.newest);
  const wraps = [makeWrap(cipher, workspaceId, next, publicKeysOf(cipher, bob.account), bob.account)];
  const binary = (bytes: number) => Buffer.alloc(bytes).toString('base64url');
  const of = (path: string) => `/workspaces/${workspaceId}${path}`;
  const link = { logId: 'log_none', epoch: 1, sealed: binary(100), forMembers: binary(72) };
  const routes: { method: string; path: string; body?: unknown; roles: string[] }[] = [
    { method: 'GET', path: of('/keys'), roles: ['member', 'viewer'] },
    { method: 'POST', path: of('/keys/epochs'), body: { ...epochStep(cipher, workspaceId, next, keyring.keys!.newest), wraps }, roles: [] },
    { method: 'POST', path: of('/keys/wraps'), body: { wraps }, roles: ['member'] },
    { method: 'POST', path: of('/keys/proof'), body: { invitationId, proof: binary(32) }, roles: ['member', 'viewer'] },
    { method: 'PUT', path: of(`/invitations/${invitationId}/key`), body: { epoch: 1, sealed: binary(300) }, roles: [] },
    { method: 'PUT', path: of('/keys/links/link_1'), body: link, roles: ['member'] },
    { method: 'GET', path: of('/keys/links'), roles: ['member'] },
  ];
  const own = [
    { method: 'GET', path: '/users/me/keys' },
    { method: 'POST', path: '/users/me/keys', body: await ann.api.accountKeys() },
    { method: 'PUT', path: '/users/me/keys', body: await ann.api.accountKeys() },
    { method: 'POST', path: '/users/me/keys/codes', body: newDeviceCode(cipher, ann.account).message },
    { method: 'POST', path: `/users/me/keys/codes/${newDeviceCode(cipher, ann.account).message.id}/take` },
    { method: 'POST', path: `/invitations/${invitationId}/key/take` },
  ];
  const apiKey = await addKey(pool, ann.person, ['*']);
  for (const { method, path, body } of [...routes, ...own]) {
    expect([path, codeOf(await ask(server.url, undefined, method, path, body))]).toEqual([path, 'SESSION_INVALID']);
    expect([path, codeOf(await ask(server.url, apiKey, method, path, body))]).toEqual([path, 'SESSION_NEEDED']);
  }
  for (const { method, path, body, roles } of routes) {
    expect([path, codeOf(await ask(server.url, stranger.person, method, path, body))]).toEqual([path, 'WORKSPACE_NOT_FOUND']);
    for (const [role, person] of Object.entries({ member: bob.person, viewer }) as [string, TestPerson][]) {
      const code = codeOf(await ask(server.url, person, method, path, body));
      expect([role, method, path, code === 'PERMISSION_MISSING']).toEqual([role, method, path, !roles.includes(role)]);
    }
  }
});
