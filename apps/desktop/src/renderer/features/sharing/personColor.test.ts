import { describe, expect, it } from 'vitest';
import { initialsOf, personColor } from './personColor.ts';

describe('people', () => {
  it('keep their colour, agents have that of the app', () => {
    expect(personColor('user_1')).toBe(personColor('user_1'));
    expect(personColor('agent')).toBe('var(--accent)');
    expect(new Set(Array.from({ length: 40 }, (_, n) => personColor(`user_${n}`))).size).toBeGreaterThan(5);
  });

  it('have letters for a picture, whatever they are called', () => {
    expect(['Ada Lovelace', 'bob', '', 'Émile  du Châtelet', '李 小龙'].map(initialsOf)).toEqual(['AL', 'B', '?', 'ÉC', '李小']);
  });
});
