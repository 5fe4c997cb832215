import { expect, test } from 'vitest';
import { parseDocument, viewOfDocument } from '../flow/index.ts';
import { markdownText } from './markdown.ts';

test('what people open elsewhere loads no image, runs nothing and links to web and mail addresses only', () => {
  const node = {
    id: 'a', type: 'screen', position: { x: 0, y: 0 },
    data: { title: 'Login ![x](https://evil.example/t)', description: 'See ![pixel](https://evil.example/?d=1) <img src=https://evil.example/2> and a < b' },
    links: { l1: { order: 'a0', url: 'javascript:alert(1)', label: 'Docs' }, l2: { order: 'a1', url: 'https://example.com/a_(b)', label: 'Spec' } },
  };
  const document = parseDocument(JSON.stringify({ format: 'uxflow', version: 1, id: 'flow_1', name: 'Test', description: '![p](https://evil.example/3)', nodes: { a: node }, edges: {} }));
  const text = markdownText(viewOfDocument(document));
  expect(text).not.toMatch(/(?<!\\)!\[|(?<!\\)<img|\]\(javascript:/);
  expect(text).toContain('a < b');
  expect(text).toContain('- Docs javascript:alert(1)');
  expect(text).toContain('- [Spec](<https://example.com/a_(b)>)');
});
