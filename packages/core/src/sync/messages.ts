/** What a client and the sync server say to one another (docs/sync-protocol.md): the shapes of their messages, and how large they may be. */
import { z } from 'zod';

/** Version of this protocol; a server tells which ones it speaks. */
export const PROTOCOL = 1;

/** Largest sizes and counts; what is above is refused with the code that stands beside it. */
export const LIMITS = {
  /** Bytes of one entry as they travel (deflated, sealed): ENTRY_TOO_LARGE. */
  entryBytes: 4 * 1024 * 1024,
  /** Bytes of one frame: the connection ends with FRAME_TOO_LARGE. */
  frameBytes: 5 * 1024 * 1024,
  /** Entries of one push: FRAME_MALFORMED. */
  pushEntries: 500,
  /** Bytes of entries that a client puts into one push. */
  pushBytes: 1024 * 1024,
  envelopeBytes: 1024,
  /** Bytes of one person's presence: FRAME_MALFORMED. */
  presenceBytes: 4096,
  /** Bytes of a whole snapshot: SNAPSHOT_TOO_LARGE. */
  snapshotBytes: 64 * 1024 * 1024,
  /** Bytes of a snapshot that one frame carries up. */
  snapshotPartBytes: 1024 * 1024,
  /** Ids that one `ask` names. */
  askIds: 1000,
} as const;

/** Ids of logs, entries, accounts and devices as they travel. */
export const id = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
/** Numbers of entries and keys. */
export const no = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const chain = z.string().regex(/^([0-9a-f]{64})?$/);
/** Versions of schema and rules. */
export const version = z.number().int().min(1).max(1_000_000);
/** What an entry may touch: everything, or comments alone. */
export const scope = z.enum(['edit', 'comment']);
/** See `scope`. */
export type Scope = z.infer<typeof scope>;

const helloSchema = z.object({
  protocol: z.number().int(),
  /** Secret of the session, or of a service. */
  token: z.string().max(4096),
  /** Highest versions that the program knows. */
  schemas: version,
  rules: version,
  /** Id of the installation, for the list of devices. */
  device: id,
  /** Notices that the program understands beside what every program does: `keys`, `link`. Servers leave out what they do not know. */
  hears: z.array(z.string().max(30)).max(20).optional(),
});
const joinSchema = z.object({ log: id, no, chain });
const leaveSchema = z.object({ log: id });
const snapshotHeadSchema = z.object({ log: id, no, chain, part: no, parts: z.number().int().min(1).max(64) });
const askSchema = z.object({ log: id, ids: z.array(id).max(LIMITS.askIds) });

const welcomeSchema = z.object({
  protocol: z.number().int(),
  /** This connection among those in a room. */
  peer: z.string(),
  user: z.string(),
});
const joinedSchema = z.object({
  log: z.string(),
  /** Number of the last entry; when the client has folded up to it, it has caught up. */
  no,
  /** Number of the log's first entry here is base + 1: what lies before stands in a snapshot alone. */
  base: no,
  /** What this account may write; null: nothing. */
  scope: scope.nullable(),
  epoch: no,
  /** True when a `reset` follows: the client's chain is not this log's, so nothing is pushed on it. */
  reset: z.boolean().default(false),
});
const resetSchema = z.object({
  log: z.string(),
  reason: z.enum(['CHAIN_DIFFERS', 'AHEAD_OF_SERVER', 'BEFORE_BASE']),
  /** True when a `state` follows to start from; else the log begins empty and all of it follows. */
  state: z.boolean(),
});
const stateHeadSchema = z.object({ log: z.string(), no, chain });
const deniedSchema = z.object({ log: z.string(), id: z.string(), code: z.string(), params: z.record(z.string(), z.unknown()).default({}) });
const wantedSchema = z.object({ log: z.string(), no });
const knownSchema = z.object({ log: z.string(), numbers: z.record(z.string(), no) });
/** RATE_LIMITED: everything that was pushed is taken, but nothing more is read for a while. */
const throttledSchema = z.object({ code: z.string(), retryAfterMs: no });
/** Keys of an encrypted workspace may be there, or be wanted; only to programs that said that they hear of it. */
const keysChangedSchema = z.object({ workspace: z.string() });
/** What the link by which somebody came shows may be different now; only to programs that said that they hear of it. */
const linkChangedSchema = z.object({ link: z.string() });
const endedSchema = z.object({
  /** Absent: the whole connection ends. */
  log: z.string().optional(),
  code: z.string(),
  params: z.record(z.string(), z.unknown()).default({}),
});

/** An entry as it travels up. `envelope`: its canonical JSON, kept byte by byte. */
export interface PushedEntry {
  envelope: Uint8Array;
  bytes: Uint8Array;
}

/** One number of a log: somebody's entry, or (with `sha256`, hex) the acknowledgement of an own one. */
export type NumberedEntry = { no: number; envelope: Uint8Array; bytes: Uint8Array } | { no: number; id: string; sha256: string };

/** Somebody in the room; no bytes: gone. */
export interface PeerPresence {
  peer: string;
  user: string;
  bytes: Uint8Array;
}

/** What a client says. */
export type ClientMessage =
  | ({ type: 'hello' } & z.infer<typeof helloSchema>)
  | ({ type: 'join' } & z.infer<typeof joinSchema>)
  | ({ type: 'leave' } & z.infer<typeof leaveSchema>)
  | { type: 'push'; log: string; entries: PushedEntry[] }
  | { type: 'presence'; log: string; bytes: Uint8Array }
  | ({ type: 'snapshot'; bytes: Uint8Array } & z.infer<typeof snapshotHeadSchema>)
  | ({ type: 'ask' } & z.infer<typeof askSchema>)
  | { type: 'ping' };

/** What the server says. */
export type ServerMessage =
  | ({ type: 'welcome' } & z.infer<typeof welcomeSchema>)
  | ({ type: 'joined' } & z.infer<typeof joinedSchema>)
  | ({ type: 'reset' } & z.infer<typeof resetSchema>)
  | ({ type: 'state'; bytes: Uint8Array } & z.infer<typeof stateHeadSchema>)
  | { type: 'changes'; log: string; changes: NumberedEntry[] }
  | ({ type: 'denied' } & z.infer<typeof deniedSchema>)
  | ({ type: 'snapshotWanted' } & z.infer<typeof wantedSchema>)
  | { type: 'presence'; log: string; peers: PeerPresence[] }
  | ({ type: 'known' } & z.infer<typeof knownSchema>)
  | ({ type: 'ended' } & z.infer<typeof endedSchema>)
  | ({ type: 'throttled' } & z.infer<typeof throttledSchema>)
  | ({ type: 'keysChanged' } & z.infer<typeof keysChangedSchema>)
  | ({ type: 'linkChanged' } & z.infer<typeof linkChangedSchema>)
  | { type: 'pong' };

/** What travels as JSON of a client's messages, by kind; the rest is packed. */
export const CLIENT_HEADS = { hello: helloSchema, join: joinSchema, leave: leaveSchema, snapshot: snapshotHeadSchema, ask: askSchema };
/** The same of the server's. */
export const SERVER_HEADS = {
  welcome: welcomeSchema,
  joined: joinedSchema,
  reset: resetSchema,
  state: stateHeadSchema,
  denied: deniedSchema,
  snapshotWanted: wantedSchema,
  known: knownSchema,
  ended: endedSchema,
  throttled: throttledSchema,
  keysChanged: keysChangedSchema,
  linkChanged: linkChangedSchema,
};
