/** Another agent connects as a new user would have it: switch, copy, paste; then it proposes, is asked about, and is accepted on the canvas. */
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, shoot, startApp, type AppInBrowser } from './browser.ts';
import { THREE_SCREENS } from './flowFile.ts';
import { eventually, openFlow } from './flowPage.ts';

const NOTES = fileURLToPath(new URL('../../../packages/core/src/engine/mcp/fixtures/noteServer.ts', import.meta.url));

interface Pasted {
  mcpServers: Record<string, { command: string; args: string[] } | { type: 'http'; url: string; headers: Record<string, string> }>;
}

describe.skipIf(!chromiumPath)('connections', () => {
  let app: AppInBrowser;
  const clients: Client[] = [];
  beforeAll(async () => void (app = await startApp()));
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    expect(app.problems).toEqual([]);
  });
  afterAll(() => app.close());

  const settings = async (page: Page) => {
    await page.evaluate(() => void (location.hash = '#/settings'));
    await page.locator('#settings-connections').scrollIntoViewIfNeeded();
  };
  /** What an agent does with the settings that were pasted into it. */
  const connect = async (text: string) => {
    const server = (JSON.parse(text) as Pasted).mcpServers['ux-flow-engine']!;
    const transport = 'url' in server ? new StreamableHTTPClientTransport(new URL(server.url), { requestInit: { headers: server.headers } }) : new StdioClientTransport({ command: server.command, args: server.args });
    const client = new Client({ name: 'claude-ai', title: 'Claude Desktop', version: '1' });
    clients.push(client);
    await client.connect(transport as Transport);
    return client;
  };
  const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());
  const propose = async (client: Client, flowId: string, title: string) => {
    const { structuredContent } = await client.callTool({ name: 'read_flow', arguments: { flow_id: flowId } });
    const { revision } = structuredContent as { revision: number };
    return client.callTool({ name: 'propose_changes', arguments: { flow_id: flowId, revision, summary: 'One more screen', cards: [{ title: `Add ${title}`, ops: [{ op: 'add', kind: 'node', id: 'new', value: { type: 'screen', data: { title } } }] }] } });
  };

  test('switch on, copy, paste, propose, allow, accept', async () => {
    const api = await app.client();
    const { id: flowId } = await api.flows.import({ text: THREE_SCREENS, fileName: 'x.uxflow' });
    const page = await app.openPage({ clipboard: true });
    await settings(page);
    await page.getByRole('switch', { name: /Let other agents connect/ }).click();
    await page.getByRole('button', { name: 'Copy settings' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const client = await connect(await copied(page));

    await openFlow(page, flowId);
    const before = (await api.flow.export({ flowId, format: 'json' })).text;
    const answer = propose(client, flowId, 'Gift card');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Claude Desktop wants to: Propose changes').waitFor();
    await eventually(() => dialog.getByTestId('consent').textContent()).toContain('Gift card');
    await shoot(page, 'mcp-consent');
    await dialog.getByRole('button', { name: 'Allow once' }).click();
    expect((await answer).isError).toBe(false);
    await page.getByTestId('proposal-bar').waitFor();
    await page.getByText('From Claude Desktop').waitFor();
    expect((await api.flow.export({ flowId, format: 'json' })).text).toBe(before);
    await page.getByTestId('proposal-bar').getByRole('button', { name: 'Accept all' }).click();
    await expect.poll(async () => (await api.flow.export({ flowId, format: 'json' })).text).toContain('Gift card');
    await page.locator('#tab-history').click();
    await page.locator('[data-testid=history-entry]').first().getByText('Claude Desktop').waitFor();

    // Said no: nothing on the canvas, and the agent is told.
    const denied = propose(client, flowId, 'Lottery');
    await dialog.getByRole('button', { name: 'Refuse', exact: true }).last().click();
    expect(JSON.stringify(await denied)).toContain('MCP_CONSENT_DENIED');
    await dialog.waitFor({ state: 'detached' });
    await settings(page);
    await page.locator('[data-testid=mcp-call]').filter({ hasText: 'Propose changes' }).filter({ hasText: 'Refused' }).waitFor();
    await eventually(() => page.locator('[data-testid=mcp-call]').filter({ hasText: 'Claude Desktop' }).count()).toBeGreaterThan(3);
    await page.close();
  });

  test('by HTTP with the token that is shown once; a new one shuts the old one out', async () => {
    const api = await app.client();
    if ((await api.mcp.get()).isOn) await api.mcp.set({ isOn: false });
    await api.mcp.revokeToken();
    const page = await app.openPage({ clipboard: true, colorScheme: 'dark' });
    await settings(page);
    await page.getByRole('switch', { name: /Let other agents connect/ }).click();
    await page.getByRole('radio', { name: 'HTTP' }).click();
    await page.getByText('the token is shown only this once').waitFor();
    await page.getByRole('button', { name: 'Copy settings' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const first = await copied(page);
    const client = await connect(first);
    expect((await client.listTools()).tools).toHaveLength(7);
    await page.getByRole('button', { name: 'Make a new token' }).click();
    await expect.poll(() => page.getByTestId('mcp-config').textContent()).not.toBe(first);
    await expect(connect(first)).rejects.toThrow();
    await expect(client.listTools()).rejects.toThrow();
    await page.reload();
    await page.locator('#settings-connections').scrollIntoViewIfNeeded();
    await page.getByRole('radio', { name: 'HTTP' }).click();
    await eventually(() => page.getByTestId('mcp-config').textContent()).toContain('Bearer <your token>');
    await page.getByText('The token is not shown a second time').waitFor();
    await page.close();
  });

  test('a server of the person is added, shows its tools, and says why it fails', async () => {
    const page = await app.openPage({ locale: 'de-DE' });
    await page.evaluate(() => void (location.hash = '#/settings'));
    const section = page.locator('.settings__section:has(#settings-servers)');
    await section.getByRole('button', { name: 'Server hinzufügen' }).click();
    await section.getByLabel('Name').fill('Notizen');
    await section.getByLabel('Befehl').last().fill(`"${process.execPath}" "${NOTES}" --small`);
    await section.getByRole('button', { name: 'Server hinzufügen' }).click();
    await section.locator('[data-status=ready]').waitFor();
    await section.getByText('1 Werkzeug').click();
    await section.getByText('Read a note', { exact: true }).waitFor();
    await section.getByRole('button', { name: 'Notizen ändern' }).click();
    await section.getByLabel('Befehl').last().fill('/nirgends/server');
    await section.getByRole('button', { name: 'Speichern' }).click();
    await section.getByRole('alert').getByText('lässt sich nicht starten (ENOENT)').waitFor();
    await section.getByRole('button', { name: 'Notizen entfernen' }).click();
    await section.getByRole('button', { name: 'Entfernen', exact: true }).click();
    await section.getByText('Noch kein Server').waitFor();
    await page.close();
  });
});
