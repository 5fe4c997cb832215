/** The bus on Redis, for installations with many instances. */
import { Redis } from 'ioredis';
import { AppError, type Logger } from '@uxflow/core/base';
import { createListeners, type Bus } from './bus.ts';

/** The bus on a Redis server, for the instances of one `installation`; throws REDIS_UNREACHABLE when it cannot be reached now, reconnects by itself later. */
export async function createRedisBus(url: string, installation: string, logger: Logger): Promise<Bus> {
  // Another installation may use the same Redis, and its databases do not part what is published.
  const name = `uxflow_sync:${installation}`;
  const listeners = createListeners();
  const make = () => new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: (times) => Math.min(2000, times * 100) });
  const [sender, receiver] = [make(), make()];
  let last = 'no answer';
  for (const client of [sender, receiver]) {
    client.on('error', (error) => {
      last = error.message;
      if (isOpen) logger.warn('Redis is not reachable', { error: String(error) });
    });
  }
  let isOpen = false;
  receiver.on('message', (_channel, payload) => listeners.tell(payload));
  receiver.on('ready', () => {
    if (isOpen) listeners.tellGap();
  });
  try {
    await Promise.all([sender.connect(), receiver.connect()]);
    await receiver.subscribe(name);
  } catch (error) {
    sender.disconnect();
    receiver.disconnect();
    throw new AppError('REDIS_UNREACHABLE', `Redis at ${new URL(url).host} cannot be used (${last}). Nothing was started; check the variable REDIS_URL, or leave it out: one instance needs no Redis, and several find each other by the database.`, { host: new URL(url).host }, { cause: error });
  }
  isOpen = true;
  return {
    ...listeners.api,
    async publish(channel, text) {
      await sender.publish(name, `${channel} ${text}`).catch((error: unknown) => logger.warn('a hint was lost', { error: String(error) }));
    },
    async close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
