import { commit, fold, type Author, type Intent, type IntentOp, type LogState } from '../flow/index.ts';
import { layoutAdditions, layoutIntent, layoutWhole, type ElkRunner } from '../layout/index.ts';
import type { LogSession } from './logSession.ts';

/** Positions: whole layouts through ELK, and free places for what an intent adds. */
export interface LayoutService {
  /** Lays the whole flow out as one entry; undefined when everything stands right already. */
  layoutFlow(session: LogSession, direction: 'right' | 'down' | undefined, author: Author, signal?: AbortSignal): Promise<{ entryId: string; no: number } | undefined>;
  /** Commits an intent whose new nodes get free places; everything else stays where it is. */
  commitPlaced(session: LogSession, intent: Intent, author: Author): { entryId: string; no: number };
  /** The ops, and behind them those that place what they add: positions, routes of new edges, frames that grow. */
  place(state: LogState, ops: readonly IntentOp[]): IntentOp[];
}

export function createLayoutService(runElk: ElkRunner): LayoutService {
  const place: LayoutService['place'] = (state, ops) => {
    const added = (kind: 'node' | 'frame') => ops.flatMap((op) => (op.op === 'add' && op.kind === kind ? [op.id] : []));
    const nodeIds = added('node');
    if (!nodeIds.length) return [...ops];
    const dryRun = commit(state, { ops }, { id: 'tx_place', logId: 'log_place', author: { kind: 'agent', id: 'layout', name: 'layout' }, at: 0 });
    const after = fold(state, dryRun);
    return [...ops, ...layoutIntent(after, layoutAdditions(after, nodeIds, added('frame')))];
  };
  return {
    place,
    async layoutFlow(session, direction, author, signal) {
      const before = session.state;
      // A session that somebody listens to is not let go: after the wait this must still be the one that others write to.
      const hold = session.onChange(() => {});
      const result = await layoutWhole(before, { runElk, ...(direction ? { direction } : {}), ...(signal ? { signal } : {}) }).finally(hold);
      // The flow may have changed while ELK was at work: only what is still there is moved.
      const now = session.state;
      const ops = layoutIntent(now, result).filter((op) => op.op !== 'set' || op.kind === 'flow' || now[op.kind].has(op.id));
      if (direction && now.flow.settings?.direction !== direction) ops.push({ op: 'set', kind: 'flow', id: now.flow.id, field: 'settings.direction', to: direction });
      return ops.length ? session.commit({ ops, message: 'layout' }, author) : undefined;
    },
    commitPlaced: (session, intent, author) => session.commit({ ...intent, ops: place(session.state, intent.ops) }, author),
  };
}
