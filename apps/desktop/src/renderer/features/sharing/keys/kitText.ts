/** A group of a kit as it was typed, in the letters that kits are written in: case and look-alikes do not matter. */
export function normalGroup(typed: string): string {
  return typed.toUpperCase().replace(/[^0-9A-Z]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** Two places of a kit to ask for, from 0, in their order. `random` gives numbers from 0 up to 1. */
export function placesToAsk(groups: number, random: () => number): [number, number] {
  const first = Math.floor(random() * groups);
  const second = (first + 1 + Math.floor(random() * (groups - 1))) % groups;
  return first < second ? [first, second] : [second, first];
}
