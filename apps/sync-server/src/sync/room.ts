/** A log that somebody has joined here: where it stands, who listens, and the last entries, so that few of them are read again. */
import { changesFrame, ownRecord, type PeerPresence, type Scope } from '@uxflow/core/protocol';
import { toWire, type Connection, type WireFrame } from './connection.ts';
import type { Block, ChainMark, LogTables } from './logTables.ts';

/** One row as it is handed on. */
export interface RoomEntry {
  no: number;
  id: string;
  sha256: Buffer;
  /** Hex, of the log after this entry. */
  chain: string;
  record: Uint8Array;
}

/** `at`: when it was delivered, ms. */
interface Kept extends RoomEntry {
  at: number;
}

/** A connection in a room. */
export interface Subscription {
  connection: Connection;
  room: Room;
  /** Number of the last entry that was sent. */
  sentNo: number;
  /** True while somebody brings it up to date (its join, or a pump): new entries are left to them. */
  isBusy: boolean;
  scope: Scope | null;
  /** False until it is known that they may read the log: till then nothing of it and of who works in it comes to them, and nothing of them to others. */
  isIn: boolean;
  /** Something was taken from somebody while this one's role was being asked for: it is asked for again. */
  isStale: boolean;
  /** What they showed of themselves before that: shown once they are in. */
  early?: Uint8Array;
  /** Ids of own entries that were pushed here and wait for their number: they are answered, not sent. */
  own: Set<string> | undefined;
}

/** What a pump ended with. 'missing': the rows that it was to read are not there. */
export type Pumped = 'done' | 'missing';

const RECENT_BYTES = 48 * 1024;
const RECENT_ENTRIES = 128;
/** ms for which entries are kept: who is behind by more reads rows. Kept for longer, every entry of a busy server would outlive the young heap. */
const RECENT_MS = 250;
/** ms for which a bare acknowledgement waits for something else to travel with: half of all writes, when people draw alone. */
const LAZY_MS = 100;
const BLOCK_BYTES = 512 * 1024;

/** See the head of this file. */
export class Room {
  readonly id: string;
  readonly members = new Set<Subscription>();
  /** Number of the last entry that is known to be committed. */
  head: number;
  /** The last number whose chain was seen here: where the rows say otherwise later, an older copy has taken their place. */
  mark: ChainMark | undefined;
  /** What people show of themselves now; never stored. */
  readonly presence = new Map<string, PeerPresence & { at: number }>();
  readonly #tables: LogTables;
  /** What a frame of changes begins with. */
  readonly #changes: Uint8Array;
  #recent: Kept[] = [];
  #recentBytes = 0;
  readonly #reads = new Map<number, Promise<Block | undefined>>();
  /** Members who were told nothing but must hear that their own entries have a number. */
  readonly #lazy = new Set<Subscription>();
  #lazyTimer: NodeJS.Timeout | undefined;

  readonly #pump: (member: Subscription) => void;

  /** `pump` is called for a member who must be brought up to date later. */
  constructor(id: string, head: number, tables: LogTables, pump: (member: Subscription) => void) {
    this.id = id;
    this.head = head;
    this.#tables = tables;
    this.#changes = changesFrame(id, []);
    this.#pump = pump;
  }

  /** New rows of this instance: kept, and sent to all who have what lies before. Returns those who must be brought up to date. */
  deliver(entries: readonly RoomEntry[]): Subscription[] {
    const [first, last] = [entries[0]!, entries.at(-1)!];
    if (last.no <= this.head) return [...this.members];
    if (first.no !== this.head + 1) this.#forget();
    this.head = last.no;
    this.see(last);
    this.#remember(entries);
    const behind: Subscription[] = [];
    let shared: WireFrame | undefined;
    for (const member of this.members) {
      if (member.isBusy || member.sentNo !== first.no - 1 || member.connection.isSlow) {
        behind.push(member);
        continue;
      }
      const mine = member.own && member.own.size > 0 ? member.own : undefined;
      if (mine && entries.every(({ id }) => mine.has(id))) {
        this.#lazy.add(member);
        this.#lazyTimer ??= setTimeout(() => this.#tellLazy(), LAZY_MS);
        continue;
      }
      const own = mine && withOwn(mine, entries);
      member.connection.send(own ? toWire(this.#changes, ...own) : (shared ??= toWire(this.#changes, ...entries.map(({ record }) => record))));
      member.sentNo = last.no;
    }
    return behind;
  }

  /** Notes the chain after a number that is handed on. */
  see({ no, chain }: ChainMark): void {
    if (!this.mark || no > this.mark.no) this.mark = { no, chain };
  }

  /** True when new rows take numbers that were seen here with other entries. */
  isForkedBy(entries: readonly RoomEntry[]): boolean {
    const { mark } = this;
    return mark !== undefined && entries.some(({ no, chain }) => no === mark.no && chain !== mark.chain);
  }

  /** Notes that others have committed up to a number. */
  raise(head: number): void {
    if (head <= this.head) return;
    this.head = head;
    this.#forget();
  }

  /** Sends what a member lacks, until it has all, or is slow, or gone. */
  async pump(member: Subscription): Promise<Pumped> {
    if (member.isBusy) return 'done';
    member.isBusy = true;
    try {
      while (member.sentNo < this.head && this.members.has(member) && member.connection.isOpen && !member.connection.isSlow) {
        const block = this.#recentAfter(member.sentNo) ?? (await this.#read(member));
        if (!block) return 'missing';
        this.see({ no: block.to, chain: block.chain });
        const { own } = member;
        const records = (own && block.entries && withOwn(own, block.entries.map((entry, index) => ({ ...entry, record: block.records[index]! })))) ?? block.records;
        member.connection.send(toWire(this.#changes, ...records));
        member.sentNo = block.to;
      }
      // What was pushed while a block was read may have gone out in full.
      if (member.sentNo >= this.head && member.connection.waitingBytes === 0) member.own = undefined;
      return 'done';
    } finally {
      member.isBusy = false;
    }
  }

  #tellLazy(): void {
    this.#lazyTimer = undefined;
    const members = [...this.#lazy];
    this.#lazy.clear();
    for (const member of members) if (member.sentNo < this.head) this.#pump(member);
  }

  #remember(entries: readonly RoomEntry[]): void {
    const at = performance.now();
    // Fields that the committer added would keep a connection.
    for (const { no, id, sha256, chain, record } of entries) {
      this.#recent.push({ no, id, sha256, chain, record, at });
      this.#recentBytes += record.length;
    }
    if (this.#recentBytes <= RECENT_BYTES && this.#recent.length <= RECENT_ENTRIES && at - this.#recent[0]!.at <= RECENT_MS) return;
    // A few at a time: shifting one by one would move the whole list for every entry.
    let drop = this.#recent.findIndex((entry) => at - entry.at <= RECENT_MS / 2);
    if (this.#recent.length - drop > RECENT_ENTRIES) drop = this.#recent.length - (RECENT_ENTRIES >> 1);
    while (drop < this.#recent.length && sizeOf(this.#recent, drop) > RECENT_BYTES) drop++;
    this.#recent = this.#recent.slice(drop);
    this.#recentBytes = sizeOf(this.#recent, 0);
  }

  #forget(): void {
    this.#recent = [];
    this.#recentBytes = 0;
  }

  #recentAfter(no: number): Block | undefined {
    const first = this.#recent[0];
    if (!first || no + 1 < first.no || this.#recent.at(-1)!.no !== this.head) return undefined;
    const entries = this.#recent.slice(no + 1 - first.no);
    return { to: this.head, records: entries.map(({ record }) => record), chain: entries.at(-1)!.chain, entries };
  }

  /** Several who read the same, as after a restart of the server, read it once. */
  #read(member: Subscription): Promise<Block | undefined> {
    const { sentNo } = member;
    if (member.own && member.own.size > 0) return this.#tables.readEntries(this.id, sentNo, BLOCK_BYTES);
    let read = this.#reads.get(sentNo);
    if (!read) {
      read = this.#tables.readBlock(this.id, sentNo, BLOCK_BYTES).finally(() => this.#reads.delete(sentNo));
      this.#reads.set(sentNo, read);
    }
    return read;
  }
}

/** The records with own entries as acknowledgements (and those taken out of `own`), or undefined when none is the member's own. */
function withOwn(own: Set<string>, entries: readonly Omit<RoomEntry, 'chain'>[]): Uint8Array[] | undefined {
  if (own.size === 0) return undefined;
  let found = false;
  const records = entries.map(({ no, id, sha256, record }) => {
    if (!own.delete(id)) return record;
    found = true;
    return ownRecord(no, id, sha256);
  });
  return found ? records : undefined;
}

function sizeOf(entries: readonly RoomEntry[], from: number): number {
  let bytes = 0;
  for (let i = from; i < entries.length; i++) bytes += entries[i]!.record.length;
  return bytes;
}
