/** What happened in histories, counted: a run in which nothing happened would prove nothing. */
export interface HistoryReport {
  /** Entries in the log at the end. */
  entries: number;
  /** Entries that people wrote. */
  written: number;
  /** Entries that the server refused for good. */
  denied: number;
  conflicts: number;
  /** Entries that lift the schema, and those that lift only the version of the rules. */
  upgrades: number;
  ruleVersions: number;
  /** Programs that learned the newer versions. */
  updates: number;
  /** Deaths of the server; several histories that wanted one at the same time share it. */
  kills: number;
  restores: number;
  /** Entries that a restored server had lost, and that their devices brought back. */
  broughtBack: number;
  reinstalls: number;
  restarts: number;
  rotations: number;
  roleChanges: number;
  /** Commits that were held while everybody was watched. */
  holds: number;
  /** Numbers that were looked for in the database the moment that they were told. */
  looks: number;
  /** Snapshots that were compared with the oracle. */
  snapshots: number;
  twice: number;
  swapped: number;
  cut: number;
}

/** A report in which nothing has happened. */
export function emptyReport(): HistoryReport {
  return { entries: 0, written: 0, denied: 0, conflicts: 0, upgrades: 0, ruleVersions: 0, updates: 0, kills: 0, restores: 0, broughtBack: 0, reinstalls: 0, restarts: 0, rotations: 0, roleChanges: 0, holds: 0, looks: 0, snapshots: 0, twice: 0, swapped: 0, cut: 0 };
}

/** Adds a report to another. */
export function addReport(total: HistoryReport, one: HistoryReport): void {
  for (const key of Object.keys(total) as (keyof HistoryReport)[]) total[key] += one[key] ?? 0;
}
