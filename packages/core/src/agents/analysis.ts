/** What the analyst finds and the prompt optimizer works on. */
import { z } from 'zod';
import { agentNameSchema } from './turnSchema.ts';

/** What kind of thing goes wrong: wording, something missing, something unlike the rest, a form that is refused, what was known and not used, how parts fit together. */
export const PROBLEM_CATEGORIES = ['clarity', 'completeness', 'consistency', 'validation', 'context', 'integration'] as const;
export const problemCategorySchema = z.enum(PROBLEM_CATEGORIES);

/** Why a turn had to be corrected, and what would have made it right. */
export const analysisSchema = z.object({
  /** The agent whose work was corrected. */
  sourceAgent: agentNameSchema,
  problemCategory: problemCategorySchema,
  detectedProblem: z.string().min(1).max(600),
  rootCause: z.string().min(1).max(600),
  /** One instruction that would help the agent the next time. */
  recommendation: z.string().min(1).max(600),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  priority: z.enum(['critical', 'high', 'medium', 'low']),
  implementationHint: z.string().max(600),
});

/** One thing that the person did differently from what was proposed. */
export const correctionChangeSchema = z.object({
  kind: z.enum(['renamed', 'retyped', 'reworded', 'added', 'removed', 'connected', 'disconnected', 'rejected', 'planChanged', 'planDropped', 'planAdded']),
  /** What was proposed, in words; empty where the person added something. */
  before: z.string(),
  /** What the person made of it; empty where they took it out. */
  after: z.string(),
});

/** A turn that was settled with corrections: what was wanted, what was proposed and what the person made of it. */
export const correctionSchema = z.object({
  message: z.string(),
  /** The plan that the agents made, step by step. */
  plan: z.array(z.string()),
  feedback: z.array(z.string()),
  /** Titles of the proposed cards. */
  proposed: z.array(z.string()),
  /** Titles of those that were taken, changed or not. */
  accepted: z.array(z.string()),
  changes: z.array(correctionChangeSchema),
  /** Codes of the failures after which the rules answered instead of a model, with the agent. */
  fallbacks: z.array(z.object({ agent: agentNameSchema, code: z.string() })),
  hasImage: z.boolean(),
  /** Words of the message after it, where they set something right. */
  followUp: z.string().optional(),
});

export type ProblemCategory = z.infer<typeof problemCategorySchema>;
export type Analysis = z.infer<typeof analysisSchema>;
export type CorrectionChange = z.infer<typeof correctionChangeSchema>;
export type Correction = z.infer<typeof correctionSchema>;
