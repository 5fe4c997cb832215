import type { Proposal } from '@uxflow/core';
import { Button, EmptyState } from '@uxflow/ui';
import { Plug, Sparkles } from 'lucide-react';
import { useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { factsText } from './cardTexts.ts';
import { ProposalCard } from './ProposalCard.tsx';
import { openCards, openProposals, useDecide, useDeciding } from './useDecide.ts';
import './proposal.css';

/** Every change that the agents propose, each with its reason, to accept or reject one by one or together. */
export function ProposalPanel() {
  const text = useText();
  const proposals = openProposals(useConversation((state) => state.proposals));
  return (
    <div data-testid="proposal">
      {proposals.length === 0 ? (
        <EmptyState icon={<Sparkles aria-hidden />} title={text('proposal.none')}>
          {text('proposal.noneText')}
        </EmptyState>
      ) : (
        <>
          {proposals.map((proposal) => (
            <ProposalCards key={proposal.id} proposal={proposal} />
          ))}
          <p className="proposal__hint">{text('proposal.barHint')}</p>
        </>
      )}
    </div>
  );
}

function ProposalCards({ proposal }: { proposal: Proposal }) {
  const text = useText();
  const decide = useDecide();
  const { isBusy } = useDeciding();
  const { editor } = useFlow();
  const request = useConversation((state) => state.turns.get(proposal.turnId)?.message);
  const cards = openCards(proposal);
  const acceptable = cards.filter((card) => card.fit !== 'held');
  return (
    <section className="proposal" aria-label={text('proposal.title')} data-proposal-id={proposal.id}>
      {proposal.origin ? (
        <p className="proposal__origin" data-tip={text('mcp.fromText')}>
          <Plug aria-hidden /> {text('mcp.from', { client: proposal.origin.client })}
        </p>
      ) : null}
      {request ? (
        <p className="proposal__request" title={request}>
          {request}
        </p>
      ) : null}
      <p className="proposal__facts">
        <b>{text('proposal.count', { count: cards.length })}</b>
        <span>{factsText(text, cards)}</span>
      </p>
      {acceptable.length < cards.length ? <p className="proposal__held">{text('proposal.heldCount', { count: cards.length - acceptable.length })}</p> : null}
      <div className="proposal__all">
        <Button size="small" disabled={isBusy} onClick={() => decide.reject(proposal.id, cards.map(({ id }) => id))}>
          {text('proposal.rejectAll')}
        </Button>
        <Button size="small" variant="primary" disabled={isBusy || acceptable.length === 0} onClick={() => decide.accept(proposal.id, acceptable.map(({ id }) => id))}>
          {text('proposal.acceptAll')}
        </Button>
      </div>
      <ul className="proposal__cards" onPointerLeave={() => editor.getState().highlight([])}>
        {proposal.cards.map((card) => (
          <ProposalCard key={card.id} card={card} proposal={proposal} />
        ))}
      </ul>
    </section>
  );
}
