import { Dialog, type DialogProps } from '@uxflow/ui';
import { createPortal } from 'react-dom';
import { useText } from '../../../i18n/TextContext.tsx';

/** A dialog about keys over whatever is open: it may stand in a form, and what is entered here is not sent with that. */
export function KeyDialog(props: Omit<DialogProps, 'closeLabel'>) {
  const text = useText();
  return createPortal(
    <div className="key-dialog" onSubmit={(event) => event.stopPropagation()}>
      <Dialog {...props} closeLabel={text('close')} />
    </div>,
    document.body,
  );
}
