import type { FlowView } from './schema.ts';

/** An asset's name in a document: SHA-256 in lower-case hex. */
const ASSET_ID = /^[0-9a-f]{64}$/;

/** Assets that a flow names: the pictures of variants of its nodes. What is no hash names nothing. */
export function assetIdsOf(view: Pick<FlowView, 'node'>): Set<string> {
  const ids = new Set<string>();
  for (const { variants } of view.node.values()) {
    for (const { assetId } of Object.values(variants ?? {})) if (assetId !== undefined && ASSET_ID.test(assetId)) ids.add(assetId);
  }
  return ids;
}
