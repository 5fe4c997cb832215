/** Events on their way: written in the transaction of what they tell of, handed on by a worker. */
import { sql } from 'drizzle-orm';
import { foreignKey, index, integer, jsonb, pgTable, primaryKey, text, timestamp } from 'drizzle-orm/pg-core';

const moment = (name: string) => timestamp(name, { withTimezone: true });

export const outbox = pgTable(
  'outbox',
  {
    /** A UUIDv7 behind a prefix: consumers take it as the event's name. */
    id: text('id').primaryKey(),
    type: text('type').notNull(),
    userId: text('user_id'),
    workspaceId: text('workspace_id'),
    projectId: text('project_id'),
    payload: jsonb('payload').notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: moment('next_attempt_at').notNull().defaultNow(),
    lastError: text('last_error'),
    publishedAt: moment('published_at'),
    /** It failed too often; a person must look at it. */
    deadAt: moment('dead_at'),
  },
  (table) => [
    index('outbox_due').on(table.nextAttemptAt).where(sql`published_at is null and dead_at is null`),
    index('outbox_published').on(table.publishedAt).where(sql`published_at is not null`),
  ],
);

/** Which consumer has had which event: the same transaction as what the consumer wrote. */
export const outboxConsumed = pgTable(
  'outbox_consumed',
  {
    eventId: text('event_id').notNull(),
    consumer: text('consumer').notNull(),
    at: moment('at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.consumer] }), foreignKey({ columns: [table.eventId], foreignColumns: [outbox.id] }).onDelete('cascade')],
);
