/** What stands in deploy/ and in the guide to self-hosting, held against the server: nothing there may name what does not exist. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '@uxflow/core/base';
import { describeConfig, readConfig } from '../src/config.ts';
import { createMonitor } from '../src/monitoring/monitor.ts';

const ROOT = join(import.meta.dirname, '../../..');
const DEPLOY = join(ROOT, 'deploy');
const files = (readdirSync(DEPLOY, { recursive: true, withFileTypes: true }))
  .filter((entry) => entry.isFile() && entry.name !== '.env' && !relative(DEPLOY, entry.parentPath).startsWith('backup'))
  .map((entry) => relative(DEPLOY, join(entry.parentPath, entry.name)));
const read = (name: string) => readFileSync(join(DEPLOY, name), 'utf8');

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Manifest = { [key: string]: Json };

function documents(name: string): Manifest[] {
  return parseAllDocuments(read(name), { strict: true, uniqueKeys: true }).map((document) => {
    expect([...document.errors, ...document.warnings], name).toEqual([]);
    return document.toJS() as Manifest;
  });
}

/** Everything that stands under a key, anywhere. */
function under(value: Json, key: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((one) => under(one, key));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, one]) => [...(name === key ? [one] : []), ...under(one, key)]);
}

const kubernetes = () => files.filter((name) => name.startsWith('kubernetes/') && !name.endsWith('kustomization.yaml')).flatMap(documents);
const compose = () => documents('compose.yaml')[0] as { services: Record<string, Manifest & { environment?: Record<string, Json>; volumes?: string[]; depends_on?: Json; secrets?: string[] }>; volumes: Manifest; secrets: Manifest };
const variables = new Set(Object.keys(readConfig({})));

test('every file says in its first line that it never ran here', () => {
  expect(files.length).toBeGreaterThan(15);
  for (const name of files) expect(read(name).split('\n')[0], name).toContain('Never ran here');
});

test('every YAML and JSON file parses', () => {
  for (const name of files.filter((one) => /\.ya?ml$/.test(one))) expect(documents(name).length, name).toBeGreaterThan(0);
  for (const name of files.filter((one) => one.endsWith('.json'))) expect(() => JSON.parse(read(name)) as unknown, name).not.toThrow();
});

describe('variables of the server', () => {
  test('in compose exist and are taken as they stand there', () => {
    const text = (value: Json) => String(value).replace(/\$\{(\w+)(?::\?|:-([^}]*))?\}/g, (_, name: string, standard: string | undefined) => samples[name] ?? standard ?? '');
    const samples: Record<string, string> = { PUBLIC_URL: 'https://flows.example.org', POSTGRES_PASSWORD: 'abc', AUTH_SECRET: 'a'.repeat(48), METRICS_TOKEN: 'b'.repeat(48), MAIL_FROM: 'UX <a@example.org>', ADMIN_EMAILS: 'a@example.org' };
    const environment = Object.fromEntries(Object.entries(compose().services.server!.environment!).map(([name, value]) => [name, text(value)]));
    expect(Object.keys(environment).filter((name) => !variables.has(name))).toEqual([]);
    expect(readConfig(environment)).toMatchObject({ METRICS_PORT: 9464, OTEL_TRACES_SAMPLER_ARG: 0.1, TRUST_PROXY_HOPS: 1, SIGN_UP: 'closed' });
  });

  test('in the manifests exist and are taken as they stand there', () => {
    const [config, secret] = [kubernetes().find(({ kind }) => kind === 'ConfigMap')!.data as Record<string, string>, kubernetes().find(({ kind }) => kind === 'Secret')!.stringData as Record<string, string>];
    const environment = { ...config, ...secret };
    expect(Object.keys(environment).filter((name) => !variables.has(name))).toEqual([]);
    expect(Object.keys(config).filter((name) => name in secret)).toEqual([]);
    expect(readConfig(environment)).toMatchObject({ METRICS_HOST: '0.0.0.0', DATABASE_URL: expect.stringContaining('postgres://') as string });
  });

  test('in the Dockerfile exist', () => {
    const names = [...(/^ENV (.*)$/m.exec(read('Dockerfile'))?.[1] ?? '').matchAll(/(\w+)=/g)].map(([, name]) => name!).filter((name) => name !== 'NODE_ENV');
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !variables.has(name))).toEqual([]);
  });

  test('in the guide are those of the table, each with its line', () => {
    const guide = readFileSync(join(ROOT, 'docs/self-hosting.md'), 'utf8');
    for (const row of describeConfig().split('\n').filter((one) => !one.startsWith('| `DATA_DIR`'))) expect(guide).toContain(row);
    const shown = [...guide.matchAll(/^\| `([A-Z_]+)`/gm)].map(([, name]) => name);
    expect(shown).toEqual([...variables]);
    for (const [, name] of guide.matchAll(/\b([A-Z]+_[A-Z_]+)=/g)) expect(variables, name).toContain(name);
  });
});

test('what compose asks for is in .env.example, and nothing else is', () => {
  const asked = new Set([...read('compose.yaml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!));
  const offered = [...read('.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name!);
  expect(new Set(offered)).toEqual(asked);
});

test('compose mounts what is there, names what it has, and shows nothing but to this machine', () => {
  const { services, volumes, secrets } = compose();
  expect(Object.keys(services).sort()).toEqual(['grafana', 'jaeger', 'postgres', 'prometheus', 'redis', 'server']);
  for (const [name, service] of Object.entries(services)) {
    for (const [from] of (service.volumes ?? []).map((one) => one.split(':'))) {
      if (!from!.startsWith('./')) expect(Object.keys(volumes), name).toContain(from);
      else if (from !== './backup') expect(existsSync(join(DEPLOY, from!)), `${name}: ${from}`).toBe(true);
    }
    const before = service.depends_on ?? [];
    for (const other of Array.isArray(before) ? before : Object.keys(before as object)) expect(Object.keys(services), name).toContain(other);
    for (const secret of service.secrets ?? []) expect(Object.keys(secrets)).toContain(secret);
    for (const port of (service.ports ?? []) as string[]) expect(port, name).toMatch(/^127\.0\.0\.1:/);
  }
});

describe('metrics', () => {
  const monitor = createMonitor({ config: readConfig({ METRICS_PORT: '0' }), logger: silentLogger });
  monitor.watch({ hub: {} as never, database: {} as never });
  const families = new Set(monitor.metrics.names());
  const unknown = (query: string) => [...query.matchAll(/\b(?:uxflow|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name).filter((name) => !families.has(name) && !(/_(bucket|sum|count)$/.test(name) && families.has(name.replace(/_(bucket|sum|count)$/, ''))));
  const dashboards = files.filter((name) => name.startsWith('grafana/dashboards/') && name.endsWith('.json'));

  test('of the dashboard exist, and every metric of ours is on it', async () => {
    const queries = dashboards.flatMap((name) => under(JSON.parse(read(name)) as Json, 'expr')) as string[];
    expect(queries.length).toBeGreaterThan(20);
    for (const query of queries) {
      expect(unknown(query), query).toEqual([]);
      expect(query.split('(').length, query).toBe(query.split(')').length);
    }
    expect([...families].filter((name) => !queries.some((query) => query.includes(name)))).toEqual([]);
    await monitor.close();
  });

  test('of the alerts exist', () => {
    const queries = under(documents('prometheus/alerts.yml')[0]!, 'expr') as string[];
    expect(queries.length).toBeGreaterThan(3);
    for (const query of queries) expect(unknown(query), query).toEqual([]);
  });

  test('are asked of the port that the server opens, and panels of the source that is there', () => {
    const scrape = (documents('prometheus/prometheus.yml')[0]!.scrape_configs as { job_name: string; dns_sd_configs: { names: string[]; port: number }[]; authorization: { credentials_file: string } }[])[0]!;
    expect([scrape.dns_sd_configs[0]!.port, scrape.dns_sd_configs[0]!.names]).toEqual([compose().services.server!.environment!.METRICS_PORT, ['server']]);
    expect(scrape.authorization.credentials_file).toBe(`/run/secrets/${compose().services.prometheus!.secrets![0]}`);
    const sources = under(documents('grafana/provisioning/datasources/prometheus.yaml')[0]!, 'uid');
    for (const name of dashboards) for (const source of under(JSON.parse(read(name)) as Json, 'datasource')) expect(sources).toContain((source as { uid: string }).uid);
    const jobs = new Set(dashboards.concat('prometheus/alerts.yml').flatMap((name) => [...read(name).matchAll(/job=\\?"([^"\\]+)/g)].map(([, job]) => job)));
    expect([...jobs]).toEqual([scrape.job_name]);
  });
});

describe('manifests', () => {
  test('are all named by the kustomization, but the secret', () => {
    const named = documents('kubernetes/kustomization.yaml')[0]!.resources as string[];
    const there = files.filter((name) => name.startsWith('kubernetes/')).map((name) => name.slice('kubernetes/'.length));
    expect([...named, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(there.sort());
  });

  test('point at each other: selectors, ports, configs, claims', () => {
    const all = kubernetes();
    const names = (kind: string) => all.filter((one) => one.kind === kind).map(({ metadata }) => (metadata as { name: string }).name);
    const pods = all.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => (spec as { selector: { matchLabels: { app: string } }; template: { metadata: { labels: { app: string } } } }));
    for (const { selector, template } of pods) expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    const apps = pods.map(({ template }) => template.metadata.labels.app);
    const ports = under(pods as never, 'containerPort').length;
    expect(ports).toBe(3);
    const portNames = (under(pods as never, 'ports') as { name: string }[][]).flat().map(({ name }) => name);
    for (const service of all.filter(({ kind }) => kind === 'Service')) {
      const spec = service.spec as { selector: { app: string }; ports: { targetPort: string }[] };
      expect(apps).toContain(spec.selector.app);
      for (const { targetPort } of spec.ports) expect(portNames).toContain(targetPort);
    }
    for (const probe of under(pods as never, 'httpGet') as { path: string; port: string }[]) {
      expect(portNames).toContain(probe.port);
      expect(['/health', '/ready']).toContain(probe.path);
    }
    for (const { name } of under(all as never, 'configMapRef') as { name: string }[]) expect(names('ConfigMap')).toContain(name);
    for (const { name } of under(all as never, 'secretRef') as { name: string }[]) expect(names('Secret')).toContain(name);
    for (const { claimName } of under(all as never, 'persistentVolumeClaim') as { claimName: string }[]) expect(names('PersistentVolumeClaim')).toContain(claimName);
    for (const { name } of under(all.filter(({ kind }) => kind === 'Ingress') as never, 'service') as { name: string }[]) expect(names('Service')).toContain(name);
  });

  test('run nothing as root, with a root file system to write to, or with privileges', () => {
    const containers = under(kubernetes() as never, 'containers').flat() as { name: string; securityContext: Manifest }[];
    expect(containers.length).toBe(3);
    for (const { name, securityContext } of containers) expect(securityContext, name).toMatchObject({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    for (const pod of under(kubernetes() as never, 'template') as { spec: { securityContext: Manifest } }[]) expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true });
  });
});

test('the Dockerfile copies what is there, starts what is built, and ends as nobody special', () => {
  const lines = read('Dockerfile').split('\n');
  for (const line of lines.filter((one) => one.startsWith('COPY ') && !one.includes('--from'))) for (const source of line.split(' ').slice(1, -1)) expect(existsSync(join(ROOT, source)), source).toBe(true);
  expect(lines.filter((line) => line.startsWith('FROM ')).every((line) => line.startsWith('FROM node:24-slim'))).toBe(true);
  expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
  expect(existsSync(join(ROOT, 'apps/sync-server/build.ts'))).toBe(true);
  const started = (JSON.parse(lines.find((line) => line.startsWith('ENTRYPOINT '))!.slice('ENTRYPOINT '.length)) as string[]).at(-1);
  expect(started).toBe('out/main.js');
  expect(read('kubernetes/backup.yaml')).toContain(`node ${started} backup `);
});
