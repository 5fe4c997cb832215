/**
 * The keys of workspaces: who was given which, and the one step that nobody can take twice. Everything that writes holds the workspace's lock
 * (workspaces/place.ts), so a member who is removed, a flow that is shared and a key that is replaced come one after the other.
 */
import type { InvitationKey, KeyState, LinkKey, NewEpoch, Wrap } from '@uxflow/core/keyMessages';
import { accessProblem } from '../access/errors.ts';
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { workspaceProblem } from '../workspaces/errors.ts';
import { scopesOf } from '../workspaces/flowScope.ts';
import { changeIn, lookInto, type LockedPlace, type Place, type WorkspaceParts } from '../workspaces/place.ts';
import { demandPerson } from '../workspaces/service.ts';
import { keyProblem } from './errors.ts';

export interface WorkspaceKeyStore {
  /** Throws WORKSPACE_NOT_ENCRYPTED. `epoch` 0: it has no key yet. */
  state(principal: Principal, workspaceId: string): Promise<KeyState>;
  /** The first key, or the next one. Throws EPOCH_CHANGED when the workspace does not stand just before it, WRAPS_REFUSED. */
  addEpoch(principal: Principal, workspaceId: string, next: NewEpoch): Promise<void>;
  /** The newest key for more members (or for oneself, whatever the role). Throws EPOCH_CHANGED, WRAPS_REFUSED. */
  addWraps(principal: Principal, workspaceId: string, wraps: readonly Wrap[]): Promise<void>;
  /** The key for who comes by an invitation. Throws INVITATION_NOT_FOUND. */
  putInvitation(principal: Principal, workspaceId: string, invitationId: string, key: InvitationKey): Promise<void>;
  /** Hands it to the invited address once it has joined, and once only. Throws INVITATION_KEY_UNKNOWN. */
  takeInvitation(principal: Principal, invitationId: string): Promise<InvitationKey & { workspaceId: string }>;
  showProof(principal: Principal, workspaceId: string, shown: { invitationId: string; proof: string }): Promise<void>;
  /** The newest key of a flow for a link to it, by who sees the flow; where it has it already nothing changes. Throws LINK_KEY_UNKNOWN, EPOCH_CHANGED. */
  putLink(principal: Principal, workspaceId: string, link: LinkKey): Promise<void>;
  /** Flows of links which do not hold the newest key yet, as far as the asker sees them; so many at a time. */
  oldLinks(principal: Principal, workspaceId: string): Promise<LinkKey[]>;
}

/** Flows of links that are named at a time to who renews them. */
const OLD_LINKS = 500;
const LINK_COLUMNS = `link_id as "linkId", log_id as "logId", epoch, salt, sealed, for_members as "forMembers"`;
type LinkRow = Omit<LinkKey, 'salt'> & { salt: string | null };

/** The workspaces' keys of a database. */
export function createWorkspaceKeys(parts: WorkspaceParts): WorkspaceKeyStore {
  return {
    async state(principal, workspaceId) {
      const place = await lookInto(parts, principal, workspaceId, { permission: 'read_members' });
      demandEncrypted(place);
      const { sql, workspace } = place;
      const { rows: epochs } = await sql.query<{ epoch: number; commitment: string; link: string | null }>('select epoch, commitment, link from workspace_epoch where workspace_id = $1 order by epoch', [workspaceId]);
      const { rows: members } = await sql.query<MemberRow>(MEMBERS, [workspaceId]);
      const wrap = await wrapOf(sql, workspaceId, principal.userId);
      return {
        workspaceId,
        epoch: workspace.epoch,
        isStale: workspace.epoch > 0 && (workspace.rotationWantedAt !== null || (await hasFormerHolder(sql, workspaceId, workspace.epoch))),
        epochs: epochs.map(({ link, ...step }) => (link === null ? step : { ...step, link })),
        wrap: wrap ?? null,
        members: members.map(memberOf),
      };
    },
    addEpoch: (principal, workspaceId, { wraps, epoch, commitment, link }) =>
      changeIn(parts, principal, workspaceId, { permission: 'manage_members' }, async (place) => {
        const { sql, workspace } = place;
        demandPerson(principal);
        demandEncrypted(place);
        if (epoch !== workspace.epoch + 1 || (link === undefined) !== (epoch === 1)) throw keyProblem('EPOCH_CHANGED', { epoch: workspace.epoch });
        await demandWraps(place, epoch, commitment, wraps);
        // Whoever makes a key must have it: else nobody may, and the workspace is shut for ever.
        if (!wraps.some(({ memberId }) => memberId === principal.userId)) throw keyProblem('WRAPS_REFUSED', { userId: principal.userId });
        await sql.query('insert into workspace_epoch (workspace_id, epoch, commitment, link, maker_id) values ($1, $2, $3, $4, $5)', [workspaceId, epoch, commitment, link ?? null, principal.userId]);
        await storeWraps(sql, wraps);
        await sql.query(`delete from key_wrap w where w.workspace_id = $1 and not exists (select 1 from member m where m.workspace_id = w.workspace_id and m.user_id = w.member_id and m.role <> 'guest')`, [workspaceId]);
        await sql.query('update workspace set epoch = $2, rotation_wanted_at = null where id = $1', [workspaceId, epoch]);
        // In the order in which the committer locks them.
        await sql.query('select 1 from log where workspace_id = $1 order by id for update', [workspaceId]);
        await sql.query('update log set epoch = $2 where workspace_id = $1', [workspaceId, epoch]);
        await place.record('KEY_MADE', { epoch, members: wraps.length });
      }),
    addWraps: (principal, workspaceId, wraps) =>
      changeIn(parts, principal, workspaceId, { permission: 'read_members' }, async (place) => {
        const { sql, workspace, actor } = place;
        demandPerson(principal);
        demandEncrypted(place);
        const isOwn = wraps.every(({ memberId }) => memberId === principal.userId);
        if (!isOwn && !actor.permissions.has('manage_keys')) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission: 'manage_keys' });
        if (wraps.some(({ epoch }) => epoch !== workspace.epoch)) throw keyProblem('EPOCH_CHANGED', { epoch: workspace.epoch });
        const { rows } = await sql.query<{ commitment: string }>('select commitment from workspace_epoch where workspace_id = $1 and epoch = $2', [workspaceId, workspace.epoch]);
        await demandWraps(place, workspace.epoch, rows[0]?.commitment ?? '', wraps);
        await storeWraps(sql, wraps);
        await place.record('KEY_GIVEN', { epoch: workspace.epoch, userIds: wraps.map(({ memberId }) => memberId) });
      }),
    putInvitation: (principal, workspaceId, invitationId, { epoch, sealed }) =>
      changeIn(parts, principal, workspaceId, { permission: 'invite_members' }, async (place) => {
        const { sql, workspace } = place;
        demandPerson(principal);
        demandEncrypted(place);
        if (epoch !== workspace.epoch) throw keyProblem('EPOCH_CHANGED', { epoch: workspace.epoch });
        // A guest is given flows, never the workspace's key.
        const { rowCount } = await sql.query(
          `insert into invitation_key (invitation_id, workspace_id, epoch, sealed, maker_id) select i.id, i.workspace_id, $3, $4, $5 from invitation i
             where i.id = $1 and i.workspace_id = $2 and i.state = 'open' and i.role <> 'guest'
           on conflict (invitation_id) do update set epoch = excluded.epoch, sealed = excluded.sealed, maker_id = excluded.maker_id, made_at = now() where invitation_key.taken_at is null`,
          [invitationId, workspaceId, epoch, sealed, principal.userId],
        );
        if (!rowCount) throw workspaceProblem('INVITATION_NOT_FOUND');
      }),
    async takeInvitation(principal, invitationId) {
      demandPerson(principal);
      const { rows } = await parts.database.pool.query<InvitationKey & { workspaceId: string }>(
        `update invitation_key k set taken_by = $2, taken_at = now() from invitation i, member m, workspace w
           where k.invitation_id = $1 and k.taken_at is null and i.id = k.invitation_id and i.state = 'accepted' and i.email = $3
             and m.workspace_id = k.workspace_id and m.user_id = $2 and m.role <> 'guest' and w.id = k.workspace_id and w.deleted_at is null
           returning k.workspace_id as "workspaceId", k.epoch, k.sealed`,
        [invitationId, principal.userId, principal.email],
      );
      if (!rows[0]) throw keyProblem('INVITATION_KEY_UNKNOWN');
      return rows[0];
    },
    async showProof(principal, workspaceId, { invitationId, proof }) {
      const { sql, workspace } = await lookInto(parts, principal, workspaceId, { permission: 'read_members' });
      const { rows } = await sql.query<{ makerId: string; epoch: number }>('update invitation_key set proof = $4 where invitation_id = $1 and workspace_id = $2 and taken_by = $3 returning maker_id as "makerId", epoch', [invitationId, workspaceId, principal.userId, proof]);
      if (!rows[0]) throw keyProblem('INVITATION_KEY_UNKNOWN');
      // What the invitation held is not the newest key: the device that made it can say who this is, and gives them that one.
      if (rows[0].epoch < workspace.epoch) await parts.sayKeysChanged(workspaceId, [rows[0].makerId]);
    },
    putLink: (principal, workspaceId, { linkId, logId, epoch, salt, sealed, forMembers }) =>
      changeIn(parts, principal, workspaceId, { permission: 'share_links' }, async (place) => {
        demandEncrypted(place);
        if (epoch !== place.workspace.epoch) throw keyProblem('EPOCH_CHANGED', { epoch: place.workspace.epoch });
        const { sql, actor } = place;
        const { rowCount: isShared } = await sql.query(`select 1 from link_key l join share_link k on k.id = l.link_id and k.revoked_at is null where l.link_id = $1 and l.workspace_id = $2 and l.log_id = $3`, [linkId, workspaceId, logId]);
        if (!isShared || !(await scopesOf(sql, [{ userId: actor.userId, logId }]))[0]) throw keyProblem('LINK_KEY_UNKNOWN');
        // Once a key: several devices renew at the same time, and what one has sealed no other puts aside.
        const { rowCount } = await sql.query('update link_key set epoch = $2, salt = $3, sealed = $4, for_members = $5, made_at = now() where link_id = $1 and log_id = $6 and epoch < $2', [linkId, epoch, salt ?? null, sealed, forMembers, logId]);
        if (rowCount) place.after(() => parts.sayLinksChanged({ workspaceId, linkId }));
      }),
    async oldLinks(principal, workspaceId) {
      const { sql, workspace, actor } = await lookInto(parts, principal, workspaceId, { permission: 'share_links' });
      const { rows: logs } = await sql.query<{ logId: string }>('select distinct log_id as "logId" from link_key where workspace_id = $1 and epoch < $2', [workspaceId, workspace.epoch]);
      const scopes = await scopesOf(sql, logs.map(({ logId }) => ({ userId: actor.userId, logId })));
      const seen = logs.filter((_, at) => scopes[at]).map(({ logId }) => logId);
      const { rows } = await sql.query<LinkRow>(
        `select ${LINK_COLUMNS} from link_key where workspace_id = $1 and epoch < $2 and log_id = any($3) and exists (select 1 from share_link k where k.id = link_id and k.revoked_at is null) order by link_id, log_id limit ${OLD_LINKS}`,
        [workspaceId, workspace.epoch, seen],
      );
      return rows.map(linkOf);
    },
  };
}

/** The sealed keys of a link's flows by log, for whoever has checked that it is still shared; empty where nothing is encrypted. */
export async function findLinkKeys(sql: Queryable, linkId: string): Promise<Map<string, LinkKey>> {
  const { rows } = await sql.query<LinkRow>(`select ${LINK_COLUMNS} from link_key where link_id = $1`, [linkId]);
  return new Map(rows.map((row) => [row.logId, linkOf(row)]));
}

interface MemberRow {
  userId: string;
  name: string;
  role: string;
  box: string | null;
  sign: string | null;
  proof: string | null;
  wrappedEpoch: number | null;
  invitationId: string | null;
  joinProof: string | null;
}

/** Guests hold no key of the workspace. A wrap that was made for an earlier key of a person counts for nothing. */
const MEMBERS = `select m.user_id as "userId", coalesce(u.name, '') as name, m.role, a.box, a.sign, a.proof, w.epoch as "wrappedEpoch", k.invitation_id as "invitationId", k.proof as "joinProof"
  from member m left join app_user u on u.id = m.user_id left join account_key a on a.user_id = m.user_id
  left join key_wrap w on w.workspace_id = m.workspace_id and w.member_id = m.user_id and w.box = a.box
  left join lateral (select invitation_id, proof from invitation_key k where k.workspace_id = m.workspace_id and k.taken_by = m.user_id and k.proof is not null order by k.taken_at desc limit 1) k on true
  where m.workspace_id = $1 and m.role <> 'guest' order by m.joined_at, m.user_id`;

function memberOf({ userId, name, role, box, sign, proof, wrappedEpoch, invitationId, joinProof }: MemberRow): KeyState['members'][number] {
  return { userId, name, role, keys: box && sign && proof ? { userId, box, sign, proof } : null, wrappedEpoch, joined: invitationId && joinProof ? { invitationId, proof: joinProof } : null };
}

async function wrapOf(sql: Queryable, workspaceId: string, userId: string): Promise<Wrap | undefined> {
  const { rows } = await sql.query<Wrap>(
    `select w.workspace_id as "workspaceId", w.epoch, w.member_id as "memberId", w.box, w.sealed, w.commitment, w.maker_id as "makerId", w.maker_sign as "makerSign", w.signature
       from key_wrap w join account_key a on a.user_id = w.member_id and a.box = w.box where w.workspace_id = $1 and w.member_id = $2`,
    [workspaceId, userId],
  );
  return rows[0];
}

/** True when somebody was given the newest key who is in the workspace no more, or only as a guest. However they left: nothing must remember to say so. */
async function hasFormerHolder(sql: Queryable, workspaceId: string, epoch: number): Promise<boolean> {
  const { rows } = await sql.query<{ isStale: boolean }>(
    `select exists (
       select 1 from (select member_id from key_wrap where workspace_id = $1 and epoch = $2 union all select taken_by from invitation_key where workspace_id = $1 and epoch = $2 and taken_by is not null) as holder
       where not exists (select 1 from member m where m.workspace_id = $1 and m.user_id = holder.member_id and m.role <> 'guest')) as "isStale"`,
    [workspaceId, epoch],
  );
  return rows[0]!.isStale;
}

/** Throws WRAPS_REFUSED unless each is of this key, made by the actor, and for the present key of a present member. */
async function demandWraps({ sql, workspace, actor }: LockedPlace, epoch: number, commitment: string, wraps: readonly Wrap[]): Promise<void> {
  const { rows } = await sql.query<MemberRow>(MEMBERS, [workspace.id]);
  const members = new Map(rows.map((row) => [row.userId, row]));
  const maker = members.get(actor.userId);
  const seen = new Set<string>();
  for (const wrap of wraps) {
    const isRight =
      wrap.workspaceId === workspace.id && wrap.epoch === epoch && wrap.commitment === commitment && wrap.makerId === actor.userId && wrap.makerSign === maker?.sign && members.get(wrap.memberId)?.box === wrap.box && !seen.has(wrap.memberId);
    if (!isRight) throw keyProblem('WRAPS_REFUSED', { userId: wrap.memberId });
    seen.add(wrap.memberId);
  }
}

async function storeWraps(sql: Queryable, wraps: readonly Wrap[]): Promise<void> {
  const column = (name: keyof Wrap) => wraps.map((wrap) => wrap[name]);
  await sql.query(
    `insert into key_wrap (workspace_id, member_id, epoch, box, sealed, commitment, maker_id, maker_sign, signature)
       select * from unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
     on conflict (workspace_id, member_id) do update set epoch = excluded.epoch, box = excluded.box, sealed = excluded.sealed, commitment = excluded.commitment, maker_id = excluded.maker_id,
       maker_sign = excluded.maker_sign, signature = excluded.signature, made_at = now()`,
    [column('workspaceId'), column('memberId'), column('epoch'), column('box'), column('sealed'), column('commitment'), column('makerId'), column('makerSign'), column('signature')],
  );
}

function linkOf({ salt, ...row }: LinkRow): LinkKey {
  return salt === null ? row : { ...row, salt };
}

function demandEncrypted({ workspace }: Place): void {
  if (!workspace.encrypted) throw keyProblem('WORKSPACE_NOT_ENCRYPTED', { workspaceId: workspace.id });
}
