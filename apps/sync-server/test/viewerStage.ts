/** A server with links, devices beside it, and pages on those links in a real Chromium. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SyncCodec } from '@uxflow/core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Line } from '../../desktop/test/browser.ts';
import { ensureViewer } from '../buildViewer.ts';
import type { Held } from './findText.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startDevice, until, type Device } from './testDevice.ts';
import type { TestLink } from './testLinks.ts';
import { socketUrl } from './testServer.ts';
import { addPerson, ask, makeWorkspace, type TestPerson } from './testWorkspaces.ts';

/** Undefined where there is no browser to test in. */
export const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');
/** For a test of many pages, or with a cipher that takes its time on purpose. */
export const SLOW_MS = 240_000;
/** How devices pack what they write. */
export const deflater = { deflate: (bytes: Uint8Array) => deflateRawSync(bytes), inflate: (bytes: Uint8Array, size: number) => inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) }) };
/** How long a condition may take on a loaded machine. */
const PATIENCE_MS = 20_000;

export type Ops = Parameters<Device['replica']['commit']>[0]['ops'];

export interface TestFlow {
  device: Device;
  logId: string;
  flowId: string;
}

export interface ViewerStage extends AccountServer {
  ann: TestPerson;
  /** A workspace of Ann's. */
  workspaceId: string;
  /** Everything that pages sent. */
  sent: Held[];
  /** A flow of Ann's with two steps (cart, pay) and what else is given, on the server, and her device beside it. */
  flow(name?: string, more?: Ops): Promise<TestFlow>;
  /** A device of somebody; it ends with the stage. */
  device(who: TestPerson, ids: { logId: string; flowId: string }, codec?: SyncCodec): Device;
  /** One entry of Ann's. */
  edit(device: Device, ops: Ops): void;
  /** A page on a link, of somebody who has no account; whatever goes wrong in it is a trouble. */
  visit(link: Pick<TestLink, 'url'>, options?: BrowserContextOptions, cable?: Line): Promise<Page>;
  /** Ends the pages; nothing may have gone wrong in them. */
  leave(): Promise<void>;
}

/** Starts all of it, and builds the page where it is not built. */
export async function startViewerStage(): Promise<ViewerStage> {
  await ensureViewer();
  const stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise', OUTBOX_POLL_MS: '200' });
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] });
  const ann = await addPerson(stage.server.database.pool, 'ann');
  const workspaceId = (await makeWorkspace(stage.server.url, ann)).id;
  const devices: Device[] = [];
  const troubles: string[] = [];
  const sent: Held[] = [];
  let count = 0;

  const device: ViewerStage['device'] = (member, ids, codec) => {
    const made = startDevice({ url: () => socketUrl(stage.server.port), member, ...ids, ...(codec ? { codec } : {}) });
    devices.push(made);
    return made;
  };
  const edit: ViewerStage['edit'] = ({ replica, open }, ops) => void replica.commit({ ops }, { id: `tx_${++count}`, logId: open.log.logId, author: { kind: 'user', id: ann.userId, name: 'Ann' }, at: Date.now() });

  return {
    ...stage,
    ann,
    workspaceId,
    sent,
    device,
    edit,
    async flow(name = 'Checkout', more = []) {
      const [logId, flowId] = [`log_${++count}`, `flow_${count}`];
      expect((await ask(stage.server.url, ann, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name })).status).toBe(201);
      const made = device(ann, { logId, flowId });
      edit(made, [
        { op: 'set', kind: 'flow', id: flowId, field: 'name', to: name },
        { op: 'add', kind: 'node', id: 'cart', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart', description: 'What was chosen.' } } },
        { op: 'add', kind: 'node', id: 'pay', value: { type: 'screen', position: { x: 400, y: 0 }, data: { title: 'Pay' } } },
        { op: 'add', kind: 'edge', id: 'to_pay', value: { source: 'cart', target: 'pay', data: { label: 'Go on' } } },
        ...more,
      ]);
      await until('everything is there', () => made.open.status().state === 'synced');
      expect(made.open.log.offerSnapshot()).toBe(true);
      await until('the snapshot', async () => (await stage.server.database.pool.query('select 1 from snapshot where log_id = $1', [logId])).rowCount === 1);
      return { device: made, logId, flowId };
    },
    async visit({ url }, options = {}, cable) {
      const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1200, height: 800 }, ...options });
      context.setDefaultTimeout(PATIENCE_MS);
      const page = await context.newPage();
      await cable?.carry(page);
      await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => reportError(new Error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))));
      page.on('console', (message) => {
        // Refusals are answered with 4xx on purpose, and Chromium writes that down; so it does with a server that is away.
        if (message.type() === 'error' && !/Failed to load resource|net::ERR_INTERNET_DISCONNECTED/.test(message.text())) troubles.push(message.text());
      });
      page.on('pageerror', (error) => troubles.push(String(error.stack ?? error)));
      page.on('request', (request) => sent.push({ where: 'request', bytes: Buffer.from(`${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`) }));
      page.on('websocket', (socket) => {
        sent.push({ where: 'socket', bytes: Buffer.from(socket.url()) });
        socket.on('framesent', ({ payload }) => sent.push({ where: 'socket', bytes: Buffer.from(payload) }));
      });
      await page.goto(url);
      return page;
    },
    async leave() {
      for (const context of browser.contexts()) await context.close();
      expect(troubles.splice(0)).toEqual([]);
    },
    async close() {
      for (const one of devices) one.stop();
      await browser.close();
      await stage.close();
    },
  };
}

/** What stands on the nodes of a page, sorted. */
export const stepsOn = (page: Page): Promise<string[]> => page.locator('.stage .node').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).innerText.replace(/\s+/g, ' ').trim()).sort());

/** Waits for the page that says why there is no flow. */
export const gateOn = (page: Page, name: string): Promise<void> => page.getByTestId(`gate-${name}`).waitFor();

/** Waits until the page shows what is there now. */
export const liveOn = (page: Page): Promise<void> => page.getByTestId('status').getByText('Live').waitFor();
