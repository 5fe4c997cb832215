/** Entries of a list field in the order in which they are shown: by (order, id), by code unit. */
export function sortedItems<T extends { order: string }>(items: Readonly<Record<string, T>> | undefined): { id: string; item: T }[] {
  if (!items) return [];
  return Object.keys(items)
    .map((id) => ({ id, item: items[id]! }))
    .sort((a, b) => (a.item.order < b.item.order ? -1 : a.item.order > b.item.order ? 1 : a.id < b.id ? -1 : 1));
}
