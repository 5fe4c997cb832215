import { z } from 'zod';
import type { ServerApi } from './serverApi.ts';

/** Where a flow lies on its server. */
interface Place {
  workspaceId: string;
  logId: string;
}

const listSchema = z.looseObject({ assets: z.array(z.object({ name: z.string(), size: z.number() })) });
const pathOf = ({ workspaceId, logId }: Place) => `/workspaces/${encodeURIComponent(workspaceId)}/flows/${encodeURIComponent(logId)}/assets`;

/** The names of the pictures that the server has of a flow. Throws what it refuses. */
export async function listAssets(api: ServerApi, place: Place): Promise<{ name: string; size: number }[]> {
  return (await api.get(pathOf(place), listSchema)).assets;
}

/** The bytes of one, as they were sent there. Throws ASSET_NOT_FOUND and what else the server refuses. */
export function readAsset(api: ServerApi, place: Place, name: string): Promise<Uint8Array> {
  return api.getBytes(`${pathOf(place)}/${name}`);
}

/** Sends one; the same again changes nothing. Throws STORAGE_FULL and what else the server refuses. */
export function storeAsset(api: ServerApi, place: Place, name: string, bytes: Uint8Array): Promise<void> {
  return api.putBytes(`${pathOf(place)}/${name}`, bytes);
}
