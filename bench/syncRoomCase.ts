/** What the rooms of bench/sync.ts hold: a flow of some nodes and edges, as a stored snapshot and as a state. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { canonicalJson } from '../packages/core/src/base/index.ts';
import { fold, initialState, snapshotOf, type LogState, type Op, type Transaction } from '../packages/core/src/flow/index.ts';
import { createPlainCodec } from '../packages/core/src/sync/index.ts';

const WORDS = ['screen', 'login', 'pay', 'confirm', 'retry', 'list', 'detail', 'share'];

export const codec = createPlainCodec({ deflate: (bytes) => deflateRawSync(bytes), inflate: (bytes, size) => inflateRawSync(bytes, { maxOutputLength: size }) });

/** Id of a room's log, of the length that real ones have. */
export function logOf(room: number): string {
  return `log_0190b2c4-77aa-7000-8000-${String(room).padStart(12, '0')}`;
}

/** A flow with the fields that flows have. */
export function stateOf(nodes: number, edges: number): LogState {
  const ops: Op[] = [];
  for (let i = 0; i < nodes; i++) {
    ops.push({ op: 'add', kind: 'node', id: `n${i}`, value: { type: 'screen', position: { x: (i * 13) % 997, y: (i * 7) % 991 }, data: { title: `${WORDS[i % 8]} ${WORDS[i % 5]}`, description: `${WORDS[i % 7]} `.repeat(12).trim() } } });
  }
  for (let i = 0; i < edges; i++) ops.push({ op: 'add', kind: 'edge', id: `e${i}`, value: { source: `n${i % nodes}`, target: `n${(i * 7) % nodes}`, data: {} } });
  const entry: Transaction = { id: 'tx_base', logId: logOf(0), author: { kind: 'user', id: 'user_bench', name: 'Bench' }, at: 1, schema: 1, ops };
  return fold(initialState('flow_bench'), entry);
}

/** The bytes of its snapshot as a client uploads them. */
export function stateBytes(nodes: number, edges: number): Uint8Array {
  return codec.encode(new TextEncoder().encode(canonicalJson(snapshotOf(stateOf(nodes, edges)))), new Uint8Array(0));
}
