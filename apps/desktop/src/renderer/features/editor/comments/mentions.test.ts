import { describe, expect, it } from 'vitest';
import { completeMention, mentionChoices, mentionDraft } from './mentions.ts';

const NAMES = ['Ann Arbor', 'Ann', 'Bob Hope'];

describe('mentions', () => {
  it('begin with an @ that begins a word', () => {
    expect(mentionDraft('ask @bo', 7)).toEqual({ start: 4, query: 'bo' });
    expect(mentionDraft('@', 1)).toEqual({ start: 0, query: '' });
    expect(mentionDraft('mail bob@example.org', 20)).toBeNull();
    expect(mentionDraft('@bob\nsaid', 9)).toBeNull();
  });

  it('offer whom a beginning may mean, by any of their names', () => {
    expect(mentionChoices(NAMES, { start: 0, query: 'ho' })).toEqual(['Bob Hope']);
    expect(mentionChoices(NAMES, { start: 0, query: '' })).toEqual(NAMES);
    expect(mentionChoices(NAMES, { start: 0, query: 'bob hope' })).toEqual([]);
  });

  it('are written out where they were begun', () => {
    expect(completeMention('ask @bo please', { start: 4, query: 'bo' }, 'Bob Hope')).toEqual({ body: 'ask @Bob Hope please', caret: 14 });
  });
});
