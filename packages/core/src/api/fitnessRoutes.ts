import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { fitnessReportSchema } from '../agents/fitness/fitnessReport.ts';
import { errorInfoSchema } from '../agents/turnSchema.ts';
import { modelChoiceSchema } from './settingsRoutes.ts';

/** How a check stands: the task that is being done, or what came of all of them. */
export const fitnessStateSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('running'), done: z.number().int(), total: z.number().int(), kind: z.enum(['create', 'edit', 'question', 'clarify', 'injection']) }),
  z.object({ phase: z.literal('done'), report: fitnessReportSchema }),
  z.object({ phase: z.literal('failed'), error: errorInfoSchema }),
]);
export type FitnessState = z.infer<typeof fitnessStateSchema>;

/** Whether a model is up to the app's work, on this machine. */
export const fitnessRoutes = {
  /** Has the model and the rules do the same small tasks, and keeps what came of it. Leaving the stream stops it; then nothing is kept. */
  run: oc.input(modelChoiceSchema).output(eventIterator(fitnessStateSchema)),
  /** What the last check of a model showed; contacts nobody. */
  kept: oc.input(modelChoiceSchema).output(z.object({ report: fitnessReportSchema.optional() })),
};
