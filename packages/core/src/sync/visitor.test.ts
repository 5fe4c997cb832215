import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../base/index.ts';
import { commit, fold, initialState, stateText, type LogState, type Transaction } from '../flow/index.ts';
import { createPlainCodec } from './codec.ts';
import { PROTOCOL, writeEnvelope } from './protocol.ts';
import type { Numbered } from './replica.ts';
import { asVisitor, isVisitor, visitorCommentPrefix } from './visitor.ts';
import { unpackChange } from './wireEntry.ts';

const VISITOR = 'visitor_0199';
const codec = createPlainCodec({ deflate: (bytes) => bytes, inflate: (bytes) => bytes });
const sha256 = (bytes: Uint8Array) => hash('sha256', bytes);
const comment = (authorId: string, body: string, more: Record<string, unknown> = {}) => ({ body, authorId, authorName: 'Ann', at: 1, ...more });
const ops = (list: unknown[]): Transaction => ({ id: 'tx_1', logId: 'log_1', author: { kind: 'user', id: 'user_ann', name: 'Ann' }, at: 1, schema: 1, scope: 'comment', ops: list as Transaction['ops'] });

/** A flow with a step and a comment of Ann's. */
const before = (): LogState =>
  fold(
    initialState('flow_1'),
    commit(initialState('flow_1'), { ops: [{ op: 'add', kind: 'node', id: 'node_1', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart' } } }, { op: 'add', kind: 'comment', id: 'comment_ann', value: comment('user_ann', 'Mine') }] }, { id: 'tx_0', logId: 'log_1', author: { kind: 'user', id: 'user_ann', name: 'Ann' }, at: 1 }),
  );

/** What a device makes of bytes that somebody pushed; the server vouches for the author of the envelope alone. */
function received(entry: unknown, author: string, scope: 'edit' | 'comment' = 'comment'): Transaction {
  const bytes = codec.encode(new TextEncoder().encode(canonicalJson(entry)), new Uint8Array());
  const envelope = writeEnvelope({ protocol: PROTOCOL, log: 'log_1', id: 'tx_1', author, scope, epoch: 0, schema: 1, size: bytes.length });
  return (unpackChange({ no: 2, envelope, bytes }, 'log_1', { codec, sha256 }) as Numbered).entry!;
}

test('a visitor adds comments, in the own name, whatever the entry says', () => {
  const id = `${visitorCommentPrefix(VISITOR)}1`;
  const after = fold(before(), received(ops([{ op: 'add', kind: 'comment', id, value: comment('user_ann', 'Signed by somebody else') }]), VISITOR));
  expect(after.comment.get(id)).toMatchObject({ authorId: VISITOR, body: 'Signed by somebody else' });
  expect(received(ops([]), VISITOR).author).toEqual({ kind: 'user', id: VISITOR, name: 'Ann' });
});

test('nothing that stands there is changed by one, not even by adding it anew', () => {
  const state = before();
  for (const op of [
    { op: 'remove', kind: 'comment', id: 'comment_ann', from: comment('user_ann', 'Mine') },
    { op: 'set', kind: 'comment', id: 'comment_ann', field: 'body', from: 'Mine', to: 'Ruined' },
    { op: 'set', kind: 'comment', id: 'comment_ann', field: 'resolved', from: null, to: true },
    { op: 'add', kind: 'comment', id: 'comment_ann', value: comment(VISITOR, 'Written over') },
    { op: 'add', kind: 'comment', id: 'comment_visitor_other_1', value: comment(VISITOR, 'Under the id of another visitor') },
    { op: 'add', kind: 'node', id: 'node_2', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Drawn' } } },
    { op: 'set', kind: 'flow', id: 'flow_1', field: 'name', from: '', to: 'Renamed' },
    { op: 'version.add', id: 'version_1', name: 'Mine' },
    { op: 'log.upgrade', schema: 9, rules: 9 },
  ]) {
    for (const scope of ['comment', 'edit'] as const) {
      const after = fold(state, received({ ...ops([op]), scope }, VISITOR, scope));
      expect(stateText({ ...after, no: state.no }), JSON.stringify(op)).toBe(stateText(state));
    }
  }
});

test('a member is nobody of that kind', () => {
  expect([isVisitor(VISITOR), isVisitor('user_visitor_1'), isVisitor('user_1')]).toEqual([true, false, false]);
  const entry = ops([{ op: 'set', kind: 'comment', id: 'comment_ann', field: 'body', from: 'Mine', to: 'Better' }]);
  expect(fold(before(), received(entry, 'user_bob')).comment.get('comment_ann')!.body).toBe('Better');
});

test('whatever a visitor sends, only own comments come of it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.record({ op: fc.constantFrom('add', 'set', 'remove', 'log.upgrade', 1), kind: fc.constantFrom('comment', 'node', 'flow', null), id: fc.constantFrom('comment_ann', `${visitorCommentPrefix(VISITOR)}x`, 'node_1', 5), value: fc.oneof(fc.jsonValue(), fc.constant(comment('user_ann', 'x'))), field: fc.constantFrom('body', 'data.title') }, { requiredKeys: [] })), (author, list) => {
      const entry = asVisitor({ ...ops(list), author } as unknown as Transaction, VISITOR);
      const state = before();
      const after = fold(state, received(entry, VISITOR));
      for (const [id, record] of after.comment) if (!state.comment.has(id)) expect([id.startsWith(visitorCommentPrefix(VISITOR)), record.authorId]).toEqual([true, VISITOR]);
      expect(after.node).toBe(state.node);
      expect(after.comment.get('comment_ann')).toBe(state.comment.get('comment_ann'));
    }),
    { numRuns: 500 },
  );
});
