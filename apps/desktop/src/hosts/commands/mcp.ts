import { createLogger, errorInfo } from '@uxflow/core';
import { serveMcpClient, toolListings, type ToolDesk } from '@uxflow/core/engine';
import { APP_VERSION } from '../../version.ts';
import { withElkWorker } from '../elkWorkerUrl.ts';
import { callEngine, defaultDataDir, openEngineHost, type EngineHost, type EngineLine } from '../engineHost.ts';
import { createFileSecrets } from '../secrets.ts';
import { readArguments, usage, type Command } from './command.ts';

/** Without a call for this long a folder that this process had to open itself is let go, so that the app can have it, ms. */
const LET_GO_AFTER_MS = 5000;
/** Bytes of one message on standard input. */
const MOST_BYTES = 4 * 1024 * 1024;

export const mcpCommand: Command = {
  usage: 'mcp [--data FOLDER]',
  summary: 'Speaks MCP on standard input and output: other agents list, read, check and propose on the flows of this machine.',
  async run(args) {
    const { values, positionals } = readArguments(args, { data: { type: 'string' } }, mcpCommand);
    if (positionals.length) throw usage(mcpCommand, `"${positionals[0]}" is one word too many.`);
    const engine = createEngineOnDemand(values.data ?? defaultDataDir());
    const ended = new Promise<void>((resolve) => {
      process.stdin.once('end', resolve);
      process.stdin.once('close', resolve);
      process.once('SIGTERM', () => resolve());
    });
    const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
    const server = await serveMcpClient(new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MOST_BYTES }), engine, APP_VERSION);
    await ended;
    await server.close();
    await engine.close();
    return 0;
  },
};

/** The running engine of a folder, or one of our own for as long as calls come. */
function createEngineOnDemand(dataDir: string): ToolDesk & { close(): Promise<void> } {
  const logger = createLogger((line) => process.stderr.write(`${JSON.stringify(line)}\n`), Date.now, 'mcp', 'warn');
  let line: EngineLine | undefined;
  let own: EngineHost | undefined;
  let timer: NodeJS.Timeout | undefined;
  let underway = 0;
  let last: Promise<unknown> = Promise.resolve();

  const letGo = async () => {
    line?.close();
    line = undefined;
    const host = own;
    own = undefined;
    await host?.close();
  };
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act, act);
    last = next.catch(() => undefined);
    return next;
  };
  const reach = () =>
    inTurn(async () => {
      if (line?.isOpen()) return line;
      line = await callEngine(dataDir);
      if (line) return line;
      own = await openEngineHost({ dataDir, host: 'cli', version: APP_VERSION, logger, secrets: createFileSecrets, engine: withElkWorker() });
      line = await callEngine(dataDir);
      if (line) return line;
      throw new Error(`The engine on ${dataDir} does not answer.`);
    });
  const withEngine = async <T>(ask: (engine: EngineLine) => Promise<T>): Promise<T> => {
    clearTimeout(timer);
    underway++;
    try {
      return await ask(await reach());
    } finally {
      if (--underway === 0 && own) {
        timer = setTimeout(() => void inTurn(async () => (underway === 0 ? letGo() : undefined)).catch(() => undefined), LET_GO_AFTER_MS);
        timer.unref();
      }
    }
  };

  return {
    // The same program as the engine's: no folder has to be opened to say what there is.
    listTools: toolListings,
    call: (call, signal) =>
      withEngine(({ api }) => api.mcp.call(call, { signal })).catch((error: unknown) => {
        if (signal.aborted) throw error;
        const { code, message } = errorInfo(error);
        return { text: `${code}: ${message}`, isError: true };
      }),
    async close() {
      clearTimeout(timer);
      await inTurn(letGo);
    },
  };
}
