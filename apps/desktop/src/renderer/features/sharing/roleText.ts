import type { ProjectRole } from '@uxflow/core/api';
import type { Translate } from '../../i18n/translate.ts';

/** Roles that the app gives, mightiest first. */
export const GIVEN_ROLES = ['admin', 'member', 'commenter', 'viewer'] as const;
export type GivenRole = (typeof GIVEN_ROLES)[number];

/** What a role of a workspace is called; one that this version does not know is called as who edits. */
export function roleText(text: Translate, role: string): string {
  const known = role === 'owner' || role === 'guest' || (GIVEN_ROLES as readonly string[]).includes(role) ? (role as GivenRole | 'owner' | 'guest') : 'member';
  return text(`sync.role.${known}`);
}

/** What somebody may do in a project that they were put into. */
export function projectRoleText(text: Translate, role: ProjectRole): string {
  return roleText(text, role === 'editor' ? 'member' : role);
}

/** The roles of a project to choose from, weakest first: who is let in from outside mostly looks. */
export function projectRoleChoices(text: Translate): { value: ProjectRole; label: string }[] {
  return (['viewer', 'commenter', 'editor'] as const).map((value) => ({ value, label: projectRoleText(text, value) }));
}

/** A day in words, such as "30 November". */
export function dayText(language: string, at: number): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { day: 'numeric', month: 'long' }).format(at);
}
