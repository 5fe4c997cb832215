/** Tables as CSV (RFC 4180). */

/** Rows with a head line. Cells that a spreadsheet would take for a formula begin with an apostrophe: names are chosen by strangers. */
export function csvOf(rows: readonly object[], columns: readonly string[]): string {
  const line = (cells: readonly unknown[]) => cells.map(cellOf).join(',');
  return `${[line(columns), ...rows.map((row) => line(columns.map((column) => (row as Record<string, unknown>)[column])))].join('\r\n')}\r\n`;
}

function cellOf(value: unknown): string {
  const text = value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}
