/** Names that a line has room for. */
const MOST_NAMES = 4;

/** The names of flows in a line, '' where none is known: the first ones, and "…" for the others. `unnamed`: what to call a flow without a name; without it such flows are left out. */
export function flowNames(flows: readonly { name: string }[], unnamed = ''): string {
  const names = flows.map(({ name }) => name || unnamed).filter(Boolean);
  const shown = names.slice(0, MOST_NAMES);
  return shown.length > 0 && shown.length < flows.length ? `${shown.join(', ')} …` : shown.join(', ');
}
