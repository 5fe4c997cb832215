/**
 * One seeded history of a shared log: people edit, lose their lines, reinstall, update the program, lose and regain roles; the server is
 * killed, kept from committing, and once in a while comes back from an older copy; every third log is sealed, and its key is replaced now
 * and then. In the end the oracle looks at everything.
 */
import type pg from 'pg';
import { currentVersions, type Transaction } from '@uxflow/core';
import { anyFocus, createDice, randomEntry, type Dice, type Focus } from '../../../../packages/core/src/flow/fixtures/fuzzEntries.ts';
import { emptyDisk, plainCodec, startDevice, type Device, type Disk } from '../testDevice.ts';
import { addLog, addMember, socketUrl, type Member } from '../testServer.ts';
import { historySizeOf, type HistorySize } from './historySize.ts';
import { nextVersions } from './nextVersion.ts';
import { checkHistory } from './oracle.ts';
import { Promises, type ToldEntry } from './promises.ts';
import { emptyReport, type HistoryReport } from './report.ts';
import { atRest, isAnswered, meet, type Rest } from './rest.ts';
import { SealedLog, type DeviceKeys } from './sealedLog.ts';
import { badWire, type Weather } from './wire.ts';

export interface Stage {
  readonly port: number;
  /** ms that a server was there; the clock of whoever waits for one. */
  readonly upMs: number;
  /** kill -9 and a new life; `between` runs while it is dead and nothing of it is left in the database. */
  kill(between?: () => Promise<void>): Promise<void>;
  pool: pg.Pool;
  /** Histories that are being played. */
  live: Set<History>;
  /** Tells instances that roles have changed. */
  revoked(workspaceId: string, userId: string): Promise<void>;
}

export interface HistoryOptions extends HistorySize {
  /** Every history has the full size. */
  isFull?: boolean;
  /** Deaths of the server in one history, on average; half of them with a restore from an older copy. */
  deaths: number;
  /** ms of a server that is there that devices may take to come to rest. */
  settleMs?: number;
}

interface Person {
  name: string;
  member: Member;
  disk: Disk;
  device: Device;
  isUpdated: boolean;
  count: number;
  skew: number;
  ledger: Set<string>;
  refused: Set<string>;
  /** False once their role was ever another. */
  isSteady: boolean;
  /** Of the connection that this device has. */
  timeline: number;
  /** Given where the log is sealed. */
  keys: DeviceKeys | undefined;
  endWatch: () => void;
}

let plays = 0;
const SETTLE_MS = 60_000;
const HOLD_MS = 25;
/** Tellings of which one is looked for in the database at once. */
const LOOK_EVERY = 3;

/** Plays a history; throws what is wrong with its end. */
export async function playHistory(seed: number, stage: Stage, options: HistoryOptions): Promise<HistoryReport> {
  const history = new History(seed, stage, options);
  stage.live.add(history);
  try {
    await history.open();
    await history.play();
    await history.settle();
    return await history.check();
  } finally {
    stage.live.delete(history);
    history.close();
  }
}

export class History {
  readonly seed: number;
  readonly stage: Stage;
  readonly size: HistorySize;
  readonly deaths: number;
  readonly rest: Rest;
  readonly dice: Dice;
  readonly focus: Focus;
  readonly log: string;
  readonly workspace: string;
  readonly shown: string;
  readonly weather: Weather;
  readonly report: HistoryReport = emptyReport();
  readonly promises = new Promises();
  /** Dice of their own: what people do must not change with what happens to the server. */
  readonly stageDice: Dice;
  sealed: SealedLog | undefined;
  people: Person[] = [];
  tells = 0;

  constructor(seed: number, stage: Stage, options: HistoryOptions) {
    this.seed = seed;
    this.stage = stage;
    this.size = options.isFull ? options : historySizeOf(seed, options);
    this.deaths = options.deaths;
    this.rest = { head: () => this.head(), promises: this.promises, now: () => stage.upMs, settleMs: options.settleMs ?? SETTLE_MS };
    this.dice = createDice(seed);
    this.stageDice = createDice(seed * 7919 + 13);
    this.focus = anyFocus(this.dice);
    this.log = `log_f${seed}_${process.pid}_${++plays}`;
    this.workspace = `ws_${this.log}`;
    this.shown = `shown_${this.log}_`;
    this.weather = { isCalm: false, isOrderly: seed % 4 === 1, counts: { twice: 0, swapped: 0, cut: 0 } };
  }

  async open(): Promise<void> {
    await addLog(this.stage.pool, this.log, { workspaceId: this.workspace });
    if (this.seed % 3 === 0) this.sealed = await SealedLog.begin(this.log, this.stage.pool);
    const count = 2 + this.dice.roll(this.size.clients - 1);
    for (let n = 0; n < count; n++) {
      const name = `u${n}`;
      const member = await addMember(this.stage.pool, `${name}_${this.log}`, 'member', this.workspace);
      const skew = (this.dice.roll(21) - 10) * 3_600_000;
      const person: Person = { name, member, disk: emptyDisk(), device: undefined!, isUpdated: false, count: 0, skew, ledger: new Set(), refused: new Set(), isSteady: true, timeline: 0, keys: this.sealed?.newKeys(), endWatch: () => {} };
      person.device = this.start(person);
      this.people.push(person);
    }
  }

  async play(): Promise<void> {
    const { dice, stageDice } = this;
    const steps = this.people.length * this.size.operations;
    const once = (times: number) => stageDice.roll(Math.max(1, Math.ceil(steps / times))) === 0;
    for (let step = 0; step < steps; step++) {
      const person = dice.pick(this.people);
      // Time for the network, or all of it would happen at the end.
      if (dice.roll(4) === 0) await pause(1 + dice.roll(4));
      if (this.sealed && stageDice.roll(50) === 0) await this.rotate(this.sealed);
      if (once(this.deaths / 2)) void this.stage.kill();
      if (once(this.deaths / 2)) await this.restore();
      if (once(0.5)) await this.hold();
      if (step > steps / 3 && once(0.6)) this.upgrade(stageDice.pick(this.people), stageDice.roll(3) === 0 ? 1 : 2);
      if (stageDice.roll(20) === 0) person.device.open.log.show(Buffer.from(`${this.shown}${step}`));
      this.promises.check();
      const roll = dice.roll(200);
      if (roll < 152) this.write(person);
      else if (roll < 160) person.device.client.stop();
      else if (roll < 177) person.device.client.start();
      else if (roll < 182) this.restart(person);
      else if (roll === 182) this.reinstall(person);
      else if (roll < 185) this.update(person);
      else if (roll < 188) await this.changeRole(person);
      else await pause(dice.roll(15));
    }
  }

  /**
   * The weather clears. First everybody comes as they are, and must be answered; then on programs of today and with a role that writes, and
   * must have all.
   */
  async settle(): Promise<void> {
    this.weather.isCalm = true;
    // A program that is not of today begins with nothing, whatever versions the snapshot is in.
    const old = this.seed % 2 === 0 ? this.people.find(({ isUpdated }) => !isUpdated) : undefined;
    if (old) this.reinstall(old);
    for (const { device } of this.people) {
      device.client.stop();
      device.client.start();
    }
    for (const person of this.people) {
      await atRest(person, 'answered', () => isAnswered(person), this.rest);
      const { schema, rules } = person.device.replica.confirmed;
      if (!person.isUpdated && (schema > 1 || rules > 1)) throw new Error(`${person.name} took a state of schema ${schema} and rules ${rules}, and knows neither`);
    }
    await this.stage.pool.query(`update member set role = 'member' where workspace_id = $1`, [this.workspace]);
    for (const person of this.people) {
      person.isUpdated = true;
      await this.stage.revoked(this.workspace, person.member.userId);
      this.restart(person);
    }
    for (const person of this.people) await atRest(person, 'synced', () => person.device.open.status().state === 'synced', this.rest);
  }

  async check(): Promise<HistoryReport> {
    for (;;) {
      const no = await meet(this.people, this.rest);
      try {
        return await this.compare();
      } catch (error) {
        // What came late while this was looked at is looked at with the rest.
        if ((await this.head()) === no) throw error;
      }
    }
  }

  private async compare(): Promise<HistoryReport> {
    const { log, promises, report, weather, shown } = this;
    for (const person of this.people) this.noteRefusals(person);
    const witnesses = this.people.map(({ name, member, device, disk, ledger, refused, isSteady }) => ({ name, userId: member.userId, device, disk, ledger, refused, isSteady }));
    const found = await checkHistory({ pool: this.stage.pool, log, codec: this.sealed?.codec ?? plainCodec, promises, witnesses, isOrderly: weather.isOrderly, shown });
    return { ...report, ...weather.counts, ...found };
  }

  close(): void {
    for (const { device, endWatch } of this.people) {
      endWatch();
      device?.stop();
    }
  }

  /** The server is dead: whatever it has said must be in the database. */
  async afterDeath(): Promise<void> {
    const { rows } = await this.stage.pool.query<{ no: number; id: string; sha256: string }>(`select no, id, encode(sha256, 'hex') as sha256 from entry where log_id = $1`, [this.log]);
    this.promises.verify(rows);
  }

  private start(person: Person): Device {
    person.endWatch();
    this.noteRefusals(person);
    const { keys } = person;
    const device = startDevice({
      url: () => {
        person.timeline = this.promises.timeline;
        return socketUrl(this.stage.port);
      },
      member: person.member,
      logId: this.log,
      flowId: 'flow_fuzz',
      disk: person.disk,
      versions: person.isUpdated ? nextVersions : currentVersions,
      codec: this.sealed && keys ? this.sealed.codecOf(keys) : plainCodec,
      wire: badWire(createDice(this.seed * 1000 + person.count + person.name.charCodeAt(1)), this.weather),
      now: () => Date.now() + person.skew,
      onTold: (entries) => {
        this.promises.told(person.timeline, entries);
        if (++this.tells % LOOK_EVERY === 0) void this.look(entries.at(-1)!, person.timeline).catch(() => {});
      },
      onReset: (no) => this.promises.reset(no),
      hurry: 25,
    });
    if (this.sealed && keys) person.endWatch = this.sealed.watch(device, keys);
    return device;
  }

  /** What was told is looked for at once: it was committed before. */
  private async look(entry: ToldEntry, timeline: number): Promise<void> {
    const { rows } = await this.stage.pool.query<{ id: string }>({ name: 'fuzz_look', text: 'select id from entry where log_id = $1 and no = $2', values: [this.log, entry.no] });
    this.promises.looked(entry, timeline, rows[0]?.id);
    this.report.looks += 1;
  }

  /** A refusal that a later acknowledgement took back is one that happened all the same. */
  private noteRefusals({ disk, refused }: Person): void {
    for (const id of disk.everDenied) refused.add(id);
  }

  private write(person: Person): void {
    const { replica } = person.device;
    if (replica.readOnly) return;
    const made = randomEntry(this.dice, this.focus, replica.view, `${this.log}:${person.name}:${++person.count}`, person.member.userId);
    if (!made) return;
    // What waits is what others will read: JSON, of this log. An envelope that is none never leaves a device.
    const entry = JSON.parse(JSON.stringify({ ...made, logId: this.log })) as Transaction;
    if (!Number.isInteger(entry.schema) || entry.schema < 1 || entry.id !== `${this.log}:${person.name}:${person.count}`) return;
    this.add(person, entry);
  }

  private add(person: Person, entry: Transaction): void {
    person.ledger.add(entry.id);
    this.report.written += 1;
    person.device.replica.addPending(entry);
    if (person.device.open.status().state === 'choosing') person.device.open.log.pushBacklog();
  }

  /** The program learns the next versions when it starts again; what it has not understood by then waits. */
  private update(person: Person): void {
    if (person.isUpdated) return;
    person.isUpdated = true;
    this.report.updates += 1;
  }

  /** Lifts the log to rules 2, and to a schema. */
  private upgrade(person: Person, schema: number): void {
    if (!person.isUpdated) {
      this.update(person);
      this.restart(person);
    }
    const { replica } = person.device;
    const { view } = replica;
    if (replica.readOnly || view.schema > schema || (view.schema === schema && view.rules === 2)) return;
    if (schema === 1) this.report.ruleVersions += 1;
    else this.report.upgrades += 1;
    this.add(person, { id: `${this.log}:${person.name}:${++person.count}`, logId: this.log, author: { kind: 'user', id: person.member.userId, name: person.name }, at: 1, schema: 1, ops: [{ op: 'log.upgrade', schema, rules: 2 }] });
  }

  /** The program ends and starts again from its disk. */
  private restart(person: Person): void {
    const { device } = person;
    device.stop();
    person.device = this.start(person);
    this.report.restarts += 1;
  }

  /** Everything on the device is gone; what the server had comes back from it. */
  private reinstall(person: Person): void {
    person.device.stop();
    this.noteRefusals(person);
    // Nobody can promise what only this disk knew: entries that waited, and those that a restored server may have lost.
    person.ledger.clear();
    person.disk = emptyDisk();
    person.device = this.start(person);
    this.report.reinstalls += 1;
  }

  private async rotate(sealed: SealedLog): Promise<void> {
    const { head, epoch } = await sealed.rotate();
    this.promises.rotated(head, epoch);
    this.report.rotations += 1;
  }

  private async changeRole(person: Person): Promise<void> {
    const role = this.dice.pick(['member', 'member', 'member', 'viewer', 'commenter']);
    person.isSteady &&= role === 'member';
    await this.stage.pool.query('update member set role = $3 where workspace_id = $1 and user_id = $2', [this.workspace, person.member.userId, role]);
    await this.stage.revoked(this.workspace, person.member.userId);
    this.report.roleChanges += 1;
  }

  /** For a moment nothing can be stored: meanwhile nobody may be told a number that was not there before. */
  private async hold(): Promise<void> {
    const { stageDice } = this;
    this.report.holds += 1;
    const client = await this.stage.pool.connect();
    try {
      await client.query('begin');
      await client.query('lock table entry in share mode');
      const { rows } = await client.query<{ no: number | null }>('select max(no) as no from entry where log_id = $1', [this.log]);
      for (const person of this.people) this.write(person);
      await pause(HOLD_MS / 2);
      // What was pushed waits on the server, and is pushed again over a new line: sealed anew, it has other bytes.
      for (const { device } of this.people) {
        if (stageDice.roll(2) === 0) continue;
        device.client.stop();
        device.client.start();
      }
      await pause(HOLD_MS);
      this.promises.nothingBehind(rows[0]!.no ?? 0);
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  /** The server comes back from a copy that lacks the last entries of this log. */
  private async restore(): Promise<void> {
    this.report.restores += 1;
    // Who comes back late finds a log that others have written past the copy.
    if (this.stageDice.roll(2) === 0) this.stageDice.pick(this.people).device.client.stop();
    const lost = this.dice.roll(12);
    await this.stage.kill(async () => {
      this.promises.restoring();
      const kept = Math.max(0, (await this.head()) - lost);
      const client = await this.stage.pool.connect();
      try {
        await client.query('begin');
        const gone = await client.query<{ id: string }>('delete from entry where log_id = $1 and no > $2 returning id', [this.log, kept]);
        await client.query('delete from snapshot where log_id = $1 and no > $2', [this.log, kept]);
        await client.query(`update log set head_no = $2, head_chain = coalesce((select encode(chain, 'hex') from entry where log_id = $1 and no = $2), '') where id = $1`, [this.log, kept]);
        await client.query('commit');
        this.promises.restored(kept, gone.rows.map(({ id }) => id));
      } finally {
        client.release();
      }
    });
  }

  private async head(): Promise<number> {
    const { rows } = await this.stage.pool.query<{ no: number }>({ name: 'fuzz_head', text: 'select head_no as no from log where id = $1', values: [this.log] });
    return rows[0]!.no;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
