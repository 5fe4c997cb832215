import { randomInt } from 'node:crypto';
import { AppError, systemClock } from '@uxflow/core';
import { layWholeBy, type PipelineDependencies } from '@uxflow/core/agents';
import { createElkRunner } from '@uxflow/core/engine';
import { allowedHostsOf, createEgress, createModel, parseModelId, providerInfo, providerNames, type LanguageModel } from '@uxflow/core/llm';
import { withElkWorker } from '../elkWorkerUrl.ts';
import { usage } from './command.ts';

/** What `generate` and `edit` give the agents; `close` ends the layout worker. */
export interface AgentTools {
  dependencies(): PipelineDependencies;
  close(): Promise<void>;
}

/** The agents' tools for `--model` (absent or `rules`: no model). Throws USAGE for a name that means nothing. */
export function createAgentTools(modelName: string | undefined, command: { usage: string }, warn: (line: string) => void): AgentTools {
  const { elkWorkerUrl } = withElkWorker();
  const runElk = createElkRunner(elkWorkerUrl ? { workerUrl: elkWorkerUrl } : {});
  const model = modelOf(modelName, command);
  return {
    dependencies: () => ({
      clock: systemClock,
      seed: randomInt(2 ** 31),
      layWhole: layWholeBy(runElk),
      ...(model ? { model } : {}),
      onFallback: (agent, error) => warn(`${agent}: the model failed, the rules answered: ${error.message}`),
    }),
    close: () => runElk.close(),
  };
}

/** The model of `--model`; undefined for the rules. Throws USAGE for a name that means nothing. */
export function modelOf(name: string | undefined, command: { usage: string }): LanguageModel | undefined {
  if (name === undefined || name === 'rules') return undefined;
  const parsed = parseModelId(name);
  if (!parsed) throw usage(command, `--model takes rules or PROVIDER:NAME with one of ${providerNames.join(', ')}, not "${name}".`);
  const { environment } = providerInfo(parsed.provider);
  const baseUrl = process.env[environment.baseUrl];
  const apiKey = environment.key && process.env[environment.key];
  const address = baseUrl && !/^https?:\/\//.test(baseUrl) ? `http://${baseUrl}` : baseUrl;
  const settings = { ...parsed, ...(address ? { baseUrl: address } : {}), ...(apiKey ? { apiKey } : {}) };
  const egress = createEgress({
    fetch: globalThis.fetch,
    clock: systemClock,
    policy: { localOnly: false, onPremiseHosts: [], allowedHosts: allowedHostsOf([settings]) },
  });
  return createModel(settings, { egress });
}

/** The cases of a folder: every file of one of these endings, with its name. Throws FOLDER_EMPTY. */
export function requireCases<T>(dir: string, cases: T[]): T[] {
  if (!cases.length) throw new AppError('FOLDER_EMPTY', `${dir} holds nothing that this command reads. Nothing was written.`, { dir });
  return cases;
}
