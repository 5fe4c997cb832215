import type { Translate } from '../../i18n/translate.ts';

/** Roles that the app gives, mightiest first. */
export const GIVEN_ROLES = ['admin', 'member', 'commenter', 'viewer'] as const;
export type GivenRole = (typeof GIVEN_ROLES)[number];

/** What a role of a workspace is called; one that this version does not know is called as who edits. */
export function roleText(text: Translate, role: string): string {
  const known = role === 'owner' || role === 'guest' || (GIVEN_ROLES as readonly string[]).includes(role) ? (role as GivenRole | 'owner' | 'guest') : 'member';
  return text(`sync.role.${known}`);
}

/** A day in words, such as "30 November". */
export function dayText(language: string, at: number): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'long' }).format(at);
}
