/** A text in pieces: plain ones, and mentions ("@Ann Arbor") of these names. A mention is whole words: an @ inside one is an address, and "@Bobby" is not Bob. */
export function splitMentions(body: string, names: readonly string[]): { text: string; name?: string }[] {
  // The longest first: "Ann Arbor" is not "Ann" and a word.
  const known = [...names].filter(Boolean).sort((a, b) => b.length - a.length);
  const pieces: { text: string; name?: string }[] = [];
  let plain = '';
  for (let at = 0; at < body.length; ) {
    const name = body[at] === '@' && (at === 0 || /\s/.test(body[at - 1]!)) ? known.find((one) => body.startsWith(one, at + 1) && !/^[\p{L}\p{N}]/u.test(body.slice(at + 1 + one.length))) : undefined;
    if (name === undefined) {
      plain += body[at++];
      continue;
    }
    if (plain) pieces.push({ text: plain });
    plain = '';
    pieces.push({ text: `@${name}`, name });
    at += name.length + 1;
  }
  return plain ? [...pieces, { text: plain }] : pieces;
}
