/** The commonest passwords of 49,000, which attackers try first. They take some megabytes, so they are read when the first password is chosen, not at the start. */

/** True for a password that is one of them, or one of them with digits and marks around it or said twice. */
export type KnownPasswords = (lower: string) => boolean;

/** Letters and digits that a listed password must have left before anything around it is taken away. */
const LEAST_CORE = 5;
const MOST_AROUND = 6;

let loaded: Promise<KnownPasswords> | undefined;

/** The question, loaded once a process. */
export function loadKnownPasswords(): Promise<KnownPasswords> {
  return (loaded ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => {
    const listed = new Set(dictionary['passwords-common']);
    return (lower) => {
      if (listed.has(lower)) return true;
      const core = lower.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
      if (core.length >= LEAST_CORE && lower.length - core.length <= MOST_AROUND && listed.has(core)) return true;
      const half = lower.length / 2;
      return lower.length % 2 === 0 && lower.slice(0, half) === lower.slice(half) && listed.has(lower.slice(0, half));
    };
  }));
}
