import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { moment, primaryId } from './columns.ts';

/** Text that looks like an attack on the prompts: a signal that a person can read, never a wall. */
export const securitySignal = sqliteTable(
  'security_signal',
  {
    id: primaryId(),
    at: moment('at').notNull(),
    /** Where the text came from: 'message', 'flow', 'import', 'tool', 'image', … */
    source: text('source').notNull(),
    /** The family of the attack: 'override', 'role', 'delimiter', … */
    family: text('family').notNull(),
    turnId: text('turn_id'),
    flowId: text('flow_id'),
    /** 0 to 100. */
    score: integer('score').notNull(),
    /** The words that gave it away, at most 300 characters. */
    excerpt: text('excerpt').notNull(),
    /** Set when a person has said that it is harmless. */
    dismissedAt: moment('dismissed_at'),
  },
  (table) => [index('security_signal_at').on(table.at)],
);

/** Every call that another agent made over MCP, and every call that ours made to a tool of the person. */
export const toolCall = sqliteTable(
  'tool_call',
  {
    id: primaryId(),
    at: moment('at').notNull(),
    /** 'in': somebody calls us; 'out': our agent calls a tool. */
    direction: text('direction', { enum: ['in', 'out'] }).notNull(),
    /** The client's or the server's name. */
    peer: text('peer').notNull(),
    tool: text('tool').notNull(),
    /** 'ok', 'failed', 'denied', 'timedOut'. */
    outcome: text('outcome').notNull(),
    ms: integer('ms').notNull(),
    flowId: text('flow_id'),
    /** What went wrong, or what was asked, at most 300 characters. */
    note: text('note').notNull().default(''),
  },
  (table) => [index('tool_call_at').on(table.at)],
);
