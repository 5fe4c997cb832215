import type { Clock, Logger, RandomBytes } from '../base/index.ts';
import type { ElkRunner } from '../layout/index.ts';
import type { McpHost } from './mcp/mcpService.ts';

/** Where keys are kept. Never SQLite, never a log, never a screen. */
export interface SecretStore {
  /** What it can honestly promise. */
  strength: 'keychain' | 'file' | 'session';
  get(name: string): Promise<string | undefined>;
  /** Keeps a value; null forgets it. */
  set(name: string, value: string | null): Promise<void>;
}

/** Everything that the engine takes from its host. */
export interface EngineDependencies {
  dataDir: string;
  host: 'electron' | 'local-server' | 'cli' | 'test';
  version: string;
  logger: Logger;
  secrets: SecretStore;
  clock?: Clock;
  /** Whose days and months budgets and the usage screen count ('Europe/Berlin'); the machine's own unless told. */
  timeZone?: string;
  random?: RandomBytes;
  /** The only way out but for endpoints with a proxy or an authority of their own (see transport.ts); the egress gate stands before both. */
  fetch?: typeof globalThis.fetch;
  /** The platform's sockets, for the connection to a sync server; the egress gate stands before them. */
  WebSocket?: typeof globalThis.WebSocket;
  /** How long after its first answer a model that nobody has tried out is tried out behind the work; false: not by itself. Default: 5 s, and false on the host 'test'. */
  probesModels?: { afterMs: number } | false;
  /** Folders where an Ollama of this machine may keep its models; where it does by itself unless told. */
  ollamaFolders?: readonly string[];
  runElk?: ElkRunner;
  /** Where the bundled ELK worker lies; absent when running from source. */
  elkWorkerUrl?: URL;
  /** How other agents reach the tools; absent: they do not. */
  mcp?: McpHost;
}
