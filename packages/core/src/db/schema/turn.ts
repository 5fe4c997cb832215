import { check, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { TURN_STATUSES } from '../../agents/turnSchema.ts';
import { moment, oneOf, primaryId } from './columns.ts';
import { flow } from './flow.ts';

const ROLES = ['person', 'assistant'] as const;
const STEP_STATUSES = ['running', 'done', 'failed', 'cancelled'] as const;
const PROPOSAL_STATUSES = ['open', 'done', 'superseded'] as const;
const flowId = () => text('flow_id').notNull().references(() => flow.id, { onDelete: 'cascade' });

/** The talk about a flow. */
export const conversation = sqliteTable('conversation', { id: primaryId(), flowId: flowId(), createdAt: moment('created_at').notNull() }, (table) => [
  index('conversation_flow').on(table.flowId, table.createdAt),
]);

/** One line of a conversation. */
export const message = sqliteTable(
  'message',
  {
    id: primaryId(),
    conversationId: text('conversation_id').notNull().references(() => conversation.id, { onDelete: 'cascade' }),
    turnId: text('turn_id'),
    role: text('role', { enum: ROLES }).notNull(),
    text: text('text').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [check('message_role', oneOf(table.role, ROLES)), index('message_conversation').on(table.conversationId, table.at)],
);

/** One cognitive turn; `body` is JSON of its `turnSchema`, the columns are what is searched by. */
export const turn = sqliteTable(
  'turn',
  {
    id: primaryId(),
    conversationId: text('conversation_id').notNull().references(() => conversation.id, { onDelete: 'cascade' }),
    flowId: flowId(),
    status: text('status', { enum: TURN_STATUSES }).notNull(),
    createdAt: moment('created_at').notNull(),
    body: text('body').notNull(),
  },
  (table) => [
    check('turn_status', oneOf(table.status, TURN_STATUSES)),
    index('turn_conversation').on(table.conversationId, table.createdAt),
    index('turn_by_status').on(table.status),
    index('turn_flow').on(table.flowId),
  ],
);

/** One agent's run inside a turn; `body` is JSON of its `turnStepSchema`. */
export const turnStep = sqliteTable(
  'turn_step',
  {
    turnId: text('turn_id').notNull().references(() => turn.id, { onDelete: 'cascade' }),
    n: integer('n').notNull(),
    status: text('status', { enum: STEP_STATUSES }).notNull(),
    body: text('body').notNull(),
  },
  (table) => [primaryKey({ columns: [table.turnId, table.n] }), check('turn_step_status', oneOf(table.status, STEP_STATUSES))],
);

/** What a turn proposes; `body` is JSON of its `proposalSchema`. */
export const proposal = sqliteTable(
  'proposal',
  {
    id: primaryId(),
    turnId: text('turn_id').notNull().references(() => turn.id, { onDelete: 'cascade' }),
    flowId: flowId(),
    status: text('status', { enum: PROPOSAL_STATUSES }).notNull(),
    createdAt: moment('created_at').notNull(),
    body: text('body').notNull(),
  },
  (table) => [check('proposal_status', oneOf(table.status, PROPOSAL_STATUSES)), index('proposal_flow').on(table.flowId, table.createdAt), index('proposal_turn').on(table.turnId)],
);
