/** The engine inside Electron: a utility process that talks to windows over ports and to main about secrets only. */
import { AppError, createLogger, errorInfo, type ErrorInfo } from '@uxflow/core';
import type { SecretStore } from '@uxflow/core/engine';
import { openEngineHost, type EngineHost } from './engineHost.ts';
import { withElkWorker } from './elkWorkerUrl.ts';

interface Parent {
  on(event: 'message', listener: (event: { data: Message; ports: { start(): void; close(): void }[] }) => void): void;
  postMessage(message: unknown): void;
}
type Message =
  | { type: 'open'; dataDir: string; version: string; secretStrength: SecretStore['strength'] }
  | { type: 'port' }
  | { type: 'secret'; id: number; value?: string; error?: ErrorInfo }
  | { type: 'close' };

const parent = (process as unknown as { parentPort: Parent }).parentPort;
const logger = createLogger((line) => process.stderr.write(`${JSON.stringify(line)}\n`), Date.now, 'engine', 'warn');
const waiting = new Map<number, { resolve(value: string | undefined): void; reject(error: Error): void }>();
let nextQuestion = 1;
let host: Promise<EngineHost> | undefined;

const ask = (question: { type: 'secret.get' | 'secret.set'; name: string; value?: string | null }) =>
  new Promise<string | undefined>((resolve, reject) => {
    const id = nextQuestion++;
    waiting.set(id, { resolve, reject });
    parent.postMessage({ ...question, id });
  });

parent.on('message', ({ data, ports }) => {
  if (data.type === 'open') {
    host = openEngineHost({
      dataDir: data.dataDir,
      host: 'electron',
      version: data.version,
      logger,
      secrets: () => ({
        strength: data.secretStrength,
        get: (name) => ask({ type: 'secret.get', name }),
        set: async (name, value) => void (await ask({ type: 'secret.set', name, value })),
      }),
      engine: withElkWorker(),
    });
    host.then(
      () => parent.postMessage({ type: 'ready' }),
      (error: unknown) => {
        logger.error('engine not opened', { ...errorInfo(error) });
        // Main says it in a dialog: a window cannot show what no engine tells it.
        parent.postMessage({ type: 'failed', sentence: errorInfo(error).message });
        setTimeout(() => process.exit(1), 100);
      },
    );
  } else if (data.type === 'port') {
    const port = ports[0];
    if (!port || !host) return;
    void host.then(async (opened) => {
      await opened.attachPort(port as never);
      port.start();
    });
  } else if (data.type === 'secret') {
    const question = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.error === undefined) question?.resolve(data.value);
    else question?.reject(new AppError(data.error.code, data.error.message, data.error.params));
  } else if (data.type === 'close') {
    void (host ? host.then((opened) => opened.close()) : Promise.resolve()).finally(() => process.exit(0));
  }
});
