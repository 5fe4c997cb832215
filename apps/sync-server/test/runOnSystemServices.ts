/**
 * `npm run test:services`: what the server keeps in Postgres and says by Redis, tried once more on those of the system (Debian's packages)
 * instead of its own Postgres and LISTEN. Says what is left out where they are not installed. More words choose the test files.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { missingServices, startRedis, startSystemPostgres, type Service } from './systemServices.ts';

const ROOT = join(import.meta.dirname, '../../..');
/** Where SQL, locks, COPY and hints are what is tried; pages, mail texts and the built-in Postgres itself are not. */
const FILES = ['src/sync/', 'src/keys/', 'src/jobs/', 'src/backup/', 'src/access/sharedAllowances', 'src/accounts/accounts.test', 'src/accounts/races', 'src/workspaces/', 'test/apps.test', 'test/fuzz/fuzz.test'];

const missing = missingServices('postgres');
if (missing) {
  process.stdout.write(`Left out: the server's tests on the system's Postgres, because ${missing}. They ran on the built-in one.\n`);
  process.exit(0);
}
const withoutRedis = missingServices('redis');
if (withoutRedis) process.stdout.write(`Left out: Redis in the server's tests, because ${withoutRedis}. Their instances use LISTEN and NOTIFY.\n`);
const services: Service[] = [];
let status = 1;
try {
  const postgres = await startSystemPostgres();
  services.push(postgres);
  const redis = withoutRedis ? undefined : await startRedis();
  if (redis) services.push(redis);
  const words = process.argv.slice(2);
  const vitest = spawnSync(process.execPath, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...(words.length > 0 ? words : FILES.map((file) => `apps/sync-server/${file}`))], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, DATABASE_URL: postgres.url, ...(redis ? { REDIS_URL: redis.url } : {}) },
  });
  status = vitest.status ?? 1;
} finally {
  for (const service of services) await service.close();
}
process.exit(status);
