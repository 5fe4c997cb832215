/** The bus on Redis, for installations with many instances. */
import { Redis } from 'ioredis';
import type { Logger } from '@uxflow/core/base';
import { createListeners, type Bus } from './bus.ts';

const CHANNEL = 'uxflow_sync';

/** The bus on a Redis server; throws when it cannot be reached now, reconnects by itself later. */
export async function createRedisBus(url: string, logger: Logger): Promise<Bus> {
  const listeners = createListeners();
  const make = () => new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: (times) => Math.min(2000, times * 100) });
  const [sender, receiver] = [make(), make()];
  for (const client of [sender, receiver]) client.on('error', (error) => logger.warn('Redis is not reachable', { error: String(error) }));
  let isOpen = false;
  receiver.on('message', (_channel, payload) => listeners.tell(payload));
  receiver.on('ready', () => {
    if (isOpen) listeners.tellGap();
  });
  await Promise.all([sender.connect(), receiver.connect()]);
  await receiver.subscribe(CHANNEL);
  isOpen = true;
  return {
    ...listeners.api,
    async publish(channel, text) {
      await sender.publish(CHANNEL, `${channel} ${text}`).catch((error: unknown) => logger.warn('a hint was lost', { error: String(error) }));
    },
    async close() {
      sender.disconnect();
      receiver.disconnect();
    },
  };
}
