import { commit, fold, type Author, type Intent, type IntentOp, type LogState } from '../flow/index.ts';
import { layoutIntent, layoutWhole, placeAdditions, routeEdges, type ElkRunner } from '../layout/index.ts';
import type { LogSession } from './logSession.ts';

/** Positions: whole layouts through ELK, and free places for what an intent adds. */
export interface LayoutService {
  /** Lays the whole flow out as one entry; undefined when everything stands right already. */
  layoutFlow(session: LogSession, direction: 'right' | 'down' | undefined, author: Author, signal?: AbortSignal): Promise<{ entryId: string; no: number } | undefined>;
  /** Commits an intent whose new nodes get free places; everything else stays where it is. */
  commitPlaced(session: LogSession, intent: Intent, author: Author): { entryId: string; no: number };
  /** The ops with positions for the nodes that they add. */
  place(state: LogState, ops: readonly IntentOp[]): IntentOp[];
}

export function createLayoutService(runElk: ElkRunner): LayoutService {
  const place: LayoutService['place'] = (state, ops) => {
    const added = ops.flatMap((op) => (op.op === 'add' && op.kind === 'node' ? [op.id] : []));
    if (!added.length) return [...ops];
    const dryRun = commit(state, { ops }, { id: 'tx_place', logId: 'log_place', author: { kind: 'agent', id: 'layout', name: 'layout' }, at: 0 });
    const after = fold(state, dryRun);
    const positions = placeAdditions(after, added);
    return ops.map((op) => {
      const position = op.op === 'add' && op.kind === 'node' ? positions.get(op.id) : undefined;
      return position && op.op === 'add' ? { ...op, value: { ...op.value, position } } : op;
    });
  };
  return {
    place,
    async layoutFlow(session, direction, author, signal) {
      const before = session.state;
      const result = await layoutWhole(before, { runElk, ...(direction ? { direction } : {}), ...(signal ? { signal } : {}) });
      // The flow may have changed while ELK was at work: only what is still there is moved.
      const now = session.state;
      const ops = layoutIntent(now, result).filter((op) => op.op !== 'set' || op.kind === 'flow' || now[op.kind].has(op.id));
      if (direction && now.flow.settings?.direction !== direction) ops.push({ op: 'set', kind: 'flow', id: now.flow.id, field: 'settings.direction', to: direction });
      return ops.length ? session.commit({ ops, message: 'layout' }, author) : undefined;
    },
    commitPlaced: (session, intent, author) => session.commit({ ...intent, ops: place(session.state, intent.ops) }, author),
  };
}

/** Routes for edges whose surroundings an edit changed, as ops. */
export function routeOps(state: LogState, edgeIds: readonly string[]): IntentOp[] {
  const routes = routeEdges(state, edgeIds);
  return [...routes].map(([id, points]) => ({ op: 'set', kind: 'edge', id, field: 'route', to: points }));
}
