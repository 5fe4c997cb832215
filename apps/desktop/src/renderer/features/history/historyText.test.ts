import type { HistoryEntry } from '@uxflow/core/api';
import { expect, it } from 'vitest';
import { translator } from '../../i18n/translate.ts';
import { mergeEntries } from './historyEntries.ts';
import { authorText, dayText, entryChanges, entryTitle, groupByDay } from './historyText.ts';

const english = translator('en');
const german = translator('de');
const entry = (no: number, more: Partial<HistoryEntry> = {}): HistoryEntry => ({ no, id: `entry_${no}`, author: { kind: 'user', id: 'u', name: '' }, at: no, counts: {}, ...more });

it('says what an entry did, from its message or its counts', () => {
  expect(entryTitle(english, 'en', { counts: { node: [3, 1, 0], edge: [0, 0, 1] } })).toBe('3 steps added, 1 step changed, 1 connection removed');
  expect(entryTitle(english, 'en', { counts: {} })).toBe('Nothing visible changed');
  expect(entryTitle(english, 'en', { counts: { version: [1, 0, 0] } })).toBe('Named a version');
  expect(entryTitle(english, 'en', { message: 'restore 12', counts: {} })).toBe('Restored no 12');
  expect(entryTitle(german, 'de', { message: 'ADD_START', counts: {} })).toBe('Schnell behoben: Start hinzufügen');
  expect(entryTitle(german, 'de', { message: 'layout', counts: {} })).toBe('Aufgeräumt');
  expect(entryTitle(english, 'en', { message: 'Add a tutorial', counts: {} })).toBe('Add a tutorial');
  expect(entryTitle(english, 'en', { message: 'toString', counts: {} })).toBe('toString');
  expect(entryChanges(german, { node: [0, 0, 2] })).toEqual([{ way: 'removed', words: '2 Schritte entfernt' }]);
});

it('names who made it', () => {
  expect(authorText(english, { kind: 'user', id: 'u', name: ' ' })).toBe('You');
  expect(authorText(german, { kind: 'user', id: 'u', name: 'Mia' })).toBe('Mia');
  expect(authorText(english, { kind: 'agent', id: 'a', name: '' })).toBe('Agent');
  expect(authorText(english, { kind: 'import', id: 'i', name: 'Mia' })).toBe('Import · Mia');
});

it('groups by the days of the calendar', () => {
  const noon = new Date(2026, 4, 10, 12).getTime();
  const midnight = new Date(2026, 4, 10).getTime();
  const groups = groupByDay([{ at: noon }, { at: midnight }, { at: midnight - 1 }]);
  expect(groups.map(({ entries }) => entries.length)).toEqual([2, 1]);
  expect(dayText(english, 'en', groups[0]!.day, noon)).toBe('Today');
  expect(dayText(english, 'en', groups[1]!.day, noon)).toBe('Yesterday');
  expect(dayText(english, 'en', new Date(2025, 0, 5).getTime(), noon)).toContain('2025');
  expect(dayText(german, 'de', new Date(2026, 0, 5).getTime(), noon)).toBe('Montag, 5. Januar');
});

it('merges pages without doubles, and starts anew rather than hide a gap', () => {
  const numbers = (entries: readonly HistoryEntry[]) => entries.map(({ no }) => no);
  expect(numbers(mergeEntries(null, [entry(2), entry(1)]))).toEqual([2, 1]);
  expect(numbers(mergeEntries([entry(2), entry(1)], [entry(4), entry(3), entry(2)]))).toEqual([4, 3, 2, 1]);
  expect(numbers(mergeEntries([entry(5), entry(4)], [entry(3), entry(2)]))).toEqual([5, 4, 3, 2]);
  expect(numbers(mergeEntries([entry(2), entry(1)], [entry(300), entry(299)]))).toEqual([300, 299]);
  expect(numbers(mergeEntries([entry(2)], []))).toEqual([2]);
});
