import { describe, expect, it } from 'vitest';
import { english, type TextKey } from './english.ts';
import { german } from './german.ts';
import { chooseLanguage, translator } from './translate.ts';
import { whenText } from './when.ts';

const placeholders = (template: string) => [...new Set([...template.matchAll(/\{(\w+)[:}]/g)].map((match) => match[1]))].sort();

describe('texts', () => {
  it('have every key in both languages', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
  });

  it.each(Object.keys(english) as TextKey[])('%s fills the same parameters in both languages', (key) => {
    expect(german[key].length).toBeGreaterThan(0);
    if (!key.startsWith('error.')) expect(placeholders(german[key])).toEqual(placeholders(english[key]));
  });
});

describe('translator', () => {
  it('fills parameters and chooses by number', () => {
    const text = translator('en');
    expect(text('list.nodes', { count: 1 })).toBe('1 step');
    expect(text('list.nodes', { count: 3 })).toBe('3 steps');
    expect(translator('de')('list.nodes', { count: 3 })).toBe('3 Schritte');
  });

  it('leaves a parameter that is missing in sight', () => {
    expect(translator('en')('list.changed')).toBe('Changed {when}');
  });

  it('does not read braces of a value as parameters', () => {
    expect(translator('en')('list.restoredToast', { name: '{name}' })).toBe('“{name}” is back.');
  });
});

describe('chooseLanguage', () => {
  it('takes the choice, else the first known of the browser, else English', () => {
    expect(chooseLanguage('de', ['en-US'])).toBe('de');
    expect(chooseLanguage('system', ['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(chooseLanguage('system', ['fr-FR'])).toBe('en');
  });
});

describe('whenText', () => {
  it('grows with the age', () => {
    const text = translator('en');
    expect([1000, 12_000, 3 * 60_000, 2 * 3_600_000, 26 * 3_600_000].map((age) => whenText(text, 0, age))).toEqual(['just now', '12 s ago', '3 min ago', '2 h ago', '1 day ago']);
  });

  it('never speaks of the future when clocks disagree', () => {
    expect(whenText(translator('en'), 5000, 0)).toBe('just now');
  });
});
