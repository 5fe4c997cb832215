import { useText } from '../../i18n/TextContext.tsx';
import { useConversation } from '../../store/flowServices.ts';

/** The open proposals of the flow, card by card. */
export function ProposalPanel() {
  const text = useText();
  const proposals = useConversation((state) => state.proposals);
  return (
    <section className="proposal" data-testid="proposal" aria-label={text('proposal.title')}>
      {[...proposals.values()].flatMap(({ cards }) => cards.map((card) => <p key={card.id}>{card.title}</p>))}
    </section>
  );
}
