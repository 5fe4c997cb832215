import type { Conflict, LogState, Op, PlainRecord } from '@uxflow/core';
import type { TextKey } from '../../i18n/english.ts';
import type { Translate } from '../../i18n/translate.ts';
import { fieldName, itemAt, recordName, valueText } from './conflictText.ts';
import { standingValue } from './conflictPlan.ts';
import { isObject } from './plainObject.ts';

/** A conflict in words. */
export interface ConflictWords {
  /** What happened. */
  headline: string;
  /** The value that stands, when there are two values to compare. */
  stands?: string;
  /** What is said above the lost. */
  lostLabel: TextKey;
  /** What has no place now: one value, or the lines of a held group. */
  lost: readonly string[];
  keepLabel: TextKey;
  takeLabel: TextKey;
}

/** What a conflict says and what its buttons are called, by its reason. */
export function conflictWords(text: Translate, view: LogState, conflict: Conflict): ConflictWords {
  const { reason, kind, field, lost } = conflict;
  if (reason === 'group' || !kind) {
    const ops = Array.isArray(lost) ? (lost as Op[]) : [];
    return { headline: text('conflict.group', { count: ops.length }), lostLabel: 'conflict.held', lost: ops.map((op) => opText(text, view, op)), keepLabel: 'conflict.dropGroup', takeLabel: 'conflict.applyGroup' };
  }
  const kindName = text(`kindName.${kind}`);
  if (field === undefined) {
    const headline = text(reason === 'unseen' ? 'conflict.unseen' : reason === 'cascade' ? 'conflict.cascade' : 'conflict.missing', { kind: kindName });
    return { headline, lostLabel: 'conflict.gone', lost: [valueText(text, view, kind, undefined, lost)], keepLabel: 'conflict.leaveGone', takeLabel: 'conflict.bringBack' };
  }
  const standing = standingValue(view, conflict);
  const record = kind === 'flow' ? (view.flow as PlainRecord) : (view[kind].get(conflict.recordId!) as PlainRecord | undefined);
  const named = fieldName(text, kind, field, itemAt(record, kind, field) ?? (isObject(lost) ? lost : undefined));
  const lostText = valueText(text, view, kind, field, lost);
  switch (reason) {
    case 'field':
    case 'text':
      return {
        headline: text(reason === 'text' ? 'conflict.prose' : 'conflict.field', { field: named }),
        stands: standing === undefined ? text('conflict.gone') : valueText(text, view, kind, field, standing),
        lostLabel: 'conflict.lost', lost: [lostText],
        keepLabel: 'conflict.keep',
        takeLabel: 'conflict.take',
      };
    case 'removed':
      return { headline: text('conflict.removed', { field: named }), stands: text('conflict.gone'), lostLabel: 'conflict.lost', lost: [lostText], keepLabel: 'conflict.leaveGone', takeLabel: 'conflict.take' };
    case 'unseen':
      return { headline: text('conflict.unseenField', { field: named }), stands: text('conflict.gone'), lostLabel: 'conflict.lost', lost: [lostText], keepLabel: 'conflict.leaveGone', takeLabel: 'conflict.bringBack' };
    case 'missing':
    case 'cascade':
      return {
        headline: text(reason === 'missing' ? 'conflict.missingField' : 'conflict.cascadeField', { field: named }),
        stands: standing === undefined ? text('conflict.gone') : valueText(text, view, kind, field, standing),
        lostLabel: 'conflict.lost', lost: [lostText],
        keepLabel: 'conflict.leaveCleared',
        takeLabel: 'conflict.take',
      };
  }
}

function opText(text: Translate, view: LogState, op: Op): string {
  if (op.op === 'add') return text('conflict.op.add', { what: described(text, view, op.kind, op.value) });
  if (op.op === 'remove') return text('conflict.op.remove', { what: described(text, view, op.kind, op.from) });
  if (op.op === 'set') {
    const record = op.kind === 'flow' ? (view.flow as PlainRecord) : (view[op.kind].get(op.id) as PlainRecord | undefined);
    const name = fieldName(text, op.kind, op.field, itemAt(record, op.kind, op.field));
    return `${text('conflict.op.set', { what: described(text, view, op.kind, record) })}, ${name}: ${valueText(text, view, op.kind, op.field, op.to)}`;
  }
  return op.op === 'version.add' ? text('conflict.op.add', { what: text('conflict.described', { kind: text('kindName.version'), name: op.name }) }) : op.op;
}

function described(text: Translate, view: LogState, kind: Exclude<Conflict['kind'], undefined>, record: PlainRecord | undefined): string {
  return text('conflict.described', { kind: text(`kindName.${kind}`), name: recordName(text, view, kind, record) });
}
