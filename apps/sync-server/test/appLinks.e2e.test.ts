/** Links as people make them in the app, and the page that they open, in a real Chromium: plain and encrypted flows. */
import type { Op } from '@uxflow/core';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../desktop/test/flowPage.ts';
import { ensureViewer } from '../buildViewer.ts';
import { GOOD_PASSWORD, registerPerson } from './testAccounts.ts';
import { startAccountServer, type AccountServer } from './testAccountServer.ts';
import { startTestApp, type Sent, type TestApp } from './testApp.ts';
import { until } from './testDevice.ts';
import { dumpDatabase, findTexts } from './findText.ts';

const chromiumPath = process.env.CHROME_PATH ?? (process.env.UXFLOW_NO_BROWSER ? undefined : '/usr/bin/chromium');

describe.skipIf(!chromiumPath)('an app and a page', () => {
  let stage: AccountServer;
  let browser: Browser;
  let ann: TestApp;
  let count = 0;
  let hasKeys = false;
  /** Whatever the app sent. */
  const sent: Sent[] = [];
  const node = (id: string, title: string) => ({ op: 'add' as const, kind: 'node' as const, id, value: { type: 'screen', position: { x: 0, y: 0 }, data: { title } } });
  const step = (id: string, title: string, subflowId: string): Op => ({ op: 'add', kind: 'node', id, value: { type: 'subflow', position: { x: 0, y: 300 }, data: { title, subflowId } } });
  const openStep = (page: Page, title: string) => page.locator('.react-flow__node', { hasText: title }).getByRole('button', { name: 'Open the sub-flow' }).click();

  beforeAll(async () => {
    await ensureViewer();
    stage = await startAccountServer({ DEFAULT_PLAN: 'team' });
    browser = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-quic', '--disable-background-networking'] });
    await registerPerson(stage.server, stage.mailbox, { email: 'ann@example.org', name: 'Ann Arbor' });
    ann = await startTestApp({ onSent: (one) => sent.push(one) });
    await ann.api.account.signIn({ server: stage.server.url, email: 'ann@example.org', password: GOOD_PASSWORD });
  }, 180_000);
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  afterAll(async () => {
    await ann?.close();
    await browser?.close();
    await stage?.close();
  });

  /** A flow with one step, shared in a new workspace. */
  async function shared({ encrypted = false } = {}): Promise<{ flowId: string; workspaceId: string }> {
    count += 1;
    if (encrypted && !hasKeys) await ann.api.keys.setUp();
    hasKeys ||= encrypted;
    const { id: workspaceId } = await ann.api.sync.createWorkspace({ name: `Team ${count}`, encrypted });
    const { id: flowId } = await ann.api.flows.create({ name: 'Checkout' });
    await ann.edit(flowId, `tx_first_${count}`, [node('node_1', 'Cart')]);
    await ann.api.sync.share({ flowId, workspaceId });
    await until('the snapshot', async () => (await stage.server.database.pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount === 1);
    return { flowId, workspaceId };
  }
  /** A flow that leads to another one of the same workspace, that to a third, and to one that is not shared. */
  async function leading(workspaceId: string, flowId: string): Promise<{ partId: string; lastId: string }> {
    const make = async (name: string, title: string, more: Op[] = [], isShared = true): Promise<string> => {
      const { id } = await ann.api.flows.create({ name });
      await ann.edit(id, `tx_${++count}_${name}`, [node(`node_${count}`, title), ...more]);
      if (!isShared) return id;
      await ann.api.sync.share({ flowId: id, workspaceId });
      await until('it is there', async () => (await ann.statusOf(id)).state === 'synced');
      return id;
    };
    const lastId = await make('Refund', 'Pay back');
    const localId = await make('Drafts', 'Not shown', [], false);
    const partId = await make('Returns', 'Parcel', [step('to_last', 'Money', lastId), step('to_local', 'Draft', localId)]);
    await ann.edit(flowId, `tx_leads_${++count}`, [step('to_part', 'Send back', partId)]);
    const { rows } = await stage.server.database.pool.query<{ logs: number }>('select count(*)::int as logs from shared_log where workspace_id = $1', [workspaceId]);
    await until('the snapshots', async () => (await stage.server.database.pool.query('select 1 from snapshot s join log l on l.id = s.log_id where l.workspace_id = $1', [workspaceId])).rowCount! >= rows[0]!.logs);
    return { partId, lastId };
  }
  async function visit(address: string): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }
  const live = (page: Page) => page.getByTestId('status').getByText('Live').waitFor();
  const listed = async (flowId: string) => (await ann.api.links.list({ flowId })).links;

  test('what the app makes opens; what is edited there appears here, and what is said here appears there', async () => {
    const { flowId } = await shared();
    const made = await ann.api.links.create({ flowId, name: 'For Carla', mayComment: true, expiresAt: Date.now() + 86_400_000 });
    expect(made).toMatchObject({ name: 'For Carla', mayComment: true, hasPassword: false, state: 'open', opened: 0, mayChange: true, address: expect.stringContaining(`${stage.server.url}/s/`) });
    const page = await visit(made.address!);
    await live(page);
    await ann.edit(flowId, 'tx_more', [node('node_2', 'Pay by card')]);
    await page.locator('.stage').getByText('Pay by card').waitFor();
    await page.getByRole('button', { name: /^Comments/ }).click();
    await page.getByLabel('Your name').fill('Carla');
    await page.getByLabel('Comment on the whole flow').fill('Looks right to us');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await until('the app has it', async () => (await ann.textOf(flowId)).includes('Looks right to us'));
    const comment = Object.values((JSON.parse(await ann.textOf(flowId)) as { comments: Record<string, Record<string, unknown>> }).comments)[0]!;
    expect(comment).toMatchObject({ authorName: 'Carla', authorId: expect.stringMatching(/^visitor_/) });
    expect(await listed(flowId)).toMatchObject([{ id: made.id, opened: 1, lastOpenedAt: expect.any(Number), address: made.address }]);
    // The address is kept on this device, also through an end of the program; the flow's own file knows nothing of it.
    await ann.restart();
    expect((await listed(flowId))[0]!.address).toBe(made.address);
    expect(await ann.textOf(flowId)).not.toContain(made.address!.split('/').at(-1));

    await ann.api.links.change({ flowId, linkId: made.id, name: 'For Carla and Dora', mayComment: false, password: 'open sesame' });
    await page.getByTestId('gate-password').waitFor();
    expect(await listed(flowId)).toMatchObject([{ name: 'For Carla and Dora', mayComment: false, hasPassword: true }]);
    await page.getByLabel('Password').fill('open sesame');
    await page.keyboard.press('Enter');
    await live(page);
    await ann.api.links.revoke({ flowId, linkId: made.id });
    await page.getByTestId('gate-gone').waitFor();
    expect(await listed(flowId)).toEqual([]);
    await expect(ann.api.links.revoke({ flowId, linkId: made.id })).rejects.toMatchObject({ code: 'LINK_NOT_FOUND' });
  });

  test('a flow that is not shared has no links; a workspace that forbids them shows none', async () => {
    const { id } = await ann.api.flows.create({ name: 'Mine' });
    await expect(ann.api.links.list({ flowId: id })).rejects.toMatchObject({ code: 'FLOW_NOT_SHARED' });
    const { flowId } = await shared();
    const { address } = await ann.api.links.create({ flowId, name: 'Any', mayComment: false, expiresAt: null });
    const page = await visit(address!);
    await live(page);
    await ann.api.links.allow({ flowId, allowed: false });
    await page.getByTestId('gate-gone').waitFor();
    expect(await ann.api.links.list({ flowId })).toMatchObject({ allowed: false, mayAllow: true, links: [{ state: 'held' }] });
    await expect(ann.api.links.create({ flowId, name: 'Any', mayComment: false, expiresAt: null })).rejects.toMatchObject({ code: 'LINKS_NOT_ALLOWED' });
    await ann.api.links.allow({ flowId, allowed: true });
    expect(await listed(flowId)).toMatchObject([{ state: 'open' }]);
  });

  test('a link to an encrypted flow carries its key behind the #, and neither key, password nor name leaves the app', async () => {
    const { flowId, workspaceId } = await shared({ encrypted: true });
    await ann.api.links.allow({ flowId, allowed: true });
    const made = await ann.api.links.create({ flowId, name: 'Canary of the link', mayComment: true, expiresAt: null, password: 'canary sesame' });
    const fragment = /#key=([A-Za-z0-9_-]{43})$/.exec(made.address!)![1]!;
    expect(await ann.api.links.list({ flowId })).toMatchObject({ encrypted: true, links: [{ name: 'Canary of the link', hasPassword: true, state: 'open' }] });
    const page = await visit(made.address!);
    await page.getByLabel('Password').fill('canary sesame');
    await page.keyboard.press('Enter');
    await live(page);
    await page.locator('.stage').getByText('Cart').waitFor();
    // The next key of the workspace reaches the link by itself.
    await ann.api.keys.rotate({ workspaceId });
    await ann.edit(flowId, 'tx_rotated', [node('node_2', 'Behind the new key')]);
    await page.locator('.stage').getByText('Behind the new key').waitFor();
    await expect(ann.api.links.change({ flowId, linkId: made.id, password: 'another one' })).rejects.toMatchObject({ code: 'LINK_PASSWORD_FIXED' });
    const held = [...sent.map(({ by, bytes }) => ({ where: by, bytes })), ...(await dumpDatabase(stage.server.database.pool))];
    const canaries = [fragment, 'canary sesame', 'Canary of the link', 'Behind the new key'];
    expect(Object.fromEntries(findTexts(held, canaries))).toEqual(Object.fromEntries(canaries.map((canary) => [canary, []])));
  }, 240_000);

  test.each([false, true])('sub-flows that the app chose open from their steps, live; encrypted: %s', async (encrypted) => {
    const { flowId, workspaceId } = await shared({ encrypted });
    if (encrypted) await ann.api.links.allow({ flowId, allowed: true });
    expect(await ann.api.links.list({ flowId })).toMatchObject({ subflows: [], otherSubflows: 0 });
    const { partId, lastId } = await leading(workspaceId, flowId);
    const offered = await ann.api.links.list({ flowId });
    expect([offered.subflows, offered.otherSubflows]).toEqual([[{ id: partId, name: 'Returns' }, { id: lastId, name: 'Refund' }], 1]);
    const wanted = { flowId, name: 'For Carla', mayComment: false, expiresAt: Date.now() + 86_400_000, ...(encrypted ? { password: 'canary sesame' } : {}) };
    const alone = await ann.api.links.create(wanted);
    const made = await ann.api.links.create({ ...wanted, subflowIds: [partId, lastId] });
    expect([alone.subflows, made.subflows.map(({ name }) => name).toSorted()]).toEqual([[], ['Refund', 'Returns']]);
    expect((await listed(flowId)).map(({ subflows }) => subflows.length)).toEqual([2, 0]);
    const page = await visit(made.address!);
    if (encrypted) {
      await page.getByLabel('Password').fill('canary sesame');
      await page.keyboard.press('Enter');
    }
    await live(page);
    await openStep(page, 'Send back');
    await page.getByRole('heading', { level: 1, name: 'Returns' }).waitFor();
    await eventually(() => page.locator('.react-flow__node', { hasText: 'Draft' }).getByRole('button').count()).toBe(0);
    await openStep(page, 'Money');
    await page.getByRole('heading', { level: 1, name: 'Refund' }).waitFor();
    if (encrypted) await ann.api.keys.rotate({ workspaceId });
    await ann.edit(lastId, `tx_live_${++count}`, [node(`node_${count}`, 'Behind the counter')]);
    await page.locator('.stage').getByText('Behind the counter').waitFor();
    // The link that showed none gets them, with the address that it has; the other one loses them while somebody looks.
    await ann.api.links.change({ flowId, linkId: alone.id, subflowIds: [partId] });
    await ann.api.links.change({ flowId, linkId: made.id, subflowIds: [partId] });
    await page.getByTestId('lost').getByText('“Refund” is not part of this link any more.').waitFor();
    await page.getByRole('heading', { level: 1, name: 'Returns' }).waitFor();
    expect((await listed(flowId)).map(({ subflows }) => subflows)).toEqual([[{ id: partId, name: 'Returns' }], [{ id: partId, name: 'Returns' }]]);
    const second = await visit(alone.address!);
    if (encrypted) {
      await second.getByLabel('Password').fill('canary sesame');
      await second.keyboard.press('Enter');
    }
    await live(second);
    await openStep(second, 'Send back');
    await second.locator('.stage').getByText('Parcel').waitFor();
    await ann.api.links.change({ flowId, linkId: made.id, subflowIds: [partId, lastId] });
    // One that is not shared any more does not keep the others from going along.
    const { rows } = await stage.server.database.pool.query<{ log_id: string }>('update shared_log set deleted_at = now() where log_id = (select log_id from share_link_flow where link_id = $1 and flow_id = $2) returning log_id', [made.id, lastId]);
    expect(rows).toHaveLength(1);
    const later = await ann.api.links.create({ ...wanted, subflowIds: [partId, lastId] });
    expect(later.subflows.map(({ name }) => name)).toEqual(['Returns']);
  }, 240_000);
});
