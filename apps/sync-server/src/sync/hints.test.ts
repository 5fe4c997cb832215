/** Who hears of whom before anything is committed, on a bus of this process. */
import { afterEach, expect, test } from 'vitest';
import { createHints, type Hints } from './hints.ts';
import type { Bus } from './bus.ts';

const open: Hints[] = [];
afterEach(async () => {
  for (const hints of open.splice(0)) await hints.close();
});

/** A bus on which everybody hears at once, and a clock. */
function startBus() {
  const listeners = new Set<[string, (text: string) => void]>();
  const bus: Bus = {
    publish: async (channel, text) => {
      for (const [of, listener] of [...listeners]) if (of === channel) listener(text);
    },
    subscribe(channel, listener) {
      const entry: [string, (text: string) => void] = [channel, listener];
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    onGap: () => () => {},
    close: async () => {},
  };
  const clock = { now: 0 };
  /** Joins the bus; `heard`: what others said of logs. */
  const join = (instance: string) => {
    const hints = createHints({ bus, instance, now: () => clock.now });
    open.push(hints);
    const heard: string[] = [];
    hints.onHint((log, no) => void heard.push(`${log}=${no}`));
    return { hints, heard };
  };
  return { clock, join };
}

test('an instance that hears of no other says nothing', () => {
  const { join } = startBus();
  const only = join('a');
  expect(only.hints.isAlone).toBe(true);
  only.hints.say('log', 1);
  expect(only.heard).toEqual([]);
});

test('what a newcomer commits first is said to the others', () => {
  const { join } = startBus();
  const first = join('a');
  const second = join('b');
  second.hints.say('log', 7);
  expect(first.heard).toEqual(['log=7']);
});

test('so is what is committed first by an instance that takes the place of one that fell a moment ago', async () => {
  const { clock, join } = startBus();
  const first = join('a');
  const fallen = join('b');
  await fallen.hints.close();
  clock.now += 2000;
  const again = join('b2');
  expect(again.hints.isAlone).toBe(false);
  again.hints.say('log', 8);
  expect(first.heard).toEqual(['log=8']);
});

test('whoever was not heard of for long is gone', async () => {
  const { clock, join } = startBus();
  const first = join('a');
  const fallen = join('b');
  expect(first.hints.isAlone).toBe(false);
  await fallen.hints.close();
  clock.now += 60_000;
  expect(first.hints.isAlone).toBe(true);
});
