import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { createIdSource, systemRandom } from '../base/id.ts';
import type { Logger } from '../base/logger.ts';
import { createAnswerStore, type StoredAnswers } from './answerStore.ts';
import { createAssetStore, type AssetStore } from './assetStore.ts';
import { openDatabase, type Database } from './database.ts';
import { createEpisodeStore, type EpisodeStore } from './episodeStore.ts';
import { createFlowStore, type FlowStore } from './flowStore.ts';
import { lockFolder, type FolderHolder } from './folderLock.ts';
import { createLedgerStore, type LedgerStore } from './ledgerStore.ts';
import { migrate, readVersion, type Migration } from './migrate.ts';
import { MIGRATIONS } from './migrations.generated.ts';
import { readState } from './readState.ts';
import { createPromptStore, type PromptStore } from './promptStore.ts';
import { createSignalStore, type SignalStore } from './signalStore.ts';
import { createToolCallStore, type ToolCallStore } from './toolCallStore.ts';
import { openSearchIndex, type FlowText } from './searchIndex.ts';
import { createSettingStore, type SettingStore } from './settingStore.ts';
import { toStoreError, type ReadOnlyReason } from './storeError.ts';
import { createTurnStore, type StoredTurns } from './turnStore.ts';

/** An open data folder: everything the app keeps. One process at a time has it. */
export interface DataFolder {
  readonly path: string;
  /** Why every write throws STORE_READ_ONLY, or undefined. */
  readonly readOnly: ReadOnlyReason | undefined;
  readonly flows: FlowStore;
  readonly turns: StoredTurns;
  readonly settings: SettingStore;
  readonly ledger: LedgerStore;
  readonly toolCalls: ToolCallStore;
  /** Texts that looked like attacks on prompts. */
  readonly signals: SignalStore;
  readonly assets: AssetStore;
  /** Answers of models, to be given again. */
  readonly answers: StoredAnswers;
  /** Wordings of the agents' instructions and what became of their uses. */
  readonly prompts: PromptStore;
  /** What was learned from corrected turns. */
  readonly episodes: EpisodeStore;
  /**
   * What `run` returns, once everything that it wrote through any of these stores is durable: one SQL transaction, undone whole when `run`
   * throws. `run` must not be async.
   */
  withTransaction<T>(run: () => T): T;
  /** Tells a second host on this folder where this one is reached. */
  announce(holder: FolderHolder): void;
  /** Gives the words of flows that are open in memory, so that indexing them folds nothing; undefined for the others. */
  setTextSource(textOf: (flowId: string) => FlowText | undefined): void;
  /** Resolves when search knows everything that was written so far. */
  searchIdle(): Promise<void>;
  close(): Promise<void>;
}

export interface DataFolderDependencies {
  logger: Logger;
  clock: Clock;
  /** The store's history; other than the app's own only in tests. */
  migrations?: readonly Migration[];
}

/**
 * Opens a data folder, making it (0700) where it is missing. Throws DATA_FOLDER_IN_USE (params.holder, socketPath, url),
 * STORE_NOT_WRITABLE, STORE_FULL or STORE_CORRUPT; then nothing is held open.
 */
export async function openDataFolder(path: string, { logger, clock, migrations = MIGRATIONS }: DataFolderDependencies): Promise<DataFolder> {
  const opened: { close(): void }[] = [];
  const closeAll = () => {
    const failures: unknown[] = [];
    for (const item of opened.splice(0).reverse()) {
      try {
        item.close();
      } catch (error) {
        // The lock is freed whatever happens to the files before it.
        failures.push(error);
      }
    }
    if (failures.length) logger.error('A file of the data folder did not close cleanly; what was saved is safe.', { path, error: String(failures[0]) });
  };
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const lock = lockFolder(path);
    opened.push({ close: () => lock.release() });
    const store = openStore(path, migrations, logger, clock);
    opened.push(store);
    let openText: (flowId: string) => FlowText | undefined = () => undefined;
    const flows = createFlowStore(store, { search: (text) => search.search(text), touch: (flowId) => search.touch(flowId) });
    const stampOf = (flowId: string) => {
      const head = flows.headOf(flows.mainLogOf(flowId));
      return `${head}:${flows.chainOf(flows.mainLogOf(flowId), head)}`;
    };
    const search = openSearchIndex(
      join(path, 'index.sqlite'),
      {
        flows: () => [...flows.listFlows(), ...flows.listFlows({ deleted: true })],
        stampOf: (flowId) => (flows.findFlow(flowId) ? stampOf(flowId) : undefined),
        textOf: (flowId) => openText(flowId) ?? storedText(flows, flowId),
      },
      logger,
    );
    opened.push(search);
    const answers = createAnswerStore(() => search.database(), { clock, logger });
    opened.push({ close: () => answers.flush() });
    return {
      path,
      readOnly: store.readOnly,
      flows,
      turns: createTurnStore(store),
      settings: createSettingStore(store),
      ledger: createLedgerStore(store, createIdSource(clock, systemRandom)),
      toolCalls: createToolCallStore(store, createIdSource(clock, systemRandom)),
      signals: createSignalStore(store, createIdSource(clock, systemRandom)),
      assets: createAssetStore(store, clock),
      answers,
      prompts: createPromptStore(store, createIdSource(clock, systemRandom)),
      episodes: createEpisodeStore(store, createIdSource(clock, systemRandom)),
      withTransaction: (run) => store.write(run),
      announce: (holder) => lock.announce(holder),
      setTextSource: (textOf) => void (openText = textOf),
      searchIdle: () => search.idle(),
      close: async () => closeAll(),
    };
  } catch (error) {
    closeAll();
    throw toStoreError(error, { path });
  }
}

function openStore(folder: string, migrations: readonly Migration[], logger: Logger, clock: Clock): Database {
  const path = join(folder, 'store.sqlite');
  const database = openDatabase({ path, synchronous: 'FULL' });
  try {
    const version = readVersion(database.connection);
    if (version > migrations.length) {
      database.close();
      logger.warn('The store was written by a newer version and is opened for reading only.', { version, known: migrations.length });
      return openDatabase({ path, synchronous: 'FULL', readOnly: 'STORE_NEWER' });
    }
    const backup = migrate(database.connection, migrations, join(folder, 'backup'), clock);
    if (backup) logger.info('The store was brought up to date; a copy of the old one was kept.', { from: version, to: migrations.length, backup });
    return database;
  } catch (error) {
    database.close();
    throw toStoreError(error, { path });
  }
}

function storedText(flows: FlowStore, flowId: string): FlowText | undefined {
  const row = flows.findFlow(flowId);
  if (!row) return undefined;
  const { flow, node } = readState(flows, flows.mainLogOf(flowId)).state;
  const titles = [...node.values()].map((item) => item.data.title);
  return { name: flow.name || row.name, ...(flow.description ? { description: flow.description } : {}), titles };
}
