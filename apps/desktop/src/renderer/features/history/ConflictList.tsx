import type { Conflict, Intent, IntentOp, LogState } from '@uxflow/core';
import { readPlace, resolvePlace, type PlainRecord } from '@uxflow/core';
import { Badge, Button } from '@uxflow/ui';
import { TriangleAlert } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { useFlow, useSession } from '../../store/flowServices.ts';

/** The conflict inbox: both values of each, until somebody decides which stands. */
export function ConflictList() {
  const text = useText();
  const flow = useFlow();
  const view = useSession((state) => state.view);
  const isReadOnly = useSession((state) => state.readOnly !== null);
  const conflicts = [...view.conflict.values()].sort((a, b) => b.at - a.at);
  if (conflicts.length === 0) return null;
  return (
    <section className="past__part" data-testid="conflicts">
      <h3>
        {text('conflicts.title')} <Badge tone="warning">{conflicts.length}</Badge>
      </h3>
      <p className="panel__hint">{text('conflicts.text')}</p>
      <ul className="past__list">
        {conflicts.map((conflict) => {
          const other = otherIntent(view, conflict);
          const recordId = conflict.recordId;
          return (
            <li key={conflict.id} className="clash" data-conflict={conflict.reason}>
              <div className="clash__head">
                <TriangleAlert aria-hidden />
                <b>{titleOf(view, conflict) ?? text('conflicts.title')}</b>
                {conflict.field ? <code>{conflict.field}</code> : null}
              </div>
              <p>{text(`conflicts.reason.${conflict.reason}`)}</p>
              <dl>
                <dt>{text('conflicts.now')}</dt>
                <dd>{valueText(text, presentValue(view, conflict))}</dd>
                <dt>{text('conflicts.lost', { name: conflict.author.name || text(`author.${conflict.author.kind}`) })}</dt>
                <dd>{valueText(text, conflict.lost)}</dd>
              </dl>
              <div className="card__actions">
                {recordId && (view.node.has(recordId) || view.edge.has(recordId) || view.frame.has(recordId)) ? (
                  <Button size="small" variant="ghost" onClick={() => flow.editor.getState().reveal([recordId])}>
                    {text('conflicts.show')}
                  </Button>
                ) : null}
                <span className="page__space" />
                <Button size="small" disabled={isReadOnly} onClick={() => flow.dispatch({ ops: [{ op: 'conflict.resolve', id: conflict.id }] })}>
                  {text('conflicts.keep')}
                </Button>
                {other ? (
                  <Button size="small" variant="primary" disabled={isReadOnly} onClick={() => flow.dispatch(other)}>
                    {text('conflicts.takeOther')}
                  </Button>
                ) : null}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** The intent that makes the other value stand and closes the conflict; null when nothing can be made of it any more. */
export function otherIntent(view: LogState, conflict: Conflict): Intent | null {
  const { kind, recordId, field, lost } = conflict;
  const close: IntentOp = { op: 'conflict.resolve', id: conflict.id };
  if (!kind || !recordId) return null;
  const record = recordOf(view, kind, recordId);
  if (field && record) return { ops: [{ op: 'set', kind, id: recordId, field, to: lost ?? null }, close] };
  // A record that is gone comes back whole, when whatever it stands on is still there.
  if (!field && !record && kind !== 'flow' && kind !== 'version' && isRecord(lost)) {
    const { id: _id, ...value } = lost;
    const ends = [value['source'], value['target']].filter((end): end is string => typeof end === 'string');
    return ends.every((end) => view.node.has(end)) ? { ops: [{ op: 'add', kind, id: recordId, value }, close] } : null;
  }
  return null;
}

function presentValue(view: LogState, conflict: Conflict): unknown {
  const record = conflict.kind && conflict.recordId ? recordOf(view, conflict.kind, conflict.recordId) : undefined;
  if (!record || !conflict.field || !conflict.kind) return record;
  const place = resolvePlace(conflict.kind, conflict.field);
  return place ? readPlace(record, place) : undefined;
}

function recordOf(view: LogState, kind: NonNullable<Conflict['kind']>, id: string): PlainRecord | undefined {
  return kind === 'flow' ? view.flow : (view[kind].get(id) as PlainRecord | undefined);
}

function titleOf(view: LogState, { kind, recordId, lost }: Conflict): string | undefined {
  const record = kind && recordId ? (recordOf(view, kind, recordId) ?? (isRecord(lost) ? lost : undefined)) : undefined;
  const data = record?.['data'];
  const title = (isRecord(data) ? (data['title'] ?? data['label']) : undefined) ?? record?.['title'] ?? record?.['name'] ?? record?.['body'];
  return typeof title === 'string' ? title : undefined;
}

function valueText(text: Translate, value: unknown): string {
  if (value === null || value === undefined || value === '') return text('conflicts.nothing');
  if (typeof value === 'string') return value;
  if (isRecord(value)) {
    const data = value['data'];
    const title = (isRecord(data) ? (data['title'] ?? data['label']) : undefined) ?? value['title'] ?? value['name'] ?? value['label'] ?? value['body'];
    if (typeof title === 'string' && title) return title;
  }
  return JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
