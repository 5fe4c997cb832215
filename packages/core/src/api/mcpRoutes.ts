import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { errorInfoSchema } from '../agents/turnSchema.ts';
import { idSchema } from '../flow/fieldKind.ts';

/** What happens when somebody wants to use a tool: the person is asked, it runs, it is refused. */
export const mcpConsentSchema = z.enum(['ask', 'allow', 'deny']);

/** What a person answers to a question for consent; `always` sets the tool to `allow`. */
export const mcpAnswerSchema = z.enum(['once', 'always', 'deny']);

/** Every tool that other agents are offered; a new tool is an entry here and one in the engine's table. */
export const MCP_TOOL_NAMES = ['list_flows', 'search_flows', 'read_flow', 'validate_flow', 'list_proposals', 'read_proposal', 'propose_changes'] as const;
export const mcpToolNameSchema = z.enum(MCP_TOOL_NAMES);

/** Somebody wants to use a tool, and the person has not answered yet. */
export const mcpQuestionSchema = z.object({
  id: idSchema,
  /** `in`: another agent wants to use a tool of this app; `out`: our agent wants to use a tool of the person's server. */
  direction: z.enum(['in', 'out']),
  /** The name that the client gives itself, or the name of the server. */
  peer: z.string(),
  tool: z.string(),
  /** What the tool says of itself; for `out` these are the words of a stranger. */
  about: z.string(),
  /** The flow that it is about, where it is about one. */
  flowName: z.string().optional(),
  /** The arguments as a person can read them, cut; JSON where nothing else says them better. */
  arguments: z.string(),
  askedAt: z.number().int(),
  /** Without an answer it is refused then, ms UTC. */
  until: z.number().int(),
});

/** One call of a tool, in either direction. */
export const mcpCallSchema = z.object({
  id: z.string(),
  at: z.number().int(),
  direction: z.enum(['in', 'out']),
  peer: z.string(),
  tool: z.string(),
  outcome: z.enum(['ok', 'failed', 'denied', 'timedOut']),
  ms: z.number(),
  flowId: z.string().optional(),
  note: z.string(),
});

/** How one of the person's own MCP servers is reached. */
export const mcpTransportSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('stdio'), command: z.string().trim().min(1).max(1000), args: z.array(z.string().max(2000)).max(60) }),
  z.object({ kind: z.literal('http'), url: z.string().trim().min(1).max(2000) }),
]);

/** A tool of the person's server; name and description are a stranger's words. */
export const mcpServerToolSchema = z.object({ name: z.string(), title: z.string().optional(), description: z.string(), consent: mcpConsentSchema, hasChanged: z.boolean() });

export const mcpServerSchema = z.object({
  id: idSchema,
  name: z.string(),
  isOn: z.boolean(),
  transport: mcpTransportSchema,
  /** Consent for tools that nobody has decided on one by one. */
  consent: mcpConsentSchema,
  status: z.enum(['off', 'idle', 'connecting', 'ready', 'failed']),
  error: errorInfoSchema.optional(),
  tools: z.array(mcpServerToolSchema),
  /** Names of the environment variables or headers that are kept with the host's secrets; their values never come back out. */
  secretNames: z.array(z.string()),
});

/** Everything about MCP that a screen shows; sent whole whenever something of it changes. */
export const mcpStateSchema = z.object({
  isOn: z.boolean(),
  port: z.number().int(),
  /** Where other programs of this machine reach the app; absent while nobody listens. */
  address: z.string().optional(),
  /** Why nobody listens although it is switched on. */
  error: errorInfoSchema.optional(),
  /** When the token was made; absent when there is none. */
  tokenMadeAt: z.number().int().optional(),
  /** How a program starts the app's tools by itself; absent where this host does not know. */
  command: z.object({ command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()).optional() }).optional(),
  tools: z.array(z.object({ name: mcpToolNameSchema, effect: z.enum(['read', 'propose']), consent: mcpConsentSchema })),
  servers: z.array(mcpServerSchema),
  questions: z.array(mcpQuestionSchema),
  /** The newest calls, newest first. */
  calls: z.array(mcpCallSchema),
});

/** What an agent is told of a tool. */
export const mcpToolListingSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  inputSchema: z.record(z.string(), z.unknown()),
  outputSchema: z.record(z.string(), z.unknown()),
  effect: z.enum(['read', 'propose']),
});

/** What a call of a tool gave. A refusal is a result too: the agent reads its sentence. */
export const mcpToolResultSchema = z.object({ text: z.string(), structured: z.record(z.string(), z.unknown()).optional(), isError: z.boolean() });

const serverId = z.object({ serverId: idSchema });

export const mcpRoutes = {
  /** The state, then each next one. A screen that follows this can be asked for consent. */
  watch: oc.output(eventIterator(mcpStateSchema)),
  get: oc.output(mcpStateSchema),
  /** Switches the door for other agents; switched on for the first time it makes a token, which is told this once. */
  set: oc.input(z.object({ isOn: z.boolean().optional(), port: z.number().int().min(1024).max(65535).optional() })).output(z.object({ state: mcpStateSchema, token: z.string().optional() })),
  /** Makes a new token; the one before opens nothing any more. */
  renewToken: oc.output(z.object({ token: z.string() })),
  revokeToken: oc.output(z.object({})),
  setConsent: oc.input(z.object({ tool: mcpToolNameSchema, consent: mcpConsentSchema })).output(z.object({})),
  answer: oc.input(z.object({ questionId: idSchema, answer: mcpAnswerSchema })).output(z.object({})),
  clearCalls: oc.output(z.object({})),
  /** Adds or changes one of the person's servers. `secrets`: values to keep by name; null forgets one; what is not named stays. */
  saveServer: oc
    .input(z.object({ serverId: idSchema.optional(), name: z.string().trim().min(1).max(60), isOn: z.boolean(), transport: mcpTransportSchema, consent: mcpConsentSchema, secrets: z.record(z.string().min(1).max(200), z.string().max(10_000).nullable()).optional() }))
    .output(z.object({ serverId: idSchema })),
  removeServer: oc.input(serverId).output(z.object({})),
  /** Connects anew and reads the tools; the state tells how that went. */
  checkServer: oc.input(serverId).output(z.object({})),
  setServerConsent: oc.input(serverId.extend({ tool: z.string().max(200), consent: mcpConsentSchema })).output(z.object({})),
  /** For `uxflow mcp`, which speaks for a client on its standard input. */
  call: oc.input(z.object({ client: z.string().max(500), tool: z.string().max(200), arguments: z.unknown() })).output(mcpToolResultSchema),
};

export type McpState = z.infer<typeof mcpStateSchema>;
export type McpConsent = z.infer<typeof mcpConsentSchema>;
export type McpAnswer = z.infer<typeof mcpAnswerSchema>;
export type McpQuestion = z.infer<typeof mcpQuestionSchema>;
export type McpCall = z.infer<typeof mcpCallSchema>;
export type McpServerView = z.infer<typeof mcpServerSchema>;
export type McpTransport = z.infer<typeof mcpTransportSchema>;
export type McpToolName = z.infer<typeof mcpToolNameSchema>;
export type McpToolListing = z.infer<typeof mcpToolListingSchema>;
export type McpToolResult = z.infer<typeof mcpToolResultSchema>;
