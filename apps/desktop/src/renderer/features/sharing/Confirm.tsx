import { Button, Notice } from '@uxflow/ui';
import type { ReactNode } from 'react';
import { useText } from '../../i18n/TextContext.tsx';

/** Asks once more before something that is hard to take back. */
export function Confirm({ children, action, variant = 'danger', isBusy, onConfirm, onCancel }: { children: ReactNode; action: string; /** `primary`: nothing is lost by it. */ variant?: 'danger' | 'primary'; isBusy?: boolean; onConfirm: () => void; onCancel: () => void }) {
  const text = useText();
  return (
    <Notice tone="warning">
      <p>{children}</p>
      <div className="share__choices">
        <Button size="small" variant={variant} disabled={isBusy} onClick={onConfirm}>
          {action}
        </Button>
        <Button size="small" onClick={onCancel}>
          {text('cancel')}
        </Button>
      </div>
    </Notice>
  );
}
