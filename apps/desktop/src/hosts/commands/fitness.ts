import { figuresOf, runFitness, verdictOf, type FitnessFigures, type FitnessReport } from '@uxflow/core/agents';
import { createAgentTools } from './agentOptions.ts';
import { readArguments, usage, writeWhole, type Command } from './command.ts';

export const fitnessCommand: Command = {
  usage: 'fitness --model PROVIDER:MODEL [--out REPORT.json]',
  summary: 'Has a model and the rules do the same few tasks on this machine, and says how each did.',
  async run(args) {
    const { values, positionals } = readArguments(args, { model: { type: 'string' }, out: { type: 'string' } }, fitnessCommand);
    if (positionals.length) throw usage(fitnessCommand, `"${positionals[0]}" is not understood.`);
    if (values.model === undefined || values.model === 'rules') throw usage(fitnessCommand, 'Say with --model which model is tried; the rules are always tried beside it.');
    const tools = createAgentTools(values.model, fitnessCommand, () => undefined);
    try {
      const { clock, layWhole, model } = tools.dependencies();
      const report = await runFitness({ model: model!, clock, ...(layWhole ? { layWhole } : {}), onProgress: ({ done, total, kind }) => process.stderr.write(`${done + 1} of ${total}: ${kind}\n`) });
      process.stdout.write(tableOf(report));
      if (values.out !== undefined) writeWhole(values.out, `${JSON.stringify(report, null, 2)}\n`);
      return 0;
    } finally {
      await tools.close();
    }
  },
};

function tableOf(report: FitnessReport): string {
  const [model, rules] = [figuresOf(report, 'model'), figuresOf(report, 'rules')];
  const rows: [string, (figures: FitnessFigures, isModel: boolean) => string][] = [
    ['answers that can be used', ({ valid }) => `${Math.round(valid * 100)} %`],
    ['steps of new flows (F1)', (figures) => figures.stepF1.toFixed(2)],
    ['other tasks right', ({ right, asked }) => `${right} of ${asked}`],
    ['seconds, median', ({ medianMs }) => (medianMs / 1000).toFixed(2)],
    ['seconds, longest', ({ maxMs }) => (maxMs / 1000).toFixed(2)],
    ['tokens', ({ tokens }) => (tokens === undefined ? 'unknown' : String(tokens))],
    // The command line knows no prices.
    ['cost', ({ costUsd }, isModel) => (isModel ? (costUsd === undefined ? 'unknown' : `$${costUsd.toFixed(4)}`) : '$0')],
  ];
  const cells = [['', report.model, 'rules'], ...rows.map(([name, of]) => [name, of(model, true), of(rules, false)])];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) => row.map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[0]!))).join('  ').trimEnd());
  const failed = report.tasks.filter((task) => task.model.error).map((task) => `  ${task.id}: ${task.model.error!.message}`);
  return `${lines.join('\n')}\n\n${verdictText(report)}\n${failed.length ? `\n${failed.join('\n')}\n` : ''}`;
}

const AREAS = { create: 'new flows', edit: 'edits', talk: 'questions' } as const;
const GRADES = { better: 'better than the rules at', good: 'as good as the rules at', weak: 'weaker than the rules at', none: 'of no use for' } as const;

function verdictText(report: FitnessReport): string {
  const verdict = verdictOf(report);
  const parts = (Object.keys(AREAS) as (keyof typeof AREAS)[]).map((area) => `${GRADES[verdict[area]]} ${AREAS[area]}${verdict.isSlow[area] && verdict[area] !== 'none' ? ' (slow on this machine)' : ''}`);
  const sentence = `${parts.join('; ')}.`;
  return `${sentence[0]!.toUpperCase()}${sentence.slice(1)}${verdict.obeysHiddenText ? ' It did what a text hidden in a flow said: look at every proposal of it before you accept.' : ''}`;
}
