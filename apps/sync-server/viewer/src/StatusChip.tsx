import type { SyncStatus } from '@uxflow/core';
import { useText } from './TextContext.tsx';
import type { TextKey } from './texts.ts';

/** Whether what is shown is what is there now. */
export function StatusChip({ status }: { status: SyncStatus | null }) {
  const text = useText();
  const { tone, key } = chipOf(status);
  return (
    <span className={`chip chip--${tone}`} role="status" data-testid="status">
      <span className="chip__dot" aria-hidden />
      {text(key)}
    </span>
  );
}

function chipOf(status: SyncStatus | null): { tone: 'good' | 'busy' | 'away'; key: TextKey } {
  if (!status) return { tone: 'busy', key: 'connecting' };
  if (status.reason && ['LOG_KEY_MISSING', 'REKEY'].includes(status.reason.code)) return { tone: 'busy', key: 'keyWaits' };
  switch (status.state) {
    case 'synced':
    case 'choosing':
      return { tone: 'good', key: 'live' };
    case 'sending':
      return { tone: 'good', key: 'sending' };
    case 'catchingUp':
      return { tone: 'busy', key: 'catchingUp' };
    case 'connecting':
    case 'stopped':
      return { tone: 'busy', key: 'connecting' };
    case 'offline':
      return { tone: 'away', key: 'offline' };
  }
}
