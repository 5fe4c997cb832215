/** A server with a mailbox on a database of its own. */
import { createLogger, type LogLine } from '@uxflow/core/base';
import type { RunningServer } from '../src/server.ts';
import { accountVariables } from './testAccounts.ts';
import { startTestPostgres } from './testDatabase.ts';
import { startTestMailbox, type TestMailbox } from './testMailbox.ts';
import { startTestServer } from './testServer.ts';

export interface AccountServer {
  server: RunningServer;
  mailbox: TestMailbox;
  databaseUrl: string;
  /** Every line that the server wrote, at every level. */
  lines: LogLine[];
  close(): Promise<void>;
}

/** Starts both; more variables may be given. */
export async function startAccountServer(more: Record<string, string> = {}): Promise<AccountServer> {
  const postgres = await startTestPostgres();
  const database = await postgres.clone();
  const mailbox = await startTestMailbox();
  const lines: LogLine[] = [];
  const server = await startTestServer(database.url, { ...accountVariables(mailbox), ...more }, createLogger((line) => void lines.push(line), Date.now, 'server', 'debug'));
  return {
    server,
    mailbox,
    databaseUrl: database.url,
    lines,
    async close() {
      await server.close();
      await mailbox.close();
      await postgres.close();
    },
  };
}
