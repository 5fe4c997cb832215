import { X } from 'lucide-react';
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { classes, IconButton } from './Button.tsx';

export interface DialogProps {
  title: string;
  closeLabel: string;
  isWide?: boolean;
  onClose: () => void;
  children: ReactNode;
  foot?: ReactNode;
}

/** A modal dialog; Escape and a press beside it close it. */
export function Dialog({ title, closeLabel, isWide, onClose, children, foot }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current!;
    if (!element.open) element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classes('dialog', isWide && 'dialog--wide')}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="dialog__head">
        <h2 id={titleId}>{title}</h2>
        <IconButton label={closeLabel} icon={<X />} onClick={onClose} />
      </div>
      <div className="dialog__body">{children}</div>
      {foot ? <div className="dialog__foot">{foot}</div> : null}
    </dialog>
  );
}
