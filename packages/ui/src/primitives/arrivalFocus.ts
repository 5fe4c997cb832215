import { useEffect, type RefObject } from 'react';

/**
 * Moves the focus to something that has just arrived, unless the person is writing or at work elsewhere. `part` is the selector
 * of the part of the screen that it belongs to.
 */
export function useArrivalFocus(element: RefObject<HTMLElement | null>, hasArrived: boolean, part: string): void {
  useEffect(() => {
    if (!hasArrived || !mayTakeFocus(document.activeElement, element.current?.closest(part) ?? null)) return;
    element.current?.focus({ preventScroll: true });
  }, [hasArrived, element, part]);
}

/** True when nobody misses the focus: it is nowhere, or in this part of the screen and in no text that has been begun. */
function mayTakeFocus(active: Element | null, part: Element | null): boolean {
  if (!active || active === document.body) return true;
  if (!part?.contains(active)) return false;
  if (active instanceof HTMLTextAreaElement || active instanceof HTMLInputElement) return active.value === '';
  return true;
}
