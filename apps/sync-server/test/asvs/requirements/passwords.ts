/** Chapter 6.2: passwords. */
import type { Requirement } from '../requirements.ts';

const accounts = 'apps/sync-server/src/accounts';

export const passwordRequirements: readonly Requirement[] = [
  {
    id: '6.2.1', level: 1, title: 'Passwords have a least length of eight or more', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (length < PASSWORD_LENGTH.min) return 'TOO_SHORT';`, replace: '' },
    remark: 'the least length is 12, not the recommended 15: the list of known passwords, the patterns and the lockout stand beside it',
  },
  {
    id: '6.2.2', level: 1, title: 'People can change their password', applies: true,
    patch: { file: `${accounts}/passwords.ts`, find: `if (row) await sql.query('update credential set password = $2, updated_at = now() where id = $1', [row.id, hash]);`, replace: 'if (row) return;' },
  },
  {
    id: '6.2.3', level: 1, title: 'A change wants the current password beside the new one', applies: true,
    patch: { file: `${accounts}/passwords.ts`, find: 'await this.demand(principal.userId, currentPassword, origin);', replace: '' },
  },
  {
    id: '6.2.4', level: 1, title: 'New passwords are held against the commonest ones that would fit the policy', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (isCommon(lower) || (await loadKnownPasswords())(lower)) return 'COMMON';`, replace: '' },
    remark: 'a list of 49,000 common passwords ships with the server; 308 of them are long enough to fit, so what is made of a listed one (digits or marks around it, disguised, backwards, repeated) or of two of the 2,000 commonest is refused too, which more than 3,000 of the commonest long ones are by test; and BREACHED_PASSWORDS_FILE takes a list of any size',
  },
  {
    id: '6.2.5', level: 1, title: 'No rule about kinds of characters', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (isPattern(lower)) return 'PATTERN';`, replace: `if (isPattern(lower) || !/[A-Z]/.test(password) || !/\\d/.test(password)) return 'PATTERN';` },
  },
  {
    id: '6.2.6', level: 1, title: 'Fields for passwords hide what is typed', applies: true,
    patch: { file: 'apps/sync-server/src/pages/routes.ts', find: `name="password" type="password" autocomplete="current-password"`, replace: `name="password" type="text" autocomplete="current-password"` },
  },
  {
    id: '6.2.7', level: 1, title: 'Pasting and password managers work', applies: true,
    patch: { file: 'apps/sync-server/src/pages/routes.ts', find: `name="password" type="password" autocomplete="current-password"`, replace: `name="password" type="password" autocomplete="off" onpaste="return false"` },
  },
  {
    id: '6.2.8', level: 1, title: 'A password counts exactly as it was typed', applies: true,
    patch: { file: `${accounts}/passwordHash.ts`, find: `Buffer.from(password.normalize('NFKC'), 'utf8')`, replace: `Buffer.from(password.normalize('NFKC').toLowerCase().trim().slice(0, 72), 'utf8')` },
    remark: 'two ways to write the same letter in Unicode (NFKC) count as one; nothing else is changed or cut',
  },
  {
    id: '6.2.9', level: 2, title: 'Passwords of 64 characters and more are taken', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (length > PASSWORD_LENGTH.max) return 'TOO_LONG';`, replace: `if (length > 63) return 'TOO_LONG';` },
  },
  {
    id: '6.2.10', level: 2, title: 'A password does not run out', applies: true,
    patch: { file: `${accounts}/signIn.ts`, find: `await renewHash(parts, email, password);`, replace: `if ((await database.pool.query("select 1 from app_user where email = $1 and password_changed_at < now() - interval '90 days'", [email])).rowCount) throw accountProblem('SIGN_IN_FAILED');` },
  },
  {
    id: '6.2.11', level: 2, title: 'The documented words of this product and this person do not make a password', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (isPersonal(lower, [`, replace: `if (false && isPersonal(lower, [` },
  },
  {
    id: '6.2.12', level: 2, title: 'New passwords are held against a list of breached ones', applies: true,
    patch: { file: `${accounts}/passwordPolicy.ts`, find: `if (isBreached(createHash('sha1').update(password).digest())) return 'BREACHED';`, replace: '' },
    remark: 'the list is a file that the operator names (BREACHED_PASSWORDS_FILE); nothing is asked of a service elsewhere',
  },
];
