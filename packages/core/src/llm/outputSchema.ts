import type { ZodType } from 'zod';
import { jsonSchemaOf } from './jsonSchema.ts';

/** A JSON schema as plain data. */
export type JsonSchema = { [key: string]: unknown };

/** A zod schema as the wire needs it, with the way back. */
export interface WireSchema {
  schema: JsonSchema;
  /** True when it keeps every rule of OpenAI's strict mode: closed objects, all fields required, no open values. */
  strict: boolean;
  /** True when every object names all its fields: no records, no open values. */
  isClosed: boolean;
  /** The answer in the form that zod expects: unwrapped, and without the nulls that strict mode demands for absent fields. */
  restore(answer: unknown): unknown;
}

/**
 * The wire form of a zod schema's input. With `strict` every object is closed and every field required, optional ones take null; a
 * schema that cannot be strict (records, tuples, open values) comes back with `strict: false` and its optional fields optional. With
 * `boundsAreTold` the bounds of lists and numbers stand in the descriptions only.
 */
export function toWireSchema(zodSchema: ZodType, options: { strict: boolean; boundsAreTold?: boolean }): WireSchema {
  const source = jsonSchemaOf(zodSchema).schema as JsonSchema;
  const isClosed = canBeStrict(source);
  const strict = options.strict && isClosed;
  // Both wires want an object at the root; a list or a union travels as its only field.
  const isWrapped = source['type'] !== 'object' || !isRecord(source['properties']);
  const body = translate(source, { strict, boundsAreTold: options.boundsAreTold ?? false });
  const root = isWrapped ? wrap(body) : body;
  return {
    schema: root,
    strict,
    isClosed,
    restore(answer) {
      const unwrapped = isWrapped && isRecord(answer) && Object.keys(answer).length === 1 && 'value' in answer ? answer['value'] : answer;
      return withoutOptionalNulls(unwrapped, source, source, 0);
    },
  };
}

/** The end of a system prompt that tells a schema in words, where no wire holds the answer to it. */
export function tellSchema(system: string, schema: JsonSchema): string {
  return `${system}\n\nAnswer with one JSON value and nothing else. It must match this JSON schema:\n${JSON.stringify(schema)}`;
}

/** Keywords that every wire understands; the rest is said in the description and checked by zod afterwards. */
const PLAIN_KEYWORDS = ['type', 'enum', 'const'] as const;

interface Dialect {
  strict: boolean;
  boundsAreTold: boolean;
}

function translate(node: JsonSchema, dialect: Dialect): JsonSchema {
  const { strict } = dialect;
  if (typeof node['$ref'] === 'string') return { $ref: node['$ref'] };
  const out: JsonSchema = {};
  for (const keyword of PLAIN_KEYWORDS) if (node[keyword] !== undefined) out[keyword] = node[keyword];
  const bounds = boundsOf(node);
  if (!dialect.boundsAreTold) Object.assign(out, bounds);
  const description = describe(node, dialect.boundsAreTold ? bounds : {});
  if (description) out['description'] = description;
  const branches = node['anyOf'] ?? node['oneOf'];
  if (Array.isArray(branches)) out['anyOf'] = branches.map((branch: JsonSchema) => translate(branch, dialect));
  if (Array.isArray(node['allOf'])) out['allOf'] = node['allOf'].map((part: JsonSchema) => translate(part, dialect));
  if (Array.isArray(node['prefixItems'])) out['prefixItems'] = node['prefixItems'].map((item: JsonSchema) => translate(item, dialect));
  if (isRecord(node['items'])) out['items'] = translate(node['items'], dialect);
  if (isRecord(node['properties'])) {
    const required = new Set(node['required'] as string[] | undefined);
    const entries = Object.entries(node['properties'] as Record<string, JsonSchema>);
    out['properties'] = Object.fromEntries(entries.map(([name, field]) => {
      const translated = translate(field, dialect);
      return [name, strict && !required.has(name) && !acceptsNull(field) ? { anyOf: [translated, { type: 'null' }] } : translated];
    }));
    out['required'] = strict ? entries.map(([name]) => name) : [...required];
    out['additionalProperties'] = isRecord(node['additionalProperties']) ? translate(node['additionalProperties'], dialect) : false;
  } else if (isRecord(node['additionalProperties'])) out['additionalProperties'] = translate(node['additionalProperties'], dialect);
  if (isRecord(node['$defs'])) out['$defs'] = Object.fromEntries(Object.entries(node['$defs'] as Record<string, JsonSchema>).map(([name, part]) => [name, translate(part, dialect)]));
  return out;
}

function boundsOf(node: JsonSchema): Record<string, number> {
  const bounds: Record<string, number> = {};
  for (const keyword of ['minItems', 'maxItems', 'minimum', 'maximum'] as const) {
    // zod writes the safe integer range on every integer; it says nothing and some grammars choke on it.
    const bound = node[keyword];
    if (typeof bound === 'number' && Math.abs(bound) !== Number.MAX_SAFE_INTEGER) bounds[keyword] = bound;
  }
  return bounds;
}

function describe(node: JsonSchema, told: Record<string, number>): string {
  const parts = [typeof node['description'] === 'string' ? node['description'] : ''];
  if (told['minItems']) parts.push(`At least ${told['minItems']} items.`);
  if (told['maxItems'] !== undefined) parts.push(`At most ${told['maxItems']} items.`);
  if (told['minimum'] !== undefined) parts.push(`At least ${told['minimum']}.`);
  if (told['maximum'] !== undefined) parts.push(`At most ${told['maximum']}.`);
  if (typeof node['maxLength'] === 'number') parts.push(`At most ${node['maxLength']} characters.`);
  if (typeof node['minLength'] === 'number' && node['minLength'] > 0) parts.push(node['minLength'] === 1 ? 'Not empty.' : `At least ${node['minLength']} characters.`);
  if (typeof node['format'] === 'string') parts.push(`Format: ${node['format']}.`);
  else if (typeof node['pattern'] === 'string') parts.push(`Matches ${node['pattern']}.`);
  return parts.filter(Boolean).join(' ');
}

function canBeStrict(node: unknown): boolean {
  if (!isRecord(node)) return true;
  if (typeof node['$ref'] === 'string') return true;
  if (node['allOf'] || node['prefixItems'] || node['not'] || isRecord(node['additionalProperties'])) return false;
  const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
  const isOpen = node['type'] === undefined && !branches && node['enum'] === undefined && node['const'] === undefined;
  if (isOpen || (node['type'] === 'object' && !isRecord(node['properties'])) || (node['type'] === 'array' && !isRecord(node['items']))) return false;
  return [...(branches ?? []), node['items'], ...Object.values((node['properties'] as object | undefined) ?? {}), ...Object.values((node['$defs'] as object | undefined) ?? {})].every(canBeStrict);
}

/** The schema as the only field of an object; references to the old root and the shared parts move along. */
function wrap(body: JsonSchema): JsonSchema {
  const { $defs, ...value } = JSON.parse(JSON.stringify(body), (key, item) => (key === '$ref' && item === '#' ? '#/properties/value' : item)) as JsonSchema;
  return { type: 'object', properties: { value }, required: ['value'], additionalProperties: false, ...($defs ? { $defs } : {}) };
}

function acceptsNull(node: JsonSchema): boolean {
  const types = Array.isArray(node['type']) ? node['type'] : [node['type']];
  const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
  return types.includes('null') || node['const'] === null || (branches?.some(acceptsNull) ?? false) || (Array.isArray(node['enum']) && node['enum'].includes(null));
}

/** Removes null where the schema has an optional field that takes none; follows the branch of a union that fits the value. */
function withoutOptionalNulls(value: unknown, node: JsonSchema, root: JsonSchema, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth > 100) return value;
  const target = resolve(node, root);
  const branches = (target['anyOf'] ?? target['oneOf']) as JsonSchema[] | undefined;
  if (branches) {
    const fitting = branches.map((branch) => resolve(branch, root)).find((branch) => fits(value, branch, root));
    return fitting ? withoutOptionalNulls(value, fitting, root, depth + 1) : value;
  }
  if (Array.isArray(value)) return isRecord(target['items']) ? value.map((item) => withoutOptionalNulls(item, target['items'] as JsonSchema, root, depth + 1)) : value;
  const fields = (target['properties'] as Record<string, JsonSchema> | undefined) ?? {};
  const required = new Set(target['required'] as string[] | undefined);
  const rest = isRecord(target['additionalProperties']) ? target['additionalProperties'] : undefined;
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field && item === null && !required.has(name) && !acceptsNull(resolve(field, root))) return [];
    const schema = field ?? rest;
    return [[name, schema ? withoutOptionalNulls(item, schema, root, depth + 1) : item]];
  }));
}

function fits(value: object, node: JsonSchema, root: JsonSchema): boolean {
  const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
  if (branches) return branches.some((branch) => fits(value, resolve(branch, root), root));
  if (Array.isArray(value)) return node['type'] === 'array';
  if (node['type'] !== 'object') return false;
  const fields = (node['properties'] as Record<string, JsonSchema> | undefined) ?? {};
  const required = (node['required'] as string[] | undefined) ?? [];
  return required.every((name) => Object.hasOwn(value, name))
    && Object.entries(fields).every(([name, field]) => field['const'] === undefined || !Object.hasOwn(value, name) || (value as Record<string, unknown>)[name] === field['const']);
}

function resolve(node: JsonSchema, root: JsonSchema): JsonSchema {
  const reference = node['$ref'];
  if (typeof reference !== 'string') return node;
  let target: unknown = root;
  for (const step of reference.split('/').slice(1)) target = isRecord(target) ? target[step] : undefined;
  return isRecord(target) && target !== node ? target : {};
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
