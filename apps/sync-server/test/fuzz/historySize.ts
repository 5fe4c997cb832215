/** How large the history of a seed is: one in twenty at the full size, most of them small, because small ones find as much for less. */
export interface HistorySize {
  clients: number;
  /** Operations of each client. */
  operations: number;
}

/** The size of a seed's history, within the largest. */
export function historySizeOf(seed: number, largest: HistorySize): HistorySize {
  const place = seed % 20;
  if (place === 0) return largest;
  // The rest of the seed chooses: all sizes meet all kinds of history.
  const roll = Math.imul(seed, 2654435761) >>> 8;
  const small = place > 4;
  const clients = 2 + (roll % (small ? 2 : 4));
  const operations = small ? 12 + ((roll >>> 4) % 30) : 40 + ((roll >>> 4) % 60);
  return { clients: Math.min(largest.clients, clients), operations: Math.min(largest.operations, operations) };
}
