import { hostname } from 'node:os';
import { createIdSource, newSeed, systemClock, systemRandom, systemTimeZone } from '../base/index.ts';
import { openDataFolder, type DataFolder, type FolderHolder } from '../db/index.ts';
import type { Author } from '../flow/index.ts';
import { layWholeBy } from '../agents/index.ts';
import { createEgress, hostEntry, type EgressRecord } from '../llm/index.ts';
import { createAnswerMemory } from './answerMemory.ts';
import { createAgentService } from './agentService.ts';
import { createChatService } from './chatService.ts';
import type { EngineDependencies } from './dependencies.ts';
import { createEndpoints } from './endpoints.ts';
import { createElkRunner } from './elkRunner.ts';
import { createFitness } from './fitness.ts';
import { createFlowService } from './flowService.ts';
import { createLayoutService } from './layoutService.ts';
import { createEngineFlowPort, createMcpService } from './mcp/index.ts';
import { createModelPulls } from './modelPulls.ts';
import { createModelService } from './models.ts';
import { createOllamaDisk } from './ollamaDisk.ts';
import { createPromptService } from './prompts/promptService.ts';
import { createRouter, type EngineRouter } from './router.ts';
import { createSettings } from './settings.ts';
import { createSignalService } from './signalService.ts';
import { createBroadcast } from './broadcast.ts';
import { createTurnLearner } from './turnLearner.ts';
import { createSpending } from './spending.ts';
import { createAccountService } from './sync/accountService.ts';
import { createAssetSync } from './sync/assetSync.ts';
import { createAsides } from './sync/asides.ts';
import { createInboxService } from './sync/inboxService.ts';
import { createKeyService } from './sync/keyService.ts';
import { createLinkService } from './sync/linkService.ts';
import { createShares } from './sync/shares.ts';
import { createSyncLine } from './sync/syncLine.ts';
import { createSyncService } from './sync/syncService.ts';
import { createWorkspaceActivity } from './sync/workspaceActivity.ts';
import { createWorkspaceMembers } from './sync/workspaceMembers.ts';
import { createWorkspaceUsages } from './sync/workspaceUsage.ts';
import { createTransports } from './transport.ts';
import { createUsageService } from './usageService.ts';

/** A running engine on a data folder. */
export interface Engine {
  /** Every route of the contract, to be served over any transport. */
  router: EngineRouter;
  /** Writes into the data folder where a second host reaches this one. */
  announce(holder: FolderHolder): void;
  /** Writes what waits, ends what runs, frees the folder. */
  close(): Promise<void>;
}

/** Ledger rows are written together after this rest, ms; closing writes what waits. */
const LEDGER_REST_MS = 200;
/** Ledger rows that wait for room on the disk at most. */
const MAX_WAITING_RECORDS = 1000;

/** Opens a data folder and starts the engine on it. Throws DATA_FOLDER_IN_USE, STORE_…; then nothing is held open. */
export async function createEngine(dependencies: EngineDependencies): Promise<Engine> {
  const { dataDir, logger } = dependencies;
  const clock = dependencies.clock ?? systemClock;
  const random = dependencies.random ?? systemRandom;
  const freshSeed = () => newSeed(random);
  const ids = createIdSource(clock, random);
  const newId = (prefix: string) => ids.newId(prefix);
  const folder = await openDataFolder(dataDir, { logger: logger.child('store'), clock });

  const settings = createSettings(folder);
  /** The person at this device: on a server under the account, so that colleagues tell people apart. */
  const author = (): Author => {
    const user = account.get().user;
    return { kind: 'user', id: user?.id ?? 'local', name: settings.get().userName || (user?.name ?? '') };
  };

  const signals = createSignalService({ folder, clock, logger: logger.child('signals') });
  const ledgerChanges = createBroadcast<{ type: 'changed' }>((_, next) => next);
  const records: EgressRecord[] = [];
  let ledgerTimer: NodeJS.Timeout | undefined;
  const writeLedger = () => {
    clearTimeout(ledgerTimer);
    ledgerTimer = undefined;
    if (!records.length || folder.readOnly) return;
    try {
      folder.ledger.addEgressRecords(records);
      records.length = 0;
      ledgerChanges.send({ type: 'changed' });
    } catch (error) {
      // A full disk: the rows wait for the next ones, the newest of them.
      records.splice(0, records.length - MAX_WAITING_RECORDS);
      logger.warn('egress ledger not written', { waiting: records.length, error: String(error) });
    }
  };
  const keepRecord = (record: EgressRecord) => {
    records.push(record);
    ledgerTimer ??= setTimeout(writeLedger, LEDGER_REST_MS).unref();
  };
  const platformFetch = dependencies.fetch ?? globalThis.fetch;
  const transports = createTransports(platformFetch);
  const egressFor = (hosts: readonly string[], way: { fetch: typeof fetch; proxy?: string } = { fetch: platformFetch }) =>
    createEgress({
      ...way,
      clock,
      policy: () => ({ localOnly: settings.get().localOnly, onPremiseHosts: settings.get().onPremiseHosts, allowedHosts: hosts }),
      onRecord: keepRecord,
    });

  const ownElk = dependencies.runElk ? undefined : createElkRunner(dependencies.elkWorkerUrl ? { workerUrl: dependencies.elkWorkerUrl } : {});
  const runElk = dependencies.runElk ?? ownElk!;
  const layWhole = layWholeBy(runElk);
  const asides = createAsides({ folder, newId, now: () => clock.now() });
  const flows = createFlowService({ folder, clock, newId, logger, sharing: { onDenied: (flowId, denied, head) => asides.add(flowId, folder.flows.mainLogOf(flowId), head, denied), onConfirmed: (flowId, ids) => asides.withdraw(flowId, ids) } });
  const layout = createLayoutService(runElk);
  const store = { isReadOnly: Boolean(folder.readOnly), get: (key: string) => folder.settings.get(key), set: (key: string, value: unknown) => folder.settings.set(key, value) };
  const endpoints = createEndpoints({ store, secrets: dependencies.secrets, transports, egressFor, clock });
  let zone = dependencies.timeZone;
  const timeZone = () => (zone ??= systemTimeZone());
  const spending = createSpending({ folder, clock, timeZone, settings: settings.get });
  const usage = createUsageService({ folder, settings, spending, readState: (flowId) => flows.open(flowId).session.state, egressFor, clock, timeZone, version: dependencies.version, logger: logger.child('usage') });
  const told = { ...spending, calls: usage.told(spending.calls) };
  const memory = createAnswerMemory({ answers: folder.answers, settings, endpoints, spending: told, clock, workspaceId: 'local' });
  const models = createModelService({
    memory,
    settings, secrets: dependencies.secrets, endpoints, spending: told, clock, store, logger: logger.child('models'),
    probesItself: dependencies.probesModels ?? (dependencies.host === 'test' ? false : { afterMs: 5_000 }),
  });
  const pulls = createModelPulls({ connect: (baseUrl) => endpoints.connect('ollama', baseUrl), disk: createOllamaDisk(dependencies.ollamaFolders), logger: logger.child('pull') });
  const learner = createTurnLearner({ folder, flows, models, settings, clock, logger: logger.child('learner') });
  const prompts = createPromptService({ folder, models, clock, newSeed: freshSeed, logger: logger.child('prompts') });
  const chat = createChatService({ toolbox: { list: () => mcp.toolbox.list(), call: async (name, args, signal) => {
      const answer = await mcp.toolbox.call(name, args, signal);
      signals.inspect(answer.text, { source: 'tool' });
      return answer;
    } }, signals, folder, flows, runElk, models, prompts, settings, learner, clock, newId, random, author, logger: logger.child('chat') });
  const mcp = createMcpService({
    folder, secrets: dependencies.secrets, clock, newId, version: dependencies.version, logger: logger.child('mcp'),
    fetchFor: (hosts) => egressFor(hosts).fetch('mcp'),
    port: createEngineFlowPort({
      folder, flows, chat, clock,
      layWhole,
      model: () => models.modelFor('architect'),
      newSeed: freshSeed,
      inspect: (text, flowId) => signals.inspect(text, { source: 'tool', flowId }),
    }),
    ...(dependencies.mcp ? { host: dependencies.mcp } : {}),
  });
  const agents = createAgentService({ flows, models, clock, random });
  const fitness = createFitness({ models, store, clock, costOf: (choice, usage) => spending.costOf(choice)(`${choice.provider}:${choice.model}`, usage), layWhole });
  const serverEgress = (server: string) => egressFor([hostEntry(server) ?? server]);
  const account = createAccountService({
    folder, secrets: dependencies.secrets, clock, logger: logger.child('account'), deviceName: hostname(),
    fetchFor: (server) => serverEgress(server).fetch('sync'),
    isTrusted: (host) => settings.get().onPremiseHosts.includes(host),
  });
  const line = createSyncLine({ server: () => account.get().server, token: () => account.token(), device: deviceId(folder, newId), egressFor: serverEgress, onRecord: keepRecord, onKeysChanged: (workspaceId) => keys.hear(workspaceId), WebSocket: dependencies.WebSocket ?? globalThis.WebSocket, clock });
  const shares = createShares(folder);
  const keys = createKeyService({ folder, account, secrets: dependencies.secrets, newId, clock, logger: logger.child('keys') });
  const sync = createSyncService({ folder, flows, account, keys, line, shares, asides, clock, logger: logger.child('sync') });
  const inbox = createInboxService({ folder, flows, account, remote: sync.remote, shares, logger: logger.child('inbox') });
  const assets = createAssetSync({ folder, flows, account, keys, shares, clock, logger: logger.child('assets') });
  keys.onChange(assets.lookAgain);
  settings.onChange(() => line.recheck());
  folder.setTextSource((flowId) => flows.textOf(flowId));
  if (!folder.readOnly) chat.resume();

  return {
    router: createRouter({ dependencies, account, keys, assets, links: createLinkService({ account, keys, shares, flows, secrets: dependencies.secrets }), sync, workspaces: createWorkspaceMembers(account), workspaceUsages: createWorkspaceUsages({ account, clock }), workspaceActivity: createWorkspaceActivity({ account, remote: sync.remote }), inbox, asides, memory, fitness, folder, flows, layout, chat, prompts, agents, mcp, settings, models, usage, spending, endpoints, pulls, author, signals, ledger: { changes: ledgerChanges, totals: () => (writeLedger(), folder.ledger.egressTotals()) }, logger, readLedger: (limit) => (writeLedger(), folder.ledger.listEgressRecords(limit)) }),
    announce: (holder) => folder.announce(holder),
    async close() {
      inbox.close();
      assets.close();
      sync.close();
      keys.close();
      account.close();
      await mcp.close();
      await pulls.close();
      await chat.close();
      signals.close();
      prompts.close();
      await learner.close();
      await models.close();
      await usage.close();
      flows.close();
      ledgerChanges.close();
      settings.changes.close();
      await transports.close();
      writeLedger();
      await ownElk?.close();
      await folder.close();
    },
  };
}

/** The id of this data folder among the devices of an account. */
function deviceId({ settings, readOnly }: DataFolder, newId: (prefix: string) => string): string {
  const kept = settings.get('device');
  if (typeof kept === 'string') return kept;
  const fresh = newId('device');
  if (!readOnly) settings.set('device', fresh);
  return fresh;
}
