import { oc } from '@orpc/contract';
import { z } from 'zod';
import { turnImageSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';

const assetId = turnImageSchema.shape.assetId;
const mediaType = turnImageSchema.shape.mediaType;

/** Pictures of flows. A node's variant names one by `assetId`; with a shared flow it goes to the server, sealed in an encrypted workspace. */
export const assetRoutes = {
  /** Keeps a picture of at most 10 MB; commit an entry that names `assetId` next. Throws IMAGE_TYPE_UNSUPPORTED, IMAGE_TOO_LARGE, IMAGE_UNREADABLE. */
  add: oc.input(z.object({ base64: z.base64() })).output(z.object({ assetId, mediaType, width: z.number(), height: z.number() })),
  /** A picture that the flow names, fetched from its server where it is not here. Throws ASSET_NOT_NAMED, ASSET_NOT_HERE, ASSET_DAMAGED. */
  get: oc.input(z.object({ flowId: idSchema, assetId })).output(z.object({ mediaType: z.string(), base64: z.string() })),
};
