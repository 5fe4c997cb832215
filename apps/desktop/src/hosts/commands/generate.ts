import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { AppError, documentText, fileStem } from '@uxflow/core';
import { generateFlow, generateFlowFromPicture } from '@uxflow/core/agents';
import { createAgentTools, requireCases, type AgentTools } from './agentOptions.ts';
import { isFolder, outFile, readArguments, readBytes, usage, writeWhole, type Command } from './command.ts';

/** Longest text that is taken, characters; the first pages of it are read. */
const MAX_TEXT = 2_000_000;

interface TextCase {
  name: string;
  text: string;
}

export const generateCommand: Command = {
  usage: 'generate (--text T | --file F | --dir D | --image PICTURE [--text WISH]) --out PATH [--model rules|PROVIDER:MODEL]',
  summary: 'Makes a flow of a text; with --dir one OUT/NAME.uxflow for every .txt and every .json with a "text". --image reads a drawing (SVG, draw.io in PNG or SVG) by itself and every other picture with a model that sees.',
  async run(args) {
    const { values, positionals } = readArguments(args, { text: { type: 'string' }, file: { type: 'string' }, dir: { type: 'string' }, image: { type: 'string' }, out: { type: 'string' }, model: { type: 'string' } }, generateCommand);
    if (positionals.length) throw usage(generateCommand, `"${positionals[0]}" is one argument too many; put a text in quotes behind --text.`);
    const sources = [values.image === undefined ? values.text : undefined, values.file, values.dir, values.image].filter((value) => value !== undefined);
    if (sources.length !== 1) throw usage(generateCommand, 'Give exactly one of --text, --file, --dir and --image; only --image goes with --text.');
    if (values.out === undefined) throw usage(generateCommand, 'Say with --out where the flow goes.');
    const tools = createAgentTools(values.model, generateCommand, (line) => process.stderr.write(`${line}\n`));
    try {
      if (values.image !== undefined) return await ofPicture(values.image, values.text ?? '', values.out, tools);
      const cases = values.dir === undefined ? [single(values)] : requireCases(values.dir, casesOf(values.dir));
      for (const { name, text } of cases) {
        const { document, reply } = await generateFlow(text, tools.dependencies());
        const isEmpty = !Object.keys(document.nodes).length;
        if (isEmpty && values.dir === undefined) throw new AppError('NO_STEP_FOUND', `${reply} Nothing was written; tell what people do, in a sentence or a list.`, {});
        const file = values.dir === undefined ? outFile(values.out, `${name}.uxflow`) : join(values.out, `${name}.uxflow`);
        writeWhole(file, documentText(document));
        process.stderr.write(`${file}: ${isEmpty ? 'no step found' : `${Object.keys(document.nodes).length} nodes`}\n`);
      }
      return 0;
    } finally {
      await tools.close();
    }
  },
};

async function ofPicture(file: string, wish: string, out: string, tools: AgentTools): Promise<number> {
  const name = basename(file, extname(file));
  const { document, reply } = await generateFlowFromPicture(readBytes(file), wish, name, tools.dependencies());
  const target = outFile(out, `${name}.uxflow`);
  writeWhole(target, documentText(document));
  process.stderr.write(`${reply}\n${target}: ${Object.keys(document.nodes).length} nodes\n`);
  return 0;
}

function single({ text, file }: { text?: string | undefined; file?: string | undefined }): TextCase {
  if (text !== undefined) return { name: fileStem(text.split(/[\n.!?;]/)[0] ?? ''), text: checked(text, '--text') };
  return { name: basename(file!, extname(file!)), text: textOf(file!) };
}

function casesOf(dir: string): TextCase[] {
  if (!isFolder(dir)) throw new AppError('FOLDER_MISSING', `There is no folder ${dir}. Nothing was written.`, { dir });
  return readdirSync(dir).sort().flatMap((file) => {
    const name = basename(file, extname(file));
    if (file.endsWith('.txt')) return [{ name, text: textOf(join(dir, file)) }];
    if (!file.endsWith('.json')) return [];
    const value = jsonOf(join(dir, file)) as { text?: unknown } | null;
    return typeof value?.text === 'string' ? [{ name, text: checked(value.text, file) }] : [];
  });
}

function jsonOf(file: string): unknown {
  try {
    return JSON.parse(textOf(file));
  } catch (error) {
    throw new AppError('FILE_NOT_JSON', `${file} is no JSON. The files before it were written; correct it and start again.`, { file }, { cause: error });
  }
}

/** The text of a file. Throws FILE_NOT_TEXT for binary content. */
function textOf(file: string): string {
  try {
    return checked(new TextDecoder('utf-8', { fatal: true }).decode(readBytes(file)), file);
  } catch (error) {
    if (error instanceof TypeError) throw new AppError('FILE_NOT_TEXT', `${file} is not text (UTF-8). Nothing was made of it.`, { file }, { cause: error });
    throw error;
  }
}

function checked(text: string, source: string): string {
  if (text.includes('\0')) throw new AppError('FILE_NOT_TEXT', `${source} is not text. Nothing was made of it.`, { source });
  if (!text.trim()) throw new AppError('TEXT_EMPTY', `${source} is empty. Nothing was written; tell what people do, in a sentence or a list.`, { source });
  if (text.length > MAX_TEXT) throw new AppError('TEXT_TOO_LONG', `${source} has ${text.length} characters; up to ${MAX_TEXT} are taken. Nothing was written; split the text.`, { source, length: text.length });
  return text;
}
