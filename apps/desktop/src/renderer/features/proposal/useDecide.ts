import type { Card, Proposal } from '@uxflow/core';
import { flushDrafts } from '@uxflow/ui';
import { useMemo } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { useStore } from 'zustand';
import { useText } from '../../i18n/TextContext.tsx';
import { useFlow, type FlowServices } from '../../store/flowServices.ts';
import { useServices } from '../../store/services.ts';
import { cardsAlong, type Decision, type Verdict } from './effects.ts';

/** Accepting and rejecting cards of proposals, with what the person is told about it. */
export function useDecide() {
  const text = useText();
  const flow = useFlow();
  const { toasts } = useServices();
  return useMemo(() => {
    const { conversation, session, editor } = flow;
    const deciding = decidingOf(flow);
    const say = (message: string, undo: boolean) => toasts.getState().show({ text: message, ...(undo ? { action: { label: text('undo'), run: () => flow.run(() => session.getState().undo()) } } : {}) });
    /** Runs one decision at a time: what the second would mean is known when the first is through. */
    const alone = (action: () => Promise<void>) => {
      if (deciding.getState().isBusy) return;
      deciding.setState({ isBusy: true, asking: null });
      flow.run(async () => {
        try {
          // What is still being typed on a ghost belongs to the card.
          flushDrafts();
          await session.getState().settled();
          await conversation.getState().editsSettled();
          await action();
          editor.getState().highlight([]);
        } finally {
          deciding.setState({ isBusy: false });
        }
      });
    };
    const accept = (proposalId: string, cardIds: readonly string[]) =>
      alone(async () => {
        const { accepted, held, entryId } = await conversation.getState().accept(proposalId, cardIds);
        session.getState().noteOwnEntry(entryId);
        if (accepted.length > 0) say(text('proposal.acceptedToast', { count: accepted.length }), entryId !== undefined);
        if (held.length > 0) say(text('proposal.heldToast', { count: held.length }), false);
      });
    const reject = (proposalId: string, cardIds: readonly string[]) =>
      alone(async () => {
        const rejected = await conversation.getState().reject(proposalId, cardIds);
        say(text('proposal.rejectedToast', { count: rejected.length }), false);
      });
    const carryOut = ({ verdict, proposalId, cardIds }: Pick<Decision, 'verdict' | 'proposalId' | 'cardIds'>) => (verdict === 'accept' ? accept : reject)(proposalId, cardIds);
    /** From the canvas: what goes along is not in sight there, so it is asked for first. */
    const onCanvas = (verdict: Verdict, cardId: string) => {
      const proposal = [...conversation.getState().proposals.values()].find((each) => each.status === 'open' && each.cards.some((card) => card.id === cardId));
      if (!proposal) return;
      const also = cardsAlong(session.getState().view, proposal, verdict, [cardId]);
      const decision = { verdict, proposalId: proposal.id, cardIds: [cardId], also };
      if (also.length === 0) carryOut(decision);
      else {
        deciding.setState({ asking: decision });
        editor.getState().highlight([cardId, ...also]);
      }
    };
    return {
      accept,
      reject,
      carryOut,
      /** Takes back the question that waits. */
      drop() {
        deciding.setState({ asking: null });
        editor.getState().highlight([]);
      },
      acceptCard: (cardId: string) => onCanvas('accept', cardId),
      rejectCard: (cardId: string) => onCanvas('reject', cardId),
    };
  }, [flow, text, toasts]);
}

interface Deciding {
  isBusy: boolean;
  /** A decision that would take other cards with it, put to the person. */
  asking: Decision | null;
}

const stores = new WeakMap<FlowServices, StoreApi<Deciding>>();

/** The decision under way on the screen of a flow: one for the panel, the bar and the chat. */
export function useDeciding(): Deciding {
  return useStore(decidingOf(useFlow()));
}

function decidingOf(flow: FlowServices): StoreApi<Deciding> {
  let store = stores.get(flow);
  if (!store) stores.set(flow, (store = createStore<Deciding>()(() => ({ isBusy: false, asking: null }))));
  return store;
}

/** Open proposals that still have a card to decide, newest first. */
export function openProposals(proposals: ReadonlyMap<string, Proposal>): Proposal[] {
  return [...proposals.values()].filter((proposal) => proposal.status === 'open' && openCards(proposal).length > 0).sort((a, b) => b.createdAt - a.createdAt);
}

/** Cards that nobody has decided yet. */
export function openCards(proposal: Proposal): Card[] {
  return proposal.cards.filter((card) => card.status === 'open');
}
