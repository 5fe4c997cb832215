import { describe, expect, it } from 'vitest';
import { pullOllamaModel, type PullOptions } from './ollamaPull.ts';
import { createPullMeter, type PullProgress } from './pullProgress.ts';
import { instantTiming, openEgress, sendJson, sendLines, type WireServer } from './testServers.ts';
import { failureOf, startWireStage } from './testStage.ts';
import { ollamaError, ollamaPull } from './wireFixtures.ts';

const start = startWireStage();

function pull(server: WireServer, change: Partial<PullOptions> = {}) {
  const progress: PullProgress[] = [];
  const gate = openEgress();
  const done = pullOllamaModel({ baseUrl: server.origin, model: 'llama3.2', egress: gate.egress, timing: instantTiming(), onProgress: (next) => progress.push(next), ...change });
  return { done, progress, records: gate.records };
}

const weights = { digest: `sha256:${'a'.repeat(64)}`, total: 2_000, completed: [0, 500, 2_000] };
const template = { digest: `sha256:${'b'.repeat(64)}`, total: 100, completed: [100] };

describe('pulling a model', () => {
  it('follows the parts to the end', async () => {
    const server = await start((_request, response) => sendLines(response, ollamaPull([weights, template])));
    const { done, progress, records } = pull(server, { model: ' llama3.2 ', baseUrl: `${server.origin}/v1` });
    await done;
    expect(server.requests[0]).toMatchObject({ path: '/api/pull', body: { name: 'llama3.2', stream: true } });
    expect(progress.map(({ step, completedBytes, totalBytes }) => [step, completedBytes, totalBytes])).toEqual([
      ['manifest', 0, undefined], ['download', 0, 2000], ['download', 500, 2000], ['download', 2000, 2000], ['download', 2100, 2100],
      ['verify', 2100, 2100], ['write', 2100, 2100], ['write', 2100, 2100], ['write', 2100, 2100],
    ]);
    expect(records).toEqual([expect.objectContaining({ purpose: 'modelPull', outcome: 'ok' })]);
  });

  it.each([
    ['pull model manifest: file does not exist', 'unknownModel'], ['write /root/.ollama/models/blobs/sha256-a8cc-partial: no space left on device', 'disk'],
    ['pull model manifest: Get "https://registry.ollama.ai/v2/library/x/manifests/latest": dial tcp: lookup registry.ollama.ai: no such host', 'network'],
    ['max retries exceeded: unexpected EOF', 'network'], ['digest mismatch, file must be downloaded again', 'other'],
  ])('says what “%s” means', async (error, reason) => {
    const server = await start((_request, response) => sendLines(response, [{ status: 'pulling manifest' }, ollamaError(error)]));
    const failure = await failureOf(pull(server).done);
    expect(failure).toMatchObject({ code: 'MODEL_PULL_FAILED', params: { reason, model: 'llama3.2', detail: expect.stringContaining(error.slice(0, 12)) } });
  });

  it('reports a cut, polite or abrupt, and an Ollama that is not there', async () => {
    for (const end of ['done', 'cut'] as const) {
      const server = await start((_request, response) => sendLines(response, ollamaPull([weights], false), end));
      expect(await failureOf(pull(server).done)).toMatchObject({ code: 'MODEL_PULL_FAILED', params: { reason: 'cut' } });
    }
    const gone = await start(() => {});
    await gone.close();
    expect((await failureOf(pull(gone).done)).code).toBe('MODEL_UNREACHABLE');
  });

  it.each([
    ['a broken line', ['{"status": "pull', { status: 'success' }], 'MODEL_OUTPUT_INVALID'], ['lines of another kind', [{ hello: 1 }], 'MODEL_OUTPUT_INVALID'], ['no objects', ['5', 'null'], 'MODEL_OUTPUT_INVALID'],
    ['nothing', [], 'MODEL_PULL_FAILED'],
  ])('survives %s', async (_name, lines, code) => {
    const server = await start((_request, response) => sendLines(response, lines));
    expect((await failureOf(pull(server).done)).code).toBe(code);
  });

  it('survives sizes that make no sense', async () => {
    const server = await start((_request, response) => sendLines(response, [{ status: 'pulling x', digest: 'd', total: -5, completed: 'many' }, { status: 'pulling x', digest: 'd', total: 10, completed: 99 }, { status: 'success' }]));
    const { done, progress } = pull(server);
    await done;
    expect(progress[1]).toMatchObject({ completedBytes: 10, totalBytes: 10 });
  });

  it('drops the connection when cancelled or silent, which is what ends the download', async () => {
    const server = await start((_request, response) => sendLines(response, ollamaPull([weights], false), 'open'));
    const controller = new AbortController();
    const cancelled = pull(server, { signal: controller.signal, onProgress: ({ completedBytes }) => completedBytes > 0 && controller.abort() });
    expect((await failureOf(cancelled.done)).code).toBe('MODEL_CANCELLED');
    expect(await failureOf(pull(server, { idleTimeoutMs: 60 }).done)).toMatchObject({ code: 'MODEL_TIMED_OUT', params: { reason: 'silent' } });
    await Promise.all([server.dropped(0), server.dropped(1)]);
  });

  it('asks nobody for a name that is none, or when cancelled before', async () => {
    const server = await start((_request, response) => sendJson(response, 200, {}));
    expect((await failureOf(pull(server, { model: 'two words' }).done)).code).toBe('MODEL_SETTINGS_INVALID');
    expect((await failureOf(pull(server, { model: ' ' }).done)).code).toBe('MODEL_SETTINGS_INVALID');
    expect((await failureOf(pull(server, { signal: AbortSignal.abort() }).done)).code).toBe('MODEL_CANCELLED');
    expect(server.connections()).toBe(0);
  });
});

describe('the meter', () => {
  it('takes the speed over the last seconds, and what was there before is none', () => {
    const meter = createPullMeter();
    const line = (completed: number, digest = 'd1') => ({ status: 'pulling', digest, total: 100_000, completed });
    expect(meter.add(line(40_000), 0).bytesPerSecond).toBeUndefined();
    expect(meter.add(line(41_000), 500).bytesPerSecond).toBeUndefined();
    expect(meter.add(line(42_000), 1_000).bytesPerSecond).toBe(2_000);
    expect(meter.add(line(50_000, 'd2'), 2_000).bytesPerSecond).toBe(1_000);
    for (let second = 3; second <= 8; second++) meter.add(line(42_000), second * 1_000);
    expect(meter.add(line(42_000), 9_000)).toMatchObject({ bytesPerSecond: 0, completedBytes: 92_000, totalBytes: 200_000 });
  });

  it('never says a negative speed when Ollama takes a broken part back', () => {
    const meter = createPullMeter();
    meter.add({ status: 'pulling', digest: 'd', total: 100, completed: 90 }, 0);
    expect(meter.add({ status: 'pulling', digest: 'd', total: 100, completed: 10 }, 2_000).bytesPerSecond).toBe(0);
  });
});
