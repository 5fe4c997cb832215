/**
 * Seeded histories of a log: every op kind, several people, lost acknowledgements, batches, restarts. Longer runs:
 * UXFLOW_FUZZ_SEEDS=20000 (from seed UXFLOW_FUZZ_FROM) npx vitest run packages/core/src/flow/log.fuzz.test.ts
 */
import { describe, expect, it } from 'vitest';
import { canonicalJson, isEqualJson } from '../base/index.ts';
import { Replica, type LogSnapshot, type Numbered } from '../sync/replica.ts';
import { toDocument } from './document.ts';
import { anyFocus, brokenInvariant, createDice, randomEntry, type Dice, type Focus } from './fixtures/fuzzEntries.ts';
import { silentLoss } from './fixtures/lossCheck.ts';
import { fold, foldWithEffect } from './fold.ts';
import { naiveFold, naiveInitialState, type NaiveState } from './naiveFold.ts';
import { naiveMerge } from './naiveMerge.ts';
import { mergeProse } from './prose.ts';
import { extendChain, snapshotOf, stateOfSnapshot, stateText, type Snapshot } from './snapshot.ts';
import { initialState, type LogState } from './state.ts';
import type { Op, Transaction } from './transaction.ts';
import { validateDocument } from './validate.ts';

const SEEDS = Number(process.env.UXFLOW_FUZZ_SEEDS ?? 150);
const FIRST = Number(process.env.UXFLOW_FUZZ_FROM ?? 1);
/** Seeds that once found a fault. */
const PINNED: readonly number[] = [];
const FLOW = 'flow_fuzz';

describe('the log', () => {
  it(`rules 1 to 14: every replica ends byte-equal to the naive fold, valid, and nothing is lost (${SEEDS} histories)`, { timeout: 3_600_000 }, () => {
    const totals = { entries: 0, conflicts: 0, held: 0, malformed: 0 };
    for (const seed of [...PINNED, ...Array.from({ length: SEEDS }, (_, index) => FIRST + index)]) {
      const history = new History(seed);
      const failure = history.play();
      if (failure) throw new Error(`seed ${seed}: ${failure}\n${reproduction(history.entries)}`);
      totals.entries += history.entries.length;
      totals.conflicts += Object.keys(history.naive.at(-1)!.conflicts).length;
      totals.held += Object.values(history.naive.at(-1)!.conflicts).filter((conflict) => conflict.reason === 'group').length;
      totals.malformed += history.malformed;
    }
    // A run that never reached the rare rules would prove nothing.
    for (const count of Object.values(totals)) expect(count).toBeGreaterThan(SEEDS / 10);
    if (process.env.UXFLOW_FUZZ_SEEDS) console.log(JSON.stringify({ seeds: SEEDS, ...totals }));
  });
});

describe('the check for losses', () => {
  const node = (id: string, title: string, more = {}): Op => ({ op: 'add', kind: 'node', id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title, description: 'one two three' }, ...more } });
  const edge = (id: string, target: string, group?: string): Op => ({ op: 'add', kind: 'edge', id, value: { source: 'n1', target, data: { label: 'w1' } }, ...(group && { group }) });
  const set = (id: string, field: string, from: unknown, to: unknown): Op => ({ op: 'set', kind: 'node', id, field, from, to });
  const entry = (id: string, ops: Op[]): Transaction => ({ id, logId: 'log_1', author: { kind: 'user', id: 'u', name: 'U' }, at: 1, schema: 1, ops });
  const stood = naiveFold(naiveInitialState(FLOW), entry('t1', [node('n1', 'Old'), node('n2', 'Other'), edge('e1', 'n2')]));
  const cases: [reason: string, op: Op][] = [
    ['field', set('n1', 'data.title', 'Older', 'New')],
    ['field', node('n1', 'New')],
    ['text', set('n1', 'data.description', 'one 2 three', 'one zwei three')],
    ['unseen', { op: 'remove', kind: 'edge', id: 'e1', from: { source: 'n1', target: 'n2', data: {} } }],
    ['cascade', { op: 'remove', kind: 'node', id: 'n2', from: stood.nodes.n2! }],
    ['removed', set('n9', 'data.title', 'Old', 'New')],
    ['removed', set('n1', 'elements.x', { order: 'a', type: 'button', label: 'Go' }, { order: 'a', type: 'button', label: 'Send' })],
    ['missing', edge('e2', 'n9')],
    ['missing', node('n3', 'Third', { frameId: 'f1' })],
    ['group', edge('e2', 'n9', 'g1')],
  ];
  it.each(cases)('says so when a conflict of the reason %s is not kept', (reason, op) => {
    const last = entry('t2', [op]);
    const after = naiveFold(stood, last);
    expect(Object.values(after.conflicts).map((conflict) => conflict.reason)).toContain(reason);
    expect(silentLoss(stood, after, last)).toBeNull();
    expect(silentLoss(stood, { ...after, conflicts: {} }, last)).not.toBeNull();
  });
});

describe('prose', () => {
  it('rule 4: merges as the naive merge does, on texts made of few words', () => {
    const dice = createDice(4711);
    const text = () => Array.from({ length: dice.roll(9) }, () => dice.pick(['a', 'b', 'ö', ' ', '.', '\n'])).join('');
    for (let round = 0; round < 20_000; round++) {
      const texts = [text(), text(), text()] as const;
      expect([texts, mergeProse(...texts)]).toEqual([texts, naiveMerge(...texts)]);
    }
  });

  it('rule 4: merges long texts, and leaves those too long to compare to the later value', () => {
    const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`);
    // Words and the spaces between them: 999 tokens, then 2,001.
    for (const count of [500, 1001]) {
      const base = words(count).join(' ');
      const texts = [base, words(count).with(3, 'early').join(' '), words(count).with(count - 4, 'late').join(' ')] as const;
      expect(mergeProse(...texts)).toEqual(naiveMerge(...texts));
      expect(mergeProse(...texts).clash).toBe(count > 1000);
    }
  });
});

describe('the trash', () => {
  it('rule 6: holds the last 2,000 removed records, cascades included', () => {
    let fast = initialState(FLOW);
    let naive = naiveInitialState(FLOW);
    for (let round = 0; round < 3; round++) {
      const meta = { logId: 'log_1', author: { kind: 'user' as const, id: 'u', name: 'U' }, at: 1, schema: 1 };
      const ids = Array.from({ length: 500 }, (_, index) => `${round}-${index}`);
      const node = (id: string) => ({ type: 'screen', position: { x: 0, y: 0 }, data: { title: id } });
      const add = ids.flatMap((id) => [
        { op: 'add' as const, kind: 'node' as const, id: `n${id}`, value: node(id) },
        { op: 'add' as const, kind: 'edge' as const, id: `e${id}`, value: { source: `n${id}`, target: `n${id}`, data: {} } },
      ]);
      const remove = ids.map((id) => ({ op: 'remove' as const, kind: 'node' as const, id: `n${id}`, from: node(id) }));
      for (const [index, ops] of [add, remove].entries()) {
        const entry: Transaction = { ...meta, id: `t${round}-${index}`, ops };
        fast = fold(fast, entry);
        naive = naiveFold(naive, entry);
      }
    }
    expect(naive.trash).toHaveLength(2000);
    expect(stateText(fast)).toBe(canonicalJson(naive));
  });
});

interface Client {
  name: string;
  replica: Replica;
  written: number;
  /** Entries of pending that were sent; a lost acknowledgement sets it back. */
  sent: number;
  offlineUntil: number;
  /** Every entry that it wrote and that nobody denied. */
  own: Transaction[];
}

/** One history: a server that orders, and people who write, lose connections and restart. */
class History {
  readonly entries: Transaction[] = [];
  readonly naive: NaiveState[] = [naiveInitialState(FLOW)];
  private readonly texts: string[] = [canonicalJson(naiveInitialState(FLOW))];
  malformed = 0;
  /** The server's chain after each entry. */
  private readonly chains: string[] = [''];
  private readonly numbers = new Map<string, number>();
  private readonly snapshots: LogSnapshot[] = [];
  private readonly dice: Dice;
  private readonly focus: Focus;
  private readonly clients: Client[];
  private step = 0;

  constructor(seed: number) {
    this.dice = createDice(seed);
    this.focus = anyFocus(this.dice);
    this.clients = Array.from({ length: 2 + this.dice.roll(5) }, (_, index) => ({ name: `u${index}`, replica: new Replica(initialState(FLOW), { sha256: digest }), written: 0, sent: 0, offlineUntil: 0, own: [] }));
  }

  /** Plays it; what went wrong, or null. */
  play(): string | null {
    const { dice } = this;
    const steps = 60 + dice.roll(120);
    for (this.step = 0; this.step < steps; this.step++) {
      const client = dice.pick(this.clients);
      const roll = dice.roll(40);
      if (roll < 18) this.write(client);
      else if (roll < 20) client.offlineUntil = this.step + dice.roll(60);
      else if (roll === 20) this.restart(client);
      else if (roll === 21 && dice.roll(3) === 0) this.restoreBackup();
      else if (client.offlineUntil > this.step) continue;
      else if (roll < 30) this.push(client, 1 + dice.roll(4));
      else this.pull(client, 1 + dice.roll(8));
      const failure = this.look(client);
      if (failure) return failure;
    }
    for (const client of this.clients) {
      this.heal(client);
      client.sent = 0;
      this.push(client, Infinity);
    }
    for (const client of this.clients) this.pull(client, Infinity);
    return this.end();
  }

  private write(client: Client): void {
    const entry = randomEntry(this.dice, this.focus, client.replica.view, `${client.name}:${++client.written}`, client.name);
    if (!entry) return;
    client.own.push(entry);
    client.replica.addPending(entry);
  }

  private push(client: Client, count: number): void {
    this.heal(client);
    const { pending } = client.replica;
    const known: Numbered[] = [];
    const denied: Transaction[] = [];
    for (const entry of pending.slice(client.sent, client.sent + count)) {
      client.sent++;
      const number = this.numbers.get(entry.id);
      // The server has it already: the answer is the acknowledgement that was lost.
      if (number) known.push({ no: number, id: entry.id, sha256: entry.id });
      else if (this.dice.roll(40) === 0) denied.push(entry);
      else this.order(entry);
    }
    for (const answer of known) client.replica.receive([answer]);
    for (const entry of denied) {
      client.replica.withdraw(new Set([entry.id]));
      client.own = client.own.filter((one) => one.id !== entry.id);
    }
    client.sent = Math.min(client.sent - denied.length, client.replica.pending.length);
    if (this.dice.roll(6) === 0) client.sent = 0;
  }

  private order(entry: Transaction): void {
    this.entries.push(JSON.parse(JSON.stringify(entry)) as Transaction);
    this.numbers.set(entry.id, this.entries.length);
    this.naive.push(naiveFold(this.naive.at(-1)!, this.entries.at(-1)));
    this.texts.push(canonicalJson(this.naive.at(-1)));
    this.chains.push(extendChain(this.chains.at(-1)!, entry.id, entry.id, digest));
  }

  /** Rule 14: the server comes back from a backup that lacks the last entries; others take their numbers. */
  private restoreBackup(): void {
    const kept = this.entries.length - this.dice.roll(6);
    if (kept < 0) return;
    for (const entry of this.entries.splice(kept)) this.numbers.delete(entry.id);
    for (const list of [this.naive, this.texts, this.chains]) list.splice(kept + 1);
  }

  /** What a client does when its chain is not the server's. */
  private heal(client: Client): void {
    const { replica } = client;
    if (this.chains[replica.confirmed.no] === replica.chain) return;
    const state = this.entries.reduce<LogState>((before, entry) => fold(before, entry), initialState(FLOW));
    replica.reset({ no: state.no, chain: this.chains.at(-1)!, state: JSON.parse(JSON.stringify(snapshotOf(state))) as Snapshot }, client.own, (id) => this.numbers.has(id));
    client.sent = 0;
  }

  private pull(client: Client, count: number): void {
    const { replica } = client;
    this.heal(client);
    // Overlapping batches are normal: a re-sent one starts before what is known.
    const from = Math.max(0, replica.confirmed.no - (this.dice.roll(8) === 0 ? this.dice.roll(3) : 0));
    const batch = this.entries.slice(from, count === Infinity ? undefined : from + count).map((entry, index): Numbered => {
      const isOwn = replica.pending.some((own) => own.id === entry.id);
      const bare = { no: from + index + 1, id: entry.id, sha256: entry.id };
      return isOwn && this.dice.roll(4) ? bare : { ...bare, entry: JSON.parse(JSON.stringify(entry)) as Transaction };
    });
    const before = replica.pending.length;
    replica.receive(batch);
    client.sent = Math.max(0, client.sent - (before - replica.pending.length));
    if (this.dice.roll(10) === 0) this.snapshots.push(JSON.parse(JSON.stringify(replica.takeSnapshot())) as LogSnapshot);
  }

  /** The program ends and starts again, from its own snapshot or one that another client made. */
  private restart(client: Client): void {
    const own = client.replica.takeSnapshot();
    const snapshot = JSON.parse(JSON.stringify(this.snapshots.length && this.dice.roll(2) ? this.dice.pick(this.snapshots) : own)) as LogSnapshot;
    // An older snapshot lacks own entries that had their number: they wait once more, and the server knows them by their id.
    const pending = JSON.parse(JSON.stringify(client.own.filter((entry) => (this.numbers.get(entry.id) ?? Infinity) > snapshot.no))) as Transaction[];
    client.replica = Replica.fromSnapshot(snapshot, { sha256: digest, pending });
    client.sent = 0;
  }

  private look(client: Client): string | null {
    const { replica } = client;
    const broken = brokenInvariant(replica.view) ?? brokenInvariant(replica.confirmed);
    if (broken) return `${client.name} after step ${this.step}: ${broken}`;
    if (this.chains[replica.confirmed.no] !== replica.chain) return null;
    if (this.dice.roll(5) === 0 && quickText(replica.confirmed) !== this.texts[replica.confirmed.no]) return `${client.name} differs from the naive fold at entry ${replica.confirmed.no}`;
    if (this.dice.roll(12) === 0) {
      const view = replica.pending.reduce<NaiveState>((state, entry) => naiveFold(state, JSON.parse(JSON.stringify(entry))), this.naive[replica.confirmed.no]!);
      if (stateText(replica.view) !== canonicalJson(view)) return `the view of ${client.name} differs from the naive fold of its pending entries after step ${this.step}`;
    }
    return null;
  }

  private end(): string | null {
    const expected = this.texts.at(-1);
    const chain = this.chains.at(-1);
    for (const { name, replica, own } of this.clients) {
      const lost = own.find((entry) => !this.numbers.has(entry.id));
      if (lost) return `${name} wrote ${lost.id}, which the server never got`;
      if (replica.pending.length) return `${name} still has ${replica.pending.length} pending entries`;
      if (stateText(replica.confirmed) !== expected) return `${name} ended different from the naive fold`;
      if (stateText(replica.view) !== expected) return `the view of ${name} ended different from what is confirmed`;
      if (replica.chain !== chain) return `${name} has another chain`;
    }
    for (const snapshot of this.snapshots) {
      // One of the fork that the backup ended.
      if (this.chains[snapshot.no] !== snapshot.chain) continue;
      const state = this.entries.slice(snapshot.no).reduce<LogState>((before, entry) => fold(before, entry), stateOfSnapshot(JSON.parse(JSON.stringify(snapshot.state))));
      if (stateText(state) !== expected) return `from the snapshot at ${snapshot.no} it ended different`;
    }
    return this.replay();
  }

  /** Entry by entry: the same at every number, valid, nothing lost, the effect true, and the state before left alone. */
  private replay(): string | null {
    let state = initialState(FLOW);
    for (const [index, entry] of this.entries.entries()) {
      const [before, after] = [this.naive[index]!, this.naive[index + 1]!];
      if (JSON.stringify({ ...after, no: before.no }) === JSON.stringify(before)) this.malformed++;
      const next = foldWithEffect(state, entry);
      const isMilestone = index % 7 === 0 || index === this.entries.length - 1;
      if ((isMilestone ? stateText : quickText)(next.state) !== this.texts[index + 1]) return `entry ${index + 1} differs from the naive fold`;
      if (isMilestone && stateText(state) !== this.texts[index]) return `fold changed the state before entry ${index + 1}`;
      const loss = silentLoss(before, after, entry);
      if (loss) return `entry ${index + 1}: ${loss}`;
      const told = applyEffect(before, next.effect, after);
      if (told) return `entry ${index + 1}: the effect does not tell ${told}`;
      if (isMilestone) {
        const problems = validateDocument(JSON.parse(JSON.stringify(toDocument(next.state))));
        if (problems.length) return `after entry ${index + 1} the document is invalid: ${JSON.stringify(problems[0])}`;
      }
      state = next.state;
    }
    return null;
  }
}

const recordTexts = new WeakMap<object, string>();

/** What stateText gives, quicker: a record that is still the same object is not written out again. */
function quickText(state: LogState): string {
  const record = (value: object): string => {
    let text = recordTexts.get(value);
    if (text === undefined) recordTexts.set(value, (text = canonicalJson(value)));
    return text;
  };
  const map = (values: object): string => `{${Object.keys(values).sort().map((key) => `${JSON.stringify(key)}:${record((values as Record<string, object>)[key]!)}`).join(',')}}`;
  const { no, schema, rules, flow, trash, ...maps } = snapshotOf(state);
  const parts: Record<string, string> = { no: String(no), schema: String(schema), rules: String(rules), flow: record(flow), trash: `[${trash.map(record).join(',')}]` };
  for (const [key, values] of Object.entries(maps)) parts[key] = map(values);
  return `{${Object.keys(parts).sort().map((key) => `${JSON.stringify(key)}:${parts[key]}`).join(',')}}`;
}

/** The records after an effect; says where they are not what the fold made. */
function applyEffect(before: NaiveState, effect: { changes: readonly { kind: string; id: string; field?: string; before: unknown; after: unknown }[]; opened: string[]; closed: string[] }, after: NaiveState): string | null {
  const keys = { node: 'nodes', edge: 'edges', frame: 'frames', comment: 'comments', persona: 'personas', goal: 'goals', version: 'versions' } as const;
  const state = JSON.parse(JSON.stringify(before)) as NaiveState;
  for (const change of effect.changes) {
    const map = change.kind === 'flow' ? { [change.id]: state.flow } : state[keys[change.kind as keyof typeof keys]];
    if (change.field === undefined) {
      if (canonicalJson(Object.hasOwn(map, change.id) ? map[change.id] : null) !== canonicalJson(change.before)) return `${change.kind} ${change.id} as it was`;
      if (change.after === null) delete map[change.id];
      else map[change.id] = structuredClone(change.after) as Record<string, unknown>;
      continue;
    }
    const path = change.field.split('.');
    let owner = map[change.id]!;
    for (const key of path.slice(0, -1)) {
      if (!Object.hasOwn(owner, key)) owner[key] = {};
      owner = owner[key] as Record<string, unknown>;
    }
    const last = path.at(-1)!;
    if (canonicalJson(Object.hasOwn(owner, last) ? owner[last] : undefined) !== canonicalJson(change.before)) return `${change.kind} ${change.id} ${change.field} as it was`;
    if (change.after === null) delete owner[last];
    else owner[last] = structuredClone(change.after);
  }
  // Emptied maps and groups are absent in the state; here they are left over.
  const tidy = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, tidy(item)] as const).filter(([, item]) => canonicalJson(item) !== '{}')) : value;
  for (const key of [...Object.values(keys), 'flow'] as const) if (!isEqualJson(tidy(state[key]), tidy(after[key]))) return key;
  const isNew = (id: string) => !Object.hasOwn(before.conflicts, id);
  if (canonicalJson([...effect.opened].sort()) !== canonicalJson(Object.keys(after.conflicts).filter(isNew).sort())) return 'opened conflicts';
  if (canonicalJson([...effect.closed].sort()) !== canonicalJson(Object.keys(before.conflicts).filter((id) => !Object.hasOwn(after.conflicts, id)).sort())) return 'closed conflicts';
  return null;
}

/** The shortest part of a log in which the two folds differ, as JSON to paste; nothing when they agree on it. */
function reproduction(entries: readonly Transaction[]): string {
  const differs = (list: readonly Transaction[]): boolean => {
    let fast = initialState(FLOW);
    let naive = naiveInitialState(FLOW);
    for (const entry of list) {
      naive = naiveFold(naive, entry);
      try {
        fast = fold(fast, entry);
      } catch {
        return true;
      }
      if (stateText(fast) !== canonicalJson(naive)) return true;
    }
    return false;
  };
  if (!differs(entries)) return 'The folds agree on the log itself; the fault lies in a replica or a check.';
  let list = [...entries];
  while (!differs(list.slice(-1)) && differs(list.slice(0, -1))) list = list.slice(0, -1);
  for (let at = list.length - 1; at >= 0; at--) {
    const less = list.filter((_, index) => index !== at);
    if (differs(less)) list = less;
  }
  for (let at = list.length - 1; at >= 0; at--) {
    for (let op = (list[at]!.ops?.length ?? 0) - 1; op >= 0; op--) {
      const less = list.with(at, { ...list[at]!, ops: list[at]!.ops.filter((_, index) => index !== op) });
      if (differs(less)) list = less;
    }
  }
  const naive = list.reduce<NaiveState>((state, entry) => naiveFold(state, entry), naiveInitialState(FLOW));
  let fast: string;
  try {
    fast = stateText(list.reduce<LogState>((state, entry) => fold(state, entry), initialState(FLOW)));
  } catch (error) {
    fast = String((error as Error).stack);
  }
  return `${JSON.stringify(list, null, 1)}\nfast:  ${fast}\nnaive: ${canonicalJson(naive)}`;
}

/** A short digest; the chain itself is tested with the real one. */
function digest(bytes: Uint8Array): string {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619) >>> 0;
  return hash.toString(16);
}
