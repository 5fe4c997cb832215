/** The page of a link on a flow of 200 nodes: what it loads, and how long somebody with an empty cache waits. Needs a Chromium. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { ensureViewer } from '../apps/sync-server/buildViewer.ts';
import { startAccountServer } from '../apps/sync-server/test/testAccountServer.ts';
import { startDevice, until } from '../apps/sync-server/test/testDevice.ts';
import { makeLink } from '../apps/sync-server/test/testLinks.ts';
import { socketUrl } from '../apps/sync-server/test/testServer.ts';
import { addPerson, ask, makeWorkspace } from '../apps/sync-server/test/testWorkspaces.ts';

const NODES = 200;
const RUNS = 9;
const executablePath = [process.env.CHROME_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => path && existsSync(path));
if (!executablePath) {
  process.stderr.write('Left out: the viewer, because no Chromium was found (set CHROME_PATH).\n');
  process.exit(0);
}
await ensureViewer();
const stage = await startAccountServer({ DEFAULT_PLAN: 'enterprise' });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const { server } = stage;
const owner = await addPerson(server.database.pool, 'owner');
const { id: workspaceId } = await makeWorkspace(server.url, owner);
await ask(server.url, owner, 'POST', `/workspaces/${workspaceId}/flows`, { logId: 'log_1', name: 'Large' });
const device = startDevice({ url: () => socketUrl(server.port), member: owner, logId: 'log_1', flowId: 'flow_1' });
const nodes = Array.from({ length: NODES }, (_, n) => ({ op: 'add' as const, kind: 'node' as const, id: `node_${n}`, value: { type: n % 5 === 4 ? 'decision' : 'screen', position: { x: (n % 20) * 360, y: Math.floor(n / 20) * 300 }, data: { title: `Step ${n}`, description: 'What a person does here, in a sentence or two that say enough.' } } }));
const edges = Array.from({ length: NODES - 1 }, (_, n) => ({ op: 'add' as const, kind: 'edge' as const, id: `edge_${n}`, value: { source: `node_${n}`, target: `node_${n + 1}`, data: {} } }));
device.replica.commit({ ops: [{ op: 'set', kind: 'flow', id: 'flow_1', field: 'name', to: 'Large' }, ...nodes, ...edges] }, { id: 'tx_1', logId: 'log_1', author: { kind: 'user', id: owner.userId, name: 'Owner' }, at: 1 });
await until('synced', () => device.open.status().state === 'synced', 60_000);
device.open.log.offerSnapshot();
await until('the snapshot', async () => (await server.database.pool.query('select 1 from snapshot')).rowCount === 1);
const link = await makeLink(server, owner, workspaceId, 'log_1');

const times: { paint: number; drawn: number }[] = [];
let bytes = 0;
for (let run = 0; run <= RUNS; run++) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const watch = new MutationObserver(() => {
      if (!document.querySelector('.stage .node')) return;
      watch.disconnect();
      // The frame after the one in which it came: then it is on the screen.
      requestAnimationFrame(() => requestAnimationFrame(() => performance.mark('drawn')));
    });
    watch.observe(document, { childList: true, subtree: true });
  });
  await page.goto(link.url);
  await page.waitForFunction(() => performance.getEntriesByName('drawn').length > 0);
  const seen = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
    drawn: performance.getEntriesByName('drawn')[0]!.startTime,
    bytes: performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation')).reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0),
  }));
  await context.close();
  // The first one warms the browser and the server.
  if (run === 0) continue;
  times.push({ paint: seen.paint, drawn: seen.drawn });
  bytes = seen.bytes;
}
device.stop();
await browser.close();
await stage.close();

const emit = (metric: string, unit: string, values: number[]) => {
  const sorted = values.map(Math.round).sort((a, b) => a - b);
  process.stdout.write(`${JSON.stringify({ bench: 'viewer', peer: 'ours', n: values.length, metric, value: sorted[sorted.length >> 1], unit, min: sorted[0], max: sorted.at(-1) })}\n`);
};
emit('page of a link, all that HTTP carries', 'bytes', [bytes]);
emit(`page of a link to ${NODES} nodes, empty cache: first contentful paint`, 'ms', times.map(({ paint }) => paint));
emit(`page of a link to ${NODES} nodes, empty cache: the flow is drawn`, 'ms', times.map(({ drawn }) => drawn));
process.exit(0);
