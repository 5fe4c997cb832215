import type { ModelCallRecord } from './callLedger.ts';
import { providerOf } from './callSpans.ts';

/** A row of the ledger as exports write it. */
export interface ExportedCall extends ModelCallRecord {
  id: string;
  accepted?: boolean;
}

/**
 * Calls as CSV by RFC 4180 (CRLF, a header, quotes where needed), columns named by the GenAI conventions of OpenTelemetry where they have
 * a name. Unknown values are empty. A cell that a spreadsheet would read as a formula begins with an apostrophe.
 */
export function callsToCsv(calls: readonly ExportedCall[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...calls.map((call) => COLUMNS.map(([, read]) => read(call)))];
  return lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');
}

const COLUMNS: readonly (readonly [string, (call: ExportedCall) => string | number | boolean | undefined])[] = [
  ['start_time', ({ startedAt }) => new Date(startedAt).toISOString()],
  ['duration_ms', ({ ms }) => ms],
  ['gen_ai.operation.name', ({ operation }) => operation],
  ['gen_ai.provider.name', ({ model }) => providerOf(model).provider],
  ['gen_ai.request.model', ({ model }) => providerOf(model).name],
  ['gen_ai.agent.name', ({ agent }) => agent],
  ['gen_ai.usage.input_tokens', ({ inputTokens }) => inputTokens],
  ['gen_ai.usage.output_tokens', ({ outputTokens }) => outputTokens],
  ['gen_ai.response.time_to_first_chunk', ({ firstTokenMs }) => (firstTokenMs === undefined ? undefined : firstTokenMs / 1000)],
  ['error.type', ({ errorCode }) => errorCode],
  ['uxflow.cost_usd', ({ costUsd }) => costUsd],
  ['uxflow.outcome', ({ outcome }) => outcome],
  ['uxflow.quality', ({ quality }) => quality],
  ['uxflow.cached', ({ cached }) => cached],
  ['uxflow.accepted', ({ accepted }) => accepted],
  ['uxflow.prompt.version', ({ promptVersion }) => promptVersion],
  ['uxflow.prompt.variant', ({ variantId }) => variantId],
  ['uxflow.turn.id', ({ turnId }) => turnId],
  ['uxflow.flow.id', ({ flowId }) => flowId],
  ['uxflow.call.id', ({ id }) => id],
];

function cellText(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
