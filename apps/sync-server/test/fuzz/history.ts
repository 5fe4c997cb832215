/**
 * One seeded history of a shared log: people edit, lose their lines, reinstall, update the program, lose and regain roles; the server is
 * killed and once in a while comes back from an older copy; every third log is sealed, and its key is replaced now and then. In the end every replica must be what the oracle makes of the rows, and every
 * entry of everybody's ledger must be there once, or where its denial put it.
 */
import type pg from 'pg';
import { canonicalJson, currentVersions, extendChain, stateText, type SyncCodec, type Transaction } from '@uxflow/core';
import { ByteReader } from '../../../../packages/core/src/sync/bytes.ts';
import { readEnvelope } from '@uxflow/core/protocol';
import { anyFocus, createDice, randomEntry, type Dice, type Focus } from '../../../../packages/core/src/flow/fixtures/fuzzEntries.ts';
import { silentLoss } from '../../../../packages/core/src/flow/fixtures/lossCheck.ts';
import { naiveInitialState, type NaiveState } from '../../../../packages/core/src/flow/naiveFold.ts';
import { emptyDisk, plainCodec, sha256, startDevice, until, type Device, type Disk } from '../testDevice.ts';
import { addLog, addMember, socketUrl, type Member } from '../testServer.ts';
import { naiveEntry, naiveStep, nextVersions, raises } from './nextVersion.ts';
import { SealedLog, type DeviceKeys } from './sealedLog.ts';
import { badWire, type Weather } from './wire.ts';

export interface Stage {
  readonly port: number;
  /** kill -9 and a new life; `between` runs while it is dead. */
  kill(between?: () => Promise<void>): Promise<void>;
  pool: pg.Pool;
  /** Tells instances that roles have changed. */
  revoked(workspaceId: string, userId: string): Promise<void>;
}

export interface HistoryOptions {
  clients: number;
  /** Operations of each client. */
  operations: number;
  /** One in so many events of the server is a kill. */
  killOneIn: number;
}

export interface HistoryReport {
  entries: number;
  written: number;
  denied: number;
  conflicts: number;
  upgrades: number;
  restores: number;
  reinstalls: number;
  rotations: number;
  twice: number;
  swapped: number;
  cut: number;
}

interface Person {
  name: string;
  member: Member;
  disk: Disk;
  device: Device;
  isUpdated: boolean;
  count: number;
  skew: number;
  /** Ids of entries that this person's device still answers for. */
  ledger: Set<string>;
  /** Given where the log is sealed. */
  keys: DeviceKeys | undefined;
  endWatch: () => void;
}

let plays = 0;
const SETTLE_MS = 60_000;

/** Plays a history; throws what is wrong with its end. */
export async function playHistory(seed: number, stage: Stage, options: HistoryOptions): Promise<HistoryReport> {
  const history = new History(seed, stage, options);
  try {
    await history.open();
    await history.play();
    await history.settle();
    return await history.check();
  } finally {
    history.close();
  }
}

class History {
  readonly seed: number;
  readonly stage: Stage;
  readonly options: HistoryOptions;
  readonly dice: Dice;
  readonly focus: Focus;
  readonly log: string;
  readonly workspace: string;
  readonly weather: Weather = { isCalm: false, counts: { twice: 0, swapped: 0, cut: 0 } };
  readonly report: HistoryReport = { entries: 0, written: 0, denied: 0, conflicts: 0, upgrades: 0, restores: 0, reinstalls: 0, rotations: 0, twice: 0, swapped: 0, cut: 0 };
  /** Dice of their own: what else happens must not change with them. */
  readonly keyDice: Dice;
  sealed: SealedLog | undefined;
  people: Person[] = [];
  isRestoring = false;

  constructor(seed: number, stage: Stage, options: HistoryOptions) {
    this.seed = seed;
    this.stage = stage;
    this.options = options;
    this.dice = createDice(seed);
    this.keyDice = createDice(seed * 7919 + 13);
    this.focus = anyFocus(this.dice);
    this.log = `log_f${seed}_${process.pid}_${++plays}`;
    this.workspace = `ws_${this.log}`;
  }

  async open(): Promise<void> {
    await addLog(this.stage.pool, this.log, { workspaceId: this.workspace });
    if (this.seed % 3 === 0) this.sealed = await SealedLog.begin(this.log, this.stage.pool);
    const count = 2 + this.dice.roll(this.options.clients - 1);
    for (let n = 0; n < count; n++) {
      const name = `u${n}`;
      const member = await addMember(this.stage.pool, `${name}_${this.seed}`, 'member', this.workspace);
      const disk = emptyDisk();
      const person: Person = { name, member, disk, device: undefined!, isUpdated: false, count: 0, skew: (this.dice.roll(21) - 10) * 3_600_000, ledger: new Set(), keys: this.sealed?.newKeys(), endWatch: () => {} };
      person.device = this.start(person);
      this.people.push(person);
    }
  }

  async play(): Promise<void> {
    const { dice, options } = this;
    const steps = this.people.length * options.operations;
    for (let step = 0; step < steps; step++) {
      const person = dice.pick(this.people);
      // Time for the network, or all of it would happen at the end.
      if (dice.roll(4) === 0) await pause(1 + dice.roll(4));
      if (this.sealed && this.keyDice.roll(60) === 0) await this.rotate(this.sealed);
      const roll = dice.roll(200);
      if (roll < 150) this.write(person);
      else if (roll < 158) person.device.client.stop();
      else if (roll < 175) person.device.client.start();
      else if (roll < 180) this.restart(person);
      else if (roll === 180) this.reinstall(person);
      else if (roll === 181) person.isUpdated = true;
      else if (roll === 182 && step > steps / 3) this.upgrade(person);
      else if (roll < 186) await this.changeRole(person);
      else if (roll === 186 && dice.roll(options.killOneIn) === 0) void this.stage.kill();
      else if (roll === 187 && dice.roll(options.killOneIn) === 0) await this.restore();
      else await pause(dice.roll(20));
    }
  }

  /** The weather clears, everybody comes with what they have, on programs of today. */
  async settle(): Promise<void> {
    this.weather.isCalm = true;
    await this.stage.pool.query(`update member set role = 'member' where workspace_id = $1`, [this.workspace]);
    for (const person of this.people) {
      person.isUpdated = true;
      await this.stage.revoked(this.workspace, person.member.userId);
      this.restart(person);
      person.device.client.start();
    }
    for (const person of this.people) {
      await until(
        'everybody synced',
        async () => {
          // Long backlogs ask their person, who says yes.
          if (person.device.open.status().state === 'choosing') person.device.open.log.pushBacklog();
          if (person.device.open.status().state === 'stopped') this.restart(person);
          return person.device.open.status().state === 'synced' && person.device.replica.confirmed.no === (await this.head()).no;
        },
        SETTLE_MS,
      ).catch((error: unknown) => {
        throw new Error(`${person.name} did not come to rest: ${JSON.stringify(person.device.open.status())} at ${person.device.replica.confirmed.no}; ${String(error)}`);
      });
    }
    // Who was done early may lack what others brought since.
    const { no } = await this.head();
    for (const person of this.people) await until(`${person.name} at ${no}`, () => person.device.replica.confirmed.no === no, SETTLE_MS);
  }

  async check(): Promise<HistoryReport> {
    const { rows } = await this.stage.pool.query<{ no: number; id: string; record: Buffer; chain: Buffer }>('select no, id, record, chain from entry where log_id = $1 order by no', [this.log]);
    let state: NaiveState = naiveInitialState('flow_fuzz');
    let chain = '';
    const ids = new Set<string>();
    for (const [index, row] of rows.entries()) {
      if (row.no !== index + 1) throw new Error(`number ${row.no} stands at place ${index + 1}`);
      if (ids.has(row.id)) throw new Error(`${row.id} is there twice`);
      ids.add(row.id);
      const { entry, digest, scope } = unpack(row.record, this.log, this.sealed?.codec ?? plainCodec);
      chain = extendChain(chain, row.id, digest, sha256);
      if (chain !== row.chain.toString('hex')) throw new Error(`the chain of the server breaks at ${row.no}`);
      const folded = scope === 'comment' ? { ...entry, scope } : entry;
      const next = naiveStep(state, folded);
      const loss = raises(state, folded) ? null : silentLoss(state, next, naiveEntry(state, folded) as Transaction);
      if (loss) throw new Error(`entry ${row.no} ${row.id}: ${loss}`);
      state = next;
    }
    const expected = canonicalJson(state);
    for (const { name, device, disk, ledger } of this.people) {
      const { replica } = device;
      if (stateText(replica.confirmed) !== expected) throw new Error(`${name} differs from the oracle`);
      if (stateText(replica.view) !== expected) throw new Error(`what ${name} sees differs from the oracle`);
      if (replica.chain !== chain) throw new Error(`${name} has another chain`);
      const denied = new Set(disk.denied.map(({ entry }) => entry.id));
      for (const id of ledger) {
        if (ids.has(id) === denied.has(id)) throw new Error(`${id} of ${name} is ${ids.has(id) ? 'both on the server and denied' : 'nowhere'}`);
      }
      this.report.denied += denied.size;
    }
    return { ...this.report, ...this.weather.counts, entries: rows.length, conflicts: Object.keys(state.conflicts).length };
  }

  close(): void {
    for (const { device, endWatch } of this.people) {
      endWatch();
      device?.stop();
    }
  }

  private start(person: Person): Device {
    person.endWatch();
    const { keys } = person;
    const device = startDevice({
      url: () => socketUrl(this.stage.port),
      member: person.member,
      logId: this.log,
      flowId: 'flow_fuzz',
      disk: person.disk,
      versions: person.isUpdated ? nextVersions : currentVersions,
      codec: this.sealed && keys ? this.sealed.codecOf(keys) : plainCodec,
      wire: badWire(createDice(this.seed * 1000 + person.count + person.name.charCodeAt(1)), this.weather),
      now: () => Date.now() + person.skew,
      hurry: 25,
    });
    if (this.sealed && keys) person.endWatch = this.sealed.watch(device, keys);
    return device;
  }

  private write(person: Person): void {
    const { replica } = person.device;
    if (replica.readOnly) return;
    const made = randomEntry(this.dice, this.focus, replica.view, `${this.log}:${person.name}:${++person.count}`, person.member.userId);
    if (!made) return;
    // What waits is what others will read: JSON, of this log. An envelope that is none never leaves a device.
    const entry = JSON.parse(JSON.stringify({ ...made, logId: this.log })) as Transaction;
    if (!Number.isInteger(entry.schema) || entry.schema < 1 || entry.id !== `${this.log}:${person.name}:${person.count}`) return;
    person.ledger.add(entry.id);
    this.report.written += 1;
    replica.addPending(entry);
    if (person.device.open.status().state === 'choosing') person.device.open.log.pushBacklog();
  }

  private upgrade(person: Person): void {
    const { replica } = person.device;
    if (!person.isUpdated || replica.readOnly || replica.view.schema === 2) return;
    const id = `${this.log}:${person.name}:${++person.count}`;
    const entry: Transaction = { id, logId: this.log, author: { kind: 'user', id: person.member.userId, name: person.name }, at: 1, schema: 1, ops: [{ op: 'log.upgrade', schema: 2, rules: 2 }] };
    person.ledger.add(id);
    this.report.upgrades += 1;
    replica.addPending(entry);
  }

  /** The program ends and starts again from its disk. */
  private restart(person: Person): void {
    const { device } = person;
    device.stop();
    person.device = this.start(person);
  }

  /** Everything on the device is gone; what the server had comes back from it. */
  private reinstall(person: Person): void {
    person.device.stop();
    // Nobody can promise what only this disk knew: entries that waited, and those that a restored server may have lost.
    person.ledger.clear();
    person.disk = emptyDisk();
    person.device = this.start(person);
    this.report.reinstalls += 1;
  }

  private async rotate(sealed: SealedLog): Promise<void> {
    await sealed.rotate();
    this.report.rotations += 1;
  }

  private async changeRole(person: Person): Promise<void> {
    const role = this.dice.pick(['member', 'member', 'member', 'viewer', 'commenter']);
    await this.stage.pool.query('update member set role = $3 where workspace_id = $1 and user_id = $2', [this.workspace, person.member.userId, role]);
    await this.stage.revoked(this.workspace, person.member.userId);
  }

  /** The server comes back from a copy that lacks the last entries of this log. */
  private async restore(): Promise<void> {
    this.report.restores += 1;
    const lost = this.dice.roll(12);
    await this.stage.kill(async () => {
      const { no } = await this.head();
      const kept = Math.max(0, no - lost);
      const client = await this.stage.pool.connect();
      try {
        await client.query('begin');
        await client.query('delete from entry where log_id = $1 and no > $2', [this.log, kept]);
        await client.query('delete from snapshot where log_id = $1 and no > $2', [this.log, kept]);
        await client.query(`update log set head_no = $2, head_chain = coalesce((select encode(chain, 'hex') from entry where log_id = $1 and no = $2), '') where id = $1`, [this.log, kept]);
        await client.query('commit');
      } finally {
        client.release();
      }
    });
  }

  private async head(): Promise<{ no: number }> {
    const { rows } = await this.stage.pool.query<{ no: number }>('select head_no as no from log where id = $1', [this.log]);
    return rows[0]!;
  }
}

/** A stored record as the entry in it. */
function unpack(record: Uint8Array, logId: string, codec: SyncCodec): { entry: Transaction; digest: string; scope: string } {
  const reader = new ByteReader(record);
  reader.byte();
  reader.number();
  const envelope = reader.bytes();
  const bytes = reader.bytes();
  const header = readEnvelope(envelope);
  const entry = JSON.parse(Buffer.from(codec.decode(bytes, envelope, header.size)).toString()) as Transaction;
  return { entry: entry.id === header.id && entry.logId === logId ? entry : ({ id: header.id } as Transaction), digest: sha256(bytes), scope: header.scope };
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
