/** The server side of bench/sync.ts, forked: one instance on the built-in Postgres, and a log with a stored snapshot for each room. */
import { createHash } from 'node:crypto';
import { silentLogger } from '../packages/core/src/base/index.ts';
import { readConfig } from '../apps/sync-server/src/config.ts';
import { startServer } from '../apps/sync-server/src/server.ts';
import { addLog, addMember } from '../apps/sync-server/test/testServer.ts';
import { logOf, stateBytes } from './syncRoomCase.ts';

const [folder = '', rooms = '0'] = process.argv.slice(2);
const server = await startServer(readConfig({ PORT: '0', DATA_DIR: folder, RATE_FACTOR: '1000', SYNC_ENTRIES_PER_SECOND: '100000', SYNC_SNAPSHOT_EVERY: '100000' }), silentLogger);
const { pool } = server.database;
await pool.query('truncate entry, snapshot, log, member, session cascade');
const { token } = await addMember(pool, 'user_bench', 'member');
const chain = createHash('sha256').update('bench').digest('hex');
const bytes = stateBytes(200, 260);
for (let room = 0; room < Number(rooms); room++) {
  await addLog(pool, logOf(room), { no: 1, chain });
  await server.hub.tables.storeState(logOf(room), { no: 1, chain, bytes: Buffer.from(bytes) }, 'user_bench');
}
process.on('message', (message: { gc?: 1; bye?: 1 }) => {
  if (message.gc) {
    globalThis.gc?.();
    globalThis.gc?.();
    process.send!({ mem: process.memoryUsage() });
  }
  if (message.bye) void server.close().then(() => process.exit(0));
});
process.on('disconnect', () => void server.close().then(() => process.exit(0)));
process.send!({ port: server.port, token });
