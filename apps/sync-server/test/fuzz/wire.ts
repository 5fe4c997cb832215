/** A bad network between a device and the server: frames twice, out of order, late, or never because the line is cut. */
import type { SocketEvents, SyncSocket } from '@uxflow/core';
import type { Dice } from '../../../../packages/core/src/flow/fixtures/fuzzEntries.ts';

/** How bad it is; set `isCalm` and it is a line like any other. */
export interface Weather {
  isCalm: boolean;
  /** What devices send keeps its order, as on any real line; elsewhere both directions are mixed up. */
  isOrderly: boolean;
  counts: { twice: number; swapped: number; cut: number };
}

const HELD_MS = 15;

/** The socket of a device through the weather. */
export function badWire(dice: Dice, weather: Weather): (events: SocketEvents, connect: (events: SocketEvents) => SyncSocket) => SyncSocket {
  return (events, connect) => {
    let isCut = false;
    const cut = () => {
      if (isCut) return;
      isCut = true;
      weather.counts.cut += 1;
      socket.close();
      events.closed(1006, '');
    };
    const through = (deliver: (frame: Uint8Array) => void, keepsOrder: boolean) => {
      let held: Uint8Array | undefined;
      const letGo = () => {
        const frame = held;
        held = undefined;
        if (frame && !isCut) deliver(frame);
      };
      return (frame: Uint8Array) => {
        if (isCut) return;
        const roll = weather.isCalm ? 99 : dice.roll(100);
        if (roll < 2) return cut();
        if (roll < 5 && !held && !keepsOrder) {
          // Comes after the next one, or a little later when there is none.
          weather.counts.swapped += 1;
          held = Uint8Array.from(frame);
          setTimeout(letGo, HELD_MS);
          return;
        }
        deliver(frame);
        letGo();
        if (roll >= 5 && roll < 9) {
          weather.counts.twice += 1;
          deliver(frame);
        }
      };
    };
    const up = through((frame) => socket.send(frame), weather.isOrderly);
    const socket: SyncSocket = connect({ opened: () => !isCut && events.opened(), frame: through((frame) => events.frame(frame), false), closed: (code, reason) => !isCut && events.closed(code, reason) });
    return { send: up, close: () => socket.close() };
  };
}
