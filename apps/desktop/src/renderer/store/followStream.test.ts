import { AppError } from '@uxflow/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createReports, type Connection, type ConnectionStatus } from '../../bridge.ts';
import { followStream, type StreamListener } from './followStream.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window whose engine answers every question for a stream with the next of `answers`, the last one for ever. */
function stage(answers: readonly (() => AsyncIterable<string>)[]) {
  let status: ConnectionStatus = 'connected';
  const listeners = new Set<(status: ConnectionStatus) => void>();
  const reports: unknown[] = [];
  const events: string[] = [];
  let asked = 0;
  const connection = {
    api: {} as Connection['api'],
    status: () => status,
    onStatus: (listener: (status: ConnectionStatus) => void) => (listeners.add(listener), () => void listeners.delete(listener)),
    ...createReports(),
  };
  connection.onReport((error) => reports.push(error));
  return {
    reports,
    events,
    asked: () => asked,
    turn(next: ConnectionStatus) {
      status = next;
      for (const listener of [...listeners]) listener(next);
    },
    follow: (listener: Partial<StreamListener<string>> = {}) =>
      followStream<string>(connection, async () => answers[Math.min(asked++, answers.length - 1)]!(), { event: (event) => void events.push(event), ...listener }),
  };
}
async function* says(...events: string[]) {
  yield* events;
}
async function* refuses(code: string, ...events: string[]) {
  yield* events;
  throw new AppError(code, `${code}.`);
}
async function* waits(...events: string[]): AsyncGenerator<string> {
  yield* events;
  await new Promise(() => {});
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a stream of the engine', () => {
  it('that is refused again and again is told once, and asked for less and less often', async () => {
    const window = stage([() => refuses('STORE_CORRUPT')]);
    const end = window.follow();
    await pass(60_000);
    expect(window.reports).toEqual([expect.objectContaining({ code: 'STORE_CORRUPT' })]);
    expect(window.asked()).toBeLessThan(12);
    end();
    const before = window.asked();
    await pass(120_000);
    expect(window.asked()).toBe(before);
  });

  it('that breaks off in the middle with a code is told, and goes on', async () => {
    const window = stage([() => refuses('DISK_FULL', 'one'), () => waits('two')]);
    const end = window.follow();
    await pass(1000);
    expect([window.events, window.reports]).toEqual([['one', 'two'], [expect.objectContaining({ code: 'DISK_FULL' })]]);
    end();
  });

  it('whose screen fails at an event is told, too', async () => {
    const window = stage([() => waits('one')]);
    const end = window.follow({
      event: () => {
        throw new TypeError('no such thing');
      },
    });
    await pass(10_000);
    expect(window.reports).toEqual([expect.objectContaining({ message: 'no such thing' })]);
    end();
  });

  it('whose screen shows the refusal itself is not told twice, and ends where the screen says so', async () => {
    const failures: unknown[] = [];
    const window = stage([() => refuses('FLOW_NOT_FOUND')]);
    window.follow({ failed: (error) => (failures.push(error), failures.length < 2) });
    await pass(60_000);
    expect([failures.length, window.asked(), window.reports]).toEqual([2, 2, []]);
  });

  it('that ends with the connection is no failure, and comes back with it', async () => {
    let cut = (_: unknown) => {};
    const cable = async function* () {
      yield 'one';
      await new Promise((_, fail) => (cut = fail));
    };
    const window = stage([cable, () => says('two'), () => waits('three')]);
    const end = window.follow();
    await pass(0);
    cut(new Error('closed'));
    await pass(10);
    window.turn('lost');
    await pass(5000);
    expect(window.asked()).toBe(1);
    window.turn('connected');
    await pass(1000);
    expect([window.events, window.reports]).toEqual([['one', 'two', 'three'], []]);
    end();
  });
});

it('failures that nobody hears yet wait for who shows them', () => {
  const { report, onReport } = createReports();
  report('early');
  const heard: unknown[] = [];
  const stop = onReport((error) => heard.push(error));
  report('later');
  stop();
  expect(heard).toEqual(['early', 'later']);
});
