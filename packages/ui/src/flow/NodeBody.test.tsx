import { ELEMENT_TYPES, NODE_TYPES, type Node, type NodeType } from '@uxflow/core';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { CanvasContext, type CanvasActions, type CanvasTexts } from './canvasContext.ts';
import { NodeBody } from './NodeBody.tsx';

const texts = {
  nodeType: Object.fromEntries(NODE_TYPES.map((type) => [type, `type ${type}`])),
  untitled: 'untitled',
  moreElements: (count: number) => `${count} more`,
  variants: (count: number) => `${count} variants`,
  checklist: (done: number, all: number) => `${done} of ${all}`,
  status: { done: 'is done' },
  priority: { critical: 'is critical' },
  device: { mobile: 'on a phone' },
  openSubflow: 'open sub-flow',
  editTitle: 'edit title',
  editDescription: 'edit description',
} as unknown as CanvasTexts;
const draw = (node: Node, editing?: 'title' | 'description') =>
  renderToStaticMarkup(
    <CanvasContext.Provider value={{ texts, actions: { canOpen: (flowId: string) => flowId === 'flow_2' } as Partial<CanvasActions> as CanvasActions }}>
      <NodeBody node={node} editing={editing} personaColors={['#123456']} />
    </CanvasContext.Provider>,
  );
const node = (type: NodeType, extra: Partial<Node> = {}): Node => ({ id: 'n', type, position: { x: 0, y: 0 }, data: { title: 'Sign in', description: 'With a passkey', url: '/session', method: 'POST', subflowId: 'flow_2' }, ...extra });

describe('NodeBody', () => {
  it.each(NODE_TYPES)('shows the title of a %s, and what to call it without one', (type) => {
    expect(draw(node(type))).toContain('Sign in');
    expect(draw(node(type, { data: { title: '' } }))).toContain('untitled');
  });

  it.each(['screen', 'popup', 'action', 'apiCall', 'subflow', 'note'] as const)('shows the description of a %s', (type) => {
    expect(draw(node(type))).toContain('With a passkey');
  });

  it('offers to open the flow that a sub-flow names, where that can be opened from here', () => {
    expect(draw(node('subflow'))).toContain('open sub-flow');
    for (const subflowId of ['flow_3', undefined]) expect(draw(node('subflow', { data: { title: 'Pay', subflowId } }))).not.toContain('open sub-flow');
  });

  it('shows method and address of an API call', () => {
    expect(draw(node('apiCall'))).toMatch(/POST.*\/session/);
  });

  it('shows the outputs of a condition in their order', () => {
    expect(draw(node('condition', { conditions: { b: { order: 'a', label: 'First' }, a: { order: 'b', label: 'Second' } } }))).toMatch(/First.*Second/);
  });

  it('shows six elements of a screen and counts the others', () => {
    const elements = Object.fromEntries(ELEMENT_TYPES.map((type, index) => [type, { order: String(index), type, label: `label ${type}` }]));
    const drawn = draw(node('screen', { elements }));
    expect(drawn.match(/label /g)).toHaveLength(6);
    expect(drawn).toContain(`${ELEMENT_TYPES.length - 6} more`);
  });

  it('shows states, checklist, device, status, priority and personas', () => {
    const drawn = draw(node('screen', { variants: { v: { order: 'a', type: 'error', name: 'E' } }, checklist: { c: { order: 'a', label: 'A', done: true }, d: { order: 'b', label: 'B', done: false } }, device: 'mobile', status: 'done', priority: 'critical' }));
    for (const part of ['1 variants', '1 of 2', 'on a phone', 'is done', 'is critical', '#123456']) expect(drawn).toContain(part);
  });

  it('becomes a text field for what is edited', () => {
    expect(draw(node('screen'), 'title')).toMatch(/<textarea[^>]*aria-label="edit title"[^>]*>Sign in/);
    expect(draw(node('screen'), 'description')).toMatch(/<textarea[^>]*aria-label="edit description"[^>]*>With a passkey/);
  });
});
