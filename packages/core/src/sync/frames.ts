/** Messages as they travel: one binary frame each, its first byte the kind. Everything that comes in is checked here, on both sides. */
import type { z } from 'zod';
import { ByteReader, ByteWriter, malformed, readText } from './bytes.ts';
import { CLIENT_HEADS, id, LIMITS, SERVER_HEADS, type ClientMessage, type NumberedEntry, type PeerPresence, type PushedEntry, type ServerMessage } from './messages.ts';

const UP = { hello: 1, join: 2, leave: 3, push: 4, presence: 5, snapshot: 6, ask: 7, ping: 8 } as const;
const DOWN = { welcome: 65, joined: 66, reset: 67, state: 68, changes: 69, denied: 70, snapshotWanted: 71, presence: 72, known: 73, ended: 74, pong: 75, throttled: 76, keysChanged: 77, linkChanged: 78 } as const;
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
      return { type: 'hello', ...json(CLIENT_HEADS.hello, reader.rest()) };
    case UP.join:
      return { type: 'join', ...json(CLIENT_HEADS.join, reader.rest()) };
    case UP.leave:
      return { type: 'leave', ...json(CLIENT_HEADS.leave, reader.rest()) };
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
      return { type: 'snapshot', ...json(CLIENT_HEADS.snapshot, reader.bytes()), bytes: reader.rest() };
    case UP.ask:
      return { type: 'ask', ...json(CLIENT_HEADS.ask, reader.rest()) };
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
export function stateFrame(head: z.infer<typeof SERVER_HEADS.state>, bytes: Uint8Array): Uint8Array {
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
      return { type: 'welcome', ...json(SERVER_HEADS.welcome, reader.rest()) };
    case DOWN.joined:
      return { type: 'joined', ...json(SERVER_HEADS.joined, reader.rest()) };
    case DOWN.reset:
      return { type: 'reset', ...json(SERVER_HEADS.reset, reader.rest()) };
    case DOWN.state:
      return { type: 'state', ...json(SERVER_HEADS.state, reader.bytes()), bytes: reader.rest() };
    case DOWN.changes: {
      const log = reader.text();
      const changes: NumberedEntry[] = [];
      while (!reader.isAtEnd) changes.push(readChange(reader));
      return { type: 'changes', log, changes };
    }
    case DOWN.denied:
      return { type: 'denied', ...json(SERVER_HEADS.denied, reader.rest()) };
    case DOWN.snapshotWanted:
      return { type: 'snapshotWanted', ...json(SERVER_HEADS.snapshotWanted, reader.rest()) };
    case DOWN.presence: {
      const log = reader.text();
      const peers: PeerPresence[] = [];
      while (!reader.isAtEnd) peers.push({ peer: reader.text(), user: reader.text(), bytes: reader.bytes() });
      return { type: 'presence', log, peers };
    }
    case DOWN.known:
      return { type: 'known', ...json(SERVER_HEADS.known, reader.rest()) };
    case DOWN.ended:
      return { type: 'ended', ...json(SERVER_HEADS.ended, reader.rest()) };
    case DOWN.throttled:
      return { type: 'throttled', ...json(SERVER_HEADS.throttled, reader.rest()) };
    case DOWN.keysChanged:
      return { type: 'keysChanged', ...json(SERVER_HEADS.keysChanged, reader.rest()) };
    case DOWN.linkChanged:
      return { type: 'linkChanged', ...json(SERVER_HEADS.linkChanged, reader.rest()) };
    case DOWN.pong:
      return { type: 'pong' };
    default:
      throw malformed('KIND');
  }
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
