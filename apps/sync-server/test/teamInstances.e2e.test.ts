/** The story of a team where a company runs the server: Debian's Postgres, two instances behind a balancer, hints by Redis or by LISTEN/NOTIFY. */
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath } from '../../desktop/test/browser.ts';
import { eventually } from '../../desktop/test/flowPage.ts';
import { missingServices, startRedis, startSystemPostgres, type Service } from './systemServices.ts';
import { startBalancer, type Balancer } from './testBalancer.ts';
import { startServerCommand, type RunningCommand } from './testCommand.ts';
import { startTestMailbox, type TestMailbox } from './testMailbox.ts';
import { lineOf } from './teamStory.ts';
import { complaintsOf, tellTeamStory } from './teamTests.ts';

for (const hints of ['redis', 'listen'] as const) {
  const name = `two instances on the system’s Postgres, hints by ${hints === 'redis' ? 'Redis' : 'LISTEN and NOTIFY'}`;
  const missing = missingServices('postgres', ...(hints === 'redis' ? (['redis'] as const) : []));
  if (missing) {
    test.skip(`${name}: left out, because ${missing}`);
    continue;
  }
  describe.skipIf(!chromiumPath)(name, () => {
    let postgres: Service;
    let redis: Service | undefined;
    let mailbox: TestMailbox;
    let balancer: Balancer;
    let browser: Browser;
    const instances: RunningCommand[] = [];
    const portOf = (instance: RunningCommand) => Number(new URL(instance.found[1]!).port);
    const start = (port = 0) =>
      startServerCommand({
        PORT: String(port),
        DATABASE_URL: postgres.url,
        // So long between looks that only hints can be the reason for what is seen at once.
        SYNC_POLL_MS: '60000',
        ...(redis ? { REDIS_URL: redis.url } : { REDIS_URL: '' }),
        AUTH_SECRET: 'a secret of the tests, which is long enough',
        PUBLIC_URL: balancer.url,
        TRUST_PROXY_HOPS: '1',
        SMTP_URL: mailbox.url,
      });
    beforeAll(async () => {
      postgres = await startSystemPostgres();
      redis = hints === 'redis' ? await startRedis() : undefined;
      mailbox = await startTestMailbox();
      balancer = await startBalancer();
      // Both at once: one brings the tables, the other waits for it.
      instances.push(...(await Promise.all([start(), start()])));
      balancer.targets = instances.map(portOf);
      browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-gpu'] });
    }, 180_000);
    afterAll(async () => {
      await browser?.close();
      for (const instance of instances) await instance.stop();
      await balancer?.close();
      await mailbox?.close();
      await redis?.close();
      await postgres?.close();
    }, 60_000);

    tellTeamStory(() => ({ browser, mailbox, url: balancer.url, text: () => instances.map((one) => one.text()).join('') }), {
      together: async () => {
        await eventually(() => Object.values(balancer.sockets())).toEqual([1, 1]);
        // People were led from one instance to the other all the time.
        for (const port of balancer.targets) expect(balancer.answered[port]).toBeGreaterThan(5);
      },
      whileApart: async ({ ann }) => {
        // The instance that the app of the one who is still connected hangs on falls, and she goes on at the other.
        const fallen = instances.findIndex((one) => balancer.sockets()[portOf(one)] === 1);
        const port = portOf(instances[fallen]!);
        await instances[fallen]!.kill();
        await eventually(() => balancer.sockets()[portOf(instances[1 - fallen]!)]).toBe(1);
        await eventually(() => lineOf(ann)).toMatch(/^Synced/);
        // Whoever comes next finds it there again.
        instances[fallen] = await start(port);
      },
      afterwards: async () => {
        await eventually(() => Object.values(balancer.sockets())).toEqual([1, 1]);
        for (const instance of instances) expect(complaintsOf(instance.text(), /"level":"error"/)).toEqual([]);
      },
    });
  });
}
