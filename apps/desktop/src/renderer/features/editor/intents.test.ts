import { commit, fold, openDocument, type Edge, type Intent, type LogState, type Node } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { clipOf, clipText, paste, readClip } from './clipboard.ts';
import { findInFlow } from '@uxflow/ui';
import { addNode, align, connect, frameAround, freeMiddle, move, portAt, reconnect, remove } from './intents.ts';

const node = (id: string, x: number, y: number, extra: Partial<Node> = {}): Node => ({ id, type: 'screen', position: { x, y }, data: { title: id.toUpperCase() }, ...extra });
const edge = (id: string, source: string, target: string, extra: Partial<Edge> = {}): Edge => ({ id, source, target, data: {}, ...extra });
const open = (nodes: Node[], edges: Edge[] = [], more: object = {}): LogState =>
  openDocument({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Test', nodes: Object.fromEntries(nodes.map((each) => [each.id, each])), edges: Object.fromEntries(edges.map((each) => [each.id, each])), ...more });
const after = (state: LogState, intent: Intent): LogState => fold(state, commit(state, intent, { id: 'entry_1', logId: 'flow_1', author: { kind: 'user', id: 'u', name: '' }, at: 0 }));
let count = 0;
const newId = (prefix: string) => `${prefix}_${++count}`;

describe('addNode', () => {
  it('puts the middle at the point, on the grid when snapping is on', () => {
    const state = after(open([]), { ops: [addNode('n', 'screen', { x: 103, y: 71 }, 'New')] });
    expect(state.node.get('n')).toEqual({ id: 'n', type: 'screen', position: { x: -32, y: 0 }, data: { title: 'New' } });
    expect(addNode('n', 'screen', { x: 103, y: 71 }, 'New', {}, false)).toMatchObject({ value: { position: { x: -25, y: 7 } } });
  });
});

describe('freeMiddle', () => {
  it('stays where there is room and goes to the side of what stands there', () => {
    expect(freeMiddle(open([]), 'screen', { x: 128, y: 64 })).toEqual({ x: 128, y: 64 });
    const state = open([node('a', 0, 0)]);
    const middle = freeMiddle(state, 'screen', { x: 128, y: 64 });
    const added = after(state, { ops: [addNode('n', 'screen', middle, 'N', {}, false)] }).node.get('n')!;
    expect(added.position.x >= 256 + 20 || added.position.y >= 128 + 20 || added.position.x <= -276 || added.position.y <= -148).toBe(true);
  });
});

describe('connect', () => {
  it('keeps the direction of the drag, and names the arms of a decision yes, then no', () => {
    let state = open([node('a', 0, 0, { type: 'decision' }), node('b', 400, 0)]);
    for (const id of ['e1', 'e2', 'e3']) state = after(state, { ops: [connect(state, id, { nodeId: 'a' }, { nodeId: 'b', port: 'left' })] });
    expect([...state.edge.values()].sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
      { id: 'e1', source: 'a', target: 'b', targetPort: 'left', data: { kind: 'yes' } },
      { id: 'e2', source: 'a', target: 'b', targetPort: 'left', data: { kind: 'no' } },
      { id: 'e3', source: 'a', target: 'b', targetPort: 'left', data: {} },
    ]);
  });

  it('leaves a condition by the row under the pointer', () => {
    const condition = node('c', 0, 0, { type: 'condition', conditions: { one: { order: 'a', label: '1' }, two: { order: 'b', label: '2' } } });
    expect(portAt(condition, 'right', 64 + 32 + 10)).toBe('two');
    expect(portAt(condition, 'right', 20)).toBe('right');
    expect(portAt(condition, 'bottom', 80)).toBe('bottom');
  });
});

describe('reconnect', () => {
  it('changes only the moved end and drops the old route', () => {
    const old = edge('e', 'a', 'b', { sourcePort: 'right', route: [{ x: 0, y: 0 }, { x: 1, y: 0 }] });
    const state = after(open([node('a', 0, 0), node('b', 400, 0), node('c', 400, 300)], [old]), { ops: reconnect(old, { nodeId: 'a', port: 'right' }, { nodeId: 'c' }) });
    expect(state.edge.get('e')).toEqual({ id: 'e', source: 'a', target: 'c', sourcePort: 'right', data: {} });
    expect(reconnect(old, { nodeId: 'a', port: 'right' }, { nodeId: 'b' })).toEqual([]);
  });
});

describe('move', () => {
  const framed = open([node('in', 40, 80, { frameId: 'f' }), node('out', 900, 0)], [], { frames: { f: { id: 'f', title: 'F', position: { x: 0, y: 0 }, size: { width: 400, height: 400 } } } });

  it('lets a node join the frame that it is dropped in and leave one that it is dragged out of', () => {
    expect(after(framed, move(framed, new Map([['out', { x: 64, y: 160 }]]))).node.get('out')?.frameId).toBe('f');
    expect(after(framed, move(framed, new Map([['in', { x: 900, y: 500 }]]))).node.get('in')).not.toHaveProperty('frameId');
  });

  it('keeps members in a frame that moves', () => {
    const state = after(framed, move(framed, new Map([['f', { x: 500, y: 500 }], ['in', { x: 540, y: 580 }]])));
    expect(state.node.get('in')).toMatchObject({ frameId: 'f', position: { x: 540, y: 580 } });
    expect(state.frame.get('f')?.position).toEqual({ x: 500, y: 500 });
  });
});

describe('remove', () => {
  it('takes the edges of removed nodes along and leaves members of a removed frame', () => {
    const state = open([node('a', 0, 0, { frameId: 'f' }), node('b', 400, 0)], [edge('ab', 'a', 'b')], { frames: { f: { id: 'f', title: 'F', position: { x: 0, y: 0 }, size: { width: 400, height: 400 } } } });
    const rest = after(state, remove(state, ['f', 'b', 'ab']));
    expect([rest.node.size, rest.edge.size, rest.frame.size]).toEqual([1, 0, 0]);
    expect(rest.node.get('a')).not.toHaveProperty('frameId');
  });
});

describe('frameAround', () => {
  it('draws around its members with room for the title', () => {
    const state = open([node('a', 100, 100), node('b', 500, 300)]);
    const framed = after(state, frameAround(state, ['a', 'b'], 'f', 'Both')!);
    expect(framed.frame.get('f')).toEqual({ id: 'f', title: 'Both', position: { x: 68, y: 36 }, size: { width: 720, height: 424 } });
    expect([...framed.node.values()].every((each) => each.frameId === 'f')).toBe(true);
  });
});

describe('align', () => {
  const state = open([node('a', 0, 0), node('b', 500, 40), node('c', 700, 90), node('fixed', 2000, 7, { locked: true })]);

  it('lines up and leaves locked nodes alone', () => {
    const top = after(state, align(state, ['a', 'b', 'fixed'], 'bottom')!);
    expect(top.node.get('a')?.position.y).toBe(40);
    expect(top.node.get('fixed')?.position.y).toBe(7);
    expect(align(state, ['a'], 'left')).toBeNull();
  });

  it('spreads with even gaps and keeps the outer two', () => {
    const spread = after(state, align(state, ['a', 'b', 'c'], 'spreadAcross')!);
    expect(['a', 'b', 'c'].map((id) => spread.node.get(id)!.position.x)).toEqual([0, 350, 700]);
  });
});

describe('clipboard', () => {
  const state = open([node('a', 0, 0, { personaIds: { p: true } }), node('b', 400, 0), node('c', 800, 0)], [edge('ab', 'a', 'b', { route: [{ x: 256, y: 64 }, { x: 400, y: 64 }] }), edge('bc', 'b', 'c')], { personas: { p: { id: 'p', name: 'P' } } });

  it('copies chosen nodes with the edges between them, under fresh ids', () => {
    const clip = readClip(clipText(clipOf(state, ['a', 'b'])!))!;
    const { intent, ids } = paste(state, clip, newId, { shift: 32 });
    const pasted = after(state, intent);
    expect([pasted.node.size, pasted.edge.size]).toEqual([5, 3]);
    expect(pasted.node.get(ids[0]!)).toMatchObject({ position: { x: 32, y: 32 }, data: { title: 'A' }, personaIds: { p: true } });
    const copy = [...pasted.edge.values()].find((each) => each.source === ids[0])!;
    expect(copy).toMatchObject({ target: ids[1], route: [{ x: 288, y: 96 }, { x: 432, y: 96 }] });
  });

  it('leaves out personas that another flow does not have', () => {
    const other = open([]);
    const pasted = after(other, paste(other, clipOf(state, ['a'])!, newId, { at: { x: 128, y: 64 } }).intent);
    expect([...pasted.node.values()][0]).not.toHaveProperty('personaIds');
  });

  it.each(['', 'plain words', '{"format":"uxflow-clip","nodes":[{"id":1}]}', '{"format":"uxflow-clip"'])('refuses %s', (text) => {
    expect(readClip(text)).toBeNull();
  });
});

describe('findInFlow', () => {
  it('looks into titles, elements and labels, in reading order', () => {
    const state = open([node('low', 0, 500, { data: { title: 'Sign in' } }), node('high', 0, 0, { elements: { x: { order: 'a', type: 'button', label: 'Sign in now' } } })], [edge('e', 'high', 'low', { data: { label: 'signs in' } })]);
    expect(findInFlow(state, ' SIGN IN ')).toEqual(['high', 'low']);
    expect(findInFlow(state, 'signs')).toEqual(['e']);
    expect(findInFlow(state, ' ')).toEqual([]);
  });
});
