import { describe, expect, it } from 'vitest';
import { shareMany, type ShareProgress } from './shareMany.ts';

async function run(share: (flowId: string, stop: AbortController) => Promise<unknown>): Promise<Map<string, ShareProgress>> {
  const standing = new Map<string, ShareProgress>();
  const stop = new AbortController();
  await shareMany(['a', 'b', 'c'], (flowId) => share(flowId, stop), (flowId, progress) => void standing.set(flowId, progress), stop.signal);
  return standing;
}
const statesOf = (standing: Map<string, ShareProgress>) => [...standing].map(([flowId, { state }]) => `${flowId} ${state}`);

describe('sharing several flows', () => {
  it('shares the others when one is refused, and keeps its reason', async () => {
    const standing = await run(async (flowId) => {
      if (flowId === 'b') throw new Error('full');
    });
    expect(statesOf(standing)).toEqual(['a shared', 'b failed', 'c shared']);
    expect(standing.get('b')).toMatchObject({ error: new Error('full') });
  });

  it('stops after the one that is on its way', async () => {
    expect(statesOf(await run(async (flowId, stop) => flowId === 'a' && stop.abort()))).toEqual(['a shared', 'b waiting', 'c waiting']);
  });

  it('shares one at a time', async () => {
    let at = 0;
    let most = 0;
    await run(async () => {
      most = Math.max(most, ++at);
      await new Promise((resolve) => setImmediate(resolve));
      at--;
    });
    expect(most).toBe(1);
  });
});
