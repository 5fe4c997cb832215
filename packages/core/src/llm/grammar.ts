import type { JsonSchema } from './outputSchema.ts';

/**
 * A GBNF grammar (llama.cpp's notation, which vLLM reads too) of the JSON texts that fit a schema, as `toWireSchema` makes them. Fields come
 * in the order of the schema, optional ones may be left out; bounds of numbers and lengths of texts are left to zod. White space between
 * the parts is bounded, so that a model cannot write spaces for ever.
 */
export function toGrammar(schema: JsonSchema): string {
  const rules = new Map<string, string>([['ws', '[ \\n\\t]{0,20}']]);
  const definitions = new Map<string, string>();

  const named = (hint: string, body: string): string => {
    const base = hint.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase() || 'part';
    let name = base;
    for (let number = 2; rules.has(name) && rules.get(name) !== body; number++) name = `${base}-${number}`;
    rules.set(name, body);
    return name;
  };
  const primitive = (name: keyof typeof PRIMITIVES): string => {
    if (!rules.has(name)) {
      rules.set(name, PRIMITIVES[name].rule);
      PRIMITIVES[name].needs.forEach(primitive);
    }
    return name;
  };
  const reference = (path: string): string => {
    const known = definitions.get(path);
    if (known) return known;
    const name = `ref-${definitions.size + 1}`;
    // Before its body: a part may hold itself.
    definitions.set(path, name);
    rules.set(name, expression(resolve(path, schema), `${name}-body`));
    return name;
  };
  const expression = (node: JsonSchema, hint: string): string => {
    if (typeof node['$ref'] === 'string') return reference(node['$ref']);
    if ('const' in node) return literal(JSON.stringify(node['const']));
    if (Array.isArray(node['enum'])) return alternatives(node['enum'].map((value) => literal(JSON.stringify(value))));
    const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
    if (branches) return alternatives(branches.map((branch, index) => expression(branch, `${hint}-${index + 1}`)));
    // All of several: the first that says a type holds the form, the rest is left to zod.
    if (Array.isArray(node['allOf'])) return expression((node['allOf'] as JsonSchema[]).find((part) => part['type'] || part['$ref']) ?? {}, hint);
    const { type } = node;
    if (Array.isArray(type)) return alternatives(type.map((one) => expression({ ...node, type: one }, `${hint}-${one}`)));
    switch (type) {
      case 'object':
        return named(hint, objectBody(node, hint));
      case 'array':
        return named(hint, arrayBody(node, hint));
      case 'string':
        return primitive('string');
      case 'integer':
        return primitive('integer');
      case 'number':
        return primitive('number');
      case 'boolean':
        return primitive('boolean');
      case 'null':
        return '"null"';
      default:
        return primitive('value');
    }
  };
  const objectBody = (node: JsonSchema, hint: string): string => {
    const fields = Object.entries((node['properties'] as Record<string, JsonSchema> | undefined) ?? {});
    const required = new Set((node['required'] as string[] | undefined) ?? []);
    const rest = isSchema(node['additionalProperties']) ? node['additionalProperties'] : undefined;
    const pair = ([name, field]: [string, JsonSchema]) => `${literal(JSON.stringify(name))} ws ":" ws ${grouped(expression(field, `${hint}-${name}`))}`;
    const open = rest ? `${primitive('string')} ws ":" ws ${grouped(expression(rest, `${hint}-rest`))}` : undefined;
    const tail = [...fields.map((field) => ({ text: pair(field), isRequired: required.has(field[0]) })), ...(open ? [{ text: `${open} (ws "," ws ${open})*`, isRequired: false }] : [])];
    if (!tail.length) return '"{" ws "}"';
    return `"{" ws ${listOf(tail)} ws "}"`;
  };
  /** Fields in order with commas between those that are there; each suffix is said once, so its length stays linear in the number of fields. */
  const listOf = (fields: readonly { text: string; isRequired: boolean }[]): string => {
    /** What may follow a field that is there. */
    let after = '';
    /** What may stand where nothing came before. */
    let first = '';
    for (const [index, { text, isRequired }] of [...fields].reverse().entries()) {
      const following = after ? ` ${after}` : '';
      const begins = `${text}${following}`;
      const isLast = index === 0;
      first = isRequired ? begins : isLast ? `(${begins})?` : `(${begins} | ${first})`;
      const continued = `ws "," ws ${begins}`;
      after = isRequired ? continued : isLast ? `(${continued})?` : `(${continued} | ${after})`;
      // Both are used in what comes before: a rule of its own keeps the text from doubling.
      if (index < fields.length - 1) {
        if (after.length > 200) after = named('more', after);
        if (first.length > 200) first = named('start', first);
      }
    }
    return first;
  };
  const arrayBody = (node: JsonSchema, hint: string): string => {
    const items = node['prefixItems'] as JsonSchema[] | undefined;
    if (items) return `"[" ws ${items.map((item, index) => grouped(expression(item, `${hint}-${index + 1}`))).join(' ws "," ws ')} ws "]"`;
    const item = grouped(expression(isSchema(node['items']) ? node['items'] : {}, `${hint}-item`));
    const least = typeof node['minItems'] === 'number' ? node['minItems'] : 0;
    const most = typeof node['maxItems'] === 'number' ? node['maxItems'] : undefined;
    if (most === 0) return '"[" ws "]"';
    const more = `(ws "," ws ${item})${most === undefined ? `{${Math.max(0, least - 1)},}` : `{${Math.max(0, least - 1)},${most - 1}}`}`;
    const full = `${item} ${more}`;
    return least > 0 ? `"[" ws ${full} ws "]"` : `"[" ws (${full} ws)? "]"`;
  };

  const root = expression(schema, 'root-value');
  return [`root ::= ws ${grouped(root)} ws`, ...[...rules].map(([name, body]) => `${name} ::= ${body}`)].join('\n');
}

/** The parts of JSON that no schema changes. */
const PRIMITIVES = {
  string: { rule: '"\\"" char* "\\""', needs: ['char'] },
  char: { rule: '[^"\\\\\\x00-\\x1F] | "\\\\" (["\\\\/bfnrt] | "u" [0-9a-fA-F]{4})', needs: [] },
  integer: { rule: '"-"? ("0" | [1-9] [0-9]{0,15})', needs: [] },
  number: { rule: '"-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,24})? ([eE] [-+]? [0-9]{1,3})?', needs: [] },
  boolean: { rule: '"true" | "false"', needs: [] },
  value: { rule: 'object | array | string | number | boolean | "null"', needs: ['object', 'array', 'string', 'number', 'boolean'] },
  object: { rule: '"{" ws (string ws ":" ws value (ws "," ws string ws ":" ws value)* ws)? "}"', needs: [] },
  array: { rule: '"[" ws (value (ws "," ws value)* ws)? "]"', needs: [] },
} as const satisfies Record<string, { rule: string; needs: readonly string[] }>;

function literal(text: string): string {
  return `"${text.replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`;
}

function alternatives(parts: readonly string[]): string {
  return [...new Set(parts)].join(' | ');
}

function grouped(text: string): string {
  return / \| /.test(text) ? `(${text})` : text;
}

function resolve(path: string, root: JsonSchema): JsonSchema {
  let target: unknown = root;
  for (const step of path.split('/').slice(1)) target = isSchema(target) ? target[step] : undefined;
  return isSchema(target) ? target : {};
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
