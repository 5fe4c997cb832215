import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './Button.tsx';

export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'error';

/** A short text on a soft ground, with the icon of its tone. */
export function Notice({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  const Icon = tone === 'error' ? CircleAlert : tone === 'warning' ? TriangleAlert : tone === 'success' ? CircleCheck : Info;
  return (
    <div className={classes('notice', tone !== 'neutral' && `notice--${tone}`)} role={tone === 'error' ? 'alert' : undefined}>
      <Icon aria-hidden />
      <div>{children}</div>
    </div>
  );
}

/** A small count or word. */
export function Badge({ tone, label, children }: { tone?: Exclude<Tone, 'neutral'> | 'accent'; label?: string; children: ReactNode }) {
  return (
    <span className={classes('badge', tone && `badge--${tone}`)} aria-label={label}>
      {children}
    </span>
  );
}

/** What stands where nothing is yet: says what this place is for and how to begin. */
export function EmptyState({ icon, title, children, actions }: { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty-state">
      {icon}
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {actions}
    </div>
  );
}

/** A turning ring; `label` says what is going on. */
export function Spinner({ label }: { label: string }) {
  return <span className="spinner" role="status" aria-label={label} />;
}

/** A key of the keyboard. */
export function Key({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>;
}

export interface ToastView {
  id: string;
  text: string;
  isError?: boolean;
  action?: { label: string; run: () => void };
}

/** Short messages at the lower edge, newest last. */
export function ToastStack({ toasts, closeLabel, onClose }: { toasts: readonly ToastView[]; closeLabel: string; onClose: (id: string) => void }) {
  return (
    <div className="toasts" role="region" aria-live="polite" data-testid="toasts">
      {toasts.map((toast) => (
        <div key={toast.id} className={classes('toast', toast.isError && 'toast--error')} role={toast.isError ? 'alert' : 'status'}>
          <span>{toast.text}</span>
          {toast.action ? (
            <button
              type="button"
              onClick={() => {
                toast.action!.run();
                onClose(toast.id);
              }}
            >
              {toast.action.label}
            </button>
          ) : null}
          <button type="button" className="toast__close" aria-label={closeLabel} onClick={() => onClose(toast.id)}>
            <X aria-hidden />
          </button>
        </div>
      ))}
    </div>
  );
}
