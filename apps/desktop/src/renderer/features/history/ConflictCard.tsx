import type { Conflict, LogState } from '@uxflow/core';
import { Button } from '@uxflow/ui';
import { useId, useMemo } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { useNow } from '../../store/services.ts';
import { planConflict } from './conflictPlan.ts';
import { conflictWords } from './conflictSentence.ts';
import { conflictName } from './conflictText.ts';
import { authorText } from './historyText.ts';

export interface ConflictCardProps {
  conflict: Conflict;
  view: LogState;
  isReadOnly: boolean;
  onShow: (nodeIds: readonly string[], edgeIds: readonly string[]) => void;
  /** `isTaken`: the lost version shall stand. */
  onDecide: (isTaken: boolean) => void;
}

/** One change to decide: what happened, what stands, what was lost, and two buttons. */
export function ConflictCard({ conflict, view, isReadOnly, onShow, onDecide }: ConflictCardProps) {
  const text = useText();
  const now = useNow(30_000);
  const headlineId = useId();
  const plan = useMemo(() => planConflict(view, conflict), [view, conflict]);
  const words = conflictWords(text, view, conflict);
  const name = conflictName(text, view, conflict);
  const place = placeOf(view, conflict);
  return (
    <li className="clash" data-testid="conflict" data-reason={conflict.reason} aria-labelledby={headlineId}>
      <strong id={headlineId}>{words.headline}</strong>
      {name ? (
        place ? (
          <button type="button" className="clash__name" aria-label={text('conflict.show', { name })} onClick={() => onShow(place.nodeIds, place.edgeIds)}>
            {name}
          </button>
        ) : (
          <span className="clash__name">{name}</span>
        )
      ) : null}
      <span className="past__facts">{text('conflict.by', { author: authorText(text, conflict.author), when: whenText(text, conflict.at, now) })}</span>
      <dl className="clash__values">
        {words.stands === undefined ? null : (
          <div className="clash__value clash__value--stands">
            <dt>{text('conflict.stands')}</dt>
            <dd>{words.stands}</dd>
          </div>
        )}
        <div className="clash__value">
          <dt>{text(words.lostLabel)}</dt>
          {words.lost.map((line, index) => (
            <dd key={index}>{line}</dd>
          ))}
        </div>
      </dl>
      {plan.take ? null : <p className="past__facts">{text('conflict.cannotTake')}</p>}
      <div className="past__buttons">
        <Button size="small" disabled={isReadOnly} onClick={() => onDecide(false)}>
          {text(words.keepLabel)}
        </Button>
        {plan.take ? (
          <Button size="small" disabled={isReadOnly} onClick={() => onDecide(true)}>
            {plan.along.length > 0 ? text('conflict.bringBackWith', { count: plan.along.length }) : text(words.takeLabel)}
          </Button>
        ) : null}
      </div>
    </li>
  );
}

function placeOf(view: LogState, { kind, recordId }: Conflict): { nodeIds: string[]; edgeIds: string[] } | null {
  if (recordId === undefined) return null;
  if (kind === 'node' && view.node.has(recordId)) return { nodeIds: [recordId], edgeIds: [] };
  if (kind === 'frame' && view.frame.has(recordId)) return { nodeIds: [recordId], edgeIds: [] };
  return kind === 'edge' && view.edge.has(recordId) ? { nodeIds: [], edgeIds: [recordId] } : null;
}
