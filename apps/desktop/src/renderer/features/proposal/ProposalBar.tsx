import { Button } from '@uxflow/ui';
import { Check, ListChecks, Sparkles, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useConversation, useFlow } from '../../store/flowServices.ts';
import { idsOfCards } from './cardIds.ts';
import { openCards, openProposals, useDecide } from './useDecide.ts';

/** Stands over the canvas while a proposal waits: accept or reject the whole, or look at each change. */
export function ProposalBar() {
  const text = useText();
  const { editor } = useFlow();
  const proposals = useConversation((state) => state.proposals);
  const isKnown = useConversation((state) => state.isKnown);
  const decide = useDecide();
  const open = openProposals(proposals);
  const newest = open[0];

  // A proposal that arrives shows itself; one that was there when the flow opened waits to be looked at.
  const seen = useRef<Set<string> | null>(null);
  useEffect(() => {
    if (!isKnown) return;
    const before = seen.current;
    seen.current = new Set(proposals.keys());
    if (!before || !newest || before.has(newest.id)) return;
    editor.getState().openTab('proposal');
    editor.getState().look(idsOfCards(openCards(newest)));
  }, [proposals, newest, isKnown, editor]);

  if (!newest) return null;
  const cards = openCards(newest);
  const acceptable = cards.filter((card) => card.fit !== 'held');
  return (
    <div className="proposal-bar" role="region" aria-label={text('proposal.title')} data-testid="proposal-bar">
      <Sparkles aria-hidden />
      <span className="proposal-bar__text" title={text('proposal.barHint')}>
        {text('proposal.count', { count: cards.length })}
      </span>
      <Button size="small" variant="ghost" icon={<ListChecks />} onClick={() => editor.getState().openTab('proposal')}>
        {text('proposal.review')}
      </Button>
      <Button size="small" icon={<X />} onClick={() => decide.reject(newest.id, cards.map(({ id }) => id))}>
        {text('proposal.rejectAll')}
      </Button>
      <Button size="small" variant="primary" icon={<Check />} disabled={acceptable.length === 0} onClick={() => decide.accept(newest.id, acceptable.map(({ id }) => id))}>
        {text('proposal.acceptAll')}
      </Button>
    </div>
  );
}
