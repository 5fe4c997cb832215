/**
 * The messages between a client and the sync server (docs/sync-protocol.md): one binary frame each, its first byte the kind. What is
 * frequent (push, changes, presence) is packed; what is rare is JSON. Everything that comes in is checked here, on both sides.
 */
import { z } from 'zod';
import { AppError } from '../base/error.ts';
import { canonicalJson } from '../base/canonical.ts';
import { ByteReader, ByteWriter, malformed, readText } from './bytes.ts';
export { isVisitor, VISITOR_NAME_LENGTH } from './visitor.ts';

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

const id = z.string().regex(/^[A-Za-z0-9_:-]{1,100}$/);
const no = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const chain = z.string().regex(/^([0-9a-f]{64})?$/);
const version = z.number().int().min(1).max(1_000_000);
const scope = z.enum(['edit', 'comment']);

/** What everybody may read of an entry, and what its seal vouches for (rule 16). */
export const envelopeSchema = z.object({
  protocol: z.literal(PROTOCOL),
  log: id,
  /** Id of the entry. */
  id,
  /** Account that pushes it; who wrote it (a person, an agent) is told inside. */
  author: id,
  scope,
  /** Number of the workspace's key; 0 where nothing is sealed. */
  epoch: no,
  /** Schema that the ops were written in. */
  schema: version,
  /** Bytes of the entry before it was deflated: a bound for who inflates it. */
  size: no,
});
export type Envelope = z.infer<typeof envelopeSchema>;
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
  /** Notices that the program understands beside what every program does: `keys`. Servers leave out what they do not know. */
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
  | { type: 'pong' };

const UP = { hello: 1, join: 2, leave: 3, push: 4, presence: 5, snapshot: 6, ask: 7, ping: 8 } as const;
const DOWN = { welcome: 65, joined: 66, reset: 67, state: 68, changes: 69, denied: 70, snapshotWanted: 71, presence: 72, known: 73, ended: 74, pong: 75, throttled: 76, keysChanged: 77 } as const;
const FULL = 0;
const OWN = 1;
const encoder = new TextEncoder();

/** The frame of a client's message. */
export function encodeUp(message: ClientMessage): Uint8Array {
  const { type } = message;
  const out = new ByteWriter().byte(UP[type]);
  if (type === 'push') {
    out.text(message.log).number(message.entries.length);
    for (const { envelope, bytes } of message.entries) out.bytes(envelope).bytes(bytes);
    return out.done();
  }
  if (type === 'presence') return out.text(message.log).raw(message.bytes).done();
  if (type === 'snapshot') {
    const { bytes, type: _type, ...head } = message;
    return out.text(JSON.stringify(head)).raw(bytes).done();
  }
  if (type === 'ping') return out.done();
  const { type: _type, ...head } = message;
  return out.raw(encoder.encode(JSON.stringify(head))).done();
}

/** A client's message of its frame; bytes are parts of the frame, not copies. Throws FRAME_MALFORMED. */
export function decodeUp(frame: Uint8Array): ClientMessage {
  const reader = new ByteReader(frame);
  switch (reader.byte()) {
    case UP.hello:
      return { type: 'hello', ...json(helloSchema, reader.rest()) };
    case UP.join:
      return { type: 'join', ...json(joinSchema, reader.rest()) };
    case UP.leave:
      return { type: 'leave', ...json(leaveSchema, reader.rest()) };
    case UP.push: {
      const log = checked(id, reader.text());
      const count = reader.number();
      if (count > LIMITS.pushEntries) throw malformed('PUSH_ENTRIES');
      const entries: PushedEntry[] = [];
      for (let i = 0; i < count; i++) entries.push({ envelope: reader.bytes(), bytes: reader.bytes() });
      if (!reader.isAtEnd) throw malformed('REST');
      return { type: 'push', log, entries };
    }
    case UP.presence: {
      const log = checked(id, reader.text());
      const bytes = reader.rest();
      if (bytes.length > LIMITS.presenceBytes) throw malformed('PRESENCE_BYTES');
      return { type: 'presence', log, bytes };
    }
    case UP.snapshot:
      return { type: 'snapshot', ...json(snapshotHeadSchema, reader.bytes()), bytes: reader.rest() };
    case UP.ask:
      return { type: 'ask', ...json(askSchema, reader.rest()) };
    case UP.ping:
      return { type: 'ping' };
    default:
      throw malformed('KIND');
  }
}

/** The frame of a server's message; changes, state and presence have functions of their own, which encode nothing twice. */
export function encodeDown(message: Exclude<ServerMessage, { type: 'changes' | 'state' | 'presence' }>): Uint8Array {
  const { type, ...head } = message;
  const out = new ByteWriter().byte(DOWN[type]);
  return type === 'pong' ? out.done() : out.raw(encoder.encode(JSON.stringify(head))).done();
}

/** The frame of changes from records that `changeRecord` and `ownRecord` made (and that were stored since). */
export function changesFrame(log: string, records: readonly Uint8Array[]): Uint8Array {
  let size = 64 + log.length;
  for (const record of records) size += record.length;
  const out = new ByteWriter(size).byte(DOWN.changes).text(log);
  for (const record of records) out.raw(record);
  return out.done();
}

/** The stored form of a numbered entry, which goes into `changesFrame` as it is. */
export function changeRecord(number: number, envelope: Uint8Array, bytes: Uint8Array): Uint8Array {
  return new ByteWriter(envelope.length + bytes.length + 24).byte(FULL).number(number).bytes(envelope).bytes(bytes).done();
}

/** The acknowledgement of an own entry. `sha256`: 32 bytes. */
export function ownRecord(number: number, entryId: string, sha256: Uint8Array): Uint8Array {
  return new ByteWriter(entryId.length + 48).byte(OWN).number(number).text(entryId).raw(sha256).done();
}

/** The frame of a stored snapshot. */
export function stateFrame(head: z.infer<typeof stateHeadSchema>, bytes: Uint8Array): Uint8Array {
  const text = encoder.encode(JSON.stringify(head));
  return new ByteWriter(bytes.length + text.length + 16).byte(DOWN.state).bytes(text).raw(bytes).done();
}

/** The frame of who is where. */
export function presenceFrame(log: string, peers: readonly PeerPresence[]): Uint8Array {
  const out = new ByteWriter().byte(DOWN.presence).text(log);
  for (const { peer, user, bytes } of peers) out.text(peer).text(user).bytes(bytes);
  return out.done();
}

/** A server's message of its frame; bytes are parts of the frame, not copies. Throws FRAME_MALFORMED. */
export function decodeDown(frame: Uint8Array): ServerMessage {
  const reader = new ByteReader(frame);
  switch (reader.byte()) {
    case DOWN.welcome:
      return { type: 'welcome', ...json(welcomeSchema, reader.rest()) };
    case DOWN.joined:
      return { type: 'joined', ...json(joinedSchema, reader.rest()) };
    case DOWN.reset:
      return { type: 'reset', ...json(resetSchema, reader.rest()) };
    case DOWN.state:
      return { type: 'state', ...json(stateHeadSchema, reader.bytes()), bytes: reader.rest() };
    case DOWN.changes: {
      const log = reader.text();
      const changes: NumberedEntry[] = [];
      while (!reader.isAtEnd) changes.push(readChange(reader));
      return { type: 'changes', log, changes };
    }
    case DOWN.denied:
      return { type: 'denied', ...json(deniedSchema, reader.rest()) };
    case DOWN.snapshotWanted:
      return { type: 'snapshotWanted', ...json(wantedSchema, reader.rest()) };
    case DOWN.presence: {
      const log = reader.text();
      const peers: PeerPresence[] = [];
      while (!reader.isAtEnd) peers.push({ peer: reader.text(), user: reader.text(), bytes: reader.bytes() });
      return { type: 'presence', log, peers };
    }
    case DOWN.known:
      return { type: 'known', ...json(knownSchema, reader.rest()) };
    case DOWN.ended:
      return { type: 'ended', ...json(endedSchema, reader.rest()) };
    case DOWN.throttled:
      return { type: 'throttled', ...json(throttledSchema, reader.rest()) };
    case DOWN.keysChanged:
      return { type: 'keysChanged', ...json(keysChangedSchema, reader.rest()) };
    case DOWN.pong:
      return { type: 'pong' };
    default:
      throw malformed('KIND');
  }
}

/** The envelope of its bytes. Throws ENVELOPE_INVALID. */
export function readEnvelope(bytes: Uint8Array): Envelope {
  let value: unknown;
  try {
    if (bytes.length <= LIMITS.envelopeBytes) value = JSON.parse(readText(bytes));
  } catch {
    // No JSON: no envelope.
  }
  const result = envelopeSchema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError('ENVELOPE_INVALID', 'A change came with an envelope that cannot be read. It was not stored.', { path: result.error.issues[0]?.path.join('.') ?? '' });
}

/** The bytes of an envelope: canonical JSON, as it is sealed, stored and handed on. */
export function writeEnvelope(envelope: Envelope): Uint8Array {
  return encoder.encode(canonicalJson(envelope));
}

function readChange(reader: ByteReader): NumberedEntry {
  const kind = reader.byte();
  const number = reader.number();
  if (kind === FULL) return { no: number, envelope: reader.bytes(), bytes: reader.bytes() };
  if (kind !== OWN) throw malformed('CHANGE');
  return { no: number, id: reader.text(), sha256: hexOf(reader.raw(32)) };
}

function json<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(readText(bytes));
  } catch {
    throw malformed('JSON');
  }
  return checked(schema, value);
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) throw malformed(result.error.issues[0]?.path.join('.') || 'SHAPE');
  return result.data;
}

function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
