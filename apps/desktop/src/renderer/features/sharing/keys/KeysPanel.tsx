import { Button, Notice } from '@uxflow/ui';
import { FileKey2, KeyRound, Smartphone } from 'lucide-react';
import { useState } from 'react';
import { useStore } from 'zustand';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { CopyButton } from '../CopyButton.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { Fingerprint } from './Fingerprint.tsx';
import { useKeyDialogs } from './useKeyDialogs.tsx';

/** The keys of the account in the settings: where they are, how to bring them, and how to begin anew. */
export function KeysPanel() {
  const text = useText();
  const { api, keys } = useServices();
  const view = useStore(keys, (state) => state.keys?.account);
  const { open, dialogs } = useKeyDialogs();
  const [isForgetting, setForgetting] = useState(false);
  const { isBusy, failure, run } = useBusy();
  if (!view || view.state === 'signedOut') return <>{dialogs}</>;
  const { state, strength, fingerprint } = view;
  return (
    <div className="keys-panel" data-testid="keys-panel" data-state={state}>
      <h3>{text('keys.title')}</h3>
      {state === 'replaced' ? <Notice tone="error">{text('keys.state.replaced')}</Notice> : <p className="share__quiet">{text(`keys.state.${state}`)}{state === 'here' ? ` ${text(`keys.strength.${strength}`)}` : ''}</p>}
      {fingerprint && state === 'here' ? (
        <>
          <Fingerprint label={text('keys.fingerprint')} value={fingerprint} />
          <p className="share__quiet">{text('keys.fingerprintText')}</p>
        </>
      ) : null}
      <div className="share__choices">
        {state === 'none' ? (
          <Button icon={<KeyRound />} onClick={() => open('setUp')}>
            {text('keys.setUp')}
          </Button>
        ) : null}
        {state === 'elsewhere' || state === 'replaced' ? (
          <Button variant="primary" icon={<KeyRound />} onClick={() => open('bring')}>
            {text('keys.bring')}
          </Button>
        ) : null}
        {state === 'here' ? (
          <>
            {fingerprint ? <CopyButton value={fingerprint} /> : null}
            <Button size="small" icon={<Smartphone />} onClick={() => open('code')}>
              {text('keys.showCode')}
            </Button>
            <Button size="small" icon={<FileKey2 />} onClick={() => open('newKit')}>
              {text('keys.newKit')}
            </Button>
            <Button size="small" onClick={() => setForgetting(true)}>
              {text('keys.forget')}
            </Button>
          </>
        ) : null}
        {state === 'here' || state === 'elsewhere' || state === 'replaced' ? (
          <Button size="small" variant="danger" onClick={() => open('anew')}>
            {text('keys.beginAnew')}…
          </Button>
        ) : null}
      </div>
      {isForgetting ? (
        <Confirm
          action={text('keys.forgetNow')}
          isBusy={isBusy}
          onCancel={() => setForgetting(false)}
          onConfirm={() =>
            run(async () => {
              await api.keys.forgetHere();
              setForgetting(false);
            })
          }
        >
          {text('keys.forgetAsk')}
        </Confirm>
      ) : null}
      <FailureNotice failure={failure} />
      {dialogs}
    </div>
  );
}
