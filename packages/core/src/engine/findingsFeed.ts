import type { FindingView } from '../api/index.ts';
import type { Logger } from '../base/index.ts';
import { findingKey, review, type Finding } from '../flow/index.ts';
import type { LogSession } from './logSession.ts';
import type { FindingsFeed } from './viewStream.ts';

/** Rest after the last change before findings are worked out, ms: a drag must not review sixty times a second. */
const REST_MS = 250;
/** A review may take at most about this part of the time: one of a very large flow waits for a longer rest. */
const SHARE = 0.1;

/** The findings of an open flow, and what each quick fix would do. */
export interface SessionFindings extends FindingsFeed {
  /** What the review finds on the flow as it is now, errors first. */
  all(): Finding[];
  /** The finding of this key on the flow as it is now. */
  find(key: string): Finding | undefined;
  close(): void;
}

/** Reviews a flow after each change, while somebody listens. */
export function createSessionFindings(session: LogSession, otherFlows: () => Parameters<typeof review>[1], logger: Logger): SessionFindings {
  const listeners = new Set<(findings: FindingView[]) => void>();
  let timer: NodeJS.Timeout | undefined;
  let lastMs = 0;
  const current = () => {
    const started = performance.now();
    const findings = review(session.state, otherFlows());
    lastMs = performance.now() - started;
    return findings;
  };
  const tell = (to: Iterable<(findings: FindingView[]) => void>) => {
    try {
      const list = current().map(findingView);
      for (const listener of to) listener(list);
    } catch (error) {
      // Called by timers: another flow that cannot be read must not end the engine. The findings that were told stay.
      logger.warn('findings not worked out', { flowId: session.flowId, error: String(error) });
    }
  };
  const stop = session.onChange(() => {
    if (!listeners.size) return;
    clearTimeout(timer);
    timer = setTimeout(() => tell(listeners), Math.max(REST_MS, lastMs / SHARE));
    timer.unref();
  });
  return {
    all: current,
    find: (key) => current().find((finding) => findingKey(finding) === key),
    subscribe(listener) {
      listeners.add(listener);
      // After the chunks: the first review of a large flow must not stand before the first picture of it.
      const first = setTimeout(() => tell([listener]), 0);
      return () => {
        clearTimeout(first);
        listeners.delete(listener);
      };
    },
    close() {
      clearTimeout(timer);
      stop();
    },
  };
}

/** A finding as a screen gets it. */
export function findingView(finding: Finding): FindingView {
  const { code, severity, nodeIds, edgeIds, params, fix } = finding;
  return { key: findingKey(finding), code, severity, nodeIds: [...nodeIds], edgeIds: [...edgeIds], params, ...(fix ? { fix: { code: fix.code } } : {}) };
}
