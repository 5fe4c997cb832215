/** A sync server in a process of its own, with a database and a mailbox, for tests of the app. */
import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { accountVariables, registerPerson, type Person } from '../../sync-server/test/testAccounts.ts';
import { startTestPostgres } from '../../sync-server/test/testDatabase.ts';
import { startTestMailbox, type TestMailbox } from '../../sync-server/test/testMailbox.ts';

export interface SyncServerProcess {
  url: string;
  mailbox: TestMailbox;
  /** Registers somebody and confirms the address by the caught mail. */
  register(email: string, name: string): Promise<Person>;
  /** Ends the process as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again on the same port and database. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the server, with these variables beside those of the tests; it runs from its source. */
export async function startSyncServer(variables: Record<string, string> = {}): Promise<SyncServerProcess> {
  const postgres = await startTestPostgres();
  const database = await postgres.clone();
  const mailbox = await startTestMailbox();
  let child: ChildProcess;
  let port = 0;
  const start = async () => {
    child = fork(join(import.meta.dirname, '../../sync-server/src/main.ts'), [], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, ...accountVariables(mailbox), HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: database.url, DATABASE_POOL: '4', LOG_LEVEL: 'warn', ...variables },
    });
    port = await new Promise<number>((resolve, reject) => {
      child.once('message', (message) => resolve((message as { port: number }).port));
      child.once('exit', (code) => reject(new Error(`the sync server ended with ${code}`)));
    });
  };
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await ended;
  };
  await start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    mailbox,
    register: (email, name) => registerPerson({ url }, mailbox, { email, name }),
    kill,
    start,
    async close() {
      await kill();
      await mailbox.close();
      await postgres.close();
    },
  };
}
