import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { CallToolResult, Tool } from '@modelcontextprotocol/sdk/types.js';
import type { McpToolListing, McpToolResult } from '../../api/index.ts';
import { shownLine } from './shownText.ts';

/** Where a client's calls go: the engine in this process, or the one behind the local socket. */
export interface ToolDesk {
  listTools(): Promise<McpToolListing[]> | McpToolListing[];
  call(call: { client: string; tool: string; arguments: unknown }, signal: AbortSignal): Promise<McpToolResult>;
}

/** Pause between two signs of life while a person makes up their mind, ms: clients count silence. */
const PROGRESS_EVERY_MS = 10_000;
const INSTRUCTIONS =
  'UX Flow Engine keeps UX flows: screens, decisions and the arrows between them. Find a flow with list_flows or search_flows, read it with read_flow, check it with validate_flow. To change something, call propose_changes with the revision that you read: a person sees the proposal on the canvas and accepts or rejects each card, so say that you have proposed it, not that it is done. If a call is denied, tell the person and do not try again by other means.';
const FLOW_URI = 'uxflow://flow/';

/** Speaks MCP with one client over a transport until that closes. The same for HTTP and standard input. */
export async function serveMcpClient(transport: Transport, desk: ToolDesk, version: string): Promise<Server> {
  // Loaded when the first client comes: at the start it would hold up the first screen.
  const [{ Server: ProtocolServer }, types] = await Promise.all([import('@modelcontextprotocol/sdk/server/index.js'), import('@modelcontextprotocol/sdk/types.js')]);
  const { CallToolRequestSchema, ErrorCode, ListResourcesRequestSchema, ListResourceTemplatesRequestSchema, ListToolsRequestSchema, McpError, ReadResourceRequestSchema } = types;
  const server = new ProtocolServer({ name: 'ux-flow-engine', title: 'UX Flow Engine', version }, { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS });
  const client = () => {
    const info = server.getClientVersion();
    return shownLine(info?.title, 60) || shownLine(info?.name, 60, 'unnamed client');
  };
  const call = (tool: string, args: unknown, signal: AbortSignal) => desk.call({ client: client(), tool, arguments: args }, signal);

  server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: (await desk.listTools()).map(toTool) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal, sendNotification }): Promise<CallToolResult> => {
    const token = params._meta?.progressToken;
    let progress = 0;
    const alive = token === undefined ? undefined : setInterval(() => {
      void sendNotification({ method: 'notifications/progress', params: { progressToken: token, progress: ++progress, message: 'Waiting for UX Flow Engine' } }).catch(() => undefined);
    }, PROGRESS_EVERY_MS);
    try {
      const { text, structured, isError } = await call(params.name, params.arguments ?? {}, signal);
      return { content: [{ type: 'text', text }], ...(structured && !isError ? { structuredContent: structured } : {}), isError };
    } finally {
      clearInterval(alive);
    }
  });
  server.setRequestHandler(ListResourcesRequestSchema, async (_, { signal }) => {
    const { structured, isError, text } = await call('list_flows', { limit: 200 }, signal);
    if (isError) throw new McpError(ErrorCode.InvalidRequest, text);
    const flows = (structured as { flows: { flow_id: string; name: string }[] }).flows;
    return { resources: flows.map(({ flow_id, name }) => ({ uri: `${FLOW_URI}${flow_id}`, name, mimeType: 'text/plain' })) };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [{ uriTemplate: `${FLOW_URI}{flow_id}`, name: 'flow', title: 'A flow as an outline', mimeType: 'text/plain' }],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params: { uri } }, { signal }) => {
    if (!uri.startsWith(FLOW_URI)) throw new McpError(ErrorCode.InvalidParams, `There is no resource ${uri.slice(0, 200)}. List the resources for their addresses.`);
    const { text, isError } = await call('read_flow', { flow_id: uri.slice(FLOW_URI.length) }, signal);
    if (isError) throw new McpError(ErrorCode.InvalidParams, text);
    return { contents: [{ uri, mimeType: 'text/plain', text }] };
  });
  await server.connect(transport);
  return server;
}

function toTool({ name, title, description, inputSchema, outputSchema, effect }: McpToolListing): Tool {
  return {
    name, title, description,
    inputSchema: inputSchema as Tool['inputSchema'],
    outputSchema: outputSchema as NonNullable<Tool['outputSchema']>,
    annotations: { title, readOnlyHint: effect === 'read', destructiveHint: false, idempotentHint: effect === 'read', openWorldHint: false },
  };
}
