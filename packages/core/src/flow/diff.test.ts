import { describe, expect, it } from 'vitest';
import { compareViews, diffViews } from './diff.ts';
import { plainView, sketchDocument } from './fixtures/sketchFlow.ts';
import type { FlowDocument } from './schema.ts';
import type { IntentOp } from './transaction.ts';

const base = () =>
  sketchDocument(`
    a:start Start
    b:screen Sign in
    c:end Done
    a -> b
    b -> c`);
const named = (op: IntentOp) => `${op.op} ${'id' in op ? op.id : ''}`;
const changed = (change: (document: FlowDocument) => void) => {
  const document = base();
  change(document);
  return plainView(document);
};

describe('diffViews', () => {
  it('is empty between equal flows', () => {
    expect(diffViews(plainView(base()), plainView(base()))).toEqual([]);
  });

  it('names single fields with what stood there', () => {
    const after = changed((d) => {
      d.nodes.b!.data.title = 'Log in';
      d.nodes.b!.data.description = 'With email';
      d.name = 'Login';
      d.settings = { direction: 'down' };
    });
    expect(diffViews(plainView(base()), after)).toEqual([
      { op: 'set', kind: 'flow', id: 'flow_sketch', field: 'name', from: 'Sketch', to: 'Login' },
      { op: 'set', kind: 'flow', id: 'flow_sketch', field: 'settings.direction', from: null, to: 'down' },
      { op: 'set', kind: 'node', id: 'b', field: 'data.description', from: null, to: 'With email' },
      { op: 'set', kind: 'node', id: 'b', field: 'data.title', from: 'Sign in', to: 'Log in' },
    ]);
  });

  it('goes into lists and sets entry by entry', () => {
    const before = changed((d) => (d.nodes.b!.elements = { e1: { order: 'a', type: 'button', label: 'Go' }, e2: { order: 'b', type: 'text', label: 'Hi' } }));
    const after = changed((d) => {
      d.personas = { p: { id: 'p', name: 'Ada' } };
      d.nodes.b!.elements = { e1: { order: 'a', type: 'button', label: 'Send', note: 'bold' }, e3: { order: 'c', type: 'link', label: 'Help' } };
      d.nodes.b!.personaIds = { p: true };
    });
    expect(diffViews(before, after)).toEqual([
      { op: 'add', kind: 'persona', id: 'p', value: { id: 'p', name: 'Ada' } },
      { op: 'set', kind: 'node', id: 'b', field: 'elements.e1.label', from: 'Go', to: 'Send' },
      { op: 'set', kind: 'node', id: 'b', field: 'elements.e1.note', from: null, to: 'bold' },
      { op: 'set', kind: 'node', id: 'b', field: 'elements.e2', from: { order: 'b', type: 'text', label: 'Hi' }, to: null },
      { op: 'set', kind: 'node', id: 'b', field: 'elements.e3', from: null, to: { order: 'c', type: 'link', label: 'Help' } },
      { op: 'set', kind: 'node', id: 'b', field: 'personaIds.p', from: null, to: true },
    ]);
  });

  it('adds what is pointed to first, removes it last, and gives replies to later comments by a set', () => {
    const comment = (id: string, replyToId?: string) => ({ id, body: id, authorId: 'u', authorName: 'U', at: 0, ...(replyToId ? { replyToId } : {}) });
    const after = changed((d) => {
      d.nodes.n = { ...d.nodes.b!, id: 'n', frameId: 'f' };
      d.frames = { f: { id: 'f', title: 'F', position: { x: 0, y: 0 }, size: { width: 1, height: 1 } } };
      d.edges.z = { id: 'z', source: 'n', target: 'c', data: {} };
      d.comments = { c1: comment('c1', 'c2'), c2: comment('c2'), c3: comment('c3', 'c4'), c4: comment('c4', 'c3') };
    });
    const forwards = diffViews(plainView(base()), after).map(named);
    expect(forwards).toEqual(['add f', 'add n', 'add z', 'add c2', 'add c1', 'add c4', 'add c3', 'set c4']);
    expect(diffViews(after, plainView(base())).map(named)).toEqual(['remove c1', 'remove c2', 'remove c3', 'remove c4', 'remove z', 'remove n', 'remove f']);
  });

  it('takes inherited names for what they are: absent', () => {
    const after = changed((d) => Object.assign(d.nodes.b!.data, { toString: 'x' }));
    expect(diffViews(plainView(base()), after)).toEqual([{ op: 'set', kind: 'node', id: 'b', field: 'data.toString', from: null, to: 'x' }]);
  });
});

describe('compareViews', () => {
  it('lists what was added, removed and changed by field', () => {
    const after = changed((d) => {
      d.description = 'About';
      d.nodes.x = { ...d.nodes.b!, id: 'x' };
      delete d.edges['b-c'];
      d.nodes.b!.position = { x: 5, y: 5 };
      d.nodes.b!.data.title = 'T';
    });
    expect(compareViews(plainView(base()), after)).toEqual({
      added: [{ kind: 'node', id: 'x' }],
      removed: [{ kind: 'edge', id: 'b-c' }],
      changed: [
        { kind: 'flow', id: 'flow_sketch', fields: ['description'] },
        { kind: 'node', id: 'b', fields: ['data.title', 'position'] },
      ],
    });
  });
});
