/**
 * What must be true when a history has come to rest: the rows of the server, read by the second, naive fold, are what every device shows;
 * chain, numbers, order, keys and snapshots hold; nothing of anybody's ledger is missing, and nothing was replaced without a word.
 */
import type pg from 'pg';
import { canonicalJson, extendChain, stateText, type SyncCodec, type Transaction } from '@uxflow/core';
import { LIMITS, readEnvelope } from '@uxflow/core/protocol';
import { silentLoss } from '../../../../packages/core/src/flow/fixtures/lossCheck.ts';
import { naiveInitialState, type NaiveState } from '../../../../packages/core/src/flow/naiveFold.ts';
import { ByteReader } from '../../../../packages/core/src/sync/bytes.ts';
import { stateContext } from '../../../../packages/core/src/sync/wireEntry.ts';
import { sha256, type Device, type Disk } from '../testDevice.ts';
import { naiveEntry, naiveStep, riseOf } from './nextVersion.ts';
import type { Promises } from './promises.ts';

/** Somebody of a history, as the oracle looks at them. */
export interface Witness {
  name: string;
  userId: string;
  device: Device;
  disk: Disk;
  /** Ids of entries that this person's device still answers for. */
  ledger: ReadonlySet<string>;
  /** Ids that were ever refused: they may come later than what was written behind them. */
  refused: ReadonlySet<string>;
  /** False where something may have been refused without the device hearing of it: it comes again, and later. */
  isSteady: boolean;
}

export interface Evidence {
  pool: pg.Pool;
  log: string;
  codec: SyncCodec;
  promises: Promises;
  witnesses: readonly Witness[];
  /** True where the network kept the order of what was pushed. */
  isOrderly: boolean;
  /** Text that devices showed of themselves, which nobody may have stored. */
  shown: string;
}

export interface Findings {
  entries: number;
  conflicts: number;
  denied: number;
  snapshots: number;
  broughtBack: number;
}

interface Row {
  no: number;
  id: string;
  author: string;
  record: Buffer;
  sha256: string;
  chain: string;
}

/** Counts what is there; throws the first thing that is wrong. */
export async function checkHistory(evidence: Evidence): Promise<Findings> {
  const { pool, log, promises, witnesses } = evidence;
  const rows = (await pool.query<Row>(`select no, id, author_id as author, record, encode(sha256, 'hex') as sha256, encode(chain, 'hex') as chain from entry where log_id = $1 order by no`, [log])).rows;
  promises.verify(rows);
  promises.check();
  const snapshots = (await pool.query<{ no: number; chain: string; bytes: Buffer }>('select no, chain, bytes from snapshot where log_id = $1 order by no', [log])).rows;
  const wanted = new Map(snapshots.map((one) => [one.no, one]));
  let state: NaiveState = naiveInitialState('flow_fuzz');
  let chain = '';
  const ids = new Set<string>();
  for (const [index, row] of rows.entries()) {
    if (row.no !== index + 1) throw new Error(`number ${row.no} stands at place ${index + 1}`);
    if (ids.has(row.id)) throw new Error(`${row.id} is there twice`);
    ids.add(row.id);
    const { entry, digest, scope } = unpack(row, evidence);
    chain = extendChain(chain, row.id, digest, sha256);
    if (chain !== row.chain || digest !== row.sha256) throw new Error(`the chain of the server breaks at ${row.no}`);
    const folded = scope === 'comment' ? { ...entry, scope } : entry;
    const next = naiveStep(state, folded);
    const loss = riseOf(state, folded) ? null : silentLoss(state, next, naiveEntry(state, folded) as Transaction);
    if (loss) throw new Error(`entry ${row.no} ${row.id}: ${loss}`);
    state = next;
    const snapshot = wanted.get(row.no);
    if (snapshot) checkSnapshot(snapshot, chain, state, evidence);
    wanted.delete(row.no);
  }
  if (wanted.size > 0) throw new Error(`snapshots of numbers that the log does not have: ${[...wanted.keys()].join(', ')}`);
  const expected = canonicalJson(state);
  for (const { name, device } of witnesses) {
    const { replica } = device;
    if (stateText(replica.confirmed) !== expected) throw new Error(`${name} differs from the oracle`);
    if (replica.view !== replica.confirmed && stateText(replica.view) !== expected) throw new Error(`what ${name} sees differs from the oracle`);
    if (replica.chain !== chain) throw new Error(`${name} has another chain`);
  }
  let denied = 0;
  for (const witness of witnesses) denied += checkLedger(witness, ids);
  if (evidence.isOrderly) for (const witness of witnesses) if (witness.isSteady) checkOrder(witness, rows);
  return { entries: rows.length, conflicts: Object.keys(state.conflicts).length, denied, snapshots: snapshots.length, broughtBack: promises.broughtBack(ids) };
}

function checkSnapshot({ no, chain: stored, bytes }: { no: number; chain: string; bytes: Buffer }, chain: string, state: NaiveState, { codec, log, shown }: Evidence): void {
  if (stored !== chain) throw new Error(`the snapshot of ${no} has another chain than the log`);
  if (bytes.includes(shown)) throw new Error(`what somebody showed stands in the snapshot of ${no}`);
  const text = Buffer.from(codec.decode(bytes, stateContext(log, no, chain), LIMITS.snapshotBytes)).toString();
  if (text !== canonicalJson(state)) throw new Error(`the snapshot of ${no} is not the state of ${no}`);
}

/** Everything that somebody wrote is on the server once, or where its refusal put it; returns how much was refused. */
function checkLedger({ name, ledger, disk }: Witness, ids: ReadonlySet<string>): number {
  const denied = new Set(disk.denied.map(({ entry }) => entry.id));
  for (const id of ledger) {
    if (ids.has(id) === denied.has(id)) throw new Error(`${id} of ${name} is ${ids.has(id) ? 'both on the server and denied' : `nowhere (${disk.own.has(id) ? `had ${disk.own.get(id)!.no}` : 'never had a number'})`}`);
  }
  return denied.size;
}

/** What one person wrote stands in the order in which they wrote it. */
function checkOrder({ name, userId, refused }: Witness, rows: readonly Row[]): void {
  let last = 0;
  for (const { id, no, author } of rows) {
    if (author !== userId || refused.has(id)) continue;
    const count = Number(id.slice(id.lastIndexOf(':') + 1));
    if (count < last) throw new Error(`entry ${no} of ${name} is their ${count}th and stands behind their ${last}th`);
    last = count;
  }
}

/** A stored record as the entry in it. */
function unpack({ no, author, record }: Row, { log, codec, promises, shown }: Evidence): { entry: Transaction; digest: string; scope: string } {
  if (record.includes(shown)) throw new Error(`what somebody showed stands in entry ${no}`);
  const reader = new ByteReader(record);
  reader.byte();
  const told = reader.number();
  const envelope = reader.bytes();
  const bytes = reader.bytes();
  const header = readEnvelope(envelope);
  if (told !== no || header.author !== author) throw new Error(`the record of entry ${no} is of number ${told} and of ${header.author}`);
  promises.checkEpoch(no, header.epoch);
  const entry = JSON.parse(Buffer.from(codec.decode(bytes, envelope, header.size)).toString()) as Transaction;
  return { entry: entry.id === header.id && entry.logId === log ? entry : ({ id: header.id } as Transaction), digest: sha256(bytes), scope: header.scope };
}
