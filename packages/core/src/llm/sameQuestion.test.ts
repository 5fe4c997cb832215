import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/id.ts';
import { DIFFERENT_QUESTIONS, SAME_QUESTIONS } from './questionFixtures.ts';
import { isSameQuestion } from './sameQuestion.ts';

describe('two questions', () => {
  it.each(Object.entries(DIFFERENT_QUESTIONS).flatMap(([kind, pairs]) => pairs.map(([a, b]) => [kind, a, b] as const)))('that differ by a %s are two: %s / %s', (_kind, a, b) => {
    expect(isSameQuestion(a, b)).toBe(false);
    expect(isSameQuestion(b, a)).toBe(false);
    expect(isSameQuestion(a, a), 'the same words').toBe(true);
    expect(isSameQuestion(b, ` ${b.replace('?', '')} `), 'the same words').toBe(true);
  });

  it('of all that differ are never taken for each other', () => {
    const questions = [...new Set(Object.values(DIFFERENT_QUESTIONS).flat(2))];
    const alike = questions.flatMap((a, index) => questions.slice(index + 1).filter((b) => isSameQuestion(a, b)).map((b) => `${a} / ${b}`));
    // One number in two spellings.
    expect(alike).toEqual(['What happens after 3 failed attempts? / What happens after three failed attempts?']);
    expect(isSameQuestion('Lädt der Berater den Kunden ein?', 'Lädt der Berater den Kunden?')).toBe(false);
  });

  it('of the same meaning are seen as one often enough', () => {
    const hits = SAME_QUESTIONS.filter(([a, b]) => isSameQuestion(a, b) && isSameQuestion(b, a));
    const missed = SAME_QUESTIONS.filter((pair) => !hits.includes(pair)).map((pair) => pair.join(' / '));
    expect(SAME_QUESTIONS.length).toBeGreaterThanOrEqual(30);
    expect(hits.length / SAME_QUESTIONS.length, missed.join('\n')).toBeGreaterThanOrEqual(0.7);
  });

  it('about titles of the material are two, also where the titles are small words', () => {
    const names = ['Next', 'Problems', 'Issues', 'Login', 'Login help', 'The End', 'C++', 'I'];
    expect(isSameQuestion('What comes after problems?', 'What comes after issues?')).toBe(true);
    expect(isSameQuestion('What comes after problems?', 'What comes after issues?', { names })).toBe(false);
    expect(isSameQuestion('What comes after login?', 'What comes after login help?', { names })).toBe(false);
    expect(isSameQuestion('What comes after the end?', 'What comes after end?', { names })).toBe(false);
    expect(isSameQuestion('What does C++ show?', 'What does C show?', { names })).toBe(false);
    expect(isSameQuestion('What comes after Login?', 'What happens after "login"?', { names })).toBe(true);
  });

  it('in two languages are two', () => {
    expect(isSameQuestion('What is missing?', 'Was fehlt?')).toBe(false);
  });

  it('never loses its sense over strange text', () => {
    for (const text of ['', '   ', '???', '"', "'''", '„', '\u0000', '\uE000\uE001', '(((((', '🙂', '—'.repeat(500), 'a'.repeat(20_000)]) {
      expect(typeof isSameQuestion(text, 'What is missing?', { names: ['', '(', '\\'] })).toBe('boolean');
      expect(isSameQuestion(text, 'What is missing?')).toBe(false);
    }
    expect(isSameQuestion('Is 🙂 shown?', 'Is 🙁 shown?')).toBe(false);
  });
});

describe('a question that was changed at random', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? 20_251);
  const templates = [
    'What happens after {number} failed attempts on {name}?', 'Does {name} lead to {other} within {number} minutes?', 'Can guests {not} open {name} after {number} tries?', 'Which screens between {name} and {other} are {not} needed?',
    'Was passiert nach {number} Versuchen bei {name}?', 'Führt {name} in {number} Schritten zu {other}?', 'Dürfen Gäste {nicht} von {name} zu {other}?', 'Welche Schritte vor {name} sind {nicht} nötig?',
  ];
  const names = ['Login', 'Checkout', 'Payment', 'Profile', 'Cart', 'Kasse', 'Konto', 'Bestellung', 'Suche', 'Orders', 'Anna', 'Start', 'Übersicht', 'Help', 'Menu', 'Next', 'Problem', 'All', 'home', 'settings'];
  const numbers = ['0', '1', '2', '3', '5', '10', '12', '15', '100', '1.5', '1,5', '24', 'three', 'seven', 'drei', 'zwölf'];
  const value: Record<string, string> = { three: '3', seven: '7', drei: '3', zwölf: '12' };

  it.each(['name', 'number', 'negation', 'letter', 'swap'])('is another question: %s', (kind) => {
    const bytes = seededRandom(seed + kind.length);
    const random = (limit: number) => new DataView(bytes(4).buffer).getUint32(0) % limit;
    const pick = <T>(items: readonly T[]) => items[random(items.length)]!;
    let tried = 0;
    for (let round = 0; round < 4000; round++) {
      const parts = { name: pick(names), other: pick(names), number: pick(numbers), not: random(2) ? 'not' : '', nicht: random(2) ? 'nicht' : '' };
      const template = pick(templates);
      const changed = { ...parts };
      if (kind === 'name') changed.name = pick(names);
      if (kind === 'number') changed.number = pick(numbers);
      if (kind === 'negation') {
        changed.not = parts.not ? '' : pick(['not', 'never']);
        changed.nicht = parts.nicht ? '' : pick(['nicht', 'nie']);
      }
      if (kind === 'swap') [changed.name, changed.other] = [parts.other, parts.name];
      if (kind === 'letter') {
        const at = random(parts.name.length);
        changed.name = parts.name.slice(0, at) + pick([...'abcdefghijklmnopqrstuvwxyz']) + parts.name.slice(at + 1);
      }
      const fill = (values: Record<string, string>) => template.replace(/\{(\w+)\}/g, (_, key: string) => values[key]!).replace(/\s+/g, ' ');
      const [a, b] = [fill(parts), fill(changed)];
      const sense = (text: string) => text.toLowerCase().replace(/\p{L}+/gu, (word) => value[word] ?? word);
      if (sense(a) === sense(b)) continue;
      tried++;
      expect(isSameQuestion(a, b), `seed ${seed}: ${a} / ${b}`).toBe(false);
      expect(isSameQuestion(a, a), a).toBe(true);
    }
    expect(tried).toBeGreaterThan(300);
  });
});
