/** The store: the only SQL of the app. Runs in Node only. */
export { openDataFolder, type DataFolder, type DataFolderDependencies } from './dataFolder.ts';
export type { AppendExtras, FlowListOptions, FlowStore, NewFlow } from './flowStore.ts';
export type { FlowRow, FlowRowChange, FlowSort } from './flowRows.ts';
export type { HistoryEntry, LogRow, NewEntry, StoredEntry } from './logStore.ts';
export type { Acknowledgement } from './pendingStore.ts';
export type { NewSnapshot, StoredSnapshot } from './snapshotStore.ts';
export type { Asset, AssetStore } from './assetStore.ts';
export type { StoredAnswers } from './answerStore.ts';
export { learningEpisodeSchema, type EpisodeStore, type LearningEpisode } from './episodeStore.ts';
export type { ToolCallRecord, ToolCallStore } from './toolCallStore.ts';
export type { CallFilter, LedgerStore, StoredEgressRecord, StoredModelCall } from './ledgerStore.ts';
export { parseEntry, readState, type ReadState } from './readState.ts';
export type { PromptStore, StoredChange, StoredTrial, StoredVariant, TrialEnd, TrialOutcome } from './promptStore.ts';
export type { SettingStore } from './settingStore.ts';
export type { FlowText } from './searchIndex.ts';
export type { FolderHolder } from './folderLock.ts';
export { STORE_ERRORS, type ReadOnlyReason, type StoreErrorCode } from './storeError.ts';
