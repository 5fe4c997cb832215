import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { AnswerStore, KeptAnswer, KeptQuestion } from '../llm/answerCache.ts';
import type { Database } from './database.ts';

/** The answers of models in the index file: nothing of them is missed when the file is deleted. */
export interface StoredAnswers extends AnswerStore {
  /** Drops every answer about a flow. */
  forgetFlow(flowId: string): void;
  size(): { answers: number; bytes: number };
  clear(): void;
  /** Writes what waits. */
  flush(): void;
}

/** Most bytes that answers take, and how long one is good. */
export interface AnswerLimits {
  bytes: number;
  ageMs: number;
}

const LIMITS: AnswerLimits = { bytes: 64 * 1024 * 1024, ageMs: 30 * 24 * 3_600_000 };
/** Larger answers are not kept: a handful of them would push out everything else. */
const LARGEST = 1024 * 1024;
const REST_MS = 200;
/** Questions of one scope that are looked at. */
const MOST_QUESTIONS = 200;

/** The table of the index file; see searchIndex, which makes it. */
export const ANSWER_SHAPE = `
  create table answer (
    key text primary key, text text not null, model text not null, at integer not null, used_at integer not null, bytes integer not null,
    flow_id text, scope text, question text, embedding_model text, vector blob
  ) without rowid;
  create index answer_used on answer (used_at, bytes);
  create index answer_flow on answer (flow_id) where flow_id is not null;
  create index answer_scope on answer (scope, at) where scope is not null;
  create table answer_use (turn_id text not null, key text not null, primary key (turn_id, key)) without rowid;
  create index answer_use_key on answer_use (key);`;

/** What waits to be written about one answer. */
interface Waiting {
  answer?: KeptAnswer;
  vector?: { model: string; vector: Float32Array };
  usedAt?: number;
}

/**
 * The store on the index file that is open now (undefined where there is none: nothing is remembered then). Writing waits for a rest, so
 * that no answer is held up by it; what waits is found all the same.
 */
export function createAnswerStore(database: () => Database | undefined, { clock, logger, limits = LIMITS }: { clock: Clock; logger: Logger; limits?: AnswerLimits }): StoredAnswers {
  const waiting = new Map<string, Waiting>();
  const uses = new Map<string, Set<string>>();
  let timer: NodeJS.Timeout | undefined;

  const later = () => {
    timer ??= setTimeout(flush, REST_MS).unref();
  };
  const about = (key: string): Waiting => {
    let item = waiting.get(key);
    if (!item) waiting.set(key, (item = {}));
    later();
    return item;
  };
  /** The index is no truth: where it fails, the answer is unknown. */
  const attempt = <T>(what: string, run: (open: Database) => T): T | undefined => {
    const open = database();
    if (!open) return undefined;
    try {
      return run(open);
    } catch (error) {
      logger.warn(`Kept answers could not be ${what}.`, { error: String(error) });
      return undefined;
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (!waiting.size && !uses.size) return;
    const items = [...waiting];
    const pairs = [...uses].flatMap(([turnId, keys]) => [...keys].map((key) => [turnId, key] as const));
    waiting.clear();
    uses.clear();
    attempt('written', (open) =>
      open.write(() => {
        for (const [key, item] of items) write(open, key, item);
        const use = open.statement('insert or ignore into answer_use (turn_id, key) select ?, key from answer where key = ?');
        for (const [turnId, key] of pairs) use.run(turnId, key);
        prune(open);
      }),
    );
  };
  const write = (open: Database, key: string, { answer, vector, usedAt }: Waiting) => {
    if (answer) {
      const bytes = 2 * answer.text.length + 200 + (answer.question ? 2 * answer.question.text.length : 0);
      open
        .statement('insert or replace into answer (key, text, model, at, used_at, bytes, flow_id, scope, question) values (?, ?, ?, ?, ?, ?, ?, ?, ?)')
        .run(key, answer.text, answer.model, answer.at, usedAt ?? answer.at, bytes, answer.flowId ?? null, answer.question?.scope ?? null, answer.question?.text ?? null);
    } else if (usedAt !== undefined) open.statement('update answer set used_at = ? where key = ?').run(usedAt, key);
    if (vector) {
      const blob = Buffer.from(vector.vector.buffer, vector.vector.byteOffset, vector.vector.byteLength);
      open.statement('update answer set embedding_model = ?, vector = ?, bytes = bytes - coalesce(length(vector), 0) + ? where key = ?').run(vector.model, blob, blob.byteLength, key);
    }
  };
  const prune = (open: Database) => {
    open.statement('delete from answer where at < ?').run(clock.now() - limits.ageMs);
    let over = (open.statement('select coalesce(sum(bytes), 0) from answer').pluck().get() as number) - limits.bytes;
    if (over > 0) {
      const oldest = open.statement('select key, bytes from answer order by used_at, key').all() as { key: string; bytes: number }[];
      for (const { key, bytes } of oldest) {
        if (over <= 0) break;
        open.statement('delete from answer where key = ?').run(key);
        over -= bytes;
      }
    }
    open.statement('delete from answer_use where key not in (select key from answer)').run();
  };
  const drop = (keys: readonly string[]) => {
    for (const key of keys) waiting.delete(key);
    attempt('dropped', (open) =>
      open.write(() => {
        for (const key of keys) {
          open.statement('delete from answer where key = ?').run(key);
          open.statement('delete from answer_use where key = ?').run(key);
        }
      }),
    );
  };

  return {
    find(key) {
      const answer = waiting.get(key)?.answer ?? attempt('read', (open) => toAnswer(open.read(() => open.statement('select key, text, model, at, scope, question from answer where key = ?').get(key)) as AnswerRow | undefined));
      if (!answer || answer.at < clock.now() - limits.ageMs) return undefined;
      about(key).usedAt = clock.now();
      return answer;
    },
    keep(answer) {
      if (2 * answer.text.length > LARGEST) return;
      waiting.set(answer.key, { answer });
      later();
    },
    questionsOf(scope, embeddingModel) {
      flush();
      const rows = attempt('read', (open) =>
        open.read(() => open.statement('select key, question, embedding_model as embeddingModel, vector from answer where scope = ? and at >= ? order by at desc limit ?').all(scope, clock.now() - limits.ageMs, MOST_QUESTIONS)),
      ) as { key: string; question: string; embeddingModel: string | null; vector: Buffer | null }[] | undefined;
      return (rows ?? []).map(({ key, question, embeddingModel: of, vector }): KeptQuestion => ({ key, text: question, ...(vector && of === embeddingModel ? { vector: toVector(vector) } : {}) }));
    },
    keepVector(key, embeddingModel, vector) {
      about(key).vector = { model: embeddingModel, vector };
    },
    noteUse(key, turnId) {
      uses.set(turnId, (uses.get(turnId) ?? new Set()).add(key));
      later();
    },
    forget: (key) => drop([key]),
    forgetTurn(turnId) {
      const stored = attempt('read', (open) => open.read(() => open.statement('select key from answer_use where turn_id = ?').pluck().all(turnId))) as string[] | undefined;
      drop([...new Set([...(stored ?? []), ...(uses.get(turnId) ?? [])])]);
      uses.delete(turnId);
    },
    forgetFlow(flowId) {
      flush();
      drop((attempt('read', (open) => open.read(() => open.statement('select key from answer where flow_id = ?').pluck().all(flowId))) as string[] | undefined) ?? []);
    },
    size() {
      flush();
      return (attempt('read', (open) => open.read(() => open.statement('select count(*) as answers, coalesce(sum(bytes), 0) as bytes from answer').get())) as { answers: number; bytes: number } | undefined) ?? { answers: 0, bytes: 0 };
    },
    clear() {
      waiting.clear();
      uses.clear();
      attempt('dropped', (open) => open.write(() => void (open.statement('delete from answer').run(), open.statement('delete from answer_use').run())));
    },
    flush,
  };
}

interface AnswerRow {
  key: string;
  text: string;
  model: string;
  at: number;
  scope: string | null;
  question: string | null;
}

function toAnswer(row: AnswerRow | undefined): KeptAnswer | undefined {
  if (!row) return undefined;
  const { key, text, model, at, scope, question } = row;
  return { key, text, model, at, ...(scope !== null && question !== null ? { question: { scope, text: question } } : {}) };
}

/** A copy: the bytes of a row need not lie where four-byte numbers may. */
function toVector(blob: Buffer): Float32Array {
  return new Float32Array(new Uint8Array(blob).buffer);
}
