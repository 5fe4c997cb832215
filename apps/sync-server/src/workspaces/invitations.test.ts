/** Invitations by real mails, and who they let in. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountVariables } from '../../test/testAccounts.ts';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { secretOf, startTestMailbox, type TestMailbox } from '../../test/testMailbox.ts';
import { until } from '../../test/testDevice.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addPerson, ask, codeOf, makeWorkspace, putIn, type TestPerson } from '../../test/testWorkspaces.ts';
import { createLogger } from '@uxflow/core/base';
import type { RunningServer } from '../server.ts';
import { forgetInvited } from './purge.ts';
import type { WorkspaceView } from './schema.ts';

let postgres: TestPostgres;
let database: TestDatabase;
let mailbox: TestMailbox;
let server: RunningServer;
let owner: TestPerson;
let workspace: WorkspaceView;
let count = 0;
const logged: string[] = [];
const pool = () => server.database.pool;
const person = (verified = true) => addPerson(pool(), `guest${++count}`, { verified });
const send = (who: TestPerson | undefined, method: string, path: string, body?: unknown) => ask(server.url, who, method, path, body);
const invite = (email: string, more: Record<string, unknown> = {}) => send(owner, 'POST', `/workspaces/${workspace.id}/invite`, { email, ...more });
const accept = async (who: TestPerson, token: string) => {
  const answer = await send(who, 'POST', '/invitations/accept', { token });
  return codeOf(answer) ?? answer.body.workspaceId;
};
const isMember = async ({ userId }: TestPerson) => (await pool().query('select 1 from member where workspace_id = $1 and user_id = $2', [workspace.id, userId])).rowCount === 1;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  mailbox = await startTestMailbox();
  server = await startTestServer(database.url, { ...accountVariables(mailbox), DEFAULT_PLAN: 'enterprise' }, createLogger((line) => void logged.push(JSON.stringify(line)), Date.now, 'server', 'debug'));
  owner = await addPerson(pool(), 'owner');
  workspace = await makeWorkspace(server.url, owner, { name: 'Team <b>"Ä"</b>' });
});
afterAll(async () => {
  await server.close();
  await mailbox.close();
  await database.drop();
  await postgres.close();
});

describe('an invitation', () => {
  test('comes by mail, in the language that was asked for, and lets the confirmed address in', async () => {
    const ann = await person();
    const { status, body } = await invite(ann.email.toUpperCase(), { role: 'viewer', note: 'Come & see', language: 'de' });
    expect([status, body]).toMatchObject([201, { email: ann.email, role: 'viewer', isExpired: false, sent: 1, inviterName: 'owner' }]);
    expect(body.expiresAt - Date.now()).toBeGreaterThan(6.99 * 86_400_000);
    expect(JSON.stringify(body)).not.toContain('token');
    const mail = await mailbox.take(ann.email, 'Einladung');
    expect([mail.text.includes('Team <b>"Ä"</b>'), mail.text.includes('Come & see'), /text\/html[^]*<b>/.test(mail.raw)]).toEqual([true, true, false]);
    expect(mail.text).toContain(`${server.url}/invitation#`);
    expect((await send(ann, 'GET', '/invitations')).body.invitations).toMatchObject([{ id: body.id, workspaceName: 'Team <b>"Ä"</b>' }]);
    expect([await accept(ann, secretOf(mail)), await isMember(ann)]).toEqual([workspace.id, true]);
    expect((await send(owner, 'GET', `/workspaces/${workspace.id}/members`)).body.members.at(-1)).toMatchObject({ userId: ann.userId, role: 'viewer', invitedBy: owner.userId });
    // Once is enough.
    expect([await accept(ann, secretOf(mail)), (await send(ann, 'GET', '/invitations')).body.invitations]).toEqual(['INVITATION_NOT_FOUND', []]);
  });

  test('gives one and the same answer to everybody that it is not for', async () => {
    const [ann, eve] = [await person(), await person()];
    const { body } = await invite(ann.email);
    const token = secretOf(await mailbox.take(ann.email, 'Invitation'));
    const answers = [
      await send(eve, 'POST', '/invitations/accept', { token }),
      await send(eve, 'POST', '/invitations/accept', { token: 'made-up' }),
      await send(eve, 'POST', `/invitations/${body.id}/accept`),
      await send(eve, 'POST', '/invitations/invitation_none/accept'),
      await send(eve, 'POST', `/invitations/${body.id}/decline`),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect([answers[0]!.status, codeOf(answers[0]!), (await send(eve, 'GET', '/invitations')).body.invitations, await isMember(eve)]).toEqual([404, 'INVITATION_NOT_FOUND', [], false]);
    // The attempts of others have not used it up.
    expect(await accept(ann, token)).toBe(workspace.id);
  });

  test('waits until the address is confirmed', async () => {
    const late = await person(false);
    await invite(late.email);
    const token = secretOf(await mailbox.take(late.email, 'Invitation'));
    expect([await accept(late, token), await accept(late, 'made-up')]).toEqual(['EMAIL_UNVERIFIED', 'EMAIL_UNVERIFIED']);
    await pool().query('update app_user set email_verified = true where id = $1', [late.userId]);
    await server.access.revoke({ userId: late.userId });
    expect(await accept(late, token)).toBe(workspace.id);
  });

  test('runs out after seven days, and makes room for a new one', async () => {
    const ann = await person();
    const { body } = await invite(ann.email);
    const token = secretOf(await mailbox.take(ann.email, 'Invitation'));
    expect(codeOf(await invite(ann.email))).toBe('ALREADY_INVITED');
    await pool().query(`update invitation set expires_at = now() where id = $1`, [body.id]);
    expect([await accept(ann, token), (await send(ann, 'GET', '/invitations')).body.invitations]).toEqual(['INVITATION_NOT_FOUND', []]);
    expect((await send(owner, 'GET', `/workspaces/${workspace.id}/invitations`)).body.invitations[0]).toMatchObject({ id: body.id, isExpired: true });
    expect((await invite(ann.email)).status).toBe(201);
    expect(await accept(ann, secretOf(await mailbox.take(ann.email, 'Invitation')))).toBe(workspace.id);
  });

  test('is sent again with a new secret and new days, and not twice in a minute', async () => {
    const ann = await person();
    const { body } = await invite(ann.email);
    const first = secretOf(await mailbox.take(ann.email, 'Invitation'));
    const path = `/workspaces/${workspace.id}/invitations/${body.id}/resend`;
    const soon = await send(owner, 'POST', path);
    expect([soon.status, codeOf(soon)]).toEqual([429, 'INVITATION_RESENT_LATELY']);
    await pool().query(`update invitation set sent_at = now() - interval '2 minutes', expires_at = now() where id = $1`, [body.id]);
    expect((await send(owner, 'POST', path)).body).toMatchObject({ sent: 2, isExpired: false });
    const second = secretOf(await mailbox.take(ann.email, 'Invitation'));
    expect([await accept(ann, first), await accept(ann, second)]).toEqual(['INVITATION_NOT_FOUND', workspace.id]);
  });

  test('is taken back, declined, and closed with its workspace', async () => {
    const [ann, bob, eve] = [await person(), await person(), await person()];
    const other = await makeWorkspace(server.url, owner);
    const ids = [(await invite(ann.email)).body.id, (await invite(bob.email)).body.id, (await send(owner, 'POST', `/workspaces/${other.id}/invite`, { email: eve.email })).body.id];
    const tokens = await Promise.all([ann, bob, eve].map(async ({ email }) => secretOf(await mailbox.take(email, 'Invitation'))));
    expect((await send(owner, 'DELETE', `/workspaces/${workspace.id}/invitations/${ids[0]}`)).status).toBe(204);
    expect((await send(bob, 'POST', `/invitations/${ids[1]}/decline`)).status).toBe(204);
    expect((await send(owner, 'DELETE', `/workspaces/${other.id}`)).status).toBe(200);
    expect([await accept(ann, tokens[0]!), await accept(bob, tokens[1]!), await accept(eve, tokens[2]!)]).toEqual(Array(3).fill('INVITATION_NOT_FOUND'));
    // Bringing the workspace back brings no invitation back.
    await send(owner, 'POST', `/workspaces/${other.id}/restore`);
    expect(await accept(eve, tokens[2]!)).toBe('INVITATION_NOT_FOUND');
  });

  test('for a guest names a project, and opens that one alone', async () => {
    const ann = await person();
    const { body: project } = await send(owner, 'POST', `/workspaces/${workspace.id}/projects`, { name: 'For guests' });
    expect([codeOf(await invite(ann.email, { role: 'guest' })), codeOf(await invite(ann.email, { role: 'guest', projectId: 'project_none' }))]).toEqual(['GUEST_NEEDS_PROJECT', 'PROJECT_NOT_FOUND']);
    const { body } = await invite(ann.email, { role: 'guest', projectId: project.id, projectRole: 'commenter' });
    await send(ann, 'POST', `/invitations/${body.id}/accept`);
    const { body: seen } = await send(ann, 'GET', `/workspaces/${workspace.id}/projects`);
    expect(seen.projects.map(({ id, scope }: { id: string; scope: string }) => [id, scope])).toEqual([[project.id, 'comment']]);
    // A guest who is invited as a member becomes one.
    expect(codeOf(await invite(ann.email))).toBe('ALREADY_MEMBER');
    const closed = await makeWorkspace(server.url, owner, { settings: { allowGuestAccess: false } });
    expect(codeOf(await send(owner, 'POST', `/workspaces/${closed.id}/invite`, { email: ann.email, role: 'guest', projectId: project.id }))).toBe('GUESTS_NOT_ALLOWED');
  });

  test('by a member who may invite cannot open a private project that the member does not run', async () => {
    const [helper, stranger] = [await person(), await person()];
    await putIn(pool(), workspace.id, helper, 'member', ['invite_members']);
    const { body: hidden } = await send(owner, 'POST', `/workspaces/${workspace.id}/projects`, { name: 'Hidden', visibility: 'private' });
    const byHelper = () => send(helper, 'POST', `/workspaces/${workspace.id}/invite`, { email: stranger.email, role: 'guest', projectId: hidden.id, projectRole: 'viewer' });
    expect(codeOf(await byHelper())).toBe('PROJECT_NOT_FOUND');
    await send(owner, 'PUT', `/workspaces/${workspace.id}/projects/${hidden.id}/members/${helper.userId}`, { role: 'editor' });
    expect((await byHelper()).status).toBe(201);
  });
});

test('thirty days after it was answered or ran out nobody knows any more to whom an invitation went', async () => {
  const people = await Promise.all(['accepted', 'declined', 'revoked', 'expired', 'open'].map(() => person()));
  const [accepted, declined, revoked, expired, open] = people as [TestPerson, TestPerson, TestPerson, TestPerson, TestPerson];
  const ids: string[] = [];
  for (const { email } of people) ids.push((await invite(email, { note: 'Dear friend' })).body.id);
  await send(accepted, 'POST', `/invitations/${ids[0]}/accept`);
  await send(declined, 'POST', `/invitations/${ids[1]}/decline`);
  await send(owner, 'DELETE', `/workspaces/${workspace.id}/invitations/${ids[2]}`);
  const known = async () => (await pool().query<{ email: string; note: string }>('select email, note from invitation where id = any($1) order by array_position($1, id)', [ids])).rows;
  const age = (days: number) => pool().query(`update invitation set ended_at = case when state <> 'open' then now() - make_interval(days => $2) end, expires_at = case when id = $3 then now() - make_interval(days => $2) else expires_at end where id = any($1)`, [ids, days, ids[3]]);
  await age(29);
  await forgetInvited(pool());
  expect((await known()).map(({ email }) => email)).toEqual(people.map(({ email }) => email));
  await age(31);
  await forgetInvited(pool());
  expect(await known()).toEqual([...Array(4).fill({ email: '', note: '' }), { email: open.email, note: 'Dear friend' }]);
  // The next one is free to go there, and who is in stays in.
  expect([await isMember(accepted), (await invite(expired.email)).status, (await invite(revoked.email)).status]).toEqual([true, 201, 201]);
});

test('the answer to an invitation says nothing about accounts', async () => {
  const known = await person();
  const [one, two] = [await invite(known.email), await invite('nobody@nowhere.test')];
  const shape = ({ status, body }: typeof one) => [status, Object.keys(body).sort(), typeof body.inviterName];
  expect(shape(one)).toEqual(shape(two));
});

test('no secret of an invitation stands in a row, a job or a log line', async () => {
  const ann = await person();
  await invite(ann.email);
  const token = secretOf(await mailbox.take(ann.email, 'Invitation'));
  await accept(ann, token);
  const { rows: tables } = await pool().query<{ name: string }>(`select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_schema in ('public', 'pgboss') and table_type = 'BASE TABLE'`);
  expect(tables.length).toBeGreaterThan(25);
  for (const { name } of tables) {
    const { rows } = await pool().query(`select 1 from ${name} as t where t::text like '%' || $1 || '%' limit 1`, [token]);
    expect([name, rows]).toEqual([name, []]);
  }
  // What goes wrong is logged, and still not what was to be said.
  mailbox.isBroken = true;
  await invite((await person()).email);
  await until('a line of the log', () => logged.some((line) => line.includes('invitation')));
  expect(logged.filter((line) => line.includes(token) || /[\w-]{43}/.test(line))).toEqual([]);
});
