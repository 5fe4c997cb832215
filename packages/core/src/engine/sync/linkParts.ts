import { subflowIdsOf, type FlowView } from '../../flow/index.ts';
import { isShareOf, type Share, type Shares } from './shares.ts';

/** A sub-flow that can go with a link. */
export interface LinkPart {
  flowId: string;
  logId: string;
  name: string;
}

/** Sub-flows that go with one link at most. */
const MOST_PARTS = 100;

export interface LinkPartOptions {
  /** A flow as it is on this device; undefined where it is not. */
  viewOf(flowId: string): FlowView | undefined;
  shares: Pick<Shares, 'get'>;
  account: Parameters<typeof isShareOf>[1];
}

/**
 * The sub-flows that a shared flow leads to, nearest first, as far as they are shared in the same workspace; `others`: how many more it leads
 * to that cannot go with a link. What only they lead to counts for nothing: nobody comes there.
 */
export function linkPartsOf(flowId: string, share: Share, { viewOf, shares, account }: LinkPartOptions): { parts: LinkPart[]; others: number } {
  const parts: LinkPart[] = [];
  const seen = new Set([flowId]);
  let others = 0;
  const queue = [flowId];
  for (let at = 0; at < queue.length; at++) {
    const view = viewOf(queue[at]!);
    for (const id of view ? subflowIdsOf(view) : []) {
      if (seen.has(id)) continue;
      seen.add(id);
      const [part, target] = [shares.get(id), viewOf(id)];
      if (!target || part?.phase !== 'shared' || part.workspaceId !== share.workspaceId || !isShareOf(part, account) || parts.length === MOST_PARTS) {
        others += 1;
        continue;
      }
      parts.push({ flowId: id, logId: part.logId, name: target.flow.name });
      queue.push(id);
    }
  }
  return { parts, others };
}
