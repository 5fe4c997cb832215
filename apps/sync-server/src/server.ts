/** One instance of the server, whole: database, bus, hub, HTTP and sockets. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { WebSocketServer } from 'ws';
import { AppError, createIdSource, systemClock, systemRandom, type Logger } from '@uxflow/core/base';
import { LIMITS } from '@uxflow/core/protocol';
import { ALLOWANCES } from './access/layer.ts';
import { createPrincipals } from './access/principal.ts';
import { countedAddress, createRateLimiter } from './access/rateLimiter.ts';
import type { AccessRule } from './access/route.ts';
import { createSharedAllowances } from './access/sharedAllowances.ts';
import { createSite } from './access/site.ts';
import { createAccounts, keyOf, sharedSecret, type Accounts } from './accounts/service.ts';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { openDatabase, type ServerDatabase } from './db/database.ts';
import { startEmbedded } from './db/embedded.ts';
import { databaseProblem, installationOf, tellOfClock } from './db/startChecks.ts';
import { createOutbox } from './jobs/outbox.ts';
import { startPeriodic } from './jobs/periodic.ts';
import { startJobs } from './jobs/queue.ts';
import { createMailer } from './mail/mailer.ts';
import { openMetrics } from './monitoring/endpoint.ts';
import { createMonitor } from './monitoring/monitor.ts';
import { createSharingModule } from './sharing/module.ts';
import { createSignOnModule } from './signOn/module.ts';
import type { SyncAccess } from './sync/access.ts';
import { createPostgresBus, type Bus } from './sync/bus.ts';
import { createHub, type Hub } from './sync/hub.ts';
import { sayKeysChanged } from './sync/keyNotices.ts';
import { sayLinksChanged } from './sync/linkNotices.ts';
import { createMemberAccess } from './sync/memberAccess.ts';
import { createWorkspaceModule, type WorkspaceModule } from './workspaces/module.ts';

export interface RunningServer {
  /** http://host:port */
  url: string;
  port: number;
  /** Port of /metrics where METRICS_PORT is set. */
  metricsPort: number | undefined;
  database: ServerDatabase;
  hub: Hub;
  accounts: Accounts;
  workspaces: WorkspaceModule;
  access: SyncAccess & { revoke(revocation: { userId?: string; sessionId?: string; workspaceId?: string }): Promise<void> };
  /** Who may use which route, by `METHOD /path`; routes without a rule are for persons. */
  rules(): ReadonlyMap<string, AccessRule>;
  /** Every route that answers, by `METHOD /path`. */
  routes(): string[];
  /** Lets go of everybody in good order. */
  close(): Promise<void>;
}

/** Path of the socket. */
export const SYNC_PATH = '/v1/sync';
const CLOSE_WITHIN_MS = 5000;

/** Starts an instance. Throws what keeps it from starting, as an AppError where we know it. */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded({ folder: config.DATA_DIR });
  const closers: (() => Promise<unknown>)[] = embedded ? [() => embedded.stop()] : [];
  const closeAll = async () => {
    for (const close of closers.splice(0).reverse()) await close().catch((error: unknown) => logger.warn('closing failed', { error: String(error) }));
  };
  try {
    const database = await openDatabase(config.DATABASE_URL ?? embedded!.url, { size: config.DATABASE_POOL }).catch((error: unknown) => {
      throw config.DATABASE_URL ? databaseProblem(error, config.DATABASE_URL) : error;
    });
    closers.push(() => database.close());
    await tellOfClock(database, logger);
    const bus: Bus = config.REDIS_URL ? await (await import('./sync/redisBus.ts')).createRedisBus(config.REDIS_URL, await installationOf(database), logger) : await createPostgresBus(database, logger);
    closers.push(() => bus.close());
    const principals = createPrincipals(database, bus, { needFactors: config.REQUIRE_SECOND_FACTOR === 'everybody' });
    closers.push(async () => principals.close());
    const access = createMemberAccess(database, bus, principals, config.DEFAULT_PLAN);
    const monitor = createMonitor({ config, logger: logger.child('monitoring') });
    closers.push(() => monitor.close());
    const hub = createHub({
      monitor,
      database,
      access,
      bus,
      logger: logger.child('sync'),
      rate: { entriesPerSecond: config.SYNC_ENTRIES_PER_SECOND, entriesBurst: config.SYNC_ENTRIES_BURST },
      snapshotEvery: config.SYNC_SNAPSHOT_EVERY,
      pollMs: config.SYNC_POLL_MS,
      pingMs: config.SYNC_PING_MS,
    });
    closers.push(() => hub.close());
    monitor.watch({ hub, database });
    let isReady = true;
    const site = createSite(config, () => (http.address() as AddressInfo).port);
    const secret = await sharedSecret(database, config.AUTH_SECRET);
    const allowances = createSharedAllowances(database, keyOf(secret, 'allowances'));
    const limiter = createRateLimiter({ factor: config.RATE_FACTOR, shared: allowances });
    const jobs = startJobs(database, logger.child('jobs'));
    closers.push(() => jobs.close());
    const mailer = createMailer({ jobs, key: keyOf(secret, 'mail'), config, logger: logger.child('mail') });
    closers.push(() => mailer.close());
    const outbox = createOutbox({ database, logger: logger.child('outbox'), pollMs: config.OUTBOX_POLL_MS });
    const workspaces = createWorkspaceModule(
      { database, outbox, ids: createIdSource(systemClock, systemRandom), logger: logger.child('workspaces'), revoke: principals.revoke, sayKeysChanged: (workspaceId, userIds) => sayKeysChanged(bus, workspaceId, userIds), sayLinksChanged: (changed) => sayLinksChanged(bus, changed), standardPlan: config.DEFAULT_PLAN, planChanges: config.PLAN_CHANGES },
      (sql, { to, language, token, ...params }) => mailer.send(sql, { kind: 'invitation', to, language, params: { ...params, link: `${site.publicUrl()}/invitation#${token}` } }),
    );
    const { people } = workspaces;
    const accounts = await createAccounts({ database, config, site, principals, limiter, mailer, secret, people });
    const sharing = createSharingModule(workspaces.parts, { hasher: accounts.hasher, key: keyOf(secret, 'links'), publicUrl: () => site.publicUrl() });
    const signOn = createSignOnModule({ config, secret, site, accounts, workspaces: workspaces.parts, mailer });
    const { app, layer } = createApp({ sharing, database, access, hub, accounts, workspaces, signOn, principals, limiter, site, monitor, logger: logger.child('http'), isReady: () => isReady });
    const http = createServer(getRequestListener(app.fetch));
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: LIMITS.frameBytes, clientTracking: false, skipUTF8Validation: true });
    http.on('upgrade', (request, socket, head) => {
      socket.on('error', () => {});
      // Not by URL: a target such as `//` is none, and what is thrown here ends the process.
      if (request.url?.split('?')[0] !== SYNC_PATH || !isReady) {
        socket.end(`HTTP/1.1 ${isReady ? '404 Not Found' : '503 Service Unavailable'}\r\nConnection: close\r\n\r\n`);
        return;
      }
      // Programs send no origin; a page elsewhere could use what its visitor alone can reach.
      const { origin } = request.headers;
      if (origin !== undefined && !site.isOwnOrigin(origin) && !site.corsOrigins.includes(origin)) {
        socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
        return;
      }
      const address = site.addressOf(request.socket.remoteAddress, request.headers['x-forwarded-for']?.toString());
      if (limiter.take(`socket:${countedAddress(address)}`, ALLOWANCES.socket) > 0) {
        socket.end('HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\n\r\n');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => hub.accept(opened, socket));
    });
    await new Promise<void>((done, fail) => {
      http.once('error', (error: NodeJS.ErrnoException) => fail(new AppError('PORT_TAKEN', `The server cannot listen on ${config.HOST}:${config.PORT} (${error.code}). Nothing was started; set PORT or HOST to another one.`, { host: config.HOST, port: config.PORT, code: error.code })));
      http.listen(config.PORT, config.HOST, () => done());
    });
    const { port } = http.address() as AddressInfo;
    const metrics = config.METRICS_PORT === undefined ? undefined : await openMetrics({ metrics: monitor.metrics, host: config.METRICS_HOST, port: config.METRICS_PORT, token: config.METRICS_TOKEN });
    if (metrics) closers.push(() => metrics.close());
    // A socket that stays open asks for its session once; each instance tells of its own.
    const keepSessions = { name: `sessions of open sockets ${port} ${process.pid}`, everyMs: 3_600_000, run: () => database.pool.query('update session set last_seen_at = now() where id = any($1)', [hub.sessionIds()]) };
    // Only now: mails name the port.
    outbox.start();
    closers.push(() => outbox.close(), startPeriodic({ database, logger: logger.child('tasks'), tasks: [allowances.task, ...workspaces.tasks, ...accounts.tasks, ...sharing.tasks, ...signOn.tasks, keepSessions] }));
    return {
      url: `http://${config.HOST}:${port}`,
      port,
      metricsPort: metrics?.port,
      database,
      hub,
      accounts,
      workspaces,
      access,
      rules: layer.rules,
      routes: () => app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
      async close() {
        isReady = false;
        const closed = new Promise((done) => http.close(done));
        const hurry = setTimeout(() => http.closeAllConnections(), CLOSE_WITHIN_MS);
        await closeAll();
        http.closeIdleConnections();
        await Promise.race([closed, new Promise((done) => setTimeout(done, CLOSE_WITHIN_MS).unref())]);
        clearTimeout(hurry);
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}
