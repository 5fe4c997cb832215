/** What becomes of entries when somebody else stumbles over the telling of them. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLogger, type Logger } from '@uxflow/core/base';
import { PROTOCOL, writeEnvelope, type Envelope } from '@uxflow/core/protocol';
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/testDatabase.ts';
import { until } from '../../test/testDevice.ts';
import { addLog } from '../../test/testServer.ts';
import { openDatabase, type ServerDatabase } from '../db/database.ts';
import type { SyncAccess } from './access.ts';
import { createCommitter, type Committer } from './committer.ts';

const access: SyncAccess = {
  authorize: async () => undefined,
  roleOf: async () => ({ scope: 'edit' }),
  rolesIn: async (_sql, pairs) => pairs.map(() => ({ scope: 'edit' })),
  onRevoked: () => () => {},
};
let postgres: TestPostgres;
let clone: TestDatabase;
let database: ServerDatabase;
let committer: Committer<null>;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.close());
beforeEach(async () => {
  clone = await postgres.clone();
  database = await openDatabase(clone.url);
  await database.pool.query(`insert into app_user (id, name, email, email_verified) values ('user_test', 'U', 'u@example.test', true) on conflict do nothing`);
  await database.pool.query(`insert into workspace (id, name, owner_id) values ('ws_1', 'Workspace', 'user_test') on conflict do nothing`);
  await addLog(database.pool, 'log_1');
});
afterEach(async () => {
  await committer.close();
  await database.close();
  await clone.drop();
});

function push(id: string): void {
  const header: Envelope = { protocol: PROTOCOL, log: 'log_1', id, author: 'user_test', scope: 'edit', epoch: 0, schema: 1, size: 2 };
  committer.push({ header, envelope: writeEnvelope(header), bytes: Uint8Array.of(0, 123, 125), userId: 'user_test', from: null });
}

/** A committer whose listener throws at the first batch, what was told, and what was logged. */
function startStumbling() {
  const told: string[] = [];
  const errors: string[] = [];
  const logger: Logger = { ...silentLogger, error: (message) => void errors.push(message) };
  committer = createCommitter<null>({
    database,
    access,
    logger,
    onCommitted: ({ stored }) => {
      told.push(...[...stored.values()].flat().map(({ id }) => id));
      if (told.length === 1) throw new Error('somebody stumbled');
    },
  });
  return { told, errors };
}

test('a batch that was on its way while telling failed is told, and what came meanwhile is committed', async () => {
  const { told, errors } = startStumbling();
  // The log is held until the second entry waits: the second batch is on its way when the first is told.
  const holder = await database.pool.connect();
  await holder.query('begin');
  await holder.query(`select id from log where id = 'log_1' for update`);
  push('tx_1');
  await until('the first batch waits for the log', async () => (await database.pool.query(`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)).rowCount === 1);
  push('tx_2');
  await holder.query('commit');
  holder.release();
  await until('both are told', () => told.length === 2, 5000);
  await committer.drained();
  expect(told).toEqual(['tx_1', 'tx_2']);
  expect(errors).toHaveLength(1);
  expect(committer.waitingBytes).toBe(0);
  push('tx_3');
  await committer.drained();
  expect(told).toEqual(['tx_1', 'tx_2', 'tx_3']);
});
