/** Whether a text is one of a GBNF grammar: a small reader of the notation, for tests of the grammars that are sent. Throws on what it cannot read. */
export function matchesGrammar(grammar: string, text: string): boolean {
  const rules = new Map(grammar.split('\n').map((line) => {
    const [name, body] = line.split(/ ::= (.*)/s) as [string, string];
    return [name, readExpression(body)] as const;
  }));
  const characters = [...text];

  /** Every position at which the part can end when it begins at `at`. */
  const ends = (part: Part, at: number): Set<number> => {
    switch (part.kind) {
      case 'literal':
        return part.characters.every((character, index) => characters[at + index] === character) ? new Set([at + part.characters.length]) : new Set();
      case 'class': {
        const code = characters[at]?.codePointAt(0);
        return code !== undefined && part.ranges.some(([from, to]) => code >= from && code <= to) !== part.isNegated ? new Set([at + 1]) : new Set();
      }
      case 'rule': {
        const body = rules.get(part.name);
        if (!body) throw new Error(`no rule ${part.name}`);
        return ends(body, at);
      }
      case 'any':
        return new Set(part.parts.flatMap((one) => [...ends(one, at)]));
      case 'sequence':
        return part.parts.reduce((from, one) => new Set([...from].flatMap((position) => [...ends(one, position)])), new Set([at]));
      case 'repeat': {
        const found = new Set<number>(part.least === 0 ? [at] : []);
        let frontier = new Set([at]);
        for (let count = 1; count <= part.most && frontier.size; count++) {
          const next = new Set([...frontier].flatMap((position) => [...ends(part.part, position)]));
          frontier = count >= part.least ? new Set([...next].filter((position) => !found.has(position))) : next;
          if (count >= part.least) for (const position of frontier) found.add(position);
        }
        return found;
      }
    }
  };
  return ends({ kind: 'rule', name: 'root' }, 0).has(characters.length);
}

type Part =
  | { kind: 'literal'; characters: string[] }
  | { kind: 'class'; ranges: [number, number][]; isNegated: boolean }
  | { kind: 'rule'; name: string }
  | { kind: 'any' | 'sequence'; parts: Part[] }
  | { kind: 'repeat'; part: Part; least: number; most: number };

function readExpression(source: string): Part {
  let at = 0;
  const skip = () => {
    while (source[at] === ' ') at++;
  };
  const character = (): string => {
    if (source[at] !== '\\') return String.fromCodePoint(source.codePointAt((at += 1) - 1)!);
    const [, escaped] = /^\\(x[0-9A-Fa-f]{2}|.)/.exec(source.slice(at))!;
    at += escaped!.length + 1;
    return escaped!.startsWith('x') ? String.fromCharCode(Number.parseInt(escaped!.slice(1), 16)) : ({ n: '\n', t: '\t', r: '\r' }[escaped!] ?? escaped!);
  };
  const readClass = (): Part => {
    at++;
    const isNegated = source[at] === '^';
    if (isNegated) at++;
    const ranges: [number, number][] = [];
    while (source[at] !== ']') {
      const from = character().codePointAt(0)!;
      let to = from;
      if (source[at] === '-' && source[at + 1] !== ']') {
        at++;
        to = character().codePointAt(0)!;
      }
      ranges.push([from, to]);
    }
    at++;
    return { kind: 'class', ranges, isNegated };
  };
  const readLiteral = (): Part => {
    at++;
    let text = '';
    while (source[at] !== '"') text += character();
    at++;
    return { kind: 'literal', characters: [...text] };
  };
  const readOne = (): Part => {
    let part: Part;
    if (source[at] === '"') part = readLiteral();
    else if (source[at] === '[') part = readClass();
    else if (source[at] === '(') {
      at++;
      part = readAny();
      if (source[at++] !== ')') throw new Error(`unclosed at ${at}: ${source}`);
    } else {
      const name = /^[a-z0-9-]+/i.exec(source.slice(at))?.[0];
      if (!name) throw new Error(`cannot read at ${at}: ${source.slice(at, at + 30)}`);
      at += name.length;
      part = { kind: 'rule', name };
    }
    const repeat = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})/.exec(source.slice(at));
    if (!repeat) return part;
    at += repeat[0].length;
    if (repeat[0] === '*') return { kind: 'repeat', part, least: 0, most: Infinity };
    if (repeat[0] === '+') return { kind: 'repeat', part, least: 1, most: Infinity };
    if (repeat[0] === '?') return { kind: 'repeat', part, least: 0, most: 1 };
    const least = Number(repeat[1]);
    return { kind: 'repeat', part, least, most: !repeat[2] ? least : repeat[3] ? Number(repeat[3]) : Infinity };
  };
  const readAny = (): Part => {
    const parts: Part[] = [];
    for (;;) {
      const sequence: Part[] = [];
      skip();
      while (at < source.length && source[at] !== '|' && source[at] !== ')') {
        sequence.push(readOne());
        skip();
      }
      parts.push({ kind: 'sequence', parts: sequence });
      if (source[at] !== '|') return { kind: 'any', parts };
      at++;
    }
  };
  const whole = readAny();
  if (at < source.length) throw new Error(`left over: ${source.slice(at)}`);
  return whole;
}
