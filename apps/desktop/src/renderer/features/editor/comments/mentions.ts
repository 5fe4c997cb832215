/** The beginning of a mention that is being typed: from its @ up to the caret. */
export interface MentionDraft {
  start: number;
  query: string;
}

/** What is typed between an @ and the caret, or null where nobody is about to be mentioned. An @ inside a word is an address. */
export function mentionDraft(body: string, caret: number): MentionDraft | null {
  const start = body.lastIndexOf('@', caret - 1);
  if (start < 0 || (start > 0 && !/\s/.test(body[start - 1]!))) return null;
  const query = body.slice(start + 1, caret);
  return query.length <= 40 && !query.includes('\n') ? { start, query } : null;
}

/** Names that a draft may mean: those with a word that begins so, at most five. */
export function mentionChoices(names: readonly string[], { query }: MentionDraft): string[] {
  const wanted = query.trim().toLowerCase();
  return names.filter((name) => name.toLowerCase() !== wanted && [name, ...name.split(/\s+/)].some((word) => word.toLowerCase().startsWith(wanted))).slice(0, 5);
}

/** The body with the draft written out, and where the caret stands then. */
export function completeMention(body: string, { start, query }: MentionDraft, name: string): { body: string; caret: number } {
  const before = `${body.slice(0, start)}@${name} `;
  return { body: before + body.slice(start + 1 + query.length).replace(/^ /, ''), caret: before.length };
}
