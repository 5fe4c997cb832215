/** The flows of a link as a visit goes through them: those that were looked at are followed on, and the history of the tab says where one stands. */
import type { IdSource, SyncClient, SyncCodec } from '@uxflow/core';
import type { LinkedFlow } from './linkApi.ts';
import type { PageTrail } from './pageTrail.ts';
import { showFlow, type ShownFlow } from './shownFlow.ts';

/** A flow of the link, by its log. */
export interface NamedFlow {
  logId: string;
  /** '' before it is known. */
  name: string;
}

/** What a link holds: its own flow, and the sub-flows that go with it. */
export interface LinkContent {
  own: NamedFlow;
  parts: readonly Pick<LinkedFlow, 'logId' | 'flowId' | 'name'>[];
}

export interface VisitFlows {
  /** The link holds this now. Gives back a flow on the way to the one that is shown which is not part of it any more: one stands before it then. */
  take(content: LinkContent): NamedFlow | undefined;
  /** Stands where the history says, as far as the link goes. */
  follow(): void;
  /** Goes to the flow that a step names; false where there is none, or one stands there. */
  open(flowId: string): boolean;
  /** Goes back to a flow on the way; false where there is none. */
  backTo(logId: string): boolean;
  /** Undefined before `follow`. */
  current(): ShownFlow | undefined;
  own(): ShownFlow | undefined;
  all(): Iterable<ShownFlow>;
  /** From the link's own flow to the one that is shown. */
  trail(): NamedFlow[];
  /** What steps can open, by the id of the flow that they name. */
  openable(): ReadonlyMap<string, NamedFlow>;
}

export interface VisitFlowsOptions {
  client: SyncClient;
  codecOf(logId: string): SyncCodec;
  ids: IdSource;
  history: PageTrail;
  /** Called when a flow shows something else than before. */
  changed(): void;
}

/** The flows of a visit; none before `take`. */
export function createVisitFlows({ client, codecOf, ids, history, changed }: VisitFlowsOptions): VisitFlows {
  const shown = new Map<string, ShownFlow>();
  let content: LinkContent | undefined;
  /** Logs of the sub-flows on the way. */
  let way: readonly string[] = [];

  const nameOf = (logId: string): string => {
    const view = shown.get(logId)?.view();
    if (view) return view.flow.name;
    return (logId === content?.own.logId ? content.own.name : content?.parts.find((one) => one.logId === logId)?.name) ?? '';
  };
  const named = (logId: string): NamedFlow => ({ logId, name: nameOf(logId) });
  const stand = (logs: readonly string[]) => {
    if (!content) return;
    const parts = new Set(content.parts.map(({ logId }) => logId));
    const end = logs.findIndex((logId) => !parts.has(logId));
    way = end < 0 ? logs : logs.slice(0, end);
    for (const logId of [content.own.logId, ...way]) if (!shown.has(logId)) shown.set(logId, showFlow({ client, logId, codec: codecOf(logId), ids, changed }));
  };
  const openable = (): ReadonlyMap<string, NamedFlow> => {
    if (!content) return new Map();
    const flows = new Map(content.parts.map(({ flowId, logId }) => [flowId, named(logId)]));
    const own = shown.get(content.own.logId)?.view();
    if (own) flows.set(own.flow.id, named(content.own.logId));
    return flows;
  };
  const go = (logs: readonly string[]): true => {
    history.push(logs);
    stand(logs);
    return true;
  };

  return {
    take(next) {
      const parts = new Set([next.own.logId, ...next.parts.map(({ logId }) => logId)]);
      const gone = way.find((logId) => !parts.has(logId));
      const lost = gone === undefined ? undefined : named(gone);
      content = next;
      for (const flow of [...shown.values()]) {
        if (parts.has(flow.logId)) continue;
        flow.close();
        shown.delete(flow.logId);
      }
      if (!lost) return undefined;
      stand(way);
      history.replace(way);
      return lost;
    },
    follow: () => stand(history.read()),
    open(flowId) {
      const logId = openable().get(flowId)?.logId;
      if (logId === undefined || !content) return false;
      const logs = [content.own.logId, ...way];
      // A way that comes by a flow again ends there.
      const at = logs.indexOf(logId);
      return at !== logs.length - 1 && go((at < 0 ? [...logs, logId] : logs.slice(0, at + 1)).slice(1));
    },
    backTo(logId) {
      const at = content ? [content.own.logId, ...way].indexOf(logId) : -1;
      return at >= 0 && at < way.length && go(way.slice(0, at));
    },
    current: () => content && shown.get(way.at(-1) ?? content.own.logId),
    own: () => content && shown.get(content.own.logId),
    all: () => shown.values(),
    trail: () => (content ? [content.own.logId, ...way].map(named) : []),
    openable,
  };
}
