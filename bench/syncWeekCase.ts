/** A device of bench/sync.ts that comes back after a week: 5,000 own edits wait, 5,000 foreign ones are on the server. */
import { hash } from 'node:crypto';
import pg from 'pg';
import { canonicalJson } from '../packages/core/src/base/index.ts';
import { snapshotOf, type Transaction } from '../packages/core/src/flow/index.ts';
import { changeRecord, PROTOCOL, writeEnvelope } from '../packages/core/src/sync/index.ts';
import { addLog } from '../apps/sync-server/test/testServer.ts';
import { emptyDisk, startDevice, until } from '../apps/sync-server/test/testDevice.ts';
import { codec, logOf, stateOf } from './syncRoomCase.ts';

const [port = '', token = '', folder = ''] = process.argv.slice(2);
const EDITS = 5000;
const NODES = 2000;
const log = logOf(9);
const sha256 = (bytes: Uint8Array) => hash('sha256', bytes);
const pool = new pg.Pool({ host: `${folder}/socket`, user: 'postgres', database: 'uxflow', max: 1 });
const start = { ...stateOf(NODES, 2600), no: 1 };
const base = { no: 1, chain: sha256(new TextEncoder().encode('bench')), state: snapshotOf(start) };

/** An edit of a title, or of a position. */
const editOf = (who: string, n: number): Transaction => ({
  id: `tx_${who}_${n}`,
  logId: log,
  author: { kind: 'user', id: who, name: who },
  at: n,
  schema: 1,
  ops: [
    n % 3 === 0
      ? { op: 'set', kind: 'node', id: `n${(n * 7) % NODES}`, field: 'data.url', from: null, to: `https://example.org/${who}/${n}` }
      : { op: 'set', kind: 'node', id: `n${(n * 13) % NODES}`, field: 'position', from: { x: 0, y: 0 }, to: { x: n, y: n + (who === 'user_bench' ? 1 : 2) } },
  ],
});

await addLog(pool, log, { no: 1, chain: base.chain });
let chain = base.chain;
let no = 1;
for (let n = 0; n < EDITS; n++) {
  const entry = editOf('user_other', n);
  const plain = new TextEncoder().encode(canonicalJson(entry));
  const envelope = writeEnvelope({ protocol: PROTOCOL, log, id: entry.id, author: 'user_other', scope: 'edit', epoch: 0, schema: 1, size: plain.length });
  const bytes = codec.encode(plain, envelope);
  const digest = sha256(bytes);
  chain = sha256(new TextEncoder().encode(chain + entry.id + digest));
  no += 1;
  await pool.query('insert into entry (log_id, no, id, author_id, record, sha256, chain) values ($1, $2, $3, $4, $5, $6, $7)', [log, no, entry.id, 'user_other', Buffer.from(changeRecord(no, envelope, bytes)), Buffer.from(digest, 'hex'), Buffer.from(chain, 'hex')]);
}
await pool.query('update log set head_no = $2, head_chain = $3 where id = $1', [log, no, chain]);
await pool.end();

const disk = { ...emptyDisk(), base, pending: Array.from({ length: EDITS }, (_, n) => editOf('user_bench', n)) };
const device = startDevice({ url: () => `ws://127.0.0.1:${port}/v1/sync`, member: { userId: 'user_bench', token }, logId: log, flowId: 'flow_bench', disk });
// The replica has folded what it has on disk, the socket is not open yet: the week ends here.
const begun = performance.now();
await until('all is merged', () => {
  if (device.open.status().state === 'choosing') device.open.log.pushBacklog();
  return device.open.status().state === 'synced' && device.replica.confirmed.no === 1 + 2 * EDITS;
}, 60_000);
process.send!({ ms: performance.now() - begun });
device.stop();
process.on('message', () => process.exit(0));
