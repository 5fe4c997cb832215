import { Button, Spinner } from '@uxflow/ui';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useNow, useServices } from '../../../store/services.ts';
import { CopyButton } from '../CopyButton.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { KeyDialog } from './KeyDialog.tsx';

/** Shows a code that brings the keys to another device of the account. */
export function DeviceCodeDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const now = useNow(1000);
  const [shown, setShown] = useState<{ code: string; until: number } | null>(null);
  const { isBusy, failure, run } = useBusy();
  const ask = useCallback(() => run(async () => setShown(await api.keys.showCode())), [api, run]);
  useEffect(ask, [ask]);
  const left = shown ? Math.max(0, Math.floor((shown.until - now) / 1000)) : 0;
  return (
    <KeyDialog title={text('keys.codeTitle')} onClose={onClose} foot={<Button onClick={onClose}>{text('close')}</Button>}>
      <div className="share" data-testid="device-code">
        <p>{text('keys.codeText')}</p>
        <FailureNotice failure={failure} />
        {!shown && !failure ? <Spinner label={text('loading')} /> : null}
        {shown && left > 0 ? (
          <>
            <div className="fingerprint__groups fingerprint__groups--code" role="group" aria-label={text('keys.codeLabel')}>
              {shown.code.split('-').map((group, index) => (
                <span key={index}>{group}</span>
              ))}
            </div>
            <div className="share__choices">
              <CopyButton value={shown.code} />
            </div>
            <p className="share__quiet" role="timer">
              {text('keys.codeLeft', { minutes: Math.floor(left / 60), seconds: String(left % 60).padStart(2, '0') })}
            </p>
          </>
        ) : null}
        {shown && left === 0 ? (
          <>
            <p>{text('keys.codeOver')}</p>
            <Button className="share__start" disabled={isBusy} onClick={ask}>
              {text('keys.codeAnew')}
            </Button>
          </>
        ) : null}
      </div>
    </KeyDialog>
  );
}
