import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { AppError, documentText, errorInfo, parseDocument, type FlowDocument } from '@uxflow/core';
import { editFlow, type EditedFlow } from '@uxflow/core/agents';
import { createAgentTools, requireCases, type AgentTools } from './agentOptions.ts';
import { isFolder, outFile, putFlow, readArguments, readBytes, readFlow, usage, writeWhole, type Command } from './command.ts';

export const editCommand: Command = {
  usage: 'edit (FLOW --text T | --dir D) --out PATH [--model rules|PROVIDER:MODEL]',
  summary: 'Edits a flow as told; with --dir every .json with "flow" and "instruction" becomes OUT/NAME.uxflow, or OUT/NAME.json where it asks back or refuses.',
  async run(args) {
    const { values, positionals } = readArguments(args, { text: { type: 'string' }, dir: { type: 'string' }, out: { type: 'string' }, model: { type: 'string' } }, editCommand);
    if (values.out === undefined) throw usage(editCommand, 'Say with --out where the result goes.');
    const tools = createAgentTools(values.model, editCommand, (line) => process.stderr.write(`${line}\n`));
    try {
      if (values.dir !== undefined) {
        if (positionals.length || values.text !== undefined) throw usage(editCommand, 'Give either a flow and --text, or --dir.');
        return await editFolder(values.dir, values.out, tools);
      }
      const [file] = positionals;
      if (!file || positionals.length > 1 || values.text === undefined) throw usage(editCommand, 'Name one flow and say with --text what to change.');
      const document = readFlow(file);
      const result = await editFlow(document, checked(values.text), tools.dependencies());
      if (result.kind === 'document') {
        putFlow(result.document, outFile(values.out, basename(file)));
        process.stderr.write(`${result.reply}\n`);
        return 0;
      }
      process.stderr.write(result.kind === 'clarify' ? `${result.question}${result.quickReplies.map((reply) => `\n  - ${reply}`).join('')}\nNothing was changed.\n` : `${result.reason}\nNothing was changed.\n`);
      return 1;
    } finally {
      await tools.close();
    }
  },
};

async function editFolder(dir: string, out: string, tools: AgentTools): Promise<number> {
  if (!isFolder(dir)) throw new AppError('FOLDER_MISSING', `There is no folder ${dir}. Nothing was written.`, { dir });
  let failed = 0;
  for (const { name, flow, instruction } of requireCases(dir, casesOf(dir))) {
    try {
      writeResult(join(out, name), await editFlow(parseDocument(JSON.stringify(flow)), checked(instruction), tools.dependencies()));
    } catch (error) {
      failed++;
      process.stderr.write(`${name}: ${errorInfo(error).message}\n`);
    }
  }
  return failed ? 1 : 0;
}

function writeResult(stem: string, result: EditedFlow): void {
  if (result.kind === 'document') writeWhole(`${stem}.uxflow`, documentText(result.document));
  else if (result.kind === 'clarify') writeWhole(`${stem}.json`, `${JSON.stringify({ clarify: true, question: result.question, quickReplies: result.quickReplies }, null, 2)}\n`);
  else writeWhole(`${stem}.json`, `${JSON.stringify({ refuse: true, reason: result.reason }, null, 2)}\n`);
}

function casesOf(dir: string): { name: string; flow: FlowDocument; instruction: string }[] {
  return readdirSync(dir).sort().flatMap((file) => {
    if (!file.endsWith('.json')) return [];
    let value: { flow?: FlowDocument; instruction?: unknown } | null;
    try {
      value = JSON.parse(new TextDecoder().decode(readBytes(join(dir, file)))) as typeof value;
    } catch {
      process.stderr.write(`${file}: no JSON, left out\n`);
      return [];
    }
    return value?.flow && typeof value.instruction === 'string' ? [{ name: basename(file, extname(file)), flow: value.flow, instruction: value.instruction }] : [];
  });
}

function checked(text: string): string {
  if (!text.trim()) throw new AppError('TEXT_EMPTY', 'The instruction is empty. Nothing was changed; say what to change.', {});
  return text;
}
