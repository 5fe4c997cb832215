/** The page of a link in a real Chromium: without an account, live, by every way in which it can end. */
import type { BrowserContextOptions } from 'playwright-core';
import { createSealedCodec, linkProof, newLink, renewLink, sealName, toText, writeLinkFragment } from '@uxflow/core/keys';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { contrastFaults, namingFaults, unreachable } from '../../desktop/test/accessibility.ts';
import { createLine } from '../../desktop/test/browser.ts';
import { eventually } from '../../desktop/test/flowPage.ts';
import { dumpDatabase, findTexts, type Held } from './findText.ts';
import { until } from './testDevice.ts';
import { keyDevice, testCipher } from './testKeyDevice.ts';
import { makeLink } from './testLinks.ts';
import { addPerson, ask, makeWorkspace } from './testWorkspaces.ts';
import { chromiumPath, deflater, gateOn as gate, liveOn as live, SLOW_MS, startViewerStage, stepsOn as steps, type ViewerStage } from './viewerStage.ts';

describe.skipIf(!chromiumPath)('in a browser', () => {
  let stage: ViewerStage;

  beforeAll(async () => {
    stage = await startViewerStage();
  }, 180_000);
  afterEach(() => stage.leave());
  afterAll(() => stage?.close());

  test('a link opens the flow, and what is edited appears in it', async () => {
    const { device, logId } = await stage.flow();
    const page = await stage.visit(await makeLink(stage.server, stage.ann, stage.workspaceId, logId));
    await live(page);
    await eventually(() => page.locator('h1').textContent()).toBe('Checkout');
    expect(await steps(page)).toEqual([expect.stringContaining('Cart'), expect.stringContaining('Pay')]);
    stage.edit(device, [{ op: 'set', kind: 'node', id: 'pay', field: 'data.title', to: 'Pay by card' }]);
    await page.locator('.stage').getByText('Pay by card').waitFor();
    // Nothing is kept in the browser, and the page tells nobody where it stands.
    expect(await page.context().cookies()).toEqual([]);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    const answer = await page.request.get(page.url());
    expect(answer.headers()).toMatchObject({ 'x-robots-tag': 'noindex, nofollow', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache', 'x-frame-options': 'DENY' });
    expect(answer.headers()['content-security-policy']).not.toMatch(/unsafe-inline|unsafe-eval'.*unsafe-eval|\*|https:/);
    const asset = /src="(\/viewer\/[^"]+)"/.exec(await answer.text())![1]!;
    expect((await page.request.get(stage.server.url + asset)).headers()).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', 'content-encoding': 'br' });
    expect((await page.request.get(`${stage.server.url}/viewer/..%2Fmain.js`)).status()).toBe(404);
  });

  test('details, ways and search are at hand, by pointer and by keyboard', async () => {
    const { logId } = await stage.flow();
    const page = await stage.visit(await makeLink(stage.server, stage.ann, stage.workspaceId, logId));
    await live(page);
    await page.locator('.react-flow__node', { hasText: 'Cart' }).click();
    const details = page.getByTestId('node-details');
    await eventually(() => details.innerText()).toMatch(/Screen\s+Cart\s+What was chosen\./);
    await details.getByRole('button', { name: /Pay/ }).click();
    await details.getByRole('heading', { name: 'Pay' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('panel-details').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+f');
    await page.keyboard.type('cart');
    await page.getByText('1 found').waitFor();
    await eventually(() => page.locator('.node--found').count()).toBe(1);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.node--selected', { hasText: 'Cart' }).waitFor();
    const zoom = async () => Number((await page.getByTestId('zoom').innerText()).replace(/\D/g, ''));
    const before = await zoom();
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await until('zoomed', async () => (await zoom()) < before);
    // A node takes the focus, and the return key chooses it.
    await page.keyboard.press('Escape');
    await page.locator('.react-flow__node', { hasText: 'Pay' }).focus();
    await page.keyboard.press('Enter');
    await details.getByRole('heading', { name: 'Pay' }).waitFor();
  });

  test('a visitor comments in a name of their own, and the owner has it', async () => {
    const { device, logId } = await stage.flow();
    const link = await makeLink(stage.server, stage.ann, stage.workspaceId, logId, { mayComment: true });
    const page = await stage.visit(link);
    await live(page);
    await page.locator('.react-flow__node', { hasText: 'Cart' }).click();
    await page.getByRole('button', { name: /^Comments/ }).click();
    await page.getByLabel('Your name').fill('Carla');
    await page.getByLabel('Comment on “Cart”').fill('Where is the sum?');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await page.getByTestId('thread').getByText('Where is the sum?').waitFor();
    await until('Ann has it', () => device.replica.confirmed.comment.size === 1);
    const [comment] = [...device.replica.confirmed.comment.values()];
    expect(comment).toMatchObject({ body: 'Where is the sum?', authorName: 'Carla', nodeId: 'cart', authorId: expect.stringMatching(/^visitor_/) });
    // Ann answers; Carla sees it, and that it is by somebody of the team.
    stage.edit(device, [{ op: 'add', kind: 'comment', id: 'comment_answer', value: { body: 'Below the list.', authorId: stage.ann.userId, authorName: 'Ann', at: Date.now(), replyToId: comment!.id, nodeId: 'cart' } }]);
    const answer = page.locator('.thread__reply', { hasText: 'Below the list.' });
    await answer.waitFor();
    await eventually(() => answer.getByText('by link').count()).toBe(0);
    await page.getByLabel('Reply').fill('Thanks!');
    await page.getByTestId('thread').getByRole('button', { name: 'Send' }).click();
    await until('Ann has the reply', () => device.replica.confirmed.comment.size === 3);
    // Taken back while she looks: she reads on.
    await ask(stage.server.url, stage.ann, 'PATCH', `/workspaces/${stage.workspaceId}/links/${link.id}`, { mayComment: false });
    await page.getByText('Read only').waitFor();
    await eventually(() => page.getByLabel('Your name').count()).toBe(0);
  });

  test('a password is asked for, and a wrong one is told', async () => {
    const { logId } = await stage.flow();
    const page = await stage.visit(await makeLink(stage.server, stage.ann, stage.workspaceId, logId, { password: 'open sesame' }));
    await gate(page, 'password');
    await page.getByLabel('Password').fill('let me in');
    await page.getByRole('button', { name: 'Show the flow' }).click();
    await page.getByRole('alert').getByText('not right').waitFor();
    await page.getByLabel('Password').fill('open sesame');
    await page.keyboard.press('Enter');
    await live(page);
    // It goes in the body of one request, and nowhere else.
    expect(stage.sent.map(({ bytes }) => Buffer.from(bytes).toString()).filter((line) => line.includes('sesame') && !line.startsWith(`POST ${stage.server.url}/api/v1/links/open `))).toEqual([]);
  });

  test('revoked, expired or with another password, it ends while somebody looks', async () => {
    const { logId } = await stage.flow();
    const [revoked, changed, expiring] = [await makeLink(stage.server, stage.ann, stage.workspaceId, logId), await makeLink(stage.server, stage.ann, stage.workspaceId, logId), await makeLink(stage.server, stage.ann, stage.workspaceId, logId)];
    const pages = [await stage.visit(revoked), await stage.visit(changed), await stage.visit(expiring)] as const;
    for (const page of pages) await live(page);
    const at = (id: string) => `/workspaces/${stage.workspaceId}/links/${id}`;
    await ask(stage.server.url, stage.ann, 'DELETE', at(revoked.id));
    await gate(pages[0], 'gone');
    await eventually(() => pages[0].locator('.node').count()).toBe(0);
    await ask(stage.server.url, stage.ann, 'PATCH', at(changed.id), { password: 'from now on' });
    await gate(pages[1], 'password');
    await pages[1].getByLabel('Password').fill('from now on');
    await pages[1].keyboard.press('Enter');
    await live(pages[1]);
    await ask(stage.server.url, stage.ann, 'PATCH', at(expiring.id), { expiresAt: Date.now() + 1000 });
    await gate(pages[2], 'gone');
    const stranger = await stage.visit({ url: `${stage.server.url}/s/nothing` });
    await gate(stranger, 'gone');
  });

  test('without a connection the flow stays, says so, and goes on by itself', async () => {
    const { device, logId } = await stage.flow();
    const cable = createLine(/\/v1\/sync$/);
    const page = await stage.visit(await makeLink(stage.server, stage.ann, stage.workspaceId, logId), {}, cable);
    await live(page);
    cable.cut();
    await page.getByTestId('status').getByText('Offline').waitFor();
    stage.edit(device, [{ op: 'set', kind: 'node', id: 'pay', field: 'data.title', to: 'Pay later' }]);
    await until('it is on the server', () => device.open.status().state === 'synced');
    expect(await steps(page)).toEqual([expect.stringContaining('Cart'), expect.stringMatching(/Pay$/)]);
    cable.mend();
    await page.locator('.stage').getByText('Pay later').waitFor();
    await live(page);
  });

  test('an encrypted flow opens with the key of the address, which no server ever sees', async () => {
    const { server } = stage;
    const cipher = await testCipher();
    const owner = await keyDevice(server.url, await addPerson(server.database.pool, 'olga'));
    const { id: sealedSpace } = await makeWorkspace(server.url, owner.person, { name: 'Sealed', encrypted: true });
    const keyring = owner.keyring(sealedSpace);
    await keyring.refresh();
    await keyring.begin();
    const [logId, flowId] = ['log_sealed', 'flow_sealed'];
    const share = (body: Record<string, unknown>) => ask(server.url, owner.person, 'POST', `/workspaces/${sealedSpace}/flows`, body);
    expect((await share({ logId, sealed: sealName(cipher, keyring.keys!, { logId }, 'Canary flow') })).status).toBe(201);
    const device = stage.device(owner.person, { logId, flowId }, createSealedCodec({ cipher, logId, keys: () => keyring, deflater }));
    stage.edit(device, [{ op: 'set', kind: 'flow', id: flowId, field: 'name', to: 'Canary flow' }, { op: 'add', kind: 'node', id: 'step', value: { type: 'screen', position: { x: 0, y: 0 }, data: { title: 'Canary step' } } }]);
    await until('synced', () => device.open.status().state === 'synced');
    expect(device.open.log.offerSnapshot()).toBe(true);
    await until('the snapshot', async () => (await server.database.pool.query('select 1 from snapshot where log_id = $1', [logId])).rowCount === 1);

    const links = `/workspaces/${sealedSpace}/links`;
    const make = (password?: string) => {
      const id = `link_${toText(cipher.random(16))}`;
      const { stored, secret } = newLink(cipher, id, logId, keyring.keys!, password);
      const { linkId: _linkId, logId: _logId, ...key } = stored;
      const body = { logId, id, key, sealed: sealName(cipher, keyring.keys!, { logId }, 'Canary link'), mayComment: true, ...(password ? { password: linkProof(cipher, password, stored.salt!) } : {}) };
      return { body, secret, fragment: writeLinkFragment(secret) };
    };
    // Nothing is shown by links there until an admin has said so.
    const plain = make();
    expect((await ask(server.url, owner.person, 'POST', links, plain.body)).body.error.code).toBe('LINKS_NOT_ALLOWED');
    await ask(server.url, owner.person, 'PATCH', `/workspaces/${sealedSpace}`, { settings: { allowLinks: true } });
    const { address } = (await ask(server.url, owner.person, 'POST', links, plain.body)).body as { address: string };
    const page = await stage.visit({ url: `${address}#${plain.fragment}` });
    await live(page);
    expect([await page.locator('h1').textContent(), await steps(page)]).toEqual(['Canary flow', [expect.stringContaining('Canary step')]]);
    stage.edit(device, [{ op: 'set', kind: 'node', id: 'step', field: 'data.title', to: 'Canary edit' }]);
    await page.locator('.stage').getByText('Canary edit').waitFor();
    await page.getByRole('button', { name: /^Steps/ }).click();
    await page.getByText('The program of this page comes from').waitFor();
    await page.getByRole('button', { name: /^Comments/ }).click();
    await page.getByLabel('Your name').fill('Canary visitor');
    await page.getByLabel('Comment on the whole flow').fill('Canary comment');
    await page.getByRole('button', { name: 'Send' }).first().click();
    await until('the owner has it', () => [...device.replica.confirmed.comment.values()].some(({ body }) => body === 'Canary comment'));

    // A new key of the workspace: the page goes on as soon as a member's device has added it to the link.
    await keyring.rotate();
    stage.edit(device, [{ op: 'set', kind: 'node', id: 'step', field: 'data.title', to: 'Canary rotated' }]);
    device.open.log.resume();
    await until('the new key counts', async () => {
      device.open.log.resume();
      return device.open.status().state === 'synced';
    });
    for (const old of await owner.api.oldLinks(sealedSpace)) await owner.api.putLink(sealedSpace, renewLink(cipher, old, keyring.keys!));
    await page.locator('.stage').getByText('Canary rotated').waitFor();

    // Without the key, with half of one, with another one, and with a password.
    const bare = await stage.visit({ url: address });
    await gate(bare, 'keyMissing');
    const half = await stage.visit({ url: `${address}#${plain.fragment.slice(0, 20)}` });
    await gate(half, 'keyWrong');
    const wrong = await stage.visit({ url: `${address}#${writeLinkFragment(cipher.random(32))}` });
    await gate(wrong, 'keyWrong');
    const locked = make('canary password');
    const made = (await ask(server.url, owner.person, 'POST', links, locked.body)).body as { address: string };
    const asked = await stage.visit({ url: `${made.address}#${locked.fragment}` });
    await gate(asked, 'password');
    await asked.getByLabel('Password').fill('canary pass');
    await asked.keyboard.press('Enter');
    await asked.getByRole('alert').waitFor();
    await asked.getByLabel('Password').fill('canary password');
    await asked.keyboard.press('Enter');
    await live(asked);

    // The key stands in no request, no line of the server's log and no row; nor does what is written.
    const held: Held[] = [...stage.sent, ...stage.lines.map((line) => ({ where: 'log of the server', bytes: Buffer.from(JSON.stringify(line)) })), ...(await dumpDatabase(server.database.pool))];
    const canaries = [plain.fragment, toText(plain.secret), toText(locked.secret), 'canary password', 'Canary flow', 'Canary step', 'Canary edit', 'Canary link', 'Canary visitor', 'Canary comment', 'Canary rotated'];
    expect(Object.fromEntries(findTexts(held, canaries))).toEqual(Object.fromEntries(canaries.map((canary) => [canary, []])));
    // What is looked for would be found: the address is what the page asks the server for.
    expect(findTexts(held, [new URL(address).pathname]).get(new URL(address).pathname)).toContain('request');
  }, SLOW_MS);

  test('names, contrast and the Tab key are right on every page, in both languages and themes, and on a telephone', async () => {
    const { logId } = await stage.flow();
    const link = await makeLink(stage.server, stage.ann, stage.workspaceId, logId, { mayComment: true });
    const locked = await makeLink(stage.server, stage.ann, stage.workspaceId, logId, { password: 'open sesame' });
    const ways: BrowserContextOptions[] = [{}, { locale: 'de-DE', colorScheme: 'dark' }, { locale: 'de-DE', viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true }];
    for (const way of ways) {
      const page = await stage.visit(link, way);
      await page.getByTestId('status').waitFor();
      await page.locator('.stage .node').first().waitFor();
      const check = async (what: string) => expect([what, await namingFaults(page), await contrastFaults(page), await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([what, [], [], true]);
      await check('flow');
      for (const name of [/^(Steps|Schritte)$/, /^(Comments|Kommentare)/]) {
        await page.getByRole('button', { name }).click();
        await page.locator('.panel').waitFor();
        await check(String(name));
        expect([String(name), await unreachable(page)]).toEqual([String(name), []]);
      }
      await page.goto(locked.url);
      await gate(page, 'password');
      await check('password');
      await page.goto(`${stage.server.url}/s/nothing`);
      await gate(page, 'gone');
      await check('gone');
      expect(await page.evaluate(() => document.documentElement.lang)).toBe(way.locale === 'de-DE' ? 'de' : 'en');
      await page.context().close();
    }
  }, SLOW_MS);
});
