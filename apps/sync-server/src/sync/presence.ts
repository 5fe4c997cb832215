/** Who is where in a room: handed on a few times a second, kept while it is true, stored nowhere. */
import { presenceFrame, type ClientMessage, type PeerPresence } from '@uxflow/core/protocol';
import type { Principal } from './access.ts';
import { BUS_TEXT_BYTES, type Bus } from './bus.ts';
import { toWire, type Connection } from './connection.ts';
import type { Hints } from './hints.ts';
import type { HubParts } from './hubParts.ts';
import type { Room, Subscription } from './room.ts';

export interface Presence {
  take(connection: Connection, principal: Principal, message: Extract<ClientMessage, { type: 'presence' }>): void;
  /** Shows a newcomer who is there. */
  welcome(member: Subscription): void;
  gone(room: Room, peer: string): void;
  close(): void;
}

const CHANNEL = 'presence';
/** ms between two frames of a room: about thirty a second. */
const FLUSH_MS = 33;
/** ms after which somebody of another instance who was not heard of again is gone. */
const FORGET_MS = 60_000;
const NOBODY = new Uint8Array(0);

/** The presence of an instance; people of other instances come by the bus. */
export function createPresence({ rooms, bus, hints, instance, now }: Pick<HubParts, 'rooms' | 'now'> & { bus: Bus; hints: Hints; instance: string }): Presence {
  const dirty = new Map<Room, Map<string, PeerPresence>>();
  let timer: NodeJS.Timeout | undefined;

  const mark = (room: Room, one: PeerPresence) => {
    let peers = dirty.get(room);
    if (!peers) dirty.set(room, (peers = new Map()));
    peers.set(one.peer, one);
    timer ??= setTimeout(flush, FLUSH_MS);
  };
  const flush = () => {
    timer = undefined;
    for (const [room, peers] of dirty) {
      const all = [...peers.values()];
      show(room, all);
      tellOthers(room, all);
    }
    dirty.clear();
  };
  const show = (room: Room, peers: readonly PeerPresence[]) => {
    const frame = toWire(presenceFrame(room.id, peers));
    for (const { connection, isIn } of room.members) {
      // Cursors and names of people are not for who came by a link.
      if (!isIn || connection.principal?.link) continue;
      // Nobody needs to be told of themselves, nor a slow reader of anything but the log.
      if (connection.isSlow || (peers.length === 1 && peers[0]!.peer === connection.peer)) continue;
      connection.send(frame);
    }
  };
  const tellOthers = (room: Room, peers: readonly PeerPresence[]) => {
    if (hints.isAlone) return;
    let part: string[] = [];
    let bytes = 0;
    const send = () => {
      if (part.length > 0) void bus.publish(CHANNEL, `${instance} ${room.id} ${part.join(' ')}`);
      part = [];
      bytes = 0;
    };
    for (const { peer, user, bytes: shown } of peers) {
      const text = `${peer}=${user}=${Buffer.from(shown).toString('base64')}`;
      if (bytes + text.length > BUS_TEXT_BYTES - 400) send();
      part.push(text);
      bytes += text.length + 1;
    }
    send();
  };

  const end = bus.subscribe(CHANNEL, (text) => {
    const [from, log, ...parts] = text.split(' ');
    const room = from === instance ? undefined : rooms.get(log!);
    if (!room) return;
    const peers = parts.map((part): PeerPresence => {
      const [peer = '', user = '', ...bytes] = part.split('=');
      return { peer, user, bytes: Buffer.from(bytes.join('='), 'base64') };
    });
    for (const one of peers) {
      if (one.bytes.length === 0) room.presence.delete(one.peer);
      else room.presence.set(one.peer, { ...one, at: now() });
    }
    show(room, peers);
  });

  return {
    take(connection, { userId }, { log, bytes }) {
      const member = connection.logs.get(log);
      if (!member) return;
      if (!member.isIn) return void (member.early = Uint8Array.from(bytes));
      // A copy: the bytes are a part of the message's buffer, which would be kept as a whole.
      const one = { peer: connection.peer, user: userId, bytes: Uint8Array.from(bytes), at: now() };
      if (bytes.length === 0) member.room.presence.delete(connection.peer);
      else member.room.presence.set(connection.peer, one);
      mark(member.room, one);
    },
    welcome({ connection, room, early }) {
      const { principal } = connection;
      if (!principal || principal.link) return;
      if (early && early.length > 0) {
        const one = { peer: connection.peer, user: principal.userId, bytes: early, at: now() };
        room.presence.set(one.peer, one);
        mark(room, one);
      }
      const own = instance.slice(0, 8);
      for (const [peer, { at }] of room.presence) if (!peer.startsWith(own) && at < now() - FORGET_MS) room.presence.delete(peer);
      const others = [...room.presence.values()].filter(({ peer }) => peer !== connection.peer);
      if (others.length > 0) connection.send(toWire(presenceFrame(room.id, others)));
    },
    gone(room, peer) {
      const was = room.presence.get(peer);
      if (!was) return;
      room.presence.delete(peer);
      mark(room, { peer, user: was.user, bytes: NOBODY });
    },
    close() {
      end();
      clearTimeout(timer);
    },
  };
}
