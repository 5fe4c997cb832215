/** Chapter 8: authorization. */
import type { Requirement } from '../requirements.ts';

const access = 'apps/sync-server/src/access';

export const authorizationRequirements: readonly Requirement[] = [
  {
    id: '8.1.1', level: 1, title: 'Who may use which function, and see which data, is documented', applies: true,
    patch: { file: `${access}/permissions.ts`, find: `const ADMIN: readonly Permission[] = [...MEMBER, `, replace: `const ADMIN: readonly Permission[] = [...MEMBER, 'delete_workspace', ` },
  },
  {
    id: '8.1.2', level: 2, title: 'Who may see and change which fields is documented', applies: true,
    patch: { file: 'apps/sync-server/src/accounts/profile.ts', find: `hasPassword: row.providers.includes('credential'),`, replace: `hasPassword: row.providers.includes('credential'), lastAddress: '192.0.2.1',` },
  },
  {
    id: '8.2.1', level: 1, title: 'Each function is for those alone who may use it', applies: true,
    patch: { file: `${access}/permissions.ts`, find: `if (permission && !membership.permissions.has(permission)) throw accessProblem('PERMISSION_MISSING', { workspaceId, permission });`, replace: '' },
  },
  {
    id: '8.2.2', level: 1, title: 'Each thing is for those alone whose it is, whatever number is guessed', applies: true,
    patch: { file: 'apps/sync-server/src/accounts/apiKeys.ts', find: 'where id = $1 and user_id = $2 and revoked_at is null', replace: 'where id = $1 and $2::text is not null and revoked_at is null' },
  },
  {
    id: '8.2.3', level: 2, title: 'Fields are read and written by those alone who may', applies: true,
    patch: { file: 'apps/sync-server/src/accounts/routes.ts', find: 'z.strictObject({ name: nameSchema.optional() })', replace: 'z.looseObject({ name: nameSchema.optional() })' },
  },
  {
    id: '8.3.1', level: 1, title: 'What somebody may is decided by the server, at every message', applies: true,
    patch: { file: 'apps/sync-server/src/sync/commitBatch.ts', find: `if (role.scope === null) return { code: 'ROLE_READS_ONLY', params: {} };`, replace: '' },
  },
  {
    id: '8.4.1', level: 2, title: 'Nothing that is done in one workspace reaches into another', applies: true,
    patch: { file: 'apps/sync-server/src/workspaces/flowScope.ts', find: 'join member m on m.workspace_id = l.workspace_id and m.user_id = pair.user_id', replace: 'join lateral (select * from member one where one.workspace_id = l.workspace_id limit 1) m on true' },
    remark: 'over HTTP two controls stand one behind the other: the layer asks for the member, and what a route does asks again in its transaction; to take one of them out changes nothing that is seen, so the patch takes out that of sockets',
  },
];
