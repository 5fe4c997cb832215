/** Undo and redo of one person's own edits in one flow (rule 13), while others edit. Lives in memory, is persisted nowhere. */
import { undoIntent, type Effect, type Intent, type Kept, type LogState } from '../flow/index.ts';

/** One own entry that can be taken back. */
export interface UndoStep {
  entryId: string;
  effect: Effect;
  /** What the person did, for "Undo {label}". */
  label: string;
}

/** What taking a step back means on the state of now; `intent` is null when others have changed all of it. */
export interface UndoPlan {
  step: UndoStep;
  intent: Intent | null;
  kept: Kept[];
}

/** Steps that are remembered in each direction. */
export const UNDO_LIMIT = 200;

/**
 * The two stacks. A host commits the plan's intent and reports the entry with `record`; when a plan has no intent it calls `skip`
 * and names what was kept.
 */
export class UndoStack {
  #undo: UndoStep[] = [];
  #redo: UndoStep[] = [];

  /** The step that undo would take back, or null. */
  get nextUndo(): UndoStep | null {
    return this.#undo.at(-1) ?? null;
  }

  /** The step that redo would bring again, or null. */
  get nextRedo(): UndoStep | null {
    return this.#redo.at(-1) ?? null;
  }

  /** What undo would do now; null when there is nothing to undo. */
  planUndo(state: LogState): UndoPlan | null {
    return plan(state, this.nextUndo);
  }

  /** What redo would do now; null when there is nothing to redo. */
  planRedo(state: LogState): UndoPlan | null {
    return plan(state, this.nextRedo);
  }

  /** Notes an own entry: a new edit (which ends redo), or the one that undid or redid the last step. An entry without effect is none. */
  record(step: UndoStep, as: 'edit' | 'undo' | 'redo' = 'edit'): void {
    if (as === 'edit') {
      this.#redo = [];
      if (step.effect.changes.length > 0) this.#undo.push(step);
    } else {
      const [from, to] = as === 'undo' ? [this.#undo, this.#redo] : [this.#redo, this.#undo];
      const taken = from.pop();
      to.push({ ...step, label: taken?.label ?? step.label });
    }
    if (this.#undo.length > UNDO_LIMIT) this.#undo.shift();
  }

  /** Drops a step that can no longer be taken back (or brought again). */
  skip(direction: 'undo' | 'redo'): void {
    (direction === 'undo' ? this.#undo : this.#redo).pop();
  }
}

function plan(state: LogState, step: UndoStep | null): UndoPlan | null {
  return step && { step, ...undoIntent(state, step.effect) };
}
