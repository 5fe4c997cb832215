import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { McpTransport } from '../../api/index.ts';
import { AppError, isAppError } from '../../base/index.ts';
import type { ServerTool } from './quotedTool.ts';
import { boundedFetch, watchFlood } from './serverLimits.ts';
import { cut, shownLine, shownText } from './shownText.ts';

/** A connection to one of the person's MCP servers. */
export interface ServerConnection {
  tools: ServerTool[];
  /** What a tool answers, as text. Rejects with MCP_SERVER_GONE, MCP_SERVER_SILENT, MCP_SERVER_FLOODS, MCP_SERVER_FAILED or MCP_CALL_CANCELLED. */
  call(tool: string, args: Record<string, unknown>, signal?: AbortSignal): Promise<{ text: string; isError: boolean }>;
  isEnded(): boolean;
  /** Called once when the connection ends, however it does. */
  onEnd(listener: () => void): void;
  /** Ends it, and the process behind it. */
  close(): Promise<void>;
}

export interface ServerAddress {
  name: string;
  transport: McpTransport;
  /** Environment variables of a command, headers of an address. */
  secrets: Readonly<Record<string, string>>;
}

export interface ConnectOptions {
  /** The egress gate's, for servers with an address. */
  fetch: typeof globalThis.fetch;
  version: string;
  connectWithinMs?: number;
  callWithinMs?: number;
}

const CONNECT_WITHIN_MS = 15_000;
const CALL_WITHIN_MS = 30_000;
/** Tools of one server that are read; what comes after them is left out. */
const MOST_TOOLS = 128;
const MOST_PAGES = 10;
/** Characters of an answer that a model gets to see. */
const MOST_TEXT = 40_000;
/** Bytes that a command may write without ending a line. */
const MOST_LINE = 4 * 1024 * 1024;

/** Connects, says hello and reads the list of tools. Rejects with MCP_SERVER_…, MCP_ADDRESS_INVALID or EGRESS_REFUSED; then no process is left. */
export async function connectServer(address: ServerAddress, options: ConnectOptions): Promise<ServerConnection> {
  const { connectWithinMs = CONNECT_WITHIN_MS, callWithinMs = CALL_WITHIN_MS } = options;
  const sdk = await loadSdk();
  const opened = openTransport(address, options.fetch, sdk);
  const state: { isFlooding: boolean; isEnded: boolean } = { isFlooding: false, isEnded: false };
  // No capability is offered: a server can neither ask our model, nor the person, nor for folders of this machine.
  const client = new sdk.Client({ name: 'ux-flow-engine', title: 'UX Flow Engine', version: options.version }, { capabilities: {} });
  const listeners: (() => void)[] = [];
  const fail = (error: unknown): AppError => serverError(error, address.name, state, opened.lastWords(), sdk);
  client.onerror = (error) => {
    if (isOverflow(error)) state.isFlooding = true;
  };
  try {
    const within = { timeout: connectWithinMs, maxTotalTimeout: connectWithinMs };
    await client.connect(opened.transport, within);
    watchFlood(opened.transport, () => {
      state.isFlooding = true;
      void client.close().catch(() => undefined);
    });
    client.onclose = () => {
      state.isEnded = true;
      for (const listener of listeners.splice(0)) listener();
    };
    const tools = await readTools(client, within);
    return {
      tools,
      isEnded: () => state.isEnded,
      onEnd(listener) {
        if (state.isEnded) listener();
        else listeners.push(listener);
      },
      async call(tool, args, signal) {
        try {
          const result = await client.callTool({ name: tool, arguments: args }, undefined, { timeout: callWithinMs, maxTotalTimeout: callWithinMs, ...(signal ? { signal } : {}) });
          return { text: textOf(result), isError: result.isError === true };
        } catch (error) {
          if (signal?.aborted) throw new AppError('MCP_CALL_CANCELLED', 'The call was cancelled. Nothing was done.', {});
          throw fail(error);
        }
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close().catch(() => undefined);
    await opened.transport.close().catch(() => undefined);
    throw fail(error);
  }
}

type Sdk = Awaited<ReturnType<typeof loadSdk>>;

/** The SDK, when the first server is really connected: loading it at the start would hold up the first screen. */
async function loadSdk() {
  const [{ Client }, { StdioClientTransport }, { StreamableHTTPClientTransport, StreamableHTTPError }, { ErrorCode, McpError }] = await Promise.all([
    import('@modelcontextprotocol/sdk/client/index.js'), import('@modelcontextprotocol/sdk/client/stdio.js'), import('@modelcontextprotocol/sdk/client/streamableHttp.js'), import('@modelcontextprotocol/sdk/types.js'),
  ]);
  return { Client, StdioClientTransport, StreamableHTTPClientTransport, StreamableHTTPError, ErrorCode, McpError };
}

function openTransport({ name, transport, secrets }: ServerAddress, fetch: typeof globalThis.fetch, sdk: Sdk): { transport: Transport; lastWords(): string } {
  if (transport.kind === 'http') {
    const url = httpAddress(transport.url, name);
    return { transport: new sdk.StreamableHTTPClientTransport(url, { fetch: boundedFetch(fetch), requestInit: { headers: { ...secrets } } }) as Transport, lastWords: () => '' };
  }
  let words = '';
  // The SDK hands on a handful of harmless variables (PATH, HOME, …) and nothing else of ours.
  const stdio = new sdk.StdioClientTransport({ command: atHome(transport.command), args: transport.args.map(atHome), env: { ...secrets }, cwd: homedir(), stderr: 'pipe', maxBufferSize: MOST_LINE });
  stdio.stderr?.on('data', (chunk: Buffer) => void (words = (words + chunk.toString('utf8')).slice(-2000)));
  return { transport: stdio, lastWords: () => words };
}

/** `~/x` as a shell would write it out: there is no shell in between. */
function atHome(part: string): string {
  return part.startsWith('~/') ? join(homedir(), part.slice(2)) : part;
}

/** The address of a server. Throws MCP_ADDRESS_INVALID. */
export function httpAddress(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw new AppError('MCP_ADDRESS_INVALID', `The address of "${name}" is not a web address without a name and password. It was not saved; enter one like https://example.com/mcp, and put a key into a header.`, { name });
  }
  return url;
}

async function readTools(client: Client, within: { timeout: number }): Promise<ServerTool[]> {
  if (!client.getServerCapabilities()?.tools) return [];
  const tools: ServerTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES && tools.length < MOST_TOOLS; page++) {
    const answer = await client.listTools(cursor === undefined ? {} : { cursor }, within);
    for (const { name, title, description, inputSchema } of answer.tools) {
      if (tools.length >= MOST_TOOLS || name.length > 128 || tools.some((known) => known.name === name)) continue;
      const shown = shownLine(title, 100);
      tools.push({ name, ...(shown ? { title: shown } : {}), description: shownText(description ?? '', 2000), inputSchema });
    }
    cursor = answer.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

/** The answer as text; what is no text is named, never passed on. */
function textOf(result: Awaited<ReturnType<Client['callTool']>>): string {
  const blocks = Array.isArray(result.content) ? (result.content as { type: string; [key: string]: unknown }[]) : [];
  const texts = blocks.map((block) => {
    if (block.type === 'text') return String(block['text'] ?? '');
    if (block.type === 'resource') {
      const { text, uri } = block['resource'] as { text?: unknown; uri?: unknown };
      return typeof text === 'string' ? text : `[a file, ${shownLine(uri, 200)}, is left out]`;
    }
    if (block.type === 'resource_link') return `[a link to ${shownLine(block['uri'], 300)}]`;
    return `[${shownLine(block.type, 20)} is left out]`;
  });
  const text = texts.join('\n').trim() || (result.structuredContent === undefined ? '' : JSON.stringify(result.structuredContent));
  return cut(text, MOST_TEXT);
}

/** What the SDK's line buffer and our bounded answers say when they are full. */
function isOverflow(error: unknown): boolean {
  return error instanceof Error && /buffer/i.test(error.message);
}

function serverError(error: unknown, name: string, state: { isFlooding: boolean }, lastWords: string, { ErrorCode, McpError, StreamableHTTPError }: Sdk): AppError {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) if (isAppError(at)) return at;
  const code = (error as { code?: unknown }).code;
  const said = shownLine(lastWords.trim().split('\n').at(-1) ?? '', 200);
  const words = said ? ` Its last words: ${said}` : '';
  const options = { cause: error };
  if (state.isFlooding || isOverflow(error)) return new AppError('MCP_SERVER_FLOODS', `The MCP server "${name}" sent more than the app takes, so the connection was ended. Nothing was changed. Ask its maker, or switch it off.`, { name }, options);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return new AppError('MCP_SERVER_NOT_STARTED', `The command of the MCP server "${name}" cannot be started (${String(code)}). Nothing was changed. Check the command; a full path helps where the app does not know your PATH.`, { name, reason: String(code) }, options);
  if (code === ErrorCode.RequestTimeout) return new AppError('MCP_SERVER_SILENT', `The MCP server "${name}" did not answer in time. Nothing was changed. Check whether it runs, then try again.${words}`, { name, words: said }, options);
  if (code === ErrorCode.ConnectionClosed) return new AppError('MCP_SERVER_GONE', `The MCP server "${name}" ended while it was needed. Nothing was changed. Try again; if it ends again, start its command in a terminal to see why.${words}`, { name, words: said }, options);
  if (error instanceof StreamableHTTPError && (error.code === 401 || error.code === 403)) return new AppError('MCP_SERVER_REFUSED', `The MCP server "${name}" refused the connection (${error.code}). Nothing was changed. Add the header that it asks for, usually Authorization.`, { name, status: error.code }, options);
  const detail = shownLine(error instanceof McpError ? error.message.replace(/^MCP error -?\d+: /, '') : error instanceof Error ? error.message : String(error), 300);
  return new AppError('MCP_SERVER_FAILED', `The MCP server "${name}" failed: ${detail}. Nothing was changed. Check its settings, then try again.${words}`, { name, detail, words: said }, options);
}
