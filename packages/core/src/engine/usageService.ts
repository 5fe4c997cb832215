import { previewCalls, AGENT_NAMES, type AgentName } from '../agents/index.ts';
import { choiceFor, leadChoice, type BudgetView, type ConnectedChoice, type CostEstimate, type ModelChoice, type PriceListView, type Quality, type UsageCall, type UsageView } from '../api/index.ts';
import { AppError, dayOf, daysBetween, type Clock, type Logger } from '../base/index.ts';
import type { CallFilter, DataFolder, LedgerStore } from '../db/index.ts';
import type { LogState } from '../flow/index.ts';
import { callsToCsv, callsToOtlp, costOfUsage, estimateInputTokens, hostEntry, type CallLedger, type Egress } from '../llm/index.ts';
import { modelName, type SettingsService } from './settings.ts';
import type { Spending } from './spending.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';

/** What the usage screen, the composer and the command line ask about cost. */
export interface UsageService {
  summary(period: Period): UsageView;
  calls(filter: CallFilter): UsageCall[];
  budget(): BudgetView[];
  estimate(flowId: string, text: string, hasImage?: boolean): CostEstimate[];
  prices(): PriceListView;
  export(period: Period, format: 'csv' | 'otlp'): { fileName: string; mediaType: string; text: string };
  push(period: Period): ReturnType<Telemetry['push']>;
  /** The ledger, with every finished call told to the endpoint of the settings while that is on. */
  told(ledger: CallLedger): CallLedger;
  close(): Promise<void>;
}

interface Period {
  from: number;
  to: number;
}

export interface UsageDependencies {
  folder: DataFolder;
  settings: SettingsService;
  spending: Spending;
  readState(flowId: string): LogState;
  egressFor(hosts: readonly string[]): Egress;
  clock: Clock;
  /** Read when a day is wanted: the first look at it costs some ms. */
  timeZone(): string;
  version: string;
  logger: Logger;
}

/** Calls that an export holds at most. */
const MOST_EXPORTED = 200_000;
/** How long an answer is taken to be before the ledger knows better, tokens. */
const ASSUMED_OUTPUT: Partial<Record<AgentName, number>> = { classifier: 150, manager: 150, planner: 600, architect: 1_500, uxExpert: 400, visualInterpreter: 1_500 };
const ASSUMED_OTHERS = 400;

/** The service on a data folder. */
export function createUsageService(dependencies: UsageDependencies): UsageService {
  const { folder, settings, spending, readState, egressFor, clock, timeZone, version, logger } = dependencies;
  const telemetry = createTelemetry({ endpoint: () => settings.get().telemetry.endpoint, egressFor: (address) => egressFor([hostEntry(address) ?? '']), clock, version, logger });
  const exported = ({ from, to }: Period) => folder.ledger.listCalls({ from, to, limit: MOST_EXPORTED }).reverse();

  return {
    summary: (period) => usageOfDays(folder.ledger, period, timeZone()),
    calls: (filter) => folder.ledger.listCalls(filter),
    budget: () => spending.meter.periods(),
    estimate(flowId, text, hasImage) {
      const calls = previewCalls(text, readState(flowId), hasImage).map(({ agent, request }) => ({ agent, inputTokens: estimateInputTokens(request) }));
      return (['standard', 'pro'] as const).map((quality) => estimateOf(quality, calls));
    },
    prices() {
      const inUse = new Map<string, ConnectedChoice>();
      const add = (choice: ModelChoice) => choice.provider !== 'rules' && inUse.set(`${modelName(choice)} ${choice.baseUrl}`, choice);
      for (const quality of ['standard', 'pro'] as const) for (const agent of AGENT_NAMES) add(choiceFor(agent, settings.get(), quality).choice);
      for (const choice of settings.get().fallbacks) add(choice);
      return { ...spending.prices(), inUse: [...inUse.values()].map((choice) => ({ model: modelName(choice), baseUrl: choice.baseUrl, price: spending.priceOf(choice) })) };
    },
    export(period, format) {
      const calls = exported(period);
      const name = `uxflow-usage-${dayOf(period.from, timeZone()).key}-${dayOf(Math.max(period.from, period.to - 1), timeZone()).key}`;
      return format === 'csv'
        ? { fileName: `${name}.csv`, mediaType: 'text/csv', text: callsToCsv(calls) }
        : { fileName: `${name}.otlp.json`, mediaType: 'application/json', text: `${JSON.stringify(callsToOtlp(calls, version))}\n` };
    },
    push(period) {
      if (!settings.get().telemetry.endpoint.trim()) throw new AppError('TELEMETRY_NO_ENDPOINT', 'No endpoint for telemetry is set. Nothing was sent; enter its address first.', {});
      return telemetry.push(exported(period));
    },
    told: (ledger) => ({
      open: (record) => ledger.open(record),
      async close(id, record) {
        await ledger.close(id, record);
        if (settings.get().telemetry.isOn && settings.get().telemetry.endpoint.trim()) telemetry.note({ ...record, id });
      },
    }),
    close: () => telemetry.close(),
  };

  function estimateOf(quality: Quality, calls: readonly { agent: AgentName; inputTokens: number }[]): CostEstimate {
    let usd = 0;
    let asked = 0;
    let charged = 0;
    let isAssumed = false;
    const days: string[] = [];
    const unknownModels = new Set<string>();
    for (const { agent, inputTokens } of calls) {
      const { choice } = choiceFor(agent, settings.get(), quality);
      if (choice.provider === 'rules') continue;
      asked++;
      const price = spending.priceOf(choice);
      if (price.kind === 'local') continue;
      charged++;
      if (price.kind === 'unknown') {
        unknownModels.add(modelName(choice));
        continue;
      }
      const typical = folder.ledger.typicalOutput(agent, modelName(choice));
      isAssumed ||= !typical;
      days.push(price.entry.asOf);
      usd += costOfUsage(price, { inputTokens, outputTokens: typical?.outputTokens ?? ASSUMED_OUTPUT[agent] ?? ASSUMED_OTHERS })!;
    }
    const kind = asked === 0 ? 'none' : unknownModels.size ? 'unknown' : charged ? 'known' : 'local';
    const asOf = days.sort()[0];
    return { quality, model: modelName(leadChoice(settings.get(), quality)), kind, usd, calls: asked, isAssumed, ...(asOf ? { asOf } : {}), unknownModels: [...unknownModels] };
  }
}

/** The sums of a period by the days of a calendar. */
export function usageOfDays(ledger: LedgerStore, { from, to }: Period, timeZone: string): UsageView {
  const days = to > from ? daysBetween(from, to - 1, timeZone) : [];
  return { days: days.map(({ key, start }) => ({ key, start })), ...ledger.usage(days) };
}
