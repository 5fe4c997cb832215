import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RPCLink } from '@orpc/client/websocket';
import { silentLogger } from '@uxflow/core';
import { createApiClient, type ApiClient } from '@uxflow/core/api';
import type { EngineDependencies } from '@uxflow/core/engine';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { WebSocket } from 'ws';
import { startLocalServer, type LocalServer } from '../src/hosts/localServer.ts';
import { withElkWorker } from '../src/hosts/elkWorkerUrl.ts';
import { SOCKET_READY } from '../src/socketProtocol.ts';

/** Chromium for end-to-end tests, as `npm test` found it; the tests are left out without one. */
export const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
/** How long a condition may take on a loaded machine, ms. */
const PATIENCE = 20_000;

/** The app in a real browser: a local server on a fresh data folder, and pages on it. */
export interface AppInBrowser {
  dataDir: string;
  server: LocalServer;
  /** A page with access, on the list of flows. What it throws or logs as an error is in `problems`. */
  openPage(options?: PageOptions): Promise<Page>;
  problems: string[];
  /** The engine behind the server, without a page: to prepare flows and to read what is really stored. */
  client(): Promise<ApiClient>;
  /** Stops the server; pages stay open and see it happen. */
  stop(): Promise<void>;
  /** Starts the server again on the same folder and port. */
  start(): Promise<void>;
  /** Stops the server and starts it again on the same folder, as after a day. The pages are closed. */
  restart(): Promise<void>;
  /** Keeps a picture of every open page, as `shoot` does. */
  shootAll(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface PageOptions {
  colorScheme?: 'light' | 'dark';
  locale?: string;
  /** CSS px; 1440 x 900 unless told. */
  viewport?: { width: number; height: number };
  clipboard?: boolean;
  /** The wire between page and server, to cut and to mend. */
  line?: Line;
}

/** The wire between a page and its server. */
export interface Line {
  isCut: boolean;
  cut(): void;
  mend(): void;
  /** Lets a page's sockets run over this wire. */
  carry(page: Page): Promise<void>;
}

/** A wire that can be cut: open sockets close, new ones are refused until it is mended. `sockets`: those that run over it. */
export function createLine(sockets = /\/rpc$/): Line {
  const open = new Set<() => void>();
  return {
    isCut: false,
    cut() {
      this.isCut = true;
      for (const close of open) close();
      open.clear();
    },
    mend() {
      this.isCut = false;
    },
    carry(page) {
      return page.routeWebSocket(sockets, (socket) => {
        if (this.isCut) return void socket.close();
        const server = socket.connectToServer();
        open.add(() => {
          void server.close();
          void socket.close();
        });
      });
    },
  };
}

/** Starts the app from its built page. */
export async function startApp(engine: Partial<EngineDependencies> = {}): Promise<AppInBrowser> {
  const dataDir = mkdtempSync(join(tmpdir(), 'uxflow-e2e-'));
  const rendererDir = process.env.UXFLOW_RENDERER ?? join(import.meta.dirname, '../out/renderer');
  const start = (port = 0) => startLocalServer({ dataDir, rendererDir, version: '0.1.0', logger: silentLogger, port, engine: { ...withElkWorker(), ...engine } });
  const problems: string[] = [];
  const contexts: BrowserContext[] = [];
  const sockets: WebSocket[] = [];
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: ARGS });
  let server = await start();
  const hangUp = () => {
    for (const socket of sockets.splice(0)) socket.terminate();
  };
  return {
    dataDir,
    get server() {
      return server;
    },
    problems,
    async openPage({ colorScheme = 'light', locale = 'en-US', viewport = { width: 1440, height: 900 }, clipboard = false, line } = {}) {
      const context = await browser.newContext({ viewport, colorScheme, locale, acceptDownloads: true, ...(clipboard ? { permissions: ['clipboard-read', 'clipboard-write'] } : {}) });
      context.setDefaultTimeout(PATIENCE);
      contexts.push(context);
      const page = await context.newPage();
      page.on('pageerror', (error) => problems.push(`thrown: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        // A browser logs every socket that nobody answers; that is what some tests bring about.
        if (message.type() === 'error' && !/net::ERR_(CONNECTION_REFUSED|INTERNET_DISCONNECTED|CONNECTION_RESET)/.test(message.text())) problems.push(`console: ${message.text()}`);
      });
      await line?.carry(page);
      await page.goto(server.newAddress());
      await page.getByTestId('flow-list').waitFor();
      return page;
    },
    async client() {
      const code = new URL(server.newAddress()).hash.slice('#code='.length);
      const answer = await fetch(`${server.origin}/session`, { method: 'POST', headers: { 'content-type': 'application/json', origin: server.origin }, body: JSON.stringify({ code }) });
      const { secret } = (await answer.json()) as { secret: string };
      const socket = new WebSocket(`${server.origin.replace('http', 'ws')}/rpc`, { headers: { origin: server.origin } });
      sockets.push(socket);
      await new Promise<void>((resolve, reject) => {
        socket.once('open', () => socket.send(secret));
        socket.once('message', (data) => (data.toString() === SOCKET_READY ? resolve() : reject(new Error(String(data)))));
        socket.once('error', reject);
      });
      return createApiClient(new RPCLink({ websocket: socket as never }));
    },
    async stop() {
      hangUp();
      await server.close();
    },
    async start() {
      server = await start(Number(new URL(server.origin).port));
    },
    async restart() {
      for (const context of contexts.splice(0)) await context.close();
      hangUp();
      await server.close();
      server = await start();
    },
    async shootAll(name) {
      for (const [index, page] of browser.contexts().flatMap((context) => context.pages()).entries()) await shoot(page, `${name}-${index}`);
    },
    async close() {
      await browser.close();
      hangUp();
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Keeps a picture of a page in the folder that UXFLOW_SHOTS names; without it nothing is drawn. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.UXFLOW_SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
