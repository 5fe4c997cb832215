import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../base/index.ts';
import { changeRecord, changesFrame, decodeDown, decodeUp, encodeDown, encodeUp, LIMITS, ownRecord, presenceFrame, PROTOCOL, readEnvelope, stateFrame, writeEnvelope, type ClientMessage, type Envelope, type ServerMessage } from './protocol.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_:-]{1,40}$/);
const bytes = fc.uint8Array({ maxLength: 300 });
const no = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const chain = fc.constantFrom('', 'ab'.repeat(32));

const up: fc.Arbitrary<ClientMessage> = fc.oneof(
  fc.record({ type: fc.constant('hello' as const), protocol: fc.nat(), token: fc.string({ maxLength: 50 }), schemas: fc.integer({ min: 1, max: 9 }), rules: fc.integer({ min: 1, max: 9 }), device: id }),
  fc.record({ type: fc.constant('hello' as const), protocol: fc.nat(), token: fc.string({ maxLength: 50 }), schemas: fc.constant(1), rules: fc.constant(1), device: id, hears: fc.array(fc.string({ maxLength: 30 }), { maxLength: 20 }) }),
  fc.record({ type: fc.constant('join' as const), log: id, no, chain }),
  fc.record({ type: fc.constant('leave' as const), log: id }),
  fc.record({ type: fc.constant('push' as const), log: id, entries: fc.array(fc.record({ envelope: bytes, bytes }), { maxLength: 5 }) }),
  fc.record({ type: fc.constant('presence' as const), log: id, bytes }),
  fc.record({ type: fc.constant('snapshot' as const), log: id, no, chain, part: fc.nat(63), parts: fc.integer({ min: 1, max: 64 }), bytes }),
  fc.record({ type: fc.constant('ask' as const), log: id, ids: fc.array(id, { maxLength: 5 }) }),
  fc.constant({ type: 'ping' as const }),
);

describe('frames', () => {
  test('what a client says is what the server reads', () => {
    fc.assert(
      fc.property(up, (message) => {
        expect(decodeUp(encodeUp(message))).toEqual(message);
      }),
    );
  });

  test('what the server says is what a client reads', () => {
    const plain: Exclude<ServerMessage, { type: 'changes' | 'state' | 'presence' }>[] = [
      { type: 'welcome', protocol: 1, peer: 'p', user: 'u' },
      { type: 'joined', log: 'l', no: 5, base: 1, scope: null, epoch: 0, reset: true },
      { type: 'reset', log: 'l', reason: 'CHAIN_DIFFERS', state: false },
      { type: 'denied', log: 'l', id: 'x', code: 'REKEY', params: { epoch: 3 } },
      { type: 'snapshotWanted', log: 'l', no: 9 },
      { type: 'known', log: 'l', numbers: { a: 1 } },
      { type: 'ended', code: 'SERVER_RESTARTS', params: {} },
      { type: 'throttled', code: 'RATE_LIMITED', retryAfterMs: 5 },
      { type: 'keysChanged', workspace: 'ws_1' },
      { type: 'linkChanged', link: 'link_1' },
      { type: 'pong' },
    ];
    for (const message of plain) expect(decodeDown(encodeDown(message))).toEqual(message);
    fc.assert(
      fc.property(id, no, bytes, bytes, id, (log, number, envelope, body, entry) => {
        const sha256 = new Uint8Array(32).fill(171);
        expect(decodeDown(changesFrame(log, [changeRecord(number, envelope, body), ownRecord(number, entry, sha256)]))).toEqual({ type: 'changes', log, changes: [{ no: number, envelope, bytes: body }, { no: number, id: entry, sha256: 'ab'.repeat(32) }] });
        expect(decodeDown(stateFrame({ log, no: number, chain: '' }, body))).toEqual({ type: 'state', log, no: number, chain: '', bytes: body });
        expect(decodeDown(presenceFrame(log, [{ peer: 'p', user: entry, bytes: body }]))).toEqual({ type: 'presence', log, peers: [{ peer: 'p', user: entry, bytes: body }] });
      }),
    );
  });

  test('any other bytes are an error with its code, on both sides, never anything else', () => {
    const reads = [decodeUp, decodeDown];
    const hostile = fc.oneof(fc.uint8Array({ maxLength: 80 }), fc.tuple(up, fc.nat(200), fc.nat(255)).map(([message, at, value]) => {
      const frame = Uint8Array.from(encodeUp(message));
      frame[at % frame.length] = value;
      return frame;
    }), fc.tuple(up, fc.nat(200)).map(([message, cut]) => encodeUp(message).slice(0, cut)));
    fc.assert(
      fc.property(hostile, (frame) => {
        for (const read of reads) {
          try {
            read(frame);
          } catch (error) {
            if (!isAppError(error) || error.code !== 'FRAME_MALFORMED') throw error;
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('more than a push or a presence may hold is refused before it is read', () => {
    const entries = Array.from({ length: LIMITS.pushEntries + 1 }, () => ({ envelope: new Uint8Array(0), bytes: new Uint8Array(0) }));
    for (const message of [{ type: 'push' as const, log: 'l', entries }, { type: 'presence' as const, log: 'l', bytes: new Uint8Array(LIMITS.presenceBytes + 1) }, { type: 'ask' as const, log: 'l', ids: Array.from({ length: LIMITS.askIds + 1 }, (_, n) => `i${n}`) }]) {
      expect(() => decodeUp(encodeUp(message))).toThrow(expect.objectContaining({ code: 'FRAME_MALFORMED' }));
    }
  });
});

describe('envelopes', () => {
  const envelope: Envelope = { protocol: PROTOCOL, log: 'log_1', id: 'tx_1', author: 'user_1', scope: 'edit', epoch: 0, schema: 1, size: 3 };

  test('are canonical JSON, so that a seal over them holds everywhere', () => {
    expect(new TextDecoder().decode(writeEnvelope(envelope))).toBe('{"author":"user_1","epoch":0,"id":"tx_1","log":"log_1","protocol":1,"schema":1,"scope":"edit","size":3}');
    expect(readEnvelope(writeEnvelope(envelope))).toEqual(envelope);
  });

  test.each([
    ['no JSON', '{'],
    ['another protocol', JSON.stringify({ ...envelope, protocol: 2 })],
    ['an unknown scope', JSON.stringify({ ...envelope, scope: 'all' })],
    ['an id with a dot', JSON.stringify({ ...envelope, id: 'a.b' })],
    ['a negative epoch', JSON.stringify({ ...envelope, epoch: -1 })],
    ['too much', JSON.stringify({ ...envelope, more: 'x'.repeat(LIMITS.envelopeBytes) })],
  ])('with %s are refused', (_what, text) => {
    expect(() => readEnvelope(new TextEncoder().encode(text))).toThrow(expect.objectContaining({ code: 'ENVELOPE_INVALID' }));
  });
});
