import { check, index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, oneOf, primaryId } from './columns.ts';

export const CALL_OUTCOMES = ['open', 'ok', 'repaired', 'failed', 'cancelled', 'cached', 'refused'] as const;
const EGRESS_OUTCOMES = ['ok', 'refused', 'failed'] as const;

/** Every call of a model: the row is opened before the call and closed after it (one that stays 'open' was cut off by the end of the process). It outlives the turn that it was made for. */
export const modelCall = sqliteTable(
  'model_call',
  {
    id: primaryId(),
    turnId: text('turn_id'),
    flowId: text('flow_id'),
    agent: text('agent').notNull(),
    model: text('model').notNull(),
    promptVersion: text('prompt_version').notNull(),
    /** The prompt variant that was tried; null for the version in use. */
    variantId: text('variant_id'),
    /** 'chat' or 'embeddings', as OpenTelemetry names operations. */
    operation: text('operation').notNull().default('chat'),
    /** The quality mode that the person had chosen: 'standard' or 'pro'. */
    quality: text('quality'),
    startedAt: moment('started_at').notNull(),
    outcome: text('outcome', { enum: CALL_OUTCOMES }).notNull(),
    inputTokens: integer('input_tokens'),
    outputTokens: integer('output_tokens'),
    /** Null where the price or the tokens are unknown. */
    costUsd: real('cost_usd'),
    /** How an answer from the cache was found: 'exact' or 'similar'. */
    cached: text('cached'),
    ms: real('ms'),
    firstTokenMs: real('first_token_ms'),
    errorCode: text('error_code'),
    /** Whether the person took what came of it; null while nobody has decided. */
    accepted: integer('accepted', { mode: 'boolean' }),
  },
  (table) => [
    check('model_call_outcome', oneOf(table.outcome, CALL_OUTCOMES)),
    index('model_call_turn').on(table.turnId),
    index('model_call_started').on(table.startedAt),
    index('model_call_variant').on(table.variantId),
  ],
);

/** Every request that left the app or was refused: what the person can read. */
export const egressRecord = sqliteTable(
  'egress_record',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    host: text('host').notNull(),
    port: integer('port').notNull(),
    purpose: text('purpose').notNull(),
    method: text('method').notNull(),
    requestBytes: integer('request_bytes').notNull(),
    responseBytes: integer('response_bytes').notNull(),
    status: integer('status'),
    startedAt: moment('started_at').notNull(),
    ms: real('ms').notNull(),
    outcome: text('outcome', { enum: EGRESS_OUTCOMES }).notNull(),
    reason: text('reason'),
  },
  (table) => [check('egress_record_outcome', oneOf(table.outcome, EGRESS_OUTCOMES)), index('egress_record_started').on(table.startedAt)],
);
