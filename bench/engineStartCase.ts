/** Child of `engine.ts`: opens the engine on the folder in argv and prints how long that took, ms. */
import { createEngine } from '@uxflow/core/engine';
import { silentLogger } from '@uxflow/core';

const [dataDir] = process.argv.slice(2);
const secrets = { strength: 'session' as const, get: async () => undefined, set: async () => {} };
const started = performance.now();
const engine = await createEngine({ dataDir: dataDir ?? '', host: 'test', version: '0', logger: silentLogger, secrets });
const opened = performance.now() - started;
process.stdout.write(`${JSON.stringify({ opened, sinceProcessStart: performance.now() })}\n`);
await engine.close();
