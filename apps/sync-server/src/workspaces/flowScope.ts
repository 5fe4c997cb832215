/** What somebody may do in a shared flow: one rule, for sockets and for HTTP. */
import type { Scope } from '@uxflow/core/protocol';
import { permissionsOf, WORKSPACE_ROLES, type Permission, type WorkspaceRole } from '../access/permissions.ts';
import type { Queryable } from '../db/database.ts';

export type ProjectRole = 'editor' | 'commenter' | 'viewer';

/** Somebody and the place of a flow, as they stand in the tables. */
export interface FlowFacts {
  role: WorkspaceRole;
  /** What they may beyond the role. */
  extra: readonly string[];
  allowGuests: boolean;
  /** False for a log that nobody listed as a flow: it belongs to the workspace as a whole. */
  isListed: boolean;
  isPrivate: boolean;
  isCreator: boolean;
  /** Null: it lies in no project. */
  projectVisibility: 'private' | 'team' | null;
  projectRole: ProjectRole | null;
}

/** May write so much; null: may only read. */
export interface FlowScope {
  scope: Scope | null;
}

const RANK = ['none', 'read', 'comment', 'edit'] as const;
type Rank = (typeof RANK)[number];
const BY_PROJECT: Readonly<Record<ProjectRole, Rank>> = { editor: 'edit', commenter: 'comment', viewer: 'read' };
const BY_ROLE = Object.fromEntries(WORKSPACE_ROLES.map((role) => [role, rankOfPermissions(permissionsOf(role))])) as Readonly<Record<WorkspaceRole, Rank>>;
const RESULT: Readonly<Record<Rank, FlowScope | undefined>> = { none: undefined, read: { scope: null }, comment: { scope: 'comment' }, edit: { scope: 'edit' } };

/**
 * What the facts allow; undefined: not even to read. Owners, admins and who manages projects are in every project. In a private project
 * others have what the project gave them, in a team's project the more of that and of their role. Guests have only what projects gave them.
 */
export function scopeOf(facts: FlowFacts): FlowScope | undefined {
  return RESULT[rankOf(facts)];
}

function rankOf({ role, extra, allowGuests, isListed, isPrivate, isCreator, projectVisibility, projectRole }: FlowFacts): Rank {
  const byProject = projectRole ? BY_PROJECT[projectRole] : 'none';
  if (role === 'guest') return allowGuests && isListed && !isPrivate ? byProject : 'none';
  const manages = role === 'owner' || role === 'admin' || extra.includes('manage_projects');
  if (isPrivate && !isCreator && !manages) return 'none';
  const byRole = roleRank(role, extra);
  if (manages) return higher(byRole, byProject);
  if (projectVisibility === 'private') return byProject;
  return higher(byRole, byProject);
}

function roleRank(role: WorkspaceRole, extra: readonly string[]): Rank {
  // Asked with every commit, and hardly anybody has more than their role.
  return extra.length === 0 ? BY_ROLE[role] : rankOfPermissions(permissionsOf(role, extra));
}

function rankOfPermissions(permissions: ReadonlySet<Permission>): Rank {
  return permissions.has('write_projects') ? 'edit' : permissions.has('comment') ? 'comment' : permissions.has('read_projects') ? 'read' : 'none';
}

function higher(a: Rank, b: Rank): Rank {
  return RANK.indexOf(a) >= RANK.indexOf(b) ? a : b;
}

interface FactRow extends FlowFacts {
  n: number;
}

/** True where a member has not come by the sign-on that the workspace wants of them; as access/permissions.ts asks it of requests. A pair without a session is not asked. */
const LACKS_SIGN_ON = `exists (select 1 from sign_on_connection c where c.workspace_id = l.workspace_id and c.mode = 'required'
  and not exists (select 1 from session s2 join sign_on_arrival a on a.id = s2.arrival_id where s2.id = pair.session_id and a.connection_id = c.id)
  and (exists (select 1 from sign_on_identity i where i.connection_id = c.id and i.user_id = m.user_id)
    or exists (select 1 from sign_on_domain d join app_user u on u.id = m.user_id where d.connection_id = c.id and d.proven_at is not null and d.domain = split_part(u.email, '@', 2)))
  and not (m.role = 'owner' and exists (select 1 from session s3 join app_user u on u.id = s3.user_id where s3.id = pair.session_id and (u.two_factor_enabled or s3.method = 'passkey'))))`;

const FACTS = {
  name: 'flow_facts',
  text: `select pair.n::int as n, m.role, m.permissions as extra, w.allow_guests as "allowGuests", s.log_id is not null as "isListed", coalesce(s.visibility = 'private', false) as "isPrivate",
      coalesce(s.created_by = m.user_id, false) as "isCreator", p.visibility as "projectVisibility", pm.role as "projectRole"
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality as pair(user_id, log_id, session_id, n)
    join log l on l.id = pair.log_id
    join member m on m.workspace_id = l.workspace_id and m.user_id = pair.user_id
    join workspace w on w.id = l.workspace_id and w.deleted_at is null
    left join shared_log s on s.log_id = l.id
    left join project p on p.id = s.project_id
    left join project_member pm on pm.project_id = p.id and pm.user_id = m.user_id
    where s.deleted_at is null and p.deleted_at is null and (pair.session_id is null or not ${LACKS_SIGN_ON})`,
};

/** The scopes of pairs of a person and a log, in their order; undefined where they may not read it or there is none. With a session it must be one that the workspace lets in. */
export async function scopesOf(sql: Queryable, pairs: readonly { userId: string; logId: string; sessionId?: string | undefined }[]): Promise<(FlowScope | undefined)[]> {
  const { rows } = await sql.query<FactRow>({ ...FACTS, values: [pairs.map(({ userId }) => userId), pairs.map(({ logId }) => logId), pairs.map(({ sessionId }) => sessionId ?? null)] });
  const scopes: (FlowScope | undefined)[] = pairs.map(() => undefined);
  for (const row of rows) scopes[row.n - 1] = scopeOf(row);
  return scopes;
}
