/** Tells people by mail what was changed about how their account is entered, so that what they did not do themselves is seen. */
import type { Queryable } from '../db/database.ts';
import type { SecurityChange } from '../mail/templates.ts';
import type { AccountParts } from './parts.ts';
import { languageOf } from './profile.ts';

/** Puts the mail on its way in the transaction of the change; `detail` is the name of what it is about. */
export async function tellSecurity({ mailer, site }: Pick<AccountParts, 'mailer' | 'site'>, sql: Queryable, userId: string, change: SecurityChange, detail = ''): Promise<void> {
  const { rows } = await sql.query<{ email: string; name: string; preferences: unknown }>('select email, name, preferences from app_user where id = $1', [userId]);
  const { email, name, preferences } = rows[0]!;
  await mailer.send(sql, { kind: 'security', to: email, language: languageOf(preferences), params: { name, change, detail, link: `${site.publicUrl()}/account` } });
}
