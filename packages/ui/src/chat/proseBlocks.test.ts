import { describe, expect, it } from 'vitest';
import { proseBlocks } from './proseBlocks.ts';

describe('proseBlocks', () => {
  it('parts paragraphs by empty lines and keeps line breaks inside them', () => {
    expect(proseBlocks('One\ntwo\n\nThree')).toEqual([
      { kind: 'paragraph', text: 'One\ntwo' },
      { kind: 'paragraph', text: 'Three' },
    ]);
  });

  it('reads dashes and numbers as two lists, and what follows as a paragraph', () => {
    expect(proseBlocks('Found:\n- a\n- b\n1. c\n2) d\nEnd')).toEqual([
      { kind: 'paragraph', text: 'Found:' },
      { kind: 'list', isNumbered: false, items: ['a', 'b'] },
      { kind: 'list', isNumbered: true, items: ['c', 'd'] },
      { kind: 'paragraph', text: 'End' },
    ]);
  });

  it('leaves a dash inside a sentence alone', () => {
    expect(proseBlocks('Login -> Home - done')).toEqual([{ kind: 'paragraph', text: 'Login -> Home - done' }]);
  });
});
