/** A server that has loaded its program and waits for the word to start: after a kill the next one is there in no time. */
import { createLogger, errorInfo, systemClock } from '@uxflow/core/base';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';

process.once('message', () => {
  const config = readConfig(process.env);
  const logger = createLogger((line) => process.stdout.write(`${JSON.stringify(line)}\n`), () => systemClock.now(), 'server', config.LOG_LEVEL);
  startServer(config, logger).then(
    (server) => {
      process.send?.({ port: server.port });
      process.once('SIGTERM', () => void server.close().then(() => process.exit(0)));
    },
    (error: unknown) => {
      process.stderr.write(`${JSON.stringify(errorInfo(error))}\n`);
      process.exit(1);
    },
  );
});
// Nobody's child outlives them.
process.once('disconnect', () => process.exit(1));
