import { isAppError } from '@uxflow/core';
import { Button, Field, Notice } from '@uxflow/ui';
import { ExternalLink, LogIn } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { ActionForm } from '../../forms/ActionForm.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { codeText, useText } from '../../i18n/TextContext.tsx';
import { useServices } from '../../store/services.ts';

/** Signing in to a server: in the browser, where its page asks for everything that it wants, or with address and password here. */
export function SignInForm() {
  const text = useText();
  const { api, account } = useServices();
  const view = useStore(account, (state) => state.account);
  const [server, setServer] = useState(view?.server ?? '');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [wantsCode, setWantsCode] = useState(false);
  const busy = useBusy();
  const { isBusy, run } = busy;
  const signIn = () =>
    api.account.signIn({ server, email, password, ...(wantsCode && code.trim() ? { code: code.trim() } : {}) }).catch((error: unknown) => {
      if (isAppError(error) && error.code === 'SECOND_FACTOR_NEEDED') setWantsCode(true);
      throw error;
    });
  const openBrowser = () => {
    // Before the answer: a window that opens later is one that nobody asked for.
    const page = open('', '_blank');
    run(async () => {
      try {
        const { address } = await api.account.signInByBrowser({ server });
        if (page) {
          page.opener = null;
          page.location.href = address;
        } else open(address, '_blank', 'noopener');
      } catch (error) {
        page?.close();
        throw error;
      }
    });
  };
  if (view?.signingIn) {
    return (
      <div className="sign-in" data-testid="sign-in-waits">
        <Notice>{text('account.browserWaits')}</Notice>
        <div className="row">
          <a className="button button--secondary" href={view.signingIn.address} target="_blank" rel="noopener noreferrer">
            <ExternalLink />
            {text('account.browserAgain')}
          </a>
          <Button onClick={() => run(() => api.account.cancelSignIn())}>{text('cancel')}</Button>
        </div>
      </div>
    );
  }
  return (
    <ActionForm busy={busy} className="sign-in" testId="sign-in" onSubmit={signIn}>
      <Field label={text('account.server')} hint={text('account.serverHint')}>
        {(id) => <input id={id} className="input" value={server} required autoCapitalize="off" spellCheck={false} placeholder="https://sync.example.com" autoComplete="url" onChange={(event) => setServer(event.target.value)} />}
      </Field>
      <Button variant="primary" icon={<ExternalLink />} disabled={isBusy || !server.trim()} onClick={openBrowser}>
        {text('account.browser')}
      </Button>
      <details className="sign-in__direct" open={wantsCode || undefined}>
        <summary>{text('account.withPassword')}</summary>
        <Field label={text('account.email')}>{(id) => <input id={id} className="input" type="email" value={email} autoComplete="username" onChange={(event) => setEmail(event.target.value)} />}</Field>
        <Field label={text('account.password')}>{(id) => <input id={id} className="input" type="password" value={password} autoComplete="current-password" onChange={(event) => setPassword(event.target.value)} />}</Field>
        {wantsCode ? <Field label={text('account.code')}>{(id) => <input id={id} className="input" value={code} autoComplete="one-time-code" onChange={(event) => setCode(event.target.value)} />}</Field> : null}
        <Button type="submit" icon={<LogIn />} disabled={isBusy || !server.trim() || !email.trim() || !password}>
          {text('account.signIn')}
        </Button>
      </details>
      {view?.failure && !busy.failure ? <Notice tone="error">{codeText(text, 'error', view.failure.code, view.failure.params)}</Notice> : null}
    </ActionForm>
  );
}
