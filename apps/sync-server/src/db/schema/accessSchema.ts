/** Who is signed in. */
import { sql } from 'drizzle-orm';
import { index, pgTable, text, timestamp } from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true });

export const session = pgTable(
  'session',
  {
    id: text('id').primaryKey(),
    /** SHA-256 of the secret, hex: a copy of the table opens nothing. */
    token: text('token_hash').notNull().unique(),
    userId: text('user_id').notNull(),
    expiresAt: at('expires_at').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    updatedAt: at('updated_at').notNull().defaultNow(),
    lastSeenAt: at('last_seen_at').notNull().defaultNow(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    /** What the person or the app calls the device. */
    deviceName: text('device_name'),
    /** The arrival by single sign-on that it goes back to; null: another way. */
    arrivalId: text('arrival_id'),
    kind: text('kind', { enum: ['web', 'desktop'] }).notNull().default('web'),
    /** `passkey`: whoever signed in proved to have the device and to be its holder, which is two factors; null: another way. */
    method: text('method'),
    /** When its holder last proved again to be one. */
    confirmedAt: at('confirmed_at'),
  },
  (table) => [index('session_user').on(table.userId), index('session_expiry').on(table.expiresAt), index('session_arrival').on(table.arrivalId).where(sql`arrival_id is not null`)],
);
