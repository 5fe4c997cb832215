import type { FindingView } from '@uxflow/core/api';
import { expect, it } from 'vitest';
import { findingsAbout, groupFindings } from './groupFindings.ts';

const finding = (key: string, severity: FindingView['severity'], nodeIds: string[] = [], edgeIds: string[] = []): FindingView => ({ key, code: key, severity, nodeIds, edgeIds, params: {} });
const list = [finding('a', 'info'), finding('b', 'error', ['n1']), finding('c', 'info', [], ['e1']), finding('d', 'error')];

it('puts the gravest first, keeps the order of review inside, and shows no empty group', () => {
  expect(groupFindings(list).map(({ severity, items }) => [severity, items.map(({ key }) => key)])).toEqual([
    ['error', ['b', 'd']],
    ['info', ['a', 'c']],
  ]);
});

it('finds what speaks of a node or a connection', () => {
  expect(findingsAbout(list, new Set(['n1', 'e1'])).map(({ key }) => key)).toEqual(['b', 'c']);
  expect(findingsAbout(list, new Set())).toEqual([]);
});
