/**
 * Says to open pages of links that they may show something else now, so that they ask at once and not when their token runs out. A notice holds
 * the id of the page's own link and nothing else; what is shown, says the answer to whoever opens the link again.
 */
import type { Bus } from './bus.ts';

/** Links of a workspace, or one of them. */
export interface LinksChanged {
  workspaceId: string;
  /** Absent: each of the workspace. */
  linkId?: string;
}

const CHANNEL = 'links';

/** Tells the open pages of these links, on every instance. Never throws. */
export async function sayLinksChanged(bus: Bus, { workspaceId, linkId }: LinksChanged): Promise<void> {
  await bus.publish(CHANNEL, linkId === undefined ? workspaceId : `${workspaceId} ${linkId}`);
}

/** Calls back at each such notice, of this instance too; returns what ends it. */
export function onLinksChanged(bus: Bus, listener: (changed: LinksChanged) => void): () => void {
  return bus.subscribe(CHANNEL, (text) => {
    const [workspaceId = '', linkId] = text.split(' ');
    listener({ workspaceId, ...(linkId === undefined ? {} : { linkId }) });
  });
}
