import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import { createApiClient } from './client.ts';

const refused = () => new ORPCError('FLOW_NOT_FOUND', { status: 400, message: 'Gone.', data: { flowId: 'flow_1' } });
const clientOf = (answer: () => unknown) => createApiClient({ call: async () => answer() });

test('what a call refuses arrives with its code', async () => {
  const api = clientOf(() => {
    throw refused();
  });
  await expect(api.flows.list({})).rejects.toMatchObject({ name: 'AppError', code: 'FLOW_NOT_FOUND', params: { flowId: 'flow_1' } });
});

test('so does what a stream refuses, at its beginning and in its middle', async () => {
  for (const events of [[], [{ type: 'changed' }]]) {
    const heard: unknown[] = [];
    const api = clientOf(async function* () {
      yield* events;
      throw refused();
    });
    const reading = (async () => {
      for await (const event of await api.flows.watch(undefined)) heard.push(event);
    })();
    await expect(reading).rejects.toMatchObject({ name: 'AppError', code: 'FLOW_NOT_FOUND', params: { flowId: 'flow_1' } });
    expect(heard).toEqual(events);
  }
});

test('a stream that is left is ended at its other end', async () => {
  let isEnded = false;
  const api = clientOf(async function* () {
    try {
      for (;;) yield { type: 'changed' };
    } finally {
      isEnded = true;
    }
  });
  for await (const _ of await api.flows.watch(undefined)) break;
  expect(isEnded).toBe(true);
});
