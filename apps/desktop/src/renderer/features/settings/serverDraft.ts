/** A command line as a person types it, in its parts; quotes keep a part with spaces together. */
export function splitCommand(line: string): { command: string; args: string[] } {
  const parts: string[] = [];
  let part = '';
  let quote = '';
  let isOpen = false;
  for (let at = 0; at < line.length; at++) {
    const sign = line[at]!;
    if (quote) {
      if (sign === quote) quote = '';
      else part += sign;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      isOpen = true;
    } else if (/\s/.test(sign)) {
      if (part || isOpen) parts.push(part);
      [part, isOpen] = ['', false];
    } else part += sign;
  }
  if (part || isOpen) parts.push(part);
  const [command = '', ...args] = parts;
  return { command, args };
}

/** The line that `splitCommand` takes apart again. */
export function joinCommand({ command, args }: { command: string; args: readonly string[] }): string {
  return [command, ...args].map((part) => (/[\s"']/.test(part) || part === '' ? (part.includes('"') ? `'${part}'` : `"${part}"`) : part)).join(' ');
}

/**
 * Variables (`NAME=value`) or headers (`Name: value`) of lines as a person types them. A name without a value forgets one that is kept;
 * nothing typed changes nothing. Gives the line that is neither.
 */
export function secretChanges(text: string, kept: readonly string[], kind: 'stdio' | 'http'): Record<string, string | null> | string {
  const changes: Record<string, string | null> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (!line) continue;
    const [, name, value = ''] = (kind === 'stdio' ? /^([A-Za-z_][A-Za-z0-9_]*)(?:=(.*))?$/ : /^([A-Za-z0-9_-]+)(?::\s*(.*))?$/).exec(line) ?? [];
    if (!name || (!value && !kept.includes(name))) return line;
    changes[name] = value || null;
  }
  return changes;
}
