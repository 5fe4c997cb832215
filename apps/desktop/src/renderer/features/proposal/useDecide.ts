import type { Card, Proposal } from '@uxflow/core/agents/turnSchema';
import { useMemo } from 'react';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';

/** Accepting and rejecting cards of proposals, with what the person is told about it. */
export function useDecide() {
  const text = useText();
  const flow = useFlow();
  const { toasts } = useServices();
  return useMemo(() => {
    const { conversation, session, editor } = flow;
    const say = (message: string, undo: boolean) => toasts.getState().show({ text: message, ...(undo ? { action: { label: text('undo'), run: () => flow.run(() => session.getState().undo()) } } : {}) });
    const accept = (proposalId: string, cardIds: readonly string[]) =>
      flow.run(async () => {
        await session.getState().settled();
        const { accepted, held, entryId } = await conversation.getState().accept(proposalId, cardIds);
        session.getState().noteOwnEntry(entryId);
        editor.getState().highlight([]);
        if (accepted.length > 0) say(text('proposal.acceptedToast', { count: accepted.length }), true);
        if (held.length > 0) say(text('proposal.heldToast', { count: held.length }), false);
      });
    const reject = (proposalId: string, cardIds: readonly string[]) =>
      flow.run(async () => {
        const rejected = await conversation.getState().reject(proposalId, cardIds);
        editor.getState().highlight([]);
        say(text('proposal.rejectedToast', { count: rejected.length }), false);
      });
    const ownerOf = (cardId: string): Proposal | undefined => [...conversation.getState().proposals.values()].find((proposal) => proposal.status === 'open' && proposal.cards.some((card) => card.id === cardId));
    return {
      accept,
      reject,
      acceptCard: (cardId: string) => void (ownerOf(cardId) && accept(ownerOf(cardId)!.id, [cardId])),
      rejectCard: (cardId: string) => void (ownerOf(cardId) && reject(ownerOf(cardId)!.id, [cardId])),
    };
  }, [flow, text, toasts]);
}

/** Open proposals that still have a card to decide, newest first. */
export function openProposals(proposals: ReadonlyMap<string, Proposal>): Proposal[] {
  return [...proposals.values()].filter((proposal) => proposal.status === 'open' && openCards(proposal).length > 0).sort((a, b) => b.createdAt - a.createdAt);
}

/** Cards that nobody has decided yet. */
export function openCards(proposal: Proposal): Card[] {
  return proposal.cards.filter((card) => card.status === 'open');
}
