import Sqlite from 'better-sqlite3';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, expect, test } from 'vitest';
import { MIGRATIONS } from './migrations.generated.ts';
import * as flow from './schema/flow.ts';
import * as ledger from './schema/ledger.ts';
import * as log from './schema/log.ts';
import * as prompt from './schema/prompt.ts';
import * as security from './schema/security.ts';
import * as setting from './schema/setting.ts';
import * as turn from './schema/turn.ts';

const file = new Sqlite(':memory:');
for (const { sql } of MIGRATIONS) file.exec(sql);
afterAll(() => void file.close());

const tables = [flow, ledger, log, prompt, security, setting, turn].flatMap((module) => Object.values<unknown>(module)).filter((value): value is SQLiteTable => is(value, SQLiteTable));

test('the migrations make the tables of the schema, no more and no less', () => {
  const made = file.prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`).pluck().all();
  expect(made).toEqual(tables.map((table) => getTableConfig(table).name).sort());
});

test.each(tables.map((table) => [getTableConfig(table).name, table] as const))('%s has the columns, keys, indexes and checks of its schema', (name, table) => {
  const config = getTableConfig(table);
  const columns = (file.pragma(`table_info(${name})`) as { name: string; type: string; notnull: number }[]).map((column) => [column.name, column.type.toLowerCase(), column.notnull === 1]);
  expect(columns).toEqual(config.columns.map((column) => [column.name, column.getSQLType(), column.notNull]));
  const indexes = (file.pragma(`index_list(${name})`) as { name: string; unique: number; origin: string }[]).filter((index) => index.origin === 'c');
  expect(indexes.map((index) => [index.name, index.unique === 1]).sort()).toEqual(config.indexes.map((index) => [index.config.name, index.config.unique]).sort());
  const keys = new Set((file.pragma(`foreign_key_list(${name})`) as { id: number; table: string; on_delete: string }[]).map((key) => `${key.table} ${key.on_delete.toLowerCase()}`));
  expect([...keys].sort()).toEqual([...new Set(config.foreignKeys.map((key) => `${getTableConfig(key.reference().foreignTable).name} ${key.onDelete ?? 'no action'}`))].sort());
  const sql = file.prepare('select sql from sqlite_schema where name = ?').pluck().get(name) as string;
  for (const check of config.checks) expect(sql).toContain(`CONSTRAINT "${check.name}" CHECK`);
});
