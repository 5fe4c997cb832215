import type { Turn } from '@uxflow/core';
import { Button, Notice } from '@uxflow/ui';
import { RotateCcw, Settings2 } from 'lucide-react';
import { useState } from 'react';
import { errorText, useText } from '../../i18n/TextContext.tsx';
import { useFlow } from '../../store/flowServices.ts';
import { goTo } from '../../store/route.ts';
import { isAtWork } from './thread.ts';

/** Says where the rules answered because the model could not, once for each reason, with a way to ask the model anew once that is mended. */
export function FallbackNotes({ turn }: { turn: Turn }) {
  const text = useText();
  const flow = useFlow();
  const [isAsking, setAsking] = useState(false);
  const byReason = Map.groupBy(turn.fallbacks, ({ error }) => errorText(text, error));
  if (!byReason.size) return null;
  const again = () => {
    setAsking(true);
    flow.run(async () => {
      try {
        await flow.conversation.getState().askAgain(turn.id);
      } finally {
        setAsking(false);
      }
    });
  };
  return [...byReason].map(([reason, fallbacks], index) => (
    <Notice key={reason} tone="warning">
      <p>{text('chat.fallback', { agent: [...new Set(fallbacks.map(({ agent }) => text(`agentName.${agent}`)))].join(', '), reason })}</p>
      {index === byReason.size - 1 && !isAtWork(turn) ? (
        <div className="turn__buttons">
          <Button size="small" icon={<RotateCcw />} disabled={isAsking} onClick={again}>
            {text('chat.askModelAgain')}
          </Button>
          <Button size="small" variant="ghost" icon={<Settings2 />} onClick={() => goTo({ page: 'settings', from: flow.flowId })}>
            {text('chat.settings')}
          </Button>
        </div>
      ) : null}
    </Notice>
  ));
}
