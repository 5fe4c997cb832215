/** The US dollars that a text means, with a point or a comma; null for an empty one, undefined for what is no amount. */
export function readDollars(text: string): number | null | undefined {
  const bare = text.trim().replace(/^\$|\$$/g, '').trim();
  if (!bare) return null;
  if (!/^\d{1,6}(?:[.,]\d{1,6})?$/.test(bare)) return undefined;
  return Number(bare.replace(',', '.'));
}

/** An amount as a field shows it: no grouping, so that it can be typed again. */
export function dollarsField(usd: number | null | undefined, language: string): string {
  return usd === null || usd === undefined ? '' : usd.toLocaleString(language, { useGrouping: false, maximumFractionDigits: 6 });
}
