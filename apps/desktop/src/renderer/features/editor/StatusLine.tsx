import { Cloud, CloudOff, LoaderCircle, TriangleAlert, Check, Eye } from 'lucide-react';
import type { FlowSyncStatus } from '@uxflow/core/api';
import type { ReactNode } from 'react';
import { codeText, errorText, useText } from '../../i18n/TextContext.tsx';
import type { Translate } from '../../i18n/translate.ts';
import { whenText } from '../../i18n/when.ts';
import { useFlow, useSession, useSync } from '../../store/flowServices.ts';
import { useConnectionStatus, useNow, useServices } from '../../store/services.ts';

/** What is true about saving, now. */
export function StatusLine() {
  const text = useText();
  const { session } = useFlow();
  const now = useNow(1000);
  const connection = useConnectionStatus();
  const { api } = useServices();
  const sync = useSync((state) => state.status);
  const { phase, no, savedAt, inFlight, refusal, readOnly } = useSession((state) => state);
  const line = (() => {
    if (connection !== 'connected') return { tone: 'warning', icon: <CloudOff aria-hidden />, words: inFlight > 0 ? text('status.lost', { count: inFlight }) : text('status.lostNothing', { no }) };
    if (phase === 'opening') return { tone: '', icon: <LoaderCircle className="turning" aria-hidden />, words: text('status.opening') };
    if (readOnly && !readOnly.code.startsWith('ROLE_')) return { tone: 'warning', icon: <Eye aria-hidden />, words: text('status.readOnly', { reason: codeText(text, 'error', readOnly.code, readOnly.params) }) };
    if (refusal) return { tone: 'error', icon: <TriangleAlert aria-hidden />, words: text('status.notSaved', { reason: errorText(text, refusal) }) };
    if (inFlight > 0) return { tone: '', icon: <LoaderCircle className="turning" aria-hidden />, words: text('status.saving') };
    if (sync && sync.state !== 'local') return syncLine(text, sync, now);
    if (savedAt === null) return { tone: '', icon: <Check aria-hidden />, words: text('status.savedIdle', { no }) };
    return { tone: '', icon: <Check aria-hidden />, words: text('status.saved', { when: whenText(text, savedAt, now), no }) };
  })();
  return (
    <div className={`status-line status-line--${line.tone}`} role="status" data-testid="status-line" title={line.words}>
      {line.icon}
      <span>{line.words}</span>
      {refusal && connection === 'connected' ? (
        <button type="button" className="link" onClick={() => session.getState().dismissRefusal()}>
          {text('status.dismiss')}
        </button>
      ) : null}
      {connection === 'connected' && sync && (sync.state === 'offline' || sync.state === 'stopped') ? (
        <button type="button" className="link" onClick={() => void api.sync.retry().catch(() => undefined)}>
          {text('sync.tryNow')}
        </button>
      ) : null}
    </div>
  );
}

/** What is true about a shared flow: everything is on this device in any case; the line says what the others have. */
function syncLine(text: Translate, sync: FlowSyncStatus, now: number): { tone: string; icon: ReactNode; words: string } {
  const { state, waiting, reason, syncedAt, retryAt } = sync;
  const cloud = <Cloud aria-hidden />;
  const busy = <LoaderCircle className="turning" aria-hidden />;
  const why = reason ? codeText(text, 'syncReason', reason.code, reason.params) : '';
  const left = waiting > 0 ? `${text('sync.waiting', { count: waiting })} · ` : '';
  switch (state) {
    case 'synced': {
      const words = text('sync.synced', { when: whenText(text, syncedAt ?? now, now) });
      return sync.scope === 'edit' ? { tone: '', icon: cloud, words } : { tone: '', icon: <Eye aria-hidden />, words: `${text(sync.scope ? 'sync.commentOnly' : 'sync.readOnly')} · ${words}` };
    }
    case 'sending':
      return { tone: '', icon: busy, words: reason ? `${left}${why}` : text('sync.sending', { count: waiting }) };
    case 'sharing':
      return { tone: '', icon: busy, words: `${left}${text('sync.sharing')}` };
    case 'catchingUp':
      return { tone: '', icon: busy, words: `${left}${text('sync.catchingUp')}` };
    case 'connecting':
      return { tone: '', icon: busy, words: `${left}${text('sync.connecting')}` };
    case 'choosing':
      return { tone: 'warning', icon: <TriangleAlert aria-hidden />, words: text('sync.choosing', { count: waiting }) };
    case 'signedOut':
      return { tone: 'warning', icon: <CloudOff aria-hidden />, words: `${left}${why || text('sync.signedOut')}` };
    case 'stopped':
      return { tone: 'error', icon: <CloudOff aria-hidden />, words: `${left}${why}` };
    default: {
      const next = retryAt && retryAt - now > 1500 ? ` · ${text('sync.nextTry', { count: Math.round((retryAt - now) / 1000) })}` : '';
      return { tone: 'warning', icon: <CloudOff aria-hidden />, words: `${left}${why || text('sync.offline')}${next}` };
    }
  }
}
