/** Constants of the line of a trial for 0, 20, … 100 turns from before it; written by scripts/calibrateTrials.ts from 20000 plays of each. */
export const TRIAL_BOUNDARIES: readonly number[] = [1.933, 1.903, 1.91, 1.892, 1.915, 1.9];
