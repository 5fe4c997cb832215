import type { Card, Proposal } from '@uxflow/core/agents/turnSchema';
import { Badge, Button, classes, EmptyState, IconButton, Notice } from '@uxflow/ui';
import { Check, Crosshair, Minus, Pencil, Plus, Sparkles, X } from 'lucide-react';
import { useState } from 'react';
import { codeText, useText } from '../../i18n/TextContext.tsx';
import { useConversation, useEditor, useFlow } from '../../store/flowServices.ts';
import { cardsTakenAlong, cardsThatFall } from '../../store/ghosts.ts';
import { idsOfCards } from './cardIds.ts';
import { openCards, openProposals, useDecide } from './useDecide.ts';

/** Every change that the agents propose, each with its reason, to accept or reject one by one or together. */
export function ProposalPanel() {
  const text = useText();
  const proposals = openProposals(useConversation((state) => state.proposals));
  return (
    <div data-testid="proposal">
      {proposals.length === 0 ? (
        <EmptyState icon={<Sparkles />} title={text('proposal.none')}>
          {text('proposal.noneText')}
        </EmptyState>
      ) : (
        proposals.map((proposal) => <ProposalCards key={proposal.id} proposal={proposal} />)
      )}
    </div>
  );
}

function ProposalCards({ proposal }: { proposal: Proposal }) {
  const text = useText();
  const decide = useDecide();
  const { editor } = useFlow();
  const cards = openCards(proposal);
  const acceptable = cards.filter((card) => card.fit !== 'held');
  return (
    <section className="proposal" aria-label={text('proposal.title')}>
      <div className="proposal__head">
        <span>{text('proposal.count', { count: cards.length })}</span>
        <Button size="small" onClick={() => decide.reject(proposal.id, cards.map(({ id }) => id))}>
          {text('proposal.rejectAll')}
        </Button>
        <Button size="small" variant="primary" disabled={acceptable.length === 0} onClick={() => decide.accept(proposal.id, acceptable.map(({ id }) => id))}>
          {text('proposal.acceptAll')}
        </Button>
      </div>
      <p className="panel__hint">{text('proposal.barHint')}</p>
      <ul className="proposal__cards" onPointerLeave={() => editor.getState().highlight([])}>
        {proposal.cards.map((card) => (
          <ProposalCard key={card.id} card={card} cards={proposal.cards} onAccept={() => decide.accept(proposal.id, [card.id])} onReject={() => decide.reject(proposal.id, [card.id])} />
        ))}
      </ul>
    </section>
  );
}

function ProposalCard({ card, cards, onAccept, onReject }: { card: Card; cards: readonly Card[]; onAccept: () => void; onReject: () => void }) {
  const text = useText();
  const { editor } = useFlow();
  const isHighlighted = useEditor((state) => state.highlightedCards.has(card.id));
  const [intent, setIntent] = useState<'accept' | 'reject' | null>(null);
  const taken = cardsTakenAlong(cards, [card.id]);
  const falling = cardsThatFall(cards, [card.id]);
  const titles = (ids: readonly string[]) => ids.map((id) => cards.find((each) => each.id === id)?.title ?? id).join(', ');
  const Mark = card.ops.some((op) => op.op === 'add') ? Plus : card.ops.some((op) => op.op === 'remove') ? Minus : Pencil;
  const point = (next: typeof intent) => {
    setIntent(next);
    // What goes along is lit with it, before anything happens.
    editor.getState().highlight([card.id, ...(next === 'accept' ? taken : next === 'reject' ? falling : [])]);
  };
  if (card.status !== 'open') {
    return (
      <li className="card card--decided" data-card-id={card.id} data-status={card.status}>
        {card.status === 'accepted' ? <Check aria-hidden /> : <X aria-hidden />}
        <span className="card__title">{card.title}</span>
        <Badge tone={card.status === 'accepted' ? 'success' : undefined}>{text(card.status === 'accepted' ? 'proposal.accepted' : 'proposal.rejected')}</Badge>
      </li>
    );
  }
  const hover = (next: 'accept' | 'reject') => ({ onPointerEnter: () => point(next), onPointerLeave: () => point(null), onFocus: () => point(next), onBlur: () => point(null) });
  return (
    <li className={classes('card', isHighlighted && 'card--on', `card--${card.fit}`)} data-card-id={card.id} data-status="open" onPointerEnter={() => editor.getState().highlight([card.id])}>
      <div className="card__head">
        <Mark aria-hidden className={`card__mark card__mark--${Mark === Plus ? 'add' : Mark === Minus ? 'remove' : 'change'}`} />
        <span className="card__title">{card.title}</span>
        {card.edited ? <Badge tone="accent">{text('proposal.edited')}</Badge> : null}
      </div>
      {card.reason ? <p className="card__reason">{card.reason}</p> : null}
      {card.fit === 'changed' ? <Notice tone="info">{text('proposal.fitChanged')}</Notice> : null}
      {card.fit === 'held' ? <Notice tone="warning">{text('proposal.held', { reason: card.held ? codeText(text, 'held', card.held.code, card.held.params) : '' })}</Notice> : null}
      {intent === 'accept' && taken.length > 0 ? <p className="card__along">{text('proposal.takesAlong', { titles: titles(taken) })}</p> : null}
      {intent === 'reject' && falling.length > 0 ? <p className="card__along card__along--fall">{text('proposal.letsFall', { titles: titles(falling) })}</p> : null}
      <div className="card__actions">
        <IconButton size="small" label={text('proposal.show')} icon={<Crosshair />} onClick={() => editor.getState().look(idsOfCards([card]))} />
        <span className="page__space" />
        <Button size="small" aria-label={`${text('proposal.reject')}: ${card.title}`} onClick={onReject} {...hover('reject')}>
          {text('proposal.reject')}
        </Button>
        <Button size="small" variant="primary" disabled={card.fit === 'held'} aria-label={`${text('proposal.accept')}: ${card.title}`} onClick={onAccept} {...hover('accept')}>
          {text('proposal.accept')}
          {taken.length > 0 ? ` (+${taken.length})` : ''}
        </Button>
      </div>
    </li>
  );
}
