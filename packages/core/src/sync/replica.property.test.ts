/** Rules 11, 12, 14 and 15 of the log: replicas end alike, whatever they had pending, however entries came, wherever they began. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { currentVersions, fold, initialState, stateText, type LogState, type Transaction, type Versions } from '../flow/index.ts';
import { createChance, createIds, randomOps, stateProblem, type Chance } from '../flow/fixtures/randomEdits.ts';
import { authorNumber } from '../flow/fixtures/staleHistory.ts';
import { BACKLOG_CONFLICT_LIMIT, Replica, type LogSnapshot, type Numbered } from './replica.ts';

const hash = (bytes: Uint8Array) => bytesToHex(sha256(bytes));
const bytesOf = (entry: Transaction) => new TextEncoder().encode(JSON.stringify(entry));
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const start = () => initialState('flow_1');

/** A mailbox that numbers entries and knows nothing of flows; (log, id) is unique for ever. */
class Server {
  rows: { no: number; id: string; sha256: string; entry: Transaction }[] = [];

  push(entry: Transaction): void {
    if (this.rows.some((row) => row.id === entry.id)) return;
    this.rows.push({ no: this.rows.length + 1, id: entry.id, sha256: hash(bytesOf(entry)), entry: copy(entry) });
  }

  /** Rows after a number; own ones as acknowledgements. */
  after(no: number, count: number, own: ReadonlySet<string>): Numbered[] {
    return this.rows.slice(no, no + count).map(({ entry, ...row }) => (own.has(row.id) ? row : { ...row, entry: copy(entry) }));
  }
}

interface Device {
  name: number;
  replica: Replica;
  newId: (prefix: string) => string;
  count: number;
}

function edit(device: Device, chance: Chance): void {
  const ops = randomOps(device.replica.view, chance, device.newId);
  device.replica.commit({ ops }, { id: `tx_${device.name}_${++device.count}`, logId: 'log_1', author: authorNumber(device.name), at: device.count });
}

function pull(device: Device, server: Server, chance: Chance, all: boolean): void {
  do {
    const own = new Set(device.replica.pending.map((entry) => entry.id));
    // A batch may overlap what is known already, as after a lost answer.
    const from = Math.max(0, device.replica.confirmed.no - chance.below(3));
    const batch = server.after(from, 1 + chance.below(9), own);
    expect(device.replica.receive(batch).gap).toBe(false);
  } while (all && device.replica.confirmed.no < server.rows.length);
}

function run(seed: number): void {
  const chance = createChance(seed);
  const server = new Server();
  const devices: Device[] = Array.from({ length: 2 + chance.below(3) }, (_, i) => ({ name: i, replica: new Replica(start(), { sha256: hash }), newId: createIds(`${seed}d${i}x`), count: 0 }));
  const snapshots: LogSnapshot[] = [];
  for (let step = 0; step < 120; step++) {
    const device = chance.pick(devices);
    switch (chance.below(12)) {
      case 0:
        for (const entry of device.replica.pending.slice(0, 1 + chance.below(4))) server.push(entry);
        break;
      case 1:
      case 2:
      case 3:
        pull(device, server, chance, false);
        break;
      case 4:
        snapshots.push(copy(device.replica.takeSnapshot()));
        break;
      case 5:
        // The program is closed and opened: snapshot and pending entries are all that it has.
        device.replica = Replica.fromSnapshot(copy(device.replica.takeSnapshot()), { sha256: hash, pending: copy([...device.replica.pending]) });
        break;
      default:
        edit(device, chance);
    }
    if (step % 4 !== 3) continue;
    const pending = device.replica.pending.reduce((state, entry) => fold(state, copy(entry)), device.replica.confirmed);
    expect(stateText(device.replica.view), `seed ${seed} step ${step}`).toBe(stateText(pending));
    expect(stateProblem(device.replica.view), `seed ${seed} step ${step}`).toBeNull();
  }
  for (const device of devices) for (const entry of device.replica.pending) server.push(entry);
  for (const device of devices) pull(device, server, chance, true);
  const expected = stateText(server.rows.reduce((state, row) => fold(state, copy(row.entry)), start()));
  for (const device of devices) {
    expect(stateText(device.replica.confirmed), `seed ${seed}`).toBe(expected);
    expect([device.replica.pending.length, device.replica.chain], `seed ${seed}`).toEqual([0, devices[0]!.replica.chain]);
    expect(device.replica.view).toBe(device.replica.confirmed);
  }
  for (const snapshot of snapshots) {
    const late = Replica.fromSnapshot(copy(snapshot), { sha256: hash });
    late.receive(server.rows.slice(late.confirmed.no).map((row) => copy(row)));
    expect([stateText(late.confirmed), late.chain], `seed ${seed} from ${snapshot.no}`).toEqual([expected, devices[0]!.replica.chain]);
  }
}

describe('rule 11 replica', () => {
  test('rule 11 replica: for every order, batching, pending and snapshot all end byte-equal', () => {
    for (let seed = 1; seed <= 40; seed++) run(seed);
  });

  test('rule 11 replica: an own entry that is acknowledged in its turn costs no fold, and what is drawn stays ===', () => {
    const device: Device = { name: 1, replica: new Replica(start(), { sha256: hash }), newId: createIds('a'), count: 0 };
    const chance = createChance(1);
    for (let i = 0; i < 5; i++) edit(device, chance);
    const view = device.replica.view;
    const pending = device.replica.pending;
    pending.forEach((entry, i) => {
      const done = device.replica.acknowledge({ no: i + 1, id: entry.id, sha256: hash(bytesOf(entry)) });
      expect([done.acknowledged, done.confirmed.map(({ no, entry: one }) => [no, one.id])]).toEqual([[entry.id], [[i + 1, entry.id]]]);
      expect(device.replica.view).toBe(view);
    });
    expect([device.replica.confirmed, device.replica.pending]).toEqual([view, []]);
  });

  test('rule 11 replica: a gap is told and nothing behind it is folded; a re-sent batch never doubles', () => {
    const author: Device = { name: 1, replica: new Replica(start(), { sha256: hash }), newId: createIds('a'), count: 0 };
    const server = new Server();
    for (let i = 0; i < 6; i++) edit(author, createChance(i + 1));
    author.replica.pending.forEach((entry) => server.push(entry));
    const reader = new Replica(start(), { sha256: hash });
    const gap = reader.receive([...server.after(0, 2, new Set()), ...server.after(4, 2, new Set())]);
    expect([gap.gap, gap.confirmed.length, reader.confirmed.no]).toEqual([true, 2, 2]);
    reader.receive(server.after(0, 6, new Set()));
    const text = stateText(reader.confirmed);
    const again = reader.receive(server.after(0, 6, new Set()));
    expect([again, stateText(reader.confirmed)]).toEqual([{ confirmed: [], acknowledged: [], gap: false }, text]);
  });

  test('rule 11 replica: listeners hear of every change with what it did; a refused entry comes out of pending', () => {
    const device: Device = { name: 1, replica: new Replica(start(), { sha256: hash }), newId: createIds('a'), count: 0 };
    const heard: string[] = [];
    const end = device.replica.subscribe(({ before, after, own, folded }) => heard.push(`${before.no}>${after.no} ${own?.entry.id ?? ''} ${folded.length}`));
    const chance = createChance(2);
    edit(device, chance);
    edit(device, chance);
    const [first, second] = device.replica.pending;
    device.replica.addPending(first!);
    expect(device.replica.withdraw(new Set([first!.id, 'tx_unknown']))).toEqual([first]);
    expect(device.replica.withdraw(new Set(['tx_unknown']))).toEqual([]);
    device.replica.receive([{ no: 1, id: 'tx_other', sha256: 'x', entry: { ...copy(first!), id: 'tx_other' } }]);
    expect(heard).toEqual(['0>1 tx_1_1 0', '1>2 tx_1_2 0', '2>1  0', '1>2  1']);
    expect(device.replica.pending).toEqual([second]);
    end();
    edit(device, chance);
    expect(heard.length).toBe(4);
  });
});

describe('rule 12 versions', () => {
  test('rule 12 versions: a replica that lacks a version stops before the entry, read-only, with its pending kept', () => {
    const known: Versions = { schemas: new Map([[2, {}]]), rules: new Set([1, 2]) };
    const server = new Server();
    const admin = new Replica(start(), { sha256: hash, versions: known });
    const old: Device = { name: 2, replica: new Replica(start(), { sha256: hash, versions: currentVersions }), newId: createIds('o'), count: 0 };
    const meta = (id: string) => ({ id, logId: 'log_1', author: authorNumber(1), at: 1 });
    server.push(admin.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: 'One' }] }, meta('tx_a')));
    server.push(admin.commit({ ops: [{ op: 'log.upgrade', schema: 2, rules: 2 }] }, meta('tx_b')));
    server.push(admin.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: 'Two' }] }, meta('tx_c')));
    edit(old, createChance(1));
    const done = old.replica.receive(server.after(0, 9, new Set()));
    expect([done.confirmed.length, old.replica.confirmed.no, old.replica.readOnly]).toEqual([1, 1, { code: 'LOG_VERSION_UNKNOWN', params: { no: 2, id: 'tx_b' } }]);
    expect(() => edit(old, createChance(2))).toThrow(expect.objectContaining({ code: 'REPLICA_READ_ONLY' }));
    expect([old.replica.pending.length, old.replica.view.flow.name, old.replica.view.node.size]).toEqual([1, 'One', 2]);
    // The program is updated: the same snapshot and pending entries, and now it goes on.
    const updated = Replica.fromSnapshot(copy(old.replica.takeSnapshot()), { sha256: hash, versions: known, pending: copy([...old.replica.pending]) });
    updated.receive(server.after(1, 9, new Set()));
    expect([updated.confirmed.schema, updated.view.flow.name, updated.view.node.size, updated.readOnly]).toEqual([2, 'Two', 2, null]);
  });

  test('rule 12 versions: a missing key stops a replica in the same way', () => {
    const replica = new Replica(start(), { sha256: hash });
    replica.stop({ code: 'LOG_KEY_MISSING', params: { epoch: 3 } });
    expect(() => replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: 'X' }] }, { id: 'tx', logId: 'l', author: authorNumber(1), at: 1 })).toThrow(expect.objectContaining({ code: 'REPLICA_READ_ONLY', params: { code: 'LOG_KEY_MISSING', params: { epoch: 3 } } }));
  });
});

describe('rule 14 snapshot and chain', () => {
  test('rule 14 snapshot and chain: after a restored backup or a fork, own entries that the server lost are pending again, and all end alike', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const chance = createChance(seed);
      const server = new Server();
      const devices: Device[] = [0, 1].map((name) => ({ name, replica: new Replica(start(), { sha256: hash }), newId: createIds(`${seed}d${name}x`), count: 0 }));
      const numbered = devices.map(() => [] as Transaction[]);
      const sync = (device: Device) => {
        for (const entry of device.replica.pending) server.push(entry);
        do {
          const own = new Set(device.replica.pending.map((entry) => entry.id));
          for (const { entry } of device.replica.receive(server.after(device.replica.confirmed.no, 50, own)).confirmed) if (entry.author.id === `user_${device.name}`) numbered[device.name]!.push(entry);
        } while (device.replica.confirmed.no < server.rows.length);
      };
      for (let step = 0; step < 20; step++) {
        edit(chance.pick(devices), chance);
        if (chance.below(3) === 0) sync(chance.pick(devices));
      }
      devices.forEach(sync);
      const known = server.rows.map((row) => row.id);
      // The backup is older; meanwhile a third person has pushed to the restored server.
      server.rows = server.rows.slice(0, chance.below(server.rows.length));
      const fork: Device = { name: 9, replica: new Replica(start(), { sha256: hash }), newId: createIds(`${seed}fork`), count: 0 };
      fork.replica.receive(server.after(0, 999, new Set()));
      for (let i = 0; i < 3; i++) edit(fork, chance);
      for (const entry of fork.replica.pending) server.push(entry);
      fork.replica.receive(server.after(fork.replica.confirmed.no, 9, new Set(fork.replica.pending.map((entry) => entry.id))));
      edit(devices[0]!, chance);
      for (const device of devices) {
        expect(device.replica.chain).not.toBe(fork.replica.chain);
        const isOnServer = (id: string) => server.rows.some((row) => row.id === id);
        device.replica.reset(copy(fork.replica.takeSnapshot()), numbered[device.name]!, isOnServer);
        expect(device.replica.chain).toBe(fork.replica.chain);
      }
      devices.forEach(sync);
      sync(devices[0]!);
      expect(stateText(devices[0]!.replica.confirmed), `seed ${seed}`).toBe(stateText(devices[1]!.replica.confirmed));
      expect([devices[0]!.replica.chain, devices[0]!.replica.pending.length]).toEqual([devices[1]!.replica.chain, 0]);
      // No entry of anybody is lost.
      expect(known.filter((id) => !server.rows.some((row) => row.id === id)), `seed ${seed}`).toEqual([]);
    }
  });

  test('rule 14 snapshot and chain: an own entry that is pending and already in the server\'s snapshot is dropped when its number comes', () => {
    const device: Device = { name: 1, replica: new Replica(start(), { sha256: hash }), newId: createIds('a'), count: 0 };
    edit(device, createChance(1));
    const entry = device.replica.pending[0]!;
    const server = new Replica(start(), { sha256: hash });
    server.receive([{ no: 1, id: entry.id, sha256: hash(bytesOf(entry)), entry: copy(entry) }]);
    device.replica.reset(server.takeSnapshot(), [], () => false);
    expect(device.replica.pending.length).toBe(1);
    expect(device.replica.acknowledge({ no: 1, id: entry.id, sha256: '' }).acknowledged).toEqual([entry.id]);
    expect([device.replica.pending.length, device.replica.confirmed.no, device.replica.chain]).toEqual([0, 1, server.chain]);
  });
});

describe('rule 15 backlog', () => {
  test('rule 15 backlog: a dry run counts what the pending entries would open; above 20 the person chooses', () => {
    const titles = Array.from({ length: 30 }, (_, i) => `node_${i}`);
    const set = (id: string, to: string) => ({ op: 'set' as const, kind: 'node' as const, id, field: 'data.title', to });
    const shared = new Replica(start(), { sha256: hash });
    const meta = (id: string) => ({ id, logId: 'log_1', author: authorNumber(1), at: 1 });
    const made = shared.commit({ ops: titles.map((id) => ({ op: 'add', kind: 'node', id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: id } } })) }, meta('tx_0'));
    const rows: Numbered[] = [{ no: 1, id: made.id, sha256: hash(bytesOf(made)), entry: copy(made) }];
    shared.receive(rows);
    for (const clashes of [0, 1, BACKLOG_CONFLICT_LIMIT, BACKLOG_CONFLICT_LIMIT + 1, 30]) {
      const offline = Replica.fromSnapshot(copy(shared.takeSnapshot()), { sha256: hash });
      titles.forEach((id, i) => offline.commit({ ops: [set(id, 'mine')] }, meta(`tx_mine_${i}`)));
      expect(offline.dryRun()).toEqual({ entries: 30, conflicts: 0, needsChoice: false });
      let base: LogState = shared.confirmed;
      const theirs = new Replica(base, { sha256: hash });
      if (clashes > 0) {
        const entry = theirs.commit({ ops: titles.slice(0, clashes).map((id) => set(id, 'theirs')) }, meta('tx_theirs'));
        offline.receive([{ no: 2, id: entry.id, sha256: hash(bytesOf(entry)), entry: copy(entry) }]);
        base = theirs.view;
      }
      expect(offline.dryRun()).toEqual({ entries: 30, conflicts: clashes, needsChoice: clashes > 20 });
      expect(offline.confirmed.conflict.size).toBe(0);
    }
  });
});
