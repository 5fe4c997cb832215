/** A row as the ledger shows it. */
export interface LedgerRow {
  startedAt: number;
  host: string;
  port: number;
  purpose: string;
  method: string;
  status?: number | undefined;
  requestBytes: number;
  responseBytes: number;
  ms: number;
  outcome: string;
  reason?: string | undefined;
}

const COLUMNS = ['startedAt', 'host', 'port', 'purpose', 'method', 'status', 'requestBytes', 'responseBytes', 'ms', 'outcome', 'reason'] as const;

/** The rows as CSV (RFC 4180) with names of columns, times as ISO 8601 in UTC. */
export function ledgerCsv(rows: readonly LedgerRow[]): string {
  const cell = (value: unknown) => {
    const words = String(value ?? '');
    // A table program would calculate what begins with one of these.
    const plain = /^[=+\-@\t\r]/.test(words) && typeof value === 'string' ? `'${words}` : words;
    return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
  };
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => cell(name === 'startedAt' ? new Date(row.startedAt).toISOString() : row[name])).join(','))].map((line) => `${line}\r\n`).join('');
}
