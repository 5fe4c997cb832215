/** What roles of a workspace are called where somebody is invited. */
import type { Language } from './templates.ts';

const names: Record<Language, Record<string, string>> = {
  en: { admin: 'an administrator', member: 'a member', commenter: 'a commenter', viewer: 'a viewer', guest: 'a guest' },
  de: { admin: 'Verwaltung', member: 'Mitglied', commenter: 'Kommentieren', viewer: 'Lesen', guest: 'Gast' },
};

/** The role in words: English with its article, German as the name of the role; one that has no words is named as it is. */
export function roleName(role: string, language: Language): string {
  return names[language][role] ?? role;
}
