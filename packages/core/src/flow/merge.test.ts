import { describe, expect, it } from 'vitest';
import { canonicalJson, isEqualJson } from '../base/index.ts';
import { commit } from './commit.ts';
import { differencesOf, diffViews } from './diff.ts';
import { anyFocus, createDice, randomEntry, type Dice, type Focus } from './fixtures/fuzzEntries.ts';
import { plainView, sketchDocument } from './fixtures/sketchFlow.ts';
import { openDocument, toDocument } from './document.ts';
import { findField, type FlowKind } from './fields.ts';
import { fold } from './fold.ts';
import { mergeViews } from './merge.ts';
import { RECORD_KINDS, type FlowDocument, type FlowView } from './schema.ts';
import { initialState, type LogState } from './state.ts';
import { validateDocument } from './validate.ts';

const meta = { id: 'entry_merge', logId: 'log_1', author: { kind: 'user' as const, id: 'u', name: 'U' }, at: 1 };

/** The target after a merge, by commit and fold as the product does it. */
function merged(base: FlowView, branch: FlowView, target: LogState): LogState {
  const { intent } = mergeViews(base, branch, target);
  if (!intent.ops.length) return target;
  const next = fold(target, commit(target, intent, meta));
  expect(next.conflict.size, 'a merge opens no conflict').toBe(target.conflict.size);
  return next;
}

const content = (view: FlowView) => canonicalJson({ ...toDocument(view), versions: {} });

function grown(dice: Dice, focus: Focus, state: LogState, entries: number, author: string): LogState {
  for (let i = 0; i < entries; i++) {
    const entry = randomEntry(dice, focus, state, `${author}:${i}`, author);
    // Conflicts would be those of the history, not of the merge.
    if (entry && entry.scope !== 'comment') state = fold(state, entry);
  }
  return state;
}

function* triples(count: number, first = 1): Iterable<[seed: number, base: LogState, branch: LogState, target: LogState]> {
  for (let seed = first; seed < first + count; seed++) {
    const dice = createDice(seed);
    const focus = anyFocus(dice);
    const base = grown(dice, focus, initialState('flow_1'), 10 + dice.roll(30), 'base');
    yield [seed, base, grown(dice, focus, base, 1 + dice.roll(8), 'branch'), grown(dice, focus, base, 1 + dice.roll(8), 'target')];
  }
}

describe('rule 15: merging', () => {
  it('into an untouched target gives the branch, of an untouched branch nothing', () => {
    for (const [seed, base, branch] of triples(150)) {
      expect([seed, content(merged(base, branch, base))]).toEqual([seed, content(branch)]);
      expect(mergeViews(base, base, branch)).toEqual({ intent: { ops: [] }, clashes: [] });
      expect(mergeViews(base, branch, base).clashes).toEqual([]);
      expect(mergeViews(base, branch, branch)).toEqual({ intent: { ops: [] }, clashes: [] });
    }
  });

  it('again brings nothing, and the result is a valid document', () => {
    for (const [seed, base, branch, target] of triples(300)) {
      const once = merged(base, branch, target);
      expect([seed, mergeViews(base, branch, once).intent.ops]).toEqual([seed, []]);
      expect([seed, validateDocument(JSON.parse(JSON.stringify(toDocument(once))))]).toEqual([seed, []]);
    }
  });

  it('commutes where nothing clashes', () => {
    let clean = 0;
    for (const [seed, base, branch, target] of triples(400)) {
      if (mergeViews(base, branch, target).clashes.length || mergeViews(base, target, branch).clashes.length || sharesQuiet(base, branch, target)) continue;
      clean++;
      expect([seed, content(merged(base, branch, target))]).toEqual([seed, content(merged(base, target, branch))]);
    }
    expect(clean).toBeGreaterThan(40);
  });

  it('keeps every change of either side that did not clash', () => {
    for (const [seed, base, branch, target] of triples(200)) {
      const { clashes } = mergeViews(base, branch, target);
      if (clashes.length) continue;
      const result = merged(base, branch, target);
      for (const [side, view] of [['branch', branch], ['target', target]] as const) {
        for (const { kind, id, path, to } of singleFields(base, view)) {
          const place = findField(kind, path);
          if (place.at !== 'entry' && (place.spec.kind === 'prose' || place.spec.kind === 'quiet')) continue;
          const record = kind === 'flow' ? result.flow : result[kind].get(id);
          if (record) expect([seed, side, id, path, isEqualJson(read(record, path), to)]).toEqual([seed, side, id, path, true]);
        }
      }
    }
  });

  it('lists exactly the fields that both sides changed differently', () => {
    const base = openDocument(sketchDocument('a:start Start\nb:screen Sign in\nc:end Done\na -> b\nb -> c Ok'));
    const change = (harm: (document: FlowDocument) => void) => {
      const document = structuredClone(toDocument(base));
      harm(document);
      return openDocument(document);
    };
    const branch = change((d) => {
      d.nodes.b!.data.title = 'Log in';
      d.nodes.b!.position = { x: 1, y: 1 };
      d.nodes.b!.data.description = 'With a key';
      d.edges['b-c']!.data.label = 'Fine';
      d.nodes.c!.data.title = 'The end';
      d.name = 'One';
    });
    const target = change((d) => {
      d.nodes.b!.data.title = 'Anmelden';
      d.nodes.b!.position = { x: 2, y: 2 };
      d.nodes.b!.data.actor = 'user';
      d.edges['b-c']!.data.label = 'Fine';
      d.nodes.a!.data.title = 'Begin';
      d.name = 'Two';
    });
    const { intent, clashes } = mergeViews(base, branch, target);
    expect(clashes).toEqual([
      { kind: 'flow', id: 'flow_sketch', field: 'name', target: 'Two', branch: 'One' },
      { kind: 'node', id: 'b', field: 'data.title', target: 'Anmelden', branch: 'Log in' },
    ]);
    expect(intent.ops).toEqual([
      { op: 'set', kind: 'flow', id: 'flow_sketch', field: 'name', from: 'Two', to: 'One' },
      { op: 'set', kind: 'node', id: 'b', field: 'data.description', from: null, to: 'With a key' },
      { op: 'set', kind: 'node', id: 'b', field: 'data.title', from: 'Anmelden', to: 'Log in' },
      { op: 'set', kind: 'node', id: 'b', field: 'position', from: { x: 2, y: 2 }, to: { x: 1, y: 1 } },
      { op: 'set', kind: 'node', id: 'c', field: 'data.title', from: 'Done', to: 'The end' },
    ]);
  });

  it('names exactly the double changes of random single-field edits', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const dice = createDice(seed);
      const base = plainView(sketchDocument('a:start A\nb:screen B\nc:end C\na -> b One\nb -> c Two'));
      const edits = () => {
        const document = structuredClone(toDocument(base));
        const changed = new Map<string, unknown>();
        for (let i = 0; i < 5; i++) {
          const id = dice.pick(['a', 'b', 'c']);
          const field = dice.pick(['title', 'url', 'actor']);
          const value = dice.pick(['x', 'y']);
          (document.nodes[id]!.data as Record<string, unknown>)[field] = value;
          changed.set(`${id} data.${field}`, value);
        }
        return { view: openDocument(document), changed };
      };
      const [one, two] = [edits(), edits()];
      const double = [...one.changed].filter(([key, value]) => two.changed.has(key) && two.changed.get(key) !== value).map(([key]) => key);
      expect(mergeViews(base, one.view, two.view).clashes.map((clash) => `${clash.id} ${clash.field}`)).toEqual(double.sort());
    }
  });

  const start = () => openDocument(sketchDocument('a:start Start\nb:screen Sign in\nc:end Done\na -> b\nb -> c Ok'));
  const after = (state: LogState, ...ops: Parameters<typeof commit>[1]['ops']) => fold(state, commit(state, { ops }, meta));

  it('leaves no edge without its node, and tells whose edge fell', () => {
    const base = start();
    const branch = after(base, { op: 'remove', kind: 'node', id: 'b' });
    const target = after(base, { op: 'add', kind: 'edge', id: 'new', value: { source: 'c', target: 'b', data: {} } });
    const result = merged(base, branch, target);
    expect([[...result.node.keys()], result.edge.size]).toEqual([['a', 'c'], 0]);
    expect(mergeViews(base, branch, target).clashes).toEqual([{ kind: 'edge', id: 'new', target: { id: 'new', source: 'c', target: 'b', data: {} }, branch: null }]);
    expect(mergeViews(base, target, branch).clashes).toMatchObject([{ kind: 'edge', id: 'new', target: null }]);
  });

  it('names a record that one side changed and the other removed', () => {
    const base = start();
    const branch = after(base, { op: 'set', kind: 'node', id: 'b', field: 'data.title', to: 'New' });
    const target = after(base, { op: 'remove', kind: 'node', id: 'b' });
    expect(mergeViews(base, branch, target)).toMatchObject({ intent: { ops: [] }, clashes: [{ kind: 'node', id: 'b', target: null, branch: { data: { title: 'New' } } }] });
    expect(mergeViews(base, target, branch).clashes).toMatchObject([{ kind: 'node', id: 'b', target: { data: { title: 'New' } }, branch: null }]);
    expect(merged(base, target, branch).node.has('b')).toBe(false);
    const moved = after(base, { op: 'set', kind: 'node', id: 'b', field: 'position', to: { x: 7, y: 7 } });
    expect(mergeViews(base, moved, target).clashes).toEqual([]);
  });

  it('merges texts word by word', () => {
    const text = (state: LogState, to: string) => after(state, { op: 'set', kind: 'node', id: 'b', field: 'data.description', to });
    const base = text(start(), 'one two three four five');
    const result = merged(base, text(base, 'one two three four FIVE'), text(base, 'ONE two three four five'));
    expect(result.node.get('b')!.data.description).toBe('ONE two three four FIVE');
    expect(mergeViews(base, text(base, 'one two 3 four five'), text(base, 'one two drei four five')).clashes).toMatchObject([{ field: 'data.description' }]);
  });

  it('merges items of lists field by field', () => {
    const base = after(start(), { op: 'set', kind: 'node', id: 'b', field: 'elements.x', to: { order: 'a', type: 'button', label: 'Go' } });
    const branch = after(base, { op: 'set', kind: 'node', id: 'b', field: 'elements.x.label', to: 'Send' });
    const target = after(base, { op: 'set', kind: 'node', id: 'b', field: 'elements.x.note', to: 'bold' });
    expect(merged(base, branch, target).node.get('b')!.elements).toEqual({ x: { order: 'a', type: 'button', label: 'Send', note: 'bold' } });
    const without = after(base, { op: 'set', kind: 'node', id: 'b', field: 'elements.x', to: null });
    expect(mergeViews(base, branch, without)).toMatchObject({ intent: { ops: [] }, clashes: [{ field: 'elements.x', target: null, branch: { label: 'Send' } }] });
    expect(mergeViews(base, without, branch).clashes).toMatchObject([{ field: 'elements.x', target: { label: 'Send' }, branch: null }]);
    expect(merged(base, without, branch).node.get('b')!.elements).toBeUndefined();
  });
});

describe('diffViews', () => {
  it('gives ops that commit takes and that make one flow into the other', () => {
    for (const [seed, , from, to] of triples(200, 1000)) {
      const ops = diffViews(from, to);
      const result = ops.length ? fold(from, commit(from, { ops }, meta)) : from;
      expect([seed, content(result)]).toEqual([seed, content(to)]);
      expect(result.conflict.size).toBe(from.conflict.size);
    }
  });
});

function* singleFields(base: FlowView, view: FlowView): Iterable<{ kind: FlowKind; id: string; path: string; from: unknown; to: unknown }> {
  for (const difference of differencesOf('flow', base.flow, view.flow)) yield { kind: 'flow', id: base.flow.id, ...difference };
  for (const kind of RECORD_KINDS) {
    if (kind === 'version') continue;
    for (const [id, record] of base[kind]) if (view[kind].has(id)) for (const difference of differencesOf(kind, record, view[kind].get(id)!)) yield { kind, id, ...difference };
  }
}

function sharesQuiet(base: FlowView, a: FlowView, b: FlowView): boolean {
  const quiet = (view: FlowView) => {
    const paths = new Set<string>();
    for (const kind of RECORD_KINDS) {
      for (const [id, record] of view[kind]) {
        for (const { path } of differencesOf(kind, base[kind].get(id) ?? { id }, record)) {
          const place = findField(kind, path);
          if (place.at === 'entry' || place.spec.kind === 'quiet') paths.add(`${kind} ${id} ${path}`);
        }
      }
    }
    return paths;
  };
  const mine = quiet(a);
  return [...quiet(b)].some((path) => mine.has(path));
}

function read(record: object, path: string): unknown {
  let value: unknown = record;
  for (const key of path.split('.')) value = typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  return value ?? null;
}
