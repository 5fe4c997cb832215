import { initialState, type Comment, type FlowView } from '@uxflow/core';
import { expect, test } from 'vitest';
import { commentPlace, commentThreads, commentTitle, openComments } from './commentThreads.ts';

const say = (id: string, at: number, more: Partial<Comment> = {}): [string, Comment] => [id, { id, body: id, authorId: 'user_a', authorName: 'A', at, ...more }];
const view = {
  ...initialState('flow_1'),
  node: new Map([['cart', { id: 'cart', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart' } }], ['pay', { id: 'pay', type: 'screen', position: { x: 0, y: 0 }, data: { title: '' } }]]),
  edge: new Map([['go', { id: 'go', source: 'cart', target: 'pay', data: {} }]]),
  frame: new Map([['area', { id: 'area', title: 'Shop', rect: { x: 0, y: 0, width: 1, height: 1 } }]]),
} as unknown as FlowView;

test('brings answers to what they answer, the newest conversation first and in it the oldest', () => {
  const threads = commentThreads(new Map([say('a', 1), say('late', 9, { replyToId: 'a' }), say('b', 5), say('early', 2, { replyToId: 'a' }), say('lost', 3, { replyToId: 'gone' })]));
  expect(threads.map(({ comment, replies }) => [comment.id, replies.map(({ id }) => id)])).toEqual([['b', []], ['a', ['early', 'late']]]);
});

test('counts what is open where it is, and answers not', () => {
  const counts = openComments(new Map([say('a', 1, { nodeId: 'cart' }), say('b', 1, { nodeId: 'cart' }), say('c', 1, { nodeId: 'cart', replyToId: 'a' }), say('d', 1, { edgeId: 'go', resolved: true }), say('e', 1)]));
  expect([...counts]).toEqual([['cart', 2], ['', 1]]);
});

test('says what a comment is about, also where that has no title or is gone', () => {
  expect(['cart', 'go', 'area', 'gone', null].map((id) => commentPlace(view, id))).toEqual([{ nodeId: 'cart' }, { edgeId: 'go' }, { frameId: 'area' }, {}, {}]);
  expect(['cart', 'pay', 'go', 'area', 'gone', undefined].map((id) => commentTitle(view, id, 'Untitled'))).toEqual(['Cart', 'Untitled', 'Cart → Untitled', 'Shop', undefined, undefined]);
});
