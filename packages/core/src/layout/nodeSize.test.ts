import { describe, expect, it } from 'vitest';
import { NODE_TYPES, type Node } from '../flow/schema.ts';
import { CONDITION_HEAD, CONDITION_ROW, nodeSize } from './nodeSize.ts';

const node = (type: Node['type'], extra: Partial<Node> = {}, title = 'Title'): Node => ({ id: 'node_1', type, position: { x: 0, y: 0 }, data: { title }, ...extra });
const items = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`item_${index}`, { order: String(index), label: 'x', type: 'input' as const }]));

describe('nodeSize', () => {
  it('gives every type a size whose middles meet the grid', () => {
    for (const type of NODE_TYPES) {
      for (const title of ['A', 'A title of about forty characters, here', 'x'.repeat(200)]) {
        const { width, height } = nodeSize(node(type, {}, title));
        expect([width % 32, height % 32], `${type} ${title.length}`).toEqual([0, 0]);
      }
    }
  });

  it('grows with content and never shrinks below its base', () => {
    const bare = nodeSize(node('screen'));
    const full = nodeSize(node('screen', { elements: items(4), data: { title: 'Title', description: 'Two lines of a description that is longer than one line' } }));
    expect(full.width).toBe(bare.width);
    expect(full.height).toBeGreaterThan(bare.height);
    expect(nodeSize(node('screen', { elements: items(40) })).height).toBe(nodeSize(node('screen', { elements: items(30) })).height);
    expect(nodeSize(node('condition', { conditions: items(5) })).height).toBe(CONDITION_HEAD + 5 * CONDITION_ROW);
    expect(nodeSize(node('decision', {}, 'x'.repeat(90))).width).toBeGreaterThan(nodeSize(node('decision')).width);
  });

  it('takes the size that a node has', () => {
    expect(nodeSize(node('screen', { size: { width: 301, height: 77 } }))).toEqual({ width: 301, height: 77 });
  });
});
