import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AppError, initialState, openDocument, systemClock } from '@uxflow/core';
import { agents, checkedInput, listAgents, promptOf, runAgent, seededIds } from '@uxflow/core/agents';
import { modelOf } from './agentOptions.ts';
import { readArguments, readBytes, readFlow, usage, type Command } from './command.ts';

/** Time that a model has for one run, ms. */
const TIMEOUT_MS = 180_000;

export const agentCommand: Command = {
  usage: 'agent [NAME [--input FILE|-] [--flow FLOW] [--model rules|PROVIDER:MODEL] [--language en|de] [--prompt] [--json]]',
  summary: 'Runs one agent alone: its input is JSON (a ready example without --input), its output is JSON. Without a name it lists the agents; --prompt shows what a model would be told.',
  async run(args) {
    const { values, positionals } = readArguments(
      args,
      { input: { type: 'string' }, flow: { type: 'string' }, model: { type: 'string' }, language: { type: 'string' }, prompt: { type: 'boolean' }, json: { type: 'boolean' } },
      agentCommand,
    );
    const [name] = positionals;
    if (name === undefined) {
      const all = listAgents();
      process.stdout.write(values.json ? `${JSON.stringify(all, null, 2)}\n` : all.map((info) => `${info.name.padEnd(18)} ${info.description}\n`).join(''));
      return 0;
    }
    if (positionals.length > 1) throw usage(agentCommand, `"${positionals[1]}" is one argument too many.`);
    if (values.language !== undefined && values.language !== 'en' && values.language !== 'de') throw usage(agentCommand, `--language takes en or de, not "${values.language}".`);
    const example = Object.hasOwn(agents, name) ? agents[name as keyof typeof agents].example : undefined;
    const { agent, input } = checkedInput(name, values.input === undefined ? example : jsonOf(values.input));
    const state = values.flow === undefined ? initialState('flow_1') : openDocument(readFlow(values.flow));
    const seed = randomInt(1, 2 ** 31);
    const context = { state, ids: seededIds(seed, systemClock.now()), language: (values.language ?? 'en') as 'en' | 'de' };
    if (values.prompt) {
      const { system, message } = promptOf(agent, input, context);
      process.stdout.write(values.json ? `${JSON.stringify({ system, message }, null, 2)}\n` : `# system\n${system}\n\n# message\n${message}\n`);
      return 0;
    }
    const model = modelOf(values.model, agentCommand);
    const startedAt = systemClock.now();
    const controller = new AbortController();
    const run = await runAgent(agent, input, context, { ...(model ? { model: Promise.resolve(model) } : {}), seed, signal: controller.signal, timeoutMs: TIMEOUT_MS });
    const ms = systemClock.now() - startedAt;
    if (values.json) process.stdout.write(`${JSON.stringify({ output: run.output, mind: run.mind, ms, ...(run.call ? { call: run.call } : {}), ...(run.fallback ? { fallback: run.fallback } : {}) }, null, 2)}\n`);
    else process.stdout.write(`${JSON.stringify(run.output, null, 2)}\n`);
    if (run.fallback) process.stderr.write(`${name}: the model failed, the rules answered: ${run.fallback.message}\n`);
    else if (run.call) process.stderr.write(`${name}: ${run.call.model}, ${Math.round(run.call.ms)} ms${run.call.inputTokens === undefined ? '' : `, ${run.call.inputTokens} tokens in, ${run.call.outputTokens ?? '?'} out`}\n`);
    else process.stderr.write(`${name}: rules, ${ms} ms\n`);
    return run.fallback ? 1 : 0;
  },
};

function jsonOf(file: string): unknown {
  const text = file === '-' ? readFileSync(0, 'utf8') : new TextDecoder().decode(readBytes(file));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('FILE_NOT_JSON', `${file === '-' ? 'What came in' : file} is no JSON. Nothing was run; correct it and start again.`, { file }, { cause: error });
  }
}
