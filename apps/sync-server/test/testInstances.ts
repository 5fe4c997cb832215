/** Two instances of the server on one database of their own: what is taken away at one must be taken away at the other. */
import type { RunningServer } from '../src/server.ts';
import { startTestPostgres } from './testDatabase.ts';
import { startTestServer } from './testServer.ts';

export interface TestInstances {
  server: RunningServer;
  other: RunningServer;
  close(): Promise<void>;
}

/** Starts them, with no bound on how often somebody asks and no look at the database that could stand in for a message between them. */
export async function startTestInstances(variables: Readonly<Record<string, string>> = {}): Promise<TestInstances> {
  const postgres = await startTestPostgres();
  const database = await postgres.clone();
  const start = () => startTestServer(database.url, { RATE_FACTOR: '1000', SYNC_POLL_MS: '60000', ...variables });
  const [server, other] = [await start(), await start()];
  return {
    server,
    other,
    async close() {
      await server.close();
      await other.close();
      await database.drop();
      await postgres.close();
    },
  };
}
