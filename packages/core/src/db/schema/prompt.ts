import { check, index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { moment, oneOf, primaryId } from './columns.ts';

export const VARIANT_STATUSES = ['trying', 'paused', 'retired'] as const;
export const VARIANT_ORIGINS = ['builtIn', 'person', 'optimizer'] as const;
export const TRIAL_OUTCOMES = ['open', 'accepted', 'acceptedEdited', 'rejected', 'corrected', 'failed', 'unknown'] as const;
export const CHANGE_STATUSES = ['proposed', 'applied', 'declined', 'rolledBack'] as const;

/** A wording of one agent's instructions. The built-in one of each version of the app has origin 'builtIn'. */
export const promptVariant = sqliteTable(
  'prompt_variant',
  {
    id: primaryId(),
    agent: text('agent').notNull(),
    /** Counts up for an agent: "architect, version 3". */
    number: integer('number').notNull(),
    origin: text('origin', { enum: VARIANT_ORIGINS }).notNull(),
    status: text('status', { enum: VARIANT_STATUSES }).notNull(),
    /** The instructions, with their placeholders. */
    text: text('text').notNull(),
    /** Why it was written. */
    reason: text('reason').notNull().default(''),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [
    check('prompt_variant_origin', oneOf(table.origin, VARIANT_ORIGINS)),
    check('prompt_variant_status', oneOf(table.status, VARIANT_STATUSES)),
    uniqueIndex('prompt_variant_number').on(table.agent, table.number),
  ],
);

/** One use of a variant in one turn, and what became of it. */
export const promptTrial = sqliteTable(
  'prompt_trial',
  {
    id: primaryId(),
    agent: text('agent').notNull(),
    variantId: text('variant_id').notNull().references(() => promptVariant.id, { onDelete: 'cascade' }),
    turnId: text('turn_id').notNull(),
    /** What the bandit keeps apart: 'provider:model|route|language'. */
    context: text('context').notNull(),
    outcome: text('outcome', { enum: TRIAL_OUTCOMES }).notNull(),
    /** Whether the first answer had the demanded form. */
    isValid: integer('is_valid', { mode: 'boolean' }),
    ms: real('ms'),
    costUsd: real('cost_usd'),
    /** 0 to 1; null while the outcome is open. */
    reward: real('reward'),
    startedAt: moment('started_at').notNull(),
    endedAt: moment('ended_at'),
  },
  (table) => [
    check('prompt_trial_outcome', oneOf(table.outcome, TRIAL_OUTCOMES)),
    index('prompt_trial_variant').on(table.variantId),
    uniqueIndex('prompt_trial_turn').on(table.turnId, table.agent),
  ],
);

/** A change of the wording that an agent uses: proposed with its evidence, applied by a person, rolled back by a person. */
export const promptChange = sqliteTable(
  'prompt_change',
  {
    id: primaryId(),
    agent: text('agent').notNull(),
    fromVariantId: text('from_variant_id').notNull(),
    toVariantId: text('to_variant_id').notNull(),
    status: text('status', { enum: CHANGE_STATUSES }).notNull(),
    /** JSON of the numbers that speak for it. */
    evidence: text('evidence').notNull(),
    createdAt: moment('created_at').notNull(),
    decidedAt: moment('decided_at'),
  },
  (table) => [check('prompt_change_status', oneOf(table.status, CHANGE_STATUSES)), index('prompt_change_agent').on(table.agent, table.createdAt)],
);

/** What was learned from a turn that went wrong and was corrected: JSON of the analyst's finding. */
export const learningEpisode = sqliteTable(
  'learning_episode',
  {
    id: primaryId(),
    turnId: text('turn_id').notNull(),
    agent: text('agent').notNull(),
    body: text('body').notNull(),
    createdAt: moment('created_at').notNull(),
  },
  (table) => [uniqueIndex('learning_episode_turn').on(table.turnId), index('learning_episode_created').on(table.createdAt)],
);
