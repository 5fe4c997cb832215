import type { Aside } from '@uxflow/core/api';
import { Button, Dialog, Spinner } from '@uxflow/ui';
import { useCallback, useEffect, useState } from 'react';
import { FailureNotice } from '../../forms/FailureNotice.tsx';
import { useBusy } from '../../forms/useBusy.ts';
import { codeText, useText } from '../../i18n/TextContext.tsx';
import { whenText } from '../../i18n/when.ts';
import { useFlow, useSession } from '../../store/flowServices.ts';
import { useNow, useServices } from '../../store/services.ts';

/** Own changes that the server refused: kept until the person says what becomes of them. */
export function AsidesDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const { api } = useServices();
  const { flowId } = useFlow();
  const name = useSession((state) => state.view.flow.name);
  const now = useNow(30_000);
  const [asides, setAsides] = useState<Aside[] | null>(null);
  const { isBusy, failure, run } = useBusy();
  const reload = useCallback(async () => setAsides(await api.sync.asides({ flowId })), [api, flowId]);
  useEffect(() => run(reload), [run, reload]);
  const settle = (asideId: string, how: 'retry' | 'copy' | 'discard') =>
    run(async () => {
      await api.sync.settleAside({ flowId, asideId, how, name: text('sync.copyName', { name }) });
      await reload();
    });
  return (
    <Dialog isWide title={text('sync.asidesTitle')} closeLabel={text('close')} onClose={onClose} foot={<Button onClick={onClose}>{text('close')}</Button>}>
      <div className="share" aria-busy={isBusy} data-testid="asides-dialog">
        <p>{text('sync.asidesText')}</p>
        {asides === null && !failure ? <Spinner label={text('loading')} /> : null}
        {asides?.length === 0 ? <p>{text('sync.asidesNone')}</p> : null}
        <ul className="share__asides">
          {asides?.map((aside) => (
            <li key={aside.id}>
              <strong>{text('sync.asideOf', { count: aside.entries, when: whenText(text, aside.at, now) })}</strong>
              <p>{codeText(text, 'error', aside.code, aside.params)}</p>
              <div className="share__choices">
                <Button size="small" disabled={isBusy} onClick={() => settle(aside.id, 'retry')}>
                  {text('sync.asideRetry')}
                </Button>
                <Button size="small" disabled={isBusy} onClick={() => settle(aside.id, 'copy')}>
                  {text('sync.asideCopy')}
                </Button>
                <Button size="small" variant="danger" disabled={isBusy} onClick={() => settle(aside.id, 'discard')}>
                  {text('sync.asideDiscard')}
                </Button>
              </div>
            </li>
          ))}
        </ul>
        <FailureNotice failure={failure} />
      </div>
    </Dialog>
  );
}
