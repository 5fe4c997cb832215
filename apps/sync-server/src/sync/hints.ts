/** Tells other instances where logs stand. Said while a hint is on its way are gathered: one at a time, whatever the load. */
import { BUS_TEXT_BYTES, type Bus } from './bus.ts';

const CHANNEL = 'log';

/** The hints of an instance; its own are not heard. */
export function createHints({ bus, instance }: { bus: Bus; instance: string }) {
  const heads = new Map<string, number>();
  let flushing: Promise<void> | undefined;

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

  return {
    /** Says that a log stands at `no` now. */
    say(log: string, no: number): void {
      heads.set(log, no);
      flushing ??= flush();
    },
    onHint: (listener: (log: string, no: number) => void) =>
      bus.subscribe(CHANNEL, (text) => {
        const [from, ...parts] = text.split(' ');
        if (from === instance) return;
        for (const part of parts) {
          const at = part.lastIndexOf('=');
          listener(part.slice(0, at), Number(part.slice(at + 1)));
        }
      }),
    async close(): Promise<void> {
      await flushing;
    },
  };
}
