/** What the descriptions of these routes have in common. */
import { z } from '@hono/zod-openapi';
import { problemAnswer } from '../access/route.ts';
import { idSchema } from './schema.ts';

/** The path's parameter of everything below a workspace. */
export const inWorkspace = z.object({ workspaceId: idSchema });
/** A JSON body that must be there. */
export const bodyOf = <T extends z.ZodType>(schema: T) => ({ required: true, content: { 'application/json': { schema } } });
/** A JSON answer. */
export const answerOf = <T extends z.ZodType>(description: string, schema: T) => ({ description, content: { 'application/json': { schema } } });
/** The answer to who is no member, or names what is not there. */
export const notFound = problemAnswer('There is no such thing, or you may not see it.');
export const conflict = problemAnswer('It does not fit what is there.');
export const overLimit = problemAnswer('The plan does not hold more.');
/** Until when what was deleted can be brought back, ms UTC. */
export const graceSchema = z.object({ purgeAt: z.number().int() });
export const deletedQuery = z.object({ deleted: z.enum(['true', 'false']).optional().openapi({ description: 'Those that are deleted and can be brought back.' }) });
