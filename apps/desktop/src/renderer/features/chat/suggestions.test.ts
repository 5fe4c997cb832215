import { readInstruction, readText } from '@uxflow/core/language';
import { openDocument, SCHEMA_VERSION, type FlowDocument } from '@uxflow/core';
import { describe, expect, it } from 'vitest';
import { translator } from '../../i18n/translate.ts';
import { suggestionsFor } from './suggestions.ts';

const node = (type: string, title: string) => ({ type, position: { x: 0, y: 0 }, data: { title } });
const flow = (nodes: Record<string, object>) =>
  openDocument({
    format: 'uxflow',
    version: SCHEMA_VERSION,
    id: 'flow_1',
    name: 'F',
    nodes: Object.fromEntries(Object.entries(nodes).map(([id, value]) => [id, { id, ...value }])),
    edges: {},
  } as unknown as FlowDocument);

describe.each(['en', 'de'] as const)('suggestions in %s', (language) => {
  const text = translator(language);

  it('for an empty flow are texts that the rules read as flows', () => {
    for (const words of suggestionsFor(text, flow({}))) {
      const { nodes } = readText(words);
      expect(nodes.filter(({ type }) => type !== 'start' && type !== 'end').length, words).toBeGreaterThanOrEqual(3);
    }
  });

  it('for an empty flow tell of decisions and of ways back', () => {
    for (const words of suggestionsFor(text, flow({})).slice(0, 2)) {
      const { nodes, edges } = readText(words);
      const place = new Map(nodes.map(({ key }, index) => [key, index]));
      expect(nodes.some(({ type }) => type === 'decision'), words).toBe(true);
      expect(edges.some(({ from, to }) => place.get(to)! < place.get(from)!), words).toBe(true);
    }
  });

  it('for a flow name a step that is there', () => {
    const [login] = suggestionsFor(text, flow({ a: node('start', 'Start'), b: node('screen', 'Login'), c: node('screen', 'Home') }));
    expect(login).toContain('Login');
    const [home] = suggestionsFor(text, flow({ c: node('screen', 'Home') }));
    expect(home).toContain('Home');
  });

  it('for a flow are edits that the rules carry out', () => {
    for (const title of ['Login', 'Home']) {
      const state = flow({ b: node('screen', title) });
      expect(readInstruction(suggestionsFor(text, state)[0]!, state).kind, title).toBe('commands');
    }
  });
});
