import { z } from 'zod';
import { analysisSchema } from '../agents/analysis.ts';
import type { IdSource } from '../base/id.ts';
import { idSchema } from '../flow/fieldKind.ts';
import type { Database } from './database.ts';

/** What was learned from one corrected turn. */
export const learningEpisodeSchema = z.object({
  id: idSchema,
  turnId: idSchema,
  /** ms UTC. */
  createdAt: z.number().int(),
  /** Who found it: the rules, or `provider:model`. */
  foundBy: z.string(),
  analysis: analysisSchema,
});
export type LearningEpisode = z.infer<typeof learningEpisodeSchema>;

/** Episodes of a data folder. */
export interface EpisodeStore {
  /** Keeps an episode; a turn has one, a later one replaces it. */
  save(episode: Omit<LearningEpisode, 'id'>): LearningEpisode;
  ofTurn(turnId: string): LearningEpisode | undefined;
  /** Newest first, of one agent where given. */
  list(options?: { agent?: string; limit?: number }): LearningEpisode[];
  /** Forgets every episode; gives how many there were. */
  clear(): number;
}

/** Episodes that are kept; the oldest go first. */
const MOST = 500;

/** The EpisodeStore on a store file. */
export function createEpisodeStore(database: Database, ids: IdSource): EpisodeStore {
  const read = (sql: string, ...values: unknown[]): LearningEpisode[] =>
    database.read(() => (database.statement(sql).all(...values) as { id: string; turnId: string; createdAt: number; body: string }[]).flatMap(({ body, ...row }) => {
      // A row of another version of the app is passed over: an episode less is better than none at all.
      const parsed = learningEpisodeSchema.safeParse({ ...row, ...(JSON.parse(body) as object) });
      return parsed.success ? [parsed.data] : [];
    }));
  const columns = 'select id, turn_id as turnId, created_at as createdAt, body from learning_episode';
  return {
    save({ turnId, createdAt, foundBy, analysis }) {
      const id = ids.newId('episode');
      database.write(() => {
        database
          .statement('insert into learning_episode (id, turn_id, agent, body, created_at) values (?, ?, ?, ?, ?) on conflict (turn_id) do update set agent = excluded.agent, body = excluded.body, created_at = excluded.created_at')
          .run(id, turnId, analysis.sourceAgent, JSON.stringify({ foundBy, analysis }), createdAt);
        database.statement('delete from learning_episode where rowid <= (select max(rowid) from learning_episode) - ?').run(MOST);
      });
      return read(`${columns} where turn_id = ?`, turnId)[0]!;
    },
    ofTurn: (turnId) => read(`${columns} where turn_id = ?`, turnId)[0],
    list: ({ agent, limit = 100 } = {}) => (agent === undefined ? read(`${columns} order by rowid desc limit ?`, limit) : read(`${columns} where agent = ? order by rowid desc limit ?`, agent, limit)),
    clear: () => database.write(() => database.statement('delete from learning_episode').run().changes),
  };
}
