/** Sub-flows of links, over real HTTP and sockets: which may be chosen, what of them is shown, and how they are cut. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../test/testDevice.ts';
import { startTestInstances, type TestInstances } from '../../test/testInstances.ts';
import { makeLink, openLink, type TestLink } from '../../test/testLinks.ts';
import { socketUrl } from '../../test/testServer.ts';
import { openTestSocket, type TestSocket } from '../../test/testSocket.ts';
import { isCut, joinLog, pushTo, visitLink, type Visitor } from '../../test/testVisits.ts';
import { addPerson, ask, makeWorkspace, putIn, type TestAnswer, type TestPerson } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';
import { forgetLinks } from './service.ts';

let instances: TestInstances;
let server: RunningServer;
/** Another instance: who is cut here must be cut there. */
let other: RunningServer;
let owner: TestPerson;
let count = 0;
const sockets: TestSocket[] = [];
const pool = () => server.database.pool;

beforeAll(async () => {
  instances = await startTestInstances({ PASSWORD_MEMORY_KIB: '7168' });
  ({ server, other } = instances);
  owner = await addPerson(pool(), 'owner');
});
afterAll(async () => {
  for (const { socket } of sockets) socket.terminate();
  await instances.close();
});

interface Scene {
  workspaceId: string;
  links: string;
  /** The flow of the link, and two to which it leads. */
  logId: string;
  sub: string;
  second: string;
  maker: TestPerson;
}

async function scene(): Promise<Scene> {
  const { id: workspaceId } = await makeWorkspace(server.url, owner);
  const maker = await addPerson(pool(), `maker${++count}`);
  await putIn(pool(), workspaceId, maker, 'member');
  const [logId, sub, second] = [await share(workspaceId, 'Sign up'), await share(workspaceId, 'Confirm'), await share(workspaceId, 'Welcome')];
  return { workspaceId, links: `/workspaces/${workspaceId}/links`, logId, sub, second, maker };
}
async function share(workspaceId: string, name: string, more: Record<string, unknown> = {}): Promise<string> {
  const logId = `log_${++count}`;
  expect((await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name, ...more })).status).toBe(201);
  return logId;
}
const flowOf = (logId: string) => ({ logId, flowId: `flow_of_${logId}` });
const linkTo = ({ maker, workspaceId, logId }: Scene, flows: string[], more: Record<string, unknown> = {}) => makeLink(server, maker, workspaceId, logId, { flows: flows.map(flowOf), ...more });
const shown = async ({ address }: TestLink, at = server) => (await openLink(at, address)).body.flows?.map(({ logId }: { logId: string }) => logId);
const seen = ({ status, body }: TestAnswer) => [status, body?.error?.code];
async function visit(link: TestLink, logs: string[], at = server): Promise<Visitor> {
  const visitor = await visitLink(at, link, logs[0]!);
  sockets.push(visitor.socket);
  for (const log of logs.slice(1)) await joinLog(visitor.socket, log);
  expect(isCut(visitor.socket)).toBe(false);
  return visitor;
}

describe('a link with sub-flows', () => {
  test('opens them and no others, live, each with comments of its own', async () => {
    const set = await scene();
    const link = await linkTo(set, [set.sub], { mayComment: true });
    const opened = (await openLink(server, link.address)).body;
    expect(opened).toMatchObject({ logId: set.logId, key: null, flows: [{ logId: set.sub, flowId: `flow_of_${set.sub}`, name: 'Confirm', key: null }] });
    expect((await ask(server.url, owner, 'GET', set.links)).body.links[0]).toMatchObject({ id: link.id, flows: [flowOf(set.sub)] });
    const visitor = await visit(link, [set.logId, set.sub], other);
    const member = await openTestSocket(socketUrl(server.port), set.maker.token);
    sockets.push(member);
    await joinLog(member, set.sub);
    expect(await pushTo(member, set.sub, set.maker.userId)).toBe('stored');
    await until('it arrives', () => visitor.socket.heard.some((message) => message.type === 'changes' && message.log === set.sub));
    expect(await pushTo(visitor.socket, set.sub, visitor.id, { scope: 'comment' })).toBe('stored');
    expect(await pushTo(visitor.socket, set.sub, visitor.id)).toBe('ROLE_COMMENTS_ONLY');
    // A flow of the same workspace that is not among them.
    visitor.socket.heard.length = 0;
    await joinLog(visitor.socket, set.second);
    expect(visitor.socket.heard).toMatchObject([{ type: 'ended', log: set.second, code: 'LOG_NOT_FOUND' }]);
    const { activity } = (await ask(server.url, owner, 'GET', `/workspaces/${set.workspaceId}/activity`)).body as { activity: { code: string; params: Record<string, unknown> }[] };
    expect(activity.find(({ code }) => code === 'LINK_MADE')?.params).toMatchObject({ linkId: link.id, flows: 1 });
    const { body } = await ask(server.url, set.maker, 'GET', '/users/me/export');
    expect(JSON.stringify(body)).toContain(`"sub_flows":["${set.sub}"]`);
  });

  test('is made only of flows that its maker sees in this workspace, each once', async () => {
    const set = await scene();
    const attempt = async (flows: unknown[], who = set.maker) => seen(await ask(server.url, who, 'POST', set.links, { logId: set.logId, name: 'Mine', flows }));
    const hidden = await share(set.workspaceId, 'Hidden', { visibility: 'private' });
    const elsewhere = await scene();
    const deleted = await share(set.workspaceId, 'Deleted');
    expect((await ask(server.url, owner, 'DELETE', `/workspaces/${set.workspaceId}/flows/${deleted}`)).status).toBe(200);
    for (const logId of [hidden, elsewhere.logId, deleted, 'log_none']) expect([logId, ...(await attempt([flowOf(set.sub), flowOf(logId)]))]).toEqual([logId, 404, 'FLOW_NOT_FOUND']);
    for (const logId of [hidden]) expect(await attempt([flowOf(logId)], owner)).toEqual([201, undefined]);
    expect(await attempt([flowOf(set.sub), { ...flowOf(set.sub), flowId: 'flow_other' }])).toEqual([422, 'LINK_FLOW_TWICE']);
    expect(await attempt([flowOf(set.sub), { ...flowOf(set.sub), logId: set.second }])).toEqual([422, 'LINK_FLOW_TWICE']);
    expect(await attempt([flowOf(set.logId)])).toEqual([422, 'LINK_FLOW_TWICE']);
    expect(await attempt([{ ...flowOf(set.sub), key: { epoch: 1, sealed: 'A'.repeat(60), forMembers: 'A'.repeat(96) } }])).toEqual([422, 'LINK_KEY_UNWANTED']);
    expect((await attempt(Array.from({ length: 101 }, (_, n) => flowOf(`log_many_${n}`))))[0]).toBe(422);
    // What was refused left nothing behind.
    expect((await ask(server.url, set.maker, 'GET', set.links)).body.links).toHaveLength(1);
    const { rows } = await pool().query('select distinct f.log_id from share_link_flow f join share_link k on k.id = f.link_id where k.workspace_id = $1', [set.workspaceId]);
    expect(rows).toEqual([{ log_id: hidden }]);
  });

  test('gets others by who may change it: what goes is cut at once, what comes opens with the same address', async () => {
    const set = await scene();
    const hidden = await share(set.workspaceId, 'Hidden', { visibility: 'private' });
    const link = await linkTo(set, [set.sub]);
    const visitor = await visit(link, [set.logId, set.sub], other);
    const change = async (flows: unknown[], who = set.maker) => seen(await ask(server.url, who, 'PATCH', `${set.links}/${link.id}`, { flows }));
    const colleague = await addPerson(pool(), `colleague${++count}`);
    await putIn(pool(), set.workspaceId, colleague, 'member');
    expect(await change([], colleague)).toEqual([403, 'PERMISSION_MISSING']);
    for (const flows of [[flowOf(set.sub), flowOf(hidden)], [flowOf('log_none')]]) expect(await change(flows)).toEqual([404, 'FLOW_NOT_FOUND']);
    for (const flows of [[flowOf(set.logId)], [flowOf(set.second), flowOf(set.second)]]) expect(await change(flows)).toEqual([422, 'LINK_FLOW_TWICE']);
    expect([await shown(link), isCut(visitor.socket)]).toEqual([[set.sub], false]);
    expect(await change([flowOf(set.sub), flowOf(set.second)])).toEqual([200, undefined]);
    await joinLog(visitor.socket, set.second);
    expect([(await shown(link)).toSorted(), isCut(visitor.socket)]).toEqual([[set.sub, set.second].toSorted(), false]);
    expect(await change([flowOf(set.second)])).toEqual([200, undefined]);
    await until('cut', () => isCut(visitor.socket, set.sub), 1000);
    expect([isCut(visitor.socket, set.second), await shown(link)]).toEqual([false, [set.second]]);
    // By an admin, too; but a link never shows what its maker does not see.
    expect(await change([flowOf(hidden)], owner)).toEqual([200, undefined]);
    expect(await shown(link)).toEqual([]);
    const { activity } = (await ask(server.url, owner, 'GET', `/workspaces/${set.workspaceId}/activity`)).body as { activity: { code: string; params: Record<string, unknown> }[] };
    expect(activity.filter(({ code }) => code === 'LINK_CHANGED').map(({ params }) => params.fields)).toEqual([['flows'], ['flows'], ['flows']]);
  });

  test('says to its open pages at once that something came or went, on every instance, and to nobody else', async () => {
    const set = await scene();
    const link = await linkTo(set, [set.sub]);
    const elsewhere = await linkTo(set, [set.second]);
    const listen = async (to: TestLink, at: RunningServer, hears: string[] | undefined = ['link']) => {
      const socket = await openTestSocket(socketUrl(at.port), (await openLink(at, to.address)).body.token, hears);
      sockets.push(socket);
      return socket;
    };
    const [here, there, deaf, besides] = [await listen(link, server), await listen(link, other), await listen(link, server, []), await listen(elsewhere, server)];
    const stranger = await scene();
    const far = await listen(await linkTo(stranger, [stranger.sub]), other);
    const member = await openTestSocket(socketUrl(server.port), set.maker.token, ['link']);
    sockets.push(member);
    const all = [here, there, deaf, besides, far, member];
    /** How often each has heard of its link by what is done. */
    const told = async (what: () => Promise<TestAnswer>, expected: number[]) => {
      for (const { heard } of all) heard.length = 0;
      expect((await what()).status).toBeLessThan(300);
      const count = () => all.map(({ heard }) => heard.filter(({ type }) => type === 'linkChanged').length);
      await until(`heard as expected: ${expected.join(' ')}`, () => count().every((times, n) => times >= expected[n]!), 1000);
      // What was said before an answer to this has come before it.
      await Promise.all(all.map(async (socket) => (socket.send({ type: 'ping' }), socket.next('pong'))));
      expect(count()).toEqual(expected);
    };
    const flow = (logId: string) => `/workspaces/${set.workspaceId}/flows/${logId}`;
    await told(() => ask(server.url, set.maker, 'PATCH', `${set.links}/${link.id}`, { flows: [flowOf(set.sub), flowOf(set.second)] }), [1, 1, 0, 0, 0, 0]);
    // What the workspace does to its flows concerns each of its links.
    await told(() => ask(server.url, owner, 'DELETE', flow(set.second)), [1, 1, 0, 1, 0, 0]);
    await told(() => ask(server.url, owner, 'POST', `${flow(set.second)}/restore`), [1, 1, 0, 1, 0, 0]);
    await told(() => ask(server.url, owner, 'PATCH', flow(set.second), { visibility: 'private' }), [1, 1, 0, 1, 0, 0]);
    await told(() => ask(server.url, owner, 'PATCH', flow(set.second), { visibility: 'project' }), [1, 1, 0, 1, 0, 0]);
    expect((await shown(link)).toSorted()).toEqual([set.sub, set.second].toSorted());
    // A name is nothing that opens or closes a flow.
    await told(() => ask(server.url, owner, 'PATCH', flow(set.second), { name: 'Hello' }), [0, 0, 0, 0, 0, 0]);
  });

  test('may in each flow no more than its maker may there now', async () => {
    const set = await scene();
    const project = (await ask(server.url, owner, 'POST', `/workspaces/${set.workspaceId}/projects`, { name: 'Secret', visibility: 'private' })).body.id as string;
    const inProject = await share(set.workspaceId, 'Inside', { projectId: project });
    const role = (given: string | undefined) => ask(server.url, owner, given ? 'PUT' : 'DELETE', `/workspaces/${set.workspaceId}/projects/${project}/members/${set.maker.userId}`, given ? { role: given } : undefined);
    expect((await role('commenter')).status).toBeLessThan(300);
    const link = await linkTo(set, [inProject, set.sub], { mayComment: true });
    const visitor = await visit(link, [set.logId, inProject, set.sub], other);
    expect(await pushTo(visitor.socket, inProject, visitor.id, { scope: 'comment' })).toBe('stored');
    visitor.socket.heard.length = 0;
    await role('viewer');
    await until('hears it', () => visitor.socket.heard.some((message) => message.type === 'ended' && message.log === inProject && message.code === 'ROLE_CHANGED'), 1000);
    await joinLog(visitor.socket, inProject);
    expect(visitor.socket.heard.find((message) => message.type === 'joined')).toMatchObject({ log: inProject, scope: null });
    expect(await pushTo(visitor.socket, inProject, visitor.id, { scope: 'comment' })).toBe('ROLE_READS_ONLY');
    await role(undefined);
    await until('is cut off', () => visitor.socket.heard.some((message) => message.type === 'ended' && message.log === inProject && message.code === 'ACCESS_REVOKED'), 1000);
    expect(await shown(link)).toEqual([set.sub]);
    // The others go on.
    expect(await pushTo(visitor.socket, set.sub, visitor.id, { scope: 'comment' })).toBe('stored');
  });
});

describe('within a second', () => {
  test('a deleted sub-flow is gone from the link, and is there again when it was brought back', async () => {
    const set = await scene();
    const link = await linkTo(set, [set.sub, set.second]);
    const visitor = await visit(link, [set.logId, set.sub, set.second], other);
    await ask(server.url, owner, 'DELETE', `/workspaces/${set.workspaceId}/flows/${set.sub}`);
    await until('cut', () => isCut(visitor.socket, set.sub), 1000);
    expect([isCut(visitor.socket, set.logId), isCut(visitor.socket, set.second), await shown(link)]).toEqual([false, false, [set.second]]);
    expect((await ask(server.url, owner, 'POST', `/workspaces/${set.workspaceId}/flows/${set.sub}/restore`)).status).toBe(200);
    expect((await shown(link)).toSorted()).toEqual([set.sub, set.second].toSorted());
    // Purged, it is forgotten.
    await pool().query('delete from log where id = $1', [set.second]);
    expect(await shown(link)).toEqual([set.sub]);
  });

  const ways: [string, (set: Scene, link: TestLink) => Promise<unknown>][] = [
    ['the link is revoked', ({ links, maker }, { id }) => ask(server.url, maker, 'DELETE', `${links}/${id}`)],
    ['its own flow is deleted', ({ workspaceId, logId }) => ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/flows/${logId}`)],
    ['its own flow is hidden from its maker', async ({ workspaceId, logId }) => ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}/flows/${logId}`, { visibility: 'private' })],
    ['who made it leaves', ({ workspaceId, maker }) => ask(server.url, owner, 'DELETE', `/workspaces/${workspaceId}/members/${maker.userId}`)],
    ['the workspace forbids links', ({ workspaceId }) => ask(server.url, owner, 'PATCH', `/workspaces/${workspaceId}`, { settings: { allowLinks: false } })],
  ];
  test.each(ways)('everybody is cut off its sub-flows, on every instance, when %s', async (_, end) => {
    const set = await scene();
    const link = await linkTo(set, [set.sub], { mayComment: true });
    const [here, there] = [await visit(link, [set.logId, set.sub]), await visit(link, [set.logId, set.sub], other)];
    expect((await end(set, link) as TestAnswer).status).toBeLessThan(300);
    await until('cut', () => [here, there].every(({ socket }) => isCut(socket, set.sub)), 1000);
    for (const at of [server, other]) {
      expect((await openLink(at, link.address)).status).toBe(404);
      const late = await openTestSocket(socketUrl(at.port));
      sockets.push(late);
      late.send({ type: 'hello', protocol: 1, token: here.token, schemas: 1, rules: 1, device: 'device_1' });
      await until('an answer', () => late.heard.length > 0 || late.closed !== undefined);
      if (late.heard[0]?.type === 'welcome') await joinLog(late, set.sub);
      expect(late.heard.some(({ type }) => type === 'joined')).toBe(false);
    }
  });
});

test('what goes with a link goes with it', async () => {
  const set = await scene();
  const link = await linkTo(set, [set.sub]);
  await pool().query('insert into link_key (link_id, workspace_id, log_id, epoch, sealed, for_members) values ($1, $2, $3, 1, $4, $4)', [link.id, set.workspaceId, set.sub, 'left']);
  await pool().query('delete from app_user where id = $1', [set.maker.userId]);
  await forgetLinks(pool());
  const left = await pool().query('select (select count(*) from share_link_flow where link_id = $1)::int as flows, (select count(*) from link_key where link_id = $1)::int as keys', [link.id]);
  expect(left.rows).toEqual([{ flows: 0, keys: 0 }]);
});
