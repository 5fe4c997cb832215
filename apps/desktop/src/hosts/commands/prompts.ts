import { AppError, silentLogger } from '@uxflow/core';
import type { AgentPrompts, Prompts } from '@uxflow/core/api';
import { promptsOfFolder } from '@uxflow/core/engine';
import { callEngine, defaultDataDir } from '../engineHost.ts';
import { readArguments, usage, writeWhole, type Command } from './command.ts';

export const promptsCommand: Command = {
  usage: 'prompts [list | show AGENT [VERSION] | export [--out PATH]] [--json]',
  summary: "Shows the agents' instructions: every version with what became of it, the wording of one, or everything as JSON.",
  async run(args) {
    const { values, positionals } = readArguments(args, { out: { type: 'string' }, json: { type: 'boolean' } }, promptsCommand);
    const [what = 'list', ...rest] = positionals;
    if (!['list', 'show', 'export'].includes(what)) throw usage(promptsCommand, `"${what}" is none of list, show and export.`);
    if (rest.length > (what === 'show' ? 2 : 0)) throw usage(promptsCommand, `"${rest.at(-1)}" is one argument too many.`);
    const prompts = await readPrompts();
    const output = what === 'show' ? shown(prompts, rest[0], rest[1], values.json === true) : what === 'export' || values.json ? json(prompts) : prompts.agents.map(listed).join('\n');
    if (values.out === undefined) process.stdout.write(output);
    else writeWhole(values.out, output);
    return 0;
  },
};

/** From the engine that runs on the folder, else from the folder itself. */
async function readPrompts(): Promise<Prompts> {
  const dataDir = defaultDataDir();
  const line = await callEngine(dataDir);
  if (!line) return promptsOfFolder(dataDir, { logger: silentLogger });
  try {
    return await line.api.prompts.get();
  } catch (error) {
    throw line.isOpen() ? error : new AppError('ENGINE_AWAY', 'The app closed while it was asked. Run the command again.', {}, { cause: error });
  } finally {
    line.close();
  }
}

function listed({ agent, variants, inUse, trial, proposed }: AgentPrompts): string {
  const rows = variants.map(({ id, number, origin, standing }) => {
    const marks = [id === inUse ? 'in use' : '', trial?.variantId === id ? `on trial, ${trial.turns} of ${trial.mostTurns} turns` : '', proposed?.toVariantId === id ? 'proposed' : ''].filter(Boolean);
    const seen = standing.n ? `${Math.round(standing.mean * 100)} % accepted of ${standing.n}` : 'not counted yet';
    return `  ${String(number).padStart(3)}  ${origin.padEnd(9)}  ${seen}${marks.length ? `  (${marks.join('; ')})` : ''}\n`;
  });
  return `${agent}\n${rows.join('')}`;
}

function shown({ agents }: Prompts, name: string | undefined, version: string | undefined, isJson: boolean): string {
  const agent = agents.find((item) => item.agent === name);
  if (!agent) throw usage(promptsCommand, `Name one of ${agents.map((item) => item.agent).join(', ')}.`);
  const variant = agent.variants.find((item) => (version === undefined ? item.id === agent.inUse : String(item.number) === version));
  if (!variant) throw usage(promptsCommand, `${name} has no version ${version}; there are ${agent.variants.map((item) => item.number).join(', ')}.`);
  return isJson ? json(variant) : `${variant.text}\n`;
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
