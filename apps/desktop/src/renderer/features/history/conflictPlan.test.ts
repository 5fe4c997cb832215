import { commit, type Conflict, type ConflictReason, fieldTable, fold, initialState, type LogState, type Op } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { isTextKey, translator } from '../../i18n/translate.ts';
import { planConflict, standingValue } from './conflictPlan.ts';
import { conflictWords } from './conflictSentence.ts';
import { fieldName, recordName, valueText } from './conflictText.ts';

const text = translator('en');
let entries = 0;
const meta = (at = ++entries) => ({ id: `entry_${at}`, logId: 'log_1', author: { kind: 'user' as const, id: 'user_mia', name: 'Mia' }, at });
const raw = (state: LogState, ops: readonly Op[]) => fold(state, { ...meta(), schema: 1, ops: [...ops] });
const node = (id: string, title: string, more: object = {}): Op => ({ op: 'add', kind: 'node', id, value: { id, type: 'screen', position: { x: 0, y: 0 }, data: { title }, ...more } });
const edge = (id: string, source: string, target: string): Op => ({ op: 'add', kind: 'edge', id, value: { id, source, target, data: {} } });

const start = raw(initialState('flow_1'), [node('node_a', 'Login', { elements: { el_1: { order: 'a', type: 'input', label: 'E-mail' } } }), node('node_b', 'Home'), edge('edge_1', 'node_a', 'node_b')]);
const only = (state: LogState, reason: ConflictReason): Conflict => {
  const found = [...state.conflict.values()].filter((conflict) => conflict.reason === reason);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const decide = (state: LogState, conflict: Conflict, way: 'keep' | 'take') => fold(state, commit(state, planConflict(state, conflict)[way]!, meta()));

describe('a field that both changed', () => {
  const state = raw(start, [{ op: 'set', kind: 'node', id: 'node_a', field: 'data.title', from: 'Old', to: 'Sign in' }]);
  const conflict = only(state, 'field');

  it('shows both values', () => {
    expect(standingValue(state, conflict)).toBe('Sign in');
    expect(conflictWords(text, state, conflict)).toMatchObject({ headline: 'Title: both changed it', stands: 'Sign in', lost: ['Login'] });
  });

  it('keeps what stands, or takes the other; either way it is closed', () => {
    const kept = decide(state, conflict, 'keep');
    expect([kept.node.get('node_a')!.data.title, kept.conflict.size]).toEqual(['Sign in', 0]);
    const taken = decide(state, conflict, 'take');
    expect([taken.node.get('node_a')!.data.title, taken.conflict.size]).toEqual(['Login', 0]);
  });

  it('cannot be taken once its record is gone, but can still be closed', () => {
    const gone = raw(state, [{ op: 'remove', kind: 'node', id: 'node_a', from: state.node.get('node_a')! }]);
    const plan = planConflict(gone, conflict);
    expect(plan.take).toBeNull();
    expect(conflictWords(text, gone, conflict).stands).toBe('Removed');
    expect(fold(gone, commit(gone, plan.keep, meta())).conflict.has(conflict.id)).toBe(false);
  });
});

it('both rewrote the same words', () => {
  const first = raw(start, [{ op: 'set', kind: 'node', id: 'node_a', field: 'data.description', from: null, to: 'Enter your e-mail.' }]);
  const state = raw(first, [{ op: 'set', kind: 'node', id: 'node_a', field: 'data.description', from: 'Enter something.', to: 'Enter your phone.' }]);
  const conflict = only(state, 'text');
  expect(decide(state, conflict, 'take').node.get('node_a')!.data.description).toBe('Enter your e-mail.');
});

it('brings a removed step back with its connections, and settles both', () => {
  const state = raw(start, [{ op: 'remove', kind: 'node', id: 'node_b', from: { id: 'node_b', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Old' } } }]);
  const unseen = only(state, 'unseen');
  const cascade = only(state, 'cascade');
  expect(planConflict(state, cascade).take).toBeNull();
  expect(conflictWords(text, state, cascade).lost).toEqual(['Login → Home']);
  const plan = planConflict(state, unseen);
  expect(plan.along).toEqual([cascade.id]);
  const back = decide(state, unseen, 'take');
  expect([back.node.get('node_b')?.data.title, back.edge.has('edge_1'), back.conflict.size]).toEqual(['Home', true, 0]);
});

it('a change of what is not there any more can only be let go', () => {
  const state = raw(start, [{ op: 'set', kind: 'node', id: 'node_gone', field: 'data.title', from: 'A', to: 'B' }]);
  const conflict = only(state, 'removed');
  expect(planConflict(state, conflict).take).toBeNull();
  expect(decide(state, conflict, 'keep').conflict.size).toBe(0);
});

it('puts a removed element back where its step still stands', () => {
  const removed = raw(start, [{ op: 'set', kind: 'node', id: 'node_a', field: 'elements.el_1', from: { order: 'a', type: 'button', label: 'Send' }, to: null }]);
  const conflict = only(removed, 'unseen');
  expect(conflictWords(text, removed, conflict).headline).toContain('Element: “E-mail”');
  expect(decide(removed, conflict, 'take').node.get('node_a')!.elements).toHaveProperty('el_1');
});

it('a reference to what was missing can be taken once it is there', () => {
  const state = raw(start, [{ op: 'set', kind: 'node', id: 'node_a', field: 'frameId', from: null, to: 'frame_1' }]);
  const conflict = only(state, 'missing');
  expect(planConflict(state, conflict).take).toBeNull();
  const later = raw(state, [{ op: 'add', kind: 'frame', id: 'frame_1', value: { id: 'frame_1', title: 'Onboarding', position: { x: 0, y: 0 }, size: { width: 10, height: 10 } } }]);
  expect(conflictWords(text, later, conflict).lost).toEqual(['Onboarding']);
  expect(decide(later, conflict, 'take').node.get('node_a')!.frameId).toBe('frame_1');
});

it('a held group is applied whole once it fits', () => {
  const ops: Op[] = [
    { op: 'remove', kind: 'node', id: 'node_c', from: { id: 'node_c', type: 'screen', position: { x: 0, y: 0 }, data: { title: 'C' } }, group: 'g' },
    { op: 'set', kind: 'node', id: 'node_a', field: 'data.title', from: 'Login', to: 'Start', group: 'g' },
  ];
  const state = raw(start, ops);
  const conflict = only(state, 'group');
  expect(conflictWords(text, state, conflict).lost).toHaveLength(2);
  expect(planConflict(state, conflict).take).toBeNull();
  const later = raw(state, [node('node_c', 'C')]);
  const applied = decide(later, conflict, 'take');
  expect([applied.node.get('node_a')!.data.title, applied.node.has('node_c'), applied.conflict.size]).toEqual(['Start', false, 0]);
});

describe('words', () => {
  it('has a name for every field of every record', () => {
    const keys = Object.values(fieldTable).flatMap((table) => [...table.values()].flatMap((spec) => [spec.path, ...(spec.item ? spec.item.keys() : [])].map((path) => path.slice(path.lastIndexOf('.') + 1))));
    expect([...new Set(keys)].filter((key) => !isTextKey(`what.${key}`))).toEqual([]);
  });

  it('names choices, references and items in the language of the screen', () => {
    const german = translator('de');
    expect(valueText(german, start, 'node', 'status', 'done')).toBe('Fertig');
    expect(valueText(german, start, 'node', 'pinned', true)).toBe('ja');
    expect(valueText(german, start, 'edge', 'target', 'node_b')).toBe('Home');
    expect(valueText(german, start, 'edge', 'target', 'node_zz')).toBe('etwas, das weg ist');
    expect(fieldName(german, 'node', 'elements.el_1.label', { label: 'E-Mail' })).toBe('Beschriftung von „E-Mail“');
    expect(recordName(text, start, 'edge', start.edge.get('edge_1')!)).toBe('Login → Home');
  });
});
