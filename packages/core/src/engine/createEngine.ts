import { createIdSource, systemClock, systemRandom } from '../base/index.ts';
import { openDataFolder, type FolderHolder } from '../db/index.ts';
import type { Author } from '../flow/index.ts';
import { createEgress, type EgressRecord } from '../llm/index.ts';
import { createChatService } from './chatService.ts';
import type { EngineDependencies } from './dependencies.ts';
import { createElkRunner } from './elkRunner.ts';
import { createFlowService } from './flowService.ts';
import { createLayoutService } from './layoutService.ts';
import { createModelPulls } from './modelPulls.ts';
import { createModelService } from './models.ts';
import { createOllamaDisk } from './ollamaDisk.ts';
import { createRouter, type EngineRouter } from './router.ts';
import { createSettings } from './settings.ts';

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
  const ids = createIdSource(clock, dependencies.random ?? systemRandom);
  const newId = (prefix: string) => ids.newId(prefix);
  const folder = await openDataFolder(dataDir, { logger: logger.child('store'), clock });

  const settings = createSettings(folder);
  const author = (): Author => ({ kind: 'user', id: 'local', name: settings.get().userName });

  const records: EgressRecord[] = [];
  let ledgerTimer: NodeJS.Timeout | undefined;
  const writeLedger = () => {
    clearTimeout(ledgerTimer);
    ledgerTimer = undefined;
    if (!records.length || folder.readOnly) return;
    try {
      folder.ledger.addEgressRecords(records);
      records.length = 0;
    } catch (error) {
      // A full disk: the rows wait for the next ones, the newest of them.
      records.splice(0, records.length - MAX_WAITING_RECORDS);
      logger.warn('egress ledger not written', { waiting: records.length, error: String(error) });
    }
  };
  const egressFor = (hosts: readonly string[]) =>
    createEgress({
      fetch: dependencies.fetch ?? globalThis.fetch,
      clock,
      policy: () => ({ localOnly: settings.get().localOnly, onPremiseHosts: settings.get().onPremiseHosts, allowedHosts: hosts }),
      onRecord(record) {
        records.push(record);
        ledgerTimer ??= setTimeout(writeLedger, LEDGER_REST_MS).unref();
      },
    });

  const ownElk = dependencies.runElk ? undefined : createElkRunner(dependencies.elkWorkerUrl ? { workerUrl: dependencies.elkWorkerUrl } : {});
  const runElk = dependencies.runElk ?? ownElk!;
  const flows = createFlowService({ folder, clock, newId, logger });
  const layout = createLayoutService(runElk);
  const models = createModelService({
    settings, secrets: dependencies.secrets, egressFor, calls: folder.ledger.calls, clock,
    store: { isReadOnly: Boolean(folder.readOnly), get: (key) => folder.settings.get(key), set: (key, value) => folder.settings.set(key, value) },
  });
  const pulls = createModelPulls({ egressFor, disk: createOllamaDisk(dependencies.ollamaFolders), logger: logger.child('pull') });
  const chat = createChatService({ folder, flows, runElk, models, settings, clock, newId, random: dependencies.random ?? systemRandom, author, logger: logger.child('chat') });
  folder.setTextSource((flowId) => flows.textOf(flowId));
  if (!folder.readOnly) chat.resume();

  return {
    router: createRouter({ dependencies, folder, flows, layout, chat, settings, models, pulls, author, logger, readLedger: (limit) => (writeLedger(), folder.ledger.listEgressRecords(limit)) }),
    announce: (holder) => folder.announce(holder),
    async close() {
      await pulls.close();
      await chat.close();
      flows.close();
      settings.changes.close();
      writeLedger();
      await ownElk?.close();
      await folder.close();
    },
  };
}
