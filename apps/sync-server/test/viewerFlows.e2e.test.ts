/** Sub-flows on the page of a link, in a real Chromium: opened by their steps, live, with the way back, and gone when they are taken away. */
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createSealedCodec, newLink, renewLink, sealName, toText, writeLinkFragment } from '@uxflow/core/keys';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createLine } from '../../desktop/test/browser.ts';
import { eventually } from '../../desktop/test/flowPage.ts';
import { contrastFaults, namingFaults, unreachable } from '../../desktop/test/accessibility.ts';
import { dumpDatabase, findTexts, type Held } from './findText.ts';
import { until } from './testDevice.ts';
import { keyDevice, testCipher } from './testKeyDevice.ts';
import { makeLink, type TestLink } from './testLinks.ts';
import { addPerson, ask, makeWorkspace } from './testWorkspaces.ts';
import { chromiumPath, deflater, gateOn, liveOn, SLOW_MS, startViewerStage, stepsOn, type Ops, type TestFlow, type ViewerStage } from './viewerStage.ts';

const subflow = (id: string, title: string, subflowId: string, y = 200): Ops[number] => ({ op: 'add', kind: 'node', id, value: { type: 'subflow', position: { x: 0, y }, data: { title, subflowId } } });

describe.skipIf(!chromiumPath)('in a browser', () => {
  let stage: ViewerStage;

  beforeAll(async () => {
    stage = await startViewerStage();
  }, 180_000);
  afterEach(() => stage.leave());
  afterAll(() => stage?.close());

  /** "Checkout" leads to "Returns", that to "Refund" and back; "Elsewhere" is led to and not part of the link. */
  async function flows(): Promise<{ own: TestFlow; returns: TestFlow; refund: TestFlow; elsewhere: TestFlow }> {
    const [elsewhere, refund, own] = [await stage.flow('Elsewhere'), await stage.flow('Refund'), await stage.flow('Checkout')];
    const returns = await stage.flow('Returns', [subflow('to_refund', 'Pay back', refund.flowId), subflow('to_own', 'Begin anew', own.flowId, 400)]);
    stage.edit(own.device, [subflow('to_returns', 'Send back', returns.flowId), subflow('to_elsewhere', 'Other goods', elsewhere.flowId, 400)]);
    return { own, returns, refund, elsewhere };
  }
  const linkOf = (own: TestFlow, parts: TestFlow[], more: Record<string, unknown> = {}): Promise<TestLink> =>
    makeLink(stage.server, stage.ann, stage.workspaceId, own.logId, { flows: parts.map(({ logId, flowId }) => ({ logId, flowId })), ...more });
  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const openStep = (page: Page, title: string) => page.locator('.react-flow__node', { hasText: title }).getByRole('button', { name: 'Open the sub-flow' }).click();
  const way = (page: Page) => page.getByRole('navigation', { name: 'Way to this flow' });

  test('a step opens its sub-flow, live, and the way back is on the page and in the browser', async () => {
    const { own, returns, refund } = await flows();
    const link = await linkOf(own, [returns, refund]);
    const page = await stage.visit(link);
    await liveOn(page);
    const address = page.url();
    await eventually(() => way(page).count()).toBe(0);
    await openStep(page, 'Send back');
    await heading(page, 'Returns');
    await liveOn(page);
    await until('the focus is there', () => page.evaluate(() => document.activeElement?.tagName === 'H1'));
    expect(await stepsOn(page)).toEqual(['Begin anew', 'Pay back', expect.stringContaining('Cart'), expect.stringMatching(/Pay$/)]);
    stage.edit(returns.device, [{ op: 'set', kind: 'node', id: 'pay', field: 'data.title', to: 'Pay the parcel' }]);
    await page.locator('.stage').getByText('Pay the parcel').waitFor();
    // By the details, and by the list of steps.
    await page.locator('.react-flow__node', { hasText: 'Pay back' }).click();
    await page.getByTestId('node-details').getByRole('button', { name: 'Open “Refund”' }).click();
    await heading(page, 'Refund');
    await eventually(() => way(page).getByRole('button').allTextContents()).toEqual(['Checkout', 'Returns']);
    await page.goBack();
    await heading(page, 'Returns');
    // As it was left.
    await page.getByTestId('panel-details').getByRole('heading', { name: 'Pay back' }).waitFor();
    await page.goBack();
    await heading(page, 'Checkout');
    expect(await page.title()).toBe('Checkout – UX Flow Engine');
    await page.goForward();
    await heading(page, 'Returns');
    await page.getByRole('button', { name: 'Steps', exact: true }).click();
    await page.getByTestId('panel-steps').getByRole('button', { name: 'Open “Refund”' }).click();
    await heading(page, 'Refund');
    await way(page).getByRole('button', { name: 'Checkout' }).click();
    await heading(page, 'Checkout');
    await page.goBack();
    await heading(page, 'Refund');
    // A way that comes by a flow again ends there.
    await page.goBack();
    await heading(page, 'Returns');
    await openStep(page, 'Begin anew');
    await heading(page, 'Checkout');
    await eventually(() => way(page).count()).toBe(0);
    // No address says which, and loading again stays there.
    await openStep(page, 'Send back');
    await heading(page, 'Returns');
    expect(page.url()).toBe(address);
    await page.reload();
    await heading(page, 'Returns');
    await liveOn(page);
    expect(stage.sent.filter(({ where, bytes }) => where === 'request' && /^GET/.test(Buffer.from(bytes).toString()) && Buffer.from(bytes).includes(returns.logId))).toEqual([]);
    const { rows } = await stage.server.database.pool.query('select opened from share_link where id = $1', [link.id]);
    expect(rows).toEqual([{ opened: 2 }]);
  });

  test('what is not part of the link says so, and nothing opens it', async () => {
    const { own, returns } = await flows();
    const page = await stage.visit(await linkOf(own, [returns]));
    await liveOn(page);
    const other = page.locator('.react-flow__node', { hasText: 'Other goods' });
    await eventually(() => other.getByRole('button').count()).toBe(0);
    await other.click();
    await page.getByTestId('node-details').getByText('It is not part of this link.').waitFor();
    await other.dblclick();
    await heading(page, 'Checkout');
    // Added after the link was made: the same.
    const late = await stage.flow('Late');
    stage.edit(own.device, [subflow('to_late', 'Added later', late.flowId, 600)]);
    await page.locator('.stage').getByText('Added later').waitFor();
    await eventually(() => page.locator('.react-flow__node', { hasText: 'Added later' }).getByRole('button').count()).toBe(0);
    await openStep(page, 'Send back');
    await heading(page, 'Returns');
    await eventually(() => page.locator('.react-flow__node', { hasText: 'Pay back' }).getByRole('button').count()).toBe(0);
  });

  test('what is put into the link, or brought back, opens at once, without loading the page again', async () => {
    const { own, returns, refund } = await flows();
    const link = await linkOf(own, [returns]);
    const change = (parts: TestFlow[]) => ask(stage.server.url, stage.ann, 'PATCH', `/workspaces/${stage.workspaceId}/links/${link.id}`, { flows: parts.map(({ logId, flowId }) => ({ logId, flowId })) });
    const cable = createLine(/\/v1\/sync$/);
    const page = await stage.visit(link, {}, cable);
    await liveOn(page);
    const late = await stage.flow('Late');
    stage.edit(own.device, [subflow('to_late', 'Added later', late.flowId, 600)]);
    const step = page.locator('.react-flow__node', { hasText: 'Added later' });
    await step.waitFor();
    const way = step.getByRole('button', { name: 'Open the sub-flow' });
    await eventually(() => way.count()).toBe(0);
    expect((await change([returns, late])).status).toBe(200);
    await way.waitFor();
    // Nobody stands there: it goes without a word, and comes again.
    const at = `/workspaces/${stage.workspaceId}/flows/${late.logId}`;
    expect((await ask(stage.server.url, stage.ann, 'DELETE', at)).status).toBe(200);
    await way.waitFor({ state: 'detached' });
    expect((await ask(stage.server.url, stage.ann, 'POST', `${at}/restore`)).status).toBe(200);
    await way.waitFor();
    // Whatever is said while the connection is away is asked for when it is back.
    cable.cut();
    await page.getByTestId('status').getByText('Live').waitFor({ state: 'detached' });
    expect((await change([returns, refund])).status).toBe(200);
    cable.mend();
    await way.waitFor({ state: 'detached' });
    await openStep(page, 'Send back');
    await openStep(page, 'Pay back');
    await heading(page, 'Refund');
    const { rows } = await stage.server.database.pool.query('select opened from share_link where id = $1', [link.id]);
    expect(rows).toEqual([{ opened: 1 }]);
  });

  test('comments belong to the flow that is shown', async () => {
    const { own, returns } = await flows();
    const page = await stage.visit(await linkOf(own, [returns], { mayComment: true }));
    await liveOn(page);
    await page.getByRole('button', { name: /^Comments/ }).click();
    await page.getByLabel('Your name').fill('Carla');
    await page.getByLabel('Comment on the whole flow').fill('About the checkout');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await page.getByTestId('thread').getByText('About the checkout').waitFor();
    await openStep(page, 'Send back');
    await heading(page, 'Returns');
    await page.getByRole('button', { name: 'Comments (0)' }).click();
    await page.getByLabel('Comment on the whole flow').fill('About the returns');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await until('Ann has both', () => [own, returns].every(({ device }) => device.replica.confirmed.comment.size === 1));
    expect([own, returns].map(({ device }) => [...device.replica.confirmed.comment.values()].map(({ body, authorName }) => `${authorName}: ${body}`))).toEqual([['Carla: About the checkout'], ['Carla: About the returns']]);
  });

  test('a sub-flow that is deleted while somebody looks is gone, the flow before it stays; with the link everything ends', async () => {
    const { own, returns, refund } = await flows();
    const link = await linkOf(own, [returns, refund]);
    const page = await stage.visit(link);
    await liveOn(page);
    await openStep(page, 'Send back');
    await heading(page, 'Returns');
    await openStep(page, 'Pay back');
    await heading(page, 'Refund');
    await liveOn(page);
    const at = (log: string) => `/workspaces/${stage.workspaceId}/flows/${log}`;
    await ask(stage.server.url, stage.ann, 'DELETE', at(refund.logId));
    await page.getByTestId('lost').getByText('“Refund” is not part of this link any more.').waitFor();
    await heading(page, 'Returns');
    await eventually(() => page.locator('.react-flow__node', { hasText: 'Pay back' }).getByRole('button').count()).toBe(0);
    await page.getByTestId('lost').getByRole('button', { name: 'Close' }).click();
    await page.getByTestId('lost').waitFor({ state: 'detached' });
    await liveOn(page);
    await ask(stage.server.url, stage.ann, 'DELETE', `/workspaces/${stage.workspaceId}/links/${link.id}`);
    await gateOn(page, 'gone');
    await eventually(() => page.locator('.node').count()).toBe(0);
  });

  test('of an encrypted workspace each flow opens with its own key under the one of the address, through a rotation', async () => {
    const { server } = stage;
    const cipher = await testCipher();
    const owner = await keyDevice(server.url, await addPerson(server.database.pool, 'olga'));
    const { id: space } = await makeWorkspace(server.url, owner.person, { name: 'Sealed', encrypted: true });
    await ask(server.url, owner.person, 'PATCH', `/workspaces/${space}`, { settings: { allowLinks: true } });
    const keyring = owner.keyring(space);
    await keyring.refresh();
    await keyring.begin();
    const make = async (name: string, ops: Ops) => {
      const ids = { logId: `log_${name}`, flowId: `flow_${name}` };
      expect((await ask(server.url, owner.person, 'POST', `/workspaces/${space}/flows`, { logId: ids.logId, sealed: sealName(cipher, keyring.keys!, ids, `Canary ${name}`) })).status).toBe(201);
      const device = stage.device(owner.person, ids, createSealedCodec({ cipher, logId: ids.logId, keys: () => keyring, deflater }));
      stage.edit(device, [{ op: 'set', kind: 'flow', id: ids.flowId, field: 'name', to: `Canary ${name}` }, ...ops]);
      await until('synced', () => device.open.status().state === 'synced');
      expect(device.open.log.offerSnapshot()).toBe(true);
      await until('the snapshot', async () => (await server.database.pool.query('select 1 from snapshot where log_id = $1', [ids.logId])).rowCount === 1);
      return { ...ids, device };
    };
    const [part, late] = [await make('part', [subflow('end', 'Canary end', 'flow_none')]), await make('late', [])];
    const own = await make('own', [subflow('to_part', 'Canary step', part.flowId), subflow('to_late', 'Canary other', late.flowId, 400)]);
    const id = `link_${toText(cipher.random(16))}`;
    const { stored, subflows, secret } = newLink(cipher, id, own.logId, keyring.keys!, undefined, [part.logId]);
    const [{ linkId: _l, logId: _o, ...key }, [{ linkId: _k, logId: _p, salt: _s, ...partKey }]] = [stored, subflows as [(typeof subflows)[number]]];
    const body = { logId: own.logId, id, key, sealed: sealName(cipher, keyring.keys!, own, 'Canary link'), flows: [{ logId: part.logId, flowId: part.flowId, key: partKey }] };
    // Without a key of its own a sub-flow is none.
    expect((await ask(server.url, owner.person, 'POST', `/workspaces/${space}/links`, { ...body, flows: [{ logId: part.logId, flowId: part.flowId }] })).body.error.code).toBe('LINK_KEY_NEEDED');
    const { address } = (await ask(server.url, owner.person, 'POST', `/workspaces/${space}/links`, body)).body as { address: string };
    const page = await stage.visit({ url: `${address}#${writeLinkFragment(secret)}` });
    await liveOn(page);
    await eventually(() => page.locator('.react-flow__node', { hasText: 'Canary other' }).getByRole('button').count()).toBe(0);
    await openStep(page, 'Canary step');
    await heading(page, 'Canary part');
    stage.edit(part.device, [{ op: 'set', kind: 'node', id: 'end', field: 'data.title', to: 'Canary edit' }]);
    await page.locator('.stage').getByText('Canary edit').waitFor();
    expect(page.url()).toBe(`${address}#${writeLinkFragment(secret)}`);
    await keyring.rotate();
    stage.edit(part.device, [{ op: 'set', kind: 'node', id: 'end', field: 'data.title', to: 'Canary rotated' }]);
    await until('the new key counts', async () => {
      part.device.open.log.resume();
      return part.device.open.status().state === 'synced';
    });
    const old = await owner.api.oldLinks(space);
    expect(old.map(({ logId }) => logId).toSorted()).toEqual([own.logId, part.logId].toSorted());
    for (const one of old) await owner.api.putLink(space, renewLink(cipher, one, keyring.keys!));
    expect(await owner.api.oldLinks(space)).toEqual([]);
    await page.locator('.stage').getByText('Canary rotated').waitFor();
    // One that joins them, by any member: the open page has its key at once.
    await page.goBack();
    await heading(page, 'Canary own');
    const { links } = (await ask(server.url, owner.person, 'GET', `/workspaces/${space}/links`)).body as { links: { id: string; key: Pick<(typeof old)[number], 'epoch' | 'forMembers'> }[] };
    const added = renewLink(cipher, { linkId: id, logId: late.logId, ...links[0]!.key }, keyring.keys!);
    const lateKey = { epoch: added.epoch, sealed: added.sealed, forMembers: added.forMembers };
    expect((await ask(server.url, owner.person, 'PATCH', `/workspaces/${space}/links/${id}`, { flows: [{ logId: part.logId, flowId: part.flowId, key: lateKey }, { logId: late.logId, flowId: late.flowId, key: lateKey }] })).status).toBe(200);
    await openStep(page, 'Canary other');
    await heading(page, 'Canary late');
    const held: Held[] = [...stage.sent, ...stage.lines.map((line) => ({ where: 'log of the server', bytes: Buffer.from(JSON.stringify(line)) })), ...(await dumpDatabase(server.database.pool))];
    const canaries = [writeLinkFragment(secret), toText(secret), 'Canary part', 'Canary step', 'Canary edit', 'Canary rotated'];
    expect(Object.fromEntries(findTexts(held, canaries))).toEqual(Object.fromEntries(canaries.map((canary) => [canary, []])));
  }, SLOW_MS);

  test('names, contrast and the Tab key are right with a way back, in both languages and themes, and on a telephone', async () => {
    const { own, returns, refund } = await flows();
    const link = await linkOf(own, [returns, refund], { mayComment: true });
    const ways: BrowserContextOptions[] = [{}, { locale: 'de-DE', colorScheme: 'dark' }, { locale: 'de-DE', viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true }];
    for (const options of ways) {
      const page = await stage.visit(link, options);
      for (const [title, name] of [['Send back', 'Returns'], ['Pay back', 'Refund']] as const) {
        await page.getByRole('button', { name: /^(Steps|Schritte)$/ }).click();
        const item = page.locator('.steps__item', { hasText: title });
        await item.getByRole('button').last().waitFor();
        expect([title, await namingFaults(page), await contrastFaults(page), await unreachable(page)]).toEqual([title, [], [], []]);
        await item.getByRole('button').last().click();
        await heading(page, name);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect([await namingFaults(page), await contrastFaults(page)]).toEqual([[], []]);
      const crumb = page.getByRole('navigation').getByRole('button').last();
      await crumb.click();
      await heading(page, 'Returns');
      await page.context().close();
    }
  }, SLOW_MS);
});
