import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeConfig, readConfig } from './config.ts';

test('without anything set the server has what it needs; empty counts as not set', () => {
  expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ HOST: '127.0.0.1', PORT: 4455, LOG_LEVEL: 'info', DATABASE_URL: undefined });
});

test.each([
  ['PORT', 'many'],
  ['PORT', '70000'],
  ['LOG_LEVEL', 'loud'],
  ['DATABASE_URL', 'mysql://u:secret@h/d'],
  ['REDIS_URL', 'secret@nowhere'],
  ['SYNC_ENTRIES_PER_SECOND', '0'],
  ['METRICS_TOKEN', 'secret'],
  ['AUTH_SECRET', 'short secret'],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'grpc://user:secret@host'],
])('%s=%s stops the start with a sentence that names it, and repeats no secret', (name, value) => {
  const read = () => readConfig({ [name]: value });
  expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(`The variable ${name} `) as string }));
  expect(read).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') as string }));
});

test('the table for the documentation has a row for every variable', () => {
  const rows = describeConfig().split('\n');
  expect(rows.map((row) => row.split('`')[1])).toEqual(Object.keys(readConfig({})));
  const documentation = readFileSync(join(import.meta.dirname, '../../../docs/self-hosting.md'), 'utf8');
  for (const row of rows.filter((one) => !one.includes('DATA_DIR'))) expect(documentation).toContain(row);
});
