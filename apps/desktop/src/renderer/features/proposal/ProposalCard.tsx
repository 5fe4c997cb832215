import type { Card, Proposal } from '@uxflow/core';
import { Badge, Button, classes, IconButton, Notice } from '@uxflow/ui';
import { Check, Crosshair, Minus, Pencil, Plus, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useEditor, useFlow } from '../../store/flowServices.ts';
import { factsText, heldReason } from './cardTexts.ts';
import { idsOfCards } from './cardIds.ts';
import { cardsAlong, titlesOf, type Verdict } from './effects.ts';
import { useDecide, useDeciding } from './useDecide.ts';

/** One proposed change. What a verdict takes with it is said, and lit on the canvas, while the verdict is pointed at. */
export function ProposalCard({ card, proposal }: { card: Card; proposal: Proposal }) {
  const text = useText();
  const flow = useFlow();
  const decide = useDecide();
  const { isBusy } = useDeciding();
  const isHighlighted = useEditor((state) => state.highlightedCards.has(card.id));
  const [pointed, setPointed] = useState<Verdict | null>(null);
  const needed = useMemo(() => cardsAlong(flow.session.getState().view, proposal, 'accept', [card.id]), [flow, proposal, card.id]);
  const along = useMemo(() => (pointed ? (pointed === 'accept' ? needed : cardsAlong(flow.session.getState().view, proposal, 'reject', [card.id])) : []), [flow, proposal, card.id, needed, pointed]);
  if (card.status !== 'open') return <DecidedCard card={card} />;

  const point = (verdict: Verdict | null) => {
    setPointed(verdict);
    const also = verdict ? cardsAlong(flow.session.getState().view, proposal, verdict, [card.id]) : [];
    flow.editor.getState().highlight([card.id, ...also]);
  };
  const leave = () => {
    setPointed(null);
    flow.editor.getState().highlight([]);
  };
  const pointing = (verdict: Verdict) => ({ onPointerEnter: () => point(verdict), onPointerLeave: () => point(null), onFocus: () => point(verdict), onBlur: leave });
  const Mark = card.ops.some((op) => op.op === 'add') ? Plus : card.ops.some((op) => op.op === 'remove') ? Minus : Pencil;
  return (
    <li className={classes('card', isHighlighted && 'card--on', `card--${card.fit}`)} data-card-id={card.id} data-status="open" data-fit={card.fit} onPointerEnter={() => point(null)} onPointerLeave={leave}>
      <div className="card__head">
        <Mark aria-hidden className={`card__mark card__mark--${Mark === Plus ? 'add' : Mark === Minus ? 'remove' : 'change'}`} />
        <span className="card__title">{card.title}</span>
      </div>
      {card.reason && card.reason !== card.title ? <p className="card__reason">{card.reason}</p> : null}
      {card.ops.length > 0 ? <p className="card__facts">{factsText(text, [card])}</p> : null}
      {card.edited ? (
        <div>
          <Badge tone="accent">{text('proposal.edited')}</Badge>
        </div>
      ) : null}
      {card.fit === 'changed' ? <Notice tone="info">{text('proposal.fitChanged')}</Notice> : null}
      {card.fit === 'held' ? <Notice tone="warning">{text('proposal.held', { reason: heldReason(text, card, proposal.cards) })}</Notice> : null}
      {along.length > 0 ? (
        <p className={classes('card__along', pointed === 'reject' && 'card__along--fall')} role="status">
          {text(pointed === 'reject' ? 'proposal.letsFall' : 'proposal.takesAlong', { titles: titlesOf(proposal.cards, along) })}
        </p>
      ) : null}
      <div className="card__actions">
        <IconButton size="small" label={text('proposal.show')} icon={<Crosshair />} onFocus={() => point(null)} onBlur={leave} onClick={() => flow.editor.getState().look(idsOfCards([card]))} />
        <span className="card__space" />
        <Button size="small" disabled={isBusy} aria-label={`${text('proposal.reject')}: ${card.title}`} onClick={() => decide.reject(proposal.id, [card.id])} {...pointing('reject')}>
          {text('proposal.reject')}
        </Button>
        <Button size="small" className="card__accept" disabled={isBusy || card.fit === 'held'} aria-label={`${text('proposal.accept')}: ${card.title}`} onClick={() => decide.accept(proposal.id, [card.id])} {...pointing('accept')}>
          {text('proposal.accept')}
          {needed.length > 0 ? ` (+${needed.length})` : ''}
        </Button>
      </div>
    </li>
  );
}

function DecidedCard({ card }: { card: Card }) {
  const text = useText();
  const isAccepted = card.status === 'accepted';
  return (
    <li className="card card--decided" data-card-id={card.id} data-status={card.status}>
      {isAccepted ? <Check aria-hidden /> : <X aria-hidden />}
      <span className="card__title">{card.title}</span>
      <Badge tone={isAccepted ? 'success' : undefined}>{text(isAccepted ? 'proposal.accepted' : 'proposal.rejected')}</Badge>
    </li>
  );
}
