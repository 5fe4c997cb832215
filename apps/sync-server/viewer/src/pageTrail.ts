/** Where the visit stands among the flows of its link, in the history of the tab: back and forward go through them, and no address says which. */

export interface PageTrail {
  /** Logs of the sub-flows on the way to the one that is shown, as the entry of the history says. */
  read(): string[];
  /** A step further. */
  push(logs: readonly string[]): void;
  /** Another word for where one stands. */
  replace(logs: readonly string[]): void;
  /** Calls back after back and forward. */
  onMove(listener: () => void): void;
}

/** The trail of this tab. What the history holds may come from an earlier version of the page: it is looked through. */
export function createPageTrail(tab: Pick<Window, 'history' | 'addEventListener'>): PageTrail {
  return {
    read() {
      const { trail } = (tab.history.state ?? {}) as { trail?: unknown };
      return Array.isArray(trail) ? trail.filter((one) => typeof one === 'string') : [];
    },
    // Without an address: the present one stays, key and all, and is written nowhere else.
    push: (trail) => tab.history.pushState({ trail: [...trail] }, ''),
    replace: (trail) => tab.history.replaceState({ trail: [...trail] }, ''),
    onMove: (listener) => tab.addEventListener('popstate', listener),
  };
}
