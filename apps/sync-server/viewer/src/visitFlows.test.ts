import { createIdSource, createPlainCodec, createSyncClient, systemClock, systemRandom } from '@uxflow/core';
import { expect, test } from 'vitest';
import { createPageTrail, type PageTrail } from './pageTrail.ts';
import { sha256 } from './shownFlow.ts';
import { createVisitFlows, type LinkContent } from './visitFlows.ts';

/** A tab with a history of its own, as browsers keep one. */
function openTab() {
  const entries: unknown[] = [null];
  let at = 0;
  const listeners: (() => void)[] = [];
  const go = (by: number) => {
    at += by;
    for (const listener of listeners) listener();
  };
  const history = {
    get state() {
      return entries[at];
    },
    pushState(state: unknown) {
      entries.splice(++at, entries.length, structuredClone(state));
    },
    replaceState(state: unknown) {
      entries[at] = structuredClone(state);
    },
  };
  const trail = createPageTrail({ history, addEventListener: (_: string, listener: () => void) => listeners.push(listener) } as unknown as Window);
  return { trail, back: () => go(-1), forward: () => go(1), entries };
}

const part = (name: string) => ({ logId: `log_${name}`, flowId: `flow_${name}`, name });
const link = (...names: string[]): LinkContent => ({ own: { logId: 'log_own', name: 'own' }, parts: names.map(part) });

/** The flows of a visit whose server never answers. */
function visit(history: PageTrail, content: LinkContent) {
  const codec = createPlainCodec({ deflate: (bytes) => bytes, inflate: (bytes) => bytes });
  const client = createSyncClient({ connect: () => ({ send() {}, close() {} }), token: async () => undefined, device: 'viewer', schemas: 1, rules: 1, sha256, clock: systemClock, timer: () => () => {}, random: () => 0 });
  const flows = createVisitFlows({ client, codecOf: () => codec, ids: createIdSource(systemClock, systemRandom), history, changed: () => {} });
  flows.take(content);
  flows.follow();
  const way = () => flows.trail().map(({ name }) => name).join(' ');
  history.onMove(() => flows.follow());
  return { flows, way };
}

test('goes where steps lead, and back by the page and by the tab', () => {
  const tab = openTab();
  const { flows, way } = visit(tab.trail, link('a', 'b'));
  expect([flows.open('flow_a'), flows.open('flow_b'), way()]).toEqual([true, true, 'own a b']);
  // By a step that leads to a flow on the way: the way ends there.
  expect([flows.open('flow_a'), way(), flows.current()?.logId]).toEqual([true, 'own a', 'log_a']);
  tab.back();
  expect(way()).toBe('own a b');
  tab.back();
  tab.back();
  expect([way(), flows.current()?.logId]).toEqual(['own', 'log_own']);
  tab.forward();
  expect(way()).toBe('own a');
  expect([flows.backTo('log_own'), way(), flows.backTo('log_own'), flows.backTo('log_b')]).toEqual([true, 'own', false, false]);
  expect([flows.open('flow_none'), way()]).toEqual([false, 'own']);
});

test('what is not part of the link any more ends the way before it, also in what the tab remembers', () => {
  const tab = openTab();
  const { flows, way } = visit(tab.trail, link('a', 'b', 'c'));
  for (const id of ['flow_a', 'flow_b', 'flow_c']) flows.open(id);
  expect(flows.take(link('a', 'c'))).toEqual({ logId: 'log_b', name: 'b' });
  expect([way(), [...flows.all()].map(({ logId }) => logId)]).toEqual(['own a', ['log_own', 'log_a', 'log_c']]);
  tab.back();
  expect(way()).toBe('own a');
  expect(flows.take(link('a', 'c'))).toBeUndefined();
  expect(flows.open('flow_b')).toBe(false);
  // Brought back, it can be opened anew.
  flows.take(link('a', 'b'));
  expect([flows.open('flow_b'), way()]).toEqual([true, 'own a b']);
});

test('begins where the tab stood, as far as that is true', () => {
  for (const [state, expected] of [
    [{ trail: ['log_a', 'log_b'] }, 'own a b'],
    [{ trail: ['log_a', 'log_gone', 'log_b'] }, 'own a'],
    [{ trail: [7, null, 'log_a'] }, 'own a'],
    [{ trail: 'log_a' }, 'own'],
    [{ other: 'page' }, 'own'],
    ['text', 'own'],
    [null, 'own'],
  ] as const) {
    const tab = openTab();
    tab.entries[0] = state;
    expect([JSON.stringify(state), visit(tab.trail, link('a', 'b')).way()]).toEqual([JSON.stringify(state), expected]);
  }
});
