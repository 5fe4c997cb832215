/** Runs ELK graphs on one warm worker thread. */
import { Worker } from 'node:worker_threads';
import type { ElkNode } from 'elkjs/lib/elk-api.js';
import { AppError } from '../base/error.ts';

/** Lays one ELK graph out; rejects with the signal's reason when it is aborted, with `LAYOUT_FAILED` when ELK refuses the graph. */
export interface ElkWorkerRunner {
  (graph: ElkNode, signal?: AbortSignal): Promise<ElkNode>;
  /** Ends the worker; jobs that still run are rejected with `LAYOUT_CLOSED`. Later calls are refused the same way. */
  close(): Promise<void>;
}

interface Job {
  id: number;
  graph: ElkNode;
  resolve(graph: ElkNode): void;
  reject(error: unknown): void;
  forget(): void;
}

/**
 * A runner over one worker, started at the first call and kept warm. It holds the process alive only while a job runs.
 * `workerUrl`: where the bundled worker stands; without it the source file beside this one is run.
 */
export function createElkRunner(options: { workerUrl?: URL | string } = {}): ElkWorkerRunner {
  const workerUrl = options.workerUrl ?? new URL('./elkWorker.ts', import.meta.url);
  const jobs = new Map<number, Job>();
  let worker: Worker | undefined;
  let running: number | undefined;
  let nextId = 1;
  let closed = false;

  const start = (): Worker => {
    const started = new Worker(workerUrl, { execArgv: [], name: 'elk' });
    started.on('message', (answer: { id: number; graph?: ElkNode; error?: string }) => {
      const job = jobs.get(answer.id);
      if (!job) return;
      settle(job);
      if (answer.graph) job.resolve(answer.graph);
      else job.reject(new AppError('LAYOUT_FAILED', `The layout engine refused the flow: ${answer.error}. Nothing was moved; try again, or place the nodes by hand.`, { reason: answer.error ?? '' }));
      next();
    });
    const broke = (reason: string) => {
      if (worker !== started) return;
      worker = undefined;
      const job = running === undefined ? undefined : jobs.get(running);
      running = undefined;
      if (job) {
        settle(job);
        job.reject(new AppError('LAYOUT_FAILED', `The layout engine stopped: ${reason}. Nothing was moved; try again, or place the nodes by hand.`, { reason }));
      }
      next();
    };
    started.on('error', (error) => broke(error instanceof Error ? error.message : String(error)));
    started.on('exit', (code) => broke(`exit code ${code}`));
    started.unref();
    return started;
  };

  const settle = (job: Job): void => {
    jobs.delete(job.id);
    job.forget();
    if (running === job.id) running = undefined;
  };

  // One job at a time goes to the worker, so that aborting it never takes another one along.
  const next = (): void => {
    if (closed || running !== undefined) return;
    const job = jobs.values().next().value;
    if (!job) {
      worker?.unref();
      return;
    }
    worker ??= start();
    running = job.id;
    worker.ref();
    worker.postMessage({ id: job.id, graph: job.graph });
  };

  const run = (graph: ElkNode, signal?: AbortSignal): Promise<ElkNode> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(closedError());
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => {
        const wasRunning = running === job.id;
        settle(job);
        if (wasRunning) {
          const stopped = worker;
          worker = undefined;
          void stopped?.terminate();
        }
        reject(signal!.reason);
        next();
      };
      const job: Job = { id: nextId++, graph, resolve, reject, forget: () => signal?.removeEventListener('abort', abort) };
      signal?.addEventListener('abort', abort, { once: true });
      jobs.set(job.id, job);
      next();
    });

  const close = async (): Promise<void> => {
    closed = true;
    const stopped = worker;
    worker = undefined;
    for (const job of [...jobs.values()]) {
      settle(job);
      job.reject(closedError());
    }
    await stopped?.terminate();
  };

  return Object.assign(run, { close });
}

function closedError(): AppError {
  return new AppError('LAYOUT_CLOSED', 'The layout engine was closed while this layout waited. Nothing was moved; open the flow again and repeat it.');
}
