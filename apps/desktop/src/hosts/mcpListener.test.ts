/** Other agents on the app's own tools: the real SDK's client over real HTTP and a real process on standard input. */
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { silentLogger } from '@uxflow/core';
import type { McpState } from '@uxflow/core/api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callEngine, openEngineHost, type EngineHost, type EngineLine } from './engineHost.ts';
import { createFileSecrets } from './secrets.ts';

const bin = fileURLToPath(new URL('../../../../bin/uxflow.cjs', import.meta.url));
const STORY = 'Login with email and password; if the password is wrong show an error and let them retry; otherwise the dashboard';

let dataDir: string;
let host: EngineHost;
let line: EngineLine;
const clients: Client[] = [];
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'uxflow-mcp-'));
  host = await openEngineHost({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: createFileSecrets });
  line = (await callEngine(dataDir))!;
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close().catch(() => undefined);
  line.close();
  await host.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const newClient = async (transport: Transport, name = 'Tester') => {
  const client = new Client({ name, version: '1' });
  clients.push(client);
  await client.connect(transport);
  return client;
};
const overHttp = (address: string, token: string, name?: string) =>
  newClient(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers: { authorization: `Bearer ${token}` } } }) as Transport, name);
const overStdio = () => newClient(new StdioClientTransport({ command: process.execPath, args: [bin, 'mcp', '--data', dataDir], stderr: 'inherit' }));
const switchOn = async () => {
  // Any free port: a first switch keeps what it finds.
  const { state, token } = await line.api.mcp.set({ isOn: true });
  return { address: state.address!, token: token! };
};
const call = async (client: Client, name: string, args: Record<string, unknown>) => {
  const result = await client.callTool({ name, arguments: args });
  return { text: (result.content as { text: string }[])[0]!.text, isError: result.isError === true, data: result.structuredContent as never };
};
/** A screen that answers every question in the same way. */
const answering = async (answer: 'once' | 'always' | 'deny') => {
  const seen: McpState['questions'] = [];
  const stop = new AbortController();
  const stream = await line.api.mcp.watch(undefined, { signal: stop.signal });
  const reading = (async () => {
    for await (const { questions } of stream) {
      for (const question of questions) {
        if (seen.some(({ id }) => id === question.id)) continue;
        seen.push(question);
        await line.api.mcp.answer({ questionId: question.id, answer });
      }
    }
  })().catch(() => undefined);
  return { seen, close: async () => (stop.abort(), reading) };
};
const storyFlow = async () => {
  const flow = await line.api.flows.import({ fileName: 'story.uxflow', text: JSON.stringify({ format: 'uxflow', version: 1, id: 'f', name: 'Story', nodes: { n1: { id: 'n1', type: 'start', position: { x: 0, y: 0 }, data: { title: 'Start' } }, n2: { id: 'n2', type: 'screen', position: { x: 300, y: 0 }, data: { title: 'Login' } } }, edges: { e1: { id: 'e1', source: 'n1', target: 'n2', data: {} } } }) });
  return flow.id;
};

describe.each([
  ['HTTP', async () => switchOn().then(({ address, token }) => overHttp(address, token))],
  ['standard input', async () => (await switchOn(), overStdio())],
] as const)('over %s', (_, connect) => {
  test('find, read, check, propose; nothing is in the flow before a person accepts', async () => {
    const flowId = await storyFlow();
    const client = await connect();
    expect(client.getInstructions()).toContain('propose_changes');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['list_flows', 'search_flows', 'read_flow', 'validate_flow', 'list_proposals', 'read_proposal', 'propose_changes']);
    // What was stored just now is found once it is indexed.
    await expect.poll(() => call(client, 'search_flows', { query: 'Login' }), { timeout: 20_000 }).toMatchObject({ isError: false, data: { flows: [{ flow_id: flowId, steps: 2 }] } });
    const read = await call(client, 'read_flow', { flow_id: flowId });
    expect(read.text).toContain('n2 screen "Login"');
    const { revision } = read.data as { revision: number };
    expect((await call(client, 'validate_flow', { flow_id: flowId })).data).toMatchObject({ revision, findings: expect.arrayContaining([expect.objectContaining({ node_ids: ['n2'] })]) as unknown });
    const { resources } = await client.listResources();
    expect(resources).toEqual([expect.objectContaining({ uri: `uxflow://flow/${flowId}`, name: 'Story' })]);
    expect((await client.readResource({ uri: resources[0]!.uri })).contents[0]).toMatchObject({ text: expect.stringContaining('"Login"') as string });

    const before = await line.api.flow.export({ flowId, format: 'json' });
    const screen = await answering('once');
    const cards = [{ title: 'Add a dashboard', reason: 'The flow ends at the login.', ops: [{ op: 'add', kind: 'node', id: 'new_1', value: { type: 'screen', data: { title: 'Dashboard' } } }, { op: 'add', kind: 'edge', id: 'new_2', value: { source: 'n2', target: 'new_1', data: { label: 'Signed in' } } }] }];
    const proposed = await call(client, 'propose_changes', { flow_id: flowId, revision, summary: 'Lead on to a dashboard', cards });
    expect(proposed).toMatchObject({ isError: false, data: { status: 'proposed', cards: [{ title: 'Add a dashboard', changes: 2 }] } });
    expect(screen.seen).toMatchObject([{ direction: 'in', peer: 'Tester', tool: 'propose_changes', arguments: expect.stringContaining('Dashboard') as string }]);
    expect(await line.api.flow.export({ flowId, format: 'json' })).toEqual(before);
    await screen.close();

    const { proposal_id: proposalId } = proposed.data as { proposal_id: string };
    expect((await call(client, 'read_proposal', { proposal_id: proposalId })).data).toMatchObject({ proposal: { status: 'open', from: 'Tester' } });
    const { proposal } = await line.api.proposal.accept({ proposalId, cardIds: [`${proposalId}:1`] });
    expect(proposal).toMatchObject({ status: 'done', origin: { kind: 'mcp', client: 'Tester' } });
    const [newest] = await line.api.flow.history({ flowId, limit: 1 });
    expect(newest).toMatchObject({ author: { kind: 'agent', id: 'mcp', name: 'Tester' }, message: 'Lead on to a dashboard' });
    expect((await call(client, 'read_flow', { flow_id: flowId })).text).toMatch(/screen "Dashboard"/);
    expect((await line.api.mcp.get()).calls.find(({ tool }) => tool === 'propose_changes')).toMatchObject({ direction: 'in', peer: 'Tester', outcome: 'ok', flowId });
  });

  test('plain words become a proposal, or a question', async () => {
    const flowId = await storyFlow();
    const client = await connect();
    await line.api.mcp.setConsent({ tool: 'propose_changes', consent: 'allow' });
    const { data } = await call(client, 'read_flow', { flow_id: flowId });
    const { revision } = data as { revision: number };
    expect(await call(client, 'propose_changes', { flow_id: flowId, revision, instruction: 'rename Login to Sign in' })).toMatchObject({ data: { status: 'proposed', cards: [{ changes: 1 }] } });
    expect(await call(client, 'propose_changes', { flow_id: flowId, revision, instruction: 'rename the billing page to Invoices' })).toMatchObject({ data: { status: 'question' } });
  });
});

test('off by default: nobody listens, and standard input says what to do', async () => {
  expect(await line.api.mcp.get()).toMatchObject({ isOn: false, calls: [] });
  expect((await line.api.mcp.get()).address).toBeUndefined();
  const client = await overStdio();
  expect(await call(client, 'list_flows', {})).toMatchObject({ isError: true, text: expect.stringMatching(/^MCP_OFF: .*Settings, Connections/) as string });
});

test('standard input opens the folder itself while no app runs, and lets it go', async () => {
  await switchOn();
  const flowId = await storyFlow();
  line.close();
  await host.close();
  const client = await overStdio();
  expect(await call(client, 'list_flows', {})).toMatchObject({ data: { flows: [{ flow_id: flowId }] } });
  const propose = await call(client, 'propose_changes', { flow_id: flowId, revision: 1, instruction: 'rename Login to Sign in' });
  expect(propose).toMatchObject({ isError: true, text: expect.stringContaining('MCP_CONSENT_NO_SCREEN') as string });
  await client.close();
  host = await openEngineHost({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: createFileSecrets });
  expect(host.role()).toBe('owner');
  line = (await callEngine(dataDir))!;
});

describe('who may come in', () => {
  const hello = { jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } } };
  const knock = (address: string, headers: Record<string, string>, body: unknown = hello) =>
    new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const { hostname, port, pathname } = new URL(address);
      const sent = request({ hostname, port, path: pathname, method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }));
      });
      sent.on('error', reject);
      sent.end(typeof body === 'string' ? body : JSON.stringify(body));
    });

  test('no token, a wrong one, another host, another origin, another path', async () => {
    const { address, token } = await switchOn();
    const { host: own } = new URL(address);
    const right = { authorization: `Bearer ${token}` };
    expect(own).toMatch(/^127\.0\.0\.1:/);
    expect(await knock(address, {})).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    for (const wrong of ['', 'Bearer', 'Bearer ', `Basic ${token}`, `Bearer ${token}x`, `Bearer ${token.slice(0, -1)}`, `Bearer ${token.toUpperCase()}`]) expect((await knock(address, { authorization: wrong })).status).toBe(401);
    for (const name of ['localhost', 'evil.example', '127.0.0.1', 'localhost:4811', `${own}.evil.example`]) expect((await knock(address, { ...right, host: name })).status).toBe(403);
    for (const origin of ['https://evil.example', 'null', `https://${own}`, 'http://localhost:4810', 'http://127.0.0.1:4810']) expect((await knock(address, { ...right, origin })).status).toBe(403);
    expect((await knock(address.replace('/mcp', '/rpc'), right)).status).toBe(404);
    expect((await knock(address, { ...right, 'mcp-session-id': 'someone-elses' })).status).toBe(404);
    const welcome = await knock(address, right);
    expect(welcome.status).toBe(200);
    expect(welcome.headers['access-control-allow-origin']).toBeUndefined();
    // A session is no pass: every request shows the token.
    expect((await knock(address, { 'mcp-session-id': String(welcome.headers['mcp-session-id']) }, { jsonrpc: '2.0', id: 2, method: 'tools/list' })).status).toBe(401);
    expect((await line.api.mcp.get()).calls).toEqual([]);
  });

  test('bodies that are too large or no messages are refused, and the door stays open', async () => {
    const { address, token } = await switchOn();
    const right = { authorization: `Bearer ${token}` };
    expect((await knock(address, right, 'x'.repeat(3_000_000))).status).toBe(413);
    for (const body of ['', '{', '[]', '"hello"', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call' })]) expect((await knock(address, right, body)).status).toBeGreaterThanOrEqual(400);
    const client = await overHttp(address, token);
    expect((await client.listTools()).tools).toHaveLength(7);
  });

  test('a new token puts everybody out who came with the old one; revoking and switching off do, too', async () => {
    const { address, token } = await switchOn();
    const client = await overHttp(address, token);
    expect((await call(client, 'list_flows', {})).isError).toBe(false);
    const { token: next } = await line.api.mcp.renewToken();
    expect(next).not.toBe(token);
    await expect.poll(async () => (await line.api.mcp.get()).address).toBe(address);
    await expect(overHttp(address, token)).rejects.toThrow(/401|token/i);
    await expect(call(client, 'list_flows', {})).rejects.toThrow();
    const again = await overHttp(address, next);
    expect((await call(again, 'list_flows', {})).isError).toBe(false);
    await line.api.mcp.revokeToken();
    await expect.poll(async () => (await line.api.mcp.get()).tokenMadeAt).toBeUndefined();
    await expect(overHttp(address, next)).rejects.toThrow();
    await line.api.mcp.set({ isOn: false });
    await expect(fetch(address)).rejects.toThrow();
    expect((await line.api.mcp.get()).address).toBeUndefined();
  });

  test('what was switched on is open again after a restart, at the same address with the same token', async () => {
    const { address, token } = await switchOn();
    line.close();
    await host.close();
    await expect(fetch(address)).rejects.toThrow();
    host = await openEngineHost({ dataDir, host: 'test', version: '0', logger: silentLogger, secrets: createFileSecrets });
    line = (await callEngine(dataDir))!;
    await expect.poll(async () => (await line.api.mcp.get()).address).toBe(address);
    const client = await overHttp(address, token);
    expect((await call(client, 'list_flows', {})).isError).toBe(false);
    expect(JSON.stringify(await line.api.mcp.get())).not.toContain(token);
  });

  test('a port that is taken is said, another one mends it', async () => {
    const { address } = await switchOn();
    await line.api.mcp.set({ isOn: false });
    const squatter = (await import('node:http')).createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as { port: number };
    const { state } = await line.api.mcp.set({ isOn: true, port });
    expect(state).toMatchObject({ isOn: true, port, error: { code: 'MCP_PORT_IN_USE' } });
    expect(state.address).toBeUndefined();
    expect((await line.api.mcp.set({ port: Number(new URL(address).port) })).state).toMatchObject({ address });
    squatter.close();
  });
});

test('every refusal says what to do, and a story stays a story', async () => {
  const { address, token } = await switchOn();
  const flowId = await storyFlow();
  const client = await overHttp(address, token);
  await line.api.mcp.setConsent({ tool: 'propose_changes', consent: 'allow' });
  const { revision } = (await call(client, 'read_flow', { flow_id: flowId })).data as { revision: number };
  const refused = async (name: string, args: Record<string, unknown>, code: string) => {
    const result = await call(client, name, args);
    expect(result.isError).toBe(true);
    expect(result.text).toMatch(new RegExp(`^${code}: .{20,}\\.$`));
    return result.text;
  };
  await refused('read_flow', { flow_id: 'flow_nowhere' }, 'MCP_FLOW_UNKNOWN');
  await refused('read_flow', {}, 'MCP_ARGUMENTS_INVALID');
  await refused('write_flow', {}, 'MCP_TOOL_UNKNOWN');
  await refused('read_proposal', { proposal_id: 'p' }, 'MCP_PROPOSAL_UNKNOWN');
  await refused('propose_changes', { flow_id: flowId, revision }, 'MCP_CARDS_OR_WORDS');
  await refused('propose_changes', { flow_id: flowId, revision, instruction: STORY.repeat(400) }, 'MCP_ARGUMENTS_INVALID');
  await refused('propose_changes', { flow_id: flowId, revision, instruction: 'x'.repeat(1_200_000) }, 'MCP_ARGUMENTS_TOO_LARGE');
  expect(await refused('propose_changes', { flow_id: flowId, revision: revision + 3, instruction: 'rename Login to Sign in' }, 'MCP_REVISION_STALE')).toContain(`revision is ${revision} now`);
  const ops = (...list: unknown[]) => ({ flow_id: flowId, revision, cards: [{ title: 'T', ops: list }] });
  await refused('propose_changes', ops({ op: 'set', kind: 'node', id: 'n9', field: 'data.title', to: 'X' }), 'MCP_CARD_UNFIT');
  await refused('propose_changes', ops({ op: 'set', kind: 'node', id: 'n2', field: 'data.title', to: 'Login' }), 'MCP_NOTHING_TO_CHANGE');
  await refused('propose_changes', ops({ op: 'add', kind: 'node', id: 'n2', value: { type: 'screen', data: { title: 'Twice' } } }), 'MCP_CARD_UNFIT');
  await refused('propose_changes', ops({ op: 'version.add', id: 'v1', name: 'Mine' }), 'MCP_ARGUMENTS_INVALID');
  await refused('propose_changes', ops({ op: 'add', kind: 'comment', id: 'c1', value: { body: 'x' } }), 'MCP_ARGUMENTS_INVALID');
  for (let n = 0; n < 5; n++) expect((await call(client, 'propose_changes', ops({ op: 'set', kind: 'node', id: 'n2', field: 'data.title', to: `Login ${n}` }))).isError).toBe(false);
  await refused('propose_changes', ops({ op: 'set', kind: 'node', id: 'n2', field: 'data.title', to: 'One more' }), 'MCP_TOO_MANY_PROPOSALS');
  await line.api.flows.delete({ flowId });
  await refused('read_flow', { flow_id: flowId }, 'MCP_FLOW_UNKNOWN');
});
