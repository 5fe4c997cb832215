/** `npm run server`: one instance, until it is told to end; with words behind it, a command (backup, restore). */
import { createLogger, errorInfo, systemClock } from '@uxflow/core/base';
import { runCommand } from './backup/command.ts';
import { readConfig } from './config.ts';
import { startServer } from './server.ts';

const AGAIN_AFTER_MS = 1000;
/** Looked at before anything else: whoever hears that the server listens may end npm in that moment. */
const startedBy = process.ppid;
const logger = (level: 'debug' | 'info' | 'warn' | 'error') => createLogger((line) => process.stdout.write(`${JSON.stringify(line)}\n`), () => systemClock.now(), 'server', level);

try {
  const config = readConfig(process.env);
  const words = process.argv.slice(2);
  if (words.length > 0) {
    process.stdout.write(`${await runCommand(words, config)}\n`);
    process.exit(0);
  }
  const log = logger(config.LOG_LEVEL);
  const server = await startServer(config, log);
  log.info(`The sync server listens on ${server.url}`, { database: config.DATABASE_URL ? 'DATABASE_URL' : config.DATA_DIR });
  process.send?.({ port: server.port });
  let closing: number | undefined;
  const end = (signal: string) => {
    // Who asks again does not want to wait. At once it is the same wish: a terminal and npm both hand on a Ctrl+C.
    if (closing !== undefined && signal.startsWith('SIG') && performance.now() - closing > AGAIN_AFTER_MS) process.exit(1);
    if (closing !== undefined) return;
    closing = performance.now();
    log.info('closing', { signal });
    void server.close().then(() => process.exit(0));
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));
  // Somebody's child (tests, benchmarks) does not outlive them.
  process.on('disconnect', () => end('disconnect'));
  if (process.env.npm_lifecycle_event) followShell(() => end('the shell has ended'));
} catch (error) {
  const { code, message } = errorInfo(error);
  process.stderr.write(`${code}: ${message}\n`);
  process.exit(1);
}

/**
 * npm hands SIGTERM to the shell between it and us, which dies of it and says nothing. Whoever ends npm wants the server to end: one that
 * stays behind would keep the port.
 */
function followShell(gone: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === startedBy) return;
    clearInterval(timer);
    gone();
  }, 500);
  timer.unref();
}
