/** Own entries that a server refuses and takes after all, on a data folder, with the log's end of the sync protocol as the app runs it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestClock, silentLogger } from '../../base/index.ts';
import { createTestFolder, testFlow, type TestFolder } from '../../db/testFolder.ts';
import type { DataFolder } from '../../db/index.ts';
import { initialState, snapshotOf, type Author, type Transaction } from '../../flow/index.ts';
import { LogSync, type ClientMessage, type PushedEntry } from '../../sync/index.ts';
import { packEntry } from '../../sync/wireEntry.ts';
import { openLogSession, type LogSession } from '../logSession.ts';
import { createAsides, type Asides } from './asides.ts';
import { sha256 } from './sharedLog.ts';
import { plainCodec } from './syncLine.ts';

const me: Author = { kind: 'user', id: 'me', name: 'Me' };
const clock = createTestClock();
let place: TestFolder;
let folder: DataFolder;
let asides: Asides;
let session: LogSession;
let log: LogSync;
let sent: ClientMessage[];
let count = 0;
let touched: { id: string; isMine: boolean }[];

beforeEach(async () => {
  place = createTestFolder();
  folder = await place.open();
  folder.flows.createFlow({ flow: testFlow('flow_1'), logId: 'log' });
  folder.flows.setShared('log', true);
  start();
});
afterEach(() => place.dispose());

/** The flow is open, and its log is joined where the device stands. */
function start(): void {
  asides = createAsides({ folder, newId: (prefix) => `${prefix}_${++count}`, now: () => clock.now() });
  [sent, touched] = [[], []];
  session = openLogSession({
    folder, flowId: 'flow_1', logId: 'log', clock, newId: (prefix) => `${prefix}_${++count}`, logger: silentLogger,
    onDenied: (denied, head) => asides.add('flow_1', 'log', head, denied),
    onConfirmed: (ids) => asides.withdraw('flow_1', ids),
  });
  session.onChange(({ entries, isOwn }) => {
    if (!isOwn) touched.push(...entries.map(({ transaction: { id }, isMine }) => ({ id, isMine })));
  });
  const { replica, keeper } = session.shared!;
  log = new LogSync({ logId: 'log', replica, keeper, userId: () => 'me', codec: plainCodec, sha256, clock });
  log.attach({ send: (message) => void sent.push(message), later: () => {}, changed: () => {} });
  log.receive({ type: 'joined', log: 'log', no: replica.confirmed.no, base: 0, scope: 'edit', epoch: 0, reset: false });
}
async function restart(): Promise<void> {
  log.close();
  await folder.close();
  folder = await place.open();
  start();
}
const rename = (name: string, id: string) => session.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: name }] }, me, id);
const pushed = (id: string): PushedEntry => sent.flatMap((message) => (message.type === 'push' ? message.entries : [])).find(({ envelope }) => JSON.parse(new TextDecoder().decode(envelope)).id === id)!;
const deny = (id: string) => log.receive({ type: 'denied', log: 'log', id, code: 'ROLE_COMMENTS_ONLY', params: {} });
const take = (no: number, entry: PushedEntry) => log.receive({ type: 'changes', log: 'log', changes: [{ no, ...entry }] });
const own = () => folder.flows.ownEntries('log', 0).map(({ id }) => id);
/** The server is an older copy that knows none of the entries: which does the device bring back? */
function loseAll(): string[] {
  log.receive({ type: 'reset', log: 'log', reason: 'AHEAD_OF_SERVER', state: true });
  log.receive({ type: 'state', log: 'log', no: 0, chain: '', bytes: plainCodec.encode(new TextEncoder().encode(JSON.stringify(snapshotOf(initialState('flow_1')))), new Uint8Array(0)) });
  const asked = sent.flatMap((message) => (message.type === 'ask' ? message.ids : []));
  log.receive({ type: 'known', log: 'log', numbers: {} });
  return asked;
}

test('an own entry that was refused and taken after all is own: it leaves its lot, is no news, and comes back to a server that lost it', async () => {
  rename('Refused', 'tx_1');
  rename('Refused too', 'tx_2');
  const [first, second] = [pushed('tx_1'), pushed('tx_2')];
  deny('tx_1');
  deny('tx_2');
  expect(asides.list('flow_1')).toMatchObject([{ entries: 2 }]);
  await restart();
  take(1, first);
  expect(asides.list('flow_1')).toMatchObject([{ entries: 1 }]);
  take(2, second);
  expect(asides.list('flow_1')).toEqual([]);
  expect(touched).toEqual([{ id: 'tx_1', isMine: true }, { id: 'tx_2', isMine: true }]);
  expect(own()).toEqual(['tx_1', 'tx_2']);
  expect(session.state.flow.name).toBe('Refused too');
  expect(loseAll()).toEqual(['tx_1', 'tx_2']);
  expect(session.shared!.replica.pending.map(({ id }) => id)).toEqual(['tx_1', 'tx_2']);
  // Once more, from the branch that keeps what the snapshot took the place of.
  take(1, first);
  take(2, second);
  expect(touched.slice(2)).toEqual([{ id: 'tx_1', isMine: true }, { id: 'tx_2', isMine: true }]);
});

test('the same when the person had thrown it away meanwhile, of which only the id is kept', async () => {
  rename('Thrown away', 'tx_1');
  const first = pushed('tx_1');
  deny('tx_1');
  asides.drop(asides.list('flow_1')[0]!.id);
  await restart();
  for (const { id } of folder.flows.logsOf('flow_1')) for (const { bytes } of folder.flows.readEntries(id)) expect(bytes).toHaveLength(0);
  take(1, first);
  expect([own(), touched]).toEqual([['tx_1'], [{ id: 'tx_1', isMine: true }]]);
});

test('what somebody else wrote is not own, whatever lies aside', () => {
  rename('Refused', 'tx_1');
  deny('tx_1');
  const entry: Transaction = { id: 'tx_theirs', logId: 'log', author: { kind: 'user', id: 'other', name: 'Other' }, at: 1, schema: 1, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: '', to: 'Theirs' }] };
  take(1, packEntry(entry, 'log', 'other', plainCodec));
  expect([own(), touched]).toEqual([[], [{ id: 'tx_theirs', isMine: false }]]);
  expect(asides.list('flow_1')).toMatchObject([{ entries: 1 }]);
});

test('a lot whose log starts from a snapshot by now loses what the server took, and keeps the rest', () => {
  rename('Taken', 'tx_0');
  take(1, pushed('tx_0'));
  rename('One', 'tx_1');
  rename('Two', 'tx_2');
  const first = pushed('tx_1');
  const state = { ...snapshotOf(initialState('flow_1')), no: 7 };
  deny('tx_1');
  deny('tx_2');
  log.receive({ type: 'reset', log: 'log', reason: 'CHAIN_DIFFERS', state: true });
  log.receive({ type: 'state', log: 'log', no: 7, chain: 'ab'.repeat(32), bytes: plainCodec.encode(new TextEncoder().encode(JSON.stringify(state)), new Uint8Array(0)) });
  log.receive({ type: 'known', log: 'log', numbers: { tx_0: 1 } });
  take(8, first);
  expect(log.status().state).toBe('synced');
  expect(asides.list('flow_1')).toMatchObject([{ entries: 1 }]);
  expect(asides.entries(asides.list('flow_1')[0]!.id).map(({ id }) => id)).toEqual(['tx_2']);
});
