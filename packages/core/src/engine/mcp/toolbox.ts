import { AppError, errorInfo, type Clock } from '../../base/index.ts';
import type { ToolCallRecord } from '../../db/index.ts';
import type { ToolDefinition } from '../../llm/index.ts';
import type { ConsentDesk } from './consent.ts';
import type { PersonServers, ReadyServer } from './personServers.ts';
import { quotedResult, quotedTool, toolCallName, type ServerTool } from './quotedTool.ts';
import { shownArguments, shownLine, shownText } from './shownText.ts';

/** What came of a call, for the model and for the person. */
export interface ToolResult {
  /** Quoted as data. */
  text: string;
  isError: boolean;
  /** The tool and its server, as the person knows them. */
  tool: string;
  server: string;
}

/** The person's own tools, as one of our agents may use them. */
export interface McpToolbox {
  /** The tools that may be asked for; empty where the person has no server that answers. */
  list(): Promise<ToolDefinition[]>;
  /** Calls one with the person's consent. A refusal or failure is a result too; rejects only with MCP_CALL_CANCELLED when `signal` aborts. */
  call(name: string, args: Record<string, unknown>, signal: AbortSignal): Promise<ToolResult>;
}

export interface ToolboxOptions {
  servers: PersonServers;
  consent: ConsentDesk;
  clock: Clock;
  record(call: ToolCallRecord): void;
}

/** Tools that a model is offered at once: more than this it chooses badly, and the prompt grows. */
const MOST_OFFERED = 40;
const MOST_ARGUMENTS = 100_000;

/** The toolbox over the person's servers. */
export function createToolbox({ servers, consent, clock, record }: ToolboxOptions): McpToolbox {
  let offered = new Map<string, { server: ReadyServer; tool: ServerTool }>();

  const offer = async () => {
    const next: typeof offered = new Map();
    const taken = new Set<string>();
    for (const server of await servers.ready()) {
      for (const tool of server.tools) {
        if (next.size >= MOST_OFFERED || servers.consentFor(server.id, tool) === 'deny') continue;
        const name = toolCallName(server.name, tool.name, taken);
        taken.add(name);
        next.set(name, { server, tool });
      }
    }
    return (offered = next);
  };

  const run = async ({ server, tool }: { server: ReadyServer; tool: ServerTool }, args: Record<string, unknown>, signal: AbortSignal): Promise<{ text: string; isError: boolean }> => {
    const length = JSON.stringify(args).length;
    if (length > MOST_ARGUMENTS) throw new AppError('MCP_ARGUMENTS_TOO_LARGE', `The arguments have ${length} characters; up to ${MOST_ARGUMENTS} are taken. Nothing was done; propose in smaller parts.`, { length, limit: MOST_ARGUMENTS });
    const rule = servers.consentFor(server.id, tool);
    const answer = rule === 'ask' ? await consent.ask({ direction: 'out', peer: server.name, tool: tool.title ?? tool.name, about: shownText(tool.description, 600), arguments: shownArguments(args) }, signal) : rule;
    if (answer === 'withdrawn' && signal.aborted) throw new AppError('MCP_CALL_CANCELLED', 'The call was cancelled. Nothing was done.', {});
    if (answer === 'timedOut') throw new AppError('MCP_CONSENT_TIMED_OUT', `The person did not answer in time, so ${tool.name} was refused. Nothing was done. Ask them to look at UX Flow Engine, then call again.`, { tool: tool.name });
    if (answer === 'always') servers.setConsent(server.id, tool.name, 'allow');
    else if (answer !== 'once' && answer !== 'allow') throw new AppError('MCP_CONSENT_DENIED', `The person said no to ${tool.name}. Nothing was done; do not try again unless they ask you to.`, { tool: tool.name });
    return server.connection.call(tool.name, args, signal);
  };

  return {
    list: async () => [...(await offer())].map(([name, { server, tool }]) => quotedTool(name, server.name, tool)),
    async call(name, args, signal) {
      const known = offered.get(name);
      // A server that ended or was changed since the tools were listed is asked anew what it has.
      const found = known && !known.server.connection.isEnded() ? known : (await offer()).get(name);
      const at = clock.now();
      const server = found?.server.name ?? '';
      const tool = found ? (found.tool.title ?? found.tool.name) : shownLine(name, 80);
      const done = (outcome: ToolCallRecord['outcome'], note: string, text: string): ToolResult => {
        record({ at, direction: 'out', peer: server, tool, outcome, ms: clock.now() - at, note: shownLine(note, 300) });
        return { text, isError: outcome !== 'ok', tool, server };
      };
      if (!found) return { text: `There is no tool ${shownLine(name, 80)}.`, isError: true, tool, server };
      try {
        const { text, isError } = await run(found, args, signal);
        return done(isError ? 'failed' : 'ok', isError ? text : shownArguments(args, 400), quotedResult(server, found.tool.name, text, isError));
      } catch (error) {
        const info = errorInfo(error);
        if (info.code === 'MCP_CALL_CANCELLED') throw error;
        const outcome = info.code === 'MCP_CONSENT_TIMED_OUT' ? 'timedOut' : info.code === 'MCP_CONSENT_DENIED' ? 'denied' : 'failed';
        return done(outcome, info.message, quotedResult(server, found.tool.name, info.message, true));
      }
    },
  };
}
