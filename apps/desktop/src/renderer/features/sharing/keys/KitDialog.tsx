import { Button, Checkbox, Notice } from '@uxflow/ui';
import { useState } from 'react';
import { FailureNotice } from '../../../forms/FailureNotice.tsx';
import { useText } from '../../../i18n/TextContext.tsx';
import { useServices } from '../../../store/services.ts';
import { Confirm } from '../Confirm.tsx';
import { useBusy } from '../../../forms/useBusy.ts';
import { KeyDialog } from './KeyDialog.tsx';
import { KitCheck } from './KitCheck.tsx';
import { KitSheet } from './KitSheet.tsx';

export type KitReason = 'setUp' | 'newKit' | 'anew';

/** Makes keys or a new kit: what that means, the kit (shown once), and a check that it is at hand. */
export function KitDialog({ reason, onClose }: { reason: KitReason; onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const [kit, setKit] = useState<string | null>(null);
  const [isChecking, setChecking] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const [isMeant, setMeant] = useState(false);
  const { isBusy, failure, run } = useBusy();
  const make = () =>
    run(async () => {
      const made = await (reason === 'setUp' ? api.keys.setUp() : reason === 'newKit' ? api.keys.newKit() : api.keys.beginAnew({ isMeant: true }));
      setKit(made.kit);
    });
  const leave = () => (kit ? setLeaving(true) : onClose());

  if (kit) {
    return (
      <KeyDialog isWide title={text(isChecking ? 'keys.kitCheckTitle' : 'keys.kitTitle')} onClose={leave}>
        <div className="share" data-testid="kit-dialog">
          {isLeaving ? (
            <Confirm action={text('keys.kitLeaveNow')} onConfirm={onClose} onCancel={() => setLeaving(false)}>
              {text('keys.kitLeave')}
            </Confirm>
          ) : null}
          {isChecking ? <KitCheck kit={kit} onBack={() => setChecking(false)} onDone={onClose} /> : <KitSheet kit={kit} isSecond={reason !== 'setUp'} onNext={() => setChecking(true)} />}
        </div>
      </KeyDialog>
    );
  }
  return (
    <KeyDialog title={text(reason === 'setUp' ? 'keys.setUpTitle' : reason === 'newKit' ? 'keys.newKitTitle' : 'keys.anewTitle')} onClose={onClose}>
      <div className="share" aria-busy={isBusy} data-testid="kit-reason">
        {reason === 'setUp' ? (
          <>
            <p>{text('keys.setUpText')}</p>
            <p>{text('keys.setUpKit')}</p>
            <Notice tone="warning">{text('keys.setUpLoss')}</Notice>
          </>
        ) : reason === 'newKit' ? (
          <p>{text('keys.newKitText')}</p>
        ) : (
          <Notice tone="error">
            <strong>{text('keys.anewText')}</strong>
            <ul>
              {(['keys.anewLoss1', 'keys.anewLoss2', 'keys.anewLoss3'] as const).map((key) => (
                <li key={key}>{text(key)}</li>
              ))}
            </ul>
          </Notice>
        )}
        {reason === 'anew' ? <Checkbox label={text('keys.anewMeant')} checked={isMeant} onCommit={setMeant} /> : null}
        <FailureNotice failure={failure} />
        <div className="share__choices">
          <Button variant={reason === 'anew' ? 'danger' : 'primary'} disabled={isBusy || (reason === 'anew' && !isMeant)} onClick={make}>
            {text(reason === 'setUp' ? 'keys.make' : reason === 'newKit' ? 'keys.newKitNow' : 'keys.anewNow')}
          </Button>
          <Button onClick={onClose}>{text('cancel')}</Button>
        </div>
      </div>
    </KeyDialog>
  );
}
