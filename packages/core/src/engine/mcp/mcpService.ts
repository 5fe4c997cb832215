import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { MCP_TOOL_NAMES, type McpAnswer, type McpConsent, type McpState, type McpToolName, type McpToolResult } from '../../api/index.ts';
import { errorInfo, isAppError, type Clock, type ErrorInfo, type Logger } from '../../base/index.ts';
import type { DataFolder, ToolCallRecord } from '../../db/index.ts';
import { createBroadcast } from '../broadcast.ts';
import type { SecretStore } from '../dependencies.ts';
import { createAccessSettings } from './accessSettings.ts';
import { createConsentDesk, type ConsentDeskOptions } from './consent.ts';
import type { FlowPort } from './flowPort.ts';
import { flowTools, toolListings } from './flowTools.ts';
import { createPersonServers, type PersonServers } from './personServers.ts';
import { serveMcpClient } from './protocolServer.ts';
import { createToolbox, type McpToolbox } from './toolbox.ts';
import { createToolGate } from './toolGate.ts';

/** What stands between a listener and the tools. */
export interface McpDoor {
  /** True for the token of now. */
  isToken(candidate: string): boolean;
  /** Serves one client whose token was right, until its transport closes. */
  serve(transport: Transport): Promise<void>;
}

/** A listener that is up. */
export interface McpListener {
  /** `http://127.0.0.1:4811/mcp` */
  address: string;
  port: number;
  close(): Promise<void>;
}

/** What a host gives so that other programs reach the tools. */
export interface McpHost {
  /** Listens on 127.0.0.1; port 0 for any free one. Throws MCP_PORT_IN_USE or MCP_PORT_REFUSED. */
  listen(port: number, door: McpDoor): Promise<McpListener>;
  /** How a program starts the tools by itself. */
  command?: { command: string; args: string[]; env?: Record<string, string> };
}

/** Everything about MCP in one engine: the door for other agents, and the person's own servers. */
export interface McpService {
  state(): McpState;
  /** The state, then each next one; who follows it can be asked for consent. */
  watch(signal?: AbortSignal): AsyncGenerator<McpState, void, void>;
  set(change: { isOn?: boolean | undefined; port?: number | undefined }): Promise<{ state: McpState; token?: string }>;
  renewToken(): { token: string };
  revokeToken(): void;
  setConsent(tool: McpToolName, consent: McpConsent): void;
  answer(questionId: string, answer: McpAnswer): void;
  clearCalls(): void;
  call(call: { client: string; tool: string; arguments: unknown }, signal: AbortSignal): Promise<McpToolResult>;
  servers: PersonServers;
  toolbox: McpToolbox;
  close(): Promise<void>;
}

export interface McpServiceOptions {
  folder: Pick<DataFolder, 'settings' | 'toolCalls' | 'readOnly'>;
  port: FlowPort;
  host?: McpHost;
  secrets: SecretStore;
  fetchFor(hosts: readonly string[]): typeof globalThis.fetch;
  clock: Clock;
  newId(prefix: string): string;
  version: string;
  logger: Logger;
  consent?: Pick<ConsentDeskOptions, 'answerWithinMs' | 'screenWithinMs'>;
}

/** The port that is tried first. A client keeps the address in its settings, so it stays what it was. */
const DEFAULT_PORT = 4811;
const SHOWN_CALLS = 50;

/** The service; starts to listen when it was left switched on. */
export function createMcpService(options: McpServiceOptions): McpService {
  const { folder, port, host, secrets, fetchFor, clock, newId, version, logger } = options;
  const access = createAccessSettings(folder.settings);
  const changes = createBroadcast<McpState>((_, next) => next);
  let watchers = 0;
  /** Nobody looks most of the time: then nothing is put together. */
  const tell = () => {
    if (watchers > 0) changes.send(state());
  };
  const consent = createConsentDesk({ clock, newId, onChange: tell, ...options.consent });
  const record = (call: ToolCallRecord) => {
    try {
      if (!folder.readOnly) folder.toolCalls.add(call);
    } catch (error) {
      // A full disk must not turn an answer into a failure.
      logger.warn('tool call not written down', { error: String(error) });
    }
    tell();
  };
  const call = createToolGate({ access, consent, port, clock, logger, record });
  const servers = createPersonServers({ store: folder.settings, secrets, newId, fetchFor, version, logger, onChange: () => tell() });
  const toolbox = createToolbox({ servers, consent, clock, record });

  let listener: McpListener | undefined;
  let failure: ErrorInfo | undefined;
  let isClosed = false;
  /** Listens or stops, one after the other, so that quick switching ends as the last switch said. */
  let last: Promise<void> = Promise.resolve();
  const inTurn = (act: () => Promise<void>): Promise<void> => (last = last.then(act, act));

  const door: McpDoor = {
    isToken: (candidate) => access.get().isOn && access.isToken(candidate),
    async serve(transport) {
      await serveMcpClient(transport, { listTools: toolListings, call }, version);
    },
  };
  const shut = async () => {
    const open = listener;
    listener = undefined;
    await open?.close();
  };
  const follow = () =>
    inTurn(async () => {
      const { isOn, port: kept } = access.get();
      failure = undefined;
      if (!host || !isOn || isClosed || (kept !== undefined && listener?.port !== kept) || kept === undefined) await shut();
      if (host && isOn && !isClosed && !listener) {
        try {
          listener = await listen(host, kept);
          if (kept === undefined) access.change({ port: listener.port });
        } catch (error) {
          failure = errorInfo(error);
        }
      }
      tell();
    });
  const listen = async (at: McpHost, kept: number | undefined): Promise<McpListener> => {
    try {
      return await at.listen(kept ?? DEFAULT_PORT, door);
    } catch (error) {
      if (kept !== undefined || !isAppError(error) || error.code !== 'MCP_PORT_IN_USE') throw error;
      return at.listen(0, door);
    }
  };

  const state = (): McpState => {
    const row = access.get();
    return {
      isOn: row.isOn,
      port: row.port ?? DEFAULT_PORT,
      ...(listener ? { address: listener.address } : {}),
      ...(failure ? { error: failure } : {}),
      ...(row.tokenHash !== undefined && row.tokenMadeAt !== undefined ? { tokenMadeAt: row.tokenMadeAt } : {}),
      ...(host?.command ? { command: host.command } : {}),
      tools: MCP_TOOL_NAMES.map((name) => ({ name, effect: flowTools[name].effect, consent: access.consentFor(name) })),
      servers: servers.views(),
      questions: consent.waiting(),
      calls: folder.toolCalls.list(SHOWN_CALLS),
    };
  };
  if (access.get().isOn) void follow();

  return {
    state,
    async *watch(signal) {
      const live = changes.subscribe(signal);
      watchers++;
      consent.screenCame();
      try {
        yield state();
        yield* live;
      } finally {
        watchers--;
        consent.screenWent();
        await live.return();
      }
    },
    async set({ isOn, port: wanted }) {
      access.change({ ...(isOn === undefined ? {} : { isOn }), ...(wanted === undefined ? {} : { port: wanted }) });
      const token = isOn && access.get().tokenHash === undefined ? access.newToken(clock.now()) : undefined;
      await follow();
      return { state: state(), ...(token ? { token } : {}) };
    },
    renewToken() {
      const token = access.newToken(clock.now());
      // Who came in with the old token must not stay in.
      void inTurn(shut).then(follow);
      return { token };
    },
    revokeToken() {
      access.change({ tokenHash: undefined, tokenMadeAt: undefined });
      void inTurn(shut).then(follow);
    },
    setConsent(tool, rule) {
      access.change({ consent: { ...access.get().consent, [tool]: rule } });
      tell();
    },
    answer: (questionId, answer) => consent.answer(questionId, answer),
    clearCalls() {
      folder.toolCalls.clear();
      tell();
    },

    call,
    servers,
    toolbox,
    async close() {
      isClosed = true;
      consent.close();
      await inTurn(shut);
      await servers.close();
      changes.close();
    },
  };
}
