/** Words that people write in an encrypted workspace, looked for in everything that leaves their apps and everything that the server keeps or tells. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { dumpDatabase, findTexts, type Held } from './findText.ts';
import { GOOD_PASSWORD, registerPerson, type Person } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestApp, type TestApp } from './testApp.ts';
import { until } from './testDevice.ts';

const canary = (what: string) => `Kanarienvogel-${what}-7f3a9c51e2`;
const WORDS = ['flow', 'renamed', 'project', 'file', 'node', 'field', 'edge', 'frame', 'persona', 'comment', 'mention', 'reply', 'version', 'offline', 'presence', 'asset'].map(canary);

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A collector of traces that keeps what it is sent. */
async function collector(held: Held[]): Promise<string> {
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      held.push({ where: 'traces', bytes: Buffer.concat(parts) });
      response.end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(async () => void (server.closeAllConnections(), server.close()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

let count = 0;
const idOf = () => `tx_canary_${++count}`;
const node = (id: string, title: string, more: Record<string, unknown> = {}) => ({ op: 'add' as const, kind: 'node' as const, id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title, ...more } } });
const comment = (id: string, body: string, author: Person, more: Record<string, unknown> = {}) => ({ op: 'add' as const, kind: 'comment' as const, id, value: { body, authorId: author.userId, authorName: 'A', at: 1, nodeId: 'node_1', ...more } });

/** The same day of work in a workspace: two people and a third, sharing, editing, commenting, presence, offline work, a removal. All that was sent and kept, and the secrets of the devices. */
async function story(encrypted: boolean): Promise<{ held: Held[]; secrets: { keys: Buffer[]; texts: string[] } }> {
  const held: Held[] = [];
  const stage: AccountServer = await startAccountServer({ SYNC_SNAPSHOT_EVERY: '10', DEFAULT_PLAN: 'enterprise', OTEL_EXPORTER_OTLP_ENDPOINT: await collector(held) });
  let isOpen = true;
  const shut = async () => {
    if (isOpen) await stage.close();
    isOpen = false;
  };
  closers.push(shut);
  const { server, mailbox } = stage;
  const apps: TestApp[] = [];
  const shown: string[] = [];
  const join = async (name: string): Promise<{ app: TestApp; person: Person }> => {
    const person = await registerPerson(server, mailbox, { email: `${name}@example.org`, name });
    const app = await startTestApp({ onSent: ({ by, bytes }) => held.push({ where: `${by} of ${name}`, bytes }) });
    closers.push(() => app.close());
    apps.push(app);
    await app.api.account.signIn({ server: server.url, email: person.email, password: GOOD_PASSWORD });
    if (encrypted) shown.push((await app.api.keys.setUp()).kit);
    return { app, person };
  };
  const { app: ann, person: annPerson } = await join('ann');
  const { app: bob, person: bobPerson } = await join('bob');
  const { app: cleo, person: cleoPerson } = await join('cleo');
  const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: 'Team', encrypted });
  for (const [app, person] of [[bob, bobPerson], [cleo, cleoPerson]] as const) {
    if (encrypted) {
      const { link } = await ann.api.keys.invite({ workspaceId, email: person.email, role: 'member', language: 'en' });
      shown.push(new URL(link).hash.split('secret=')[1]!);
      await app.api.keys.join({ link });
    } else {
      await ann.api.sync.invite({ workspaceId, email: person.email, role: 'member', language: 'en' });
      await app.api.inbox.accept({ invitationId: (await app.api.inbox.refresh()).invitations[0]!.id });
    }
  }
  const project = await ann.api.sync.createProject({ workspaceId, name: canary('project') });
  const imported = await ann.api.flows.import({ text: JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_file', name: '', nodes: {}, edges: {} }), fileName: `${canary('file')}.uxflow` });
  expect(imported.name).toBe(canary('file'));
  await ann.api.sync.share({ flowId: imported.id, workspaceId, projectId: project.id });
  const { id: flowId } = await ann.api.flows.create({ name: canary('flow') });
  await ann.edit(flowId, idOf(), [node('node_1', canary('node'), { description: `${canary('field')} `.repeat(20) }), node('node_2', 'End')]);
  await ann.api.sync.share({ flowId, workspaceId });
  const { logId } = (await bob.api.sync.flows()).find(({ name }) => name === canary('flow'))!;
  await until('bob opens it', async () => bob.api.sync.open({ logId, workspaceId }).then(() => true, () => false));
  await cleo.api.sync.open({ logId, workspaceId });
  await bob.edit(flowId, idOf(), [{ op: 'add', kind: 'edge', id: 'edge_1', value: { source: 'node_1', target: 'node_2', data: { label: canary('edge') } } }]);
  await ann.edit(flowId, idOf(), [{ op: 'add', kind: 'frame', id: 'frame_1', value: { title: canary('frame'), position: { x: 0, y: 0 }, size: { width: 400, height: 300 } } }]);
  await ann.edit(flowId, idOf(), [{ op: 'add', kind: 'persona', id: 'persona_1', value: { name: canary('persona') } }]);
  await bob.edit(flowId, idOf(), [comment('comment_1', `${canary('comment')} for @cleo: ${canary('mention')}`, bobPerson)]);
  await cleo.edit(flowId, idOf(), [comment('comment_2', canary('reply'), cleoPerson, { replyToId: 'comment_1' })]);
  await ann.edit(flowId, idOf(), [{ op: 'add', kind: 'version', id: 'version_1', value: { name: canary('version'), no: 1, at: 1, authorId: annPerson.userId, authorName: 'ann' } }]);
  const drawing = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><text>${canary('asset')}</text></svg>`).toString('base64');
  const { assetId } = await ann.api.assets.add({ base64: drawing });
  await ann.edit(flowId, idOf(), [{ op: 'add', kind: 'node', id: 'node_3', value: { type: 'screen', position: { x: 0, y: 300 }, data: { title: 'Pictured' }, variants: { variant_1: { order: 'a0', type: 'empty', name: 'Empty', assetId } } } }]);
  await until('cleo has the picture', async () => cleo.api.assets.get({ flowId, assetId }).then(({ base64 }) => base64 === drawing, () => false));
  const atCleo = cleo.watch(flowId);
  await bob.api.sync.show({ flowId, shown: { cursor: { x: 1, y: 2 }, selection: [canary('presence')], viewport: null } });
  await until('cleo sees bob', () => atCleo.peers().some(({ selection }) => selection.includes(canary('presence'))));
  for (let n = 0; n < 12; n++) await ann.edit(flowId, idOf(), [{ op: 'set', kind: 'node', id: 'node_2', field: 'data.title', from: n === 0 ? 'End' : `End ${n - 1}`, to: `End ${n}` }]);
  await ann.api.flows.rename({ flowId, name: canary('renamed') });
  await until('renamed', async () => (await bob.api.sync.flows()).some(({ name }) => name === canary('renamed')));
  bob.pull();
  await bob.edit(flowId, idOf(), [node('node_off', canary('offline'))]);
  await ann.api.workspaces.removeMember({ workspaceId, userId: cleoPerson.userId });
  if (encrypted) {
    await ann.api.keys.refresh({ workspaceId });
    expect((await ann.api.keys.get()).workspaces[0]).toMatchObject({ epoch: 2, state: 'ok' });
  }
  bob.plugIn();
  await until('ann has it', async () => (await ann.textOf(flowId)).includes(canary('offline')));
  await until('two snapshots', async () => ((await server.database.pool.query('select 1 from snapshot where log_id = $1 and no > 5', [logId])).rowCount ?? 0) > 0);
  await until('cleo is out', async () => (await cleo.statusOf(flowId)).state === 'stopped');
  // What goes wrong is written down, and may not say what it was about.
  await server.database.pool.query('alter table project rename to project_away');
  await expect(ann.api.sync.createProject({ workspaceId, name: canary('project') })).rejects.toMatchObject({ code: 'INTERNAL' });
  await server.database.pool.query('alter table project_away rename to project');
  await server.database.pool.query('alter table entry add constraint no_more check (no < 0) not valid');
  await ann.edit(flowId, idOf(), [node('node_refused', canary('node'))]);
  await until('it was written down', () => stage.lines.some(({ message }) => message.includes('refused a batch')));
  await server.database.pool.query('alter table entry drop constraint no_more');
  held.push(...(await dumpDatabase(server.database.pool)));
  const stored = apps.flatMap(({ secrets }) => [...secrets].filter(([name]) => !name.startsWith('sync-token')));
  const keys = stored.filter(([name]) => name.startsWith('account-keys')).flatMap(([, text]) => [Buffer.from(text, 'base64url').subarray(0, 32), Buffer.from(text, 'base64url').subarray(32)]);
  for (const app of apps) await app.close();
  closers.splice(closers.indexOf(shut) + 1);
  // What is still to be told is told at the end.
  await shut();
  held.push(...stage.lines.map((line) => ({ where: 'logs', bytes: Buffer.from(JSON.stringify(line)) })), ...mailbox.mails.map(({ raw, text }) => ({ where: 'mails', bytes: Buffer.from(`${raw}\n${text}`) })));
  return { held, secrets: { keys, texts: [...shown, ...shown.map((text) => text.replaceAll('-', '')), ...stored.map(([, text]) => text)] } };
}
const placesOf = (held: readonly Held[], word: string) => findTexts(held, [word]).get(word)!;

test('nothing of what is written in an encrypted workspace leaves the apps or is kept, in any form; nor does a secret', async () => {
  const { held, secrets } = await story(true);
  // It was all looked at: database with jobs, activity and outbox, logs, mails, traces, and both ways out of each app.
  const wheres = new Set(held.map(({ where }) => where.replace(/\.[a-z_]+$/, '')));
  expect([...wheres]).toEqual(expect.arrayContaining(['public.entry', 'public.snapshot', 'public.shared_log', 'public.project', 'public.asset', 'public.activity', 'public.outbox', 'pgboss.job', 'logs', 'mails', 'traces', 'request of ann', 'socket of ann', 'request of bob', 'socket of bob', 'socket of cleo']));
  expect(secrets.keys).toHaveLength(6);
  const texts = [...WORDS, ...secrets.texts, ...secrets.keys.flatMap((key) => [key.toString('base64url'), key.toString('hex')])];
  expect([...findTexts(held, texts).entries()].filter(([, places]) => places.length > 0)).toEqual([]);
  expect(held.filter(({ bytes }) => secrets.keys.some((key) => Buffer.from(bytes).includes(key))).map(({ where }) => where)).toEqual([]);
}, 120_000);

test('and the same search finds every word of the same work in a workspace that is not encrypted', async () => {
  const { held } = await story(false);
  const found = findTexts(held, WORDS);
  expect(WORDS.filter((word) => found.get(word)!.length === 0)).toEqual([]);
  expect(placesOf(held, canary('project'))).toEqual(expect.arrayContaining(['public.project.name', 'request of ann']));
  for (const what of ['file', 'renamed']) expect([what, placesOf(held, canary(what))]).toEqual([what, expect.arrayContaining(['public.shared_log.name', 'request of ann'])]);
  for (const what of ['edge', 'frame', 'persona', 'comment', 'mention', 'reply', 'version', 'offline']) expect([what, placesOf(held, canary(what))]).toEqual([what, expect.arrayContaining(['public.entry.record'])]);
  for (const what of ['node', 'field']) expect([what, placesOf(held, canary(what))]).toEqual([what, expect.arrayContaining(['public.snapshot.bytes', 'socket of ann'])]);
  expect(placesOf(held, canary('presence'))).toContain('socket of bob');
  expect(placesOf(held, canary('asset'))).toEqual(expect.arrayContaining(['public.asset.bytes', 'request of ann']));
}, 120_000);
