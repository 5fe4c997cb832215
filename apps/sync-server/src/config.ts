/** Every variable of the server, in one table; nothing else reads the environment. */
import { AppError } from '@uxflow/core/base';
import { isIP } from 'node:net';
import { z } from 'zod';
import { defaultDataFolder } from './db/postgresPlace.ts';
import { PLAN_NAMES } from './workspaces/plans.ts';

const whole = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const address = (...protocols: string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), { error: `must be an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}` });

const listOf = (one: z.ZodType<string, string>) => z.string().default('').transform((text) => text.split(',').map((part) => part.trim()).filter(Boolean)).pipe(z.array(one));

/** One line a variable: how it is read, what holds without it, what it means. */
const table = {
  HOST: { read: z.string().min(1).default('127.0.0.1'), about: 'Address to listen on; 0.0.0.0 for every network.' },
  PORT: { read: whole(0, 65535).default(4455), about: 'Port to listen on; 0 takes a free one.' },
  DATA_DIR: { read: z.string().min(1).default(defaultDataFolder()), about: 'Folder of the built-in Postgres.' },
  DATABASE_URL: { read: address('postgres:', 'postgresql:').optional(), about: 'A Postgres to use (15 or newer) instead of the built-in one.' },
  DATABASE_POOL: { read: whole(2, 200).default(8), about: 'Connections to Postgres for reading, beside the one that commits and the one that listens.' },
  REDIS_URL: { read: address('redis:', 'rediss:').optional(), about: 'Redis for the hints between instances; without it they go by the database.' },
  PUBLIC_URL: { read: address('http:', 'https:').optional(), about: 'Address that people open; links in mails are made from it. Without it: http and HOST and PORT.' },
  TRUST_PROXY_HOPS: { read: whole(0, 10).default(0), about: 'Proxies in front whose X-Forwarded-For is believed.' },
  CORS_ORIGINS: { read: listOf(z.string().refine((text) => URL.canParse(text) && new URL(text).origin === text, { error: 'must be origins such as https://app.example.org' })), about: 'Origins of pages elsewhere that may call the API with a bearer token, by comma.' },
  AUTH_SECRET: { read: z.string().min(32).optional(), about: 'Secret (32 characters or more, equal on every instance) that seals second factors and mails in the queue. Without it one is made and kept in the database.' },
  SIGN_UP: { read: z.enum(['open', 'closed']).default('open'), about: 'Whether anybody may make an account; when closed only who was invited.' },
  ADMIN_EMAILS: { read: listOf(z.email()), about: 'Addresses that become super_admin once they are confirmed, by comma.' },
  OAUTH_GOOGLE_ID: { read: z.string().optional(), about: 'Client id at Google; with its secret people may sign in by Google.' },
  OAUTH_GOOGLE_SECRET: { read: z.string().optional(), about: 'Client secret at Google.' },
  OAUTH_MICROSOFT_ID: { read: z.string().optional(), about: 'Client id at Microsoft.' },
  OAUTH_MICROSOFT_SECRET: { read: z.string().optional(), about: 'Client secret at Microsoft.' },
  OAUTH_MICROSOFT_TENANT: { read: z.string().default('common'), about: 'Tenant at Microsoft whose people may sign in.' },
  OAUTH_GITHUB_ID: { read: z.string().optional(), about: 'Client id at GitHub.' },
  OAUTH_GITHUB_SECRET: { read: z.string().optional(), about: 'Client secret at GitHub.' },
  OAUTH_GITHUB_URL: { read: address('http:', 'https:').default('https://github.com'), about: 'GitHub, or an Enterprise server of your own.' },
  OIDC_ISSUER: { read: address('http:', 'https:').optional(), about: 'Any OpenID Connect issuer; with OIDC_CLIENT_ID people may sign in by it.' },
  OIDC_CLIENT_ID: { read: z.string().optional(), about: 'Client id at that issuer.' },
  OIDC_CLIENT_SECRET: { read: z.string().optional(), about: 'Client secret at that issuer.' },
  OIDC_NAME: { read: z.string().default('OpenID Connect'), about: 'What the button calls that issuer.' },
  SIGN_ON_NETWORK: { read: z.enum(['public', 'private']).default('public'), about: 'Where identity providers of workspaces may stand: `public`, or `private` for addresses of your own network too, and http on this machine.' },
  SIGN_ON_DNS: { read: listOf(z.string().refine((text) => isIP(text) !== 0 || /^(\d+(\.\d+){3}|\[[0-9a-fA-F:]+\]):\d+$/.test(text), { error: 'must be addresses of DNS servers, with a port if need be' })), about: 'DNS servers that are asked for the proof of domains, by comma; without it those of the machine.' },
  SMTP_URL: { read: address('smtp:', 'smtps:').optional(), about: 'Mail server, such as smtps://user:password@host:465. Without it mails become files in MAIL_FOLDER.' },
  MAIL_FROM: { read: z.string().min(3).default('UX Flow Engine <no-reply@localhost>'), about: 'Sender of mails.' },
  MAIL_FOLDER: { read: z.string().min(1).optional(), about: 'Folder for mails when there is no mail server; without it `mail` in DATA_DIR.' },
  PASSWORD_MEMORY_KIB: { read: whole(7168, 1_048_576).default(65_536), about: 'Memory that the hash of a password (Argon2id) takes, KiB.' },
  BREACHED_PASSWORDS_FILE: { read: z.string().optional(), about: 'File of passwords that may not be used: a SHA-1 in hex a line, in any order, `:` and a count may follow.' },
  REQUIRE_SECOND_FACTOR: { read: z.enum(['administrators', 'everybody']).default('administrators'), about: 'Who must have a second factor (or sign in with a passkey) to do anything but set one up.' },
  RATE_FACTOR: { read: z.coerce.number().min(0.1).max(100_000).default(1), about: 'Widens every limit of requests by this factor.' },
  DEFAULT_PLAN: { read: z.enum(PLAN_NAMES).default('enterprise'), about: 'Plan of who pays for none: its limits hold. `enterprise` has none.' },
  PLAN_CHANGES: { read: z.enum(['operator', 'self']).default('operator'), about: 'Who gives plans: the operator (administrators, or billing), or everybody to themselves.' },
  OUTBOX_POLL_MS: { read: whole(20, 60_000).default(2000), about: 'Milliseconds between looks for events that another instance wrote or that are due again.' },
  LOG_LEVEL: { read: z.enum(['debug', 'info', 'warn', 'error']).default('info'), about: 'Least severity that is written.' },
  METRICS_PORT: { read: whole(0, 65535).optional(), about: 'Port of /metrics for Prometheus; without it there is none.' },
  METRICS_HOST: { read: z.string().min(1).default('127.0.0.1'), about: 'Address of that port; another one than this machine needs METRICS_TOKEN.' },
  METRICS_TOKEN: { read: z.string().min(16).optional(), about: 'Bearer token that whoever reads /metrics must show.' },
  OTEL_EXPORTER_OTLP_ENDPOINT: { read: address('http:', 'https:').optional(), about: 'Collector of OpenTelemetry (OTLP over HTTP) that gets traces; without it there are none.' },
  OTEL_SERVICE_NAME: { read: z.string().min(1).default('uxflow-sync'), about: 'Name of this service in traces.' },
  OTEL_TRACES_SAMPLER_ARG: { read: z.coerce.number().min(0).max(1).default(1), about: 'Part of the traces that is sent, 0 to 1.' },
  SYNC_SNAPSHOT_EVERY: { read: whole(10, 100_000).default(500), about: 'Entries after which a client is asked for a snapshot.' },
  SYNC_ENTRIES_PER_SECOND: { read: whole(1, 1_000_000).default(200), about: 'Entries a second that one connection may push for long.' },
  SYNC_ENTRIES_BURST: { read: whole(1, 10_000_000).default(20_000), about: 'Entries that it may push at once after a quiet time.' },
  SYNC_POLL_MS: { read: whole(50, 60_000).default(2000), about: 'Milliseconds between looks at open logs, which make up for lost hints.' },
  SYNC_PING_MS: { read: whole(100, 600_000).default(20_000), about: 'Milliseconds between pings; who misses one is dropped.' },
} as const;

type Table = typeof table;
export type Config = { [K in keyof Table]: z.infer<Table[K]['read']> };

/** The config of an environment; empty values count as absent. Throws CONFIG_INVALID with a sentence that names the variable. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const config: Record<string, unknown> = {};
  for (const [name, { read, about }] of Object.entries(table)) {
    const given = environment[name];
    const result = (read as z.ZodType).safeParse(given === '' ? undefined : given);
    if (!result.success) {
      const reason = result.error.issues[0]!.message;
      // Some are secrets or carry one, and this sentence goes to logs.
      const value = /(_URL|_ENDPOINT|_SECRET|_TOKEN)$/.test(name) ? 'not usable' : `${JSON.stringify(given ?? '')}, which does not do`;
      throw new AppError('CONFIG_INVALID', `The variable ${name} is ${value}: ${reason}. The server was not started. ${name}: ${about}`, { name, reason });
    }
    config[name] = result.data;
  }
  return config as Config;
}

/** The table as Markdown rows, for the documentation. */
export function describeConfig(): string {
  return Object.entries(table)
    .map(([name, { read, about }]) => {
      const standard = (read as z.ZodType).safeParse(undefined);
      return `| \`${name}\` | ${standard.success && String(standard.data ?? '') !== '' && name !== 'DATA_DIR' ? `\`${String(standard.data)}\`` : ''} | ${about} |`;
    })
    .join('\n');
}
