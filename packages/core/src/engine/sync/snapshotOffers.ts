import type { OpenLog } from '../../sync/index.ts';

/** The snapshots that others start from, on their way to the server. */
export interface SnapshotOffers {
  /** Offers the state of a log once, while it cannot be told whether it has arrived. */
  offer(flowId: string, open: OpenLog): void;
  /** What was on its way may not have arrived: it is offered again. */
  forget(): void;
}

/** ms for which a server has had its first snapshot of a log on the way before it counts as there. */
const TAKES_MS = 3000;

/** `onArrived` is called with what has had time to arrive on this very connection of the log. */
export function createSnapshotOffers(onArrived: (flowId: string, open: OpenLog) => void): SnapshotOffers {
  const offering = new Map<string, object>();
  return {
    offer(flowId, open) {
      if (offering.has(flowId) || !open.log.offerSnapshot()) return;
      const mark = {};
      offering.set(flowId, mark);
      setTimeout(() => {
        if (offering.get(flowId) !== mark) return;
        offering.delete(flowId);
        onArrived(flowId, open);
      }, TAKES_MS).unref();
    },
    forget: () => offering.clear(),
  };
}
