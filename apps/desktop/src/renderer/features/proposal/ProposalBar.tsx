import { Button } from '@uxflow/ui';
import { Check, ListChecks, Sparkles, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { idsOfCards } from './cardIds.ts';
import { titlesOf, type Decision } from './effects.ts';
import { openCards, openProposals, useDecide, useDeciding } from './useDecide.ts';
import './proposal.css';

/** Stands over the canvas while a proposal waits: accept or reject the whole, look at each change, or say yes to what goes along. */
export function ProposalBar() {
  const text = useText();
  const { editor } = useFlow();
  const proposals = useConversation((state) => state.proposals);
  const decide = useDecide();
  const { isBusy, asking } = useDeciding();
  const newest = openProposals(proposals)[0];
  useArrivals(newest?.id);

  if (!newest) return null;
  const cards = openCards(newest);
  const acceptable = cards.filter((card) => card.fit !== 'held');
  if (asking && proposals.get(asking.proposalId)?.status === 'open') return <Question decision={asking} />;
  return (
    <div className="proposal-bar" role="region" aria-label={text('proposal.title')} data-testid="proposal-bar">
      <Sparkles aria-hidden />
      <span className="proposal-bar__text" data-tip={text('proposal.barHint')}>
        {text('proposal.count', { count: cards.length })}
      </span>
      <Button size="small" variant="ghost" icon={<ListChecks />} onClick={() => editor.getState().openTab('proposal')}>
        {text('proposal.review')}
      </Button>
      <Button size="small" icon={<X />} disabled={isBusy} onClick={() => decide.reject(newest.id, cards.map(({ id }) => id))}>
        {text('proposal.rejectAll')}
      </Button>
      <Button size="small" variant="primary" icon={<Check />} disabled={isBusy || acceptable.length === 0} onClick={() => decide.accept(newest.id, acceptable.map(({ id }) => id))}>
        {text('proposal.acceptAll')}
      </Button>
    </div>
  );
}

/** What a press on a ghost would take with it, before it happens. */
function Question({ decision }: { decision: Decision }) {
  const text = useText();
  const decide = useDecide();
  const { isBusy } = useDeciding();
  const cards = useConversation((state) => state.proposals.get(decision.proposalId)!.cards);
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    bar.current?.querySelector<HTMLElement>('.button:last-child')?.focus();
    return () => void (before instanceof HTMLElement && before.isConnected && before.focus({ preventScroll: true }));
  }, [decision]);
  const isAccept = decision.verdict === 'accept';
  const params = { title: titlesOf(cards, decision.cardIds), titles: titlesOf(cards, decision.also) };
  const count = decision.cardIds.length + decision.also.length;
  return (
    <div
      ref={bar}
      className="proposal-bar proposal-bar--asking"
      role="alertdialog"
      aria-label={text('proposal.title')}
      aria-describedby="proposal-question"
      data-testid="proposal-question"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        decide.drop();
      }}
    >
      <span id="proposal-question" className="proposal-bar__question">
        {text(isAccept ? 'proposal.askAccept' : 'proposal.askReject', params)}
      </span>
      <Button size="small" variant="ghost" onClick={decide.drop}>
        {text('cancel')}
      </Button>
      <Button size="small" variant={isAccept ? 'primary' : 'danger'} icon={isAccept ? <Check /> : <X />} disabled={isBusy} onClick={() => decide.carryOut(decision)}>
        {text(isAccept ? 'proposal.acceptMore' : 'proposal.rejectMore', { count })}
      </Button>
    </div>
  );
}

/** A proposal that arrives shows itself; one that was there when the flow opened waits to be looked at. */
function useArrivals(newestId: string | undefined): void {
  const { editor, conversation } = useFlow();
  const isKnown = useConversation((state) => state.isKnown);
  const seen = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!isKnown) return;
    const { proposals } = conversation.getState();
    const before = seen.current;
    seen.current = new Set(proposals.keys());
    if (!before || !newestId || before.has(newestId)) return;
    editor.getState().look(idsOfCards(openCards(proposals.get(newestId)!)));
    // Who is filling in properties keeps them under the hand.
    if (!document.activeElement?.closest('.side--right')) editor.getState().openTab('proposal');
  }, [newestId, isKnown, conversation, editor]);
}
