/** The merge of prose in the oracle of the fold: the plain walk over the whole table, nothing trimmed. */

/** Three-way merge of texts by tokens: hunks that touch clash unless they are the same; mine stands where they clash. */
export function naiveMerge(base: string, current: string, mine: string): { text: string; clash: boolean } {
  const tokens = [base, current, mine].map(tokensOf) as [string[], string[], string[]];
  if (tokens.some((list) => list.length > 2000)) return { text: mine, clash: true };
  const theirs = hunksOf(tokens[0], tokens[1]);
  const ours = hunksOf(tokens[0], tokens[2]);
  let clash = false;
  const kept = theirs.filter((hunk) => {
    const touching = ours.find((other) => hunk.start <= other.end && other.start <= hunk.end);
    if (touching && JSON.stringify(hunk) !== JSON.stringify(touching)) clash = true;
    return !touching;
  });
  const out: string[] = [];
  let at = 0;
  for (const hunk of [...kept, ...ours].sort((a, b) => a.start - b.start || a.end - b.end)) {
    out.push(...tokens[0].slice(at, hunk.start), ...hunk.put);
    at = hunk.end;
  }
  out.push(...tokens[0].slice(at));
  return { text: out.join(''), clash };
}

function tokensOf(text: string): string[] {
  return text.match(/[A-Za-z0-9_\u0080-\uffff]+|[ \t\n\r]+|[^]/g) ?? [];
}

interface Hunk {
  start: number;
  end: number;
  put: string[];
}

function hunksOf(a: string[], b: string[]): Hunk[] {
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) for (let j = b.length - 1; j >= 0; j--) common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);
  const hunks: Hunk[] = [];
  let open: Hunk | null = null;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      open = null;
      i++;
      j++;
      continue;
    }
    if (!open) hunks.push((open = { start: i, end: i, put: [] }));
    if (j < b.length && (i === a.length || common[i]![j + 1]! > common[i + 1]![j]!)) open.put.push(b[j++]!);
    else open.end = ++i;
  }
  return hunks;
}
