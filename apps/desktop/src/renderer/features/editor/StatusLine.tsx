import { CloudOff, LoaderCircle, TriangleAlert, Check, Eye } from 'lucide-react';
import { codeText, errorText, useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { useConnectionStatus, useNow } from '../../store/services.ts';

/** What is true about saving, now. */
export function StatusLine() {
  const text = useText();
  const { session } = useFlow();
  const now = useNow(1000);
  const connection = useConnectionStatus();
  const { phase, no, savedAt, inFlight, refusal, readOnly } = useSession((state) => state);
  const line = (() => {
    if (connection !== 'connected') return { tone: 'warning', icon: <CloudOff aria-hidden />, words: inFlight > 0 ? text('status.lost', { count: inFlight }) : text('status.lostNothing', { no }) };
    if (phase === 'opening') return { tone: '', icon: <LoaderCircle className="turning" aria-hidden />, words: text('status.opening') };
    if (readOnly) return { tone: 'warning', icon: <Eye aria-hidden />, words: text('status.readOnly', { reason: codeText(text, 'error', readOnly.code, readOnly.params) }) };
    if (refusal) return { tone: 'error', icon: <TriangleAlert aria-hidden />, words: text('status.notSaved', { reason: errorText(text, refusal) }) };
    if (inFlight > 0) return { tone: '', icon: <LoaderCircle className="turning" aria-hidden />, words: text('status.saving') };
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
    </div>
  );
}
