import type { Viewport } from '@xyflow/react';

/** Room that stays free when the canvas is fitted: the palette stands on the left, bars above and below. */
export const FIT_PADDING = { top: '56px', left: '76px', right: '36px', bottom: '64px' } as const;

const key = (flowId: string) => `uxflow.viewport.${flowId}`;

/** Remembers what part of a flow is in sight, for this window only: it is no part of the document. */
export function keepViewport(flowId: string, viewport: Viewport): void {
  try {
    sessionStorage.setItem(key(flowId), JSON.stringify(viewport));
  } catch {
    // Without storage the flow opens fitted to the window.
  }
}

/** What was in sight when this window showed the flow last, or null. */
export function keptViewport(flowId: string): Viewport | null {
  try {
    const { x, y, zoom } = JSON.parse(sessionStorage.getItem(key(flowId)) ?? 'null') as Viewport;
    return [x, y, zoom].every(Number.isFinite) && zoom > 0 ? { x, y, zoom } : null;
  } catch {
    return null;
  }
}
