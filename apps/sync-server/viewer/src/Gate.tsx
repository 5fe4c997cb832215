import { Button, Field } from '@uxflow/ui';
import { CloudOff, KeyRound, Link2Off, Lock, RefreshCw, type LucideIcon } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useText } from './TextContext.tsx';
import type { TextKey } from './texts.ts';
import type { Phase, ViewerSession, ViewerState } from './viewerSession.ts';

type Closed = Exclude<Phase, 'opening' | 'shown'>;

const PAGES: Readonly<Record<Exclude<Closed, 'password'>, { icon: LucideIcon; title: TextKey; lead: TextKey; action?: TextKey }>> = {
  gone: { icon: Link2Off, title: 'goneTitle', lead: 'goneLead' },
  keyMissing: { icon: KeyRound, title: 'keyMissingTitle', lead: 'keyMissingLead' },
  keyWrong: { icon: KeyRound, title: 'keyWrongTitle', lead: 'keyWrongLead' },
  newer: { icon: RefreshCw, title: 'newerTitle', lead: 'newerLead', action: 'reload' },
  unreachable: { icon: CloudOff, title: 'unreachableTitle', lead: 'unreachableLead', action: 'tryAgain' },
};

/** Why no flow is shown, and what can be done about it. */
export function Gate({ session, state, phase }: { session: ViewerSession; state: ViewerState; phase: Closed }) {
  const text = useText();
  if (phase === 'password') return <PasswordPage session={session} state={state} />;
  const { icon: Icon, title, lead, action } = PAGES[phase];
  return (
    <main className="gate" data-testid={`gate-${phase}`}>
      <div className="gate__card">
        <Icon className="gate__icon" aria-hidden />
        <h1>{text(title)}</h1>
        <p>{text(lead)}</p>
        {action ? (
          <Button variant="primary" onClick={() => (phase === 'newer' ? location.reload() : session.retry())}>
            {text(action)}
          </Button>
        ) : null}
      </div>
    </main>
  );
}

function PasswordPage({ session, state: { password, isEncrypted } }: { session: ViewerSession; state: ViewerState }) {
  const text = useText();
  const [entered, setEntered] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const { isWrong, isBusy, lockedUntil } = password;
  const now = useNowWhile(lockedUntil);
  const lockedMinutes = Math.ceil((lockedUntil - now) / 60_000);
  useEffect(() => {
    if (!isBusy) field.current?.focus();
    if (isWrong) field.current?.select();
  }, [isBusy, isWrong]);
  const problem = lockedMinutes > 0 ? text('passwordLocked', { minutes: lockedMinutes }) : isWrong && lockedUntil === 0 ? text('passwordWrong') : '';
  return (
    <main className="gate" data-testid="gate-password">
      <form
        className="gate__card"
        onSubmit={(event) => {
          event.preventDefault();
          if (entered) session.enterPassword(entered);
        }}
      >
        <Lock className="gate__icon" aria-hidden />
        <h1>{text('passwordTitle')}</h1>
        <p>{text('passwordLead')}</p>
        <Field label={text('password')} hint={problem ? <span role="alert">{problem}</span> : undefined} isError={problem !== ''}>
          {(id) => <input ref={field} id={id} className="input" type="password" autoComplete="off" value={entered} aria-invalid={problem !== ''} readOnly={isBusy} onChange={(event) => setEntered(event.target.value)} />}
        </Field>
        <Button type="submit" variant="primary" disabled={isBusy || entered === '' || lockedMinutes > 0}>
          {text(isBusy ? 'checking' : 'show')}
        </Button>
        {isEncrypted ? <p className="gate__note">{text('encryptedText', { host: location.host })}</p> : null}
      </form>
    </main>
  );
}

/** The time, as long as something is waited for. */
function useNowWhile(until: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [until]);
  return now;
}
