import { expect, test } from 'vitest';
import { chooseLanguage, translator } from './texts.ts';

test('speaks the first language of the browser that it has', () => {
  expect([chooseLanguage(['fr-FR', 'de-AT', 'en']), chooseLanguage(['pt']), chooseLanguage([])]).toEqual(['de', 'en', 'en']);
});

test('fills in what it is given, and chooses by the number', () => {
  const [en, de] = [translator('en'), translator('de')];
  expect([en('node.variantCount', { count: 1 }), en('node.variantCount', { count: 2 }), de('frame.members', { count: 1 }), de('edge.name', { source: 'A', target: 'B' })]).toEqual(['1 state', '2 states', '1 Schritt', 'Von A nach B']);
});
