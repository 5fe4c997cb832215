/**
 * Says to the apps of people that the keys of a workspace have changed, so that they look at once and not when their clock says so. A notice
 * holds the id of the workspace and nothing else; whoever misses it finds out by looking.
 */
import { BUS_TEXT_BYTES, type Bus } from './bus.ts';

const CHANNEL = 'keys';

/** Tells the apps of these people, on every instance. Never throws. */
export async function sayKeysChanged(bus: Bus, workspaceId: string, userIds: Iterable<string>): Promise<void> {
  let part = workspaceId;
  for (const userId of userIds) {
    if (part.length + userId.length > BUS_TEXT_BYTES - 200) {
      await bus.publish(CHANNEL, part);
      part = workspaceId;
    }
    part += ` ${userId}`;
  }
  if (part !== workspaceId) await bus.publish(CHANNEL, part);
}

/** Calls back at each such notice, of this instance too; returns what ends it. */
export function onKeysChanged(bus: Bus, listener: (workspaceId: string, userIds: ReadonlySet<string>) => void): () => void {
  return bus.subscribe(CHANNEL, (text) => {
    const [workspaceId = '', ...userIds] = text.split(' ');
    listener(workspaceId, new Set(userIds));
  });
}
