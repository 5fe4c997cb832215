/** `uxflow`: the engine's work on files, and its tools for other agents. Only `mcp`, `prompts` and `usage` open a data folder. */
import { errorInfo, isAppError } from '@uxflow/core';
import { APP_VERSION } from '../version.ts';
import { agentCommand } from './commands/agent.ts';
import { applyCommand } from './commands/apply.ts';
import type { Command } from './commands/command.ts';
import { diffCommand } from './commands/diff.ts';
import { editCommand } from './commands/edit.ts';
import { exportCommand } from './commands/export.ts';
import { fitnessCommand } from './commands/fitness.ts';
import { generateCommand } from './commands/generate.ts';
import { layoutCommand } from './commands/layout.ts';
import { mcpCommand } from './commands/mcp.ts';
import { promptsCommand } from './commands/prompts.ts';
import { usageCommand } from './commands/usage.ts';
import { validateCommand } from './commands/validate.ts';

/** Every command by its name; a new command is an entry here. */
const commands: Record<string, Command> = {
  generate: generateCommand,
  edit: editCommand,
  validate: validateCommand,
  apply: applyCommand,
  diff: diffCommand,
  layout: layoutCommand,
  mcp: mcpCommand,
  export: exportCommand,
  agent: agentCommand,
  fitness: fitnessCommand,
  prompts: promptsCommand,
  usage: usageCommand,
};

const [name, ...rest] = process.argv.slice(2);

async function main(): Promise<number> {
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${APP_VERSION}\n`);
    return 0;
  }
  const command = name === undefined ? undefined : commands[name];
  if (!command) {
    const help = ['uxflow: text to UX flows, and work on .uxflow files', '', ...Object.values(commands).map((each) => `  uxflow ${each.usage}\n      ${each.summary}`), ''].join('\n');
    const wantsHelp = name === undefined || name === 'help' || name === '--help' || name === '-h';
    (wantsHelp ? process.stdout : process.stderr).write(wantsHelp ? help : `uxflow: there is no command "${name}".\n\n${help}`);
    return wantsHelp ? 0 : 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(`uxflow ${command.usage}\n${command.summary}\n`);
    return 0;
  }
  return command.run(rest);
}

const interrupt = () => process.exit(130);
process.on('SIGINT', interrupt);

main().then(
  (code) => void (process.exitCode = code),
  (error: unknown) => {
    const { message, params } = errorInfo(error);
    process.stderr.write(`uxflow: ${typeof params.opIndex === 'number' ? `op ${params.opIndex}: ` : ''}${message}\n`);
    if (!isAppError(error) && process.env.UXFLOW_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : ''}\n`);
    process.exitCode = isAppError(error) && error.code === 'USAGE' ? 2 : 1;
  },
);
