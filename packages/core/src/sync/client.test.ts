/** The client over sockets that the test holds in its hand, on a clock that it moves. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { beforeEach, describe, expect, test } from 'vitest';
import { canonicalJson, createTestClock } from '../base/index.ts';
import { fold, initialState, snapshotOf, type Transaction } from '../flow/index.ts';
import { createSyncClient, type OpenLog, type SocketEvents, type SyncClient } from './client.ts';
import type { SyncCodec } from './codec.ts';
import type { LogKeeper } from './logKeeper.ts';
import { changeRecord, changesFrame, decodeUp, encodeDown, ownRecord, presenceFrame, PROTOCOL, readEnvelope, stateFrame, writeEnvelope, type ClientMessage } from './protocol.ts';
import { Replica } from './replica.ts';

const digest = (bytes: Uint8Array) => bytesToHex(sha256(bytes));
const encoder = new TextEncoder();
/** Marks what it encodes; a first byte of 7 stands for a key that is not here. */
const codec: SyncCodec = {
  epoch: 0,
  encode: (plain) => new Uint8Array([1, ...plain]),
  decode: (bytes) => {
    if (bytes[0] === 7) throw Object.assign(new Error('no key'), { name: 'AppError', code: 'LOG_KEY_MISSING', params: {} });
    return bytes.subarray(1);
  },
};

interface Line {
  events: SocketEvents;
  sent: ClientMessage[];
  isClosed: boolean;
}

let lines: Line[];
let waits: { at: number; task: () => void }[];
let clock: ReturnType<typeof createTestClock>;
let client: SyncClient;
let token: string | undefined;
let keysOf: string[];
let linkChanges: number;
let kept: { settled: string[]; confirmed: string[]; denied: string[]; replaced: number[] };

beforeEach(() => {
  [lines, waits, token, keysOf, linkChanges] = [[], [], 'secret', [], 0];
  kept = { settled: [], confirmed: [], denied: [], replaced: [] };
  clock = createTestClock();
  client = createSyncClient({
    connect: (events) => {
      const line: Line = { events, sent: [], isClosed: false };
      lines.push(line);
      return { send: (frame) => void line.sent.push(decodeUp(frame)), close: () => void (line.isClosed = true) };
    },
    token: async () => token,
    device: 'device_1',
    schemas: 1,
    rules: 1,
    sha256: digest,
    onKeysChanged: (workspaceId) => keysOf.push(workspaceId),
    onLinkChanged: () => (linkChanges += 1),
    clock,
    timer: (ms, task) => {
      const wait = { at: clock.now() + ms, task };
      waits.push(wait);
      return () => void (waits = waits.filter((one) => one !== wait));
    },
    random: () => 0.5,
  });
});

const settle = () => new Promise((done) => setTimeout(done, 0));
/** Lets time pass, and whatever is due happen in its order. */
async function pass(ms: number): Promise<void> {
  const end = clock.now() + ms;
  for (;;) {
    const next = waits.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    waits = waits.filter((one) => one !== next);
    clock.advance(Math.max(0, next.at - clock.now()));
    next.task();
    await settle();
  }
  clock.advance(end - clock.now());
}
const line = () => lines.at(-1)!;
const types = () => line().sent.map(({ type }) => type);
function open(replica = new Replica(initialState('flow_1'), { sha256: digest }), keeper: Partial<LogKeeper> = {}): OpenLog & { replica: Replica } {
  const whole: LogKeeper = {
    confirmed: (entries) => void kept.confirmed.push(...entries.map(({ entry }) => entry.id)),
    settled: (entries) => void kept.settled.push(...entries.map(({ id }) => id)),
    replaced: (snapshot) => void kept.replaced.push(snapshot.no),
    denied: (refused) => void kept.denied.push(...refused.map(({ entry, code }) => `${entry.id} ${code}`)),
    ownConfirmed: () => [],
    ...keeper,
  };
  const opened = client.open({ logId: 'log_1', replica, keeper: whole, codec });
  return Object.assign(opened, { replica, status: opened.status, close: opened.close });
}
function rename(replica: Replica, id: string, to: string): Transaction {
  return replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to }] }, { id, logId: 'log_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 1 });
}
async function connect(no = 0): Promise<void> {
  client.start();
  await settle();
  line().events.opened();
  line().events.frame(encodeDown({ type: 'welcome', protocol: PROTOCOL, peer: 'p1', user: 'user_1' }));
  joined(no);
}
const joined = (no = 0, more = {}) => line().events.frame(encodeDown({ type: 'joined', log: 'log_1', no, base: 0, scope: 'edit', epoch: 0, reset: false, ...more }));
function record(no: number, entry: Transaction, first = 1): Uint8Array {
  const plain = encoder.encode(canonicalJson(entry));
  return changeRecord(no, writeEnvelope({ protocol: PROTOCOL, log: 'log_1', id: entry.id, author: 'user_2', scope: 'edit', epoch: 0, schema: 1, size: plain.length }), new Uint8Array([first, ...plain]));
}
const foreign = (id: string, to: string): Transaction => ({ id, logId: 'log_1', author: { kind: 'user', id: 'other', name: 'O' }, at: 1, schema: 1, ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: '', to }] });
const say = (...records: Uint8Array[]) => line().events.frame(changesFrame('log_1', records));

describe('the connection', () => {
  test('says hello, joins its logs, pushes what waits, and is synced when that is answered', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    expect(log.status()).toMatchObject({ state: 'offline', waiting: 1 });
    await connect();
    expect(types()).toEqual(['hello', 'join', 'push']);
    expect(log.status()).toMatchObject({ state: 'sending', waiting: 1 });
    const push = line().sent[2] as Extract<ClientMessage, { type: 'push' }>;
    say(ownRecord(1, 'tx_1', sha256(push.entries[0]!.bytes)));
    expect([log.status(), kept.confirmed]).toEqual([{ state: 'synced', waiting: 0, mayWrite: true, scope: 'edit', syncedAt: clock.now() }, ['tx_1']]);
    clock.advance(12_000);
    expect(log.status().syncedAt).toBe(clock.now() - 12_000);
  });

  test('hears that keys have changed, and says at the beginning that it does', async () => {
    const log = open();
    await connect();
    expect(line().sent[0]).toMatchObject({ type: 'hello', hears: ['keys', 'link'] });
    line().events.frame(encodeDown({ type: 'keysChanged', workspace: 'ws_1' }));
    expect([keysOf, log.status().state]).toEqual([['ws_1'], 'synced']);
  });

  test('hears that what its link shows has changed', async () => {
    const log = open();
    await connect();
    line().events.frame(encodeDown({ type: 'linkChanged', link: 'link_1' }));
    expect([linkChanges, keysOf, log.status().state]).toEqual([1, [], 'synced']);
  });

  test('that breaks is made anew, later each time, and says when', async () => {
    const log = open();
    client.start();
    await settle();
    const delays: number[] = [];
    for (let i = 0; i < 9; i++) {
      line().events.closed(1006, '');
      const { retryAt, state, reason } = log.status();
      expect([state, reason?.code]).toEqual(['offline', 'CONNECTION_LOST']);
      delays.push(retryAt! - clock.now());
      await pass(delays.at(-1)!);
    }
    expect(delays).toEqual([175, 300, 550, 1050, 2050, 4050, 8050, 15_050, 15_050]);
    expect(lines.length).toBe(10);
    expect(log.status().state).toBe('connecting');
    line().events.opened();
    line().events.frame(encodeDown({ type: 'welcome', protocol: PROTOCOL, peer: 'p1', user: 'user_1' }));
    joined();
    line().events.closed(1012, 'SERVER_RESTARTS');
    expect(log.status()).toMatchObject({ reason: { code: 'SERVER_RESTARTS' }, retryAt: clock.now() + 175 });
  });

  test('that has gone silent is given up; one that answers is kept', async () => {
    const log = open();
    await connect();
    for (let i = 0; i < 4; i++) {
      await pass(15_000);
      line().events.frame(encodeDown({ type: 'pong' }));
    }
    expect([lines.length, types().filter((type) => type === 'ping').length]).toEqual([1, 4]);
    await pass(46_000);
    expect([line().isClosed || lines[0]!.isClosed, log.status().reason?.code]).toEqual([true, 'CONNECTION_SILENT']);
    expect(lines.length).toBe(2);
  });

  test('without anybody signed in waits; a session that was ended waits long; a program that is too old for good', async () => {
    const log = open();
    token = undefined;
    client.start();
    await settle();
    expect([lines.length, log.status().reason?.code]).toEqual([0, 'SIGNED_OUT']);
    token = 'secret';
    client.retryNow();
    await settle();
    line().events.opened();
    line().events.frame(encodeDown({ type: 'ended', code: 'SESSION_INVALID', params: {} }));
    line().events.closed(4001, 'SESSION_INVALID');
    expect(log.status()).toMatchObject({ reason: { code: 'SESSION_INVALID' }, retryAt: clock.now() + 60_000 });
    await pass(60_000);
    line().events.opened();
    line().events.closed(4000, 'PROTOCOL_UNKNOWN');
    await pass(600_000);
    expect([lines.length, log.status().state, log.status().reason?.code]).toEqual([2, 'offline', 'PROTOCOL_UNKNOWN']);
  });

  test('hears nothing of a line that it gave up', async () => {
    const log = open();
    await connect();
    const [old] = lines;
    old!.events.closed(1006, '');
    old!.events.frame(changesFrame('log_1', [record(1, foreign('tx_f', 'Late'))]));
    old!.events.closed(1006, '');
    expect([log.replica.confirmed.no, waits.length]).toEqual([0, 1]);
  });

  test('that sends what nobody can read is made anew', async () => {
    const log = open();
    await connect();
    line().events.frame(new Uint8Array([255]));
    expect([lines[0]!.isClosed, log.status().reason?.code]).toEqual([true, 'FRAME_MALFORMED']);
  });
});

describe('a log', () => {
  test('what was on its way when the line broke is pushed again after the join, in its order', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    await connect();
    rename(log.replica, 'tx_2', 'Two');
    line().events.closed(1006, '');
    rename(log.replica, 'tx_3', 'Three');
    await pass(1000);
    line().events.opened();
    line().events.frame(encodeDown({ type: 'welcome', protocol: PROTOCOL, peer: 'p2', user: 'user_1' }));
    expect(types()).toEqual(['hello', 'join']);
    joined(1);
    expect(types()).toEqual(['hello', 'join']);
    say(record(1, { ...log.replica.pending[0]! }));
    expect(types()).toEqual(['hello', 'join', 'push']);
    const push = line().sent[2] as Extract<ClientMessage, { type: 'push' }>;
    expect(push.entries.map(({ bytes }) => (JSON.parse(new TextDecoder().decode(bytes.subarray(1))) as Transaction).id)).toEqual(['tx_2', 'tx_3']);
  });

  test('an acknowledgement of other bytes than were sent is looked up before it counts', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    await connect();
    say(ownRecord(1, 'tx_1', new Uint8Array(32)));
    expect([log.replica.confirmed.no, types().at(-1)]).toEqual([0, 'join']);
    joined(1);
    say(record(1, { ...foreign('tx_1', 'What stands there') }));
    expect([log.replica.confirmed.flow.name, log.replica.pending.length]).toEqual(['What stands there', 0]);
  });

  test('a gap is asked for again; what comes twice counts once', async () => {
    const log = open();
    await connect(3);
    say(record(1, foreign('tx_a', 'A')), record(3, foreign('tx_c', 'C')));
    expect([log.replica.confirmed.no, types().filter((type) => type === 'join').length]).toEqual([1, 2]);
    joined(3);
    say(record(1, foreign('tx_a', 'A')), record(2, foreign('tx_b', 'B')), record(3, foreign('tx_c', 'C')));
    expect([log.replica.confirmed.no, log.status().state]).toEqual([3, 'synced']);
  });

  test('a refused entry is handed over; one that the key was changed for stops the log with it kept', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    rename(log.replica, 'tx_2', 'Two');
    await connect();
    line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_1', code: 'ROLE_READS_ONLY', params: {} }));
    await pass(20);
    expect([kept.denied, log.replica.pending.length]).toEqual([['tx_1 ROLE_READS_ONLY'], 1]);
    line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_2', code: 'REKEY', params: { epoch: 1 } }));
    expect([log.status(), log.replica.pending.length]).toMatchObject([{ state: 'stopped', reason: { code: 'REKEY', params: { epoch: 1 } } }, 1]);
    log.log.resume();
    expect(types().at(-1)).toBe('join');
  });

  test('waits with what is made under a newer key until what is on its way is answered', async () => {
    const log = open();
    await connect();
    rename(log.replica, 'tx_1', 'One');
    Object.assign(codec, { epoch: 1 });
    try {
      rename(log.replica, 'tx_2', 'Two');
      expect(types()).toEqual(['hello', 'join', 'push']);
      line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_1', code: 'REKEY', params: { epoch: 1 } }));
      log.log.resume();
      joined();
      const pushed = line().sent.flatMap((message) => (message.type === 'push' ? message.entries.map(({ envelope }) => readEnvelope(envelope)) : []));
      expect(pushed.map(({ id, epoch }) => [id, epoch])).toEqual([['tx_1', 0], ['tx_1', 1], ['tx_2', 1]]);
    } finally {
      Object.assign(codec, { epoch: 0 });
    }
  });

  test('without its key stops before that entry, and goes on when the key is there', async () => {
    const log = open();
    await connect(2);
    say(record(1, foreign('tx_a', 'A')), record(2, foreign('tx_b', 'B'), 7));
    expect([log.replica.confirmed.no, log.status()]).toMatchObject([1, { state: 'stopped', reason: { code: 'LOG_KEY_MISSING' } }]);
  });

  test('of which access was taken stops; one whose role has changed joins anew', async () => {
    const log = open();
    await connect();
    line().events.frame(encodeDown({ type: 'ended', log: 'log_1', code: 'ROLE_CHANGED', params: {} }));
    joined(0, { scope: null });
    rename(log.replica, 'tx_1', 'Mine');
    expect([log.status().mayWrite, types().includes('push')]).toEqual([false, false]);
    line().events.frame(encodeDown({ type: 'ended', log: 'log_1', code: 'ACCESS_REVOKED', params: {} }));
    expect(log.status()).toMatchObject({ state: 'stopped', waiting: 1, reason: { code: 'ACCESS_REVOKED' } });
  });

  test.each(['confirmed', 'denied'] as const)('a disk that is full stops it, with the reason (%s)', async (what) => {
    const log = open(undefined, {
      [what]: () => {
        throw new Error('disk full');
      },
    });
    rename(log.replica, 'tx_1', 'One');
    await connect(what === 'denied' ? 0 : 1);
    if (what === 'denied') line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_1', code: 'ROLE_READS_ONLY', params: {} }));
    else say(record(1, foreign('tx_a', 'A')));
    expect(log.status()).toMatchObject({ state: 'stopped', reason: { code: 'SYNC_STORE_FAILED', params: { message: 'disk full' } } });
  });

  test('that is not the server\'s any more starts from its snapshot; own entries that it lost wait again, in their order', async () => {
    const replica = new Replica(initialState('flow_1'), { sha256: digest });
    const [mine, lost] = [rename(replica, 'tx_1', 'One'), rename(replica, 'tx_2', 'Two')];
    replica.receive([1, 2].map((no) => ({ no, id: `tx_${no}`, sha256: 'x' })));
    rename(replica, 'tx_3', 'Three');
    rename(replica, 'tx_4', 'Four');
    rename(replica, 'tx_5', 'Five');
    // A keeper that has kept what an earlier copy lost names it twice.
    const log = open(replica, { ownConfirmed: () => [lost, mine, lost] });
    await connect(1);
    const state = fold(initialState('flow_1'), mine);
    line().events.frame(encodeDown({ type: 'reset', log: 'log_1', reason: 'AHEAD_OF_SERVER', state: true }));
    line().events.frame(stateFrame({ log: 'log_1', no: 1, chain: 'c'.repeat(64) }, codec.encode(encoder.encode(canonicalJson(snapshotOf(state))), new Uint8Array(0))));
    expect(line().sent.at(-1)).toEqual({ type: 'ask', log: 'log_1', ids: ['tx_1', 'tx_2', 'tx_3', 'tx_4', 'tx_5'] });
    say(record(2, foreign('tx_f', 'Other')));
    expect(log.status().state).toBe('catchingUp');
    line().events.frame(encodeDown({ type: 'known', log: 'log_1', numbers: { tx_1: 1, tx_4: 1, tx_5: 3 } }));
    expect([log.replica.confirmed.no, log.replica.pending.map(({ id }) => id), kept.replaced, kept.confirmed, kept.settled]).toEqual([2, ['tx_2', 'tx_3', 'tx_5'], [1], ['tx_f'], ['tx_4']]);
    expect(types().at(-1)).toBe('push');
  });

  test('pushes nothing on a chain that is not the server\'s: what waits does not overtake what was lost', async () => {
    const replica = new Replica(initialState('flow_1'), { sha256: digest });
    const mine = rename(replica, 'tx_1', 'One');
    replica.receive([{ no: 1, id: 'tx_1', sha256: 'x' }]);
    rename(replica, 'tx_2', 'Two');
    const log = open(replica, { ownConfirmed: () => [mine] });
    client.start();
    await settle();
    line().events.opened();
    line().events.frame(encodeDown({ type: 'welcome', protocol: PROTOCOL, peer: 'p1', user: 'user_1' }));
    joined(0, { reset: true });
    expect([types(), log.status().state]).toEqual([['hello', 'join'], 'catchingUp']);
    line().events.frame(encodeDown({ type: 'reset', log: 'log_1', reason: 'AHEAD_OF_SERVER', state: false }));
    line().events.frame(encodeDown({ type: 'known', log: 'log_1', numbers: {} }));
    const pushed = line().sent.flatMap((message) => (message.type === 'push' ? message.entries.map(({ envelope }) => readEnvelope(envelope).id) : []));
    expect(pushed).toEqual(['tx_1', 'tx_2']);
  });

  test('a snapshot that comes in place of confirmed entries costs no own one, even where word of the fork comes behind it or never', async () => {
    const replica = new Replica(initialState('flow_1'), { sha256: digest });
    const mine = rename(replica, 'tx_1', 'One');
    replica.receive([{ no: 1, id: 'tx_1', sha256: 'x' }]);
    const log = open(replica, { ownConfirmed: () => [mine] });
    await connect(3);
    const states = foreign('tx_f', 'Other');
    const state = { ...snapshotOf(fold(fold(initialState('flow_1'), states), { ...states, id: 'tx_g' })), no: 2 };
    const snapshot = stateFrame({ log: 'log_1', no: 2, chain: 'c'.repeat(64) }, codec.encode(encoder.encode(canonicalJson(state)), new Uint8Array(0)));
    const reset = encodeDown({ type: 'reset', log: 'log_1', reason: 'CHAIN_DIFFERS', state: true });
    line().events.frame(snapshot);
    expect(line().sent.at(-1)).toEqual({ type: 'ask', log: 'log_1', ids: ['tx_1'] });
    line().events.frame(reset);
    expect([line().sent.at(-1), replica.confirmed.no]).toMatchObject([{ type: 'join', no: 1 }, 1]);
    // The answer to the first question comes while the second reset waits for its snapshot: it is not one to that.
    joined(3);
    line().events.frame(reset);
    line().events.frame(encodeDown({ type: 'known', log: 'log_1', numbers: {} }));
    line().events.frame(snapshot);
    line().events.frame(encodeDown({ type: 'known', log: 'log_1', numbers: {} }));
    expect([kept.replaced, replica.confirmed.no, replica.pending.map(({ id }) => id)]).toEqual([[2], 2, ['tx_1']]);
    say(record(3, foreign('tx_h', 'Third')));
    expect([types().at(-1), log.status().waiting]).toEqual(['push', 1]);
  });

  test('that the server says was not joined is joined, once what was on its way is answered', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    rename(log.replica, 'tx_2', 'Two');
    await connect();
    for (const id of ['tx_1', 'tx_2']) line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id, code: 'LOG_NOT_JOINED', params: {} }));
    expect(types()).toEqual(['hello', 'join', 'push', 'join']);
    joined();
    const pushed = line().sent.flatMap((message) => (message.type === 'push' ? [message.entries.map(({ envelope }) => readEnvelope(envelope).id)] : []));
    expect([pushed, kept.denied]).toEqual([[['tx_1', 'tx_2'], ['tx_1', 'tx_2']], []]);
  });

  test.each(['REKEY', 'LOG_NOT_JOINED'])('an entry that was refused with %s is not forgotten over one behind it that is refused for good', async (code) => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    rename(log.replica, 'tx_2', 'Two');
    await connect();
    line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_1', code, params: {} }));
    expect(types()).toEqual(['hello', 'join', 'push']);
    line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: 'tx_2', code: 'ROLE_COMMENTS_ONLY', params: {} }));
    expect(kept.denied).toEqual(['tx_2 ROLE_COMMENTS_ONLY']);
    if (code === 'REKEY') {
      expect(log.status()).toMatchObject({ state: 'stopped', waiting: 1, reason: { code } });
      log.log.resume();
    }
    expect(types().at(-1)).toBe('join');
    joined();
    const pushed = line().sent.flatMap((message) => (message.type === 'push' ? [message.entries.map(({ envelope }) => readEnvelope(envelope).id)] : []));
    expect(pushed).toEqual([['tx_1', 'tx_2'], ['tx_1']]);
  });

  test('what did not fit on the way goes when all before it was refused', async () => {
    const log = open();
    for (let n = 1; n <= 2001; n++) log.replica.addPending({ ...foreign(`tx_${n}`, `Name ${n}`), ops: [{ op: 'put', kind: 'comment', id: `comment_${n}`, value: {} }] as never });
    await connect();
    log.log.pushBacklog();
    const pushed = () => line().sent.flatMap((message) => (message.type === 'push' ? message.entries.map(({ envelope }) => readEnvelope(envelope).id) : []));
    expect(pushed().length).toBe(2000);
    for (let n = 1; n <= 2000; n++) line().events.frame(encodeDown({ type: 'denied', log: 'log_1', id: `tx_${n}`, code: 'ENTRY_REFUSED', params: {} }));
    expect([pushed().length, pushed().at(-1)]).toEqual([2001, 'tx_2001']);
  });

  test('of which the snapshot is in versions that this program does not know stops before it, with what waits kept', async () => {
    const log = open();
    rename(log.replica, 'tx_1', 'One');
    await connect(5);
    const state = { ...snapshotOf(initialState('flow_1')), no: 5, rules: 2 };
    line().events.frame(stateFrame({ log: 'log_1', no: 5, chain: 'c'.repeat(64) }, codec.encode(encoder.encode(canonicalJson(state)), new Uint8Array(0))));
    expect([log.status(), kept.replaced, log.replica.readOnly?.code]).toMatchObject([{ state: 'stopped', waiting: 1, reason: { code: 'LOG_VERSION_UNKNOWN', params: { no: 5 } } }, [], 'LOG_VERSION_UNKNOWN']);
  });

  test('a snapshot that is wanted goes up with the chain it stands on', async () => {
    const log = open();
    await connect(1);
    say(record(1, foreign('tx_a', 'A')));
    line().events.frame(encodeDown({ type: 'snapshotWanted', log: 'log_1', no: 1 }));
    const sent = line().sent.at(-1) as Extract<ClientMessage, { type: 'snapshot' }>;
    expect([sent.type, sent.no, sent.chain, sent.part, sent.parts]).toEqual(['snapshot', 1, log.replica.chain, 0, 1]);
    expect(JSON.parse(new TextDecoder().decode(sent.bytes.subarray(1)))).toEqual(JSON.parse(canonicalJson(snapshotOf(log.replica.confirmed))));
  });

  test('people come, move and go', async () => {
    const log = open();
    await connect();
    log.log.show(encoder.encode('here'));
    expect(line().sent.at(-1)).toMatchObject({ type: 'presence', log: 'log_1' });
    line().events.frame(presenceFrame('log_1', [{ peer: 'p9', user: 'ann', bytes: codec.encode(encoder.encode('there'), new Uint8Array(0)) }]));
    expect([...log.log.presence.values()]).toEqual([{ peer: 'p9', user: 'ann', bytes: encoder.encode('there') }]);
    line().events.frame(presenceFrame('log_1', [{ peer: 'p9', user: 'ann', bytes: new Uint8Array(0) }]));
    expect(log.log.presence.size).toBe(0);
  });
});
