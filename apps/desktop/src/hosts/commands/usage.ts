import { AppError, silentLogger } from '@uxflow/core';
import type { UsageView } from '@uxflow/core/api';
import { daysToPeriod, usageOfFolder } from '@uxflow/core/engine';
import { APP_VERSION } from '../../version.ts';
import { callEngine, defaultDataDir } from '../engineHost.ts';
import { readArguments, usage, writeWhole, type Command } from './command.ts';

export const usageCommand: Command = {
  usage: 'usage [--from YYYY-MM-DD] [--to YYYY-MM-DD] [--csv | --otlp] [--out PATH]',
  summary: 'Shows what models were asked and what it cost, of the last 30 days without dates; or writes every call as CSV or as OTLP in JSON.',
  async run(args) {
    const { values, positionals } = readArguments(args, { from: { type: 'string' }, to: { type: 'string' }, csv: { type: 'boolean' }, otlp: { type: 'boolean' }, out: { type: 'string' } }, usageCommand);
    if (positionals.length) throw usage(usageCommand, `"${positionals[0]}" is not understood.`);
    if (values.csv && values.otlp) throw usage(usageCommand, 'Choose --csv or --otlp.');
    const period = daysToPeriod(values.from, values.to, Date.now());
    if (!period) throw usage(usageCommand, '--from and --to take days like 2026-11-23, the first one not after the last.');
    const format = values.csv ? 'csv' : values.otlp ? 'otlp' : undefined;
    const { view, text } = await readUsage(period, format);
    const output = text ?? tableOf(view);
    if (values.out === undefined) process.stdout.write(output);
    else writeWhole(values.out, output);
    return 0;
  },
};

/** From the engine that runs on the folder, else from the folder itself. */
async function readUsage(period: { from: number; to: number }, format: 'csv' | 'otlp' | undefined): Promise<{ view: UsageView; text?: string }> {
  const dataDir = defaultDataDir();
  const line = await callEngine(dataDir);
  if (!line) return usageOfFolder(dataDir, { ...period, ...(format ? { format } : {}), version: APP_VERSION, logger: silentLogger });
  try {
    const view = await line.api.usage.summary(period);
    return format ? { view, text: (await line.api.usage.export({ ...period, format })).text } : { view };
  } catch (error) {
    throw line.isOpen() ? error : new AppError('ENGINE_AWAY', 'The app closed while it was asked. Run the command again.', {}, { cause: error });
  } finally {
    line.close();
  }
}

function tableOf({ days, total, byModel, byAgent }: UsageView): string {
  const first = days[0]?.key ?? '';
  const last = days.at(-1)?.key ?? '';
  const rows = [['', 'calls', 'failed', 'cached', 'input', 'output', 'p50 ms', 'p95 ms', 'cost'], rowOf('total', total), ...byModel.map((group) => rowOf(group.model, group)), ...byAgent.map((group) => rowOf(group.agent, group))];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ').trimEnd());
  const unknown = total.unknownCost ? `\n${total.unknownCost} ${total.unknownCost === 1 ? 'call' : 'calls'} of unknown cost not counted.\n` : '';
  return `${first} to ${last}\n\n${lines.join('\n')}\n${unknown}`;
}

function rowOf(name: string, { calls, failures, cached, inputTokens, outputTokens, p50Ms, p95Ms, costUsd, unknownCost }: UsageView['total']): string[] {
  const ms = (value: number | undefined) => (value === undefined ? '-' : String(Math.round(value)));
  const cost = unknownCost > 0 && costUsd === 0 ? 'unknown' : `$${costUsd.toFixed(4)}${unknownCost > 0 ? '+?' : ''}`;
  return [name, String(calls), String(failures), String(cached), String(inputTokens), String(outputTokens), ms(p50Ms), ms(p95Ms), cost];
}
