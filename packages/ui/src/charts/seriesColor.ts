/** Colours that people with any kind of colour blindness tell apart (after Okabe and Ito), light and dark. */
const COLORS = 8;

/** The colour of the n-th series, as a CSS value. */
export function seriesColor(index: number): string {
  return `var(--series-${(index % COLORS) + 1})`;
}
