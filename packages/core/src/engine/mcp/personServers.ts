import { z } from 'zod';
import { mcpConsentSchema, mcpTransportSchema, type McpConsent, type McpServerView, type McpTransport } from '../../api/index.ts';
import { AppError, errorInfo, type ErrorInfo, type Logger } from '../../base/index.ts';
import type { SettingStore } from '../../db/index.ts';
import { idSchema } from '../../flow/fieldKind.ts';
import type { SecretStore } from '../dependencies.ts';
import { toolFingerprint, type ServerTool } from './quotedTool.ts';
import { connectServer, httpAddress, type ServerAddress, type ServerConnection } from './serverConnection.ts';

/** What is kept of a server. Consent holds for the tool as it was when the person gave it: one that changes is asked about anew. */
const serverRow = z.object({
  id: idSchema,
  name: z.string(),
  isOn: z.boolean(),
  transport: mcpTransportSchema,
  consent: mcpConsentSchema,
  chosen: z.record(z.string(), z.object({ consent: mcpConsentSchema, fingerprint: z.string() })).default({}),
  known: z.array(z.object({ name: z.string(), title: z.string().optional(), description: z.string(), fingerprint: z.string() })).default([]),
  secretNames: z.array(z.string()).default([]),
});
type ServerRow = z.infer<typeof serverRow>;

const KEY = 'mcp-servers';
/** Servers that a person may keep: each that is on is a process or a connection. */
const MOST_SERVERS = 20;
/** A server that failed must not hold up every question; the person can check it at any time. */
const AGAIN_AFTER_MS = 60_000;
/** Nobody waits longer for an answer because a server is slow to start. */
const READY_WITHIN_MS = 5000;

/** A server that is switched on, connected. */
export interface ReadyServer {
  id: string;
  name: string;
  tools: ServerTool[];
  connection: ServerConnection;
}

/** The person's own MCP servers: kept in the settings, connected when they are needed. */
export interface PersonServers {
  views(): McpServerView[];
  save(change: { serverId?: string | undefined; name: string; isOn: boolean; transport: McpTransport; consent: McpConsent; secrets?: Record<string, string | null> | undefined }): Promise<string>;
  remove(serverId: string): Promise<void>;
  /** Connects anew; the view tells how that went. */
  check(serverId: string): Promise<void>;
  setConsent(serverId: string, tool: string, consent: McpConsent): void;
  consentFor(serverId: string, tool: ServerTool): McpConsent;
  /** Every server that is on and answers in a few seconds; one that is slow is there the next time, one that fails is left alone for a minute. */
  ready(): Promise<ReadyServer[]>;
  close(): Promise<void>;
}

export interface PersonServersOptions {
  store: Pick<SettingStore, 'get' | 'set'>;
  secrets: SecretStore;
  newId(prefix: string): string;
  /** The egress gate's fetch for a host. */
  fetchFor(hosts: readonly string[]): typeof globalThis.fetch;
  version: string;
  logger: Logger;
  onChange(): void;
  connect?: typeof connectServer;
  /** How long `ready` waits for a server, ms. */
  readyWithinMs?: number;
}

/** The servers on a store. */
export function createPersonServers(options: PersonServersOptions): PersonServers {
  const { store, secrets, newId, fetchFor, version, logger, onChange, connect = connectServer, readyWithinMs = READY_WITHIN_MS } = options;
  let rows: ServerRow[] = z.array(serverRow).catch([]).parse(store.get(KEY) ?? []);
  const connections = new Map<string, Promise<ServerConnection>>();
  const statuses = new Map<string, { status: 'idle' | 'connecting' | 'ready' | 'failed'; error?: ErrorInfo; since: number }>();
  let isClosed = false;

  const keep = (next: ServerRow[]) => {
    store.set(KEY, next);
    rows = next;
    onChange();
  };
  const find = (serverId: string): ServerRow => {
    const row = rows.find((each) => each.id === serverId);
    if (!row) throw new AppError('MCP_SERVER_UNKNOWN', 'This MCP server is not in the settings any more. Nothing was changed.', { serverId });
    return row;
  };
  const setStatus = (serverId: string, status: 'idle' | 'connecting' | 'ready' | 'failed', error?: ErrorInfo) => {
    statuses.set(serverId, { status, since: performance.now(), ...(error ? { error } : {}) });
    onChange();
  };
  const secretsOf = async (serverId: string): Promise<Record<string, string>> => {
    const text = await secrets.get(secretName(serverId));
    return text === undefined ? {} : z.record(z.string(), z.string()).catch({}).parse(JSON.parse(text));
  };
  const end = async (serverId: string) => {
    const opened = connections.get(serverId);
    connections.delete(serverId);
    await opened?.then((connection) => connection.close()).catch(() => undefined);
  };

  /** The connection of a server, opened where it is not; its failure is in the view. */
  const connected = (serverId: string): Promise<ServerConnection> => {
    const known = connections.get(serverId);
    if (known) return known;
    const row = find(serverId);
    setStatus(serverId, 'connecting');
    const opening = (async () => {
      const address: ServerAddress = { name: row.name, transport: row.transport, secrets: await secretsOf(serverId) };
      const hosts = row.transport.kind === 'http' ? [hostOf(httpAddress(row.transport.url, row.name))] : [];
      return connect(address, { fetch: fetchFor(hosts), version });
    })();
    connections.set(serverId, opening);
    const isCurrent = () => connections.get(serverId) === opening;
    opening.then(
      (connection) => {
        // What was switched off or changed while it connected is not wanted any more.
        if (!isCurrent() || isClosed) return void connection.close().catch(() => undefined);
        connection.onEnd(() => {
          if (!isCurrent()) return;
          connections.delete(serverId);
          setStatus(serverId, 'idle');
        });
        statuses.set(serverId, { status: 'ready', since: performance.now() });
        const known = connection.tools.map((tool) => ({ name: tool.name, ...(tool.title ? { title: tool.title } : {}), description: tool.description, fingerprint: toolFingerprint(tool) }));
        try {
          keep(rows.map((each) => (each.id === serverId ? { ...each, known } : each)));
        } catch (error) {
          logger.warn('tools of a server not kept', { error: String(error) });
          onChange();
        }
      },
      (error: unknown) => {
        if (!isCurrent()) return;
        connections.delete(serverId);
        setStatus(serverId, 'failed', errorInfo(error));
      },
    );
    return opening;
  };

  return {
    views: () =>
      rows.map(({ known, chosen, ...row }) => {
        const { status, error } = statuses.get(row.id) ?? { status: 'idle' as const, error: undefined };
        const tools = known.map(({ fingerprint, ...tool }) => {
          const choice = chosen[tool.name];
          const hasChanged = choice !== undefined && choice.fingerprint !== fingerprint;
          return { ...tool, consent: hasChanged && choice.consent === 'allow' ? ('ask' as const) : (choice?.consent ?? row.consent), hasChanged };
        });
        return { ...row, status: row.isOn ? status : ('off' as const), ...(row.isOn && error ? { error } : {}), tools };
      }),
    async save({ serverId, secrets: changed = {}, ...part }) {
      const before = serverId === undefined ? undefined : find(serverId);
      if (part.transport.kind === 'http') httpAddress(part.transport.url, part.name);
      if (!before && rows.length >= MOST_SERVERS) throw new AppError('MCP_TOO_MANY_SERVERS', `There are ${MOST_SERVERS} MCP servers already. Nothing was added; remove one that you do not need.`, { limit: MOST_SERVERS });
      const id = before?.id ?? newId('mcpserver');
      // What was given to one program or machine must not reach another that the entry is pointed at.
      const isOtherPlace = before !== undefined && placeOf(before.transport) !== placeOf(part.transport);
      const values = isOtherPlace ? {} : await secretsOf(id);
      for (const [name, value] of Object.entries(changed)) {
        if (!SECRET_NAME[part.transport.kind].test(name) || /[\r\n\0]/.test(value ?? '')) throw new AppError('MCP_SECRET_INVALID', `"${name}" cannot be kept: a name has letters, digits, "-" and "_" only, and a value has one line. Nothing was saved.`, { name });
        if (value === null) delete values[name];
        else values[name] = value;
      }
      const secretNames = Object.keys(values).sort();
      if (isOtherPlace || Object.keys(changed).length) await secrets.set(secretName(id), secretNames.length ? JSON.stringify(values) : null);
      const row: ServerRow = { id, chosen: {}, known: [], ...(isOtherPlace ? {} : before), ...part, secretNames };
      keep(before ? rows.map((each) => (each.id === id ? row : each)) : [...rows, row]);
      await end(id);
      statuses.delete(id);
      onChange();
      if (row.isOn) connected(id).catch(() => undefined);
      return id;
    },
    async remove(serverId) {
      find(serverId);
      keep(rows.filter((row) => row.id !== serverId));
      statuses.delete(serverId);
      await end(serverId);
      await secrets.set(secretName(serverId), null);
    },
    async check(serverId) {
      if (!find(serverId).isOn) return;
      await end(serverId);
      await connected(serverId).catch(() => undefined);
    },
    setConsent(serverId, tool, consent) {
      const row = find(serverId);
      const known = row.known.find((each) => each.name === tool);
      if (!known) throw new AppError('MCP_SERVER_TOOL_UNKNOWN', 'This server has no such tool (any more). Nothing was changed; check the server anew.', { tool });
      keep(rows.map((each) => (each.id === serverId ? { ...each, chosen: { ...each.chosen, [tool]: { consent, fingerprint: known.fingerprint } } } : each)));
    },
    consentFor(serverId, tool) {
      const row = find(serverId);
      const choice = Object.hasOwn(row.chosen, tool.name) ? row.chosen[tool.name] : undefined;
      if (!choice) return row.consent;
      return choice.consent === 'allow' && choice.fingerprint !== toolFingerprint(tool) ? 'ask' : choice.consent;
    },
    async ready() {
      const isWorthIt = ({ id }: ServerRow) => {
        const now = statuses.get(id);
        return now?.status !== 'failed' || performance.now() - now.since >= AGAIN_AFTER_MS;
      };
      const all = await Promise.all(
        rows.filter((row) => row.isOn && isWorthIt(row)).map(async ({ id, name }): Promise<ReadyServer | undefined> => {
          try {
            const connection = await within(connected(id), readyWithinMs);
            return connection && { id, name, tools: connection.tools, connection };
          } catch {
            return undefined;
          }
        }),
      );
      return all.filter((server) => server !== undefined);
    },
    async close() {
      isClosed = true;
      await Promise.all([...connections.keys()].map(end));
    },
  };
}

const SECRET_NAME = { stdio: /^[A-Za-z_][A-Za-z0-9_]*$/, http: /^[A-Za-z0-9_-]+$/ };

/** What a promise gives in time, or undefined. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function secretName(serverId: string): string {
  return `mcp-server:${serverId}`;
}

function placeOf(transport: McpTransport): string {
  return transport.kind === 'http' ? `http ${URL.canParse(transport.url) ? new URL(transport.url).origin : transport.url}` : `stdio ${transport.command}`;
}

function hostOf(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`;
}
