const READABLE = /"(?:reply|text|answer|question|task|title|assumption)"\s*:\s*"((?:[^"\\]|\\.)*)("?)/g;

/**
 * What a person can read of an answer that is still streaming in. Models answer in JSON: the words in it are taken out, line by
 * line; anything else is shown as it comes.
 */
export function streamedProse(stream: string): string {
  if (!/^\s*(?:```(?:json)?\s*)?[[{]/.test(stream)) return stream;
  const lines: string[] = [];
  for (const [, words] of stream.matchAll(READABLE)) lines.push(unescaped(words!));
  return lines.filter((line) => line.trim()).join('\n');
}

function unescaped(words: string): string {
  // A stream may end in the middle of an escape.
  const whole = words.replace(/\\(?:u[0-9a-fA-F]{0,3})?$/, '');
  try {
    return JSON.parse(`"${whole}"`) as string;
  } catch {
    return whole;
  }
}
