import { readState, type DataFolder } from '../db/index.ts';
import { assetIdsOf } from '../flow/index.ts';

/** Which of these assets a flow of the data folder names, in the bin too. Reads every flow: for what happens seldom. */
export function namedAmong({ flows }: Pick<DataFolder, 'flows'>, assetIds: ReadonlySet<string>): Set<string> {
  const named = new Set<string>();
  if (assetIds.size === 0) return named;
  for (const { id } of [...flows.listFlows(), ...flows.listFlows({ deleted: true })]) {
    const logId = flows.mainLogOf(id);
    for (const assetId of assetIdsOf(readState(flows, logId).state)) if (assetIds.has(assetId)) named.add(assetId);
    // What waits for its server is in no state yet.
    for (const { bytes } of flows.listPending(logId)) {
      const text = Buffer.from(bytes).toString();
      for (const assetId of assetIds) if (text.includes(assetId)) named.add(assetId);
    }
  }
  return named;
}
