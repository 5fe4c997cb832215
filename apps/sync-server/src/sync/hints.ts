/**
 * Tells other instances where logs stand. What is said while a hint is on its way is gathered: one at a time, whatever the load. An
 * instance that hears of no other says nothing at all.
 */
import { BUS_TEXT_BYTES, type Bus } from './bus.ts';

export interface Hints {
  /** Says that a log stands at `no` now. */
  say(log: string, no: number): void;
  onHint(listener: (log: string, no: number) => void): () => void;
  /** True while another instance was heard of lately. */
  readonly isAlone: boolean;
  close(): Promise<void>;
}

const CHANNEL = 'log';
const PRESENT = 'instance';
const PRESENT_MS = 10_000;
/** ms after which an instance that was not heard of is gone. */
const FORGET_MS = 35_000;

/** The hints of an instance; its own are not heard. */
export function createHints({ bus, instance, now }: { bus: Bus; instance: string; now: () => number }): Hints {
  const heads = new Map<string, number>();
  let flushing: Promise<void> | undefined;
  /** When each other instance was heard of last. */
  const others = new Map<string, number>();
  const announce = () => void bus.publish(PRESENT, instance);

  const flush = async () => {
    while (heads.size > 0) {
      const parts: string[] = [];
      let bytes = 0;
      for (const [log, no] of heads) {
        const part = `${log}=${no}`;
        if ((bytes += part.length + 1) > BUS_TEXT_BYTES - 200) break;
        heads.delete(log);
        parts.push(part);
      }
      await bus.publish(CHANNEL, `${instance} ${parts.join(' ')}`);
    }
    flushing = undefined;
  };
  const forget = () => {
    for (const [other, heardAt] of others) if (now() - heardAt > FORGET_MS) others.delete(other);
  };
  const isAlone = () => {
    forget();
    return others.size === 0;
  };
  const end = bus.subscribe(PRESENT, (other) => {
    if (other === instance) return;
    // A newcomer must hear of us before it commits anything, also one that takes the place of an instance that fell a moment ago.
    forget();
    const isNew = !others.has(other);
    others.set(other, now());
    if (isNew) announce();
  });
  announce();
  const timer = setInterval(announce, PRESENT_MS);

  return {
    say(log, no) {
      if (isAlone()) return;
      heads.set(log, no);
      flushing ??= flush();
    },
    onHint: (listener) =>
      bus.subscribe(CHANNEL, (text) => {
        const [from, ...parts] = text.split(' ');
        if (from === instance) return;
        for (const part of parts) {
          const at = part.lastIndexOf('=');
          listener(part.slice(0, at), Number(part.slice(at + 1)));
        }
      }),
    get isAlone() {
      return isAlone();
    },
    async close() {
      clearInterval(timer);
      end();
      await flushing;
    },
  };
}
