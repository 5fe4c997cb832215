import type { SecuritySignal } from '@uxflow/core/api';
import { Button, Notice } from '@uxflow/ui';
import { useMemo } from 'react';
import { useStore } from 'zustand';
import { codeText, useText } from './i18n/TextContext.tsx';
import { useFailureToast, useServices } from './store/services.ts';

/** What is shown of a conversation's suspicious texts: those of one turn, or those that came in with the flow. */
export function SignalNote({ turnId, flowId }: { turnId?: string; flowId: string }) {
  const text = useText();
  const { signals: store } = useServices();
  const fail = useFailureToast();
  const signals = useStore(store, (state) => state.signals);
  const shown = useMemo(() => signals.filter((signal) => signal.dismissedAt === undefined && signal.flowId === flowId && (turnId === undefined ? isOfFlow(signal) : signal.turnId === turnId && !isOfFlow(signal))), [signals, turnId, flowId]);
  const [first] = shown;
  if (!first) return null;
  const dismiss = () => void Promise.all(shown.map(({ id }) => store.getState().dismiss(id))).catch(fail);
  return (
    <div data-testid="signal">
      <Notice tone="warning">
        <p>{text(turnId === undefined ? 'signals.inFlow' : 'signals.inTurn', { family: codeText(text, 'signals.family', first.family, {}) })}</p>
        <p className="signal__excerpt">{first.excerpt}</p>
        <Button size="small" aria-label={text('signals.harmlessLabel', { excerpt: first.excerpt.slice(0, 60) })} onClick={dismiss}>
          {text('signals.harmless')}
        </Button>
      </Notice>
    </div>
  );
}

/** Found in the flow itself, whichever turn sent it to a model. */
const isOfFlow = ({ source }: SecuritySignal) => source === 'import' || source === 'flow';
