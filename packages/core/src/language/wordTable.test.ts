import { expect, test } from 'vitest';
import { openDocument, parseDocument } from '../flow/index.ts';
import { readInstruction } from './instruction.ts';
import { readText } from './readText.ts';
import { wordTable } from './wordTable.ts';

const NAMES = ['constructor', 'toString', 'tostring', 'valueOf', '__proto__', 'hasownproperty', 'isPrototypeOf', 'toLocaleString'];
const SENTENCES: readonly ((name: string) => string)[] = [
  (n) => `Rename ${n} to ${n}`, (n) => `Add a screen called ${n} after Login`, (n) => `Delete the ${n}`, (n) => `${n} the login`, (n) => `Connect ${n} to Login`, (n) => `Make ${n} a popup`, (n) => `it's ${n}'s ${n}`,
  (n) => `After the ${n}, show a ${n}; if the ${n} is ${n}, go to ${n}`, (n) => `Benenne ${n} in ${n} um`, (n) => `Füge nach ${n} einen ${n} hinzu`, (n) => `Der Nutzer ${n}t den ${n}. Wenn ${n}, zeige ${n}.`,
];

test('a table holds its own words only', () => {
  const table = wordTable({ first: 0 });
  expect(table['first']).toBe(0);
  expect(NAMES.map((name) => table[name])).toEqual(NAMES.map(() => undefined));
});

test('words that every object of JavaScript has are read like others', () => {
  const node = (id: string, title: string) => [id, { id, type: 'screen', position: { x: 0, y: 0 }, data: { title } }];
  const state = openDocument(parseDocument(JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Test', nodes: Object.fromEntries([node('a', 'Login'), node('b', 'constructor toString')]), edges: { e: { id: 'e', source: 'a', target: 'b', data: { label: 'valueOf' } } } })));
  for (const name of NAMES) {
    for (const sentence of SENTENCES) {
      expect(JSON.stringify(readInstruction(sentence(name), state)), sentence(name)).not.toContain('native code');
      expect(JSON.stringify(readText(sentence(name))), sentence(name)).not.toContain('native code');
    }
  }
});
