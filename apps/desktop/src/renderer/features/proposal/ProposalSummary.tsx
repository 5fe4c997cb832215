import { Button, IconButton, useArrivalFocus } from '@uxflow/ui';
import { Check, ListChecks, Sparkles, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { factsText } from './cardTexts.ts';
import { openCards, useDecide, useDeciding } from './useDecide.ts';
import './proposal.css';

/** A proposal where it was made in the conversation: what it would do, to decide as a whole; afterwards what became of it. */
export function ProposalSummary({ proposalId, isFresh }: { proposalId: string; isFresh: boolean }) {
  const text = useText();
  const { editor } = useFlow();
  const decide = useDecide();
  const { isBusy } = useDeciding();
  const proposal = useConversation((state) => state.proposals.get(proposalId));
  const box = useRef<HTMLElement>(null);
  const wasOpen = useRef(proposal?.status === 'open');
  const isOpen = proposal?.status === 'open';
  useArrivalFocus(box, isOpen && isFresh, '.chat');
  // Whoever decided here finds the outcome here.
  useEffect(() => {
    if (wasOpen.current && !isOpen && document.activeElement === document.body) box.current?.focus({ preventScroll: true });
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (!proposal) return null;
  const cards = openCards(proposal);
  if (!isOpen || cards.length === 0) {
    const accepted = proposal.cards.filter(({ status }) => status === 'accepted').length;
    return (
      <section className="summary summary--past" ref={box} tabIndex={-1} aria-label={text('proposal.title')} data-testid="proposal-summary" data-status={proposal.status}>
        {accepted > 0 ? <Check aria-hidden /> : <X aria-hidden />}
        <b>{text('proposal.title')}</b>
        <span>{proposal.status === 'superseded' ? text('proposal.superseded') : text('proposal.summaryDone', { accepted, rejected: proposal.cards.length - accepted })}</span>
      </section>
    );
  }
  const acceptable = cards.filter((card) => card.fit !== 'held');
  return (
    <section className="summary" ref={box} tabIndex={-1} aria-label={text('proposal.title')} data-testid="proposal-summary" data-status="open">
      <div className="summary__head">
        <Sparkles aria-hidden />
        <b>{text('proposal.count', { count: cards.length })}</b>
        <IconButton size="small" label={text('proposal.review')} icon={<ListChecks />} onClick={() => editor.getState().openTab('proposal')} />
      </div>
      <p className="summary__facts">{factsText(text, cards)}</p>
      <div className="summary__actions">
        <Button size="small" disabled={isBusy} onClick={() => decide.reject(proposal.id, cards.map(({ id }) => id))}>
          {text('proposal.rejectAll')}
        </Button>
        <Button size="small" disabled={isBusy || acceptable.length === 0} onClick={() => decide.accept(proposal.id, acceptable.map(({ id }) => id))}>
          {text('proposal.acceptAll')}
        </Button>
      </div>
    </section>
  );
}
