import { z } from 'zod';
import { isAppError, type AppError } from '../base/error.ts';
import { openCallWindow } from './callWindow.ts';
import type { Egress } from './egress.ts';
import { modelError, type ModelSubject } from './modelError.ts';
import { createOllamaClient, readOllamaBaseUrl } from './ollamaModel.ts';
import { createPullMeter, pullLineSchema, type PullProgress } from './pullProgress.ts';
import { systemTiming, type ModelTiming } from './retry.ts';
import { errorFromThrown } from './wireError.ts';

/** What to fetch, and how to follow it. */
export interface PullOptions {
  baseUrl: string;
  /** 'llama3.2', 'qwen3:8b', 'hf.co/…' */
  model: string;
  egress: Egress;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  timing?: ModelTiming;
  /** Ollama is silent between its steps; longer than this it has stopped answering. Default 300,000: verifying a large model takes minutes. */
  idleTimeoutMs?: number;
  onProgress(progress: PullProgress): void;
}

/** A whole day: what takes longer is resumed by pulling again. */
const MOST_MS = 86_400_000;

/** A line comes every 60 ms or so, for hours. */
const MOST_BYTES = 1_000_000_000;

/**
 * Resolves when Ollama has fetched the model; what it had of it before is not fetched again. Rejects with a model AppError: MODEL_PULL_FAILED
 * with its reason, MODEL_CANCELLED when the signal aborts (Ollama ends a download when the last connection that follows it is gone).
 */
export async function pullOllamaModel(options: PullOptions): Promise<void> {
  const timing = options.timing ?? systemTiming;
  const base = readOllamaBaseUrl(options.baseUrl);
  const model = options.model.trim();
  const subject: ModelSubject = { provider: 'ollama', model, host: base.host };
  if (!/^\S{1,200}$/.test(model)) throw modelError('MODEL_SETTINGS_INVALID', { ...subject, reason: model ? 'the name of a model holds no space' : 'no model is chosen' });
  const window = openCallWindow(subject, timing.clock, MOST_MS, options.signal);
  const meter = createPullMeter();
  let isDone = false;
  try {
    if (window.signal.aborted) throw window.failure();
    const client = await createOllamaClient({
      baseUrl: base.url, egress: options.egress, headers: options.headers, purpose: 'modelPull', subject, window, timing, idleTimeoutMs: options.idleTimeoutMs ?? 300_000, maxBytes: MOST_BYTES,
    });
    for await (const raw of await window.race(client.pull({ model, stream: true }))) {
      const line = pullLineSchema.safeParse(raw);
      if (!line.success) throw modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' });
      options.onProgress(meter.add(line.data, timing.clock.now()));
      isDone = line.data.status === 'success';
    }
    if (!isDone) throw modelError('MODEL_PULL_FAILED', { ...subject, reason: 'cut' });
  } catch (error) {
    throw window.failure() ?? pullError(error, subject);
  } finally {
    window.close();
  }
}

/** What Ollama says of a download in its own words, as a reason. */
function pullError(thrown: unknown, subject: ModelSubject): AppError {
  // The client's own sentence for a stream that ended early.
  if (thrown instanceof Error && thrown.message.startsWith('Did not receive done')) return modelError('MODEL_PULL_FAILED', { ...subject, reason: 'cut' });
  const error = isAppError(thrown) ? thrown : thrown instanceof z.ZodError ? modelError('MODEL_OUTPUT_INVALID', { ...subject, reason: 'protocol' }) : errorFromThrown(thrown, subject, []);
  const detail = typeof error.params['detail'] === 'string' ? error.params['detail'] : undefined;
  const words = (detail ?? '').toLowerCase();
  const failed = (reason: string) => modelError('MODEL_PULL_FAILED', { ...subject, reason, detail });
  if (error.code === 'MODEL_OUTPUT_TRUNCATED') return failed('cut');
  if (/no space left|not enough space|disk full/.test(words)) return failed('disk');
  if (/file does not exist|manifest unknown|not found|invalid model name|repository name not known/.test(words)) return failed('unknownModel');
  if (/dial tcp|no such host|lookup|i\/o timeout|tls|max retries exceeded|connection (refused|reset)|unexpected eof|network is unreachable/.test(words)) return failed('network');
  return error.code === 'MODEL_PROVIDER_FAILED' && error.params['status'] === undefined ? failed('other') : error;
}
