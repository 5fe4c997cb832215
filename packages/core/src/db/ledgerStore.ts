import type { IdSource } from '../base/id.ts';
import type { CallLedger, ModelCallOutcome, ModelCallRecord } from '../llm/callLedger.ts';
import type { EgressRecord } from '../llm/egress.ts';
import type { Database } from './database.ts';
import { querySpent, queryTypicalOutput, queryUsage, type UsageSpan, type UsageSummary } from './usageQuery.ts';

/** A row of the ledger of model calls. */
export interface StoredModelCall extends ModelCallRecord {
  id: string;
  /** Whether the person took what came of it; absent while nobody has decided. */
  accepted?: boolean;
}

/** A row of the ledger of requests that left the app. */
export interface StoredEgressRecord extends EgressRecord {
  id: string;
}

/** Which calls to list; without anything the newest 200. */
export interface CallFilter {
  turnId?: string;
  /** From this time on, ms UTC. */
  from?: number;
  /** Before this time, ms UTC. */
  to?: number;
  agent?: string;
  model?: string;
  outcome?: ModelCallOutcome;
  limit?: number;
}

/** What went to one machine altogether. */
export interface EgressTotal {
  host: string;
  requests: number;
  refused: number;
  failed: number;
  requestBytes: number;
  responseBytes: number;
  /** Of the newest request, ms UTC. */
  lastAt: number;
}

/** What went to models and to the network: written as it happens, readable by the person. */
export interface LedgerStore {
  /** The ledger of model calls. A row is written before the call is made, and outlives the process whatever ends it. */
  calls: CallLedger;
  /** Notes on every call of a turn whether the person took its result. */
  markAccepted(turnId: string, accepted: boolean): void;
  /** Newest first. */
  listCalls(options?: CallFilter): StoredModelCall[];
  /** Sums of the calls that began in one of these spans (in order, without gaps). */
  usage(spans: readonly UsageSpan[]): UsageSummary;
  /** What calls cost that began at this time (ms UTC) or later, and how many of them have no known cost. */
  spentSince(since: number): { costUsd: number; unknownCost: number };
  /** How many tokens a model usually answers an agent with, from its last calls; undefined without any. */
  typicalOutput(agent: string, model: string): { outputTokens: number; calls: number } | undefined;
  /** Stores a batch in one SQL transaction. */
  addEgressRecords(records: readonly EgressRecord[]): void;
  /** Newest first. */
  listEgressRecords(limit?: number): StoredEgressRecord[];
  /** One row for each machine, the one with the most requests first. */
  egressTotals(): EgressTotal[];
  /** Deletes rows of both ledgers that started before `before` (ms UTC); gives how many. */
  prune(before: number): number;
}

type CallRow = Omit<StoredModelCall, 'accepted'> & { accepted: number | null };

const CALL_COLUMNS = `id, turn_id as turnId, flow_id as flowId, agent, model, prompt_version as promptVersion, variant_id as variantId, operation, quality, cached, started_at as startedAt, outcome, input_tokens as inputTokens,
  output_tokens as outputTokens, cost_usd as costUsd, ms, first_token_ms as firstTokenMs, error_code as errorCode, accepted`;
const CALL_TESTS = [['turnId', 'turn_id = ?'], ['from', 'started_at >= ?'], ['to', 'started_at < ?'], ['agent', 'agent = ?'], ['model', 'model = ?'], ['outcome', 'outcome = ?']] as const;
const EGRESS_COLUMNS = `cast(id as text) as id, host, port, purpose, method, request_bytes as requestBytes, response_bytes as responseBytes, status,
  started_at as startedAt, ms, outcome, reason`;

/** The LedgerStore on a store file. */
export function createLedgerStore(database: Database, ids: IdSource): LedgerStore {
  return {
    calls: {
      open(record) {
        const id = ids.newId('call');
        database.writeSoft(() => {
          database
            .statement(
              `insert into model_call (id, turn_id, flow_id, agent, model, prompt_version, variant_id, operation, quality, cached, started_at, outcome, ms) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
            )
            .run(
              id, record.turnId ?? null, record.flowId ?? null, record.agent, record.model, record.promptVersion, record.variantId ?? null, record.operation, record.quality ?? null,
              record.cached ?? null, record.startedAt, record.outcome, record.ms,
            );
        });
        return id;
      },
      close(id, record) {
        database.writeSoft(() => {
          database
            .statement('update model_call set outcome = ?, input_tokens = ?, output_tokens = ?, cost_usd = ?, ms = ?, first_token_ms = ?, error_code = ? where id = ?')
            .run(record.outcome, record.inputTokens ?? null, record.outputTokens ?? null, record.costUsd ?? null, record.ms, record.firstTokenMs ?? null, record.errorCode ?? null, id);
        });
      },
    },
    markAccepted: (turnId, accepted) => database.write(() => void database.statement('update model_call set accepted = ? where turn_id = ?').run(accepted ? 1 : 0, turnId)),
    listCalls: ({ limit = 200, ...filter } = {}) =>
      database.read(() => {
        const tests = CALL_TESTS.filter(([key]) => filter[key] !== undefined);
        const where = tests.length ? `where ${tests.map(([, test]) => test).join(' and ')}` : '';
        const rows = database
          .statement(`select ${CALL_COLUMNS} from model_call ${where} order by started_at desc, id desc limit ?`)
          .all(...tests.map(([key]) => filter[key]), limit) as CallRow[];
        return rows.map(({ accepted, ...row }) => ({ ...withoutNull(row), ...(accepted === null ? {} : { accepted: accepted === 1 }) }));
      }),
    usage: (spans) => queryUsage(database, spans),
    spentSince: (since) => querySpent(database, since),
    typicalOutput: (agent, model) => queryTypicalOutput(database, agent, model),
    addEgressRecords(records) {
      if (records.length === 0) return;
      database.write(() => {
        const insert = database.statement(
          `insert into egress_record (host, port, purpose, method, request_bytes, response_bytes, status, started_at, ms, outcome, reason) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        );
        for (const record of records) {
          const { host, port, purpose, method, requestBytes, responseBytes, status, startedAt, ms, outcome, reason } = record;
          insert.run(host, port, purpose, method, requestBytes, responseBytes, status ?? null, startedAt, ms, outcome, reason ?? null);
        }
      });
    },
    listEgressRecords: (limit = 100) =>
      database.read(() => (database.statement(`select ${EGRESS_COLUMNS} from egress_record order by egress_record.id desc limit ?`).all(limit) as StoredEgressRecord[]).map(withoutNull)),
    egressTotals: () =>
      database.read(
        () =>
          database
            .statement(
              `select host, count(*) as requests, sum(outcome = 'refused') as refused, sum(outcome = 'failed') as failed, sum(request_bytes * (outcome <> 'refused')) as requestBytes, sum(response_bytes) as responseBytes, max(started_at) as lastAt
               from egress_record group by host order by requests desc, host limit 500`,
            )
            .all() as EgressTotal[],
      ),
    prune: (before) =>
      database.write(() => ['model_call', 'egress_record'].reduce((sum, table) => sum + database.statement(`delete from ${table} where started_at < ?`).run(before).changes, 0)),
  };
}

function withoutNull<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
