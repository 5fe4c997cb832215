/** Looks for texts in everything that a server may have kept, in every form in which they might lie there. */
import { inflateRawSync, unzipSync } from 'node:zlib';
import type pg from 'pg';
import { FORM } from '@uxflow/core';

/** A place and what it holds. */
export interface Held {
  where: string;
  bytes: Uint8Array;
}

/** Every value of every table of a database, of all schemas: those of the product, of the jobs and of the migrations. */
export async function dumpDatabase(pool: Pick<pg.Pool, 'query'>): Promise<Held[]> {
  const { rows: tables } = await pool.query<{ schema: string; name: string }>(`select schemaname as schema, tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`);
  const held: Held[] = [];
  for (const { schema, name } of tables) {
    const { rows } = await pool.query<Record<string, unknown>>(`select * from "${schema}"."${name}"`);
    for (const row of rows) for (const [column, value] of Object.entries(row)) if (value !== null) held.push({ where: `${schema}.${name}.${column}`, bytes: value instanceof Uint8Array ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) });
  }
  return held;
}

/** Where each text lies: as it is, in UTF-16, hex or base64, deflated, or deflated within base64. */
export function findTexts(held: readonly Held[], texts: readonly string[]): Map<string, string[]> {
  const needles = texts.map((text) => ({ text, forms: formsOf(text) }));
  const found = new Map(texts.map((text) => [text, [] as string[]]));
  for (const { where, bytes } of held) {
    const parts = unpacked(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    for (const { text, forms } of needles) {
      const places = found.get(text)!;
      if (!places.includes(where) && parts.some((part) => forms.some((form) => part.includes(form)))) places.push(where);
    }
  }
  return found;
}

/** The bytes, and what is packed in them: base64, and streams of deflate. A raw one is told by our mark before it, others by their head. */
function unpacked(bytes: Buffer): Buffer[] {
  const parts = [bytes];
  for (const match of bytes.toString('latin1').matchAll(/[A-Za-z0-9+/_-]{24,}/g)) parts.push(Buffer.from(match[0], 'base64'));
  for (const part of [...parts]) {
    for (let at = 0; at + 8 < part.length; at++) {
      const isRaw = at === 0 || part[at - 1] === FORM.deflated;
      const isHeaded = part[at] === 0x78 || (part[at] === 0x1f && part[at + 1] === 0x8b);
      if (!isRaw && !isHeaded) continue;
      try {
        parts.push((isHeaded ? unzipSync : inflateRawSync)(part.subarray(at), { maxOutputLength: 4_000_000 }));
      } catch {
        // No stream begins here.
      }
    }
  }
  return parts;
}

function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const forms = [bytes, Buffer.from(text, 'utf16le'), Buffer.from(bytes.toString('hex'))];
  // In base64 a text looks in three ways, by where it begins; its edges depend on what stands beside it.
  for (const shift of [0, 1, 2]) {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    forms.push(Buffer.from(shifted.slice(shift === 0 ? 0 : 4, -4)), Buffer.from(shifted.slice(shift === 0 ? 0 : 4, -4).replaceAll('+', '-').replaceAll('/', '_')));
  }
  return forms;
}
