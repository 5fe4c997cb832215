/** Every requirement of OWASP ASVS 5.0, chapters 4, 6, 7 and 8, levels 1 and 2: about what it is (in our words), whether it applies, and what takes its control away. */
import { apiRequirements } from './requirements/api.ts';
import { authenticationRequirements } from './requirements/authentication.ts';
import { authorizationRequirements } from './requirements/authorization.ts';
import { beyondRequirements } from './requirements/beyond.ts';
import { passwordRequirements } from './requirements/passwords.ts';
import { sessionRequirements } from './requirements/session.ts';

/** A change of the source that takes a control away; `find` stands in the file once. */
export interface Patch {
  file: string;
  find: string;
  replace: string;
}

export interface Requirement {
  /** Number in the standard. */
  id: string;
  level: 1 | 2 | 3;
  /** What it is about, in our own words. */
  title: string;
  /** True, or why it does not. */
  applies: true | string;
  /** Given where it applies. */
  patch?: Patch;
  /** What a reader should know beside the tests. */
  remark?: string;
  /** True for what is no part of the four chapters at levels 1 and 2. */
  beyond?: true;
}

/** Chapters as they stand in the document. */
export const CHAPTERS = [
  { number: 'V4', name: 'APIs and web services' },
  { number: 'V6', name: 'Authentication' },
  { number: 'V7', name: 'Sessions' },
  { number: 'V8', name: 'Authorization' },
  { number: 'Beyond', name: 'these' },
] as const;

export const REQUIREMENTS: readonly Requirement[] = [...apiRequirements, ...passwordRequirements, ...authenticationRequirements, ...sessionRequirements, ...authorizationRequirements, ...beyondRequirements];

const byId = new Map(REQUIREMENTS.map((one) => [one.id, one]));

/** The requirement of a number; throws when there is none. */
export function requirementOf(id: string): Requirement {
  const found = byId.get(id);
  if (!found) throw new Error(`There is no requirement ${id} in the list.`);
  return found;
}
