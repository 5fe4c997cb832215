/** `npm start`: the app in the browser of this machine. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createLogger, errorInfo } from '@uxflow/core';
import { APP_VERSION } from '../version.ts';
import { defaultDataDir } from './engineHost.ts';
import { withElkWorker } from './elkWorkerUrl.ts';
import { startLocalServer } from './localServer.ts';

const argument = (name: string) => {
  const index = process.argv.indexOf(name);
  return index < 0 ? undefined : process.argv[index + 1];
};
const write = (line: string) => void process.stdout.write(`${line}\n`);

const logger = createLogger((line) => process.stderr.write(`${JSON.stringify(line)}\n`), Date.now, 'host', 'warn');
const rendererDir = argument('--renderer') ?? fileURLToPath(new URL('../renderer', import.meta.url));

async function main(): Promise<void> {
  if (!existsSync(`${rendererDir}/index.html`)) throw new Error(`The page is not built (${rendererDir}). Run npm run build.`);
  const portText = argument('--port');
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port < 65536)) throw new Error(`--port ${portText} is no port number.`);
  const dataDir = argument('--data') ?? defaultDataDir();
  const server = await startLocalServer({ dataDir, rendererDir, version: APP_VERSION, logger, engine: withElkWorker(), ...(port === undefined ? {} : { port }) });

  const show = () => {
    const address = server.newAddress();
    write(`\n  UX Flow Engine   ${address}\n`);
    return address;
  };
  const address = show();
  write(`  Your flows are in ${dataDir}${server.engineHost.role() === 'guest' ? ' (another window holds it; this one works through that)' : ''}`);
  write(`  The address opens one page within a minute. ${process.stdin.isTTY ? 'Press Enter for a new one, ' : ''}Ctrl+C to stop.`);
  if (!process.argv.includes('--no-open')) openInBrowser(address);
  if (process.stdin.isTTY) process.stdin.on('data', show);

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server.close();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
}

/** Opens the person's browser; where there is none, the printed address does. */
function openInBrowser(address: string): void {
  const [command, ...rest] = process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  const child = spawn(command as string, [...rest, address], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorInfo(error).message}\n`);
  process.exit(1);
});
