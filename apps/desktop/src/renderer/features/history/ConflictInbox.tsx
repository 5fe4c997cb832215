import type { Conflict } from '@uxflow/core';
import { Badge, EmptyState, Notice } from '@uxflow/ui';
import { Handshake } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { ConflictCard } from './ConflictCard.tsx';
import { planConflict } from './conflictPlan.ts';
import './history.css';

export interface ConflictInboxProps {
  /** Shows records of the flow; without it the canvas of this flow does. */
  onShow?: ((nodeIds: readonly string[], edgeIds: readonly string[]) => void) | undefined;
  /** True: nothing is drawn while nothing is to decide. */
  isHiddenWhenEmpty?: boolean;
}

/** What two people changed at the same time, one card each, with both versions and the choice between them. */
export function ConflictInbox({ onShow, isHiddenWhenEmpty }: ConflictInboxProps) {
  const text = useText();
  const flow = useFlow();
  const view = useSession((session) => session.view);
  const isReadOnly = useSession((session) => session.readOnly !== null);
  const conflicts = useMemo(() => [...view.conflict.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1)), [view.conflict]);
  const heading = useRef<HTMLHeadingElement>(null);
  const hadFocus = useRef(false);
  useEffect(() => {
    // The card that was decided took the focus with it.
    if (hadFocus.current && document.activeElement === document.body) heading.current?.focus();
    hadFocus.current = false;
  }, [conflicts]);

  if (conflicts.length === 0) {
    if (isHiddenWhenEmpty) return null;
    return (
      <EmptyState icon={<Handshake aria-hidden />} title={text('conflict.emptyTitle')}>
        {text('conflict.emptyText')}
      </EmptyState>
    );
  }
  const show = onShow ?? ((nodeIds: readonly string[], edgeIds: readonly string[]) => flow.editor.getState().reveal([...nodeIds, ...edgeIds]));
  const decide = (conflict: Conflict, isTaken: boolean) => {
    hadFocus.current = true;
    // Planned anew on the view of this moment: it may have changed since the card was drawn.
    const plan = planConflict(flow.session.getState().view, conflict);
    flow.dispatch({ ...((isTaken && plan.take) || plan.keep), message: 'decide' });
  };
  return (
    <section className="clashes" data-testid="conflicts" aria-labelledby="conflicts-title">
      <h3 id="conflicts-title" ref={heading} tabIndex={-1}>
        {text('conflict.title')} <ConflictCount />
      </h3>
      <p className="past__facts">{text('conflict.text')}</p>
      {isReadOnly ? <Notice>{text('conflict.readOnly')}</Notice> : null}
      <ul>
        {conflicts.map((conflict) => (
          <ConflictCard key={conflict.id} conflict={conflict} view={view} isReadOnly={isReadOnly} onShow={show} onDecide={(isTaken) => decide(conflict, isTaken)} />
        ))}
      </ul>
    </section>
  );
}

/** How many changes wait for a decision in the open flow. */
export function useConflictCount(): number {
  return useSession((session) => session.view.conflict.size);
}

/** That number as a badge; nothing while it is 0. */
export function ConflictCount() {
  const text = useText();
  const count = useConflictCount();
  return count > 0 ? (
    <Badge tone="warning" label={text('conflict.count', { count })}>
      {count}
    </Badge>
  ) : null;
}
