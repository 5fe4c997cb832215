import type { ButtonHTMLAttributes, ReactNode } from 'react';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 'medium' | 'small';
  icon?: ReactNode;
}

/** A push button with a text. */
export function Button({ variant = 'secondary', size = 'medium', icon, className, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={classes('button', `button--${variant}`, size === 'small' && 'button--small', className)} {...rest}>
      {icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonProps, 'children'> {
  /** The accessible name; shown as tooltip. */
  label: string;
  icon: ReactNode;
  /** Shortcut as the person types it (`⌘Z`); shown in the tooltip. */
  shortcut?: string;
  /** On or off, for buttons that switch something. */
  pressed?: boolean;
}

/** A button that shows an icon only; its name stands in the tooltip. */
export function IconButton({ label, icon, shortcut, pressed, variant = 'ghost', size = 'medium', className, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      aria-pressed={pressed}
      data-tip={label}
      data-shortcut={shortcut}
      className={classes('button', 'button--icon', `button--${variant}`, size === 'small' && 'button--small', className)}
      {...rest}
    >
      {icon}
    </button>
  );
}

/** Class names joined by a space; falsy ones are left out. */
export function classes(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}
