/** The page of a link in a real Chromium: without an account, live, by every way in which it can end. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contrastFaults, namingFaults, unreachable } from '../../desktop/test/accessibility.ts';
import { ensureViewer } from '../buildViewer.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startDevice, until, type Device } from './testDevice.ts';
import { makeLink, type TestLink } from './testLinks.ts';
import { socketUrl } from './testServer.ts';
import { addPerson, ask, makeWorkspace, type TestPerson } from './testWorkspaces.ts';

const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

describe.skipIf(!chromiumPath)('in a browser', () => {
  let stage: AccountServer;
  let browser: Browser;
  let ann: TestPerson;
  let workspaceId: string;
  let count = 0;
  const troubles: string[] = [];
  const requests: string[] = [];
  const devices: Device[] = [];

  beforeAll(async () => {
    await ensureViewer();
    stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise', OUTBOX_POLL_MS: '200' });
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] });
    ann = await addPerson(stage.server.database.pool, 'ann');
    workspaceId = (await makeWorkspace(stage.server.url, ann)).id;
  }, 180_000);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(troubles.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    for (const device of devices) device.stop();
    await browser?.close();
    await stage?.close();
  });

  /** A flow of Ann's with two steps, on the server, and her device beside it. */
  async function flow(name = 'Checkout'): Promise<{ device: Device; logId: string }> {
    const [logId, flowId] = [`log_${++count}`, `flow_${count}`];
    expect((await ask(stage.server.url, ann, 'POST', `/workspaces/${workspaceId}/flows`, { logId, name })).status).toBe(201);
    const device = startDevice({ url: () => socketUrl(stage.server.port), member: ann, logId, flowId });
    devices.push(device);
    edit(device, [
      { op: 'set', kind: 'flow', id: flowId, field: 'name', to: name },
      { op: 'add', kind: 'node', id: 'cart', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Cart', description: 'What was chosen.' } } },
      { op: 'add', kind: 'node', id: 'pay', value: { type: 'screen', position: { x: 400, y: 0 }, data: { title: 'Pay' } } },
      { op: 'add', kind: 'edge', id: 'to_pay', value: { source: 'cart', target: 'pay', data: { label: 'Go on' } } },
    ]);
    await until('everything is there', () => device.open.status().state === 'synced');
    expect(device.open.log.offerSnapshot()).toBe(true);
    await until('the snapshot', async () => (await stage.server.database.pool.query('select 1 from snapshot where log_id = $1', [logId])).rowCount === 1);
    return { device, logId };
  }

  function edit(device: Device, ops: Parameters<Device['replica']['commit']>[0]['ops']): void {
    device.replica.commit({ ops }, { id: `tx_${++count}`, logId: device.open.log.logId, author: { kind: 'user', id: ann.userId, name: 'Ann' }, at: Date.now() });
  }

  /** A page on a link, of somebody who has no account; whatever goes wrong in it is a trouble. */
  async function visit({ url }: Pick<TestLink, 'url'>, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1200, height: 800 }, ...options });
    const page = await context.newPage();
    await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)));
    page.on('console', (message) => {
      // Refusals are answered with 4xx on purpose, and Chromium writes that down; so it does with a server that is away.
      if (message.type() === 'error' && !/Failed to load resource|net::ERR_INTERNET_DISCONNECTED/.test(message.text())) troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(String(error.stack ?? error)));
    page.on('request', (request) => requests.push(`${request.method()} ${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ''}`));
    await page.goto(url);
    return page;
  }
  const steps = (page: Page) => page.locator('.stage .node').evaluateAll((nodes) => nodes.map((node) => (node as HTMLElement).innerText.replace(/\s+/g, ' ').trim()).sort());

  test('a link opens the flow, and what is edited appears in it', async () => {
    const { device, logId } = await flow();
    const page = await visit(await makeLink(stage.server, ann, workspaceId, logId));
    await page.getByText('Live').waitFor();
    expect(await page.locator('h1').textContent()).toBe('Checkout');
    expect(await steps(page)).toEqual([expect.stringContaining('Cart'), expect.stringContaining('Pay')]);
    edit(device, [{ op: 'set', kind: 'node', id: 'pay', field: 'data.title', to: 'Pay by card' }]);
    await page.locator('.stage').getByText('Pay by card').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });
});
