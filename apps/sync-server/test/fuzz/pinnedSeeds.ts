/** Seeds that once found a fault; they are played in every run. */
export const PINNED_SEEDS: readonly number[] = [];
