import type { CSSProperties } from 'react';

/** Hues that are told apart in light and in dark, also where they are darkened below white letters, and from the accent of the selection. */
const HUES = [4, 34, 95, 152, 195, 275, 320] as const;

/** The colour of a person (or of agents), the same on every screen: from the id of the account. */
export function personColor(key: string): string {
  if (key === 'agent') return 'var(--accent)';
  // FNV-1a: ids of colleagues who came one after the other are nearly alike, and their colours shall not be.
  let sum = 0x811c9dc5;
  for (const sign of key) sum = Math.imul(sum ^ sign.codePointAt(0)!, 0x01000193) >>> 0;
  return `hsl(${HUES[sum % HUES.length]} 62% 46%)`;
}

/** The style that colours somebody's things: the styles make of `--who` what each of them needs. */
export function whose(key: string): CSSProperties {
  return { '--who': personColor(key) } as CSSProperties;
}

/** One or two letters for somebody's picture. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return letters.map((word) => [...word][0]!.toUpperCase()).join('') || '?';
}
