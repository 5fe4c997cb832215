/** Where time and chance come from: injected, so that pure code stays repeatable in tests. */
export interface Clock {
  /** Integer milliseconds UTC. */
  now(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** A clock that starts at `start` (ms UTC) and moves only when told. */
export function createTestClock(start = 1_700_000_000_000): Clock & { advance(ms: number): void } {
  let time = start;
  return { now: () => time, advance: (ms) => void (time += ms) };
}
