import { useEffect, useLayoutEffect, useRef, useState } from 'react';

const REST_MS = 450;

/** One tooltip for the whole window: shows `data-tip` (and `data-shortcut`) of what the pointer rests on or the keyboard focuses. */
export function TooltipLayer() {
  const [tip, setTip] = useState<{ text: string; shortcut?: string; box: DOMRect; side: string } | null>(null);
  const element = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ left: -999, top: -999 });

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let owner: Element | null = null;
    const hide = () => {
      clearTimeout(timer);
      owner = null;
      setTip(null);
    };
    const show = (target: EventTarget | null, wait: number) => {
      const next = target instanceof Element ? target.closest('[data-tip]') : null;
      if (next === owner) return;
      hide();
      if (!next) return;
      owner = next;
      timer = setTimeout(() => {
        if (!next.isConnected) return;
        setTip({ text: next.getAttribute('data-tip')!, shortcut: next.getAttribute('data-shortcut') ?? undefined, box: next.getBoundingClientRect(), side: next.getAttribute('data-tip-side') ?? 'bottom' });
      }, wait);
    };
    const onOver = (event: PointerEvent) => show(event.target, REST_MS);
    const onFocus = (event: FocusEvent) => {
      if (event.target instanceof Element && event.target.matches(':focus-visible')) show(event.target, 150);
    };
    addEventListener('pointerover', onOver);
    addEventListener('focusin', onFocus);
    addEventListener('focusout', hide);
    addEventListener('pointerdown', hide, true);
    addEventListener('keydown', hide, true);
    addEventListener('wheel', hide, { passive: true });
    return () => {
      hide();
      removeEventListener('pointerover', onOver);
      removeEventListener('focusin', onFocus);
      removeEventListener('focusout', hide);
      removeEventListener('pointerdown', hide, true);
      removeEventListener('keydown', hide, true);
      removeEventListener('wheel', hide);
    };
  }, []);

  useLayoutEffect(() => {
    if (!tip || !element.current) return;
    const own = element.current.getBoundingClientRect();
    const besides = tip.side === 'right' ? tip.box.right + 8 : tip.side === 'left' ? tip.box.left - own.width - 8 : tip.box.left + (tip.box.width - own.width) / 2;
    let top = tip.side === 'right' || tip.side === 'left' ? tip.box.top + (tip.box.height - own.height) / 2 : tip.box.bottom + 6;
    if (top + own.height > innerHeight - 6) top = tip.box.top - own.height - 6;
    setPlace({ left: Math.max(6, Math.min(besides, innerWidth - own.width - 6)), top });
  }, [tip]);

  if (!tip) return null;
  return (
    <div ref={element} role="tooltip" className="tooltip" style={place}>
      <span>{tip.text}</span>
      {tip.shortcut ? <span className="tooltip__shortcut">{tip.shortcut}</span> : null}
    </div>
  );
}
