import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { agentNameSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';

const outcomesSchema = z.object({ open: z.number(), accepted: z.number(), acceptedEdited: z.number(), rejected: z.number(), corrected: z.number(), failed: z.number(), unknown: z.number() });

/** What is known of a wording from what people did: scores between 0 and 1, with the middle 90 % of what they may be. */
const standingSchema = z.object({
  /** Uses that count. */
  n: z.number(),
  mean: z.number(),
  low: z.number(),
  high: z.number(),
  outcomes: outcomesSchema,
  /** Means over the uses whose call is known. */
  ms: z.number().optional(),
  costUsd: z.number().optional(),
});

/** A wording of an agent's instructions. */
export const promptVariantSchema = z.object({
  id: idSchema,
  number: z.number().int(),
  origin: z.enum(['builtIn', 'person', 'optimizer']),
  text: z.string(),
  reason: z.string(),
  createdAt: z.number().int(),
  standing: standingSchema,
  /** Heights of the density of its acceptance at the middles of equal pieces of [0, 1]. */
  density: z.array(z.number()),
});

/** What speaks for a change, as it was when it was proposed. */
export const promptEvidenceSchema = z.object({
  /** Counted turns of the trial, and those of the wording in use from before it. */
  turns: z.number(),
  before: z.number(),
  /** In standard errors: how far the new wording leads, and how far it had to. */
  lead: z.number(),
  needed: z.number(),
  /** Probability that the new wording is accepted more often, from a flat prior. */
  probability: z.number(),
  current: standingSchema,
  challenger: standingSchema,
  examples: z.array(z.object({ arm: z.enum(['current', 'challenger']), turnId: idSchema, message: z.string(), outcome: z.string() })),
});

/** A change of the wording in use. Without evidence a person made it by hand. */
export const promptChangeSchema = z.object({
  id: idSchema,
  fromVariantId: idSchema,
  toVariantId: idSchema,
  status: z.enum(['proposed', 'applied', 'declined', 'rolledBack']),
  evidence: promptEvidenceSchema.optional(),
  createdAt: z.number().int(),
  decidedAt: z.number().int().optional(),
});

/** The trial of a wording against the one in use. */
export const promptTrialSchema = z.object({
  variantId: idSchema,
  startedAt: z.number().int(),
  turns: z.number(),
  /** It ends after so many counted turns at the latest. */
  mostTurns: z.number(),
  before: z.number(),
  lead: z.number().optional(),
  needed: z.number(),
  /** Both arms within the trial, the turns from before it included. */
  current: standingSchema,
  challenger: standingSchema,
  currentDensity: z.array(z.number()),
  challengerDensity: z.array(z.number()),
});

/** How the last trial ended that proposed nothing. */
export const promptTrialEndSchema = z.object({ variantId: idSchema, kind: z.enum(['worse', 'undecided', 'stopped', 'replaced']), turns: z.number(), at: z.number().int() });

export const agentPromptsSchema = z.object({
  agent: agentNameSchema,
  /** False where nobody decides about its work alone, so that its wordings cannot be compared. */
  isMeasured: z.boolean(),
  placeholders: z.array(z.string()),
  /** Id of the wording in use. */
  inUse: idSchema,
  /** True when the app's own wording has changed since the person chose another one. */
  hasBuiltInMovedOn: z.boolean(),
  variants: z.array(promptVariantSchema),
  trial: promptTrialSchema.optional(),
  lastTrial: promptTrialEndSchema.optional(),
  proposed: promptChangeSchema.optional(),
  /** Decided changes, newest first. */
  history: z.array(promptChangeSchema),
  /** The change that a roll-back would take back. */
  canRollBack: idSchema.optional(),
});

export const promptsSchema = z.object({ isLearning: z.boolean(), agents: z.array(agentPromptsSchema) });

export const promptProblemSchema = z.object({ code: z.enum(['TOO_SHORT', 'TOO_LONG', 'PLACEHOLDER_MISSING', 'PLACEHOLDER_UNKNOWN', 'NOT_TEXT', 'KNOWN']), params: z.record(z.string(), z.union([z.string(), z.number()])) });

const ofVariant = z.object({ variantId: idSchema });
const ofAgent = z.object({ agent: agentNameSchema });
const ofChange = z.object({ changeId: idSchema });

/** The wordings of the agents' instructions: kept in versions, tried against each other, changed only by the person. */
export const promptRoutes = {
  get: oc.output(promptsSchema),
  /** Everything, then everything anew whenever something of it changes. */
  watch: oc.output(eventIterator(promptsSchema)),
  /** Whether uses are counted and wordings are tried. Switching it off ends trials and keeps what was counted. */
  setLearning: oc.input(z.object({ isOn: z.boolean() })).output(z.object({})),
  /** Why a wording could not be kept; empty where it could. */
  check: oc.input(ofAgent.extend({ text: z.string().max(100_000) })).output(z.array(promptProblemSchema)),
  /** Keeps a wording that the person wrote. Throws PROMPT_INVALID. */
  add: oc.input(ofAgent.extend({ text: z.string().max(100_000), reason: z.string().max(500).default('') })).output(ofVariant),
  /** Has the prompt optimizer write one, by the chosen model or by rules. Nothing uses it until the person says so. */
  write: oc.input(ofAgent).output(ofVariant.extend({ mind: z.enum(['rules', 'model']), explanation: z.string() })),
  /** Tries a wording against the one in use. */
  try: oc.input(ofVariant).output(z.object({})),
  stopTrial: oc.input(ofAgent).output(z.object({})),
  /** Puts a wording in use by hand. */
  use: oc.input(ofVariant).output(z.object({})),
  /** Applies or declines a proposed change. */
  decide: oc.input(ofChange.extend({ isApplied: z.boolean() })).output(z.object({})),
  /** Takes the last applied change back. */
  rollBack: oc.input(ofChange).output(z.object({})),
  /** Deletes a wording with what was counted for it. Throws PROMPT_IN_USE. */
  remove: oc.input(ofVariant).output(z.object({})),
  /** Forgets every counted use; wordings stay, trials end. */
  forget: oc.output(z.object({})),
};

export type PromptProblem = z.infer<typeof promptProblemSchema>;
export type Prompts = z.infer<typeof promptsSchema>;
export type AgentPrompts = z.infer<typeof agentPromptsSchema>;
export type PromptVariantView = z.infer<typeof promptVariantSchema>;
export type PromptChangeView = z.infer<typeof promptChangeSchema>;
export type PromptTrialView = z.infer<typeof promptTrialSchema>;
export type PromptStanding = z.infer<typeof standingSchema>;
export type PromptEvidence = z.infer<typeof promptEvidenceSchema>;
