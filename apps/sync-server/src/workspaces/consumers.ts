/** What this module does when events come round: mails, counters, warnings, and sockets that lost their right. */
import type { Consumer, OutboxEvent } from '../jobs/outbox.ts';
import type { Queryable } from '../db/database.ts';
import { prepareInvitationMail, type InvitationMail } from './invitations.ts';
import type { WorkspaceParts } from './place.ts';
import { planOf } from './plans.ts';
import { countsOf, warningsOf } from './usage.ts';

/** Puts a mail on its way, in the transaction of `sql`. */
export type SendInvitation = (sql: Queryable, mail: InvitationMail) => Promise<void>;

/** The consumers of the workspaces module. */
export function workspaceConsumers(parts: Pick<WorkspaceParts, 'revoke' | 'standardPlan'>, sendInvitation: SendInvitation): Consumer[] {
  return [
    {
      name: 'invitation mails',
      types: ['INVITATION_SENT'],
      async handle({ payload }, { sql }) {
        const mail = await prepareInvitationMail(sql, String(payload.invitationId));
        // Answered or revoked meanwhile: nobody waits for it.
        if (mail) await sendInvitation(sql, mail);
      },
    },
    {
      // Also said at once after the commit; here for the process that died in between.
      name: 'revocations',
      types: ['ACCESS_NARROWED'],
      handle: async ({ payload }) => parts.revoke(payload),
    },
    {
      name: 'usage',
      types: ['USER_ACTIVITY_LOGGED'],
      async handle({ workspaceId, userId, payload, at }, { sql }) {
        if (!workspaceId) return;
        await sql.query(
          `insert into usage_day (workspace_id, day, code, count) select id, (to_timestamp($2::double precision / 1000) at time zone 'utc')::date, $3, 1 from workspace where id = $1
           on conflict (workspace_id, day, code) do update set count = usage_day.count + 1`,
          [workspaceId, at, String(payload.code)],
        );
        if (userId) await sql.query(`update member set last_active_at = greatest(last_active_at, to_timestamp($3::double precision / 1000)) where workspace_id = $1 and user_id = $2`, [workspaceId, userId, at]);
      },
    },
    {
      name: 'limit warnings',
      types: ['PROJECT_CREATED', 'MEMBER_JOINED', 'USER_SUBSCRIPTION_CHANGED'],
      async handle(event, { sql }) {
        for (const { id, ownerId } of await concerned(sql, event)) {
          const plan = await planOf(sql, ownerId, parts.standardPlan);
          for (const { limit, warning } of warningsOf(await countsOf(sql, id), plan)) {
            // Said once for each step up, until it was further away for a month.
            await sql.query(
              `insert into activity (workspace_id, actor_id, code, params) select $1, null, 'LIMIT_WARNING', $2::jsonb
               where not exists (select 1 from activity where workspace_id = $1 and code = 'LIMIT_WARNING' and params = $2::jsonb and at > now() - interval '30 days')`,
              [id, JSON.stringify({ limit, warning, plan })],
            );
          }
        }
      },
    },
  ];
}

async function concerned(sql: Queryable, { type, workspaceId, userId }: OutboxEvent): Promise<{ id: string; ownerId: string }[]> {
  const isPerson = type === 'USER_SUBSCRIPTION_CHANGED';
  const { rows } = await sql.query<{ id: string; ownerId: string }>(`select id, owner_id as "ownerId" from workspace where deleted_at is null and ${isPerson ? 'owner_id' : 'id'} = $1`, [isPerson ? userId : workspaceId]);
  return rows;
}
