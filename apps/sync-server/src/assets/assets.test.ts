/** Pictures of flows over HTTP: who may store and read them, what is refused, what they count for, and when they go. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startAccountServer, type AccountServer } from '../../test/testAccountServer.ts';
import { addPerson, ask, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import { purgeDeleted } from '../workspaces/purge.ts';
import { ASSET_BYTES } from './service.ts';

let at: AccountServer;
let people: Record<'ann' | 'bob' | 'vera' | 'carl' | 'gus' | 'eve', TestPerson>;
let workspaceId = '';
let count = 0;
beforeAll(async () => {
  at = await startAccountServer({ DEFAULT_PLAN: 'pro' });
}, 60_000);
afterAll(() => at.close());
beforeEach(async () => {
  const { pool } = at.server.database;
  count += 1;
  const names = ['ann', 'bob', 'vera', 'carl', 'gus', 'eve'] as const;
  people = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await addPerson(pool, `${name}${count}`)]))) as typeof people;
  ({ id: workspaceId } = await makeWorkspace(at.server.url, people.ann, { name: 'Team' }));
  await putIn(pool, workspaceId, people.bob, 'member');
  await putIn(pool, workspaceId, people.vera, 'viewer');
  await putIn(pool, workspaceId, people.carl, 'commenter');
  await putIn(pool, workspaceId, people.gus, 'guest');
  await shareFlow('log_a');
});

const idOf = (name: string) => `${name}_${count}`;
async function shareFlow(name: string, more: Record<string, unknown> = {}): Promise<void> {
  const { status, body } = await ask(at.server.url, people.ann, 'POST', `/workspaces/${workspaceId}/flows`, { logId: idOf(name), name, ...more });
  if (status !== 201) throw new Error(JSON.stringify(body));
}
const nameOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const pathOf = (log: string, name = '') => `${at.server.url}/api/v1/workspaces/${workspaceId}/flows/${idOf(log)}/assets${name && `/${name}`}`;
async function send(who: TestPerson | undefined, method: 'GET' | 'PUT', url: string, bytes?: Uint8Array) {
  const response = await fetch(url, { method, headers: { ...(who ? { authorization: `Bearer ${who.token}` } : {}), ...(bytes ? { 'content-type': 'application/octet-stream' } : {}) }, ...(bytes ? { body: new Uint8Array(bytes) } : {}) });
  const content = Buffer.from(await response.arrayBuffer());
  const code = response.ok ? undefined : (JSON.parse(content.toString()) as { error: { code: string } }).error.code;
  return { status: response.status, content, code, headers: response.headers };
}
const picture = (text: string) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><text>${text}</text></svg>`);

test('who edits stores, who reads reads, and nobody else hears that there is anything', async () => {
  const bytes = picture('one');
  const url = pathOf('log_a', nameOf(bytes));
  expect(await send(people.bob, 'PUT', url, bytes)).toMatchObject({ status: 204 });
  // The same again, by whomever: it is there.
  expect(await send(people.ann, 'PUT', url, bytes)).toMatchObject({ status: 204 });
  for (const reader of [people.ann, people.bob, people.carl, people.vera]) {
    const got = await send(reader, 'GET', url);
    expect([got.status, got.content.equals(bytes)]).toEqual([200, true]);
    expect(JSON.parse((await send(reader, 'GET', pathOf('log_a'))).content.toString())).toEqual({ assets: [{ name: nameOf(bytes), size: bytes.length }] });
  }
  for (const who of [people.vera, people.carl]) expect(await send(who, 'PUT', pathOf('log_a', nameOf(picture('no'))), picture('no'))).toMatchObject({ status: 403, code: 'PERMISSION_MISSING' });
  for (const method of ['GET', 'PUT'] as const) {
    expect(await send(undefined, method, url, method === 'PUT' ? bytes : undefined)).toMatchObject({ status: 401 });
    expect(await send(people.eve, method, url, method === 'PUT' ? bytes : undefined)).toMatchObject({ status: 404, code: 'WORKSPACE_NOT_FOUND' });
    expect(await send(people.gus, method, url, method === 'PUT' ? bytes : undefined)).toMatchObject({ status: 404, code: 'FLOW_NOT_FOUND' });
  }
  expect(await send(people.bob, 'GET', pathOf('log_a', nameOf(picture('other'))))).toMatchObject({ status: 404, code: 'ASSET_NOT_FOUND' });
});

test('a private flow\'s pictures are its own, and a flow of another workspace is none of this one', async () => {
  await shareFlow('log_private', { visibility: 'private' });
  const bytes = picture('private');
  expect(await send(people.ann, 'PUT', pathOf('log_private', nameOf(bytes)), bytes)).toMatchObject({ status: 204 });
  expect(await send(people.bob, 'GET', pathOf('log_private', nameOf(bytes)))).toMatchObject({ status: 404, code: 'FLOW_NOT_FOUND' });
  const other = await makeWorkspace(at.server.url, people.eve, { name: 'Other' });
  const crossed = `${at.server.url}/api/v1/workspaces/${other.id}/flows/${idOf('log_a')}/assets/${nameOf(bytes)}`;
  expect(await send(people.eve, 'GET', crossed)).toMatchObject({ status: 404, code: 'FLOW_NOT_FOUND' });
  expect(await send(people.eve, 'PUT', crossed, bytes)).toMatchObject({ status: 404, code: 'FLOW_NOT_FOUND' });
});

test('a name that is not that of the content, and what is too large, are refused; no browser takes one for a page', async () => {
  const bytes = picture('one');
  expect(await send(people.bob, 'PUT', pathOf('log_a', nameOf(picture('two'))), bytes)).toMatchObject({ status: 422, code: 'ASSET_NAME_WRONG' });
  expect(await send(people.bob, 'PUT', pathOf('log_a', 'a'.repeat(43)), bytes)).toMatchObject({ status: 422, code: 'ASSET_NAME_WRONG' });
  expect(await send(people.bob, 'PUT', pathOf('log_a', 'short'), bytes)).toMatchObject({ status: 422, code: 'INPUT_INVALID' });
  const most = Buffer.alloc(ASSET_BYTES, 7);
  expect(await send(people.bob, 'PUT', pathOf('log_a', nameOf(most)), most)).toMatchObject({ status: 204 });
  await send(people.bob, 'PUT', pathOf('log_a', nameOf(bytes)), bytes);
  const { headers } = await send(people.bob, 'GET', pathOf('log_a', nameOf(bytes)));
  expect([headers.get('content-type'), headers.get('content-disposition'), headers.get('x-content-type-options')]).toEqual(['application/octet-stream', 'attachment', 'nosniff']);
  expect(JSON.parse((await send(people.ann, 'GET', pathOf('log_a'))).content.toString()).assets).toHaveLength(2);
  const large = Buffer.alloc(ASSET_BYTES + 1);
  // Refused by its length: the server may close the line before all of it was sent.
  expect([413, 'cut']).toContain(await send(people.bob, 'PUT', pathOf('log_a', nameOf(large)), large).then(({ status }) => status, () => 'cut'));
  // Every other body keeps its own limit.
  expect([413, 'cut']).toContain(await send(people.bob, 'PUT', `${at.server.url}/api/v1/users/me/keys`, most).then(({ status }) => status, () => 'cut'));
});

test('an encrypted workspace takes them sealed alone', async () => {
  const { pool } = at.server.database;
  await pool.query('update workspace set encrypted = true, epoch = 1 where id = $1', [workspaceId]);
  const name = 'b'.repeat(43);
  expect(await send(people.ann, 'PUT', pathOf('log_a', name), picture('plain'))).toMatchObject({ status: 422, code: 'ASSET_NOT_SEALED' });
  const sealed = Buffer.from([2, 1, ...new Array<number>(60).fill(9)]);
  expect(await send(people.ann, 'PUT', pathOf('log_a', nameOf(sealed)), sealed)).toMatchObject({ status: 422, code: 'ASSET_NAME_WRONG' });
  expect(await send(people.ann, 'PUT', pathOf('log_a', name), sealed)).toMatchObject({ status: 204 });
  expect((await send(people.vera, 'GET', pathOf('log_a', name))).content.equals(sealed)).toBe(true);
});

test('they count for the plan, many at once too, and go with their flow', async () => {
  const { pool } = at.server.database;
  const limit = 1024 ** 3;
  const usage = async () => ((await ask(at.server.url, people.ann, 'GET', `/workspaces/${workspaceId}/usage`)).body as { storageBytes: { used: number } }).storageBytes.used;
  const before = await usage();
  const bytes = picture('counted');
  await send(people.ann, 'PUT', pathOf('log_a', nameOf(bytes)), bytes);
  expect(await usage()).toBe(before + bytes.length);
  const room = 50;
  await pool.query('update workspace_storage set bytes = $2, measured_at = now() where workspace_id = $1', [workspaceId, limit - bytes.length - room]);
  const many = await Promise.all(['p', 'q', 'r', 's'].map((letter) => Buffer.from(picture('counted').toString().replace('c', letter))).map((one) => send(people.ann, 'PUT', pathOf('log_a', nameOf(one)), one)));
  expect(many.map(({ status }) => status).sort()).toEqual([204, 402, 402, 402]);
  expect(many.find(({ status }) => status === 402)?.code).toBe('STORAGE_FULL');
  expect((await ask(at.server.url, people.ann, 'DELETE', `/workspaces/${workspaceId}/flows/${idOf('log_a')}`)).status).toBe(200);
  expect(await send(people.ann, 'GET', pathOf('log_a', nameOf(bytes)))).toMatchObject({ status: 404, code: 'FLOW_NOT_FOUND' });
  await pool.query('update shared_log set purge_at = now() where log_id = $1', [idOf('log_a')]);
  await purgeDeleted({ database: at.server.database, outbox: { kick: () => {} } as never });
  expect((await pool.query('select 1 from asset where log_id = $1', [idOf('log_a')])).rowCount).toBe(0);
});
