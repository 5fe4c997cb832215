import type { z } from 'zod';
import type { McpToolResult } from '../../api/index.ts';
import { AppError, errorInfo, isAppError, type Clock, type Logger } from '../../base/index.ts';
import type { ToolCallRecord } from '../../db/index.ts';
import type { AccessSettings } from './accessSettings.ts';
import type { ConsentDesk } from './consent.ts';
import type { FlowPort } from './flowPort.ts';
import { flowTools, isFlowTool, type FlowTool } from './flowTools.ts';
import { shownArguments, shownLine, shownText } from './shownText.ts';

export interface ToolGateOptions {
  access: AccessSettings;
  consent: ConsentDesk;
  port: FlowPort;
  clock: Clock;
  logger: Logger;
  record(call: ToolCallRecord): void;
  /** For the tool's own work, after consent; ms. */
  runWithinMs?: number;
}

/** Largest arguments of one call, characters of JSON. */
export const MAX_ARGUMENTS = 1_000_000;
/** Calls that run or wait at the same time. */
const MOST_AT_ONCE = 16;
const RUN_WITHIN_MS = 120_000;

/** Every call of another agent goes through here: switched on, known, right, agreed to, run, written down. A refusal is a result with a sentence, never a rejection. */
export function createToolGate(options: ToolGateOptions): (call: { client: string; tool: string; arguments: unknown }, signal: AbortSignal) => Promise<McpToolResult> {
  const { access, consent, port, clock, logger, record, runWithinMs = RUN_WITHIN_MS } = options;
  let underway = 0;

  /** Throws unless the person has agreed, now or before. */
  const demandConsent = async (client: string, name: keyof typeof flowTools, tool: FlowTool, input: unknown, flowId: string | undefined, signal: AbortSignal) => {
    const rule = access.consentFor(name);
    if (rule === 'allow') return;
    if (rule === 'deny') throw new AppError('MCP_TOOL_DENIED', `The person has set ${name} to "never". Nothing was done. Tell them; it can be changed in UX Flow Engine under Settings, Connections.`, { tool: name });
    const outcome = await consent.ask({ direction: 'in', peer: client, tool: name, about: tool.description, arguments: tool.show ? shownText(tool.show(input), 4000) : shownArguments(input), ...(flowId === undefined ? {} : { flowName: port.read(flowId).flow.name }) }, signal);
    if (outcome === 'once') return;
    if (outcome === 'always') return access.change({ consent: { ...access.get().consent, [name]: 'allow' } });
    throw refusal(outcome, name);
  };

  /** What a person reads of a call in the log: which flow, and what about it. */
  const noteOf = (tool: FlowTool, input: unknown, flowId: string | undefined): string => {
    const { query } = input as { query?: unknown };
    const about = tool.show?.(input).split('\n')[0] ?? (typeof query === 'string' ? query : '');
    return [flowId === undefined ? '' : port.read(flowId).flow.name, about].filter(Boolean).join(' · ');
  };

  return async ({ client: given, tool: name, arguments: args }, signal) => {
    const client = shownLine(given, 60, 'unnamed client');
    const at = clock.now();
    let flowId: string | undefined;
    const done = (outcome: ToolCallRecord['outcome'], note: string, result: McpToolResult): McpToolResult => {
      record({ at, direction: 'in', peer: client, tool: shownLine(name, 80, 'unnamed'), outcome, ms: clock.now() - at, note: shownLine(note, 300), ...(flowId ? { flowId } : {}) });
      return result;
    };
    if (underway >= MOST_AT_ONCE) return done('failed', 'too many calls at once', { text: 'MCP_BUSY: Too many calls run at once. Nothing was done; wait for their answers, then call again.', isError: true });
    underway++;
    try {
      if (!access.get().isOn) throw new AppError('MCP_OFF', 'The person has not switched on connections for other agents. Nothing was done. Ask them to switch it on in UX Flow Engine under Settings, Connections.', {});
      if (!isFlowTool(name)) throw new AppError('MCP_TOOL_UNKNOWN', `There is no tool ${shownLine(name, 80)}. The tools are: ${Object.keys(flowTools).join(', ')}.`, {});
      const tool = flowTools[name];
      const input = readArguments(tool, args);
      const id = (input as { flow_id?: unknown }).flow_id;
      if (typeof id === 'string') flowId = id;
      tool.check?.(input, port);
      await demandConsent(client, name, tool, input, flowId, signal);
      const stop = AbortSignal.any([signal, AbortSignal.timeout(runWithinMs)]);
      const output = tool.output.parse(await tool.run(input, port, { client, signal: stop }));
      return done('ok', noteOf(tool, input, flowId), { text: tool.say?.(output) ?? JSON.stringify(output), structured: output, isError: false });
    } catch (error) {
      const info = errorInfo(error);
      if (!isAppError(error)) logger.error('a tool failed', { tool: name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      const outcome = info.code === 'MCP_CONSENT_TIMED_OUT' ? 'timedOut' : DENIALS.has(info.code) ? 'denied' : 'failed';
      return done(outcome, info.message, { text: `${info.code}: ${info.message}`, isError: true });
    } finally {
      underway--;
    }
  };
}

const DENIALS = new Set(['MCP_OFF', 'MCP_TOOL_DENIED', 'MCP_CONSENT_DENIED', 'MCP_CONSENT_NO_SCREEN']);

function readArguments(tool: FlowTool, args: unknown): unknown {
  const length = JSON.stringify(args ?? {})?.length ?? 0;
  if (length > MAX_ARGUMENTS) throw new AppError('MCP_ARGUMENTS_TOO_LARGE', `The arguments have ${length} characters; up to ${MAX_ARGUMENTS} are taken. Nothing was done; propose in smaller parts.`, { length, limit: MAX_ARGUMENTS });
  const read = tool.input.safeParse(args ?? {});
  if (read.success) return read.data;
  const issues = read.error.issues.slice(0, 5).map((issue: z.core.$ZodIssue) => `${issue.path.join('.') || 'the arguments'}: ${issue.message}`);
  throw new AppError('MCP_ARGUMENTS_INVALID', `The arguments are not right, so nothing was done. ${issues.join('. ')}. Read the tool's input schema and call again.`.slice(0, 2000), { issues });
}

function refusal(outcome: Exclude<Awaited<ReturnType<ConsentDesk['ask']>>, 'once' | 'always'>, tool: string): AppError {
  switch (outcome) {
    case 'deny':
      return new AppError('MCP_CONSENT_DENIED', `The person said no to ${tool}. Nothing was done; do not try again unless they ask you to.`, { tool });
    case 'timedOut':
      return new AppError('MCP_CONSENT_TIMED_OUT', `The person did not answer in time, so ${tool} was refused. Nothing was done. Ask them to look at UX Flow Engine, then call again.`, { tool });
    case 'noScreen':
      return new AppError('MCP_CONSENT_NO_SCREEN', `${tool} needs the person's consent, and UX Flow Engine is not open to ask for it. Nothing was done. Ask them to open it, then call again.`, { tool });
    case 'tooMany':
      return new AppError('MCP_BUSY', 'Too many questions wait for the person already. Nothing was done; wait for their answers.', { tool });
    case 'withdrawn':
      return new AppError('MCP_CALL_CANCELLED', 'The call was cancelled. Nothing was done.', { tool });
  }
}
