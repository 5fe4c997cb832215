import {
  chatMessageSchema,
  conversationSchema,
  proposalSchema,
  turnSchema,
  turnStepSchema,
  type ChatMessage,
  type Conversation,
  type Proposal,
  type Turn,
  type TurnStep,
  type TurnStore,
} from '../agents/turnSchema.ts';
import type { Database } from './database.ts';

/** A stretch of a conversation: turns in their order, with all that was said in them and what they proposed. */
export interface ConversationPage {
  turns: Turn[];
  messages: ChatMessage[];
  proposals: Proposal[];
  /** The turn before which there is more; undefined where this is the beginning. */
  earlier?: string;
}

/** The TurnStore of a data folder, with what the engine asks at every entry. */
export interface StoredTurns extends TurnStore {
  /** The last `limit` turns of a conversation, or the last before a turn. Messages of no turn go with those around them. */
  pageOf(conversationId: string, limit: number, before?: string): ConversationPage;
  /** Proposals of a flow that still wait for a decision, oldest first; those that are decided cost nothing. */
  openProposalsOf(flowId: string): Proposal[];
  /** SHA-256 of the pictures that came with messages about a flow, or about any. */
  picturesOf(flowId?: string): string[];
}

const MESSAGES = 'select id, conversation_id as conversationId, turn_id as turnId, role, text, at from message';
const toMessage = ({ turnId, ...row }: Record<string, unknown>): ChatMessage => chatMessageSchema.parse(turnId === null ? row : { ...row, turnId });

/** The TurnStore on a store file. Saving an id again replaces its row. What was said keeps its order even when the clock was set back: rows count, not times. */
export function createTurnStore(database: Database): StoredTurns {
  const run = (sql: string, ...values: unknown[]) => database.write(() => void database.statement(sql).run(...values));
  const bodies = <T>(parse: (value: unknown) => T, sql: string, ...values: unknown[]): T[] =>
    database.read(() => (database.statement(sql).pluck().all(...values) as string[]).map((body) => parse(JSON.parse(body))));
  const toTurn = (value: unknown): Turn => turnSchema.parse(value);
  const toStep = (value: unknown): TurnStep => turnStepSchema.parse(value);
  const toProposal = (value: unknown): Proposal => proposalSchema.parse(value);

  return {
    together: (work) => database.write(work),
    togetherSoft: (work) => database.writeSoft(work),
    conversationOf: (flowId) =>
      database.read(() => {
        const row = database.statement('select id, flow_id as flowId, created_at as createdAt from conversation where flow_id = ? order by created_at desc, id desc limit 1').get(flowId);
        return row === undefined ? undefined : conversationSchema.parse(row);
      }),
    saveConversation: (conversation: Conversation) =>
      run('insert into conversation (id, flow_id, created_at) values (?, ?, ?) on conflict (id) do nothing', conversation.id, conversation.flowId, conversation.createdAt),
    addMessage: (message: ChatMessage) =>
      run(
        'insert into message (id, conversation_id, turn_id, role, text, at) values (?, ?, ?, ?, ?, ?) on conflict (id) do update set text = excluded.text, turn_id = excluded.turn_id',
        message.id, message.conversationId, message.turnId ?? null, message.role, message.text, message.at,
      ),
    saveTurn: (turn) =>
      run(
        `insert into turn (id, conversation_id, flow_id, status, created_at, body) values (?, ?, ?, ?, ?, ?)
         on conflict (id) do update set status = excluded.status, body = excluded.body`,
        turn.id, turn.conversationId, turn.flowId, turn.status, turn.createdAt, JSON.stringify(turn),
      ),
    findTurn: (id) => bodies(toTurn, 'select body from turn where id = ?', id)[0],
    turnsOf: (conversationId) => bodies(toTurn, 'select body from turn where conversation_id = ? order by rowid', conversationId),
    turnsWith: (statuses, conversationId) => {
      const marks = statuses.map(() => '?').join(', ');
      return conversationId === undefined
        ? bodies(toTurn, `select body from turn where status in (${marks}) order by created_at, rowid`, ...statuses)
        : bodies(toTurn, `select body from turn where conversation_id = ? and status in (${marks}) order by created_at, rowid`, conversationId, ...statuses);
    },
    pageOf: (conversationId, limit, before) =>
      database.read(() => {
        const end = before === undefined ? undefined : (database.statement('select rowid, created_at as at from turn where id = ? and conversation_id = ?').get(before, conversationId) as { rowid: number; at: number } | undefined);
        if (before !== undefined && !end) return { turns: [], messages: [], proposals: [] };
        const rows = database
          .statement('select rowid, body from turn where conversation_id = ? and rowid < ? order by rowid desc limit ?')
          .all(conversationId, end?.rowid ?? Number.MAX_SAFE_INTEGER, limit + 1) as { body: string }[];
        const turns = rows.slice(0, limit).reverse().map(({ body }) => toTurn(JSON.parse(body)));
        const [first] = turns;
        const isBeginning = rows.length <= limit;
        const ids = JSON.stringify(turns.map(({ id }) => id));
        const messages = database
          .statement(`${MESSAGES} where conversation_id = ? and (turn_id in (select value from json_each(?)) or (turn_id is null and at >= ? and at < ?)) order by rowid`)
          .all(conversationId, ids, isBeginning ? 0 : first!.createdAt, end?.at ?? Number.MAX_SAFE_INTEGER) as Record<string, unknown>[];
        const proposals = database.statement('select body from proposal where turn_id in (select value from json_each(?)) order by created_at, rowid').pluck().all(ids) as string[];
        return { turns, messages: messages.map(toMessage), proposals: proposals.map((body) => toProposal(JSON.parse(body))), ...(isBeginning ? {} : { earlier: first!.id }) };
      }),
    saveStep: (step) =>
      run(
        'insert into turn_step (turn_id, n, status, body) values (?, ?, ?, ?) on conflict (turn_id, n) do update set status = excluded.status, body = excluded.body',
        step.turnId, step.n, step.status, JSON.stringify(step),
      ),
    stepsOf: (turnId) => bodies(toStep, 'select body from turn_step where turn_id = ? order by n', turnId),
    saveProposal: (proposal) =>
      run(
        `insert into proposal (id, turn_id, flow_id, status, created_at, body) values (?, ?, ?, ?, ?, ?)
         on conflict (id) do update set status = excluded.status, body = excluded.body`,
        proposal.id, proposal.turnId, proposal.flowId, proposal.status, proposal.createdAt, JSON.stringify(proposal),
      ),
    findProposal: (id) => bodies(toProposal, 'select body from proposal where id = ?', id)[0],
    openProposalsOf: (flowId) => bodies(toProposal, `select body from proposal where flow_id = ? and status = 'open' order by created_at, rowid`, flowId),
    picturesOf: (flowId) =>
      database.read(() => {
        const sql = "select distinct json_extract(body, '$.image.assetId') from turn where json_extract(body, '$.image.assetId') is not null";
        return (flowId === undefined ? database.statement(sql).pluck().all() : database.statement(`${sql} and flow_id = ?`).pluck().all(flowId)) as string[];
      }),
    proposalsOf: (flowId) => bodies(toProposal, 'select body from proposal where flow_id = ? order by created_at, rowid', flowId),
  };
}
