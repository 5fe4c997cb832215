import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { classes } from './Button.tsx';

export type MenuEntry =
  | { kind?: 'item'; label: string; icon?: ReactNode; shortcut?: string; isDanger?: boolean; isDisabled?: boolean; isChecked?: boolean; onChoose: () => void }
  | { kind: 'line' }
  | { kind: 'heading'; label: string };

/** Where a menu opens: a point on the screen, in CSS px. */
export interface MenuPoint {
  x: number;
  y: number;
}

/** A menu at a point; closes on choice, Escape, a press outside and scrolling. Arrow keys, Home, End and first letters move. */
export function Menu({ label, at, entries, onClose }: { label: string; at: MenuPoint; entries: readonly MenuEntry[]; onClose: () => void }) {
  const menu = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(at);
  const before = useRef<Element | null>(null);

  useLayoutEffect(() => {
    const box = menu.current!.getBoundingClientRect();
    setPlace({ x: Math.max(8, Math.min(at.x, innerWidth - box.width - 8)), y: Math.max(8, Math.min(at.y, innerHeight - box.height - 8)) });
  }, [at.x, at.y]);

  useEffect(() => {
    const own = menu.current;
    before.current = document.activeElement;
    items(own)[0]?.focus();
    const close = (event: Event) => {
      if (!own?.contains(event.target as globalThis.Node)) onClose();
    };
    addEventListener('pointerdown', close, true);
    addEventListener('resize', onClose);
    return () => {
      removeEventListener('pointerdown', close, true);
      removeEventListener('resize', onClose);
      if (before.current instanceof HTMLElement && (document.activeElement === document.body || own?.contains(document.activeElement))) before.current.focus({ preventScroll: true });
    };
  }, [onClose]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const all = items(menu.current);
    const index = all.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      all[(index + (event.key === 'ArrowDown' ? 1 : all.length - 1)) % all.length]?.focus();
    } else if (event.key === 'Home' || event.key === 'End') {
      event.preventDefault();
      all.at(event.key === 'Home' ? 0 : -1)?.focus();
    } else if (event.key.length === 1 && event.key !== ' ') {
      const rest = [...all.slice(index + 1), ...all.slice(0, index + 1)];
      rest.find((item) => item.textContent?.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  };

  return createPortal(
    <div ref={menu} role="menu" aria-label={label} className="menu" style={{ left: place.x, top: place.y }} onKeyDown={onKeyDown} onContextMenu={(event) => event.preventDefault()}>
      {entries.map((entry, index) => {
        if (entry.kind === 'line') return <div key={index} role="separator" className="menu__line" />;
        if (entry.kind === 'heading') return <div key={index} className="menu__heading">{entry.label}</div>;
        return (
          <button
            key={index}
            type="button"
            role={entry.isChecked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={entry.isChecked}
            className={classes('menu__item', entry.isDanger && 'menu__item--danger')}
            disabled={entry.isDisabled}
            onClick={() => {
              onClose();
              entry.onChoose();
            }}
          >
            {entry.icon}
            <span className="menu__label">{entry.label}</span>
            {entry.isChecked ? <span aria-hidden>✓</span> : null}
            {entry.shortcut ? <span className="menu__shortcut">{entry.shortcut}</span> : null}
          </button>
        );
      })}
    </div>,
    document.body,
  );
}

/** A button that opens a menu under itself. */
export function MenuButton({ label, entries, children }: { label: string; entries: readonly MenuEntry[]; children: (open: (event: React.MouseEvent<HTMLElement>) => void, isOpen: boolean) => ReactNode }) {
  const [at, setAt] = useState<MenuPoint | null>(null);
  return (
    <>
      {children((event) => {
        event.stopPropagation();
        const box = event.currentTarget.getBoundingClientRect();
        setAt(at ? null : { x: box.left, y: box.bottom + 4 });
      }, at !== null)}
      {at ? <Menu label={label} at={at} entries={entries} onClose={() => setAt(null)} /> : null}
    </>
  );
}

function items(menu: HTMLElement | null): HTMLButtonElement[] {
  return [...(menu?.querySelectorAll<HTMLButtonElement>('.menu__item:not(:disabled)') ?? [])];
}
