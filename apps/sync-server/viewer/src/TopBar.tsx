import { Button, IconButton, Notice } from '@uxflow/ui';
import { ArrowLeft, ChevronRight, ListTree, Lock, MessageCircle, X } from 'lucide-react';
import { Fragment, useEffect, useRef } from 'react';
import { StatusChip } from './StatusChip.tsx';
import { useText } from './TextContext.tsx';
import type { ViewerSession, ViewerState } from './viewerSession.ts';

export interface TopBarProps {
  session: ViewerSession;
  state: ViewerState;
  /** Given once the flow is there. */
  panels?: { open: string | null; comments: number; onToggle: (name: 'steps' | 'comments') => void };
  /** True after a step from one flow to another: whoever works without a pointer goes on from here. */
  takesFocus?: boolean;
}

/** Which flow this is, how one came to it, and what can be shown beside it. */
export function TopBar({ session, state, panels, takesFocus = false }: TopBarProps) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const before = state.trail.slice(0, -1);
  const here = state.trail.at(-1);
  const last = before.at(-1);
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  return (
    <>
      <header className="top">
        <div className="top__title">
          <div className="top__way">
            {last ? (
              <nav aria-label={text('way')} className="crumbs">
                {/* Where there is no room for all of them, the last one: see viewer.css. */}
                <IconButton className="crumbs__back" label={text('backTo', { title: last.name || text('untitledFlow') })} icon={<ArrowLeft />} onClick={() => session.goBackTo(last.logId)} />
                {before.map(({ logId, name }) => (
                  <Fragment key={logId}>
                    <button type="button" className="crumb" onClick={() => session.goBackTo(logId)}>
                      {name || text('untitledFlow')}
                    </button>
                    <ChevronRight aria-hidden />
                  </Fragment>
                ))}
              </nav>
            ) : null}
            <h1 ref={heading} tabIndex={-1}>
              {here?.name || text(state.view ? 'untitledFlow' : 'loading')}
            </h1>
          </div>
          <p>
            {state.isEncrypted ? <Lock aria-hidden className="top__lock" /> : null}
            <span>{text(state.mayComment ? 'mayComment' : 'readOnly')}</span>
            <StatusChip status={state.status} />
          </p>
        </div>
        {panels ? (
          <div className="top__actions">
            <Button variant="ghost" icon={<ListTree aria-hidden />} aria-pressed={panels.open === 'steps'} aria-label={text('steps')} onClick={() => panels.onToggle('steps')}>
              <span>{text('steps')}</span>
            </Button>
            <Button variant="ghost" icon={<MessageCircle aria-hidden />} aria-pressed={panels.open === 'comments'} aria-label={`${text('comments')} (${panels.comments})`} onClick={() => panels.onToggle('comments')}>
              <span>{text('comments')}</span> {panels.comments}
            </Button>
          </div>
        ) : null}
      </header>
      {state.lost ? (
        <div className="lost" role="alert" data-testid="lost">
          <Notice tone="warning">
            <p>{text('lostPart', { title: state.lost.name || text('untitledFlow') })}</p>
            <IconButton size="small" label={text('close')} icon={<X />} onClick={session.forgetLost} />
          </Notice>
        </div>
      ) : null}
    </>
  );
}
