import { expect, test } from 'vitest';
import { edit, smallFlow } from '../flow/fixtures/smallFlow.ts';
import type { IntentOp, LogState } from '../flow/index.ts';
import { UNDO_LIMIT, UndoStack } from './undoStack.ts';

const title = (to: string, id = 'a'): IntentOp[] => [{ op: 'set', kind: 'node', id, field: 'data.title', to }];

function createPerson(start: LogState) {
  let state = start;
  let count = 0;
  const stack = new UndoStack();
  const write = (ops: readonly IntentOp[], label: string, as: 'edit' | 'undo' | 'redo' = 'edit') => {
    const done = edit(state, ops, `tx_${++count}`);
    state = done.state;
    stack.record({ entryId: done.entry.id, effect: done.effect, label }, as);
  };
  return {
    stack,
    write,
    undo: () => write(stack.planUndo(state)!.intent!.ops, 'undo', 'undo'),
    redo: () => write(stack.planRedo(state)!.intent!.ops, 'redo', 'redo'),
    other: (ops: readonly IntentOp[]) => void (state = edit(state, ops, `tx_o${++count}`).state),
    get state() {
      return state;
    },
  };
}

test('undo and redo go through own edits in turn, keep their labels, and a new edit ends redo', () => {
  const person = createPerson(smallFlow());
  const titleNow = () => person.state.node.get('a')!.data.title;
  for (const to of ['1', '2', '3']) person.write(title(to), `to ${to}`);
  const seen: string[] = [];
  for (let i = 0; i < 3; i++) {
    seen.push(`${person.stack.nextUndo!.label} ${titleNow()}`);
    person.undo();
  }
  expect([seen, titleNow(), person.stack.nextUndo]).toEqual([['to 3 3', 'to 2 2', 'to 1 1'], 'A', null]);
  person.redo();
  person.redo();
  expect([titleNow(), person.stack.nextRedo!.label, person.stack.nextUndo!.label]).toEqual(['2', 'to 3', 'to 2']);
  person.write(title('4'), 'to 4');
  expect([person.stack.nextRedo, person.stack.planRedo(person.state)]).toEqual([null, null]);
});

test('what others have changed stays: the plan names it, and a step that has nothing left is skipped', () => {
  const person = createPerson(smallFlow());
  person.write(title('mine'), 'rename');
  person.other(title('theirs'));
  const plan = person.stack.planUndo(person.state)!;
  expect([plan.intent, plan.kept, plan.step.label]).toEqual([null, [{ kind: 'node', id: 'a', field: 'data.title' }], 'rename']);
  person.stack.skip('undo');
  expect(person.stack.planUndo(person.state)).toBeNull();
  expect(person.state.node.get('a')!.data.title).toBe('theirs');
});

test('only so many steps are remembered', () => {
  const person = createPerson(smallFlow());
  for (let i = 0; i <= UNDO_LIMIT; i++) person.write(title(`t${i}`), `${i}`);
  let steps = 0;
  for (; person.stack.nextUndo; steps++) person.undo();
  expect([steps, person.state.node.get('a')!.data.title]).toEqual([UNDO_LIMIT, 't0']);
});
