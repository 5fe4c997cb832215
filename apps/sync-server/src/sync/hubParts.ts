/** What the parts of a hub are made of. */
import type { Logger } from '@uxflow/core/base';
import type { SyncAccess } from './access.ts';
import type { LogTables } from './logTables.ts';
import type { Room, Subscription } from './room.ts';

/** What the parts of the hub share. */
export interface HubParts {
  access: SyncAccess;
  tables: LogTables;
  logger: Logger;
  now: () => number;
  /** Open rooms by log. */
  rooms: Map<string, Room>;
  /** Brings a member up to date. */
  pump(member: Subscription): void;
  /** Takes a member out of its room, and says why where there is a reason. */
  leave(member: Subscription, code?: string): void;
}
