import type { IdSource } from '../base/id.ts';
import type { Database } from './database.ts';

/** A stored wording of an agent's instructions. `trying`: it is tried against the one in use, at most one of an agent. */
export interface StoredVariant {
  id: string;
  agent: string;
  /** Counts up for an agent. */
  number: number;
  origin: 'builtIn' | 'person' | 'optimizer';
  status: 'trying' | 'paused' | 'retired';
  text: string;
  reason: string;
  createdAt: number;
}

export type TrialOutcome = 'open' | 'accepted' | 'acceptedEdited' | 'rejected' | 'corrected' | 'failed' | 'unknown';

/** One use of a wording in one turn, and what became of it. */
export interface StoredTrial {
  id: string;
  agent: string;
  variantId: string;
  turnId: string;
  /** 'provider:model|route|language'. */
  context: string;
  outcome: TrialOutcome;
  isValid?: boolean;
  ms?: number;
  costUsd?: number;
  /** What the person's decision is worth, 0 to 1; absent while the outcome is open or unknown. */
  score?: number;
  startedAt: number;
  endedAt?: number;
}

/** What is known at the end of a use. */
export type TrialEnd = Pick<StoredTrial, 'outcome'> & { isValid?: boolean | undefined; ms?: number | undefined; costUsd?: number | undefined; score?: number | undefined; endedAt: number };

/** A change of the wording in use: proposed with its evidence or made by hand, applied and rolled back by the person. */
export interface StoredChange {
  id: string;
  agent: string;
  fromVariantId: string;
  toVariantId: string;
  status: 'proposed' | 'applied' | 'declined' | 'rolledBack';
  /** JSON. */
  evidence: string;
  createdAt: number;
  decidedAt?: number;
}

/** Wordings, what became of their uses, and which one was put in the place of which. */
export interface PromptStore {
  /** Stores a wording with the agent's next number. */
  addVariant(variant: Omit<StoredVariant, 'id' | 'number'>): StoredVariant;
  /** By number; of one agent where it is named. */
  listVariants(agent?: string): StoredVariant[];
  findVariant(id: string): StoredVariant | undefined;
  /** A wording that begins to be tried ends the trial of the agent's other one. */
  setStatus(id: string, status: StoredVariant['status']): void;
  /** Deletes a wording with its uses and with the changes that name it. */
  removeVariant(id: string): void;
  /** Opens the use of a wording in a turn, or gives the one that is there: a turn that is resumed keeps its wording. */
  openTrial(trial: Pick<StoredTrial, 'agent' | 'variantId' | 'turnId' | 'context' | 'startedAt'>): StoredTrial;
  findTrial(turnId: string, agent: string): StoredTrial | undefined;
  trialsOfTurn(turnId: string): StoredTrial[];
  endTrial(id: string, end: TrialEnd): void;
  /** Marks open uses that began before `before` (ms UTC) as unknown; gives how many. */
  expireTrials(before: number, now: number): number;
  /** Newest first: uses of a wording that counted (they have a score) within a range of their beginning. */
  countedTrials(variantId: string, range?: { since?: number; before?: number; limit?: number }): StoredTrial[];
  /** Uses of an agent by the outcome. */
  outcomesOf(variantId: string): Record<TrialOutcome, number>;
  addChange(change: Omit<StoredChange, 'id'>): StoredChange;
  findChange(id: string): StoredChange | undefined;
  setChangeStatus(id: string, status: StoredChange['status'], decidedAt: number): void;
  /** Newest first. */
  listChanges(agent?: string): StoredChange[];
  /** Forgets every use, everywhere; wordings and changes stay. */
  forgetTrials(): void;
}

const VARIANT_COLUMNS = 'id, agent, number, origin, status, text, reason, created_at as createdAt';
const TRIAL_COLUMNS = 'id, agent, variant_id as variantId, turn_id as turnId, context, outcome, is_valid as isValid, ms, cost_usd as costUsd, reward as score, started_at as startedAt, ended_at as endedAt';
const CHANGE_COLUMNS = 'id, agent, from_variant_id as fromVariantId, to_variant_id as toVariantId, status, evidence, created_at as createdAt, decided_at as decidedAt';
const ALL_OUTCOMES: readonly TrialOutcome[] = ['open', 'accepted', 'acceptedEdited', 'rejected', 'corrected', 'failed', 'unknown'];

/** The PromptStore on a store file. */
export function createPromptStore(database: Database, ids: IdSource): PromptStore {
  const one = <T extends object>(sql: string, ...values: unknown[]): T | undefined => {
    const row = database.read(() => database.statement(sql).get(...values)) as T | undefined;
    return row && withoutNull(row);
  };
  const many = <T extends object>(sql: string, ...values: unknown[]): T[] => database.read(() => (database.statement(sql).all(...values) as T[]).map(withoutNull));
  const trials = (sql: string, ...values: unknown[]): StoredTrial[] => many<TrialRow>(sql, ...values).map(toTrial);
  const findTrial = (turnId: string, agent: string): StoredTrial | undefined => trials(`select ${TRIAL_COLUMNS} from prompt_trial where turn_id = ? and agent = ?`, turnId, agent)[0];
  const findVariant = (id: string) => one<StoredVariant>(`select ${VARIANT_COLUMNS} from prompt_variant where id = ?`, id);

  return {
    addVariant: (variant) =>
      database.write(() => {
        const id = ids.newId('wording');
        const number = (database.statement('select coalesce(max(number), 0) + 1 from prompt_variant where agent = ?').pluck().get(variant.agent) as number) ?? 1;
        database
          .statement('insert into prompt_variant (id, agent, number, origin, status, text, reason, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)')
          .run(id, variant.agent, number, variant.origin, variant.status, variant.text, variant.reason, variant.createdAt);
        return { id, number, ...variant };
      }),
    listVariants: (agent) =>
      agent === undefined ? many<StoredVariant>(`select ${VARIANT_COLUMNS} from prompt_variant order by agent, number`) : many<StoredVariant>(`select ${VARIANT_COLUMNS} from prompt_variant where agent = ? order by number`, agent),
    findVariant,
    setStatus: (id, status) =>
      database.write(() => {
        if (status === 'trying') database.statement(`update prompt_variant set status = 'paused' where status = 'trying' and agent = (select agent from prompt_variant where id = ?)`).run(id);
        database.statement('update prompt_variant set status = ? where id = ?').run(status, id);
      }),
    removeVariant: (id) =>
      database.write(() => {
        database.statement('delete from prompt_change where from_variant_id = ? or to_variant_id = ?').run(id, id);
        // The uses go with it, whether or not this connection enforces the foreign key.
        database.statement('delete from prompt_trial where variant_id = ?').run(id);
        database.statement('delete from prompt_variant where id = ?').run(id);
      }),
    openTrial: (trial) =>
      database.writeSoft(() => {
        const known = findTrial(trial.turnId, trial.agent);
        if (known) return known;
        const id = ids.newId('trial');
        database
          .statement(`insert into prompt_trial (id, agent, variant_id, turn_id, context, outcome, started_at) values (?, ?, ?, ?, ?, 'open', ?)`)
          .run(id, trial.agent, trial.variantId, trial.turnId, trial.context, trial.startedAt);
        return { id, outcome: 'open' as const, ...trial };
      }),
    findTrial,
    trialsOfTurn: (turnId) => trials(`select ${TRIAL_COLUMNS} from prompt_trial where turn_id = ? order by started_at, rowid`, turnId),
    endTrial: (id, end) =>
      database.write(() => {
        database
          .statement('update prompt_trial set outcome = ?, is_valid = ?, ms = ?, cost_usd = ?, reward = ?, ended_at = ? where id = ?')
          .run(end.outcome, end.isValid === undefined ? null : end.isValid ? 1 : 0, end.ms ?? null, end.costUsd ?? null, end.score ?? null, end.endedAt, id);
      }),
    expireTrials: (before, now) => database.write(() => database.statement(`update prompt_trial set outcome = 'unknown', ended_at = ? where outcome = 'open' and started_at < ?`).run(now, before).changes),
    countedTrials: (variantId, { since = 0, before = Number.MAX_SAFE_INTEGER, limit = 10_000 } = {}) =>
      trials(`select ${TRIAL_COLUMNS} from prompt_trial where variant_id = ? and reward is not null and started_at >= ? and started_at < ? order by started_at desc, rowid desc limit ?`, variantId, since, before, limit),
    outcomesOf: (variantId) => {
      const rows = many<{ outcome: TrialOutcome; n: number }>('select outcome, count(*) as n from prompt_trial where variant_id = ? group by outcome', variantId);
      return Object.fromEntries(ALL_OUTCOMES.map((outcome) => [outcome, rows.find((row) => row.outcome === outcome)?.n ?? 0])) as Record<TrialOutcome, number>;
    },
    addChange: (change) =>
      database.write(() => {
        const id = ids.newId('change');
        database
          .statement('insert into prompt_change (id, agent, from_variant_id, to_variant_id, status, evidence, created_at, decided_at) values (?, ?, ?, ?, ?, ?, ?, ?)')
          .run(id, change.agent, change.fromVariantId, change.toVariantId, change.status, change.evidence, change.createdAt, change.decidedAt ?? null);
        return { id, ...change };
      }),
    findChange: (id) => one<StoredChange>(`select ${CHANGE_COLUMNS} from prompt_change where id = ?`, id),
    setChangeStatus: (id, status, decidedAt) => database.write(() => void database.statement('update prompt_change set status = ?, decided_at = ? where id = ?').run(status, decidedAt, id)),
    listChanges: (agent) =>
      agent === undefined
        ? many<StoredChange>(`select ${CHANGE_COLUMNS} from prompt_change order by created_at desc, rowid desc`)
        : many<StoredChange>(`select ${CHANGE_COLUMNS} from prompt_change where agent = ? order by created_at desc, rowid desc`, agent),
    forgetTrials: () => database.write(() => void database.statement('delete from prompt_trial').run()),
  };
}

type TrialRow = Omit<StoredTrial, 'isValid'> & { isValid?: number };

function toTrial({ isValid, ...row }: TrialRow): StoredTrial {
  return { ...row, ...(isValid === undefined ? {} : { isValid: isValid === 1 }) };
}

function withoutNull<T extends object>(row: T): T {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as T;
}
