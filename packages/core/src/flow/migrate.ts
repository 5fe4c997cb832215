/**
 * Numbered migrations of the schema, and the versions of fold's rules that this code knows (rule 12). A log rises to a new version
 * only by a `log.upgrade` entry, which migrates the whole state; ops written in an older schema are upcast, one number at a time.
 */
import type { RecordKind } from './fieldKind.ts';
import type { PlainRecord } from './place.ts';
import type { Op } from './transaction.ts';

/** The step from schema n - 1 to n. What is left out changes nothing. Every function is pure and total. */
export interface SchemaMigration {
  record?: (kind: RecordKind, record: PlainRecord) => PlainRecord;
  flow?: (record: PlainRecord) => PlainRecord;
  /** One op as ops of the new schema; keep the group. */
  op?: (op: Op) => Op[];
}

/** What a running program knows. */
export interface Versions {
  /** By the version that a migration leads to. Version 1 is the first and has none. */
  schemas: ReadonlyMap<number, SchemaMigration>;
  rules: ReadonlySet<number>;
}

/** The versions of this code. */
export const currentVersions: Versions = { schemas: new Map(), rules: new Set([1]) };

/** True when the code has every migration up to a schema version. */
export function isSchemaKnown(versions: Versions, schema: number): boolean {
  return schema >= 1 && schema <= highestSchema(versions);
}

/** The highest schema version that the code knows. */
export function highestSchema(versions: Versions): number {
  let schema = 1;
  while (versions.schemas.has(schema + 1)) schema += 1;
  return schema;
}

/** The highest version of the rules that the code knows. */
export function highestRules(versions: Versions): number {
  return Math.max(...versions.rules);
}

/** Ops written in schema `from`, as ops of schema `to`. */
export function upcastOps(ops: readonly Op[], from: number, to: number, versions: Versions): readonly Op[] {
  for (let version = Math.max(1, from) + 1; version <= to; version++) {
    const migrate = versions.schemas.get(version)?.op;
    if (migrate) ops = ops.flatMap(migrate);
  }
  return ops;
}

/** A record of schema `from` as one of schema `to`; the id stays. */
export function migrateRecord(kind: RecordKind, record: PlainRecord, from: number, to: number, versions: Versions): PlainRecord {
  let out = record;
  for (let version = from + 1; version <= to; version++) out = versions.schemas.get(version)?.record?.(kind, out) ?? out;
  return out === record ? record : { ...out, id: record.id };
}

/** The flow record of schema `from` as one of schema `to`; the id stays. */
export function migrateFlow(record: PlainRecord, from: number, to: number, versions: Versions): PlainRecord {
  let out = record;
  for (let version = from + 1; version <= to; version++) out = versions.schemas.get(version)?.flow?.(out) ?? out;
  return out === record ? record : { ...out, id: record.id };
}
