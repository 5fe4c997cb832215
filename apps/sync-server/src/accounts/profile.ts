/** What the server knows of a person, and what the person may change of it. */
import type { Principal } from '../access/principal.ts';
import type { Queryable } from '../db/database.ts';
import { writeAudit, type Origin } from './audit.ts';
import type { AccountParts } from './parts.ts';
import { preferencesSchema, type Me, type Preferences, type PreferencesChange } from './schema.ts';

export interface Profile {
  me(userId: string): Promise<Me>;
  change(principal: Principal, change: { name?: string | undefined; preferences?: PreferencesChange | undefined }, origin: Origin): Promise<Me>;
}

/** The profile part. */
export function createProfile({ database, principals }: AccountParts): Profile {
  return {
    me: (userId) => readMe(database.pool, userId),
    async change(principal, { name, preferences }, origin) {
      const before = await readMe(database.pool, principal.userId);
      const merged: Preferences = { ...before.preferences, ...preferences, notifications: { ...before.preferences.notifications, ...preferences?.notifications } };
      await database.pool.query('update app_user set name = $2, preferences = $3, updated_at = now() where id = $1', [principal.userId, name ?? before.name, JSON.stringify(merged)]);
      if (name !== undefined && name !== before.name) {
        await writeAudit(database.pool, 'ACCOUNT_CHANGED', principal.userId, origin, { fields: ['name'] });
        await principals.revoke({ userId: principal.userId });
      }
      return readMe(database.pool, principal.userId);
    },
  };
}

/** The person behind an id. */
export async function readMe(sql: Queryable, userId: string): Promise<Me> {
  const { rows } = await sql.query<{ id: string; email: string; emailVerified: boolean; name: string; role: Me['role']; twoFactor: boolean; preferences: unknown; createdAt: Date; deleteAt: Date | null; providers: string[]; passkeys: number }>(
    `select u.id, u.email, u.email_verified as "emailVerified", u.name, u.role, u.two_factor_enabled as "twoFactor", u.preferences, u.created_at as "createdAt", u.delete_at as "deleteAt",
       coalesce((select array_agg(c.provider_id order by c.provider_id) from credential c where c.user_id = u.id), '{}') as providers,
       (select count(*) from passkey p where p.user_id = u.id)::int as passkeys
     from app_user u where u.id = $1`,
    [userId],
  );
  const row = rows[0]!;
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.emailVerified,
    name: row.name,
    role: row.role,
    twoFactor: row.twoFactor,
    passkeys: row.passkeys,
    hasPassword: row.providers.includes('credential'),
    providers: row.providers.filter((one) => one !== 'credential'),
    preferences: preferencesSchema.parse(row.preferences),
    createdAt: row.createdAt.getTime(),
    deleteAt: row.deleteAt?.getTime() ?? null,
  };
}

/** The language in which to write to a person. */
export function languageOf(preferences: unknown): Preferences['language'] {
  return preferencesSchema.parse(preferences ?? {}).language;
}
