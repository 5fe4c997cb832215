import { z } from 'zod';

/** What Ollama is doing while it fetches a model. */
export const pullStepSchema = z.enum(['manifest', 'download', 'verify', 'write']);

/** How far the fetching of a model is. */
export interface PullProgress {
  step: z.infer<typeof pullStepSchema>;
  /** Of the parts that are known so far; parts that were there already count. */
  completedBytes: number;
  /** Absent until Ollama has named the first part; grows when it names further ones. */
  totalBytes?: number;
  /** Over the last seconds; absent until something has arrived for a second. */
  bytesPerSecond?: number;
  /** Digests of the parts: 'sha256:…'. */
  digests: readonly string[];
}

/** One line of Ollama's answer. */
export const pullLineSchema = z.object({
  status: z.string(),
  digest: z.string().nullish(),
  total: z.number().nonnegative().nullish().catch(undefined),
  completed: z.number().nonnegative().nullish().catch(undefined),
});

/** The time over which the speed is taken, ms. */
const SPEED_WINDOW_MS = 5_000;

/** Adds up the lines of one pull; `now` in ms, never going back. */
export function createPullMeter(): { add(line: z.infer<typeof pullLineSchema>, now: number): PullProgress } {
  const parts = new Map<string, { total: number; completed: number; atStart: number }>();
  const samples: { at: number; fetched: number }[] = [];
  return {
    add({ status, digest, total, completed }, now) {
      if (digest && typeof total === 'number') {
        const known = parts.get(digest);
        const done = Math.min(total, completed ?? 0);
        // What a part has when it is first named was there before: it is no speed.
        parts.set(digest, { total, completed: done, atStart: known?.atStart ?? done });
      }
      const all = [...parts.values()];
      const sum = (read: (part: (typeof all)[number]) => number) => all.reduce((value, part) => value + read(part), 0);
      samples.push({ at: now, fetched: sum((part) => part.completed - part.atStart) });
      while (samples.length > 2 && samples[1]!.at <= now - SPEED_WINDOW_MS) samples.shift();
      const [first, last] = [samples[0]!, samples.at(-1)!];
      const ms = last.at - first.at;
      return {
        step: stepOf(status),
        completedBytes: sum((part) => part.completed),
        ...(all.length ? { totalBytes: sum((part) => part.total) } : {}),
        ...(ms >= 1000 ? { bytesPerSecond: Math.max(0, Math.round(((last.fetched - first.fetched) / ms) * 1000)) } : {}),
        digests: [...parts.keys()],
      };
    },
  };
}

function stepOf(status: string): PullProgress['step'] {
  if (/manifest/.test(status)) return /^writing/.test(status) ? 'write' : 'manifest';
  if (/^verifying/.test(status)) return 'verify';
  return /^(removing|writing|success)/.test(status) ? 'write' : 'download';
}
