import { describe, expect, it } from 'vitest';
import { initialsOf, personColor } from './personColor.ts';

describe('people', () => {
  it('keep their colour, agents have that of the app', () => {
    expect(personColor('user_1')).toBe(personColor('user_1'));
    expect(personColor('agent')).toBe('var(--accent)');
    const colors = Array.from({ length: 70 }, (_, n) => personColor(`user_01a2092d-55d6-7000-952f-${(0x21fc728f85cb + n).toString(16)}`));
    const counts = [...new Set(colors)].map((color) => colors.filter((one) => one === color).length);
    expect([counts.length, Math.max(...counts) < 25]).toEqual([7, true]);
  });

  it('have letters for a picture, whatever they are called', () => {
    expect(['Ada Lovelace', 'bob', '', 'Émile  du Châtelet', '李 小龙'].map(initialsOf)).toEqual(['AL', 'B', '?', 'ÉC', '李小']);
  });
});
