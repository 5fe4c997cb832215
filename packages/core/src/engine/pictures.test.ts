/** Pictures that flows name, on one device. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, expect, test } from 'vitest';
import type { ApiClient } from '../api/index.ts';
import { silentLogger, systemClock } from '../base/index.ts';
import { openDataFolder } from '../db/index.ts';
import type { Op } from '../flow/index.ts';
import { createEngine } from './index.ts';
import { namedAmong } from './namedAssets.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-pictures-'));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const drawing = (text: string) => Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><text>${text}</text></svg>`);
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('are kept by their hash, shown where a flow names them, and told from those that no flow names', async () => {
  const secrets = new Map<string, string>();
  const engine = await createEngine({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: { strength: 'session', get: async (name) => secrets.get(name), set: async (name, value) => void (value === null ? secrets.delete(name) : secrets.set(name, value)) } });
  const api = createRouterClient(engine.router) as unknown as ApiClient;
  const flow = await api.flows.create({ name: 'Pictured' });
  const bin = await api.flows.create({ name: 'In the bin' });
  const show = async (flowId: string, assetId: string) => {
    for await (const event of await api.flow.open({ flowId })) {
      if (event.type !== 'ready') continue;
      const op: Op = { op: 'add', kind: 'node', id: 'node_1', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'One' }, variants: { variant_1: { order: 'a0', type: 'empty', name: 'Empty', assetId } } } };
      return api.flow.commit({ flowId, transaction: { id: `tx_${flowId}`, logId: event.logId, author: { kind: 'user', id: 'local', name: '' }, at: 1, schema: 1, ops: [op] } });
    }
    throw new Error('the stream ended');
  };
  const [one, two, loose] = [drawing('one'), drawing('two'), drawing('loose')];
  expect(await api.assets.add({ base64: one.toString('base64') })).toEqual({ assetId: hashOf(one), mediaType: 'image/svg+xml', width: 40, height: 30 });
  await api.assets.add({ base64: two.toString('base64') });
  await api.assets.add({ base64: loose.toString('base64') });
  await show(flow.id, hashOf(one));
  await show(bin.id, hashOf(two));
  expect(await api.assets.get({ flowId: flow.id, assetId: hashOf(one) })).toEqual({ mediaType: 'image/svg+xml', base64: one.toString('base64') });
  await expect(api.assets.get({ flowId: flow.id, assetId: hashOf(two) })).rejects.toMatchObject({ code: 'ASSET_NOT_NAMED' });
  await expect(api.assets.add({ base64: Buffer.from('no picture').toString('base64') })).rejects.toMatchObject({ code: 'IMAGE_TYPE_UNSUPPORTED' });
  await api.flows.delete({ flowId: bin.id });
  await engine.close();
  const folder = await openDataFolder(dataDir, { logger: silentLogger, clock: systemClock });
  expect([...namedAmong(folder, new Set([hashOf(one), hashOf(two), hashOf(loose)]))].sort()).toEqual([hashOf(one), hashOf(two)].sort());
  await folder.close();
});
