import { expect, test } from 'vitest';
import { initialState, type FlowView, type Node } from '../../flow/index.ts';
import { linkPartsOf } from './linkParts.ts';
import type { Share } from './shares.ts';

const account = { server: 'https://one.example', user: { id: 'user_ann' } };
const shareOf = (flowId: string, more: Partial<Share> = {}): Share => ({ logId: `log_${flowId}`, server: account.server, userId: 'user_ann', workspaceId: 'ws_1', workspaceName: '', encrypted: false, phase: 'shared', hasSnapshot: true, scope: 'edit', ...more });

/** Flows by what they lead to. */
function world(leads: Record<string, string[]>, shares: Record<string, Partial<Share> | null> = {}) {
  const views = new Map(
    Object.entries(leads).map(([id, targets]): [string, FlowView] => {
      const node = new Map(targets.map((target, n): [string, Node] => [`node_${n}`, { id: `node_${n}`, type: 'subflow', position: { x: 0, y: 0 }, data: { title: target, subflowId: target } }]));
      return [id, { ...initialState(id), flow: { id, name: `Flow ${id}` }, node: node as unknown as FlowView['node'] }];
    }),
  );
  return linkPartsOf('a', shareOf('a'), { viewOf: (id) => views.get(id), shares: { get: (id) => (shares[id] === null ? undefined : shareOf(id, shares[id])) }, account });
}

test('goes down to the last, nearest first, each once, and in circles nowhere', () => {
  const { parts, others } = world({ a: ['b', 'c', 'a'], b: ['d', 'a'], c: ['d', 'b'], d: ['b'] });
  expect([parts.map(({ flowId }) => flowId), others]).toEqual([['b', 'c', 'd'], 0]);
  expect(parts[0]).toEqual({ flowId: 'b', logId: 'log_b', name: 'Flow b' });
});

test('leaves out what is not shared in the same workspace by this account, and what only that leads to', () => {
  const leads = { a: ['b', 'c', 'd', 'e', 'f', 'gone', 'local'], b: ['x'], c: ['x'], d: ['x'], e: ['x'], f: ['y'], local: ['x'], x: [], y: [] };
  const { parts, others } = world(leads, { b: { workspaceId: 'ws_2' }, c: { phase: 'registering' }, d: { server: 'https://two.example' }, e: { userId: 'user_bob' }, local: null });
  expect([parts.map(({ flowId }) => flowId), others]).toEqual([['f', 'y'], 6]);
});

test('takes so many as go with one link', () => {
  const many = Array.from({ length: 130 }, (_, n) => `s${n}`);
  const { parts, others } = world({ a: many, ...Object.fromEntries(many.map((id) => [id, []])) });
  expect([parts.length, others]).toEqual([100, 30]);
});
