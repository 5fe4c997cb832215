/** What happens when people act at the same moment, on a real database over real HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { startTestServer } from '../../test/testServer.ts';
import { addPerson, ask, codeOf, makeWorkspace, putIn, type TestAnswer, type TestPerson } from '../../test/testWorkspaces.ts';
import type { RunningServer } from '../server.ts';

let postgres: TestPostgres;
let database: TestDatabase;
// Two instances on one database: locks that only hold inside one process would not do.
let servers: RunningServer[];
const at = (n: number) => servers[n % servers.length]!;
const pool = () => servers[0]!.database.pool;

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await postgres.clone();
  const config = { RATE_FACTOR: '1000', DEFAULT_PLAN: 'pro', DATABASE_POOL: '10' };
  servers = [await startTestServer(database.url, config), await startTestServer(database.url, config)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await database.drop();
  await postgres.close();
});

const codes = (answers: readonly TestAnswer[]) => answers.map((answer) => codeOf(answer) ?? String(answer.status)).sort();
async function ownersOf(workspaceId: string): Promise<string[]> {
  const { rows } = await pool().query<{ id: string }>(`select user_id as id from member where workspace_id = $1 and role = 'owner'`, [workspaceId]);
  return rows.map(({ id }) => id);
}

describe('at the same moment', () => {
  test('two admins remove each other: one of them is left, every time', async () => {
    const owner = await addPerson(pool(), 'o_admins');
    const { id } = await makeWorkspace(at(0).url, owner);
    for (let round = 0; round < 12; round++) {
      const pair = [await addPerson(pool(), `ann${round}`), await addPerson(pool(), `bob${round}`)] as const;
      for (const one of pair) await putIn(pool(), id, one, 'admin');
      const answers = await Promise.all([ask(at(0).url, pair[0], 'DELETE', `/workspaces/${id}/members/${pair[1].userId}`), ask(at(1).url, pair[1], 'DELETE', `/workspaces/${id}/members/${pair[0].userId}`)]);
      expect(codes(answers)).toEqual(['204', 'WORKSPACE_NOT_FOUND']);
      const { rows } = await pool().query<{ id: string }>('select user_id as id from member where workspace_id = $1 and user_id = any($2)', [id, pair.map(({ userId }) => userId)]);
      expect(rows).toHaveLength(1);
      await ask(at(0).url, owner, 'DELETE', `/workspaces/${id}/members/${rows[0]!.id}`);
    }
  });

  test('an admin is demoted while removing somebody: what was committed first holds', async () => {
    const owner = await addPerson(pool(), 'o_demote');
    const { id } = await makeWorkspace(at(0).url, owner);
    for (let round = 0; round < 8; round++) {
      const [admin, victim] = [await addPerson(pool(), `dem_admin${round}`), await addPerson(pool(), `dem_victim${round}`)];
      await putIn(pool(), id, admin, 'admin');
      await putIn(pool(), id, victim, 'member');
      const [demotion, removal] = await Promise.all([ask(at(0).url, owner, 'PATCH', `/workspaces/${id}/members/${admin.userId}`, { role: 'viewer' }), ask(at(1).url, admin, 'DELETE', `/workspaces/${id}/members/${victim.userId}`)]);
      expect(demotion.status).toBe(200);
      const { rows } = await pool().query<{ code: string }>(`select code from activity where workspace_id = $1 and code in ('MEMBER_CHANGED', 'MEMBER_REMOVED') and params->>'userId' = any($2) order by id`, [id, [admin.userId, victim.userId]]);
      expect(rows.map(({ code }) => code)).toEqual(removal.status === 204 ? ['MEMBER_REMOVED', 'MEMBER_CHANGED'] : ['MEMBER_CHANGED']);
      for (const one of [admin, victim]) await pool().query('delete from member where workspace_id = $1 and user_id = $2', [id, one.userId]);
    }
  });

  test('the owner hands the workspace to two people, and one of them leaves: there is one owner, and they are a member', async () => {
    for (let round = 0; round < 8; round++) {
      const [owner, ann, bob] = [await addPerson(pool(), `t_owner${round}`), await addPerson(pool(), `t_ann${round}`), await addPerson(pool(), `t_bob${round}`)];
      const { id } = await makeWorkspace(at(0).url, owner);
      for (const one of [ann, bob]) await putIn(pool(), id, one, 'admin');
      const answers = await Promise.all([
        ask(at(0).url, owner, 'POST', `/workspaces/${id}/transfer-ownership`, { userId: ann.userId }),
        ask(at(1).url, owner, 'POST', `/workspaces/${id}/transfer-ownership`, { userId: bob.userId }),
        ask(at(0).url, ann, 'DELETE', `/workspaces/${id}/members/${ann.userId}`),
      ]);
      const owners = await ownersOf(id);
      expect(owners).toHaveLength(1);
      const { rows } = await pool().query<{ ownerId: string }>('select owner_id as "ownerId" from workspace where id = $1', [id]);
      expect(rows[0]!.ownerId).toBe(owners[0]);
      // At most one hand-over went through; whoever became owner did not leave.
      expect(answers.slice(0, 2).filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
      if (owners[0] === ann.userId) expect(codeOf(answers[2])).toBe('OWNER_STAYS');
    }
  });

  test('50 people accept at once where 7 seats are left: 7 are in', async () => {
    const owner = await addPerson(pool(), 'o_seats');
    const { id } = await makeWorkspace(at(0).url, owner);
    for (const name of ['s_one', 's_two']) await putIn(pool(), id, await addPerson(pool(), name), 'member');
    const invited: TestPerson[] = [];
    for (let n = 0; n < 50; n++) {
      invited.push(await addPerson(pool(), `seat${n}`));
      expect((await ask(at(0).url, owner, 'POST', `/workspaces/${id}/invite`, { email: invited[n]!.email })).status).toBe(201);
    }
    const ids = new Map((await ask(at(0).url, owner, 'GET', `/workspaces/${id}/invitations`)).body.invitations.map(({ id: invitationId, email }: { id: string; email: string }) => [email, invitationId]));
    const answers = await Promise.all(invited.map((one, n) => ask(at(n).url, one, 'POST', `/invitations/${ids.get(one.email)}/accept`)));
    const tally = codes(answers);
    expect([tally.filter((one) => one === '200').length, tally.filter((one) => one === 'SEATS_FULL').length]).toEqual([7, 43]);
    const { rows } = await pool().query<{ members: number; open: number }>(`select (select count(*) from member where workspace_id = $1)::int as members, (select count(*) from invitation where workspace_id = $1 and state = 'open')::int as open`, [id]);
    // Whoever found no seat is still invited.
    expect(rows[0]).toEqual({ members: 10, open: 43 });
  });

  test('one invitation is accepted ten times at once: one seat, one line in the list', async () => {
    const [owner, ann] = [await addPerson(pool(), 'o_once'), await addPerson(pool(), 'once')];
    const { id } = await makeWorkspace(at(0).url, owner);
    const invitation = await ask(at(0).url, owner, 'POST', `/workspaces/${id}/invite`, { email: ann.email });
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(at(n).url, ann, 'POST', `/invitations/${invitation.body.id}/accept`)));
    expect(codes(answers)).toEqual(['200', ...Array<string>(9).fill('INVITATION_NOT_FOUND')]);
    const { rows } = await pool().query(`select 1 from activity where workspace_id = $1 and code = 'MEMBER_JOINED'`, [id]);
    expect(rows).toHaveLength(1);
  });

  test('an invitation is revoked and accepted: either in or not, never both', async () => {
    const owner = await addPerson(pool(), 'o_revoke');
    const { id } = await makeWorkspace(at(0).url, owner);
    for (let round = 0; round < 6; round++) {
      const guest = await addPerson(pool(), `revoked${round}`);
      const invitation = await ask(at(0).url, owner, 'POST', `/workspaces/${id}/invite`, { email: guest.email });
      const [revoked, accepted] = await Promise.all([ask(at(0).url, owner, 'DELETE', `/workspaces/${id}/invitations/${invitation.body.id}`), ask(at(1).url, guest, 'POST', `/invitations/${invitation.body.id}/accept`)]);
      expect([revoked.status === 204, accepted.status === 200].filter(Boolean)).toHaveLength(1);
      const { rowCount } = await pool().query('select 1 from member where workspace_id = $1 and user_id = $2', [id, guest.userId]);
      expect(rowCount).toBe(accepted.status === 200 ? 1 : 0);
    }
  });

  test('20 workspaces are made at once where the plan holds 3, and 30 projects where it holds 20', async () => {
    const owner = await addPerson(pool(), 'o_limits');
    const workspaces = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(at(n).url, owner, 'POST', '/workspaces', { name: `W${n}` })));
    expect(codes(workspaces)).toEqual([...Array<string>(3).fill('201'), ...Array<string>(17).fill('WORKSPACE_LIMIT')]);
    const { id } = workspaces.find(({ status }) => status === 201)!.body as { id: string };
    const projects = await Promise.all(Array.from({ length: 30 }, (_, n) => ask(at(n).url, owner, 'POST', `/workspaces/${id}/projects`, { name: `P${n}` })));
    expect(codes(projects)).toEqual([...Array<string>(20).fill('201'), ...Array<string>(10).fill('PROJECT_LIMIT')]);
  });

  test('one log is shared from ten sides at once: it is there once', async () => {
    const [ann, bob] = [await addPerson(pool(), 'share_ann'), await addPerson(pool(), 'share_bob')];
    const [own, other] = [await makeWorkspace(at(0).url, ann), await makeWorkspace(at(1).url, bob)];
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(at(n).url, n < 5 ? ann : bob, 'POST', `/workspaces/${(n < 5 ? own : other).id}/flows`, { logId: 'log_race', name: 'Race' })));
    // The same again by the same person is the same answer; somebody else hears that it is taken.
    expect(codes(answers)).toEqual([...Array<string>(5).fill('201'), ...Array<string>(5).fill('FLOW_EXISTS')]);
    const { rows } = await pool().query<{ n: number }>(`select count(*)::int as n from activity where code = 'FLOW_SHARED' and params->>'logId' = 'log_race'`);
    expect(rows[0]!.n).toBe(1);
  });
});
