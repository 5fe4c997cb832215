import { AppError } from '../../base/index.ts';
import type { DataFolder } from '../../db/index.ts';
import type { Author } from '../../flow/index.ts';
import type { OpenLog } from '../../sync/index.ts';
import type { FlowService } from '../flowService.ts';
import { withEntries, type Asides } from './asides.ts';

/** What a person decides about own changes that the server will not take just so. */
export interface Settling {
  /** Of a long backlog: sends it all, or keeps it as a flow of its own. Throws FLOW_NOT_CONNECTED. */
  chooseBacklog(flowId: string, choice: 'push' | 'copy', name: string, author: Author): { copyId?: string };
  /** Of a lot that was refused: tries it again, keeps it as a flow of its own, or throws it away. Throws ASIDE_GONE. */
  settleAside(flowId: string, asideId: string, how: 'retry' | 'copy' | 'discard', name: string, author: Author): { copyId?: string };
}

export interface SettlingOptions {
  folder: DataFolder;
  flows: Pick<FlowService, 'open' | 'duplicate'>;
  asides: Asides;
  /** The flow's log while it takes part. */
  openLog(flowId: string): OpenLog | undefined;
  onChange(): void;
}

export function createSettling({ folder, flows, asides, openLog, onChange }: SettlingOptions): Settling {
  const copyOf = (flowId: string, entries: Parameters<typeof withEntries>[1], name: string, author: Author): string => flows.duplicate(flowId, name.trim() || folder.flows.getFlow(flowId).name, author, (state) => withEntries(state, entries)).id;
  return {
    chooseBacklog(flowId, choice, name, author) {
      const open = openLog(flowId);
      if (!open) throw new AppError('FLOW_NOT_CONNECTED', 'This flow is not connected to its server at the moment. Nothing was changed; try again when it is.', { flowId });
      if (choice === 'push') {
        open.log.pushBacklog();
        return {};
      }
      const entries = [...open.log.replica.pending];
      const { session } = flows.open(flowId);
      const copyId = copyOf(flowId, [], name, author);
      folder.withTransaction(() => {
        for (const { id } of entries) folder.flows.removePending(session.logId, id);
      });
      open.log.replica.withdraw(new Set(entries.map(({ id }) => id)));
      onChange();
      return { copyId };
    },
    settleAside(flowId, asideId, how, name, author) {
      if (!asides.list(flowId).some(({ id }) => id === asideId)) throw new AppError('ASIDE_GONE', 'These changes are not kept aside any more. Nothing was changed.', { asideId });
      const entries = asides.entries(asideId);
      const copyId = how === 'copy' ? copyOf(flowId, entries, name, author) : undefined;
      const { session } = flows.open(flowId);
      if (how === 'retry') for (const entry of entries) session.append(entry);
      asides.drop(asideId);
      onChange();
      return copyId === undefined ? {} : { copyId };
    },
  };
}
